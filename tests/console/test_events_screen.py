"""The events: searched as one types, sorted, one shown in parts, its fields written over and given back."""

from __future__ import annotations

import sys
import webbrowser
from dataclasses import replace
from typing import Any

import pytest

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.console.events.edit import EditField
from scenescout_tui.console.events.screen import Events
from scenescout_tui.console.screens.dashboard import Dashboard
from scenescout_tui.imports.commands import Command, CommandResult
from scenescout_tui.imports.events_commands import (
    CountUnsearched,
    EditEvent,
    EventField,
    EventFilters,
    EventLine,
    GetEvent,
    LinkEvents,
    ListEvents,
    RevertEdit,
)
from scenescout_tui.paging import Count
from tests.console import scripted, scripted_events
from tests.console.opened import opened, text_of
from tests.console.test_hostile_text import HOSTILE, check

pytestmark = pytest.mark.anyio

TITLE, VENUE = 1, 8
UNDO = RevertEdit(scripted_events.line(0).event_id, "title")


def screen_of(app: SceneScoutApp) -> Events:
    assert isinstance(app.screen, Events)
    return app.screen


class Asked:
    """An engine that keeps the last question of a list."""

    def __init__(self) -> None:
        self.last = ListEvents(EventFilters(), "start", scripted_events.ALL)
        self.lines = [scripted_events.line(number) for number in range(5)]

    def __call__(self, query: ListEvents) -> Any:
        self.last = query
        return scripted_events.page(self.lines, query)


def written(command: Command) -> CommandResult:
    """Accept an edit, and say how it is taken back."""
    return CommandResult(True, "title is written over", data={"undo": UNDO})


async def open_field(pilot: Any, place: int) -> None:
    """Open the first event and go to a field."""
    await pilot.press("4", "enter", *("j" * place))
    await pilot.pause()


async def test_what_is_typed_is_searched_with_every_key() -> None:
    async with opened(scripted_events.handle()) as (app, pilot):
        await pilot.press("4", "slash", *"tech")
        await pilot.pause()
        shown = text_of(app)
        assert "Sunday Techno Brunch (4)" in shown
        assert "Moonlight Jazz" not in shown
        assert "1 of 17" in shown  # 4, 16, 28, … of 200
        await pilot.press("escape")
        await pilot.pause()
        assert "Moonlight Jazz" in text_of(app)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("source:Yelp jazz hof", {"source": "yelp", "text": "jazz hof"}),
        ("status:canc", {"status": "cancelled"}),
        ("city:San_Francisco", {"city": "San Francisco"}),
        ("quality:tz_a", {"quality": "TZ_ASSUMED"}),
        ("category:mus", {"category": "music"}),
        ("status:nonsense", {}),
        ("noon: lunch", {"text": "noon: lunch"}),
    ],
)
async def test_words_with_a_key_are_filters_and_the_rest_is_text(typed: str, wanted: dict[str, Any]) -> None:
    asked = Asked()
    async with opened(scripted_events.handle(lists={ListEvents: asked})) as (_, pilot):
        await pilot.press("4", "slash", *typed, "enter")
        await pilot.pause()
    assert asked.last.filters == EventFilters(**wanted)


async def test_since_and_until_are_midnights_and_moments_here_and_nonsense_is_said() -> None:
    asked = Asked()
    async with opened(scripted_events.handle(lists={ListEvents: asked})) as (app, pilot):
        await pilot.press("4", "slash", *"since:2026-11-23 until:2026-11-24T20:00", "enter")
        await pilot.pause()
        since, until = asked.last.filters.since, asked.last.filters.until
        assert since is not None
        assert since.isoformat() == "2026-11-23T00:00:00+00:00"
        assert until is not None
        assert until.isoformat() == "2026-11-24T20:00:00+00:00"
        for wrong in ("soon", "0001-01-01T00:00+14:00", "2026-13-01"):
            screen_of(app).filter_by(f"since:{wrong}")
            await pilot.pause()
            assert "since: like 2026-11-23 or today" in text_of(app)
            assert asked.last.filters == EventFilters()


async def test_every_press_of_s_is_another_sort_from_the_beginning_and_no_import_is_stopped() -> None:
    asked = Asked()
    handle = scripted_events.handle(lists={ListEvents: asked})
    async with opened(handle) as (app, pilot):
        await pilot.press("4")
        sorts = []
        for key in ("S", "s", "S", "S"):
            await pilot.press("j", key)
            await pilot.pause()
            sorts.append(asked.last.sort)
            assert (
                screen_of(app).table.cursor_key == scripted_events.page(asked.lines, asked.last).rows[0].key
            )
    assert sorts == ["start_desc", "updated_desc", "updated", "start"]
    assert handle.sent == []


