"""The newest events as they come in: when, what, where, and whether they were new."""

from __future__ import annotations

from collections.abc import Sequence

from scenescout_tui.console.content import Row, Span, fit
from scenescout_tui.console.painted import Panel
from scenescout_tui.imports.snapshot import EngineSnapshot, NewestEvent

_OUTCOMES = {"created": ("+", "good"), "updated": ("~", "accent"), "review": ("?", "warn")}
_WHEN = 11
_CITY = 14


class Newest(Panel):
    """One line per event, newest on top."""

    DEFAULT_CSS = "Newest { height: 1fr; }"

    def show(self, snapshot: EngineSnapshot) -> None:
        """Take a new snapshot, one a second while events pour in: every line moves with every event."""
        if snapshot.state != "processing" or snapshot.at - self.snapshot.at >= 1:
            super().show(snapshot)

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return "newest events (+ new, ~ updated, ? maybe a duplicate)"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the events that fit."""
        if not snapshot.newest:
            return self.sentence("Events appear here as they are written.", columns)
        terms = self._terms(snapshot)
        shown = snapshot.newest[: lines - len(terms)]
        return [*(self._row(event, columns) for event in shown), *terms]

    def _terms(self, snapshot: EngineSnapshot) -> list[Row]:
        """Give what the sources of these events demand to be shown beside them."""
        named = {event.source for event in snapshot.newest}
        wanted = [row.attribution for row in snapshot.sources if row.name in named and row.attribution]
        return [((f"    {'; '.join(wanted)}", "muted"),)] if wanted else []

    def _row(self, event: NewestEvent, columns: int) -> Row:
        sign, role = _OUTCOMES.get(event.outcome, (self.glyphs.dot, "muted"))
        title = columns - _WHEN - _CITY - 8
        spans: list[Span] = [
            (f"  {sign} ", role),
            (fit(_when(event.starts_at), _WHEN), "muted"),
            (" ", ""),
            (fit(event.title, title, self.glyphs.ellipsis), ""),
            ("  ", ""),
            (fit(event.city, _CITY, self.glyphs.ellipsis), "muted"),
        ]
        return tuple(spans)


def _when(starts_at: str) -> str:
    """Give ``11-23 20:00`` of an ISO time: a list of what comes in needs no year."""
    return starts_at[5:16].replace("T", " ")
