"""What only a server can show: several engines at once, lost sessions, its own words for faults."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from scenescout_tui.errors import DatabaseError
from scenescout_tui.store import BatchPlan, EventFilters, Store, migrations, postgres
from scenescout_tui.store.schema import VERSION_TABLE
from tests.postgres import server_version
from tests.store.databases import on_postgresql
from tests.store.samples import broken, concerts, event, prepared, run, run_batches

pytestmark = on_postgresql
ROOT = Path(__file__).parents[2]


def begin(store: Store, sizes: list[int]) -> str:
    run_id = store.begin_run("eventbrite", who="test")
    store.accept_page(run_id, [BatchPlan(seq, size) for seq, size in enumerate(sizes)])
    return run_id


@pytest.fixture
def admin(url: str) -> Engine:
    """Somebody else at the same schema."""
    return create_engine(url, pool_size=1, isolation_level="AUTOCOMMIT")


def end_sessions(admin: Engine) -> int:
    """End every session of a store, as a server that restarts does; return how many there were."""
    with admin.connect() as connection:
        ended = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE application_name = current_schema() AND pid <> pg_backend_pid()"
            )
        )
        return int(ended.scalar_one())


# Engines beside each other


def test_a_run_of_a_living_engine_is_not_interrupted(store: Store, url: str) -> None:
    mine = begin(store, [2])
    with Store(url) as other:
        assert other.abandoned_runs() == frozenset()
        assert other.interrupt_stale_runs() == ()
        theirs = begin(other, [1])
        assert store.interrupt_stale_runs() == ()
    assert store.interrupt_stale_runs() == (theirs,)
    store.commit_batch(mine, 0, concerts(2))
    store.finish_run(mine, "completed")
    assert [row.state for row in store.runs()] == ["interrupted", "completed"]


def test_a_run_that_goes_on_is_alive_again_and_one_that_ended_is_not(store: Store, url: str) -> None:
    run_id = begin(store, [1])
    store.finish_run(run_id, "interrupted")
    with Store(url) as other:
        other.resume_run(run_id, who="test")
        assert store.interrupt_stale_runs() == ()
    assert store.interrupt_stale_runs() == (run_id,)
    store.resume_run(run_id, who="test")
    with Store(url) as other:
        assert other.interrupt_stale_runs() == ()
    store.close()
    with Store(url) as other:
        assert other.interrupt_stale_runs() == (run_id,)


def test_an_engine_that_lost_its_sessions_says_again_that_it_is_alive(
    store: Store, url: str, admin: Engine
) -> None:
    """Fault: the server restarts."""
    run_id = begin(store, [2, 2])
    store.commit_batch(run_id, 0, concerts(2))
    assert end_sessions(admin)
    with pytest.raises(DatabaseError) as caught:
        store.commit_batch(run_id, 1, concerts(2, first=2))
    assert caught.value.retryable
    assert store.commit_batch(run_id, 1, concerts(2, first=2)).outcomes
    with Store(url) as other:
        assert other.interrupt_stale_runs() == ()
    store.finish_run(run_id, "completed")
    assert store.accounting(run_id).created == store.count_events() == 4


_IMPORT = """
import sys
sys.path.insert(0, {root!r})
from scenescout_tui.store import BatchPlan, Store
from tests.store.samples import concerts
numbers = range({first}, {first} + 600, 30)
if {backwards}:
    numbers = numbers[::-1]
with Store({url!r}) as store:
    run_id = store.begin_run("eventbrite", who="test")
    print("ready", flush=True)
    sys.stdin.readline()
    store.accept_page(run_id, [BatchPlan(seq, 30) for seq in range(20)])
    for seq, number in enumerate(numbers):
        records = concerts(30, first=number, source={source!r})
        store.commit_batch(run_id, seq, records[::-1] if {backwards} else records)
    store.finish_run(run_id, "completed")
