"""The last line: the keys that do something here and now, drawn from the table of actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from scenescout_tui.console.content import Row, Span, spans_width
from scenescout_tui.console.keys import KEYS, footer_groups, is_offered
from scenescout_tui.console.painted import Painted
from scenescout_tui.imports.actions import ACTIONS
from scenescout_tui.imports.snapshot import EngineSnapshot

_IMPORTS = {"import_eventbrite", "import_yelp", "import_manual", "import_file", "resume_runs", "refresh"}
_DRIVING = {"pause", "workers_up", "workers_down"}
_STAYING = {"help", "quit"}


class KeyLine(Painted):
    """Keys and words; only those that would do something."""

    DEFAULT_CSS = "KeyLine { dock: bottom; height: 1; }"

    #: What leaves the line first where it is too short; every key stays in the help.
    dispensable: ClassVar[tuple[str, ...]] = (
        "retry_group",
        "workers_up",
        "workers_down",
        "go_to",
        "undo_clear",
        "refresh",
    )

    def rows(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the line, without what does not fit."""
        offered = self.offered(snapshot)
        spans = self._spans(offered, snapshot, "   ")
        for leaves in (None, *self.dispensable):
            offered -= {leaves}
            for gap in ("   ", "  "):
                spans = self._spans(offered, snapshot, gap)
                if spans_width(spans) <= columns:
                    return (tuple(spans),)
        # Whole entries from the end; where all keys are listed and how to leave stays.
        for leaves in reversed([name for name in KEYS if name in offered and name not in _STAYING]):
            offered -= {leaves}
            spans = self._spans(offered, snapshot, "  ")
            if spans_width(spans) <= columns:
                break
        return (tuple(spans),)

    def offered(self, snapshot: EngineSnapshot) -> set[str | None]:
        """Give the actions that would do something now."""
        offered: set[str | None] = {
            one.id
            for one in ACTIONS
            if is_offered(one, read_only=self.read_only) and KEYS[one.id].place in {"everywhere", "dashboard"}
        }
        running = any(run.state in {"running", "draining"} for run in snapshot.runs)
        if snapshot.state in {"viewer", "failed", "stopped", "draining"}:
            offered -= _IMPORTS | _DRIVING | {"cancel_run", "retry_group"}
        if snapshot.state in {"viewer", "failed"}:
            offered -= {"clear_errors", "undo_clear"}
        if not running:
            offered -= {"cancel_run"}
        if not running and snapshot.state != "paused":
            offered -= {"pause"}
        if not any(run.resumable for run in snapshot.runs):
            offered -= {"resume_runs"}
        if not any(source.expired for source in snapshot.sources):
            offered -= {"refresh"}
        if not snapshot.errors_open:
            offered -= {"clear_errors", "retry_group"}
        if not snapshot.pending_review + snapshot.pairs_to_review:
            offered -= {"open_review"}
        if not snapshot.undoable:
            offered -= {"undo_clear"}
        return offered

    def _spans(self, offered: set[str | None], snapshot: EngineSnapshot, gap: str) -> list[Span]:
        spans: list[Span] = []
        for keys, word in footer_groups({name for name in offered if name is not None}):
            if word == "pause" and snapshot.state == "paused":
                word = "go on"
            spans += [(gap if spans else " ", ""), (keys, "key"), (f" {word}", "muted")]
        return spans
