"""The log of a verb that runs an engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from scenescout_tui.cli.streams import tell
from scenescout_tui.log_file import close_log, open_log
from scenescout_tui.safe_text import for_screen
from scenescout_tui.settings import Settings


@contextmanager
def logged(settings: Settings) -> Iterator[None]:
    """Write the log for a `with` block; where that cannot be done it is said, and the work goes on."""
    try:
        handler = open_log(settings.log_file, settings.log_level, settings.secrets())
    except OSError as error:
        path = for_screen(str(settings.log_file))
        tell(f"The log {path} cannot be written ({error.strerror}); going on without it.")
        yield
        return
    try:
        yield
    finally:
        close_log(handler)
