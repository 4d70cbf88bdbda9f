"""A list of any length: it moves only when somebody moves it, keeps little, and outlives a failing engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from textual.pilot import Pilot

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.console.screens.list_screen import ListScreen
from scenescout_tui.console.widgets.table import KEPT, Column, Table
from scenescout_tui.errors import DatabaseError
from scenescout_tui.imports.asking import StoreQuery
from scenescout_tui.paging import Count, Page, Window
from tests.console import scripted
from tests.console.opened import opened, text_of

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True)
class _Row:
    key: str


@dataclass(frozen=True, slots=True)
class _List(StoreQuery):
    window: Window
    text: str


@dataclass(frozen=True, slots=True)
class _HowMany(StoreQuery):
    pass


class _Numbers(ListScreen):
    """Numbers, the highest first: what is new comes in above."""

    def make_table(self) -> Table[_Row]:
        """Give them."""
        return Table(
            [Column("number", lambda row, now: (f"number {row.key}", ""), 20, grows=1)],
            lambda window: _List(window, self.line.text),
            _HowMany,
            noun="numbers",
            empty=lambda: "There is no number.",
        )


class _Engine(scripted.ScriptedHandle):
    """Has numbers; ``holds`` keeps the questions open, ``fault`` fails them, ``bound`` is a scan's."""

    def __init__(self, numbers: int) -> None:
        super().__init__(scripted.idle())
        self.numbers = list(range(numbers - 1, -1, -1))
        self.asked: list[_List] = []
        self.held: list[tuple[Future[Any], _List]] = []
        self.holds = False
        self.fault: Exception | None = None
        self.bound: int | None = None

    def query(self, query: Any) -> Future[Any]:
        """Answer now or later."""
        found: Future[Any] = Future()
        if isinstance(query, _HowMany):
            found.set_result(Count(len(self.numbers)))
            return found
        self.asked.append(query)
        if self.holds:
            self.held.append((found, query))
        elif self.fault is not None:
            found.set_exception(self.fault)
        else:
            found.set_result(self.page(query))
        return found

    def page(self, query: _List) -> Page[_Row]:
        """Give the rows of a window that end with the text."""
        window = query.window
        numbers = self.numbers[::-1] if window.back else self.numbers
        if window.at is not None:
            at = int(window.at)
            numbers = [
                one
                for one in numbers
                if (one > at if window.back else one < at) or (window.including and one == at)
            ]
        looked = numbers[: self.bound]
        beyond = numbers[len(looked)] if len(looked) < len(numbers) else None
        passing = [one for one in looked if str(one).endswith(query.text)]
        rows = [_Row(str(one)) for one in passing[: window.limit]]
        more = len(passing) > window.limit or beyond is not None
        resume = str(beyond) if beyond is not None and len(passing) <= window.limit else None
        return Page(tuple(rows[::-1] if window.back else rows), more, len(looked), resume)

    def grow(self, app: SceneScoutApp, many: int) -> None:
        """Let some come in above, and the console see that something has changed."""
        first = self.numbers[0] + 1 if self.numbers else 0
        self.numbers = [*range(first + many - 1, first - 1, -1), *self.numbers]
        self.change(app)

    def change(self, app: SceneScoutApp) -> None:
        """Let the console see that something has changed."""
        seen = self.picture
        self.picture = replace(seen, number=seen.number + 1, store_revision=seen.store_revision + 1)
        app.state.refresh_stats()


@asynccontextmanager
async def _shown(engine: _Engine) -> AsyncIterator[tuple[SceneScoutApp, Table[_Row], Pilot[None]]]:
    async with opened(engine) as (app, pilot):
        screen = _Numbers()
        app.push_screen(screen)
        await _settle(pilot)
        yield app, screen.table, pilot


async def _settle(pilot: Pilot[None]) -> None:
    for _ in range(8):
        await pilot.pause()


def _line_of(app: SceneScoutApp, text: str) -> int:
    return next(place for place, line in enumerate(text_of(app).split("\n")) if text in line)


