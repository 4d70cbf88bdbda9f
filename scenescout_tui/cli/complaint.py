"""How an error is said: one clear line and what to do, or with --json one object."""

from __future__ import annotations

import errno
import sys
import traceback

import click

from scenescout_tui.cli.exits import NOT_FINISHED, PROGRAM, WRONG_USE
from scenescout_tui.cli.output import exact_json, failure
from scenescout_tui.cli.streams import drop_stdout, tell
from scenescout_tui.errors import SpawnerError, classify_error
from scenescout_tui.safe_text import for_screen

#: What is wrong before anything was started: the arguments, the settings or the input.
_WRONG_USE_CODES = frozenset(
    {"USAGE_ERROR", "SETTINGS_ERROR", "INPUT_ERROR", "UNKNOWN_SOURCE", "NOT_FOUND"}
    | {"VALIDATION_ERROR", "CANNOT_UNDO"}
)

#: By what is not there, the verb that shows what is.
_LISTS = {
    "event": "events",
    "venue": "venues",
    "run": "runs",
    "pair": "review --kind pair --state all",
    "pair or submission": "review --state all",
    "pending submission": "review --kind submission",
    "source record": "events EVENT",
    "decision": "review decisions, or --automatic for links",
}


def usage_error(message: str, action: str) -> SpawnerError:
    """Return the error of a command that cannot mean anything: exit status 2."""
    return SpawnerError(message, "USAGE_ERROR", metadata={"action": action})


def complain(error: Exception, *, as_json: bool, debug: bool) -> int:
    """Say what went wrong, on stderr or as JSON on stdout, and return the exit status."""
    if isinstance(error, click.ClickException):
        return _wrong_use(error, as_json)
    if isinstance(error, SpawnerError):
        return _failed(error, as_json, debug)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return _no_room(error)
    return _unexpected(error, as_json, debug)


def _wrong_use(error: click.ClickException, as_json: bool) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else PROGRAM
    message = for_screen(error.format_message())
    action = f"See {command} --help."
    if as_json:
        return _answer_error("USAGE_ERROR", message, action, WRONG_USE)
    tell(f"{PROGRAM}: {message}")
    tell(f"  {action}")
    return WRONG_USE


def _failed(error: SpawnerError, as_json: bool, debug: bool) -> int:
    if debug:
        tell(for_trace(error))
    action = _way_to_find(error) or for_screen(classify_error(error).action)
    if as_json:
        return _answer_error(error.code, error.message, action, status_of(error))
    tell(f"{PROGRAM}: {for_screen(error.message)}")
    if action:
        tell(f"  {action}")
    return status_of(error)


def _way_to_find(error: SpawnerError) -> str:
    """Return the verb that lists what was named and is not there; empty for other errors."""
    verb = _LISTS.get(str(error.metadata.get("kind"))) if error.code == "NOT_FOUND" else None
    return "" if verb is None else f"List what there is with: {PROGRAM} {verb}; the end of an id will do."


def _no_room(error: OSError) -> int:
    drop_stdout()
    tell(f"{PROGRAM}: the answer could not be written: {error.strerror}.")
    return NOT_FINISHED


def _unexpected(error: Exception, as_json: bool, debug: bool) -> int:
    where = _log(error)
    what = for_screen(f"{type(error).__name__}: {error}")
    action = f"The log has the details: {where}." if where else "Run it again with --debug to see where."
    if debug:
        tell(for_trace(error))
    if as_json:
        return _answer_error(classify_error(error).type, what, action, NOT_FINISHED)
    tell(f"{PROGRAM}: something went wrong that should not: {what}")
    tell(f"  {action}")
    return NOT_FINISHED


def _answer_error(code: str, message: str, action: str, status: int) -> int:
    try:
        sys.stdout.write(exact_json(failure(code, message, action)) + "\n")
        sys.stdout.flush()
    except OSError:
        drop_stdout()
    return status


def for_trace(error: BaseException) -> str:
    """Return a traceback for the terminal of whoever asked for it: every line made safe, none cut out."""
    return "\n".join(for_screen(line) for line in "".join(traceback.format_exception(error)).splitlines())


def _log(error: Exception) -> str | None:
    """Write the traceback to the log file and return its path, or None where that cannot be done."""
    try:
        import logging

        from scenescout_tui.log_file import close_log, open_log
        from scenescout_tui.settings import load_settings

        settings = load_settings()
        handler = open_log(settings.log_file, settings.log_level, settings.secrets())
        logging.getLogger(__name__).error("the command line ended on an error", exc_info=error)
        close_log(handler)
        return for_screen(str(settings.log_file))
    except Exception:  # an error on the way to report an error: the first one is what matters
        return None


def status_of(error: SpawnerError) -> int:
    """Return the exit status that an error ends the program with."""
    return WRONG_USE if error.code in _WRONG_USE_CODES else NOT_FINISHED
