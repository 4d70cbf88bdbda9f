"""Whatever happens to the database: said in words, nothing lost, nothing twice."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scenescout_tui.errors import DatabaseError
from scenescout_tui.store import BatchPlan, Store
from scenescout_tui.store.connection import SqliteDatabase
from scenescout_tui.store.schema import APPLICATION_ID
from scenescout_tui.store.writer.work import Work
from tests.store.databases import on_sqlite
from tests.store.samples import broken, concerts, run


def begin(store: Store, sizes: list[int]) -> str:
    run_id = store.begin_run("eventbrite", who="test")
    store.accept_page(run_id, [BatchPlan(seq, size) for seq, size in enumerate(sizes)])
    return run_id


def close_connection_of(work_write: object, monkeypatch: pytest.MonkeyPatch, *, after: bool) -> None:
    """Cut the connection once in the middle of the next transaction, before or after its rows are written."""

    def cut(work: Work, connection: object) -> None:
        monkeypatch.undo()
        if after:
            work.write(connection)  # type: ignore[arg-type]
        connection.connection.driver_connection.close()  # type: ignore[attr-defined]
        if not after:
            work.write(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(Work, "write", cut)


@pytest.mark.parametrize("after", [False, True])
def test_a_connection_lost_in_the_middle_of_a_batch_loses_no_event(
    store: Store, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    run_id = begin(store, [20, 20])
    store.commit_batch(run_id, 0, concerts(20))
    close_connection_of(Work.write, monkeypatch, after=after)
    second = [*concerts(19, first=20), broken(39)]
    with pytest.raises(DatabaseError) as caught:
        store.commit_batch(run_id, 1, second)
    assert caught.value.retryable
    assert caught.value.__cause__ is not None
    assert "connection" in str(caught.value)
    assert caught.value.metadata["action"]
    # The same batch again: the store connects by itself, and everything is there once.
    assert not store.commit_batch(run_id, 1, second).replayed
    store.finish_run(run_id, "completed")
    assert store.count_events() == store.counts().events == 39
    assert len(store.dead_letters()) == 1
    assert store.accounting(run_id).total == 40


def test_a_commit_whose_answer_was_lost_is_not_repeated(store: Store) -> None:
    run_id = begin(store, [5])
    store.commit_batch(run_id, 0, concerts(5))
    store.reconnect()
    assert store.commit_batch(run_id, 0, concerts(5)).replayed
    assert store.count_events() == 5


@on_sqlite
def test_a_full_disk_is_said_and_the_store_goes_on_when_there_is_room(store: Store) -> None:
    run_id = begin(store, [300])
    with store._database.reading("test") as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    assert isinstance(store._database, SqliteDatabase)
    writer, _ = store._database._engines("test")
    with writer.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(DatabaseError, match="disk is full") as caught:
        store.commit_batch(run_id, 0, concerts(300))
    assert "Free space" in caught.value.metadata["action"]
    assert store.accounting(run_id).in_flight == 300
    store.commit_batch(run_id, 0, concerts(300))
    assert store.count_events() == 300


@on_sqlite
@pytest.mark.skipif(sys.platform == "darwin", reason="the limit of a file's size acts otherwise there")
def test_a_write_that_the_system_refuses_is_rolled_back(store: Store, path: Path) -> None:
    run_id = begin(store, [200])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = max(os.path.getsize(f"{path}{end}") for end in ("", "-wal"))
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20_000, before[1]))
        with pytest.raises(DatabaseError, match=r"SQLITE_(FULL|IOERR)"):
            store.commit_batch(run_id, 0, concerts(200))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert store.count_events() == 0
    store.commit_batch(run_id, 0, concerts(200))
    assert store.count_events() == 200


@on_sqlite
def test_another_writer_that_does_not_let_go_is_named(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenescout_tui.store.connection._BUSY_SECONDS", 0.05)
    store.reconnect()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseError, match="write lock") as caught:
        store.begin_run("eventbrite", who="test")
    assert caught.value.retryable
    assert store.counts().events == 0
    other.execute("ROLLBACK")
    other.close()
    store.begin_run("eventbrite", who="test")


@on_sqlite
def test_a_deleted_file_is_noticed_and_never_made_anew(store: Store, path: Path) -> None:
    run(store, concerts(1))
    path.unlink()
    for _ in range(2):
        with pytest.raises(DatabaseError, match="is gone"):
            store.begin_run("eventbrite", who="test")
    assert not path.exists()


@on_sqlite
def test_a_replaced_file_is_noticed(store: Store, path: Path, tmp_path: Path) -> None:
    Store(str(tmp_path / "other.db")).open().close()
    os.replace(tmp_path / "other.db", path)
    with pytest.raises(DatabaseError, match="replaced"):
        store.counts()
    store.reconnect()
    assert store.counts().events == 0


@on_sqlite
def test_a_damaged_file_is_said_and_not_retried(store: Store, path: Path) -> None:
    run(store, concerts(300))
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(DatabaseError, match="damaged") as caught:
        store.open().events()
    assert not caught.value.retryable


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("title,start\n" * 500)
    with pytest.raises(DatabaseError, match="not a SQLite database"):
        Store(str(path)).open()
    assert path.read_text() == "title,start\n" * 500


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match="another program"):
        Store(str(path)).open()
    assert path.read_bytes() == before
    assert not Path(f"{path}-wal").exists()


@on_sqlite
def test_a_database_of_a_newer_version_is_left_alone(store: Store, path: Path) -> None:
    store.close()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE scenescout_version SET version_num = '9999'")
    other.close()
    with pytest.raises(DatabaseError, match="newer SceneScout") as caught:
        store.open()
    assert "Update" in caught.value.metadata["action"]


@on_sqlite
def test_folder_and_file_are_made_for_this_user_alone(store: Store, path: Path) -> None:
    run(store, concerts(1))
    assert path.parent.stat().st_mode & 0o777 == 0o700
    for end in ("", "-wal", "-shm"):
        assert os.stat(f"{path}{end}").st_mode & 0o777 == 0o600
    with store._database.reading("test") as connection:
        assert connection.exec_driver_sql("PRAGMA application_id").scalar_one() == APPLICATION_ID
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_a_path_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseError, match="Not a directory"):
        Store(str(tmp_path / "file" / "events.db")).open()
    with pytest.raises(DatabaseError, match="Is a directory"):
        Store(str(tmp_path)).open()


def test_a_read_only_store_makes_nothing_and_writes_nothing(path: Path) -> None:
    with pytest.raises(DatabaseError, match="is gone"):
        Store(str(path), read_only=True).open()
    assert not path.parent.exists()
    with Store(str(path)) as store:
        run(store, concerts(2))
        with Store(str(path), read_only=True) as viewer:
            assert viewer.counts().events == 2
            with pytest.raises(DatabaseError, match="read-only"):
                viewer.clear_errors(who="test")


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://x:y:z/:/", "nonsense://"])
def test_an_address_that_means_nothing_here_is_said(url: str) -> None:
    with pytest.raises(DatabaseError, match="open failed"):
        Store(url).open()


def test_a_store_in_memory_is_whole_and_leaves_nothing() -> None:
    with Store("sqlite://") as store:
        run(store, concerts(3))
        assert store.counts().events == 3
        assert store.path is not None
        folder = store.path.parent
    assert not folder.exists()


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(DatabaseError, match="not open"):
        store.counts()


def test_readers_see_whole_batches_and_never_wait_for_the_writer(store: Store) -> None:
    """Fault: a reader that is blocked, or that sees half a batch."""
    run_id = begin(store, [10] * 30)
    records = [concerts(10, first=10 * seq) for seq in range(30)]
    seen: list[int] = []
    failures: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                counts = store.accounting(run_id)
                assert counts.created + counts.in_flight == counts.total == 300
                found = store.count_events()
                assert found % 10 == 0
                seen.append(found)
                store.known_digests(None, [record.digest for record in records[0]])
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    writers = [
        threading.Thread(
            target=lambda part: [store.commit_batch(run_id, seq, records[seq]) for seq in part],
            args=(range(start, 30, 3),),
        )
        for start in range(3)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert seen
    assert store.counts().events == store.count_events() == 300


def test_a_reader_answers_while_a_transaction_is_open(store: Store) -> None:
    run(store, concerts(2))
    with store._database.writing("test") as connection:
        connection.exec_driver_sql("DELETE FROM event_blocks")
        assert store.counts().events == 2
        assert len(store.known_digests(None, [record.digest for record in concerts(2)])) == 2


_KILLED = """
import sys
sys.path.insert(0, {root!r})
from scenescout_tui.store import BatchPlan, Store
from tests.store.samples import concerts
store = Store({path!r}).open()
for run_id in [one.id for one in store.runs(limit=1)]:
    for seq in range(200):
        store.commit_batch(run_id, seq, concerts(5, first=5 * seq))
        print(seq, flush=True)
