"""The sandbox's Eventbrite answers as the blueprint and recorded traffic have it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scenescout_tui.sandbox.broken import UNSENDABLE, broken_records
from scenescout_tui.sandbox.eventbrite_catalogue import SIDE_EVENTS
from scenescout_tui.sandbox.server import SandboxServer
from tests.sandbox import clients
from tests.sandbox.clients import TODAY, Json

RECORDED = Path(__file__).parents[2].parent / "shared" / "payloads" / "eventbrite"
EVERYTHING = "venue,organizer,category,subcategory,format,ticket_availability,event_sales_status"

#: May be null or absent by what is known of the API, though no recorded event has them so.
NULLABLE = {
    "name.text",
    "logo",
    "logo_id",
    "venue",
    "venue_id",
    "published",
    "venue.address.address_2",
}


@pytest.fixture(scope="module")
def clean() -> Iterator[SandboxServer]:
    """As many events as the demo has, all of them sound."""
    with SandboxServer(latency=0, events=320, broken=False, today=TODAY) as server:
        yield server


@pytest.fixture
def client(clean: SandboxServer) -> Iterator[httpx.Client]:
    """A client of the clean one."""
    with clients.eventbrite(clean) as client:
        yield client


def listing(sandbox: SandboxServer) -> str:
    return f"/organizers/{sandbox.organizer_id}/events/"


def recorded(name: str) -> Any:
    file = RECORDED / name
    if not file.exists():
        pytest.skip("the recorded payloads are not here")
    return json.loads(file.read_text())


def shapes(value: Any, path: str = "") -> dict[str, set[str]]:
    """Every key within a JSON object, dotted, and the types it was met with."""
    found: dict[str, set[str]] = {}
    if isinstance(value, dict):
        for key, inner in value.items():
            for name, types in shapes(inner, f"{path}.{key}".lstrip(".")).items():
                found.setdefault(name, set()).update(types)
    if path:
        found.setdefault(path, set()).add(type(value).__name__)
    return found


def all_shapes(values: list[Json]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for value in values:
        for name, types in shapes(value).items():
            found.setdefault(name, set()).update(types)
    return found


def test_events_have_the_keys_and_types_of_recorded_ones(clean: SandboxServer, client: httpx.Client) -> None:
    both = [recorded(f"placecal/organizer_events_expand_venue_0925_page{number}.json") for number in (1, 2)]
    theirs = all_shapes([event for page in both for event in page["events"]])
    events = clients.events(client, listing(clean), expand="venue")
    ours = all_shapes(events)
    assert set(ours) == set(theirs)
    for name, types in ours.items():
        # A number may be whole here and not there; both are JSON numbers.
        assert types <= theirs[name] | ({"NoneType"} if name in NULLABLE else set()), name
    always = set.intersection(*(set(event) for page in both for event in page["events"]))
    assert all(always <= set(event) for event in events)


def test_a_page_says_where_it_is_as_recorded_pages_do(clean: SandboxServer, client: httpx.Client) -> None:
    first, last = (
        recorded(f"placecal/organizer_events_expand_venue_0925_page{number}.json") for number in (1, 2)
    )
    found = list(clients.pages(client, listing(clean)))
    assert list(found[0]) == list(first)
    assert shapes(found[0]["pagination"]) == shapes(first["pagination"])
    assert shapes(found[-1]["pagination"]) == shapes(last["pagination"])
    assert found[0]["pagination"]["continuation"] == first["pagination"]["continuation"]


def test_errors_categories_and_organisers_have_the_recorded_shapes(
    clean: SandboxServer, client: httpx.Client
) -> None:
    missing = client.get("/events/24967032065/")
    assert missing.status_code == 404
    assert missing.json() == recorded("sdk-ruby/event_not_found.json")
    nobody = httpx.get(f"{clean.eventbrite_url}{listing(clean)}")
    assert (nobody.status_code, nobody.json()) == (401, recorded("sdk-ruby/no_token.json"))
    known = {
        category["id"]: category["name"] for category in recorded("sdk-ruby/categories.json")["categories"]
    }
    categories = client.get("/categories/").json()["categories"]
    assert {category["id"]: category["name"] for category in categories} == known
    assert all_shapes(categories) == all_shapes(recorded("sdk-ruby/categories.json")["categories"])
    organizer = client.get(f"/organizers/{clean.organizer_id}/").json()
    assert set(organizer) == set(recorded("placecal/organizer_0925.json"))
    described = client.get(f"/events/{min(clean.eventbrite_ids())}/description/").json()
    assert shapes(described) == shapes(recorded("placecal/description_1353247763489.json"))


def test_a_walk_gives_every_event_once_and_counts_them(clean: SandboxServer, client: httpx.Client) -> None:
    found = list(clients.pages(client, listing(clean)))
    assert [len(page["events"]) for page in found] == [50] * 6 + [20]
    assert [page["pagination"]["page_number"] for page in found] == list(range(1, 8))
    assert {page["pagination"]["object_count"] for page in found} == {320}
    assert {page["pagination"]["page_count"] for page in found} == {7}
    assert [page["pagination"]["has_more_items"] for page in found] == [True] * 6 + [False]
    ids = [event["id"] for page in found for event in page["events"]]
    assert len(set(ids)) == len(ids) == 320
    assert set(ids) == clean.eventbrite_ids()
    starts = [event["start"]["utc"] for page in found for event in page["events"]]
    assert starts != sorted(starts)


@pytest.mark.parametrize("size", [1, 7, 50])
def test_pages_are_as_large_as_asked_for(clean: SandboxServer, client: httpx.Client, size: int) -> None:
    page = client.get(listing(clean), params={"page_size": size}).json()
    assert len(page["events"]) == page["pagination"]["page_size"] == size
    assert page["pagination"]["page_count"] == -(-320 // size)


def test_no_page_is_larger_than_fifty(clean: SandboxServer, client: httpx.Client) -> None:
    page = client.get(listing(clean), params={"page_size": 500}).json()
    assert (len(page["events"]), page["pagination"]["page_size"]) == (50, 50)


def test_the_continuation_is_the_number_of_the_page(clean: SandboxServer, client: httpx.Client) -> None:
    token = client.get(listing(clean)).json()["pagination"]["continuation"]
    assert json.loads(base64.b64decode(token + "=")) == {"page": 2}
    by_token = client.get(listing(clean), params={"continuation": token})
    by_number = client.get(listing(clean), params={"page": 2})
    assert by_token.content == by_number.content


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"page": "8"}, "BAD_PAGE"),
        ({"page": "0"}, "BAD_PAGE"),
        ({"page": "two"}, "BAD_PAGE"),
        ({"continuation": "!!"}, "BAD_CONTINUATION_TOKEN"),
        ({"continuation": "aGVsbG8"}, "BAD_CONTINUATION_TOKEN"),
        ({"continuation": base64.b64encode(b'{"page": "2"}').decode()}, "BAD_CONTINUATION_TOKEN"),
        ({"continuation": base64.b64encode(b'{"page": 99}').decode()}, "BAD_PAGE"),
        ({"page_size": "0"}, "ARGUMENTS_ERROR"),
        ({"page_size": "many"}, "ARGUMENTS_ERROR"),
        ({"order_by": "price_asc"}, "ARGUMENTS_ERROR"),
        ({"time_filter": "soon"}, "ARGUMENTS_ERROR"),
    ],
)
def test_what_cannot_be_a_page_is_refused(
    clean: SandboxServer, client: httpx.Client, params: dict[str, str], error: str
) -> None:
    answer = client.get(listing(clean), params=params)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert set(answer.json()) >= {"status_code", "error", "error_description"}


@pytest.mark.parametrize(
    "path",
    ["/events/search/", "/organizers/1/events/", "/venues/1/events/", "/series/1/events/", "/nothing/", "/"],
)
def test_what_is_not_there_is_not_found(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")


def test_the_slash_at_the_end_is_needed(clean: SandboxServer, client: httpx.Client) -> None:
    assert client.get(listing(clean)).status_code == 200
    assert client.get(listing(clean).rstrip("/")).status_code == 404


def test_tokens_are_looked_at_first(clean: SandboxServer) -> None:
    url = f"{clean.eventbrite_url}{listing(clean)}"

    def answer(url: str, header: str | None) -> tuple[int, str | None]:
        found = httpx.get(url, headers={} if header is None else {"Authorization": header})
        return found.status_code, found.json().get("error")

    public = f"Bearer {clean.eventbrite_public_token}"
    assert answer(url, None) == (401, "NO_AUTH")
    assert answer(f"{url}?token={clean.eventbrite_token}", None) == (401, "NO_AUTH")
    assert answer(url, "Bearer wrong") == (401, "INVALID_AUTH")
    assert answer(url, f"Basic {clean.eventbrite_token}") == (400, "INVALID_AUTH_HEADER")
    assert answer(url, f"Bearer {clean.yelp_token}") == (401, "INVALID_AUTH")
    assert answer(url, public) == (200, None)
    assert answer(f"{clean.eventbrite_url}/users/me/", public) == (403, "NOT_AUTHORIZED")
    assert answer(f"{clean.eventbrite_url}/users/me/organizations/", public) == (403, "NOT_AUTHORIZED")


def test_the_token_sees_two_organisations(clean: SandboxServer, client: httpx.Client) -> None:
    answer = client.get("/users/me/organizations/").json()
    ids = [organization["id"] for organization in answer["organizations"]]
    assert ids == [clean.organization_id, clean.side_organization_id]
    assert answer["pagination"]["object_count"] == 2
    first, second = (
        {e["id"] for e in clients.events(client, f"/organizations/{one}/events/")} for one in ids
    )
    assert first == clean.eventbrite_ids()
    assert len(second) == SIDE_EVENTS
    assert not first & second


def test_answers_are_not_to_be_cached_and_have_no_tag(clean: SandboxServer, client: httpx.Client) -> None:
    answer = client.get(listing(clean))
    assert answer.headers["cache-control"] == "no-cache"
    assert "etag" not in answer.headers
    assert "last-modified" not in answer.headers


def test_every_answer_says_how_much_of_the_limit_is_used() -> None:
    with SandboxServer(latency=0, events=20, today=TODAY) as server, clients.eventbrite(server) as client:
        used = []
        for path in (listing(server), "/nothing/", "/categories/"):
            said = client.get(path).headers["x-rate-limit"]
            match = re.fullmatch(
                r"token:(\w+) (\d+)/2000 reset=(\d+)s, key:(\w+) (\d+)/2000 reset=(\d+)s", said
            )
            assert match is not None, said
            assert match[1] == server.eventbrite_token
            assert match[2] == match[5]
            assert 3_500 < int(match[3]) <= 3_600
            used.append(int(match[2]))
        assert used == [1, 2, 3]


def test_a_used_up_limit_is_a_429_until_it_resets() -> None:
    with (
        SandboxServer(latency=0, events=5, eventbrite_limit=2, eventbrite_window=0.5) as server,
        clients.eventbrite(server) as client,
    ):
        refused = asked(client, listing(server), 429)
        assert refused.json()["error"] == "HIT_RATE_LIMIT"
        assert " 2/2 reset=" in refused.headers["x-rate-limit"]
        before = server.counts().eventbrite
        assert before.over_limit == 1
        again = asked(client, listing(server), 200)
        assert " 1/2 reset=" in again.headers["x-rate-limit"]
        after = server.counts().eventbrite
        assert after.over_limit - before.over_limit == after.requests - before.requests - 1


def asked(client: httpx.Client, path: str, status: int) -> httpx.Response:
    """Ask until an answer of this status comes."""
    while (answer := client.get(path)).status_code != status:
        assert answer.status_code in (200, 429)
    return answer


def test_only_what_is_asked_for_is_expanded(clean: SandboxServer, client: httpx.Client) -> None:
    names = set(EVERYTHING.split(","))
    for event in clients.events(client, listing(clean)):
        assert not names & set(event)
        assert event["venue_id"] is None or isinstance(event["venue_id"], str)
    for event in clients.events(client, listing(clean), expand="venue,ticket_availability,nonsense"):
        assert names & set(event) == {"venue", "ticket_availability"}
        assert (event["venue"] is None) == (event["venue_id"] is None)
    for params in ({"expand": EVERYTHING}, {"expand.event": EVERYTHING}):
        one = client.get(f"/events/{min(clean.eventbrite_ids())}/", params=params).json()
        assert names <= set(one)
        assert one["organizer"]["id"] == clean.organizer_id


def test_cancelled_comes_in_three_disguises(clean: SandboxServer, client: httpx.Client) -> None:
    found = clients.events(client, listing(clean), expand="event_sales_status")
    cancelled = {
        event["status"]
        for event in found
        if event["status"] == "canceled" or event["event_sales_status"]["message_code"] == "event_cancelled"
    }
    assert cancelled == {"canceled", "live", "completed"}
    assert any(
        event["status"] == "canceled" and event["event_sales_status"]["message_code"] is None
        for event in found
    )


def test_prices_are_minor_units_of_their_currency(clean: SandboxServer, client: httpx.Client) -> None:
    found = clients.events(client, listing(clean), expand="ticket_availability")
    prices = [event["ticket_availability"]["minimum_ticket_price"] for event in found]
    for price in prices:
        if price is not None:
            unit = 1 if price["currency"] == "JPY" else 100
            assert price["value"] == round(float(price["major_value"]) * unit)
    known = [price for price in prices if price is not None]
    assert {"JPY", "GBP", "EUR"} <= {price["currency"] for price in known}
    assert len(known) < len(prices)


def test_the_list_has_no_long_texts_but_the_description_has(
    clean: SandboxServer, client: httpx.Client
) -> None:
    events = clients.events(client, listing(clean))
    assert all(event["description"]["text"] == event["summary"] for event in events)
    event = events[0]
    described = client.get(f"/events/{event['id']}/description/").json()["description"]
    assert event["description"]["html"] in described
    assert len(described) > 2 * len(event["summary"])
    assert client.get("/events/1/description/").status_code == 404


def test_a_series_is_its_dates_or_its_parent_as_asked_for(clean: SandboxServer, client: httpx.Client) -> None:
    dates = clients.events(client, f"/series/{clean.series_id}/events/")
    assert len(dates) == 4
    assert {event["series_id"] for event in dates} == {clean.series_id}
    assert all(event["is_series"] and not event["is_series_parent"] for event in dates)
    parent = client.get(f"/events/{clean.series_id}/").json()
    assert parent["is_series_parent"]
    assert "series_id" not in parent
    alone = {event["id"] for event in clients.events(client, listing(clean))}
    assert clean.series_id not in alone
    shown = clients.events(client, listing(clean), show_series_parent="true")
    parents = {event["id"] for event in shown if event["is_series_parent"]}
    assert clean.series_id in parents
    assert not any("series_id" in event for event in shown)
    assert {event["id"] for event in shown} - parents < alone


def test_lists_are_filtered_and_sorted_as_asked_for(clean: SandboxServer, client: httpx.Client) -> None:
    path = f"/organizations/{clean.organization_id}/events/"
    everything = clients.events(client, path)
    drafts = clients.events(client, path, status="draft")
    assert {event["status"] for event in drafts} == {"draft"}
    some = clients.events(client, path, status="draft,canceled")
    assert {event["status"] for event in some} == {"draft", "canceled"}
    past = clients.events(client, path, time_filter="past")
    future = clients.events(client, path, time_filter="current_future")
    assert past
    assert len(past) + len(future) == len(everything)
    ordered = [event["start"]["utc"] for event in clients.events(client, path, order_by="start_asc")]
    assert ordered == sorted(ordered)
    assert len(ordered) == len(everything)
    newest = [event["created"] for event in clients.events(client, path, order_by="created_desc")]
    assert newest == sorted(newest, reverse=True)
    later = clients.events(client, path, **{"start_date.range_start": "2027-01-01T00:00:00"})
    assert later
    assert {event["id"] for event in later} == {
        event["id"] for event in everything if event["start"]["local"] >= "2027"
    }


def test_a_venue_lists_what_takes_place_there(clean: SandboxServer, client: httpx.Client) -> None:
    there = clients.events(client, f"/venues/{clean.venue_id}/events/")
    everything = clients.events(client, listing(clean))
    assert {event["id"] for event in there} == {
        event["id"] for event in everything if event["venue_id"] == clean.venue_id
    }
    assert there


def test_several_events_come_in_one_answer_and_unknown_ones_do_not(
    clean: SandboxServer, client: httpx.Client
) -> None:
    ids = sorted(clean.eventbrite_ids())[:3]
    found = client.get("/events/", params={"event_ids": f"{','.join(ids)},1"}).json()
    assert [event["id"] for event in found["events"]] == ids
    assert client.get("/events/").json()["error"] == "ARGUMENTS_ERROR"


def test_the_demos_list_has_every_kind_of_broken_record_that_can_be_sent(
    sandbox: SandboxServer, eventbrite: httpx.Client
) -> None:
    found = clients.events(eventbrite, listing(sandbox), expand=EVERYTHING)
    broken = broken_records("eventbrite", 2026, TODAY)
    sendable = [json.loads(data) for what, data in broken.items() if what not in UNSENDABLE]
    assert len(sendable) >= 15
    assert all(record in found for record in sendable)
    assert len(found) == len(sandbox.eventbrite_ids()) + len(sendable)
    assert len(sandbox.eventbrite_ids()) == 320
