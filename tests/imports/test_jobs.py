"""Long work in a real engine: it counts, can be stopped between two chunks, and its faults stay its own."""

from __future__ import annotations

import getpass
import os
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import anyio.lowlevel
import anyio.to_thread
import pytest

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports import doing
from scenescout_tui.imports.asking import Deed
from scenescout_tui.imports.commands import CancelJob, CommandResult, Pause, Resize
from scenescout_tui.imports.doing.desk import Desk
from scenescout_tui.imports.jobs import KEPT, Job
from scenescout_tui.imports.local import LocalEngineHandle, start_engine
from scenescout_tui.imports.snapshot import JobRow
from scenescout_tui.settings import load_settings
from tests.imports.engines import engine, rows, tell, until

pytestmark = pytest.mark.integration


@dataclass(frozen=True, slots=True)
class _Work(Deed):
    """Work that a test has made up."""

    do: Callable[[Job], Awaitable[str]]
    total: int | None = None


async def _begin(desk: Desk, deed: _Work) -> CommandResult:
    job_id = desk.jobs.start("counting", deed.total, deed.do)
    return CommandResult(True, "counting", data={"job_id": job_id})


@pytest.fixture(autouse=True)
def doable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine can do it."""
    monkeypatch.setitem(doing.DEEDS, _Work, _begin)


def _row(handle: LocalEngineHandle, job_id: str) -> JobRow:
    return next(row for row in handle.snapshot().jobs if row.job_id == job_id)


def _start(handle: LocalEngineHandle, work: Callable[[Job], Awaitable[str]], total: int | None = None) -> str:
    answer = tell(handle, _Work(work, total))
    assert answer.ok
    return str(answer.data["job_id"])


def _ended(handle: LocalEngineHandle, job_id: str) -> JobRow:
    until(lambda: any(one.job_id == job_id and one.state != "running" for one in handle.snapshot().jobs))
    return _row(handle, job_id)


def _alive(handle: LocalEngineHandle) -> bool:
    async def nothing(job: Job) -> str:
        return "well"

    return _ended(handle, _start(handle, nothing)).result == "well"


def test_what_was_done_skipped_and_failed_is_counted_and_said(tmp_path: Path) -> None:
    async def work(job: Job) -> str:
        for _ in range(3):
            job.advance(done=500, skipped=4)
        job.advance(failed=1)
        return ""

    with engine(tmp_path / "events.db") as handle:
        row = _ended(handle, _start(handle, work, 1_513))
    assert (row.state, row.done, row.skipped, row.failed, row.total) == ("done", 1_500, 12, 1, 1_513)
    assert row.result == "1,500 done, 12 skipped, 1 failed"
    assert row.eta is None


def test_how_far_it_is_can_be_seen_and_it_is_stopped_between_two_chunks(tmp_path: Path) -> None:
    goes_on = threading.Semaphore(0)

    async def work(job: Job) -> str:
        while not job.cancelled:
            await anyio.to_thread.run_sync(goes_on.acquire)
            job.advance(done=10)
        return ""

    with engine(tmp_path / "events.db") as handle:
        job_id = _start(handle, work, 40)
        goes_on.release(2)
        until(lambda: any(row.done == 20 for row in handle.snapshot().jobs))
        row = _row(handle, job_id)
        assert (row.state, row.total) == ("running", 40)
        assert row.eta is not None
        answer = tell(handle, CancelJob(job_id))
        assert (answer.ok, answer.data["count"]) == (True, 1)
        # The chunk that it is at is done to its end.
        assert _row(handle, job_id).state == "running"
        goes_on.release()
        row = _ended(handle, job_id)
        assert (row.state, row.done) == ("cancelled", 30)
        again = tell(handle, CancelJob(job_id))
        assert (again.ok, again.data["count"]) == (True, 0)
        assert tell(handle, CancelJob("job-77")).data["count"] == 0


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (SpawnerError("the disk is full", code="DATABASE_ERROR"), "the disk is full"),
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
    ],
)
def test_work_that_raises_has_failed_in_words_and_the_engine_lives(
    tmp_path: Path, fault: Exception, said: str
) -> None:
    async def work(job: Job) -> str:
        job.advance(done=7)
        raise fault

    with engine(tmp_path / "events.db") as handle:
        row = _ended(handle, _start(handle, work))
        assert (row.state, row.done, row.result) == ("failed", 7, said)
        assert _alive(handle)


def test_the_newest_that_have_ended_are_kept_and_whatever_runs(tmp_path: Path) -> None:
    goes_on = threading.Event()

    async def long(job: Job) -> str:
        await anyio.to_thread.run_sync(goes_on.wait)
        return ""

    async def short(job: Job) -> str:
        return ""

    with engine(tmp_path / "events.db") as handle:
        first = _start(handle, long)
        ids = [_start(handle, short) for _ in range(KEPT + 5)]
        _ended(handle, ids[-1])
        shown = [row.job_id for row in handle.snapshot().jobs]
        goes_on.set()
    assert shown[0] == first
    assert shown[-1] == ids[-1]
    assert KEPT <= len(shown) - 1 <= KEPT + 1


def test_an_engine_that_is_told_to_stop_ends_beside_long_work(tmp_path: Path) -> None:
    begun = threading.Event()

    async def work(job: Job) -> str:
        begun.set()
        while not job.cancelled:
            await anyio.lowlevel.checkpoint()
        return ""

    with engine(tmp_path / "events.db") as handle:
        _start(handle, work)
        assert begun.wait(20)
    assert handle.ended.done()


def test_what_is_commanded_is_noted_with_who_and_at_which_terminal(database: str) -> None:
    goes_on = threading.Event()

    async def work(job: Job) -> str:
        await anyio.to_thread.run_sync(goes_on.wait)
        return ""

    handle = start_engine(load_settings({"database_url": database}), tty="/dev/pts/7")
    try:
        job_id = _start(handle, work)
        assert tell(handle, CancelJob(job_id)).ok
        assert tell(handle, Resize(3)).ok
        assert tell(handle, Pause()).ok
        goes_on.set()
        noted = rows(database, "SELECT action, target, who, tty FROM audit_log ORDER BY id")
    finally:
        handle.stop(drain=False)
        assert handle.join(20)
    assert [row[:2] for row in noted[-3:]] == [
        ("job.cancel", job_id),
        ("engine.resize", ""),
        ("engine.pause", ""),
    ]
    assert {row[3] for row in noted[-3:]} == {"/dev/pts/7"}
    assert {row[2] for row in noted[-3:]} == {f"{getpass.getuser()} pid {os.getpid()}"}