async def test_by_change_the_list_says_when_each_was_changed() -> None:
    async with opened(scripted_events.handle()) as (app, pilot):
        await pilot.press("4")
        assert "changed" not in text_of(app)
        await pilot.press("S", "S")
        await pilot.pause()
        assert "changed" in text_of(app)
        assert "12:41:07" in text_of(app).split("\n", 4)[4]


async def test_what_a_search_does_not_see_yet_is_said_where_the_index_is_asked() -> None:
    async with opened(scripted_events.handle(unsearched=98_000)) as (app, pilot):
        await pilot.press("4")
        await pilot.pause()
        assert "not indexed yet" not in text_of(app)
        await pilot.press("slash", *"jazz")
        await pilot.pause()
        assert "98,000 changed events are not indexed yet" in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "not indexed yet" not in text_of(app)


async def test_what_is_indexed_meanwhile_is_said_no_more() -> None:
    numbers = iter((Count(5), Count(0)))
    handle = scripted_events.handle(lists={CountUnsearched: lambda query: next(numbers)})
    async with opened(handle) as (app, pilot):
        await pilot.press("4", "slash", "j")
        await pilot.pause()
        assert "5 changed events are not indexed yet" in text_of(app)
        handle.picture = replace(handle.picture, number=9, at=handle.picture.at + 1)
        app.state.refresh_stats()
        await pilot.pause()
        assert "not indexed yet" not in text_of(app)


async def test_enter_shows_the_fields_with_where_each_comes_from() -> None:
    async with opened(scripted_events.handle()) as (app, pilot):
        await open_field(pilot, TITLE)
        shown = [line for line in text_of(app).split("\n") if line.startswith(" › title")]
        assert len(shown) == 1
        assert "Moonlight Jazz Session (0)" in shown[0]
        assert "eventbrite 8f2c14" in shown[0]
        assert "Event data from Yelp" in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "Queen Tribute Band" in text_of(app)


async def test_tab_goes_through_the_records_the_evidence_and_the_edits() -> None:
    async with opened(scripted_events.handle(), size=(100, 24)) as (app, pilot):
        await pilot.press("4", "enter", "tab")
        await pilot.pause()
        sides = [line for line in text_of(app).split("\n") if " ≠ venue_name" in line]
        assert len(sides) == 1
        assert "Kantine " in sides[0]
        assert "Alte Kantine" in sides[0]
        assert "missing, seen" in text_of(app)
        await pilot.press("tab")
        await pilot.pause()
        assert "title 91 of 100: moonlight jazz" in text_of(app)
        assert "linked by matcher, 93 of 100" in text_of(app)
        await pilot.press("tab")
        await pilot.pause()
        assert "by ana" in text_of(app)
        await pilot.press("tab")
        await pilot.pause()
        assert "› id" in text_of(app)


async def test_records_that_have_no_room_are_shown_by_left_and_right() -> None:
    whole = scripted_events.case()
    records = tuple(replace(whole.records[0], external_id=f"record-{one}") for one in range(5))
    sides = tuple(replace(one, values=(one.values[0],) * 5) for one in whole.sides)
    case = replace(whole, records=records, sides=sides)
    async with opened(scripted_events.handle(lists={GetEvent: lambda query: case})) as (app, pilot):
        await pilot.press("4", "enter", "tab")
        await pilot.pause()
        assert "record-0" in text_of(app)
        assert "record-4" not in text_of(app)
        await pilot.press("right", "right", "right", "right")
        await pilot.pause()
        assert "record-4" in text_of(app)
        assert "record-0" not in text_of(app)


async def test_a_field_is_written_over_and_undone() -> None:
    handle = scripted_events.handle(answers=written)
    event_id = scripted_events.line(0).event_id
    async with opened(handle) as (app, pilot):
        await open_field(pilot, TITLE)
        await pilot.press("e")
        assert isinstance(app.screen, EditField)
        await pilot.press("end", "X", "enter")
        await pilot.pause()
        assert handle.sent == [EditEvent(event_id, "title", "Moonlight Jazz Session (0)X")]
        assert isinstance(app.screen, Events)
        await pilot.press("u")
        await pilot.pause()
        assert handle.sent[1:] == [UNDO]
        await pilot.press("u")
        await pilot.pause()
        assert len(handle.sent) == 2
        assert "Nothing was done here" in text_of(app)


