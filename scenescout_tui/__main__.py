"""`python -m scenescout_tui`: the same as the command `scenescout`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 – pip refuses an old Python, but `python -m` from a checkout does not
    sys.exit(f"SceneScout needs Python 3.11 or newer; this is {sys.version_info[0]}.{sys.version_info[1]}.")

from scenescout_tui.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
