"""Exit statuses (DESIGN §7) and what carries them out of a verb."""

from __future__ import annotations

#: The name people type.
PROGRAM = "scenescout"

ALL_WELL = 0
SOME_FAILED = 1
WRONG_USE = 2
NOT_FINISHED = 3
SIGNALLED = 128


class PipeClosed(Exception):
    """Whoever read our stdout has gone; nothing more needs to be said."""


class Signalled(BaseException):
    """A signal asked this process to end; `number` is the signal's. Not an `Exception`, so that nobody
    swallows it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.number = number