"""


def import_at_once(url: str, sources: list[str]) -> None:
    """Let processes import 600 concerts at the same moment, every other one from the end."""
    scripts = [
        _IMPORT.format(root=str(ROOT), url=url, first=0, source=source, backwards=bool(number % 2))
        for number, source in enumerate(sources)
    ]
    processes = [
        subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for script in scripts
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.close()
    assert [process.wait() for process in processes] == [0] * len(processes)


def test_two_processes_that_import_the_same_at_once_import_it_once(store: Store, url: str) -> None:
    import_at_once(url, ["eventbrite", "eventbrite"])
    counts = [row.accounting for row in store.runs()]
    assert [one.in_flight for one in counts] == [0, 0]
    assert [one.total for one in counts] == [600, 600]
    assert sum(one.created for one in counts) == sum(one.unchanged for one in counts) == 600
    assert store.counts().events == store.count_events() == 600
    assert store.counts().records == {"eventbrite": 600}


def test_the_same_concerts_from_four_sources_at_once_are_one_event_each(store: Store, url: str) -> None:
    import_at_once(url, ["eventbrite", "yelp", "ics", "jsonld"])
    counts = [row.accounting for row in store.runs()]
    assert sum(one.created for one in counts) == 600
    assert sum(one.duplicate for one in counts) == 1800
    assert store.counts().events == store.count_events() == 600
    assert {row.record_count for row in store.events(limit=1000)} == {4}


def test_decisions_of_people_and_imports_do_not_lose_each_other(store: Store, url: str) -> None:
    run(store, [prepared(event(number, "manual", capacity=5), number) for number in range(40)])
    failures: list[BaseException] = []

    def approve() -> None:
        try:
            with Store(url) as other:
                for row in other.pending():
                    other.approve([row.event_id], who="ada")
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=approve)
    thread.start()
    for number in range(40):
        assert run(store, concerts(1, first=number)) == ["duplicate"]
    thread.join()
    assert failures == []
    assert store.counts().pending == len(store.pending()) == 0
    assert {(row.record_count, row.capacity) for row in store.events()} == {(2, 5)}


def test_many_processes_may_open_a_new_schema_at_once(url: str) -> None:
    script = f"from scenescout_tui.store import Store; Store({url!r}).open().counts()"
    processes = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]


# What the server says


def test_a_write_lock_that_is_not_let_go_is_named(
    url: str, admin: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_SESSION", ("SET lock_timeout = '50ms'",))
    with Store(url) as store:
        with Store(url) as other, other._database.writing("test"):
            with pytest.raises(DatabaseError, match="write lock") as caught:
                store.begin_run("eventbrite", who="test")
            assert store.counts().events == 0
        assert caught.value.retryable
        assert run(store, concerts(1)) == ["created"]


def test_a_session_that_idles_in_its_transaction_holds_nobody_up_for_good(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault: a machine that vanishes, or a process that is stopped, with the write lock in its hands."""
    with Store(url) as store:
        monkeypatch.setattr(postgres, "_SESSION", ("SET idle_in_transaction_session_timeout = '100ms'",))
        with Store(url) as other:
            cut = other._database.writing("test")
            cut.__enter__()
            assert run(store, concerts(1)) == ["created"]  # waits until the server has ended the other
            with pytest.raises(DatabaseError, match="connection"):
                cut.__exit__(None, None, None)


def test_a_value_that_is_refused_costs_no_session(store: Store, admin: Engine) -> None:
    run_id = begin(store, [1])
    with pytest.raises(DatabaseError) as caught, store._database.writing("test") as connection:
        connection.execute(text("UPDATE run_batches SET created = 7"))
    assert not caught.value.retryable
    with Store(str(admin.url.render_as_string(False))) as other:
        assert other.interrupt_stale_runs() == ()
    assert store.accounting(run_id).in_flight == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"port": 1}, "lost or refused"),
        ({"database": "no such database"}, "no such database"),
        ({"query": {"options": "-c search_path=nowhere"}}, "no schema of the search_path"),
    ],
)
def test_a_server_that_cannot_be_used_is_said(url: str, change: dict[str, object], words: str) -> None:
    broken_url = make_url(url).set(**change).render_as_string(False)  # type: ignore[arg-type]
    with pytest.raises(DatabaseError, match=words) as caught:
        Store(broken_url).open()
    assert caught.value.metadata["action"]