"""


def kill_in_the_middle(path: Path, acknowledged: int) -> int:
    """Let another process commit batches, kill it after so many; return the last seq that it acknowledged."""
    script = _KILLED.format(root=str(Path(__file__).parents[2]), path=str(path))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        last = -1
        for line in process.stdout:
            last = int(line)
            if last + 1 >= acknowledged:
                break
        process.kill()
        for line in process.stdout:
            last = int(line)
    return last


def kills(path: Path, times: int) -> None:
    with Store(str(path)) as store:
        run_id = begin(store, [5] * 200)
    for time in range(times):
        last = kill_in_the_middle(path, 1 + time * 190 // times)
        with Store(str(path)) as store:
            counts = store.accounting(run_id)
            assert counts.total == 1000 == counts.created + counts.in_flight
            assert counts.created >= 5 * (last + 1), "an acknowledged batch was lost"
            assert store.counts().events == store.count_events() == counts.created
    with Store(str(path)) as store:
        for seq in range(200):
            store.commit_batch(run_id, seq, concerts(5, first=5 * seq))
        store.finish_run(run_id, "completed")
        assert store.accounting(run_id).created == store.count_events() == 1000


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(path: Path) -> None:
    kills(path, 2)


@pytest.mark.torture
def test_nothing_acknowledged_is_lost_in_a_hundred_kills(path: Path) -> None:
    kills(path, 100)
