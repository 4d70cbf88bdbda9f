"""Records prepared in worker processes: the same records, whatever becomes of the processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.events.enrich import StepTimes
from scenescout_tui.imports import preparer
from scenescout_tui.imports.commands import StartImport
from scenescout_tui.imports.prepare import Batch, PrepareOptions, digests, prepare
from scenescout_tui.imports.preparer import Preparer
from scenescout_tui.imports.processor import create_event_processor
from scenescout_tui.imports.report import RunReport
from scenescout_tui.settings import load_settings
from scenescout_tui.sources.pages import RawRecord
from tests.imports import deadly
from tests.imports.engines import GatedWalk, engine, on_sqlite, report, rows, tell, until
from tests.imports.payloads import eventbrite, yelp

pytestmark = pytest.mark.anyio

OPTIONS = PrepareOptions()
BAD = (
    b'{"id": "1"',
    b"[]",
    b'{"name": "\\ud800"}',
    b'{"id": "7", "start": 3, "name": {"text": "no start"}}',
    b"{}",
)


def children(parent: int) -> set[int]:
    """Return the worker processes of a process."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(maxsplit=3) for line in listed.splitlines()]
    return {
        int(row[0])
        for row in rows
        if row[1] == str(parent) and not row[2].startswith("Z") and "anyio.to_process" in row[3]
    }


def alive(pids: set[int]) -> set[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return pids & {int(pid) for pid, state in rows if not state.startswith("Z")}


def batch_of(payloads: list[bytes], *, source: str = "auto", first: int = 0) -> Batch:
    records = tuple(RawRecord(data, line, "in.ndjson") for line, data in enumerate(payloads, 1))
    return Batch("auto p1 b1", "run", 0, source, first, records)


def mixed() -> list[bytes]:
    """Good and bad records of two sources."""
    good: list[dict[str, Any]] = [eventbrite(number) for number in range(20)]
    good += [eventbrite(21, status="draft"), eventbrite(22, venue=None), *map(yelp, range(10))]
    return [json.dumps(payload).encode() for payload in good] + list(BAD)


def write(path: Path, payloads: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(payload) + "\n" for payload in payloads))
    return path


def import_file(database: str, source: Path, **flags: Any) -> RunReport:
    with engine(database, **flags) as handle:
        return report(handle, tell(handle, StartImport("eventbrite", inputs=(str(source),))).data["run_id"])


def accounts(database: str) -> list[tuple[int, int, int, int]]:
    """Return total, created, failed and what is in flight, of each run, after a look at the identity."""
    assert (
        len(set(rows(database, "SELECT count(*), count(DISTINCT external_id) FROM source_records")[0])) == 1
    )
    found = rows(database, "SELECT * FROM run_accounting")
    for _, total, *others in found:
        assert total == sum(others)
    return [(total, created, others[-2], others[-1]) for _, total, created, *others in found]


