"""What the engine answers about runs and does with one, on real databases."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import ImportOptions, StartImport
from scenescout_tui.imports.lock import EngineLock
from scenescout_tui.imports.opening import WalkFactory
from scenescout_tui.imports.run_history import start_again
from scenescout_tui.imports.runs_commands import (
    CompareRuns,
    Comparison,
    CountRuns,
    GetRun,
    ListRuns,
    RunAgain,
    RunDetail,
    RunFilters,
    RunLine,
)
from scenescout_tui.imports.viewer import start_viewer
from scenescout_tui.paging import Count, Page, Window
from scenescout_tui.settings import load_settings
from scenescout_tui.sources.read_options import ReadOptions
from scenescout_tui.store import NotFoundError, Store
from tests.imports.engines import PATIENCE, GatedWalk, engine, on_sqlite, report, rows, tell, until
from tests.imports.payloads import eventbrite


def ask(handle: Any, query: Any) -> Any:
    return handle.query(query).result(PATIENCE)


def listed(handle: Any, **filters: str) -> list[RunLine]:
    page: Page[RunLine] = ask(handle, ListRuns(RunFilters(**filters), Window()))
    return list(page.rows)


def imported(handle: Any, *inputs: str, **options: Any) -> str:
    answer = tell(handle, StartImport("eventbrite", inputs, options=ImportOptions(**options)))
    assert answer.ok, answer
    report(handle, answer.data["run_id"])
    return str(answer.data["run_id"])


def ndjson(path: Path, payloads: list[Any]) -> str:
    path.write_text("".join(json.dumps(payload) + "\n" for payload in payloads))
    return str(path)


def nameless(number: int) -> dict[str, Any]:
    return {key: value for key, value in eventbrite(number).items() if key != "name"}


def timeless(number: int) -> dict[str, Any]:
    return {key: value for key, value in eventbrite(number).items() if key != "start"}


def test_runs_of_earlier_sessions_are_listed_filtered_and_counted(database: str, tmp_path: Path) -> None:
    file = ndjson(tmp_path / "a.ndjson", [eventbrite(1), nameless(2)])
    with engine(database) as handle:
        first = imported(handle, file)
    with engine(database) as handle:
        second = imported(handle, ndjson(tmp_path / "b.ndjson", [eventbrite(3)]))
        found = listed(handle)
        assert [run.key for run in found] == [second, first]
        old = found[1]
        assert (old.source, old.state, old.inputs) == ("eventbrite", "completed", file)
        assert (old.counts.total, old.counts.created, old.counts.failed) == (2, 1, 1)
        assert old.ended_at is not None
        assert old.started_at <= old.ended_at
        assert " pid " in old.who
        assert (old.goes_on, old.repeatable) == (False, True)
        assert [run.key for run in listed(handle, text="B.NDJSON")] == [second]
        assert listed(handle, state="failed") == listed(handle, source="yelp") == []
        assert ask(handle, CountRuns(RunFilters(state="completed"))) == Count(2)


def test_the_query_of_an_address_is_shown_to_nobody(database: str) -> None:
    with engine(database), Store(database) as store:
        store.finish_run(
            store.begin_run("ics", who="ada", inputs=["https://example.org/a.ics?key=s3cret"]), "failed"
        )
    with engine(database) as handle:
        (run,) = listed(handle)
        assert "example.org/a.ics" in run.inputs
        assert "s3cret" not in repr(run)
        assert "s3cret" not in repr(ask(handle, GetRun(run.key)))


def test_one_run_is_told_with_options_groups_and_course(database: str, tmp_path: Path) -> None:
    payloads = [eventbrite(number) for number in range(90)] + [nameless(n) for n in range(100, 103)]
    file = ndjson(tmp_path / "in.ndjson", [*payloads, timeless(200)])
    with engine(database) as handle:
        run_id = imported(
            handle, file, batch_size=5, deduplicate=False, read=ReadOptions(timezone="Europe/Berlin")
        )
        found: RunDetail = ask(handle, GetRun(run_id[-6:]))
    options = dict(found.options)
    assert found.run.key == run_id
    assert (options["batch size"], options["deduplicate"]) == ("5", "no")
    assert "timezone Europe/Berlin" in options["read"]
    assert [group.count for group in found.groups] == [3, 1]
    assert all(group.action for group in found.groups)
    # 94 records are 19 commits: two of them or more for each step.
    assert 4 <= len(found.course) <= 9
    assert sum(step.records for step in found.course) == 94
    assert sum(step.failed for step in found.course) == 4
    assert [step.at for step in found.course] == sorted(step.at for step in found.course)


def test_a_run_of_few_commits_has_no_course(database: str, tmp_path: Path) -> None:
    with engine(database) as handle:
        run_id = imported(handle, ndjson(tmp_path / "in.ndjson", [eventbrite(1)]))
        assert ask(handle, GetRun(run_id)).course == ()


@pytest.mark.parametrize("query", [GetRun("nosuchrun"), CompareRuns("nosuchrun", "another")])
def test_a_run_that_is_not_there_is_said_to_be_missing(database: str, query: Any) -> None:
    with engine(database) as handle, pytest.raises(NotFoundError):
        ask(handle, query)


def test_two_runs_are_compared_whichever_is_named_first(database: str, tmp_path: Path) -> None:
    file = tmp_path / "in.ndjson"
    with engine(database) as handle:
        ndjson(file, [eventbrite(1), nameless(2), timeless(3)])
        first = imported(handle, str(file), batch_size=10)
        ndjson(file, [eventbrite(1), nameless(2), nameless(4), {"id": "9", "name": 7}])
        second = imported(handle, str(file), batch_size=20)
        found: Comparison = ask(handle, CompareRuns(second, first))
        assert found == ask(handle, CompareRuns(first, second))
    assert (found.before.key, found.after.key) == (first, second)
    assert found.before.counts.total == 3
    assert found.after.counts.total == 4
    assert found.options == (("batch size", "10", "20"),)
    kinds = [(bool(change.before), bool(change.after)) for change in found.groups]
    assert kinds == sorted(kinds, key=[(False, True), (True, False), (True, True)].index)
    # The events without a start have gone. Of those without a name one came, and one failed as before.
    assert [(one.before, one.after) for one in found.groups if one.before] == [(1, 0), (1, 1)]
    assert found.known == (0, 1)
    assert sum(one.after for one in found.groups) + 1 == found.after.counts.failed == 3


def test_a_run_is_done_again_with_the_same_inputs_and_options(database: str, tmp_path: Path) -> None:
    file = ndjson(tmp_path / "in.ndjson", [eventbrite(number) for number in range(12)])
    with engine(database) as handle:
        first = imported(
            handle, file, batch_size=7, deduplicate=False, read=ReadOptions(timezone="Europe/Berlin")
        )
        answer = tell(handle, RunAgain(first))
        assert answer.ok, answer
        second = answer.data["run_id"]
        again = report(handle, second)
        was, now = (ask(handle, GetRun(run_id)) for run_id in (first, second))
    assert second != first
    assert (again.state, again.counts.total, again.counts.unchanged + again.counts.skipped) == (
        "completed",
        12,
        12,
    )
    assert now.options == was.options
    assert now.run.inputs == was.run.inputs
    noted = rows(database, "SELECT target, count, who FROM audit_log WHERE action = 'run.again'")
    assert [(target, number) for target, number, _ in noted] == [(second, 1)]
    assert noted[0][2]


def test_samples_are_no_input_that_can_be_read_again_and_it_is_said(database: str) -> None:
    walks: list[GatedWalk] = []

    def walk() -> GatedWalk:
        walks.append(GatedWalk([[eventbrite(1)], [eventbrite(2)]]))
        walks[-1].open(3)
        return walks[-1]

    samples: dict[str, WalkFactory] = {"eventbrite": walk}
    with engine(database, samples) as handle:
        first = tell(handle, StartImport("eventbrite")).data["run_id"]
        report(handle, first)
        refused = tell(handle, RunAgain(first))
    assert (refused.ok, refused.code) == (False, "INPUT_ERROR")
    assert len(walks) == 1


def test_what_a_source_was_asked_for_is_asked_again_with_its_options() -> None:
    asked = (("location", "Lisboa"), ("free", "true"))
    recorded = {"batch_size": 20, "enrich": False, "ask": asked, "descriptions": True, "label": ""}
    with Store("sqlite://") as store:
        run_id = store.begin_run("yelp", who="ada", inputs=["location=Lisboa free=true"], options=recorded)
        wanted = start_again(store.run(run_id))
    assert wanted == StartImport(
        "yelp", ask=asked, options=ImportOptions(batch_size=20, enrich=False, descriptions=True)
    )


def test_a_window_of_days_is_counted_from_the_day_of_the_new_run() -> None:
    read = ReadOptions(timezone="Europe/Berlin", today=date(2026, 1, 2))
    with Store("sqlite://") as store:
        run_id = store.begin_run("ics", who="ada", inputs=["a.ics"], options={"read": read.recorded()})
        wanted = start_again(store.run(run_id))
    assert wanted.options.read == ReadOptions(timezone="Europe/Berlin")


def test_payloads_are_not_kept_so_that_run_cannot_be_done_again(database: str) -> None:
    with engine(database) as handle:
        first = tell(handle, StartImport("eventbrite", payloads=(eventbrite(1),))).data["run_id"]
        report(handle, first)
        assert not listed(handle)[0].repeatable
        refused = tell(handle, RunAgain(first))
        assert (refused.ok, refused.code) == (False, "INPUT_ERROR")
        assert "what it read is not kept" in refused.message
        assert len(listed(handle)) == 1


def test_a_file_that_is_gone_by_now_cannot_be_read_again(database: str, tmp_path: Path) -> None:
    file = ndjson(tmp_path / "in.ndjson", [eventbrite(1)])
    with engine(database) as handle:
        first = imported(handle, file)
        Path(file).unlink()
        refused = tell(handle, RunAgain(first))
        assert (refused.ok, refused.code) == (False, "INPUT_ERROR")
        assert len(listed(handle)) == 1


@on_sqlite
def test_a_viewer_sees_a_run_whose_engine_was_killed_as_interrupted(database: str, tmp_path: Path) -> None:
    """Fault: kill -9 in mid-run; the kernel lets go of the lock, the row still says "running"."""
    lock = EngineLock(tmp_path / "events.db")
    lock.acquire()
    with Store(database) as store:
        run_id = store.begin_run("eventbrite", who="ada", inputs=["a.ndjson"])
    viewer = start_viewer(
        load_settings({"database_url": database}), SpawnerError("looking", code="READ_ONLY")
    )
    try:
        assert [(run.state, run.goes_on) for run in listed(viewer)] == [("running", False)]
        lock.release()
        (run,) = listed(viewer)
        assert (run.key, run.state, run.goes_on, run.ended_at) == (run_id, "interrupted", True, None)
        assert run.note == "the engine ended during this run"
        assert ask(viewer, GetRun(run_id)).run == run
        assert listed(viewer, state="running") == []
        refused = viewer.send(RunAgain(run_id)).result(PATIENCE)
        assert not refused.ok
    finally:
        viewer.stop()
        until(lambda: viewer.join(0.1))
