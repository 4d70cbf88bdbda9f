"""Runs the command line and turns whatever comes out of it into one clear line and an exit status."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import click

from scenescout_tui.cli.exits import PROGRAM, SIGNALLED, PipeClosed, Signalled
from scenescout_tui.cli.streams import drop_stdout, make_bearable

COMPLETE_VARIABLE = "_SCENESCOUT_COMPLETE"


def guarded(arguments: list[str]) -> int:
    """Run the command line and return the exit status of DESIGN §7; nothing but `SystemExit` is ever
    raised.
    """
    make_bearable()
    as_json = _asks_for_json(arguments)
    debug = "--debug" in arguments
    try:
        _end_on_signals()
        status = _run(arguments)
        sys.stdout.flush()
        return status
    except (PipeClosed, BrokenPipeError):
        drop_stdout()
        return 0
    except (KeyboardInterrupt, click.Abort):
        drop_stdout()
        return SIGNALLED + signal.SIGINT
    except Signalled as ended:
        drop_stdout()
        return SIGNALLED + ended.number
    except Exception as error:
        from scenescout_tui.cli.complaint import complain

        return complain(error, as_json=as_json, debug=debug)


def _run(arguments: list[str]) -> int:
    from scenescout_tui.cli.root import root

    instruction = os.environ.get(COMPLETE_VARIABLE)
    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(root, {}, PROGRAM, COMPLETE_VARIABLE, instruction)
    try:
        with root.make_context(PROGRAM, list(arguments)) as context:
            result = root.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return result if isinstance(result, int) else 0


def _asks_for_json(arguments: list[str]) -> bool:
    """Tell whether errors have to be JSON as well, even if click could not make sense of the arguments."""
    before_files = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in before_files


def _end_on_signals() -> None:
    """Let SIGTERM and SIGHUP unwind the stack, so that half-written files are removed; a verb may do
    otherwise.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        raise Signalled(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        # An ignored signal (nohup) stays ignored.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)
