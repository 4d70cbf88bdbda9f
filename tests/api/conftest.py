"""One server for the tests that leave nothing behind but events."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.served import Served, served


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with its usual limits, shared by the tests of a module."""
    with served(tmp_path_factory.mktemp("api") / "events.db") as one:
        yield one
