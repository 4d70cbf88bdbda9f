"""A program in a pty of its own, its output with the moment each piece of it came."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[ -/]*[0-~])")


class Terminal:
    """Runs a command in a pty; reads all it writes, unless `reading` is cleared."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.reading = threading.Event()
        self.reading.set()
        self._pieces: list[tuple[float, bytes]] = []
        self._news = threading.Condition()
        self._primary, secondary = pty.openpty()
        fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=secondary,
            stdout=secondary,
            stderr=secondary,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})},
            start_new_session=True,
        )
        os.close(secondary)
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.reading.set()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        os.close(self._primary)

    def _read(self) -> None:
        while True:
            self.reading.wait()
            try:
                piece = os.read(self._primary, 65536)
            except OSError:
                return
            if not piece:
                return
            with self._news:
                self._pieces.append((time.perf_counter(), piece))
                self._news.notify_all()

    def press(self, keys: str) -> float:
        """Send keys; return the moment they were sent."""
        os.write(self._primary, keys.encode())
        return time.perf_counter()

    def mark(self) -> int:
        """Return a mark for `since` and `seen`."""
        with self._news:
            return len(self._pieces)

    def since(self, mark: int = 0) -> bytes:
        """Return all output since a mark."""
        with self._news:
            return b"".join(piece for _, piece in self._pieces[mark:])

    def text(self, mark: int = 0) -> str:
        """Return the output since a mark without escape sequences."""
        return _ESCAPES.sub(b"", self.since(mark)).decode(errors="replace")

    def seen(self, text: str, mark: int = 0, timeout: float = 20.0) -> float:
        """Wait until ``text`` was written since the mark; return the moment of the piece that completed it.

        :raises TimeoutError: when it does not come.
        """
        ends = time.perf_counter() + timeout
        with self._news:
            while True:
                found = b""
                for moment, piece in self._pieces[mark:]:
                    found += piece
                    if text in _ESCAPES.sub(b"", found).decode(errors="replace"):
                        return moment
                left = ends - time.perf_counter()
                if left <= 0 or not self._news.wait(left):
                    raise TimeoutError(f"{text!r} was not written; the last was {self.text(mark)[-400:]!r}")

    def quiet(self, seconds: float) -> int:
        """Wait so long; return how many bytes came meanwhile."""
        mark = self.mark()
        time.sleep(seconds)
        return len(self.since(mark))
