"""What asks and shows beside the lists: sets of many, long work, the command line, the filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from scenescout_tui.console.dialogs.confirm_set import ConfirmSet
from scenescout_tui.console.dialogs.go_to import GoTo
from scenescout_tui.console.dialogs.jobs import JobsDialog
from scenescout_tui.console.screens.help import Help
from scenescout_tui.console.widgets.filter_line import FilterKeys, one_of, parse
from scenescout_tui.imports.commands import CancelJob
from scenescout_tui.imports.snapshot import JobRow
from tests.console import scripted
from tests.console.opened import opened, text_of
from tests.console.test_hostile_text import HOSTILE, check

pytestmark = pytest.mark.anyio

_JOBS = (
    JobRow(
        "job-1",
        "clearing errors",
        "done",
        1_900,
        12,
        3,
        1_915,
        900.0,
        None,
        "1,900 done, 12 skipped, 3 failed",
    ),
    JobRow("job-2", "exporting events", "failed", 10, 0, 0, None, 5.0, None, "the disk is full"),
    JobRow("job-3", "retrying dead letters", "running", 500, 4, 0, 2_000, 125.0, 12.0, ""),
)


def _working(*jobs: JobRow) -> scripted.ScriptedHandle:
    return scripted.ScriptedHandle(replace(scripted.idle(), jobs=jobs))


async def _answer(number: int, *keys: str) -> tuple[list[bool | None], str]:
    """Give what the question was answered with after some keys, and the picture."""
    answers: list[bool | None] = []
    async with opened(_working()) as (app, pilot):
        asked = ConfirmSet("Clear errors?", number, "error", ["They can come back."], yes="clear")
        app.push_screen(asked, answers.append)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        assert isinstance(app.screen, ConfirmSet) is not bool(answers)
        return answers, text_of(app)


@pytest.mark.parametrize(
    ("number", "keys", "answers"),
    [
        (100, ["y"], [True]),
        (100, ["enter"], [True]),
        (100, ["n"], [False]),
        (1, ["escape"], [None]),
        (101, ["1", "0", "1", "enter"], [True]),
        (1_900, [*"1,900", "enter"], [True]),
        (1_900, [*"1900 ", "enter"], [True]),
        (101, ["escape"], [None]),
        (101, ["y"], []),
        (101, ["n"], []),
        (101, ["enter"], []),
        (101, [*"100", "enter"], []),
        (101, [*"yes", "enter"], []),
    ],
)
async def test_up_to_100_a_key_answers_and_above_the_number_is_typed(
    number: int, keys: list[str], answers: list[bool | None]
) -> None:
    given, shown = await _answer(number, *keys)
    assert given == answers
    if keys[-1] == "enter" and not answers:
        assert "Type 101, so that it is no slip." in shown


async def test_a_wrong_number_can_be_put_right() -> None:
    given, _ = await _answer(101, *"110", "enter", "backspace", "backspace", *"01", "enter")
    assert given == [True]


@pytest.mark.parametrize("number", [1, 12, 1_900])
async def test_the_question_says_how_many_and_what_becomes_of_them(number: int) -> None:
    _, shown = await _answer(number)
    assert {1: "1 error ", 12: "12 errors", 1_900: "1,900 errors"}[number] in shown
    assert "They can come back." in shown
    assert "Clear errors?" in shown


async def test_long_work_is_listed_newest_first_with_what_came_of_it() -> None:
    async with opened(_working(*_JOBS), (120, 40)) as (app, pilot):
        await pilot.press("0")
        await pilot.pause()
        shown = text_of(app)
    assert "1,900 done, 12 skipped, 3 failed" in shown
    assert "the disk is full" in shown
    assert shown.index("retrying dead letters") < shown.index("exporting events") < shown.index("clearing")


async def test_x_stops_what_is_under_the_cursor_and_only_what_runs() -> None:
    handle = _working(replace(_JOBS[2], job_id="job-0"), *_JOBS)
    async with opened(handle) as (_, pilot):
        await pilot.press("0", "x")
        await pilot.pause()
        assert handle.sent == [CancelJob("job-3")]
        await pilot.press("j", "x", "down", "x")
        await pilot.pause()
        assert handle.sent == [CancelJob("job-3")]
        await pilot.press("G", "x")
        await pilot.pause()
        assert handle.sent == [CancelJob("job-3"), CancelJob("job-0")]


async def test_the_cursor_stays_on_its_work_when_more_begins() -> None:
    handle = _working(*_JOBS)
    async with opened(handle) as (app, pilot):
        await pilot.press("0")
        seen = handle.picture
        handle.picture = replace(seen, number=2, jobs=(*_JOBS, replace(_JOBS[2], job_id="job-4")))
        app.state.refresh_stats()
        await pilot.pause()
        await pilot.press("x")
        await pilot.pause()
        assert handle.sent == [CancelJob("job-3")]


async def test_who_only_looks_stops_nothing_and_nothing_is_said_where_nothing_works() -> None:
    handle = _working(*_JOBS)
    async with opened(handle, read_only=True) as (_, pilot):
        await pilot.press("0", "x")
        await pilot.pause()
        assert handle.sent == []
    async with opened(_working()) as (app, pilot):
        await pilot.press("0", "x", "j", "G", "pageup")
        await pilot.pause()
        assert isinstance(app.screen, JobsDialog)
        assert "Nothing works in the background." in text_of(app)


async def test_more_work_than_lines_keeps_the_cursor_to_be_seen() -> None:
    jobs = tuple(replace(_JOBS[0], job_id=f"job-{place}", title=f"work {place:02d}") for place in range(21))
    async with opened(_working(*jobs)) as (app, pilot):
        await pilot.press("0")
        await pilot.pause()
        assert "work 20" in text_of(app)
        await pilot.press("G")
        await pilot.pause()
        assert "work 00" in text_of(app)
        assert "close" in text_of(app)


async def test_no_work_is_obeyed() -> None:
    handle = _working(*_JOBS)
    async with opened(handle, (200, 50)) as (app, pilot):
        await pilot.press("0")
        for number, text in enumerate(HOSTILE, 2):
            jobs = tuple(replace(job, title=text, result=text) for job in _JOBS)
            handle.picture = replace(handle.picture, number=number, jobs=jobs)
            app.state.refresh_stats()
            await pilot.pause()
            check(text_of(app), text)


@pytest.mark.parametrize(
    ("typed", "values", "text", "complaint"),
    [
        ("level:err jazz", {"level": "error"}, "jazz", ""),
        ("level:", {}, "", ""),
        ("level:loud", {}, "", "level: one of debug, error"),
        ("Jazz: a night", {}, "Jazz: a night", ""),
        ("source:yelp source:ics", {"source": "ics"}, "", ""),
        ("source:a:b  x", {"source": "a:b"}, "x", ""),
    ],
)
def test_words_with_a_key_are_values_and_the_rest_is_text(
    typed: str, values: Mapping[str, object], text: str, complaint: str
) -> None:
    keys: FilterKeys = {"level": one_of(("debug", "error")), "source": str}
    assert parse(typed, keys) == (values, text, complaint)


async def test_the_command_line_completes_says_what_fits_and_refuses_the_rest() -> None:
    async with opened(_working(), (120, 40)) as (app, pilot):
        await pilot.press("colon", *"hel")
        await pilot.pause()
        assert "Show every key" in text_of(app)
        await pilot.press("tab", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        await pilot.press("escape", "colon", *"xyzzy")
        await pilot.pause()
        assert "There is no screen and no action of that name." in text_of(app)
        await pilot.press("enter")
        assert isinstance(app.screen, GoTo)
        await pilot.press("escape")
        assert not isinstance(app.screen, GoTo)
