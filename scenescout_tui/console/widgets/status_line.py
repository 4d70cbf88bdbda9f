"""The first line: what the engine does, in a word and a reason, or what it has just answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from scenescout_tui.console.content import Row, Span, spans_width, spread
from scenescout_tui.console.formats import clock, job_words, minute, plural
from scenescout_tui.console.painted import Painted
from scenescout_tui.imports.snapshot import EngineSnapshot

if TYPE_CHECKING:
    from scenescout_tui.console.app import SceneScoutApp

_MINUTE = 60
#: The engine's states as words, with the sign's name and the role.
_WORDS: dict[str, tuple[str, str, str]] = {
    "starting": ("starting", "waiting", "warn"),
    "idle": ("ready", "idle", "muted"),
    "processing": ("importing", "running", "good"),
    "paused": ("paused", "waiting", "warn"),
    "draining": ("finishing", "waiting", "warn"),
    "stopped": ("stopped", "idle", "muted"),
    "failed": ("no engine", "failed", "bad"),
    "viewer": ("viewing", "idle", "accent"),
}
#: States in which pictures come by themselves, so that seconds would not stand still.
_LIVE = {"processing", "draining"}
#: How the lock says who has the engine.
_HELD = re.compile(r"the engine of this database is run by (.+)")


def held_by(detail: str) -> str:
    """Give who runs the engine, ``process 22405``; empty where the detail does not say."""
    found = _HELD.search(detail)
    return found[1] if found else ""


class StatusLine(Painted):
    """Name, state and reason at the left; database and time at the right."""

    DEFAULT_CSS = "StatusLine { dock: top; height: 1; }"

    def on_mount(self) -> None:
        """Draw, now and whenever another minute begins."""
        super().on_mount()
        self._tick()

    def _tick(self) -> None:
        """Draw the time; while nothing happens, this is the only thing that is sent, once a minute."""
        self.repaint()
        self.set_timer(_MINUTE - self._now % _MINUTE, self._tick)

    @property
    def _now(self) -> float:
        return cast("SceneScoutApp", self.app).state.now

    def rows(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the line."""
        word, sign, role = _WORDS[snapshot.state]
        name: list[Span] = [(" SceneScout", "title"), ("  ", "")]
        state: list[Span] = [
            (" ", ""),
            (getattr(self.glyphs, sign), role),
            (f" {word}", role if role != "muted" else ""),
            ("  ", ""),
        ]
        said = cast("SceneScoutApp", self.app).said
        words: Span = (self._reason(snapshot, word), "bad" if snapshot.state == "failed" else "muted")
        time = clock(snapshot.at) if snapshot.state in _LIVE else minute(self._now if snapshot.at else 0.0)
        at: list[Span] = [(f"  {time:>8} ", "muted")]
        database: list[Span] = [("  ", ""), (snapshot.database, "muted")]
        left, right_end = [*name, *state], [*database, *at]
        if said is not None:
            words = (said[1], said[0] or "strong")
        # What wants to be read now may take the room of what is always there.
        urgent = said is not None or snapshot.state in {"failed", "viewer"}
        nothing: list[Span] = []
        shorter = [(left, right_end), (left, at), (left, nothing), (state, nothing)]
        for head, end in shorter if urgent else shorter[:2]:
            left, right_end = head, end
            if spans_width([*left, words, *right_end]) <= columns:
                break
        return (spread([*left, words], right_end, columns, self.glyphs.ellipsis),)

    def _reason(self, snapshot: EngineSnapshot, word: str) -> str:
        working = next((job for job in reversed(snapshot.jobs) if job.state == "running"), None)
        reasons = [job_words(working)] if working is not None else []
        holder = held_by(snapshot.detail)
        detail = f"engine: {holder}" if holder else snapshot.detail
        for reason in (detail, *snapshot.waiting_reasons):
            reason = reason.removeprefix(f"{word}: ")
            if reason and reason != word and reason not in reasons:
                reasons.append(reason)
        waits = ((snapshot.pairs_to_review, "pair"), (snapshot.pending_review, "submission"))
        if snapshot.state == "idle" and (parts := [plural(*one) for one in waits if one[0]]):
            reasons.append(f"{' and '.join(parts)} to review")
        return f" {self.glyphs.dot} ".join(reasons)
