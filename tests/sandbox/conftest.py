"""The demo's sandbox, at once; each test module has one of its own."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from scenescout_tui.sandbox.server import SandboxServer
from tests.sandbox import clients


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    """The demo: broken records among the good ones, no faults, no latency."""
    with SandboxServer(latency=0, today=clients.TODAY, yelp_per_second=10_000) as server:
        yield server


@pytest.fixture
def eventbrite(sandbox: SandboxServer) -> Iterator[httpx.Client]:
    """A client of its Eventbrite with the private token."""
    with clients.eventbrite(sandbox) as client:
        yield client


@pytest.fixture
def yelp(sandbox: SandboxServer) -> Iterator[httpx.Client]:
    """A client of its Yelp with the right token."""
    with clients.yelp(sandbox) as client:
        yield client
