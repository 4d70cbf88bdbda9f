"""The workers: what each does and for how long, then the retries that wait, with their reason."""

from __future__ import annotations

from collections.abc import Sequence

from scenescout_tui.console.content import Row, Span, spans_width, spread, width
from scenescout_tui.console.formats import age, count, countdown
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.source_words import short_reason
from scenescout_tui.imports.snapshot import EngineSnapshot, WaitingRow, WorkerRow


class Workers(Panel):
    """A fixed line per worker, so that nothing moves when one becomes free; waiting retries below."""

    DEFAULT_CSS = "Workers { height: 5; }"

    def __init__(self) -> None:
        super().__init__()
        self._slots: set[int] = set()

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        if not snapshot.max_workers:
            return "workers"
        waiting = f", {count(len(snapshot.waiting))} waiting to retry" if snapshot.waiting else ""
        return f"workers: {snapshot.workers_busy} of {snapshot.max_workers} busy{waiting}"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give busy and free workers, then waiting retries."""
        busy = {row.worker_id: row for row in snapshot.workers}
        if not busy and not snapshot.waiting:
            self._slots.clear()
            return self._nothing(snapshot, columns)
        self._keep_slots(set(busy), snapshot.max_workers)
        waiting = sorted(snapshot.waiting, key=lambda row: row.until)
        slots = sorted(self._slots)
        if len(slots) + len(waiting) > lines:
            # Free workers give their lines away first.
            slots = sorted(busy)
        rows = [self._worker(slot, busy.get(slot), columns) for slot in slots]
        if len(rows) + len(waiting) > lines and len(rows) > 1:
            room = max(1, lines - min(len(waiting), max(1, lines // 3)))
            hidden = len(rows) - room
            if hidden > 0:
                rows = [*rows[: room - 1], self._more(hidden + 1, "more at work", columns)]
        room = lines - len(rows)
        rows += [self._retry(row, snapshot.at, columns) for row in waiting[:room]]
        if len(waiting) > room > 1:
            # One line alone belongs to the retry that comes first; the title counts them all.
            rows[-1] = self._more(len(waiting) - room + 1, "more waiting to retry", columns)
        return rows

    def _nothing(self, snapshot: EngineSnapshot, columns: int) -> Sequence[Row]:
        words = {
            "starting": "Workers appear here once the engine has started.",
            "viewer": "Who runs the engine sees its workers.",
            "paused": "Paused: press p to go on.",
            "failed": "No engine, no workers. What was written is safe; press q to leave.",
            "stopped": "The engine has stopped.",
        }
        waits = f"Nothing starts: {'; '.join(snapshot.waiting_reasons)}." if snapshot.waiting_reasons else ""
        if self.read_only:
            words["idle"] = "Nothing is running."
        text = waits or words.get(snapshot.state, "Nothing is running. Press e, y, m or f to import.")
        return self.sentence(text, columns, "warn" if waits else "muted")

    def _keep_slots(self, busy: set[int], most: int) -> None:
        self._slots |= busy
        for free in sorted(self._slots - busy, reverse=True):
            if len(self._slots) <= most:
                return
            self._slots.discard(free)

    def _worker(self, slot: int, row: WorkerRow | None, columns: int) -> Row:
        if row is None:
            return ((f"{slot:>4}  ", "faint"), (self.glyphs.idle, "faint"), ("  free", "faint"))
        sign, role = (self.glyphs.waiting, "warn") if row.cancelling else (self.glyphs.running, "good")
        left: list[Span] = [(f"{slot:>4}  ", "muted"), (sign, role), ("  ", ""), (row.task, "")]
        right_end: list[Span] = []
        if row.cancelling:
            right_end.append(("  being stopped", "warn"))
        elif row.attempt > 1:
            right_end.append((f"  try {row.attempt} of {row.max_attempts}", "warn"))
        return spread(left, [*right_end, (f" {age(row.age):>9} ", "")], columns, self.glyphs.ellipsis)

    def _retry(self, row: WaitingRow, now: float, columns: int) -> Row:
        glyphs = self.glyphs
        left: list[Span] = [
            (f"{glyphs.dash:>4}  ", "muted"),
            (glyphs.retry, "warn"),
            ("  ", ""),
            (row.task, ""),
            (f"  {short_reason(row.reason, row.task.partition(' ')[0])}", "muted"),
        ]
        soon = f"in {countdown(row.until - now):>4} "
        when = f"  retry {row.attempt} of {row.max_attempts} {soon}"
        if spans_width(left) + width(when) > columns:
            # The sign says already that it is a retry.
            when = f"  {row.attempt}/{row.max_attempts} {soon}"
        return spread(left, [(when, "warn")], columns, glyphs.ellipsis)

    def _more(self, number: int, words: str, columns: int) -> Row:
        return spread([(f"{'':>4}  {self.glyphs.ellipsis} {count(number)} {words}", "muted")], [], columns)
