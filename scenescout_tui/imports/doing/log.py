"""What the engine answers for the log's screen."""

from __future__ import annotations

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.doing.desk import Answers, Deeds, Shelf
from scenescout_tui.imports.log_commands import ListLog, LogLine
from scenescout_tui.imports.log_reading import read_log
from scenescout_tui.paging import Page


def _list(shelf: Shelf, query: ListLog) -> Page[LogLine]:
    path = shelf.settings.log_file
    try:
        return read_log(path, query.filters, query.window)
    except OSError as error:
        raise SpawnerError(
            f"the log {path} cannot be read: {error.strerror}",
            code="INPUT_ERROR",
            metadata={"action": "Make it readable, or name another with SCENESCOUT_LOG_FILE."},
        ) from error


ANSWERS: Answers = {ListLog: _list}
DEEDS: Deeds = {}
