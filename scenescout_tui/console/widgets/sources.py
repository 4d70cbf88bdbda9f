"""The sources: what each does, with its key; one line each, or two or three where there is room."""

from __future__ import annotations

from collections.abc import Sequence

from scenescout_tui.console.content import Row, Span, fit, spans_width, spread, width
from scenescout_tui.console.formats import count
from scenescout_tui.console.keys import KEYS, is_offered
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.progress import progress
from scenescout_tui.console.source_words import as_it_stands, remarks, why_it_waits
from scenescout_tui.imports.actions import BY_ID
from scenescout_tui.imports.snapshot import EngineSnapshot, SourceRow

#: The action that imports each source.
_ACTIONS = {
    "eventbrite": "import_eventbrite",
    "yelp": "import_yelp",
    "manual": "import_manual",
    "auto": "import_file",
}
#: A state's sign, role and word.
_STATES = {
    "idle": ("idle", "muted", "idle"),
    "running": ("running", "good", "running"),
    "waiting": ("waiting", "warn", "waits"),
    "paused": ("waiting", "warn", "paused"),
    "failed": ("failed", "bad", "failed"),
}
#: Lines of a source where there is room.
_TWO, _THREE = 2, 3
#: The edge of those below the first.
_BELOW = "    "
#: States whose reason matters most.
_WANTING = {"waiting", "paused", "failed"}


class Sources(Panel):
    """One source per line: key, name, sign, what it does, how far it is."""

    DEFAULT_CSS = "Sources { height: 5; }"

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return "sources"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give one to three rows per source."""
        if not snapshot.sources:
            words = "Starting the engine." if snapshot.state == "starting" else "No sources are known."
            return self.sentence(words, columns)
        sources = [as_it_stands(source, snapshot) for source in snapshot.sources]
        each = min(_THREE, lines // len(sources))
        if each >= _TWO:
            return [row for one in sources for row in self._many(one, snapshot, columns, each)]
        return [self._one(source, snapshot, columns) for source in sources]

    def _one(self, source: SourceRow, snapshot: EngineSnapshot, columns: int) -> Row:
        head, measured = self._head(source, snapshot), self._progress(source, snapshot)
        if source.state in _WANTING and spans_width(head) + spans_width(measured) > columns:
            # The reason counts more than how far it is.
            measured = []
        self._add_fitting(head, remarks(source, snapshot), columns - spans_width(measured))
        return spread(head, measured, columns, self.glyphs.ellipsis)

    def _many(self, source: SourceRow, snapshot: EngineSnapshot, columns: int, lines: int) -> list[Row]:
        """Give two lines, or three: the last is for remarks alone then."""
        measured = self._progress(source, snapshot)
        below: list[Span] = [(_BELOW, "")]
        wanting = source.state in _WANTING
        if wanting:
            why = why_it_waits(source, snapshot) or source.detail
            word = "parked" if why.startswith("parked") else _STATES[source.state][2]
            head, beside, under = self._named(source, word), measured, [(" ", "")]
            below.append((why.removeprefix("parked "), _STATES[source.state][1]))
        else:
            head, beside, under = self._head(source, snapshot), [(" ", "")], measured
            if source.fraction is not None and measured:
                total = f" of {count(source.total)}" if source.total is not None else ""
                below += [(count(source.done), "strong"), (f"{total} ev", "muted")]
        said = remarks(source, snapshot)
        if wanting and lines == _TWO:
            said = self._add_fitting(head, said, columns - spans_width(beside))
        if lines == _TWO or not (wanting or measured):
            said = self._add_fitting(below, said, columns - spans_width(under))
        last: list[Span] = [(_BELOW, "")]
        self._add_fitting(last, said, columns)
        rows = [
            spread(head, beside, columns, self.glyphs.ellipsis),
            spread(below, under, columns, self.glyphs.ellipsis),
            tuple(last),
        ]
        return rows[:lines]

    def _add_fitting(self, spans: list[Span], said: Sequence[str], columns: int) -> list[str]:
        """Add the remarks that fit whole to a line, and give those that do not."""
        left = []
        for remark in said:
            gap = f" {self.glyphs.dot} " if spans[-1][0].strip() else ""
            if spans_width(spans) + width(gap) + width(remark) < columns:
                spans += [(gap, "muted"), (remark, "muted")]
            else:
                left.append(remark)
        return left

    def _head(self, source: SourceRow, snapshot: EngineSnapshot) -> list[Span]:
        word = _STATES[source.state][2]
        why = why_it_waits(source, snapshot)
        words = why or source.detail
        if source.state not in _WANTING:
            # What keeps it from being asked again is said although nothing runs.
            return self._named(source, f"{source.detail}, {why}" if why and source.detail else words)
        if words.startswith((word, "parked", "retry ")):
            return self._named(source, words)
        return self._named(source, f"{word}: {words}" if words else word)

    def _named(self, source: SourceRow, words: str) -> list[Span]:
        sign, role, _ = _STATES[source.state]
        action = _ACTIONS.get(source.name)
        offered = action is not None and is_offered(BY_ID[action], read_only=self.read_only)
        key = KEYS[action].shown if action is not None and offered else " "
        return [
            (f" {key}  ", "key"),
            (fit(source.title, 11, self.glyphs.ellipsis), "strong" if source.state == "running" else ""),
            (f" {getattr(self.glyphs, sign)}  ", role),
            (words, role if source.state in _WANTING else "muted"),
        ]

    def _progress(self, source: SourceRow, snapshot: EngineSnapshot) -> list[Span]:
        if source.run_id is None or source.state not in {"running", "waiting", "paused"}:
            return []
        started = next((run.started_at for run in snapshot.runs if run.run_id == source.run_id), None)
        if source.state == "waiting" and source.fraction is None and not source.done:
            return []
        return [("  ", ""), *progress(source, started, snapshot.at, self.glyphs), (" ", "")]