def test_no_password_is_in_what_is_said(url: str) -> None:
    other = make_url(url).set(password="S3CRET", port=1).render_as_string(False)
    with pytest.raises(DatabaseError) as caught:
        Store(other).open()
    assert "S3CRET" not in str(caught.value) + repr(caught.value.metadata) + repr(caught.value.__cause__)


def test_a_missing_driver_is_said_with_how_to_get_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DatabaseError, match="psycopg") as caught:
        Store(url).open()
    assert "scenescout[postgres]" in caught.value.metadata["action"]


def test_the_tables_of_another_program_are_left_alone(url: str, admin: Engine) -> None:
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE events (id bigint)")
    with pytest.raises(DatabaseError, match="another program"):
        Store(url).open()
    with admin.connect() as connection:
        assert migrations.version_of(connection) is None


def test_a_schema_of_a_newer_version_is_left_alone(store: Store, admin: Engine) -> None:
    store.close()
    with admin.connect() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="newer SceneScout"):
        store.open()


def test_who_only_looks_makes_and_writes_nothing(url: str) -> None:
    with pytest.raises(DatabaseError, match="holds no events yet"):
        Store(url, read_only=True).open()
    with Store(url) as store:
        run(store, concerts(2))
        with Store(url, read_only=True) as viewer:
            assert viewer.counts().events == 2
            with pytest.raises(DatabaseError, match="read-only"):
                viewer.clear_errors(who="test")
            with pytest.raises(DatabaseError), viewer._database.reading("test") as connection:
                connection.exec_driver_sql("DELETE FROM totals")


# The same answers as SQLite


@pytest.mark.parametrize("make", [migrations.create, migrations.upgrade])
def test_texts_sort_by_their_bytes_whatever_the_server_speaks(admin: Engine, make: object) -> None:
    with admin.connect() as connection:
        make(connection)  # type: ignore[operator]
        other = connection.exec_driver_sql(
            "SELECT table_name || '.' || column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT "
            "FROM 'C' AND table_name <> 'run_accounting'"
        )
        assert other.scalars().all() == []


def test_the_planner_learns_of_tables_that_grow(store: Store, admin: Engine) -> None:
    run_batches(store, [concerts(400, first=400 * seq) for seq in range(3)])
    with admin.connect() as connection:
        known = connection.exec_driver_sql(
            "SELECT reltuples FROM pg_class WHERE oid = 'source_records'::regclass"
        ).scalar_one()
    assert known >= 400


def test_rows_of_every_size_are_written(store: Store) -> None:
    """Some numbers of rows go another way than others."""
    for first, count in ((0, 1), (10, 3), (20, 4), (30, 5), (40, 1_001)):
        assert set(run(store, concerts(count, first=first))) == {"created"}
        assert set(run(store, concerts(count, first=first))) == {"unchanged"}
        assert set(run(store, [broken(number) for number in range(count % 7)])) <= {"failed"}
    assert store.count_events(EventFilters(source="eventbrite")) == 1 + 3 + 4 + 5 + 1_001


def test_the_state_of_the_server_names_who_is_at_work(store: Store, url: str) -> None:
    before = store.server_state()
    assert before is not None
    assert before.version == server_version()
    assert (before.importing, before.writing) == ((), None)
    assert 0 < before.sessions <= before.max_sessions
    run_id = begin(store, [1])
    with Store(url) as other, store._database.writing("test") as connection:
        mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        state = other.server_state()
        assert state is not None
        assert state.importing == (mine,)
        assert state.writing is not None
        assert state.writing[0] == mine
    store.finish_run(run_id, "cancelled")
    after = store.server_state()
    assert after is not None
    assert (after.importing, after.writing) == ((), None)
