"""When services were asked, noted on disk: a limit is the service's, and outlives the engine that kept it."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger(__name__)

#: Seconds that an entry counts: the longest window of our limits.
WINDOW = 60.0
#: The file is begun anew, with what still counts, when it is larger (bytes).
LARGEST = 256_000


class _Line(NamedTuple):
    #: Unix seconds.
    at: float
    what: str
    service: str


class RequestLog:
    """Two lines for each request, when it is sent and when it is answered, beside the database.

    Written at once, so that they are there after a kill too; nothing waits for the disk. A file that cannot
    be read or written costs nothing but this memory.
    """

    def __init__(self, database: Path) -> None:
        whole = database.resolve()
        self.path = whole.with_name(whole.name + ".requests")
        self._fd: int | None = None
        self._size = 0
        self._earlier: list[_Line] | None = None

    def ages(self, service: str) -> list[float]:
        """Return how long ago an earlier engine asked a service, in seconds, the oldest first.

        A request counts from its answer on: the service saw it no later. One that was never answered may
        have arrived at any time since.
        """
        if self._earlier is None:
            self._earlier = self._read()
        now = time.time()
        # A clock that was set back would make lines of the future.
        recent = [one for one in self._earlier if one.service == service and 0 <= now - one.at < WINDOW]
        answered = sorted((now - one.at for one in recent if one.what == "answered"), reverse=True)
        sent = sum(one.what == "sent" for one in recent)
        return answered + [0.0] * (sent - len(answered))

    def sent(self, service: str) -> None:
        """Note that a service is asked at this moment."""
        self._note("sent", service)

    def answered(self, service: str) -> None:
        """Note that a request to a service has ended at this moment."""
        self._note("answered", service)

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _note(self, what: str, service: str) -> None:
        try:
            fd = self._begin() if self._fd is None or self._size > LARGEST else self._fd
            self._size += os.write(fd, f"{time.time()} {what} {service}\n".encode())
        except OSError as error:
            log.debug("a request could not be noted: %s", error.strerror)

    def _begin(self) -> int:
        """Begin the file anew with what still counts, and return it open."""
        after = time.time() - WINDOW
        lines = [f"{one.at} {one.what} {one.service}\n" for one in self._read() if one.at > after]
        self.close()
        # Beside the log of a server's engine, which may be the first to write there.
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
        fd = self._fd = os.open(self.path, flags, 0o600)
        self._size = os.write(fd, "".join(lines).encode())
        return fd

    def _read(self) -> list[_Line]:
        found: list[_Line] = []
        try:
            text = self.path.read_text()
        except (OSError, UnicodeDecodeError):
            return found
        for line in text.splitlines():
            try:
                at, what, service = line.split(" ", 2)
                found.append(_Line(float(at), what, service))
            except ValueError:
                continue  # cut off by the end of its process
        return found
