"""Which of the two databases a test of the store runs on; without a mark on both."""

from __future__ import annotations

import pytest

#: For what only a file can show: its pages, its locks, its plans.
on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
#: For what only a server can show: its sessions, its states, several engines at once.
on_postgresql = pytest.mark.parametrize(
    "url", [pytest.param("postgresql", marks=pytest.mark.server)], indirect=True
)
