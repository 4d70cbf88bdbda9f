"""What is under the cursor in full: the failure, what to do next, and the record as it came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from scenescout_tui.console.content import Row, Span, wrap
from scenescout_tui.console.errors.payload import payload_rows, pretty
from scenescout_tui.console.formats import clock
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.widgets.error_groups import code_words
from scenescout_tui.imports.errors_commands import (
    ErrorLine,
    Failed,
    GetFailure,
    GroupLine,
    Kind,
    LetterLine,
)
from scenescout_tui.imports.snapshot import EngineSnapshot

if TYPE_CHECKING:
    from scenescout_tui.console.errors.screen import Errors

Line = GroupLine | ErrorLine | LetterLine
_NO_BYTES = "Its content may not be kept any longer: import the source again."
_NEXT = "Look at the record, correct it, and try it again."


class Detail(Panel):
    """Brief below a list; opened it has the record too, and can be scrolled where it has all the room."""

    def __init__(self, errors: Errors) -> None:
        super().__init__()
        self._errors = errors
        self._failed: Failed | None = None
        self._of = ""
        self._words = ""
        self._top = 0
        self._most = 0

    @property
    def payload(self) -> bytes | None:
        """The record under the cursor, once it is here."""
        return self._failed.payload if self._failed is not None and self._is_it else None

    @property
    def letter(self) -> LetterLine | None:
        """The dead letter behind what is under the cursor, once it is here."""
        return self._failed.letter if self._failed is not None and self._is_it else None

    @property
    def _is_it(self) -> bool:
        return self._of == self._errors.table.cursor_key

    def scroll_by(self, by: int) -> None:
        """Scroll by some lines."""
        self._top = max(0, min(self._most, self._top + by))
        self.repaint()

    def ask(self, then: Callable[[], None] | None = None) -> None:
        """Ask for what is under the cursor in full; ``then`` is called when it is here."""
        key, kind = self._errors.table.cursor_key, self._errors.kind
        if key is not None and kind != "groups":
            self._errors.console_app.state.ask(
                GetFailure(kind, key), partial(self._answered, kind, key, then)
            )

    def _answered(self, kind: Kind, key: str, then: Callable[[], None] | None, answer: Any) -> None:
        if (kind, key) != (self._errors.kind, self._errors.table.cursor_key):
            return
        if self._of != key:
            self._top = 0
        self._of = key
        failed = isinstance(answer, Exception)
        self._failed, self._words = (
            (None, f"The engine could not answer: {answer}") if failed else (answer, "")
        )
        self.repaint()
        if then is not None:
            then()

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        key = self._errors.table.cursor_key
        if key is None or self._errors.kind == "groups":
            return "what to do"
        which = "error" if self._errors.kind == "errors" else "dead letter"
        scrolled = f", line {self._top + 1} of {self._most + 1}" if self._errors.level == 2 else ""
        return f"{which} {key[-6:]}{scrolled}"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the failure, and the record where it is opened."""
        line: Line | None = self._errors.table.selected
        if line is None:
            return ()
        rows = self._brief(line, snapshot.at, columns, lines if self._errors.level == 0 else None)
        if self._errors.level:
            rows += self._record(columns)
        self._most = max(0, len(rows) - lines) if self._errors.level == 2 else 0
        self._top = min(self._top, self._most)
        return rows[self._top : self._top + lines]

    def text(self) -> str:
        """Give it as text, to be copied."""
        line: Line | None = self._errors.table.selected
        if line is None:
            return ""
        if self._errors.level and self.payload is not None:
            return pretty(self.payload)
        facts = [value for _, value in self._facts(line, 0)]
        return "\n".join([code_words(line.code), line.message, *facts, *self._next(line)])

    def _brief(self, line: Line, now: float, columns: int, most: int | None) -> list[Row]:
        room = max(10, columns - 5)
        facts = self._facts(line, now)
        step = self._next(line)
        left = None if most is None else max(1, most - len(facts) - len(step))
        rows: list[Row] = [
            (("   ", ""), (part, "strong")) for part in wrap(line.message, room, left, self.glyphs.ellipsis)
        ]
        rows += [((f"   {name:<10}", "muted"), (value, "")) for name, value in facts]
        for words in step:
            parts = wrap(words, room - 1, None if most is None else 1, self.glyphs.ellipsis)
            rows += [
                (
                    (f" {self.glyphs.arrow if not place else ' ' * len(self.glyphs.arrow)} ", "accent"),
                    (part, ""),
                )
                for place, part in enumerate(parts)
            ]
        return rows

    def _facts(self, line: Line, now: float) -> list[Span]:
        dot = f" {self.glyphs.dot} "
        if isinstance(line, GroupLine):
            seen = f"{clock(line.first_seen, now)} to {clock(line.last_seen, now)}"
            found = [("what", dot.join((line.code, line.source, line.stage))), ("seen", seen)]
            return [*found, ("newest", line.sample)] if line.sample else found
        about = [line.code, line.source]
        about += [line.stage] if isinstance(line, ErrorLine) else [line.external_id]
        about += [f"run {line.run[-6:]}" if line.run else "", f"field {line.field}" if line.field else ""]
        found = [("what", dot.join(part for part in about if part))]
        return [*found, ("where", line.where)] if line.where else found

    def _next(self, line: Line) -> list[str]:
        if isinstance(line, LetterLine):
            return [_NO_BYTES if line.blanked else _NEXT]
        return [line.action] if line.action else []

    def _record(self, columns: int) -> list[Row]:
        if not self._is_it or self._failed is None:
            return [(), *self.sentence(self._words or "Asking the engine.", columns)]
        letter, payload = self._failed.letter, self._failed.payload
        if letter is None:
            return [(), *self.sentence("No record belongs to it.", columns)]
        if payload is None:
            return [(), *self.sentence(_NO_BYTES, columns)]
        state = "" if letter.state == "open" else f", {letter.state}"
        head: Row = ((f"   the record as it came, dead letter {letter.key[-6:]}{state}", "muted"),)
        return [(), head, *payload_rows(payload, columns, letter.key)]
