"""A server and a way to it for every test of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sources.eventbrite_api.server import Server
from tests.sources.eventbrite_api.walking import Way


@pytest.fixture
async def way(anyio_backend: str) -> AsyncIterator[Way]:
    async with Server() as server:
        yield Way(server)
