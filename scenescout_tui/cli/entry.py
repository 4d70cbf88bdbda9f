"""Where the program starts: answers what needs nothing, then hands over to the guarded command line.

Nothing but `sys` is imported before `--version` is answered, and nothing here needs a new Python to be
parsed.
"""

from __future__ import annotations

import sys
from typing import NoReturn

OLDEST_PYTHON = (3, 11)


def main() -> NoReturn:
    """Run `scenescout` with the arguments of this process and end it with the exit status of DESIGN §7."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run `scenescout` with these arguments and return the exit status."""
    if sys.version_info < OLDEST_PYTHON:
        needed = ".".join(map(str, OLDEST_PYTHON))
        found = ".".join(map(str, sys.version_info[:3]))
        sys.stderr.write(f"SceneScout needs Python {needed} or newer; this is Python {found}.\n")
        return 2
    if arguments and arguments[0] in ("--version", "-V"):
        return _version()
    from scenescout_tui.cli.guard import guarded

    return guarded(arguments)


def _version() -> int:
    from scenescout_tui import __version__

    try:
        sys.stdout.write(f"scenescout {__version__}\n")
        sys.stdout.flush()
    except (BrokenPipeError, AttributeError):
        # Nobody reads it, or there is no stdout at all: no reason to complain.
        sys.stdout = None
    except OSError as error:
        from scenescout_tui.cli.complaint import complain

        return complain(error, as_json=False, debug=False)
    return 0
