"""Every key on every screen: nothing breaks, and no key does what another screen means by it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.console.keys import KEYS, PLACES
from scenescout_tui.console.screens.framed import FramedScreen
from scenescout_tui.events.match import Thresholds
from scenescout_tui.imports import commands
from scenescout_tui.imports.actions import BY_ID
from scenescout_tui.imports.asking import StoreQuery
from scenescout_tui.imports.commands import Query
from scenescout_tui.imports.doing import answer
from scenescout_tui.imports.doing.desk import Shelf
from scenescout_tui.imports.review import answer_review
from scenescout_tui.imports.review_commands import ReviewQuery
from scenescout_tui.imports.snapshot import JobRow
from scenescout_tui.settings import Settings, load_settings
from scenescout_tui.store import BatchOptions, Store
from tests.console import scripted
from tests.console.opened import opened
from tests.console.scripted_log import write
from tests.store.samples import broken, concerts, run

pytestmark = pytest.mark.anyio

#: What the keys of every screen may tell the engine; what is not here tells it nothing.
_TELLS = {
    "resume_runs": {"ResumeRuns"},
    "refresh": {"RefreshExpired"},
    "pause": {"Pause", "Resume"},
    "workers_up": {"Resize"},
    "workers_down": {"Resize"},
    "cancel_run": {"CancelRun"},
    "clear_errors": {"ClearErrors"},
    "undo_clear": {"UndoClear"},
    "retry_group": {"RetryDeadLetters"},
    **{name: {"StartImport"} for name in KEYS if name.startswith("import_")},
}
#: What no screen's own key may do.
_EVERYWHERE = {"StartImport", "RefreshExpired", "Pause", "Resume", "Resize", "Stop"}
_SCREENS = ["dashboard", "review", *PLACES]


class _OverAStore(scripted.ScriptedHandle):
    """Answers from a store, and only writes down what it is told to do."""

    def __init__(self, store: Store, settings: Settings) -> None:
        rows = tuple(replace(row, ready=True) for row in scripted.finished().sources)
        job = JobRow("job-1", "clearing errors", "done", 3, 0, 0, 3, 1.0, None, "3 done")
        picture = replace(scripted.finished(), sources=rows, jobs=(job,), undoable=3, pairs_to_review=2)
        super().__init__(picture, errors=scripted.error_items())
        self._store = store
        self._shelf = Shelf(store, settings)

    def query(self, query: Query) -> Future[Any]:
        """Answer as the engine does."""
        found: Future[Any] = Future()
        try:
            if isinstance(query, StoreQuery):
                found.set_result(answer(self._shelf, query))
            elif isinstance(query, ReviewQuery):
                found.set_result(answer_review(self._store, query))
            else:
                return super().query(query)
        except Exception as error:
            found.set_exception(error)
        return found


@pytest.fixture
def handle(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[_OverAStore]:
    """An idle engine over a store without anything, or with something of everything."""
    settings = load_settings(
        {"database_url": f"sqlite:///{tmp_path / 'events.db'}", "log_file": tmp_path / "log"}
    )
    with Store(settings.database_url) as store:
        if request.param == "full":
            asking = BatchOptions(thresholds=Thresholds(link=101.0, review=50.0))
            run(store, [*concerts(30), *(broken(number) for number in range(40, 50))], asking)
            run(store, concerts(3, source="yelp"), asking)
            run(store, concerts(2, first=20, source="manual"), asking)
            write(tmp_path / "log", range(60))
        yield _OverAStore(store, settings)


def _means(places: tuple[str, ...], key: str) -> str | None:
    """Give the action that a key has on a screen."""
    for place in (*places, "everywhere"):
        for name, entry in KEYS.items():
            if entry.place == place and key in entry.keys.split(","):
                return name
    return None


async def _go(app: SceneScoutApp, pilot: Pilot[None], name: str) -> FramedScreen:
    app.go_home()
    await pilot.pause()
    app.action_act(
        {"dashboard": "open_dashboard", "review": "open_review"}.get(name) or PLACES[name].opened_by
    )
    await pilot.pause()
    await pilot.pause()
    assert isinstance(app.screen, FramedScreen)
    return app.screen


@pytest.mark.parametrize(
    ("handle", "read_only"),
    [("empty", False), ("full", False), ("full", True)],
    indirect=["handle"],
    ids=["empty", "full", "read only"],
)
@pytest.mark.parametrize("name", _SCREENS)
async def test_every_key_does_on_every_screen_what_the_tables_say(
    handle: _OverAStore, name: str, read_only: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acted: list[str] = []
    async with opened(handle, (120, 40), read_only=read_only, state_dir=tmp_path) as (app, pilot):
        act = app.action_act

        def note(action_id: str) -> None:
            acted.append(action_id)
            act(action_id)

        monkeypatch.setattr(app, "action_act", note)
        screen = await _go(app, pilot, name)
        keys = {key for entry in KEYS.values() for key in entry.keys.split(",")}
        keys |= {"j", "k", "g", "G", "home", "end", "pageup", "pagedown", "backspace", "a", "z", "9"}
        for key in sorted(keys - set(KEYS["quit"].keys.split(","))):
            if app.screen is not screen:
                screen = await _go(app, pilot, name)
            acted.clear()
            handle.sent.clear()
            await pilot.press(key)
            await pilot.pause()
            wanted = _means(screen.PLACES, key)
            offered = wanted is not None and not (
                read_only and BY_ID[wanted].scope != "view" and BY_ID[wanted].changes
            )
            assert acted == ([wanted] if offered else []), key
            sent = {type(command).__name__ for command in handle.sent}
            if wanted is None or not offered or BY_ID[wanted].scope == "view":
                assert sent == set(), (key, wanted)
            elif KEYS[wanted].place == "everywhere":
                assert sent <= _TELLS[wanted], (key, wanted)
            else:
                assert sent.isdisjoint(_EVERYWHERE), (key, wanted)
            assert not app._exit, key
            if app.screen is not screen or key in KEYS["filter"].keys:
                await pilot.press("escape")
                await pilot.pause()


def test_what_the_walk_watches_for_are_commands() -> None:
    assert all(
        hasattr(commands, name) for name in {*_EVERYWHERE, *(one for many in _TELLS.values() for one in many)}
    )
