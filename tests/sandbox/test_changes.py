"""Lists that change while they are walked: a naive walk misses some, a second one does not."""

from __future__ import annotations

from collections import Counter

import httpx
import pytest

from scenescout_tui.sandbox.changes import SCRIPT
from scenescout_tui.sandbox.server import SandboxServer
from tests.sandbox import clients
from tests.sandbox.clients import TODAY


def walk_yelp(client: httpx.Client, **params: str | int) -> list[str]:
    found: list[str] = []
    while True:
        asked: dict[str, str | int] = {"location": "Everywhere", "limit": 50, "offset": len(found), **params}
        page = clients.insistent(client, "/events", asked)["events"]
        found += [event["id"] for event in page]
        if len(page) < 50:
            return found


@pytest.mark.parametrize("events", [100, 320, 1_000])
def test_a_naive_walk_of_eventbrite_misses_some_and_a_second_one_none(events: int) -> None:
    with (
        SandboxServer(latency=0, events=events, shift=True, today=TODAY) as server,
        clients.eventbrite(server) as client,
    ):
        path = f"/organizers/{server.organizer_id}/events/"
        counts = set()
        first: Counter[str] = Counter()
        for page in clients.pages(client, path):
            counts.add(page["pagination"]["object_count"])
            first.update(event["id"] for event in page["events"])
        if events > 100:
            assert server.counts().shifts == len(SCRIPT)
            assert server.eventbrite_ids() - set(first)
            assert max(first.values()) == 2
            assert counts == {events, events + 1, events + 2}
        while server.counts().shifts < len(SCRIPT):
            clients.events(client, path)
        again = [event["id"] for event in clients.events(client, path)]
        assert sorted(again) == sorted(server.eventbrite_ids())
        assert len(again) == events + 2


@pytest.mark.parametrize("order", [{}, {"sort_on": "time_start", "sort_by": "asc"}])
def test_a_naive_walk_of_yelp_misses_some_and_a_second_one_none(order: dict[str, str]) -> None:
    with (
        SandboxServer(latency=0, events=500, shift=True, today=TODAY) as server,
        clients.yelp(server) as client,
    ):
        first = Counter(walk_yelp(client, **order))
        assert server.counts().shifts == len(SCRIPT)
        assert server.yelp_ids() - set(first)
        assert max(first.values()) == 2
        again = walk_yelp(client, **order)
        assert sorted(again) == sorted(server.yelp_ids())
        assert len(again) == 502


def test_lists_change_in_the_same_way_each_time() -> None:
    walks = []
    for _ in range(2):
        with (
            SandboxServer(latency=0, events=320, shift=True, today=TODAY) as server,
            clients.eventbrite(server) as client,
        ):
            events = clients.events(client, f"/organizers/{server.organizer_id}/events/")
            walks.append([event["id"] for event in events])
    assert walks[0] == walks[1]


def test_faults_bring_changes_with_them_unless_told_otherwise() -> None:
    for faults, shift, expected in ((0.1, None, len(SCRIPT)), (0.1, False, 0), (0.0, None, 0)):
        with (
            SandboxServer(latency=0, events=320, faults=faults, shift=shift, today=TODAY) as server,
            clients.eventbrite(server) as client,
        ):
            clients.events(client, f"/organizers/{server.organizer_id}/events/")
            assert server.counts().shifts == expected
