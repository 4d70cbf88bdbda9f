"""Runs a program in a terminal of its own and keeps what it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.console.screen import Screen


class Terminal:
    """One program in a pseudo-terminal."""

    def __init__(self, pid: int, master: int, columns: int, lines: int) -> None:
        self.written = b""
        self.screen = Screen(columns, lines)
        self._pid = pid
        self._master = master
        self._status: int | None = None

    def type(self, keys: bytes) -> None:
        """Send keys."""
        os.write(self._master, keys)

    def read(self, seconds: float) -> bytes:
        """Take what is written in the next time."""
        before = len(self.written)
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0 and self._take(left):
            pass
        return self.written[before:]

    def until(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        """Read until something is so."""
        ends = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > ends or not self._take(0.5):
                assert condition(), self.screen.text()
                return

    def shows(self, text: str) -> None:
        """Read until the screen shows a text."""
        self.until(lambda: text in self.screen.text())

    def hang_up(self) -> None:
        """Take the terminal away."""
        os.close(self._master)
        self._master = -1

    def exit_status(self, seconds: float = 20.0) -> int:
        """Wait for the end and give the status."""
        ends = time.monotonic() + seconds
        while self._status is None:
            if self._master >= 0:
                self._take(0.05)
            else:
                time.sleep(0.02)
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
            assert time.monotonic() < ends, "it does not end"
        return self._status

    def close(self) -> None:
        """End the program if it is still there."""
        if self._status is None:
            os.kill(self._pid, 9)
            os.waitpid(self._pid, 0)
        if self._master >= 0:
            os.close(self._master)

    def _take(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            return False
        self.written += data
        self.screen.feed(data.decode("utf-8", "replace"))
        return bool(data)


@contextmanager
def terminal(
    script: Path, *arguments: str, columns: int = 120, lines: int = 40, **environment: str
) -> Iterator[Terminal]:
    """Run a Python script in a terminal of a size."""
    pid, master = pty.fork()
    if pid == 0:  # pragma: no cover - the child becomes the program
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8", TZ="UTC")
        os.environ.update(environment)
        root = str(Path(__file__).resolve().parents[2])
        os.environ["PYTHONPATH"] = root
        os.execv(sys.executable, [sys.executable, str(script), *arguments])
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    opened = Terminal(pid, master, columns, lines)
    try:
        yield opened
    finally:
        opened.close()