async def test_a_refused_edit_is_said_with_what_to_do_and_what_was_typed_stays() -> None:
    refused = CommandResult(
        False, "title cannot be empty", "VALIDATION_ERROR", "Write a value behind title=."
    )
    async with opened(scripted_events.handle(answers=lambda _: refused), size=(120, 40)) as (app, pilot):
        await open_field(pilot, TITLE)
        await pilot.press("e", "end", "X", "enter")
        await pilot.pause()
        assert isinstance(app.screen, EditField)
        shown = text_of(app)
        assert "title cannot be empty" in shown
        assert "Write a value behind title=." in shown
        assert "Moonlight Jazz Session (0)X" in shown


async def test_a_value_that_is_left_as_it_is_is_not_written() -> None:
    handle = scripted_events.handle(
        lists={
            GetEvent: lambda query: replace(
                scripted_events.case(), fields=(EventField("summary", "one\n\ntwo", "", editable=True),)
            )
        }
    )
    async with opened(handle) as (app, pilot):
        await pilot.press("4", "enter", "e")
        assert isinstance(app.screen, EditField)
        assert "Here it becomes one line." in text_of(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, Events)
    assert handle.sent == []


async def test_what_follows_from_other_fields_cannot_be_edited_and_nothing_is_imported() -> None:
    handle = scripted_events.handle()
    async with opened(handle) as (app, pilot):
        await pilot.press("4", "enter", "e")
        await pilot.pause()
        assert isinstance(app.screen, Events)
        assert "id is what comes of other fields" in text_of(app)
        await pilot.press("escape", "e")
        await pilot.pause()
        assert screen_of(app).is_open
    assert handle.sent == []


async def test_only_a_field_that_was_edited_can_be_given_back() -> None:
    handle = scripted_events.handle(answers=written)
    async with opened(handle) as (app, pilot):
        await open_field(pilot, TITLE)
        await pilot.press("z")
        await pilot.pause()
        assert handle.sent == []
        assert "Nobody has written over title." in text_of(app)
        await pilot.press(*("j" * (VENUE - TITLE)), "z")
        await pilot.pause()
        assert handle.sent == [RevertEdit(scripted_events.line(0).event_id, "venue_name")]


async def test_an_edit_can_be_given_back_from_the_list_of_edits() -> None:
    handle = scripted_events.handle(answers=written)
    async with opened(handle) as (_, pilot):
        await pilot.press("4", "enter", "tab", "tab", "tab", "z")
        await pilot.pause()
    assert handle.sent == [RevertEdit(scripted_events.line(0).event_id, "venue_name")]


async def test_marked_events_are_made_one_after_asking_and_undone() -> None:
    handle = scripted_events.handle(answers=written)
    async with opened(handle) as (app, pilot):
        await pilot.press("4", "space", "l")
        await pilot.pause()
        assert "Mark the events that are one first, with space." in text_of(app)
        await pilot.press("space", "l", "n")
        await pilot.pause()
        assert handle.sent == []
        await pilot.press("l", "y")
        await pilot.pause()
        keys = tuple(scripted_events.line(number).key for number in range(2))
        assert handle.sent == [LinkEvents(keys)]
        assert screen_of(app).table.marked == frozenset()
        await pilot.press("u")
        await pilot.pause()
        assert handle.sent[1:] == [UNDO]


async def test_another_sort_takes_the_marks_away() -> None:
    async with opened(scripted_events.handle()) as (app, pilot):
        await pilot.press("4", "space", "space", "S")
        await pilot.pause()
        assert screen_of(app).table.marked == frozenset()


async def test_y_copies_the_value_under_the_cursor_and_on_the_list_the_event() -> None:
    async with opened(scripted_events.handle()) as (app, pilot):
        await pilot.press("4", "y")
        await pilot.pause()
        assert app.clipboard.startswith("Moonlight Jazz Session (0)\n")
        assert app.clipboard.endswith("https://tickets.example/e/0")
        await pilot.press("enter", "j", "y")
        await pilot.pause()
        assert app.clipboard == "Moonlight Jazz Session (0)"


