"""The faults dial: every kind comes, the same ones each time, and nobody who asks again is kept out."""

from __future__ import annotations

from collections import Counter
from email.utils import parsedate_to_datetime

import httpx
import pytest

from scenescout_tui.sandbox.faults import FAULTS, MOST_IN_A_ROW, FaultDial
from scenescout_tui.sandbox.server import SandboxServer
from tests.sandbox import clients
from tests.sandbox.clients import TODAY

#: What a client sees of each kind; a slow answer is a good one.
SEEN = {
    "internal error": {"500"},
    "expansion failed": {"500"},
    "bad gateway": {"502"},
    "unavailable": {"503"},
    "unavailable, retry in seconds": {"503"},
    "unavailable, retry at date": {"503"},
    "timed out": {"504"},
    "too many requests": {"429"},
    "reset": {"ReadError"},
    "dropped": {"RemoteProtocolError"},
    "truncated": {"JSONDecodeError"},
    "garbage": {"JSONDecodeError", "UnicodeDecodeError"},
    "empty": {"JSONDecodeError"},
    "slow": {""},
}


def ask_often(server: SandboxServer, times: int) -> list[str]:
    """Ask both services in turn, `times` times; what became of each request."""
    found = []
    listing = f"/organizers/{server.organizer_id}/events/"
    with clients.eventbrite(server) as eventbrite, clients.yelp(server) as yelp:
        for number in range(times):
            if number % 2:
                params: dict[str, str | int] = {"location": "Everywhere", "offset": number}
                found.append(clients.outcome(yelp, "/events", params)[0])
            else:
                params = {"expand": "venue", "page": number % 3 + 1}
                found.append(clients.outcome(eventbrite, listing, params)[0])
    return found


def test_every_kind_of_fault_comes_and_is_counted() -> None:
    # So fast a client would meet the true limit too.
    options = {"events": 150, "faults": 0.3, "shift": False, "latency": 0.0, "yelp_per_second": 1_000}
    with SandboxServer(**options) as server:  # type: ignore[arg-type]
        seen = Counter(ask_often(server, 300))
        counts = server.counts()
    assert set(counts.faults) == set(FAULTS)
    slow = counts.faults["slow"]
    assert seen.total() - seen[""] == sum(counts.faults.values()) - slow
    assert set(seen) <= set().union(*SEEN.values())
    for status, kinds in (("502", ["bad gateway"]), ("504", ["timed out"]), ("429", ["too many requests"])):
        assert seen[status] == sum(counts.faults[kind] for kind in kinds)
    assert seen["500"] == counts.faults["internal error"] + counts.faults["expansion failed"]
    assert seen["ReadError"] == counts.faults["reset"]
    assert seen["RemoteProtocolError"] == counts.faults["dropped"]
    share = sum(counts.faults.values()) / 300
    assert 0.2 < share < 0.4
    # What the dial does is not what the limits do.
    assert counts.eventbrite.over_limit == counts.yelp.over_limit == 0


def test_the_same_seed_goes_wrong_in_the_same_way() -> None:
    runs = []
    for seed in (1, 1, 2):
        with SandboxServer(latency=0, events=150, faults=0.3, seed=seed, today=TODAY) as server:
            runs.append((ask_often(server, 60), server.counts().faults))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_without_the_dial_nothing_goes_wrong() -> None:
    with SandboxServer(latency=0, events=150, today=TODAY) as server:
        assert set(ask_often(server, 40)) == {""}
        assert server.counts().faults == {}
        assert server.counts().shifts == 0


def test_who_asks_again_gets_through_even_where_everything_fails() -> None:
    with SandboxServer(latency=0, events=20, faults=1.0, shift=False) as server:
        with clients.eventbrite(server) as client:
            for _ in range(10):
                assert clients.insistent(client, f"/organizers/{server.organizer_id}/events/", {})["events"]
        assert sum(server.counts().faults.values()) >= 20


def test_a_row_of_faults_for_one_address_ends_and_begins_anew() -> None:
    dial = FaultDial(1.0, seed=5)
    row = [dial.decide("yelp", number, "/events", expands=False) is not None for number in range(1, 9)]
    assert row == [*[True] * MOST_IN_A_ROW, False, *[True] * MOST_IN_A_ROW, False]


def test_expansions_fail_only_where_they_are_asked_for() -> None:
    dial = FaultDial(1.0, seed=5)
    kinds = {dial.decide("eventbrite", number, f"/{number}", expands=False) for number in range(500)}
    assert kinds == set(FAULTS) - {"expansion failed"}
    feeds = {dial.decide("feeds", number, f"/{number}", expands=False) for number in range(500)}
    assert not feeds & {"expansion failed", "truncated", "garbage", "empty"}


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_is_between_nothing_and_all(share: float) -> None:
    with pytest.raises(ValueError, match="faults"):
        SandboxServer(faults=share)


def test_refusals_say_when_to_come_back_in_either_form() -> None:
    hints = []
    with (
        SandboxServer(latency=0, events=20, faults=1.0, shift=False) as server,
        clients.eventbrite(server) as client,
    ):
        for number in range(1, 200):
            try:
                answer = client.get(f"/events/{number}/")
            except httpx.TransportError:
                continue
            if answer.status_code in (429, 503):
                hints.append((answer.status_code, answer.headers.get("retry-after")))
                limited = "x-rate-limit" in answer.headers
                assert limited == (answer.headers["content-type"] == "application/json")
    assert (429, "1") in hints
    assert (503, "1") in hints
    assert (503, None) in hints
    dates = [hint for _, hint in hints if hint is not None and hint != "1"]
    assert dates
    assert all(parsedate_to_datetime(hint).tzinfo is not None for hint in dates)
