"""A terminal to write into: pyte, asked for its cells."""

from __future__ import annotations

import pyte


class Screen:
    """A screen of some cells that obeys what is fed to it."""

    def __init__(self, columns: int, lines: int) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._screen.reset_mode(pyte.modes.DECAWM)
        self._stream = pyte.Stream(self._screen)

    def feed(self, text: str) -> None:
        """Obey some output."""
        self._stream.feed(text)

    def cells(self) -> list[tuple[str, str, str, bool]]:
        """Give character, colours and weight of every cell."""
        return [
            (cell.data, cell.fg, cell.bg, cell.bold)
            for line in range(self._screen.lines)
            for cell in (self._screen.buffer[line][column] for column in range(self._screen.columns))
        ]

    def text(self) -> str:
        """Give what is to be read, line by line."""
        return "\n".join(line.rstrip() for line in self._screen.display)