@pytest.mark.parametrize("browser", [True, False])
async def test_o_opens_the_page_and_copies_its_address_where_there_is_no_browser(
    browser: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(webbrowser, "open", shown.append)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0" if browser else "")
    async with opened(scripted_events.handle()) as (app, pilot):
        await pilot.press("4", "o")
        await app.workers.wait_for_complete()
        assert shown == (["https://tickets.example/e/0"] if browser else [])
        assert app.clipboard == ("" if browser else "https://tickets.example/e/0")


async def test_no_address_but_one_of_a_page_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(webbrowser, "open", shown.append)
    monkeypatch.setenv("DISPLAY", ":0")
    for url in ("file:///etc/passwd", "javascript:alert(1)", "-a Calculator", ""):
        lines = [replace(scripted_events.line(0), url=url)]
        async with opened(scripted_events.handle(lines=lines)) as (app, pilot):
            await pilot.press("4", "o")
            await pilot.pause()
            assert "This event has no page." in text_of(app)
    assert shown == []


async def test_the_event_that_is_open_stays_whatever_the_list_does() -> None:
    asked = Asked()
    handle = scripted_events.handle(lists={ListEvents: asked}, answers=written)
    async with opened(handle) as (app, pilot):
        await pilot.press("4", "j", "enter")
        await pilot.pause()
        opened_id = scripted_events.line(1).event_id
        # An edit has moved it to another place, with another key.
        moved = replace(scripted_events.line(1), key="key 999999")
        asked.lines = [one for one in asked.lines if one.event_id != opened_id] + [moved]
        handle.picture = replace(handle.picture, number=9, store_revision=9)
        app.state.refresh_stats()
        await pilot.pause()
        case = screen_of(app).detail.case
        assert case is not None
        assert case.event_id == opened_id


async def test_filter_and_sort_are_there_again_in_the_next_session(tmp_path: Any) -> None:
    async with opened(scripted_events.handle(), state_dir=tmp_path) as (app, pilot):
        await pilot.press("4", "S", "slash", *"techno", "enter", "1")
        await app.workers.wait_for_complete()
        assert isinstance(app.screen, Dashboard)
    asked = Asked()
    async with opened(scripted_events.handle(lists={ListEvents: asked}), state_dir=tmp_path) as (_, pilot):
        await pilot.press("4")
        await pilot.pause()
    assert (asked.last.sort, asked.last.filters.text) == ("start_desc", "techno")


async def test_an_empty_list_says_what_to_do_and_every_key_is_safe() -> None:
    handle = scripted_events.handle(0)
    async with opened(handle) as (app, pilot):
        await pilot.press("4")
        await pilot.pause()
        assert "No events yet. f imports a file or a feed" in text_of(app)
        await pilot.press("enter", "e", "z", "l", "u", "o", "y", "tab", "S", "space", "j", "G")
        assert app.is_running
        await pilot.press("slash", *"nothing")
        await pilot.pause()
        assert "No event passes the filter" in text_of(app)
    assert handle.sent == []


async def test_a_viewer_shows_everything_and_writes_nothing() -> None:
    handle = scripted_events.handle()
    handle.picture = scripted.viewer()
    async with opened(handle) as (app, pilot):
        await open_field(pilot, VENUE)
        assert "Alte Kantine" in text_of(app)
        await pilot.press("e", "z", "u", "escape", "space", "space", "l")
        await pilot.pause()
        assert isinstance(app.screen, Events)
    assert handle.sent == []


async def test_a_read_only_console_has_no_key_that_writes() -> None:
    handle = scripted_events.handle()
    async with opened(handle, read_only=True) as (app, pilot):
        await open_field(pilot, VENUE)
        await pilot.press("e", "z", "u", "escape", "space", "space", "l")
        await pilot.pause()
        assert isinstance(app.screen, Events)
    assert handle.sent == []


async def test_nothing_that_an_event_says_is_obeyed() -> None:
    text = ""

    def lines(query: ListEvents) -> Any:
        line = EventLine("k", "01", text, text, text, text, text, (text,), text, scripted.NOW)
        return scripted_events.page([line], query)

    def case(query: GetEvent) -> Any:
        whole = scripted_events.case()
        return replace(
            whole,
            title=text,
            fields=tuple(replace(one, value=text, origin=text) for one in whole.fields),
            records=tuple(
                replace(one, source=text, external_id=text, record_id=text) for one in whole.records
            ),
            sides=tuple(replace(one, values=(text, text)) for one in whole.sides),
            links=tuple(replace(one, evidence=text, by=text, record_id=text) for one in whole.links),
            edits=tuple(replace(one, value=text, who=text) for one in whole.edits),
        )

    async with opened(scripted_events.handle(lists={ListEvents: lines, GetEvent: case}), size=(200, 50)) as (
        app,
        pilot,
    ):
        await pilot.press("4", "enter")
        for text in HOSTILE:
            screen_of(app).table.restart()
            screen_of(app).load()
            for _ in range(4):
                await pilot.press("tab")
                await pilot.pause()
                check(text_of(app), text)
        assert not app._exit
