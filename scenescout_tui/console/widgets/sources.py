"""The sources: what each does, with its key; one line each, or two where there is room."""

from __future__ import annotations

from collections.abc import Sequence

from scenescout_tui.console.content import Row, Span, fit, spans_width, spread
from scenescout_tui.console.formats import count
from scenescout_tui.console.keys import KEYS, is_offered
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.progress import progress
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
#: States whose reason matters most.
_WANTING = {"waiting", "paused", "failed"}


class Sources(Panel):
    """One source per line: key, name, sign, what it does, how far it is."""

    DEFAULT_CSS = "Sources { height: 5; }"

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return "sources"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give one or two rows per source."""
        if not snapshot.sources:
            words = "Starting the engine." if snapshot.state == "starting" else "No sources are known."
            return self.sentence(words, columns)
        if lines >= 2 * len(snapshot.sources):
            return [row for source in snapshot.sources for row in self._two(source, snapshot, columns)]
        return [self._one(source, snapshot, columns) for source in snapshot.sources]

    def _one(self, source: SourceRow, snapshot: EngineSnapshot, columns: int) -> Row:
        head, measured = self._head(source), self._progress(source, snapshot)
        if source.state in _WANTING and spans_width(head) + spans_width(measured) > columns:
            # The reason counts more than how far it is.
            measured = []
        return spread(head, measured, columns, self.glyphs.ellipsis)

    def _two(self, source: SourceRow, snapshot: EngineSnapshot, columns: int) -> list[Row]:
        measured = self._progress(source, snapshot)
        if source.state in _WANTING:
            first = spread(
                self._named(source, _STATES[source.state][2]), measured, columns, self.glyphs.ellipsis
            )
            return [
                first,
                spread([("    ", ""), (source.detail, _STATES[source.state][1])], [(" ", "")], columns),
            ]
        first = spread(self._head(source), [(" ", "")], columns, self.glyphs.ellipsis)
        if not measured:
            return [first, ()]
        below: list[Span] = [("    ", "")]
        if source.fraction is not None:
            total = f" of {count(source.total)}" if source.total is not None else ""
            below += [(count(source.done), "strong"), (f"{total} ev", "muted")]
        return [first, spread(below, measured, columns, self.glyphs.ellipsis)]

    def _head(self, source: SourceRow) -> list[Span]:
        word = _STATES[source.state][2]
        if source.state not in _WANTING or source.detail.startswith(word):
            return self._named(source, source.detail)
        return self._named(source, f"{word}: {source.detail}" if source.detail else word)

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
