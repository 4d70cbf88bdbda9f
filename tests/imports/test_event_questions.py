"""What doors ask and say about events: lists, one event with where it comes from, edits with their undo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scenescout_tui.imports.events_commands import (
    CountEvents,
    CountUnsearched,
    EditEvent,
    EventCase,
    EventFilters,
    EventLine,
    GetEvent,
    LinkEvents,
    ListEvents,
    RevertEdit,
    Sort,
)
from scenescout_tui.imports.local import LocalEngineHandle
from scenescout_tui.imports.viewer import start_viewer
from scenescout_tui.paging import Count, Window
from scenescout_tui.settings import load_settings
from scenescout_tui.store import Store
from tests.imports.engines import PATIENCE, engine, gone, rows, tell
from tests.store.samples import event, prepared, run

pytestmark = pytest.mark.integration

COUNT = 5


@pytest.fixture
def handle(database: str) -> Iterator[LocalEngineHandle]:
    """Five concerts of Eventbrite; Yelp knows the first one too, and says another price of it."""
    with Store(database) as store:
        run(store, [prepared(event(number, category="music"), number) for number in range(COUNT)])
        run(store, [prepared(event(0, "yelp", price_min=1250, price_max=1250, currency="EUR"))])
    with engine(database) as started:
        yield started


def ask(handle: Any, query: Any) -> Any:
    return handle.query(query).result(PATIENCE)


def listed(handle: Any, sort: Sort = "start", **filters: Any) -> list[EventLine]:
    return list(ask(handle, ListEvents(EventFilters(**filters), sort, Window())).rows)


def first(handle: Any) -> EventCase:
    found: EventCase = ask(handle, GetEvent(listed(handle)[0].event_id))
    return found


def values(case: EventCase) -> dict[str, str]:
    return {one.name: one.value for one in case.fields}


def test_events_are_listed_by_start_and_by_change_both_ways(handle: LocalEngineHandle) -> None:
    titles = [f"Kammerorchester Programm {number}" for number in range(COUNT)]
    assert [one.title for one in listed(handle)] == titles
    assert [one.title for one in listed(handle, "start_desc")] == titles[::-1]
    tell(handle, EditEvent(listed(handle)[2].event_id, "city", "Potsdam"))
    assert listed(handle, "updated_desc")[0].title == titles[2]
    assert listed(handle, "updated")[-1].title == titles[2]


def test_a_line_says_when_where_and_who(handle: LocalEngineHandle) -> None:
    line = listed(handle)[0]
    assert (line.start, line.venue, line.city) == ("2027-03-01 20:00", "Alte Kantine", "Berlin")
    assert (line.status, set(line.sources)) == ("scheduled", {"eventbrite", "yelp"})


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, COUNT),
        ({"text": "programm 3"}, 1),
        ({"text": "kammer"}, COUNT),
        ({"source": "yelp"}, 1),
        ({"category": "music"}, COUNT),
        ({"city": "Berlin", "text": "3"}, 1),
        ({"city": "Hamburg"}, 0),
        ({"status": "cancelled"}, 0),
    ],
)
def test_every_filter_is_counted_as_it_is_listed(
    handle: LocalEngineHandle, filters: dict[str, Any], count: int
) -> None:
    assert len(listed(handle, **filters)) == count
    assert ask(handle, CountEvents(EventFilters(**filters))) == Count(count)
    assert ask(handle, CountUnsearched()) == Count(0)


def test_an_event_says_where_each_field_comes_from(handle: LocalEngineHandle) -> None:
    case = first(handle)
    by_source = {one.source: one.record_id[-6:] for one in case.records}
    origins = {one.name: one.origin for one in case.fields}
    assert origins["title"] == f"eventbrite {by_source['eventbrite']}"
    assert origins["price_min"] == f"yelp {by_source['yelp']}"
    assert origins["id"] == ""
    assert values(case)["price_min"] == "1250"
    # What nobody says can be written all the same.
    assert values(case)["capacity"] == ""


def test_records_stand_side_by_side_and_the_evidence_says_why(handle: LocalEngineHandle) -> None:
    case = first(handle)
    assert [one.source for one in case.records] == ["eventbrite", "yelp"]
    sides = {one.name: one for one in case.sides}
    assert sides["price_min"].values == ("", "1250")
    assert not sides["price_min"].differs
    assert sides["venue_name"].values == ("Alte Kantine", "Alte Kantine")
    assert sides["url"].differs
    (link,) = case.links
    assert link.by == "matcher"
    assert link.evidence
    assert not link.undone


def test_an_edit_wins_is_named_and_is_undone_by_what_its_answer_holds(
    handle: LocalEngineHandle, database: str
) -> None:
    before = first(handle)
    done = tell(handle, EditEvent(before.event_id, "title", "Kammerkonzert"))
    assert done.ok
    edited = first(handle)
    field = next(one for one in edited.fields if one.name == "title")
    assert (field.value, field.origin, field.edited) == ("Kammerkonzert", "edited", True)
    assert [(one.field, one.value) for one in edited.edits] == [("title", "Kammerkonzert")]
    again = tell(handle, EditEvent(before.event_id, "title", "Konzert"))
    assert tell(handle, again.data["undo"]).ok
    assert values(first(handle))["title"] == "Kammerkonzert"
    assert tell(handle, done.data["undo"]).ok
    assert values(first(handle))["title"] == values(before)["title"]
    audited = rows(database, "SELECT action FROM audit_log WHERE action LIKE 'event.%' ORDER BY id")
    assert [one for (one,) in audited] == ["event.edit", "event.edit", "event.edit", "event.revert"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("tags", "jazz, late"), ("is_free", "yes"), ("latitude", "52.5"), ("capacity", "120"), ("summary", "")],
)
def test_an_edit_that_was_given_back_comes_back_as_it_was(
    handle: LocalEngineHandle, field: str, value: str
) -> None:
    event_id = first(handle).event_id
    tell(handle, EditEvent(event_id, field, value))
    written = values(first(handle))
    undo = tell(handle, RevertEdit(event_id, field)).data["undo"]
    assert first(handle).edits == ()
    assert tell(handle, undo).ok
    assert values(first(handle))[field] == written[field] == value
    assert [one.field for one in first(handle).edits] == [field]


def test_what_changes_with_an_edit_is_said(handle: LocalEngineHandle) -> None:
    event_id = first(handle).event_id
    tell(handle, EditEvent(event_id, "end_local", "2027-03-01T22:00"))
    said = tell(handle, EditEvent(event_id, "is_free", "yes")).message
    assert "price_min" in said


def test_what_a_field_cannot_be_is_refused_in_words_and_changes_nothing(handle: LocalEngineHandle) -> None:
    before = first(handle)
    for field, value in (("title", ""), ("start_local", "soon"), ("id", "x"), ("nonsense", "x")):
        refused = tell(handle, EditEvent(before.event_id, field, value))
        assert not refused.ok
        assert refused.message
        assert refused.action
    assert first(handle) == before


def test_an_edit_that_is_not_there_cannot_be_given_back(handle: LocalEngineHandle) -> None:
    event_id = first(handle).event_id
    assert tell(handle, RevertEdit(event_id, "title")).code == "NOT_FOUND"
    assert tell(handle, EditEvent("0" * 26, "title", "x")).code == "NOT_FOUND"


def test_events_are_made_one_and_two_again(handle: LocalEngineHandle) -> None:
    keys = tuple(one.key for one in listed(handle)[1:3])
    done = tell(handle, LinkEvents(keys))
    assert done.ok
    assert len(listed(handle)) == COUNT - 1
    assert tell(handle, done.data["undo"]).ok
    assert [one.title for one in listed(handle)] == [
        f"Kammerorchester Programm {one}" for one in range(COUNT)
    ]


def test_one_event_alone_is_refused_by_keys_of_two_sorts(handle: LocalEngineHandle) -> None:
    by_start = next(one for one in listed(handle) if one.title.endswith("3"))
    by_change = next(one for one in listed(handle, "updated") if one.title.endswith("3"))
    refused = tell(handle, LinkEvents((by_start.key, by_change.key)))
    assert not refused.ok
    assert len(listed(handle)) == COUNT


def test_a_viewer_answers_and_refuses_to_write(handle: LocalEngineHandle, database: str) -> None:
    viewer = start_viewer(load_settings({"database_url": database}), gone("the engine"))
    try:
        assert len(listed(viewer)) == COUNT
        event_id = first(viewer).event_id
        assert not viewer.send(EditEvent(event_id, "title", "x")).result(PATIENCE).ok
    finally:
        viewer.stop()
        viewer.join(PATIENCE)
    assert first(handle).edits == ()
