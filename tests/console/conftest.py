"""Every console test sees the same clock, and no colour settings of this machine."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from scenescout_tui.console import content, keys


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times on the screen are those of UTC."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
    content.show_in(None)
    keys.remap({})
