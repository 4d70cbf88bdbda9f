"""Clients of the sandbox as the tests use them: patient where a test says so, never more clever than that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import httpx

from scenescout_tui.sandbox.server import SandboxServer

TODAY = date(2026, 11, 23)
#: Seconds that nothing here takes.
PATIENCE = 20.0

Json = dict[str, Any]


@contextmanager
def eventbrite(sandbox: SandboxServer, token: str | None = None) -> Iterator[httpx.Client]:
    """A client with Eventbrite's address and a token (default: the private one)."""
    headers = {"Authorization": f"Bearer {token or sandbox.eventbrite_token}"}
    with httpx.Client(base_url=sandbox.eventbrite_url, headers=headers, timeout=PATIENCE) as client:
        yield client


@contextmanager
def yelp(sandbox: SandboxServer, token: str | None = None) -> Iterator[httpx.Client]:
    """A client with Yelp's address and a token (default: the right one)."""
    headers = {"Authorization": f"Bearer {token or sandbox.yelp_token}"}
    with httpx.Client(base_url=sandbox.yelp_url, headers=headers, timeout=PATIENCE) as client:
        yield client


def outcome(client: httpx.Client, path: str, params: dict[str, str | int]) -> tuple[str, Json]:
    """Ask once; return what went wrong in a word or two, "" for nothing, and the JSON that came."""
    try:
        answer = client.get(path, params=params)
        return (str(answer.status_code), {}) if answer.status_code != 200 else ("", answer.json())
    except (httpx.TransportError, ValueError) as error:
        return type(error).__name__, {}


def insistent(client: httpx.Client, path: str, params: dict[str, str | int]) -> Json:
    """Ask up to four times, as a client with three retries does."""
    for _ in range(4):
        problem, found = outcome(client, path, params)
        if not problem:
            return found
    raise AssertionError(f"four times in vain: {path}")


def pages(client: httpx.Client, path: str, **params: str | int) -> Iterator[Json]:
    """Walk a listing of Eventbrite page by page by its continuation, insisting on each."""
    while True:
        page = insistent(client, path, params)
        yield page
        token = page["pagination"].get("continuation")
        if token is None:
            return
        params = params | {"continuation": token}


def events(client: httpx.Client, path: str, **params: str | int) -> list[Json]:
    """Every event of a listing, in its order."""
    return [event for page in pages(client, path, **params) for event in page["events"]]
