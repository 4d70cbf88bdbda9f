"""The progress of an import on stderr: a line that changes on a terminal, elsewhere only why it waits."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from scenescout_tui.cli.output import is_terminal, local_time
from scenescout_tui.imports.snapshot import EngineSnapshot, SourceRow
from scenescout_tui.safe_text import for_screen

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


#: Seconds between two lines about waits where there is no terminal, and the shortest wait that is told there.
_PACE = 10.0
_WORTH_TELLING = 2.0
#: Columns of the bar and the blanks around it.
_BAR_TAKES = 23
_LEAST = 20
_WIDEST = 200


@dataclass(frozen=True, slots=True)
class _Wait:
    """Why nothing comes for now; `attempt` says which try is next ("try 3 of 6"), "" where nobody knows."""

    reason: str
    attempt: str
    #: Seconds since the epoch; None where nobody knows.
    until: float | None

    def words(self, now: float, room: int) -> str:
        """Return "waits: REASON; try 3 of 6 in 12 s", its reason cut so that the rest stays within `room`."""
        rest = " ".join(part for part in (self.attempt, _when(self.until, now)) if part)
        rest = f"; {rest}" if rest else ""
        return f"waits: {for_screen(self.reason, max(_LEAST, room - len(rest) - len('waits: ')))}{rest}"


class Progress:
    """A context manager that shows a run's progress and, on a terminal, leaves no trace of it.

    Without a known total it shows count, rate and time spent, never a made-up percentage.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None
        self._started = time.monotonic()
        self._told: tuple[str, str, int] | None = None
        self._told_at = -_PACE

    def __enter__(self) -> Self:
        if is_terminal(self._stream):
            self._bar = bar(self._stream)
            self._task = self._bar.add_task("", total=None, line="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, snapshot: EngineSnapshot, run_id: str) -> None:
        """Show where the run stands in this picture of the engine."""
        row = next((row for row in snapshot.sources if row.run_id == run_id), None)
        if row is None:
            return
        wait = _wait_of(row, snapshot)
        if self._bar is None or self._task is None:
            self._tell(row, wait)
            return
        fraction = row.done / row.total if row.total else row.fraction
        self._bar.update(
            self._task,
            description=for_screen(row.title),
            total=1.0 if fraction is not None else None,
            completed=min(1.0, fraction or 0.0),
            line=self._line(row, fraction, snapshot, wait, self._bar.console.width),
        )
        self._bar.refresh()

    def _tell(self, row: SourceRow, wait: _Wait | None) -> None:
        """Say once, where nobody sees a line change, why the run waits."""
        if wait is None or (wait.until is not None and wait.until - time.time() < _WORTH_TELLING):
            return
        known = (wait.reason, wait.attempt, row.done)
        if known == self._told or time.monotonic() - self._told_at < _PACE:
            return
        self._told, self._told_at = known, time.monotonic()
        with suppress(OSError, ValueError):  # whoever read it has gone
            self._stream.write(f"{for_screen(row.title)} {wait.words(time.time(), _WIDEST)}\n")
            self._stream.flush()

    def _line(
        self, row: SourceRow, fraction: float | None, snapshot: EngineSnapshot, wait: _Wait | None, width: int
    ) -> str:
        parts = [f"{row.done:,}" + (f" of {row.total:,}" if row.total else "")]
        if wait is not None:  # its rate and the time left would say nothing
            room = width - len(for_screen(row.title)) - _BAR_TAKES - len(parts[0]) - 2
            return f"{parts[0]}  {wait.words(time.time(), room)}"
        if fraction is not None:
            parts.append(f"{fraction:4.0%}")
        parts.append(f"{row.rate:,.0f} ev/s")
        if row.eta is not None:
            parts.append(f"{_clock(row.eta)} left")
        elif fraction is None:
            parts.append(_clock(time.monotonic() - self._started))
        if snapshot.counts.failed:
            parts.append(f"{snapshot.counts.failed:,} failed")
        if row.state in ("waiting", "paused"):
            parts.append(for_screen(row.detail, 40))
        return "  ".join(parts)


def _wait_of(row: SourceRow, snapshot: EngineSnapshot) -> _Wait | None:
    """Return what a run waits for: its source, or, where nothing is at work, the next try of a batch."""
    if row.waits:
        known = next((one for one in snapshot.waiting if one.reason == row.waits), None)
        attempt = "" if known is None else f"try {known.attempt} of {known.max_attempts}"
        return _Wait(row.waits, attempt, row.until)
    if row.state == "running" and snapshot.waiting and not snapshot.workers_busy:
        first = snapshot.waiting[0]
        return _Wait(first.reason, f"try {first.attempt} of {first.max_attempts}", first.until)
    return None


def _when(until: float | None, now: float) -> str:
    if until is None:
        return ""
    if until - now < 90:
        return f"in {max(0, round(until - now))} s"
    then, today = local_time(until), local_time(now)
    return f"at {then[11:] if then[:10] == today[:10] else then}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def bar(stream: TextIO) -> RichProgress:
    """Return a bar that is drawn only by its `refresh`, and goes away at its end."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress

    columns: tuple[Any, ...] = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[line]}", markup=False),
    )
    # Painted by the loop that waits, not by a thread of its own: nothing is drawn that was not looked at.
    return RichProgress(*columns, console=Console(file=stream), transient=True, auto_refresh=False)
