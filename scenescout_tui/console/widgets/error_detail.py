"""The group under the cursor in full, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from scenescout_tui.console.content import Row, Span, spread, wrap
from scenescout_tui.console.formats import clock, plural
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.widgets.error_groups import ErrorGroups, code_words
from scenescout_tui.imports.snapshot import EngineSnapshot, ErrorGroupRow

#: From this height on the message is shown in full, not the next step alone.
_FULL = 5


class ErrorDetail(Panel):
    """Message, place and next step of the selected errors."""

    DEFAULT_CSS = "ErrorDetail { height: 2; }"

    def __init__(self, groups: ErrorGroups) -> None:
        super().__init__()
        self._groups = groups

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return "what it is, and what to do"

    def rows(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the next step alone, or all of it under a rule; nothing where nothing is selected."""
        group = self._groups.selected
        if group is None:
            return ()
        if lines < _FULL:
            return [*[()] * (lines - 1), *self._next_step(group, columns, 1)]
        return super().rows(snapshot, columns, lines)

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give message, facts and next step, the message cut to what is left."""
        group = self._groups.selected
        if group is None:
            return ()
        next_step = self._next_step(group, columns, 2)
        room = max(1, lines - len(next_step) - 1)
        message = wrap(group.message, columns - 5, room, self.glyphs.ellipsis)
        # The message goes before the facts: they are in the list and behind enter too.
        facts = self._facts(group, snapshot.at, columns)[: room - len(message)]
        return [*((("   ", ""), (line, "")) for line in message), *facts, (), *next_step]

    def _next_step(self, group: ErrorGroupRow, columns: int, most: int) -> list[Row]:
        glyphs = self.glyphs
        action = wrap(group.action or "Open the group to see its errors.", columns - 6, most, glyphs.ellipsis)
        signs = [glyphs.arrow, *[" " * len(glyphs.arrow)] * len(action)]
        return [((f" {sign} ", "accent"), (line, "")) for sign, line in zip(signs, action, strict=False)]

    def _facts(self, group: ErrorGroupRow, now: float, columns: int) -> list[Row]:
        dot = f" {self.glyphs.dot} "
        what = [code_words(group.code), group.source, group.stage, plural(group.count, "error")]
        when = f"first {clock(group.first_seen, now)}{dot}last {clock(group.last_seen, now)}"
        lines: list[list[Span]] = [[("   ", ""), (dot.join(part for part in what if part), "muted")]]
        lines.append([("   ", ""), (when, "muted")])
        if group.sample:
            lines.append([("   ", ""), ("newest: ", "muted"), (group.sample, "muted")])
        return [spread(line, [(" ", "")], columns, self.glyphs.ellipsis) for line in lines]
