"""The sandbox's Yelp answers as its documentation has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from scenescout_tui.sandbox.broken import UNSENDABLE, broken_records
from scenescout_tui.sandbox.samples import COUNTS, REPEATS
from scenescout_tui.sandbox.server import SandboxServer
from tests.sandbox import clients
from tests.sandbox.clients import TODAY, Json

DOCUMENTED = Path(__file__).parents[2].parent / "shared" / "payloads" / "yelp" / "documentation_event.json"
KEYS = {
    "attending_count", "business_id", "category", "cost", "cost_max", "description", "event_site_url", "id",
    "image_url", "interested_count", "is_canceled", "is_free", "is_official", "latitude", "location",
    "longitude", "name", "tickets_url", "time_end", "time_start",
}  # fmt: skip


@pytest.fixture(scope="module")
def clean() -> Iterator[SandboxServer]:
    """More events than one search can reach, all of them sound."""
    with SandboxServer(latency=0, events=1_500, today=TODAY, yelp_per_second=10_000) as server:
        yield server


@pytest.fixture
def client(clean: SandboxServer) -> Iterator[httpx.Client]:
    """A client of the clean one."""
    with clients.yelp(clean) as client:
        yield client


def search(client: httpx.Client, **params: str | int | float) -> Json:
    answer = client.get("/events", params={"location": "Everywhere", **params})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def walk(client: httpx.Client, **params: str | int | float) -> list[Json]:
    """Every event a search gives before its offset is too large."""
    found: list[Json] = []
    while len(found) <= 1_000:
        page = search(client, limit=50, offset=len(found), **params)["events"]
        found += page
        if len(page) < 50:
            break
    return found


def begins(event: Json) -> datetime:
    return datetime.fromisoformat(event["time_start"])


def test_events_have_every_key_of_the_documentation(clean: SandboxServer, client: httpx.Client) -> None:
    found = walk(client)
    assert {frozenset(event) for event in found} == {frozenset(KEYS)}
    assert all(begins(event).utcoffset() is not None for event in found)
    if not DOCUMENTED.exists():
        pytest.skip("the documented payload is not here")
    documented = json.loads(DOCUMENTED.read_text())
    assert set(search(client)) == set(documented)
    assert all(set(event["location"]) == set(documented["events"][0]["location"]) for event in found)
    # The documentation's sample is older than the business's key.
    assert set(documented["events"][0]) | {"business_id"} == KEYS


def test_the_total_is_the_length_of_the_page(client: httpx.Client) -> None:
    assert search(client)["total"] == len(search(client)["events"]) == 3
    assert search(client, limit=50)["total"] == 50
    assert search(client, limit=0) == {"events": [], "total": 0}
    assert search(client, limit=50, offset=1_000)["total"] == 50


def test_one_search_reaches_no_further_than_its_offset(clean: SandboxServer, client: httpx.Client) -> None:
    found = walk(client, sort_on="time_start", sort_by="asc")
    assert len(found) == len({event["id"] for event in found}) == 1_050
    assert len(clean.yelp_ids()) == 1_500
    beyond = client.get("/events", params={"location": "Everywhere", "offset": 1_001})
    assert (beyond.status_code, beyond.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


def test_a_search_from_where_the_last_one_ended_reaches_the_rest(
    clean: SandboxServer, client: httpx.Client
) -> None:
    first = walk(client, sort_on="time_start", sort_by="asc")
    since = int(begins(first[-1]).timestamp())
    rest = walk(client, sort_on="time_start", sort_by="asc", start_date=since)
    assert {event["id"] for event in first + rest} == clean.yelp_ids()


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"location": "Berlin", "limit": 51}, "VALIDATION_ERROR", "limit"),
        ({"location": "Berlin", "limit": -1}, "VALIDATION_ERROR", "limit"),
        ({"location": "Berlin", "limit": "all"}, "VALIDATION_ERROR", "limit"),
        ({"location": "Berlin", "offset": -1}, "VALIDATION_ERROR", "offset"),
        ({"location": "Berlin", "sort_on": "name"}, "VALIDATION_ERROR", "sort_on"),
        ({"location": "Berlin", "sort_by": "up"}, "VALIDATION_ERROR", "sort_by"),
        ({"location": "Berlin", "is_free": "maybe"}, "VALIDATION_ERROR", "is_free"),
        ({"location": "Berlin", "start_date": "tomorrow"}, "VALIDATION_ERROR", "start_date"),
        ({"location": "Berlin", "locale": "german"}, "VALIDATION_ERROR", "locale"),
        ({"location": "x" * 251}, "VALIDATION_ERROR", "location"),
        ({"latitude": 91, "longitude": 0}, "VALIDATION_ERROR", "latitude"),
        ({"latitude": "52.5", "longitude": "nan"}, "VALIDATION_ERROR", "longitude"),
        ({"latitude": 52.5, "longitude": 13.4, "radius": 40_001}, "VALIDATION_ERROR", "radius"),
        ({"latitude": 52.5}, "LOCATION_MISSING", None),
        ({}, "LOCATION_MISSING", None),
        ({"location": "Atlantis"}, "LOCATION_NOT_FOUND", None),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(
    client: httpx.Client, params: dict[str, str | int | float], code: str, field: str | None
) -> None:
    answer = client.get("/events", params=params)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error.get("field")) == (code, field)
    assert error["description"]


@pytest.mark.parametrize("location", ["Kraków", "krakow", "Krakow, PL"])
def test_a_city_is_found_however_it_is_typed(client: httpx.Client, location: str) -> None:
    found = walk(client, location=location)
    assert found
    assert {event["location"]["city"] for event in found} == {"Kraków"}


def test_coordinates_find_what_is_near(client: httpx.Client) -> None:
    def near(radius: int) -> set[str]:
        params: dict[str, str | int | float] = {"latitude": 51.5074, "longitude": -0.1278, "radius": radius}
        answer = client.get("/events", params=params | {"limit": 50})
        return {event["location"]["city"] for event in answer.json()["events"]}

    assert near(40_000) == {"London"}
    assert near(0) == set()


def test_lists_are_filtered_and_sorted_as_asked_for(client: httpx.Client) -> None:
    berlin = walk(client, location="Berlin")
    liked = [event["attending_count"] + event["interested_count"] for event in berlin]
    assert liked == sorted(liked, reverse=True)
    early = walk(client, location="Berlin", sort_on="time_start", sort_by="asc")
    assert [begins(event) for event in early] == sorted(begins(event) for event in berlin)
    free = walk(client, location="Berlin", is_free="true")
    assert {event["id"] for event in free} == {event["id"] for event in berlin if event["is_free"]}
    music = walk(client, location="Berlin", categories="music,film")
    assert {event["category"] for event in music} == {"music", "film"}
    without = walk(client, location="Berlin", excluded_events=berlin[0]["id"])
    assert {event["id"] for event in without} == {event["id"] for event in berlin[1:]}


def test_the_demos_broken_records_do_not_spoil_the_order(yelp: httpx.Client) -> None:
    starts = []
    for event in walk(yelp, sort_on="time_start", sort_by="asc"):
        try:
            starts.append(begins(event))
        except (KeyError, TypeError, ValueError):
            continue  # it says no start that could be out of order
    assert starts == sorted(starts)
    assert len(starts) > 310


def test_dates_mean_what_the_documentation_says(client: httpx.Client) -> None:
    day = datetime(2026, 12, 10, tzinfo=UTC)
    week = day + timedelta(days=7)
    within = walk(client, start_date=int(day.timestamp()), end_date=int(week.timestamp()))
    everything = walk(client, sort_on="time_start", sort_by="asc", start_date=int(day.timestamp()))
    expected = {
        event["id"]
        for event in everything
        if datetime.fromisoformat(event["time_end"] or event["time_start"]) <= week
    }
    assert {event["id"] for event in within} == expected
    # What begins within the week and ends after it is not listed.
    assert any(begins(event) <= week and event["id"] not in expected for event in everything)


def test_an_event_is_found_by_its_id(client: httpx.Client) -> None:
    event = search(client)["events"][0]
    assert client.get(f"/events/{event['id']}").json() == event
    answer = client.get("/events/nothing-of-the-kind")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert client.get("/businesses/search").json()["error"]["code"] == "NOT_FOUND"


def test_tokens_are_looked_at_first(clean: SandboxServer) -> None:
    url = f"{clean.yelp_url}/events?location=Berlin"

    def answer(header: str | None) -> tuple[int, str]:
        found = httpx.get(url, headers={} if header is None else {"Authorization": header})
        return found.status_code, found.json()["error"]["code"]

    assert answer(None) == (401, "TOKEN_MISSING")
    assert answer("Bearer wrong") == (401, "TOKEN_INVALID")
    assert answer(f"Bearer {clean.eventbrite_token}") == (401, "TOKEN_INVALID")


def test_every_answer_says_what_is_left_of_the_day(client: httpx.Client) -> None:
    one, other = (client.get("/events", params={"location": place}) for place in ("Berlin", "Atlantis"))
    assert one.headers["ratelimit-dailylimit"] == other.headers["ratelimit-dailylimit"] == "5000"
    assert int(one.headers["ratelimit-remaining"]) - int(other.headers["ratelimit-remaining"]) == 1
    resets = datetime.fromisoformat(one.headers["ratelimit-resettime"])
    assert resets.utcoffset() == timedelta(0)
    assert (resets.hour, resets.minute, resets.second) == (0, 0, 0)
    assert timedelta(0) < resets - datetime.now(UTC) <= timedelta(days=1)


def test_the_day_is_used_up_at_its_limit_and_begins_again() -> None:
    options = {"latency": 0.0, "events": 5, "yelp_daily_limit": 2, "yelp_window": 0.5}
    with SandboxServer(**options) as server, clients.yelp(server) as client:  # type: ignore[arg-type]
        while (answer := client.get("/events?location=Everywhere")).status_code == 200:
            pass
        assert answer.status_code == 429
        assert answer.json()["error"]["code"] == "ACCESS_LIMIT_REACHED"
        assert answer.headers["ratelimit-remaining"] == "0"
        while (answer := client.get("/events?location=Everywhere")).status_code == 429:
            pass
        assert answer.status_code == 200
        assert server.counts().yelp.over_limit >= 1


def test_too_many_within_a_second_is_another_429() -> None:
    with SandboxServer(latency=0, events=5, yelp_per_second=1) as server, clients.yelp(server) as client:
        while (answer := client.get("/events?location=Everywhere")).status_code == 200:
            pass
        assert answer.status_code == 429
        assert answer.json()["error"]["code"] == "TOO_MANY_REQUESTS_PER_SECOND"
        assert server.counts().yelp.over_limit == 1
        # What was refused for the second is not taken from the day.
        served = server.counts().yelp.requests - 1
        assert int(answer.headers["ratelimit-remaining"]) == 5_000 - served


def test_the_demos_lists_have_repeats_and_every_kind_of_broken_record_that_can_be_sent(
    sandbox: SandboxServer, yelp: httpx.Client
) -> None:
    found = walk(yelp)
    broken = broken_records("yelp", 2026, TODAY)
    sendable = [json.loads(data) for what, data in broken.items() if what not in UNSENDABLE]
    assert all(record in found for record in sendable)
    assert len(found) == COUNTS["yelp"] + REPEATS["yelp"] + len(sendable)
    assert len(sandbox.yelp_ids()) == COUNTS["yelp"]
