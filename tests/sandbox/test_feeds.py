"""The sandbox's feeds: a calendar and a page that others can read, and honest answers about what changed."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any

import httpx
import icalendar

from scenescout_tui.sandbox.calendar_feed import SINGLE_EVENTS
from scenescout_tui.sandbox.programme_page import EVENTS
from scenescout_tui.sandbox.samples import sample_records
from scenescout_tui.sandbox.server import SandboxServer
from tests.sandbox.clients import TODAY, Json

ODD_EVENTS = 6


def test_the_calendar_is_one_by_the_rules() -> None:
    with SandboxServer(latency=0, broken=False, today=TODAY) as server:
        answer = httpx.get(server.feed_url)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    assert b"\n" not in answer.content.replace(b"\r\n", b"")
    events: list[Any] = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == SINGLE_EVENTS + ODD_EVENTS
    assert all("UID" in event and "DTSTART" in event and not event.errors for event in events)
    starts = [event["DTSTART"].dt for event in events]
    assert any(type(start) is date for start in starts)
    assert any(isinstance(start, datetime) and start.tzname() == "UTC" for start in starts)
    assert {"RRULE", "EXDATE", "RECURRENCE-ID"} <= {name for event in events for name in event}
    assert any(event.get("STATUS") == "CANCELLED" for event in events)
    zones = {event["DTSTART"].params.get("TZID") for event in events}
    assert "W. Europe Standard Time" in zones
    assert any(";" in event["SUMMARY"] for event in events)


def test_the_demos_calendar_has_components_nobody_can_take(sandbox: SandboxServer) -> None:
    text = httpx.get(sandbox.feed_url).text
    components = re.findall(r"BEGIN:VEVENT.*?END:VEVENT", text, re.DOTALL)
    assert len(components) == SINGLE_EVENTS + ODD_EVENTS + 2
    assert sum("UID:" not in component for component in components) == 1
    assert sum("DTSTART:next Tuesday" in component for component in components) == 1


def scripts(html: str) -> list[str]:
    return re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)


def test_the_page_has_its_events_in_several_scripts() -> None:
    with SandboxServer(latency=0, broken=False, today=TODAY) as server:
        answer = httpx.get(server.page_url)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    found = [json.loads(script) for script in scripts(answer.text)]
    events = [one for script in found for one in graph(script) if "startDate" in one]
    assert len(found) == 4
    assert len(events) == len({event["url"] for event in events}) == EVENTS
    assert all(datetime.fromisoformat(event["startDate"]).tzinfo is not None for event in events)
    assert any(re.search(r"[+-]\d{4}$", event["startDate"]) for event in events)


def graph(script: Json) -> list[Json]:
    listed = script.get("@graph") or script.get("itemListElement")
    if not isinstance(listed, list):
        return [script]
    return [one.get("item", one) for one in listed]


def test_the_demos_page_has_a_script_that_is_no_json(sandbox: SandboxServer) -> None:
    found = scripts(httpx.get(sandbox.page_url).text)
    assert len(found) == 5
    broken = [script for script in found if not is_json(script)]
    assert len(broken) == 1


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_the_forms_are_the_samples_a_line_each(sandbox: SandboxServer) -> None:
    answer = httpx.get(sandbox.forms_url)
    assert answer.content.split(b"\n")[:-1] == sample_records("manual", TODAY)


def test_what_did_not_change_is_not_sent_again(sandbox: SandboxServer) -> None:
    for url in (sandbox.feed_url, sandbox.page_url, sandbox.forms_url):
        first = httpx.get(url)
        tag, modified = first.headers["etag"], first.headers["last-modified"]
        for headers in (
            {"If-None-Match": tag},
            {"If-None-Match": f'"other", W/{tag}'},
            {"If-Modified-Since": modified},
            # A tag counts more than a date.
            {"If-None-Match": tag, "If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        ):
            again = httpx.get(url, headers=headers)
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
        for headers in (
            {"If-None-Match": '"other"'},
            {"If-None-Match": '"other"', "If-Modified-Since": modified},
            {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
            {"If-Modified-Since": "yesterday"},
        ):
            assert httpx.get(url, headers=headers).content == first.content


def test_the_shifting_feed_changes_and_says_so(sandbox: SandboxServer) -> None:
    url = sandbox.shifting_feed_url
    first = httpx.get(url)
    same = httpx.get(url, headers={"If-None-Match": first.headers["etag"]})
    changed = httpx.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, same.status_code, changed.status_code) == (200, 304, 200)
    assert changed.headers["etag"] != first.headers["etag"]
    uids = [set(re.findall(r"UID:\S+", answer.text)) for answer in (first, changed)]
    assert uids[0] == uids[1]
    assert "SEQUENCE:1" in changed.text
    assert httpx.get(f"{sandbox.url}/feeds/other.ics").status_code == 404