@pytest.fixture
def deadly_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault: a record that kills its worker."""
    monkeypatch.setattr(preparer, "prepare_packed", deadly.prepare_packed)


# ── what comes back


@pytest.mark.parametrize("wanted", [range(37), [3, 20, 33]], ids=["all", "some"])
async def test_a_worker_prepares_records_as_the_engine_does(wanted: list[int]) -> None:
    batch = batch_of(mixed())
    fingerprints = digests(batch, OPTIONS)
    here = StepTimes()
    expected = prepare(batch, OPTIONS, fingerprints, wanted, here)
    there = StepTimes()
    workers = Preparer(1)
    found = await workers.prepare(batch, OPTIONS, fingerprints, wanted, there)
    assert children(os.getpid())
    await workers.aclose()
    assert [repr(record) for record in found] == [repr(record) for record in expected]
    assert {record.event is None for record in found} == {True, False}
    assert {name: spent.calls for name, spent in there.steps.items()} == {
        name: spent.calls for name, spent in here.steps.items()
    }


async def test_workers_end_when_they_are_no_longer_needed() -> None:
    batch = batch_of(mixed())
    workers = Preparer(1)
    await workers.prepare(batch, OPTIONS, digests(batch, OPTIONS), [0])
    (pid,) = children(os.getpid())
    await workers.aclose()
    until(lambda: not alive({pid}))


async def test_by_itself_only_a_large_run_has_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparer, "cores", lambda: 2)
    size = len(mixed())
    below, beyond = (batch_of(mixed(), first=preparer.LARGE - size + more) for more in (0, 1))
    workers = Preparer(None)
    assert len(await workers.prepare(below, OPTIONS, digests(below, OPTIONS), range(size))) == size
    assert await workers.prepare(beyond, OPTIONS, digests(beyond, OPTIONS), []) == []
    assert children(os.getpid()) == set()
    assert len(await workers.prepare(beyond, OPTIONS, digests(beyond, OPTIONS), range(size))) == size
    assert len(children(os.getpid())) == 1
    await workers.aclose()


@pytest.mark.parametrize(("cores", "workers"), [(1, 0), (2, 1), (4, 3), (64, 4)])
async def test_by_itself_there_is_one_worker_per_further_core_and_four_at_most(
    monkeypatch: pytest.MonkeyPatch, cores: int, workers: int
) -> None:
    monkeypatch.setattr(preparer, "cores", lambda: cores)
    assert Preparer(None)._processes == workers


def test_debug_mode_has_no_workers_unless_a_flag_says_so() -> None:
    assert load_settings({}, {}).processes is None
    assert load_settings({}, {"SCENESCOUT_PROCESSES": "3"}).processes == 3
    assert load_settings({"debug": True}, {"SCENESCOUT_PROCESSES": "3"}).processes == 0
    assert load_settings({"debug": True, "processes": 2}, {}).processes == 2


def test_a_worker_imports_no_store_no_screen_and_no_http() -> None:
    seen = "import sys, scenescout_tui.imports.worker; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    rooms = {".".join(name.split(".")[:2]) for name in done.stdout.split()}
    assert "scenescout_tui.events" in rooms
    assert not rooms & {"scenescout_tui.store", "scenescout_tui.spawner", "scenescout_tui.cli"}
    assert not rooms & {
        "sqlalchemy",
        "sqlite3",
        "textual",
        "httpx",
        "alembic",
        "psycopg",
        "pydantic",
        "click",
    }


# ── death


async def test_a_worker_killed_with_its_batch_is_replaced(deadly_records: None, tmp_path: Path) -> None:
    """Fault: kill -9 of a worker at its work."""
    once = deadly.DEADLY_ONCE.decode() + str(tmp_path / "killed") + "#"
    batch = batch_of([json.dumps(eventbrite(number, summary=once)).encode() for number in range(30)])
    workers = Preparer(1)
    found = await workers.prepare(batch, OPTIONS, digests(batch, OPTIONS), range(30))
    await workers.aclose()
    assert (tmp_path / "killed").exists()
    assert [record.number for record in found] == list(range(30))
    assert [record.error for record in found] == [None] * 30


def test_the_record_that_kills_every_worker_is_a_dead_letter_and_the_only_one(
    deadly_records: None, database: str, tmp_path: Path
) -> None:
    """Fault: kill -9 of whoever reads one of the records."""
    payloads = [eventbrite(number) for number in range(120)]
    payloads[70]["summary"] = deadly.DEADLY.decode()
    done = import_file(database, write(tmp_path / "in.ndjson", payloads), processes=2)
    assert done.state == "completed"
    assert accounts(database) == [(120, 119, 1, 0)]
    (failed,) = done.failed
    assert (failed.index, failed.code) == (70, "WORKER_DIED")
    assert failed.error
    assert failed.action
    ((kept,),) = rows(database, "SELECT payload FROM dead_letters")
    assert json.loads(bytes(kept)) == payloads[70]


def test_workers_killed_during_an_import_lose_nothing_and_nothing_comes_twice(database: str) -> None:
    """Fault: kill -9 of all workers, again and again, at work or not."""
    pages: list[list[Any] | Exception] = [
        [eventbrite(page * 100 + number) for number in range(100)] for page in range(20)
    ]
    walk = GatedWalk(pages)
    killed: set[int] = set()
    with engine(database, {"eventbrite": lambda: walk}, processes=2) as handle:
        run_id = tell(handle, StartImport("eventbrite")).data["run_id"]
        for _ in range(4):
            walk.open(2)
            until(lambda: bool(children(os.getpid()) - killed))
            for pid in children(os.getpid()) - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
        walk.open(20)
        done = report(handle, run_id)
    assert len(killed) >= 4
    assert done.state == "completed"
    assert accounts(database) == [(2_000, 2_000, 0, 0)]


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
@on_sqlite
def test_where_no_worker_starts_the_engine_does_the_work(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    """Fault: processes end at once, or cannot be started."""
    monkeypatch.setattr(sys, "executable", program)
    source = write(tmp_path / "in.ndjson", [eventbrite(number) for number in range(120)])
    done = import_file(database, source, processes=2)
    assert done.state == "completed"
    assert accounts(database) == [(120, 120, 0, 0)]


@on_sqlite
def test_where_workers_answer_something_else_the_engine_does_the_work(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault: the program was upgraded while it ran, and its workers are of the new version."""
    monkeypatch.setattr(preparer, "prepare_packed", deadly.answer_otherwise)
    source = write(tmp_path / "in.ndjson", [eventbrite(number) for number in range(120)])
    assert import_file(database, source, processes=2).state == "completed"
    assert accounts(database) == [(120, 120, 0, 0)]