@pytest.mark.parametrize("many", [3, 80, 10_000])
@pytest.mark.parametrize("down", [0, 5, 120, 1_000])
async def test_rows_that_come_in_above_never_move_the_row_under_the_cursor(down: int, many: int) -> None:
    engine = _Engine(20_000)
    async with _shown(engine) as (app, table, pilot):
        for _ in range(down // 40):
            table.move(40)
            await _settle(pilot)
        table.move(down % 40)
        await _settle(pilot)
        under = str(19_999 - down)
        assert table.cursor_key == under
        before = _line_of(app, f"number {under}")
        engine.grow(app, many)
        await _settle(pilot)
        assert table.cursor_key == under
        # What is new may push the very first rows down, further down the picture stands still.
        assert down < 40 or _line_of(app, f"number {under}") == before
        for number in range(19_999 - down, 19_999 - down + 300):
            assert table.cursor_key == str(number)
            table.move(-1)
            await _settle(pilot) if table._asking else None
            if number == 19_999 + many:
                break


async def test_the_whole_list_can_be_walked_and_at_most_600_rows_are_here() -> None:
    engine = _Engine(3_000)
    async with _shown(engine) as (_, table, pilot):
        seen: list[int] = []
        for by in (1, -1):
            while True:
                assert table.cursor_key is not None
                seen.append(int(table.cursor_key))
                table.move(by)
                if table._asking:
                    await _settle(pilot)
                assert len(table._rows) <= KEPT == 600
                if table.cursor_key == str(seen[-1]):
                    break
        assert seen == [*range(2_999, -1, -1), *range(3_000)]


async def test_to_the_end_and_up_and_back_to_the_beginning() -> None:
    engine = _Engine(5_000)
    async with _shown(engine) as (app, table, pilot):
        await pilot.press("G")
        await _settle(pilot)
        assert table.cursor_key == "0"
        await pilot.press("k", "k", "pageup")
        await _settle(pilot)
        assert table.cursor_key is not None
        assert 10 < int(table.cursor_key) < 40
        for _ in range(10):
            table.move(-40)
            await _settle(pilot)
        assert int(table.cursor_key) > 400
        await pilot.press("g")
        await _settle(pilot)
        assert table.cursor_key == "4999"
        assert "1 of 5,000" in text_of(app)
        assert len(engine.asked) < 30


async def test_an_answer_to_an_older_filter_is_thrown_away() -> None:
    engine = _Engine(100)
    async with _shown(engine) as (app, table, pilot):
        engine.holds = True
        await pilot.press("slash", "7", "1")
        await _settle(pilot)
        assert [query.text for _, query in engine.held] == ["7", "71"]
        for found, query in reversed(engine.held):
            found.set_result(engine.page(query))
            await _settle(pilot)
        assert [row.key for row in table._rows] == ["71"]
        assert "number 97" not in text_of(app)


async def test_what_changes_while_a_question_is_under_way_is_not_missed() -> None:
    engine = _Engine(5)
    async with _shown(engine) as (app, _, pilot):
        engine.holds = True
        engine.change(app)
        await _settle(pilot)
        ((found, query),) = engine.held
        older = engine.page(query)
        engine.holds = False
        engine.grow(app, 1)
        await _settle(pilot)
        found.set_result(older)
        await _settle(pilot)
        assert "number 5" in text_of(app)


async def test_a_row_that_goes_gives_the_cursor_to_the_next_one() -> None:
    engine = _Engine(300)
    async with _shown(engine) as (app, table, pilot):
        table.move(20)
        engine.numbers.remove(279)
        engine.change(app)
        await _settle(pilot)
        assert table.cursor_key == "278"
        engine.numbers = [299, 298]
        engine.change(app)
        await _settle(pilot)
        assert table.cursor_key == "298"
        engine.numbers = []
        engine.change(app)
        await _settle(pilot)
        assert table.selected is None
        assert "There is no number." in text_of(app)
        engine.grow(app, 2)
        await _settle(pilot)
        assert table.cursor_key == "1"


async def test_an_empty_list_bears_every_key() -> None:
    async with _shown(_Engine(0)) as (app, table, pilot):
        await pilot.press("j", "k", "g", "G", "pageup", "pagedown", "space", "enter", "y", "u")
        assert "There is no number." in text_of(app)
        assert table.marked == frozenset()


async def test_a_failing_engine_is_said_in_words_and_the_list_goes_on_afterwards() -> None:
    engine = _Engine(1_000)
    engine.fault = DatabaseError("list", "the database is locked")
    async with _shown(engine) as (app, table, pilot):
        assert "The engine could not answer: database: list failed: the database is locked" in text_of(app)
        engine.fault = None
        engine.change(app)
        await _settle(pilot)
        assert table.cursor_key == "999"
        engine.fault = DatabaseError("list", "the disk is gone")
        table.move(70)
        await _settle(pilot)
        asked = len(engine.asked)
        await _settle(pilot)
        # It is not asked again and again, and the rows that are here stay.
        assert len(engine.asked) == asked
        assert table.cursor_key == "929"
        assert "the disk is gone" in text_of(app)
        engine.fault = None
        table.move(1)
        await _settle(pilot)
        table.move(90)
        assert table.cursor_key == "838"
        assert "the disk is gone" not in text_of(app)


async def test_marks_stay_where_their_rows_are_gone_from_here() -> None:
    async with _shown(_Engine(5_000)) as (app, table, pilot):
        await pilot.press("space", "space", "G")
        await _settle(pilot)
        assert table.marked == {"4999", "4998"}
        assert "2 marked" in text_of(app)
        table.unmark_all()
        assert table.marked == frozenset()


async def test_a_bounded_scan_goes_on_until_enough_is_found() -> None:
    engine = _Engine(4_000)
    engine.bound = 150
    async with _shown(engine) as (_, table, pilot):
        await pilot.press("slash", "0", "0", "enter")
        for _ in range(10):
            await _settle(pilot)
        # Every hundredth of 4,000.
        assert [row.key for row in table._rows] == [str(number) for number in range(3_900, 0, -100)]
        # A search through all takes 27 questions; nothing is asked twice.
        asked_of = [query for query in engine.asked if query.text == "00"]
        assert len(asked_of) == len(set(asked_of)) == 27
        asked = len(engine.asked)
        table.move(5)
        await _settle(pilot)
        assert len(engine.asked) == asked
