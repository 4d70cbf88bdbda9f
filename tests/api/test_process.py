"""Posting events: the object of `import --json` comes back, and what is wrong is said with its field."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from scenescout_tui import __version__
from scenescout_tui.api.limits import Limits
from scenescout_tui.imports.commands import Pause, Resume, StartImport
from tests.api.served import Served, error_of, head, served
from tests.imports.engines import PATIENCE, engine, report, tell, until
from tests.imports.payloads import eventbrite, manual, yelp


def read(database: Path, query: str) -> list[Any]:
    """Return the rows of a query."""
    with sqlite3.connect(database) as connection:
        return connection.execute(query).fetchall()


def shape(value: Any) -> Any:
    """Return a JSON value with types in place of its values."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return type(value).__name__


def test_a_post_is_answered_with_the_object_of_an_import(api: Served, tmp_path: Path) -> None:
    events = [eventbrite(1), eventbrite(2), {"id": "no title"}, eventbrite(2), eventbrite(3, status="draft")]
    answer = api.post("eventbrite", events)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["summary"] == {"total": 5, "processed": 2, "skipped": 2, "failed": 1}
    with engine(tmp_path / "other.db") as other:
        started = tell(other, StartImport("eventbrite", payloads=tuple(events)))
        expected = report(other, started.data["run_id"]).to_json()
    assert shape(answer.json()) == shape(expected)
    assert [one["index"] for one in answer.json()["results"]["failed"]] == [2]


def test_events_posted_twice_are_unchanged(api: Served) -> None:
    events = [yelp(1), yelp(2), manual(3)]
    first = api.post("auto", events).json()
    again = api.post("auto", events).json()
    assert first["summary"]["processed"] == 3
    assert again["summary"] == {"total": 3, "processed": 0, "skipped": 3, "failed": 0}
    assert {one["reason"] for one in again["results"]["skipped"]} == {"unchanged"}
    assert first["runId"] != again["runId"]


def test_each_event_is_kept_byte_for_byte(api: Served) -> None:
    event = b'{ "id":"bytes", "price": 1.10,\n  "name" : "\\u0041" }'
    body = b'{"events": [' + event + b' ], "source": "eventbrite"}'
    answer = api.client.post(
        "/api/events/process", content=body, headers={"Content-Type": "application/json; charset=UTF-8"}
    )
    (failed,) = answer.json()["results"]["failed"]
    query = f"SELECT payload FROM dead_letters WHERE id = '{failed['deadLetterId']}'"
    assert read(api.database, query) == [(event,)]


def test_an_event_that_only_looks_like_json_fails_alone(api: Served) -> None:
    body = b'{"source": "yelp", "events": [{"id": "\xff"}, ' + json.dumps(yelp(9)).encode() + b"]}"
    headers = {"Content-Type": "application/json"}
    answer = api.client.post("/api/events/process", content=body, headers=headers).json()
    assert answer["summary"] == {"total": 2, "processed": 1, "skipped": 0, "failed": 1}
    assert "UTF-8" in answer["results"]["failed"][0]["error"]


def test_no_events_are_a_run_without_events(api: Served) -> None:
    answer = api.post("manual", [])
    assert answer.status_code == 200
    assert answer.json()["summary"]["total"] == 0


def test_options_hold_for_their_post(api: Served) -> None:
    def placeless(title: str) -> dict[str, Any]:
        return manual(20, title=title, city=None, country=None)

    strict = api.post("manual", [placeless("Strict")]).json()
    lenient = api.post("manual", [placeless("Lenient")], options={"validateLocation": False}).json()
    assert (strict["summary"]["failed"], lenient["summary"]["failed"]) == (1, 0)
    small = api.post("yelp", [yelp(n) for n in range(50, 56)], options={"batchSize": 2.0}).json()
    query = f"SELECT size FROM run_batches WHERE run_id = '{small['runId']}'"
    assert read(api.database, query) == [(2,)] * 3
    options = {"batchSize": None, "deduplicationEnabled": False, "enrichmentEnabled": False}
    assert api.post("yelp", [yelp(57)], options=options).status_code == 200