@on_sqlite
def test_an_import_that_is_cut_leaves_no_worker(database: str) -> None:
    walk = GatedWalk([[eventbrite(number) for number in range(100)], []])
    with engine(database, {"eventbrite": lambda: walk}, processes=2) as handle:
        walk.open()
        tell(handle, StartImport("eventbrite"))
        until(lambda: bool(children(os.getpid())))
        workers = children(os.getpid())
    until(lambda: not alive(workers))


# ── the command line


@pytest.fixture
def importing(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`scenescout import` in the middle of its work: it waits for more on stdin, its workers are there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scenescout_tui", "import", "eventbrite", "-", "--processes", "2"]
        + ["--database", str(tmp_path / "events.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin is not None
    process.stdin.write(b"".join(json.dumps(eventbrite(number)).encode() + b"\n" for number in range(2_000)))
    process.stdin.flush()
    until(lambda: len(children(process.pid)) == 2)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_the_program(importing: subprocess.Popen[bytes], number: signal.Signals) -> None:
    workers = children(importing.pid)
    importing.send_signal(number)
    until(lambda: not alive(workers))
    _, said = importing.communicate()
    assert importing.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert b"Traceback" not in said


def test_ctrl_c_ends_an_import_and_its_workers_without_noise(importing: subprocess.Popen[bytes]) -> None:
    """The terminal sends the signal to the workers too."""
    workers = children(importing.pid)
    os.killpg(importing.pid, signal.SIGINT)
    until(lambda: not alive(workers))
    out, said = importing.communicate()
    assert importing.returncode == 130
    assert said == b""
    assert b"Stopped by SIGINT" in out


def test_standard_input_is_the_engines_alone(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ndjson", [eventbrite(number) for number in range(700)])
    with source.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "scenescout_tui", "import", "eventbrite", "-", "--processes", "2"]
            + ["--json", "--database", str(tmp_path / "events.db")],
            stdin=file,
            capture_output=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["summary"]["total"] == 700
    assert accounts(f"sqlite:///{tmp_path}/events.db")[0][0] == 700


def test_modules_in_the_current_folder_are_not_what_a_worker_imports(tmp_path: Path) -> None:
    """Fault: a file of a standard module's name lies where the program is used."""
    (tmp_path / "pickle.py").write_text(
        f"open({str(tmp_path / 'seen')!r}, 'w').close()\nraise SystemExit(3)\n"
    )
    source = write(tmp_path / "in.ndjson", [eventbrite(number) for number in range(100)])
    program = Path(sys.executable).parent / "scenescout"
    done = subprocess.run(
        [str(program), "import", "eventbrite", str(source), "--processes", "1"]
        + ["--database", str(tmp_path / "events.db")],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert not (tmp_path / "seen").exists()


# ── the library

SCRIPT = """
import anyio, json, sys
from scenescout_tui import create_event_processor
from tests.imports.payloads import eventbrite

async def main():
    async with create_event_processor("events.db", processes=int(sys.argv[1])) as processor:
        results = await processor.process_eventbrite_events([eventbrite(number) for number in range(60)])
    print(sum(result.success for result in results))

GUARD anyio.run(main)
"""


@pytest.mark.parametrize("guard", ['if __name__ == "__main__":', ""], ids=["guarded", "unguarded"])
def test_a_script_does_its_import_once(tmp_path: Path, guard: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT).replace("GUARD ", f"{guard} " if guard else ""))
    done = subprocess.run(
        [sys.executable, str(script), "1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (0, ["60"]), done.stderr
    assert accounts(f"sqlite:///{tmp_path}/events.db") == [(60, 60, 0, 0)]


async def test_the_library_has_no_workers_unless_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparer, "LARGE", 10)
    seen: list[set[int]] = []
    for processes in (None, 1):
        async with create_event_processor(str(tmp_path / "events.db"), processes=processes) as processor:
            first = 100 if processes else 0
            results = await processor.process_eventbrite_events(
                [eventbrite(number) for number in range(first, first + 100)]
            )
            seen.append(children(os.getpid()))
        assert all(result.success for result in results)
    assert seen[0] == set()
    assert len(seen[1]) == 1
    until(lambda: not alive(seen[1]))
