"""What the console remembers from one session to the next: what was named last for each source."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

_FILE = "console.json"
#: Called so since only files were remembered.
_NAMED = "paths"
_SCREENS = "screens"


class Memory:
    """A small JSON file in the state directory; losing it costs only comfort, so faults are passed over."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / _FILE

    def last(self, source: str) -> str:
        """Give the file, the address or the words that were named last for a source, or an empty string."""
        named = self._read().get(_NAMED)
        text = named.get(source) if isinstance(named, dict) else None
        return text if isinstance(text, str) else ""

    def keep(self, source: str, text: str) -> None:
        """Remember what was named for a source."""
        remembered = self._read()
        named = remembered.get(_NAMED)
        remembered[_NAMED] = {**(named if isinstance(named, dict) else {}), source: text}
        self._write(remembered)

    def screen(self, name: str) -> dict[str, object]:
        """Give how a screen was left; whoever takes it checks what stands there."""
        screens = self._read().get(_SCREENS)
        kept = screens.get(name) if isinstance(screens, dict) else None
        return kept if isinstance(kept, dict) else {}

    def keep_screen(self, name: str, kept: dict[str, object]) -> None:
        """Remember how a screen was left."""
        remembered = self._read()
        screens = remembered.get(_SCREENS)
        remembered[_SCREENS] = {**(screens if isinstance(screens, dict) else {}), name: kept}
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
