"""The three standard streams: what is done so that none of them can stop the program."""

from __future__ import annotations

import os
import sys


def make_bearable() -> None:
    """Give every stream a place to go, and no character the power to stop the program."""
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 – for the whole process
        elif name != "stdin" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def tell(line: str) -> None:
    """Write one line to stderr; a terminal that has gone is no reason to stop."""
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass


def drop_stdout() -> None:
    """Point stdout at nothing, or the interpreter complains about what it could not flush."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass
