"""The review: the list, both sides, what each key says of an item, and how it is taken back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.console.dialogs.reason import Reason
from scenescout_tui.console.dialogs.review_rule import RuleDialog
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.review_queue import PAGE, ReviewQueue
from scenescout_tui.console.screens.dashboard import Dashboard
from scenescout_tui.console.screens.review import Review
from scenescout_tui.imports.actions import ACTIONS
from scenescout_tui.imports.commands import CancelRun, CommandResult
from scenescout_tui.imports.review_commands import (
    ApproveSubmissions,
    DecideReview,
    DecideReviewByRule,
    ListReview,
    RefuseSubmissions,
    ReviewCase,
    ReviewField,
    ReviewRule,
    UndoDecision,
)
from tests.console import scripted
from tests.console.opened import opened, text_of
from tests.console.scripted_review import EARLY, SUBMITTED, ReviewHandle, pair, some
from tests.console.test_hostile_text import HOSTILE, check

pytestmark = pytest.mark.anyio

FIRST = EARLY.row.item_id
REFUSED = CommandResult(False, "the disk is full", "DATABASE_ERROR", "Free space, then try again.")


def _pairs(number: int) -> tuple[ReviewCase, ...]:
    return tuple(pair(one) for one in range(1, number + 1))


def _line(app: SceneScoutApp, text: str) -> str:
    return next(line for line in text_of(app).split("\n") if text in line)


def _under_cursor(app: SceneScoutApp) -> str:
    assert isinstance(app.screen, Review)
    row = app.screen.queue.selected
    return row.item_id if row is not None else ""


async def test_v_lists_pairs_and_submissions_and_shows_both_sides() -> None:
    async with opened(ReviewHandle(some()), size=(120, 40)) as (app, pilot):
        assert "13 pairs and 1 submission to review" in text_of(app)
        assert "v review" in text_of(app)
        await pilot.press("v")
        await pilot.pause()
        shown = text_of(app)
    assert "review: all, 1 of 14" in shown
    assert "same start, 40 m apart, titles 87" in shown
    assert "score 71 of 100" in shown
    assert "eventbrite  18012345" in shown
    assert "yelp  moonlight-jazz-berlin" in shown


async def test_a_field_that_differs_has_a_sign_and_what_is_the_same_has_none() -> None:
    async with opened(ReviewHandle(some())) as (app, pilot):
        await pilot.press("v")
        await pilot.pause()
        assert _line(app, "12.50 EUR").startswith(" ≠ price ")
        assert _line(app, "Berlin, DE").startswith("   city ")
        # What one side alone says is no difference.
        assert _line(app, "2026-12-24 22:00").startswith("   end ")


async def test_titles_that_differ_far_to_the_right_are_cut_at_the_left() -> None:
    async with opened(ReviewHandle(some())) as (app, pilot):
        await pilot.press("v")
        await pilot.pause()
        line = _line(app, " ≠ title")
    assert "early show" in line
    assert "late show" in line


async def test_where_there_is_no_room_what_is_the_same_leaves_first() -> None:
    async with opened(ReviewHandle(some())) as (app, pilot):
        await pilot.press("v")
        await pilot.pause()
        labels = [line[3:15].strip() for line in text_of(app).split("\n")[12:23]]
    differing = [field.name for field in EARLY.fields if field.differs]
    assert [label for label in labels if label in differing] == differing
    assert "status" not in labels


@pytest.mark.parametrize(
    ("key", "decision", "said"),
    [("s", "same", "One event now"), ("d", "different", "Kept apart"), ("l", "later", "Put off")],
)
async def test_one_key_decides_and_the_next_is_under_the_cursor(key: str, decision: Any, said: str) -> None:
    handle = ReviewHandle(some())
    async with opened(handle) as (app, pilot):
        await pilot.press("v", key)
        await pilot.pause()
        assert handle.sent == [DecideReview((FIRST,), decision)]
        assert "review: all, 1 of 13" in text_of(app)
        assert EARLY.row.title[:30] not in text_of(app).split("\n")[4]
        assert _under_cursor(app) == pair(1).row.item_id
        assert f"{said}, u takes it back" in text_of(app)


async def test_the_row_leaves_before_the_engine_has_answered() -> None:
    handle = ReviewHandle(some())
    handle.holds = []
    async with opened(handle) as (app, pilot):
        await pilot.press("v", "s")
        await pilot.pause()
        assert len(handle.holds) == 1
        assert _under_cursor(app) == pair(1).row.item_id
        assert "same evening, titles 61" in text_of(app)


async def test_what_the_engine_refuses_comes_back_to_its_place_and_is_said() -> None:
    handle = ReviewHandle(some(), refusal=REFUSED)
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await pilot.press("v", "j", "s")
        await pilot.pause()
        assert _under_cursor(app) == pair(1).row.item_id
        assert "review: all, 2 of 14" in text_of(app)
        assert "the disk is full Free space, then try again." in text_of(app)
        handle.refusal = None
        await pilot.press("u")
        await pilot.pause()
    assert handle.sent[1:] == [UndoDecision()], "a decision that was refused is none to take back"


async def test_what_somebody_else_has_decided_meanwhile_does_not_come_back() -> None:
    settled = CommandResult(False, "decided already: same", "NOT_DECIDED", "Look at what waits now.")
    handle = ReviewHandle(some(), refusal=settled)
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await pilot.press("v")
        await pilot.pause()
        del handle.cases[FIRST]
        await pilot.press("s")
        await pilot.pause()
        await pilot.pause()
        assert "decided already: same Look at what waits now." in text_of(app)
        assert "early show" not in text_of(app)
        assert "1 of 13" in text_of(app)


async def test_u_takes_back_one_decision_after_the_other_and_the_rows_are_where_they_were() -> None:
    handle = ReviewHandle(some())
    async with opened(handle) as (app, pilot):
        await pilot.press("v", "s", "j", "d")
        await pilot.pause()
        second = pair(2).row.item_id
        await pilot.press("u")
        await pilot.pause()
        assert _under_cursor(app) == second
        await pilot.press("u")
        await pilot.pause()
        assert _under_cursor(app) == FIRST
        assert "review: all, 1 of 14" in text_of(app)
    assert handle.sent[2:] == [UndoDecision(("act1",)), UndoDecision(("act0",))]


async def test_what_is_taken_back_before_the_answer_is_taken_back_after_it() -> None:
    handle = ReviewHandle(some())
    handle.holds = []
    async with opened(handle) as (app, pilot):
        await pilot.press("v", "s", "u")
        await pilot.pause()
        assert handle.sent == [DecideReview((FIRST,), "same")]
        answers, handle.holds = handle.holds, None
        answers[0]()
        await pilot.pause()
        await pilot.pause()
        assert handle.sent[1:] == [UndoDecision(("act0",))]
        assert _under_cursor(app) == FIRST


async def test_without_a_decision_of_this_session_u_takes_back_the_newest_there_is() -> None:
    handle = ReviewHandle(some())
    handle.send(DecideReview((FIRST,), "different"))
    async with opened(handle) as (app, pilot):
        await pilot.press("v")
        await pilot.pause()
        assert "1 of 13" in text_of(app)
        await pilot.press("u")
        await pilot.pause()
        await pilot.pause()
        assert handle.sent[1:] == [UndoDecision()]
        assert "2 of 14" in text_of(app)
        assert _line(app, "early show")


async def test_a_pair_that_was_put_off_waits_in_a_list_of_its_own() -> None:
    handle = ReviewHandle(some())
    async with opened(handle) as (app, pilot):
        await pilot.press("v", "l", "tab", "tab", "tab")
        await pilot.pause()
        assert "review: put off, 1 of 1" in text_of(app)
        assert _under_cursor(app) == FIRST
        await pilot.press("l")
        await pilot.pause()
        assert "it is put off already" in text_of(app)
        await pilot.press("d")
        await pilot.pause()
        assert handle.sent == [DecideReview((FIRST,), "later"), DecideReview((FIRST,), "different")]
        assert "Nothing was put off." in text_of(app)


async def test_tab_goes_round_the_lists() -> None:
    async with opened(ReviewHandle(some())) as (app, pilot):
        await pilot.press("v")
        titles = []
        for _ in range(5):
            await pilot.pause()
            titles.append(text_of(app).split("\n")[3].split(";")[0].removeprefix(" ── review: "))
            await pilot.press("tab")
    assert titles == ["all, 1 of 14", "pairs, 1 of 13", "submissions, 1 of 1", "put off", "all, 1 of 14"]


async def test_a_submission_is_approved_by_one_key_and_cannot_be_decided_like_a_pair() -> None:
    handle = ReviewHandle(some())
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await pilot.press("v", "tab", "tab", "s")
        await pilot.pause()
        assert "Same event: there is no pair under the cursor." in text_of(app)
        await pilot.press("a")
        await pilot.pause()
        assert handle.sent == [ApproveSubmissions((SUBMITTED.row.item_id,))]
        assert "No submission waits." in text_of(app)


@pytest.mark.parametrize("keys", [("a",), ("x", *"spam", "enter")], ids=["approved", "refused"])
async def test_u_takes_back_what_was_said_of_a_submission(keys: tuple[str, ...]) -> None:
    handle = ReviewHandle(some())
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await pilot.press("v", "tab", "tab", *keys)
        await pilot.pause()
        assert "u takes it back" in text_of(app)
        assert "No submission waits." in text_of(app)
        await pilot.press("u")
        await pilot.pause()
        assert handle.sent[1:] == [UndoDecision(("act0",))]
        assert "submissions, 1 of 1" in text_of(app)


async def test_a_submission_is_refused_with_a_reason_and_only_with_one() -> None:
    handle = ReviewHandle(some())
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await pilot.press("v", "tab", "tab", "x", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Reason)
        assert "Type a reason first." in text_of(app)
        await pilot.press(*"spam", "enter")
        await pilot.pause()
        assert handle.sent == [RefuseSubmissions((SUBMITTED.row.item_id,), "spam")]
        assert isinstance(app.screen, Review)


async def test_other_submissions_of_the_same_event_go_on_waiting() -> None:
    twin = replace(SUBMITTED, row=replace(SUBMITTED.row, item_id="01kkrtwin", key="001kkrtwin"))
    handle = ReviewHandle((SUBMITTED, twin))
    async with opened(handle) as (app, pilot):
        await pilot.press("v", "a")
        await pilot.pause()
        assert "all, 1 of 1" in text_of(app)
        await pilot.press("a")
        await pilot.pause()
        assert handle.sent == [ApproveSubmissions((one.row.item_id,)) for one in (SUBMITTED, twin)]
        assert "Nothing waits." in text_of(app)


async def test_a_rule_says_how_many_before_a_key_decides_them_and_u_takes_all_back() -> None:
    handle = ReviewHandle(_pairs(40))
    async with opened(handle, size=(120, 40)) as (app, pilot):
        await pilot.press("v", "b")
        assert isinstance(app.screen, RuleDialog)
        # The score of the pair under the cursor stands there, and goes when something is typed.
        await pilot.press(*"75", "down", "down", "down", *"Leipzig", "enter")
        await pilot.pause()
        # Scores 75 to 79 in two rounds of twenty, Leipzig where the number is odd: 15, 17, 19, 35, 37, 39.
        assert "6 pairs" in text_of(app)
        assert handle.sent == []
        await pilot.press("d")
        await pilot.pause()
        rule = ReviewRule(kind="pair", least_score=75.0, city="Leipzig")
        assert handle.sent == [DecideReviewByRule(rule, "different", 6)]
        await pilot.pause()
        assert "1 of 34" in text_of(app)
        await pilot.press("u")
        await pilot.pause()
        await pilot.pause()
        assert handle.sent[1:] == [UndoDecision(("act0",))]
        assert "1 of 40" in text_of(app)


async def test_a_rule_that_is_changed_after_counting_is_counted_again() -> None:
    handle = ReviewHandle(_pairs(40))
    async with opened(handle) as (app, pilot):
        await pilot.press("v", "b", "enter")
        await pilot.pause()
        # Of forty two have the score 60; the rule begins with the score under the cursor, 61.
        assert "38 pairs" in text_of(app)
        assert "keep all of them apart" in text_of(app)
        await pilot.press("tab", "ctrl+u", *"999", "enter")
        await pilot.pause()
        assert "type a number from 0 to 100" in text_of(app)
        assert "keep all of them apart" not in text_of(app)
        await pilot.press("escape")
    assert handle.sent == []


async def test_a_rule_that_fits_nothing_decides_nothing() -> None:
    handle = ReviewHandle(_pairs(3))
    async with opened(handle) as (app, pilot):
        await pilot.press("v", "b", "ctrl+u", *"99.5", "enter")
        await pilot.pause()
        assert "No pair is like this." in text_of(app)
        app.screen.set_focus(None)
        await pilot.press("s", "escape")
        await pilot.pause()
        assert isinstance(app.screen, Review)
    assert handle.sent == []


async def test_enter_shows_the_whole_texts_and_decides_from_there() -> None:
    handle = ReviewHandle(some())
    async with opened(handle) as (app, pilot):
        await pilot.press("v")
        await pilot.pause()
        assert "Bring a friend." not in text_of(app)
        await pilot.press("enter", "G")
        await pilot.pause()
        assert "Bring a friend." in text_of(app)
        await pilot.press("s")
        await pilot.pause()
        assert handle.sent == [DecideReview((FIRST,), "same")]
        assert "same evening, titles 61" in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "review: all, 1 of 13" in text_of(app)
        await pilot.press("escape")
        assert isinstance(app.screen, Dashboard)


async def test_a_long_list_comes_in_pages_as_the_cursor_goes_down() -> None:
    handle = ReviewHandle(_pairs(1_000))
    async with opened(handle) as (app, pilot):
        await pilot.press("v")
        await pilot.pause()
        assert isinstance(app.screen, Review)
        assert len(app.screen.queue.rows) == PAGE
        assert "1 of 1,000" in text_of(app)
        widgets = len(app.screen.query("*"))
        await pilot.press("G")
        await pilot.pause()
        assert len(app.screen.queue.rows) == 2 * PAGE
        assert _under_cursor(app) == pair(PAGE).row.item_id
        assert len(app.screen.query("*")) == widgets
    asked = [query.after for query in handle.asked if isinstance(query, ListReview)]
    assert asked == [None, pair(PAGE).row.key]


def test_deciding_skips_nothing_although_the_list_behind_grows_shorter() -> None:
    rows = [case.row for case in _pairs(PAGE + 7)]
    queue = ReviewQueue()
    queue.add(rows[:PAGE])
    for row in rows[: PAGE - 1]:
        queue.take({row.item_id})
    assert queue.selected == rows[PAGE - 1]
    assert not queue.complete
    # What the engine has not decided yet when it reads the next page stays away.
    queue.add([row for row in rows if row.key > (queue.after or "")] + rows[PAGE - 2 : PAGE - 1])
    assert queue.rows == rows[PAGE - 1 :]
    assert queue.complete


async def test_coming_back_finds_cursor_and_list_as_they_were_left() -> None:
    async with opened(ReviewHandle(some())) as (app, pilot):
        await pilot.press("v", "tab", "j", "j", "escape", "v")
        await pilot.pause()
        assert "review: pairs, 3 of 13" in text_of(app)


async def test_what_somebody_else_has_decided_leaves_the_list() -> None:
    handle = ReviewHandle(some())
    async with opened(handle) as (app, pilot):
        await pilot.press("v")
        await pilot.pause()
        del handle.cases[pair(2).row.item_id]
        third = pair(3)
        handle.cases[third.row.item_id] = replace(third, row=replace(third.row, state="same"))
        await pilot.press("j", "j")
        await pilot.pause()
        await pilot.pause()
        assert _under_cursor(app) == pair(4).row.item_id
        assert "Vol. 3" not in text_of(app)


async def test_the_next_pair_is_shown_as_it_is_after_the_decision_before_it() -> None:
    handle = ReviewHandle(_pairs(3))
    async with opened(handle) as (app, pilot):
        await pilot.press("v")
        await pilot.pause()
        second, third = pair(2), pair(3)
        # A merge gives the one another title, and settles the other.
        merged = replace(second, row=replace(second.row, title="Both of them"))
        handle.cases[second.row.item_id] = merged
        handle.cases[third.row.item_id] = replace(third, row=replace(third.row, state="same"))
        await pilot.press("s")
        await pilot.pause()
        await pilot.pause()
        assert "Both of them" in text_of(app)
        assert isinstance(app.screen, Review)
        assert app.screen.queue.rows == [merged.row]


async def test_what_comes_in_meanwhile_stands_at_the_end_and_moves_nothing() -> None:
    handle = ReviewHandle(_pairs(3))
    async with opened(handle) as (app, pilot):
        await pilot.press("v", "j")
        await pilot.pause()
        new = pair(4)
        handle.cases[new.row.item_id] = new
        handle.picture = replace(handle.picture, number=99, pairs_to_review=4)
        app.state.refresh_stats()
        await pilot.pause()
        await pilot.pause()
        assert "review: all, 2 of 4" in text_of(app)
        assert "Vol. 4" in text_of(app)
        assert _under_cursor(app) == pair(2).row.item_id


async def test_the_empty_review_says_what_lands_here() -> None:
    async with opened(ReviewHandle(())) as (app, pilot):
        assert "v review" not in text_of(app)
        await pilot.press("v")
        await pilot.pause()
        assert "What an import is not sure of lands here" in text_of(app)
        for key in "sdlax":
            await pilot.press(key)
            await pilot.pause()
            assert "under the cursor" in text_of(app)
        assert app.is_running


async def test_what_a_source_demands_stands_beside_its_content() -> None:
    handle = ReviewHandle(some())
    sources = tuple(
        replace(one, attribution=scripted.YELP_TERMS if one.name == "yelp" else "")
        for one in handle.picture.sources
    )
    handle.picture = replace(handle.picture, sources=sources)
    async with opened(handle) as (app, pilot):
        await pilot.press("v")
        await pilot.pause()
        assert scripted.YELP_TERMS in text_of(app)
        await pilot.press("tab", "tab")
        await pilot.pause()
        assert scripted.YELP_TERMS not in text_of(app), "no side of this one comes from Yelp"


async def test_s_in_the_review_never_stops_an_import() -> None:
    handle = ReviewHandle(some(), scripted.busy())
    async with opened(handle) as (app, pilot):
        await pilot.press("v", "enter", "s")
        await pilot.pause()
        assert isinstance(app.screen, Review)
    assert handle.sent == [DecideReview((FIRST,), "same")]
    assert not any(isinstance(command, CancelRun) for command in handle.sent)


async def test_every_key_of_the_review_is_bound_in_it_and_explains_itself() -> None:
    async with opened(ReviewHandle(some())) as (app, pilot):
        await pilot.press("v")
        bound = {active.binding.id: active.binding for active in app.screen.active_bindings.values()}
    here = [action for action in ACTIONS if KEYS[action.id].place == "review"]
    assert here
    assert all(action.id in bound and bound[action.id].tooltip == action.help for action in here)


@pytest.mark.parametrize("action", [one.id for one in ACTIONS if KEYS[one.id].place == "review"])
async def test_outside_the_review_its_actions_say_how_to_open_it(action: str) -> None:
    handle = ReviewHandle(some())
    async with opened(handle, size=(120, 40)) as (app, pilot):
        app.action_act(action)
        await pilot.pause()
        if action == "review_undo":
            assert handle.sent == [UndoDecision()]
        elif action == "review_by_rule":
            assert isinstance(app.screen, RuleDialog)
        else:
            assert "open the review first, with v" in text_of(app)
            assert handle.sent == []


async def test_a_read_only_console_shows_the_review_and_decides_nothing() -> None:
    handle = ReviewHandle(some())
    async with opened(handle, read_only=True) as (app, pilot):
        await pilot.press("v", "s", "d", "l", "a", "x", "u", "b")
        await pilot.pause()
        assert isinstance(app.screen, Review)
        assert "review: all, 1 of 14" in text_of(app)
        assert "s same" not in text_of(app)
    assert handle.sent == []


@pytest.mark.parametrize("key", ["s", "d", "l", "a", "x", "u", "b"])
async def test_a_viewer_reads_the_review_and_is_told_who_may_decide(key: str) -> None:
    handle = ReviewHandle(some(), scripted.viewer())
    async with opened(handle) as (app, pilot):
        await pilot.press("v", key)
        await pilot.pause()
        assert "Not from here: process 22405 runs the engine." in text_of(app)
    assert handle.sent == []


def _hostile(text: str) -> ReviewCase:
    row = replace(
        EARLY.row, title=text, other_title=f"x{text}", evidence=text, city=text, starts=text, sources=(text,)
    )
    fields = (
        ReviewField("title", text, f"x {text}", True),
        ReviewField("url", text, text, False),
        ReviewField("description", text, f"{text} y", True),
    )
    records = tuple(replace(one, source=text, external_id=text) for one in EARLY.first)
    return ReviewCase(row, fields, records, records, text, f"{text} y")


def _numbered(cases: Iterable[ReviewCase]) -> tuple[ReviewCase, ...]:
    return tuple(
        replace(case, row=replace(case.row, item_id=f"{number:04d}", key=f"0{number:04d}"))
        for number, case in enumerate(cases)
    )


async def test_hostile_text_is_shown_side_by_side_and_never_obeyed() -> None:
    handle = ReviewHandle(_numbered(map(_hostile, HOSTILE)))
    async with opened(handle, size=(200, 50)) as (app, pilot):
        await pilot.press("v")
        for text in HOSTILE:
            await pilot.pause()
            check(text_of(app), text)
            await pilot.press("enter")
            await pilot.pause()
            check(text_of(app), text)
            await pilot.press("enter", "d")
        await pilot.pause()
        assert len(handle.sent) == len(HOSTILE)
        assert not app._exit


async def test_a_hostile_title_in_a_question_is_not_obeyed() -> None:
    cases = _numbered(replace(SUBMITTED, row=replace(SUBMITTED.row, title=text)) for text in HOSTILE)
    async with opened(ReviewHandle(cases), size=(200, 50)) as (app, pilot):
        await pilot.press("v")
        for place, text in enumerate(HOSTILE):
            await pilot.press("ax"[place % 2])
            await pilot.pause()
            check(text_of(app), text)
            await pilot.press("escape", "j")
        assert not app._exit


async def test_a_size_that_nothing_fits_into_breaks_nothing() -> None:
    async with opened(ReviewHandle(some()), size=(120, 40)) as (app, pilot):
        for key in ("v", "enter"):
            await pilot.press(key)
            for size in ((1, 1), (10, 3), (40, 8), (300, 100), (79, 23)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
        assert app.is_running


def test_the_review_costs_nothing_before_it_is_opened() -> None:
    code = (
        "import sys, scenescout_tui.console.app, scenescout_tui.console.screens.columns;"
        "tables = ('places', 'action_rows');"
        "ours = [name for name in sys.modules if name.startswith('scenescout_tui')];"
        "sys.exit(any('review' in name and name.split('.')[-2] not in tables for name in ours))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
