"""Textual's terminal driver, steady against stray bytes, a lost terminal and one that stops reading."""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from collections.abc import Callable

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

#: Seconds between looks at the exit flag; also how long a lone escape key waits for the rest of a sequence.
_TICK = 0.1


class SteadyDriver(LinuxDriver):
    """A driver whose input never dies of what a terminal sends."""

    #: Called from the input thread when the terminal has gone (end of file or an error on reading).
    on_lost: Callable[[], None] | None = None

    @property
    def backlog(self) -> int:
        """Count the writes that wait for the terminal; Textual blocks at 30."""
        writer = self._writer_thread
        return 0 if writer is None else writer._queue.qsize()

    def run_input_thread(self) -> None:
        """Read keys until the app ends.

        Bytes that are no UTF-8 become U+FFFD, where Textual's own loop would end the app; at the end of the
        input it says so once, where Textual's own loop would spin.
        """
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            ready, _, _ = select.select([self.fileno], [], [], _TICK)
            if ready:
                data = self._read()
                if not data:
                    if self.on_lost is not None:
                        self.on_lost()
                    return
                if text := decode(data):
                    for message in parser.feed(text):
                        self.process_message(message)
            for message in parser.tick():
                self.process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""