WRONG: dict[str, tuple[bytes, int, str, str | None]] = {
    "nothing": (b"", 422, "INVALID_JSON", None),
    "cut off": (b'{"source": "yelp", "events": [{', 422, "INVALID_JSON", None),
    "NaN": (b'{"source": "yelp", "events": [NaN]}', 422, "INVALID_JSON", None),
    "two values": (b'{"source": "yelp", "events": []} {}', 422, "INVALID_JSON", None),
    "BOM": (b'\xef\xbb\xbf{"source": "yelp", "events": []}', 422, "INVALID_JSON", None),
    "not UTF-8": (b'{"source": "\xff", "events": []}', 422, "INVALID_JSON", None),
    "deep": (b'{"source": "yelp", "events": [{"a": ' + b"[" * 100_000, 422, "INVALID_JSON", None),
    "a list": (b"[]", 422, "VALIDATION_ERROR", "body"),
    "no source": (b'{"events": []}', 422, "VALIDATION_ERROR", "source"),
    "no events": (b'{"source": "yelp"}', 422, "VALIDATION_ERROR", "events"),
    "source is a number": (b'{"source": 1, "events": []}', 422, "VALIDATION_ERROR", "source"),
    "events is an object": (b'{"source": "yelp", "events": {}}', 422, "VALIDATION_ERROR", "events"),
    "an event is a text": (b'{"source": "yelp", "events": [{}, ""]}', 422, "VALIDATION_ERROR", "events[1]"),
    "unknown key": (b'{"source": "yelp", "events": [], "evnts": 1}', 422, "VALIDATION_ERROR", "evnts"),
    "unknown option": (
        b'{"source": "yelp", "events": [], "options": {"dryRun": true}}',
        422,
        "VALIDATION_ERROR",
        "options.dryRun",
    ),
    "batch of none": (
        b'{"source": "yelp", "events": [], "options": {"batchSize": 0}}',
        422,
        "VALIDATION_ERROR",
        "options.batchSize",
    ),
    "half a batch": (
        b'{"source": "yelp", "events": [], "options": {"batchSize": 2.5}}',
        422,
        "VALIDATION_ERROR",
        "options.batchSize",
    ),
    "switch is a text": (
        b'{"source": "yelp", "events": [], "options": {"enrichmentEnabled": "yes"}}',
        422,
        "VALIDATION_ERROR",
        "options.enrichmentEnabled",
    ),
    "unknown source": (b'{"source": "meetup", "events": []}', 400, "UNKNOWN_SOURCE", "source"),
    "no name of a source": (b'{"source": "", "events": []}', 400, "UNKNOWN_SOURCE", "source"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_body_is_refused_with_its_field(api: Served, name: str) -> None:
    body, status, code, field = WRONG[name]
    answer = api.client.post(
        "/api/events/process", content=body, headers={"Content-Type": "application/json"}
    )
    error = error_of(answer)
    assert (answer.status_code, error["code"], error.get("field")) == (status, code, field)


def test_the_refusal_of_a_source_lists_those_there_are(api: Served) -> None:
    message = error_of(api.post("meetup", []))["message"]
    for name in api.client.get("/api/events/process").json()["capabilities"]["sources"]:
        assert name in message


def test_broken_json_is_refused_with_its_place(api: Served) -> None:
    body = b'{"source": "yelp", "events": [{"a": 1 2}]}'
    headers = {"Content-Type": "application/json"}
    message = error_of(api.client.post("/api/events/process", content=body, headers=headers))["message"]
    assert f"byte {body.index(b'2')}" in message


def test_what_a_caller_wrote_comes_back_harmless(api: Served) -> None:
    for body in ({"source": "\x1b[31m", "events": []}, {"\x1b[2J\u202e": 1}):
        answer = api.client.post("/api/events/process", json=body)
        assert answer.is_client_error
        assert "\x1b" not in json.dumps(error_of(answer), ensure_ascii=False)
        assert "\\u001b" not in answer.text


@pytest.mark.parametrize("value", ["perhaps", ""])
def test_a_wrong_query_is_refused_with_its_name(api: Served, value: str) -> None:
    answer = api.client.post(f"/api/events/process?allResults={value}", json={"source": "yelp", "events": []})
    assert (answer.status_code, error_of(answer)["field"]) == (422, "allResults")


def test_lists_are_capped_unless_all_results_are_asked_for(api: Served) -> None:
    body = {"source": "manual", "events": [{}] * 1_001}
    capped = api.client.post("/api/events/process", json=body).json()
    whole = api.client.post("/api/events/process?allResults=true", json=body).json()
    assert capped["summary"]["total"] == whole["summary"]["total"] == 1_001
    assert len(capped["results"]["failed"]) + len(capped["results"]["skipped"]) == 1_000
    assert sum(len(entries) for entries in whole["results"].values()) == 1_001


def test_more_events_than_allowed_are_refused(api: Served) -> None:
    body = b'{"source": "yelp", "events": [' + b"{}," * 9_999 + b"%s]}"
    headers = {"Content-Type": "application/json"}
    answer = api.client.post("/api/events/process", content=body % b"{},{}", headers=headers)
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["field"]) == (413, "TOO_MANY_EVENTS", "events")


def test_posts_at_the_same_time_are_runs_of_their_own(api: Served) -> None:
    def post(number: int) -> httpx.Response:
        return api.post("eventbrite", [eventbrite(100 + number), eventbrite(200)])

    with ThreadPoolExecutor(4) as pool:
        answers = [answer.json() for answer in pool.map(post, range(4))]
    assert len({answer["runId"] for answer in answers}) == 4
    assert {answer["summary"]["total"] for answer in answers} == {2}
    outcomes = [
        one["reason"]
        for answer in answers
        for one in answer["results"]["skipped"]
        if one["externalId"] == eventbrite(200)["id"]
    ]
    assert outcomes == ["unchanged"] * 3


def test_a_post_whose_caller_goes_away_is_finished(tmp_path: Path) -> None:
    with served(tmp_path / "events.db") as api:
        tell(api.handle, Pause())
        body = json.dumps({"source": "yelp", "events": [yelp(1)]}).encode()
        lines = ("Content-Type: application/json", f"Content-Length: {len(body)}")
        with api.connect() as connection:
            connection.sendall(head("POST", "/api/events/process", *lines) + body)
            until(lambda: bool(api.handle.snapshot().runs))
        tell(api.handle, Resume())
        until(lambda: api.handle.snapshot().runs[0].state == "completed")
        assert read(tmp_path / "events.db", "SELECT created FROM run_accounting") == [(1,)]


def test_more_posts_than_may_be_at_work_are_told_to_come_again(tmp_path: Path) -> None:
    with served(tmp_path / "events.db", Limits(posts=2)) as api, ThreadPoolExecutor(2) as pool:
        tell(api.handle, Pause())
        waiting = [pool.submit(api.post, "yelp", [yelp(number)]) for number in range(2)]
        until(lambda: len(api.handle.snapshot().runs) == 2)
        refused = api.post("yelp", [yelp(3)])
        assert (refused.status_code, error_of(refused)["code"]) == (503, "OVERLOADED")
        assert int(refused.headers["Retry-After"]) > 0
        tell(api.handle, Resume())
        assert [one.result(PATIENCE).status_code for one in waiting] == [200, 200]
        assert api.post("yelp", [yelp(3)]).status_code == 200


def test_bodies_together_have_a_limit_too(tmp_path: Path) -> None:
    limits = Limits(bodies_bytes=1_000)
    with served(tmp_path / "events.db", limits) as api, ThreadPoolExecutor(1) as pool:
        tell(api.handle, Pause())
        waiting = pool.submit(api.post, "manual", [{"title": "x" * 600}])
        until(lambda: bool(api.handle.snapshot().runs))
        refused = api.post("manual", [{"title": "x" * 600}])
        assert (refused.status_code, error_of(refused)["code"]) == (503, "OVERLOADED")
        tell(api.handle, Resume())
        assert waiting.result(PATIENCE).status_code == 200
        assert api.post("manual", [{"title": "x" * 600}]).status_code == 200


def test_the_service_describes_itself(api: Served) -> None:
    found = api.client.get("/api/events/process").json()
    assert found["version"] == __version__
    assert found["status"] in ("idle", "processing")
    assert {"eventbrite", "yelp", "manual", "auto"} <= set(found["capabilities"]["sources"])
    assert found["capabilities"]["options"] == [
        "batchSize",
        "deduplicationEnabled",
        "enrichmentEnabled",
        "validateLocation",
    ]
    assert found["limits"]["maxBytes"] == 32_000_000
    assert found["limits"]["maxEvents"] == 10_000
