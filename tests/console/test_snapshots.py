"""The screens, pixel by pixel, in every situation and at every size that counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.console.glyphs import ASCII
from scenescout_tui.imports.snapshot import EngineSnapshot
from tests.console import scripted, scripted_review
from tests.console.opened import connected, console, until

SIZES = [(80, 24), (120, 40), (200, 60)]
SITUATIONS: dict[str, Callable[[], EngineSnapshot]] = {
    "busy": scripted.busy,
    "empty": scripted.idle,
    "errors": scripted.finished,
    "paused": scripted.paused,
    "viewer": scripted.viewer,
    "waiting": scripted.waiting,
    "interrupted": scripted.interrupted,
}

Compare = Callable[..., bool]


def _id(value: object) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _handle(situation: str) -> scripted.ScriptedHandle:
    return scripted.ScriptedHandle(SITUATIONS[situation](), errors=scripted.error_items())


@pytest.mark.parametrize("size", SIZES, ids=_id)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_dashboard(snap_compare: Compare, situation: str, size: tuple[int, int]) -> None:
    assert snap_compare(console(_handle(situation)), terminal_size=size, run_before=connected)


@pytest.mark.parametrize("size", SIZES[:2], ids=_id)
def test_the_dashboard_without_colours(
    snap_compare: Compare, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(console(_handle("busy")), terminal_size=size, run_before=connected)


def test_what_waits_without_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(console(_handle("waiting")), terminal_size=(80, 24), run_before=connected)


def test_what_waits_in_a_locale_without_unicode(snap_compare: Compare) -> None:
    app = console(_handle("waiting"), glyphs=ASCII)
    assert snap_compare(app, terminal_size=(80, 24), run_before=connected)


@pytest.mark.parametrize("size", SIZES[:2], ids=_id)
def test_the_choice_of_what_to_go_on_with(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def press(pilot: Pilot[Any]) -> None:
        await connected(pilot)
        await pilot.press("R")
        await pilot.pause()

    assert snap_compare(console(_handle("waiting")), terminal_size=size, run_before=press)


@pytest.mark.parametrize("theme", ["scenescout-light", "scenescout-safe"])
def test_the_other_themes(snap_compare: Compare, theme: str) -> None:
    app = console(_handle("busy"), theme=theme)
    assert snap_compare(app, terminal_size=(120, 40), run_before=connected)


def test_the_dashboard_in_a_locale_without_unicode(snap_compare: Compare) -> None:
    app = console(_handle("busy"), glyphs=ASCII)
    assert snap_compare(app, terminal_size=(80, 24), run_before=connected)


def test_a_dead_engine_is_said(snap_compare: Compare) -> None:
    handle = _handle("busy")

    async def die(pilot: Pilot[Any]) -> None:
        await connected(pilot)
        handle.ended.set_exception(RuntimeError("the disk is full"))
        app = pilot.app
        assert isinstance(app, SceneScoutApp)
        await until(pilot, lambda: app.state.snapshot.state == "failed")
        app.clear_notifications()
        await pilot.pause()

    assert snap_compare(console(handle), terminal_size=(80, 24), run_before=die)


@pytest.mark.parametrize("size", SIZES[:2], ids=_id)
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("help", ["question_mark"]),
        ("file prompt", ["f"]),
        ("manual form", ["m"]),
        ("quit dialog", ["q"]),
        ("stop dialog", ["s"]),
        ("errors of a group", ["enter"]),
        ("eventbrite prompt", ["E"]),
        ("yelp prompt", ["Y"]),
    ],
)
def test_what_opens_from_the_dashboard(
    snap_compare: Compare, name: str, keys: list[str], size: tuple[int, int]
) -> None:
    async def press(pilot: Pilot[Any]) -> None:
        await connected(pilot)
        await pilot.press(*keys)
        await pilot.pause()

    assert snap_compare(console(_handle("busy")), terminal_size=size, run_before=press)


def _review(*keys: str) -> Callable[[Pilot[Any]], Any]:
    async def press(pilot: Pilot[Any]) -> None:
        await connected(pilot)
        for key in ("v", *keys):
            await pilot.press(key)
            await pilot.pause()
        await pilot.pause()

    return press


@pytest.mark.parametrize("size", SIZES, ids=_id)
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("pair", []),
        ("submission", ["tab", "tab"]),
        ("whole", ["enter"]),
        ("rule", ["b", "enter"]),
        ("reason", ["tab", "tab", "x"]),
    ],
)
def test_the_review(snap_compare: Compare, name: str, keys: list[str], size: tuple[int, int]) -> None:
    app = console(scripted_review.ReviewHandle(scripted_review.doubtful()))
    assert snap_compare(app, terminal_size=size, run_before=_review(*keys))


@pytest.mark.parametrize("size", SIZES[:2], ids=_id)
def test_the_empty_review(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = console(scripted_review.ReviewHandle(()))
    assert snap_compare(app, terminal_size=size, run_before=_review())


def test_the_review_without_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = console(scripted_review.ReviewHandle(scripted_review.doubtful()))
    assert snap_compare(app, terminal_size=(80, 24), run_before=_review())


def test_the_review_in_a_locale_without_unicode(snap_compare: Compare) -> None:
    app = console(scripted_review.ReviewHandle(scripted_review.doubtful()), glyphs=ASCII)
    assert snap_compare(app, terminal_size=(80, 24), run_before=_review())


def test_the_read_only_console_offers_no_key_that_changes_anything(snap_compare: Compare) -> None:
    app = console(_handle("errors"), read_only=True)
    assert snap_compare(app, terminal_size=(80, 24), run_before=connected)


def test_numbers_that_outgrow_their_columns_stay_on_the_line(snap_compare: Compare) -> None:
    handle = _handle("busy")
    counts = replace(handle.picture.counts, created=1_912_004, unchanged=28_110_332, failed=90_311)
    handle.picture = replace(handle.picture, counts=counts, errors_open=90_311)
    assert snap_compare(console(handle), terminal_size=(80, 24), run_before=connected)
