"""One event in parts: its fields, its records side by side, why they are one event, what people wrote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scenescout_tui.console.content import Row, Span, fit, spread, wrap
from scenescout_tui.console.formats import clock, plural
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.painted import Panel
from scenescout_tui.imports.events_commands import EventCase, EventField, EventRecord
from scenescout_tui.imports.snapshot import EngineSnapshot

PARTS = ("fields", "records", "links", "edits")
_LABEL = 16
_EDGE = 3
_ORIGIN = 18
#: Lines of a text; under the cursor it is shown whole.
_LINES = 3
#: Cells of one record beside others, at least and at most.
_SIDE = 24
_WIDEST = 72
_ID = 6


@dataclass(slots=True)
class _Place:
    """Where somebody is in a part: the item under the cursor, the first line that is shown."""

    cursor: int = 0
    top: int = 0


class EventDetail(Panel):
    """The event that was opened; the screen asks for it and hands it over."""

    DEFAULT_CSS = "EventDetail { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.case: EventCase | None = None
        #: Said while there is no event.
        self.words = ""
        self.part = PARTS[0]
        self._places = {part: _Place() for part in PARTS}
        #: The first record of those that have room.
        self._first = 0
        self._lines = 1

    @property
    def field(self) -> EventField | None:
        """The field under the cursor, also of an edit."""
        if self.case is None:
            return None
        cursor = self._places[self.part].cursor
        if self.part == "fields":
            return self.case.fields[min(cursor, len(self.case.fields) - 1)]
        if self.part == "edits" and self.case.edits:
            name = self.case.edits[min(cursor, len(self.case.edits) - 1)].field
            return next((one for one in self.case.fields if one.name == name), None)
        return None

    def take(self, case: EventCase | None, words: str = "") -> None:
        """Show an event; of another one from its beginning."""
        if case is None or self.case is None or case.event_id != self.case.event_id:
            self._places, self._first = {part: _Place() for part in PARTS}, 0
        self.case, self.words = case, words
        self.repaint()

    def next_part(self) -> None:
        """Show the next part."""
        self.part = PARTS[(PARTS.index(self.part) + 1) % len(PARTS)]
        self.repaint()

    def move(self, by: int) -> None:
        """Move the cursor, or scroll where nothing can be done with a line."""
        place = self._places[self.part]
        if self.part in {"fields", "edits"}:
            place.cursor += by
        else:
            place.top += by
        self.repaint()

    def move_side(self, by: int) -> None:
        """Show the records beside those that are shown."""
        self._first += by
        self.repaint()

    def text(self) -> str:
        """Give what is to be copied: the value under the cursor, else the part in lines."""
        if self.case is None:
            return ""
        if (field := self.field) is not None:
            return field.value
        rows = [row for item in self._items(self.case, 2 * _WIDEST) for row in item]
        return "\n".join("".join(text for text, _ in row).strip() for row in rows)

    # ── drawing

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return "event" if self.case is None else self.case.title

    def title_role(self, snapshot: EngineSnapshot) -> str:
        """The title is what it is about."""
        return "strong"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the parts by name, and the one in front from where it is scrolled to."""
        case = self.case
        if case is None:
            return self.sentence(self.words, min(columns, 90))
        head = [self._tabs(case, columns), *self._terms(case, snapshot, columns)]
        items = self._items(case, columns)
        room = max(1, lines - len(head))
        if not items:
            return [*head, *self.sentence(self._nothing(), min(columns, 90))]
        return [*head, *self._window(items, room)]

    def _window(self, items: list[list[Row]], room: int) -> list[Row]:
        """Give the lines that are shown; the item under the cursor is among them."""
        place = self._places[self.part]
        rows = [row for item in items for row in item]
        if self.part in {"fields", "edits"}:
            place.cursor = max(0, min(place.cursor, len(items) - 1))
            start = sum(len(item) for item in items[: place.cursor])
            end = start + len(items[place.cursor])
            place.top = min(max(place.top, end - room), start)
        place.top = max(0, min(place.top, len(rows) - room))
        return rows[place.top : place.top + room]

    def _tabs(self, case: EventCase, columns: int) -> Row:
        numbers = {"records": len(case.records), "links": len(case.links), "edits": len(case.edits)}
        left: list[Span] = [("   ", "")]
        for part in PARTS:
            words = f"{part} {numbers[part]}" if part in numbers else part
            here = part == self.part
            left += [(f"[{words}]" if here else f" {words} ", "accent" if here else "muted"), (" ", "")]
        return spread(left, ((f"{KEYS['event_part'].shown}: next part, esc: list ", "muted"),), columns)

    def _terms(self, case: EventCase, snapshot: EngineSnapshot, columns: int) -> list[Row]:
        """Give what must be shown beside content of these sources, and where the event has gone."""
        said = [one.attribution for one in snapshot.sources if one.name in case.sources and one.attribution]
        rows: list[Row] = [((f"   {fit(words, columns - 4)}", "muted"),) for words in said]
        if case.merged_into:
            rows.append(((f"   This event went into {case.merged_into[-_ID:]}.", "warn"),))
        return rows

    def _nothing(self) -> str:
        if self.part == "edits":
            return f"Nobody has written over a field. {KEYS['event_edit'].shown} on a field does."
        if self.part == "links":
            return "No links: no record came to this event of another one."
        return "No records."

    def _items(self, case: EventCase, columns: int) -> list[list[Row]]:
        draw: Callable[[EventCase, int], list[list[Row]]] = getattr(self, f"_{self.part}")
        return draw(case, columns)

    def _fields(self, case: EventCase, columns: int) -> list[list[Row]]:
        cursor = self._places["fields"].cursor = max(
            0, min(self._places["fields"].cursor, len(case.fields) - 1)
        )
        return [self._field(one, columns, under=place == cursor) for place, one in enumerate(case.fields)]

    def _field(self, field: EventField, columns: int, *, under: bool) -> list[Row]:
        at = "@" if under else ""
        room = max(10, min(columns - _EDGE - _LABEL - _ORIGIN - 3, 2 * _WIDEST))
        texts = wrap(field.value or self.glyphs.dash, room, None if under else _LINES, self.glyphs.ellipsis)
        role = "" if field.value else "faint"
        rows: list[Row] = []
        for place, text in enumerate(texts):
            sign = self.glyphs.cursor if under and place == 0 else " "
            label = field.name if place == 0 else ""
            origin = field.origin if place == 0 else ""
            rows.append(
                (
                    (f" {sign} ", "key" + at),
                    (
                        fit(label, _LABEL, self.glyphs.ellipsis),
                        ("strong" if field.editable else "muted") + at,
                    ),
                    (fit(text, room, self.glyphs.ellipsis), role + at),
                    ("  ", at),
                    (
                        fit(origin, _ORIGIN, self.glyphs.ellipsis),
                        ("accent" if field.edited else "muted") + at,
                    ),
                )
            )
        return rows

    def _records(self, case: EventCase, columns: int) -> list[list[Row]]:
        """Give as many records beside each other as have room, field by field; the sign says where they
        differ.
        """
        number = len(case.records)
        if not number:
            return []
        shown = max(1, min(number, (columns - _EDGE - _LABEL) // (_SIDE + 2)))
        self._first = max(0, min(self._first, number - shown))
        here = range(self._first, self._first + shown)
        cells = min(_WIDEST, (columns - _EDGE - _LABEL) // shown - 2)
        heads = [_head(case.records[place], cells) for place in here]
        height = max(map(len, heads))
        found = [
            [
                self._side(" ", "", [_at(head, line) for head in heads], cells, "muted" if line else "strong")
                for line in range(height)
            ]
        ]
        if shown < number:
            words = f"{self._first + 1} to {self._first + shown} of {plural(number, 'record')}"
            found.insert(0, [((f"   {words}; left and right show the others", "muted"),)])
        for side in case.sides:
            sign, role = (self.glyphs.differs, "differs") if side.differs else (" ", "")
            texts = [wrap(side.values[place], cells, _LINES, self.glyphs.ellipsis) for place in here]
            height = max(1, *(len(one) for one in texts))
            found.append(
                [
                    self._side(
                        sign if not line else " ",
                        side.name if not line else "",
                        [_at(one, line) for one in texts],
                        cells,
                        role,
                    )
                    for line in range(height)
                ]
            )
        return found

    def _side(self, sign: str, label: str, texts: Sequence[str], cells: int, role: str) -> Row:
        spans: list[Span] = [(f" {sign} ", role), (fit(label, _LABEL, self.glyphs.ellipsis), "muted")]
        for text in texts:
            spans += [(fit(text, cells, self.glyphs.ellipsis), role), ("  ", "")]
        return tuple(spans)

    def _links(self, case: EventCase, columns: int) -> list[list[Row]]:
        found = []
        for link in case.links:
            score = f", {link.score:.0f} of 100" if link.score is not None else ""
            taken = ", taken back since" if link.undone else ""
            at = clock(link.at, self.snapshot.at)
            head = f"record {link.record_id} linked by {link.by}{score}, {at}{taken}"
            why = wrap(link.evidence, max(10, min(columns - 9, 2 * _WIDEST)))
            sign = f"   {self.glyphs.arrow} "
            found.append(
                [
                    ((sign, "accent"), (head, "muted" if link.undone else "strong")),
                    *(((" " * 7, ""), (line, "")) for line in why),
                    (),
                ]
            )
        return found

    def _edits(self, case: EventCase, columns: int) -> list[list[Row]]:
        cursor = self._places["edits"].cursor
        found: list[list[Row]] = []
        for place, edit in enumerate(case.edits):
            at = "@" if place == max(0, min(cursor, len(case.edits) - 1)) else ""
            by = f"by {edit.who}, {clock(edit.at, self.snapshot.at)}"
            room = max(10, columns - _EDGE - _LABEL - 30 - 3)
            found.append(
                [
                    (
                        (f" {self.glyphs.cursor if at else ' '} ", "key" + at),
                        (fit(edit.field, _LABEL, self.glyphs.ellipsis), "strong" + at),
                        (fit(edit.value or "emptied", room, self.glyphs.ellipsis), at),
                        ("  ", at),
                        (fit(by, 30, self.glyphs.ellipsis), "muted" + at),
                    )
                ]
            )
        return found


def _head(record: EventRecord, cells: int) -> list[str]:
    """Say whose record it is, how it is called there, and how it stands."""
    words = [f"seen {clock(record.seen_at, 1)}"]
    if record.state != "active":
        words.insert(0, record.state)
    if record.missing_since:
        words.append(f"not listed since {clock(record.missing_since, 1)}")
    if record.expired_at:
        words.append(f"expired {clock(record.expired_at, 1)}")
    return [f"{record.source} {record.record_id[-_ID:]}", record.external_id, *wrap(", ".join(words), cells)]


def _at(texts: Sequence[str], line: int) -> str:
    return texts[line] if line < len(texts) else ""
