"""`scenescout venues`: the houses of a database and what their sources say."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Program


def listed(verb: Program, filled: Path, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = verb("venues", *options, "--json", "--database", filled).json["venues"]
    return found


def test_venues_are_listed_by_name_and_found(verb: Program, filled: Path) -> None:
    everything = listed(verb, filled)
    with sqlite3.connect(filled) as connection:
        (number,) = connection.execute("SELECT count(*) FROM venues").fetchone()
        named = {venue_id for (venue_id,) in connection.execute("SELECT DISTINCT venue_id FROM events")}
    assert len(everything) == number > 3
    assert {venue["id"] for venue in everything} >= named - {None}
    shown = [(venue["name"] or venue["address1"] or "").lower() for venue in everything]
    assert shown == sorted(shown)
    assert listed(verb, filled, "--limit", "2") == everything[:2]
    city = everything[0]["city"]
    there = listed(verb, filled, "--city", city.upper())
    assert there == [venue for venue in everything if venue["city"] == city]
    for option in ("--search", "--text"):
        assert everything[0] in listed(verb, filled, option, shown[0][:5].upper())
    table = verb("venues", "--database", filled).out
    assert table.split()[:6] == ["id", "name", "address", "city", "ids", "sources"]
    assert all(venue["id"] in table for venue in everything)


def test_one_venue_is_shown_with_what_its_sources_say(verb: Program, filled: Path) -> None:
    venue = next(one for one in listed(verb, filled) if one["sources"] == ["yelp"])
    assert venue["attribution"]
    detail = verb("venues", "show", venue["id"][-6:], "--json", "--database", filled).json
    assert detail["venue"] == venue
    assert len(detail["sources"]) == venue["source_count"]
    (source,) = {one["source"] for one in detail["sources"]}
    assert source == "yelp"
    out = verb("venues", "show", venue["id"], "--database", filled).out
    assert (venue["name"] or venue["address1"]) in out
    assert f"yelp {detail['sources'][0]['external_id'] or 'without an id'}" in out


def test_what_strangers_call_a_venue_does_no_harm(verb: Program, filled: Path) -> None:
    with sqlite3.connect(filled) as connection:
        (venue_id,) = connection.execute("SELECT max(id) FROM venues").fetchone()
        connection.execute("UPDATE venues SET name = ? WHERE id = ?", ("\x1b[31mred\x07[/red]", venue_id))
    for arguments in (["venues"], ["venues", "show", venue_id], ["venues", "--json"]):
        answer = verb(*arguments, "--database", filled)
        assert answer.status == 0
        assert "\x1b" not in answer.out
        assert "\x07" not in answer.out


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--city", "Nowhere"], "No venues match.\n"), (["--search", "%"], "No venues match.\n")],
)
def test_it_says_why_nothing_is_listed(verb: Program, filled: Path, options: list[str], says: str) -> None:
    assert verb("venues", *options, "--database", filled).out == says


def test_without_a_database_there_are_no_venues(verb: Program, database: Path) -> None:
    answer = verb("venues", "--database", database)
    assert (answer.status, answer.out) == (0, "No venues yet; they come with imported events.\n")
    assert not database.exists()


def test_a_venue_that_is_not_there_exits_2(verb: Program, filled: Path) -> None:
    answer = verb("venues", "show", "nosuch", "--json", "--database", filled)
    assert answer.status == 2
    assert json.loads(answer.out)["error"]["code"] == "NOT_FOUND"


def test_events_name_their_venue(verb: Program, filled: Path) -> None:
    venues = {venue["id"]: venue for venue in listed(verb, filled)}
    events = verb("events", "--json", "--database", filled).json["events"]
    named = [event for event in events if event["venue_id"] is not None]
    assert len(named) > len(events) / 2
    assert all(set(event["sources"]) & set(venues[event["venue_id"]]["sources"]) for event in named)
