"""What the console remembers from one session to the next: the last file of each source."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

_FILE = "console.json"
_PATHS = "paths"


class Memory:
    """A small JSON file in the state directory; losing it costs only comfort, so faults are passed over."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / _FILE

    def path_of(self, source: str) -> str:
        """Give the file that was imported last for a source, or an empty string."""
        paths = self._read().get(_PATHS)
        path = paths.get(source) if isinstance(paths, dict) else None
        return path if isinstance(path, str) else ""

    def keep_path(self, source: str, path: str) -> None:
        """Remember the file for a source."""
        remembered = self._read()
        paths = remembered.get(_PATHS)
        remembered[_PATHS] = {**(paths if isinstance(paths, dict) else {}), source: path}
        self._write(remembered)

    def _read(self) -> dict[str, object]:
        try:
            remembered = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return remembered if isinstance(remembered, dict) else {}

    def _write(self, remembered: dict[str, object]) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(
                "w", dir=self._file.parent, delete=False, encoding="utf-8"
            ) as new:
                json.dump(remembered, new)
            os.replace(new.name, self._file)
        except OSError:
            return
