"""A store copied into another database: everything, in every direction, or nothing at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from scenescout_tui.errors import DatabaseError, SpawnerError
from scenescout_tui.events.model import Venue
from scenescout_tui.store import BatchPlan, EventFilters, Store, copying
from scenescout_tui.store.copying import CopyDiffersError, copy_store
from scenescout_tui.store.schema import metadata
from scenescout_tui.store.statements import insert_rows
from tests.postgres import own_schema
from tests.store.databases import on_postgresql, on_sqlite
from tests.store.samples import broken, concerts, event, prepared, run
from tests.store.test_schema import sqlite_schema

ROOT = Path(__file__).parents[2]
#: What COPY, SQL and JSON each treat in a way of their own, and what terminals do.
HOSTILE = (
    'a\tb\\N \\. "x" \'; DROP TABLE events; -- \\u0000 {} %s ? $1 🎻 e\u0301 \u202e\x1b[31m \ufffe\U0010ffff'
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where to copy to: nothing is there yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'copies' / 'copy.db'}"
        return
    with own_schema() as address:
        yield address


def fill(store: Store) -> None:
    """Put rows into as many tables as an import and a person reach."""
    run(store, concerts(40))
    run(store, concerts(10, source="yelp"))
    strange = event(90, title=HOSTILE, description_text=HOSTILE * 50, price_min=2**53 + 1)
    nowhere = event(91, venue=Venue(name="Null", city="x", latitude=-0.0, longitude=1e-7))
    run(store, [prepared(strange, 0), prepared(nowhere, 1), prepared(event(92, "manual"), 2)])
    run(store, [broken(number, raw=bytes(range(256))) for number in range(5)])
    store.clear_errors(who="ada")
    running = store.begin_run("eventbrite", inputs=["later.ndjson"], who="test")
    store.accept_page(running, [BatchPlan(0, 3, "cursor")])


def contents(url: str) -> dict[str, list[Any]]:
    """Every row of every table, in an order of its own."""
    with Store(url, read_only=True) as store, store._database.reading("test") as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in metadata.tables.items()
        }


def empty(url: str) -> bool:
    try:
        return not any(contents(url).values())
    except DatabaseError:  # not even made
        return True


def leftovers(target: str) -> list[str]:
    folder = Path(target.removeprefix("sqlite:///")).parent
    return sorted(path.name for path in folder.iterdir()) if "sqlite" in target and folder.exists() else []


def test_every_row_arrives_in_every_direction_and_is_in_use(url: str, target: str) -> None:
    with Store(url) as store:
        fill(store)
    before = contents(url)
    copied = copy_store(url, target)
    assert contents(target) == contents(url) == before
    assert {one.name: one.rows for one in copied} == {name: len(rows) for name, rows in before.items()}
    assert sum(one.rows > 0 for one in copied) > 10
    with Store(target) as store:
        assert run(store, concerts(40)) == ["unchanged"] * 40
        assert run(store, concerts(3, first=20, source="yelp")) == ["duplicate"] * 3
        assert [row.title for row in store.events(EventFilters(text="drop table"))] == [HOSTILE]
        assert store.counts().dead_letters == 5


@on_sqlite
def test_the_digests_are_the_same_whatever_the_kind_of_database(url: str, tmp_path: Path) -> None:
    """By the way of a server and directly."""
    with Store(url) as store:
        fill(store)
    direct = copy_store(url, str(tmp_path / "direct.db"))
    again = copy_store(str(tmp_path / "direct.db"), str(tmp_path / "again.db"))
    assert direct == again
    with sqlite3.connect(tmp_path / "direct.db") as connection:
        connection.execute("UPDATE events SET title = title || ' ' WHERE id = (SELECT min(id) FROM events)")
    connection.close()
    changed = copy_store(str(tmp_path / "direct.db"), str(tmp_path / "changed.db"))
    assert [one.name for one, other in zip(direct, changed, strict=True) if one != other] == ["events"]


@pytest.mark.server
def test_a_round_trip_over_a_server_keeps_every_digest(tmp_path: Path, path: Path) -> None:
    with Store(str(path)) as store:
        fill(store)
    with own_schema() as first, own_schema() as second:
        urls = [str(path), first, second, str(tmp_path / "back.db")]
        digests = [copy_store(one, other) for one, other in pairwise(urls)]
        assert digests[0] == digests[1] == digests[2]
    assert contents(str(path)) == contents(str(tmp_path / "back.db"))


@on_sqlite
def test_a_copied_file_is_like_one_made_by_an_import(url: str, path: Path, tmp_path: Path) -> None:
    with Store(url) as store:
        fill(store)
    other = tmp_path / "folder" / "copy.db"
    copy_store(url, str(other))
    schemas = []
    for file in (path, other):
        with sqlite3.connect(file) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()
        engine = create_engine(f"sqlite:///{file}")
        with engine.connect() as reader:
            schemas.append(sqlite_schema(reader))
        engine.dispose()
    assert schemas[0] == schemas[1]
    assert other.stat().st_mode & 0o777 == 0o600
    assert not [name for name in leftovers(f"sqlite:///{other}") if "part" in name]


@on_postgresql
def test_a_copied_schema_has_all_its_indexes(url: str, path: Path) -> None:
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY indexname"
    with Store(url) as store, store._database.reading("test") as connection:
        before = connection.execute(text(indexes)).scalars().all()
    with Store(str(path)) as store:
        fill(store)
    copy_store(str(path), url)
    with Store(url) as store, store._database.reading("test") as connection:
        assert connection.execute(text(indexes)).scalars().all() == before


def test_a_target_that_holds_anything_is_refused(url: str, target: str) -> None:
    for one in (url, target):
        with Store(one) as store:
            store.finish_run(store.begin_run("eventbrite", who="test"), "completed")
    before = contents(target)
    with pytest.raises(DatabaseError, match="holds data already") as caught:
        copy_store(url, target)
    assert caught.value.metadata["action"]
    assert contents(target) == before


def test_a_target_that_was_only_opened_is_filled(url: str, target: str) -> None:
    for one in (url, target):
        with Store(one) as store:
            store.counts()
    with Store(url) as store:
        run(store, concerts(3))
    copy_store(url, target)
    assert contents(target) == contents(url)


@on_sqlite
def test_a_target_that_is_open_elsewhere_is_refused(url: str, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with Store(url) as store:
        run(store, concerts(1))
    with Store(str(other)) as busy:
        busy.counts()
        with pytest.raises(DatabaseError, match="open elsewhere"):
            copy_store(url, str(other))
        assert run(busy, concerts(2)) == ["created"] * 2


@on_sqlite
def test_the_tables_of_another_program_are_left_alone(url: str, tmp_path: Path) -> None:
    Store(url).open().close()
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE events (id)")
    connection.close()
    with pytest.raises(DatabaseError, match="another program"):
        copy_store(url, str(other))


@on_sqlite
def test_an_older_source_is_refused_and_stays_as_it_is(url: str, path: Path, tmp_path: Path) -> None:
    Store(url).open().close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE scenescout_version SET version_num = '0002'")
    connection.close()
    with pytest.raises(DatabaseError, match="older SceneScout") as caught:
        copy_store(url, str(tmp_path / "copy.db"))
    assert "bring it up to date" in caught.value.metadata["action"]
    assert not (tmp_path / "copy.db").exists()


@on_postgresql
def test_a_run_of_a_living_engine_is_waited_for(store: Store, url: str, tmp_path: Path) -> None:
    run_id = store.begin_run("eventbrite", who="test")
    with pytest.raises(SpawnerError, match=run_id) as caught:
        copy_store(url, str(tmp_path / "copy.db"))
    assert caught.value.code == "ENGINE_LOCKED"
    store.close()  # the engine is gone: its run is as good as interrupted
    copy_store(url, str(tmp_path / "copy.db"))
    assert contents(str(tmp_path / "copy.db")) == contents(url)


def test_a_copy_that_differs_is_taken_back(url: str, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault: a database that changes what it is given."""
    with Store(url) as store:
        run(store, concerts(5))

    def change(connection: Any, table: Any, columns: Sequence[str], rows: Sequence[Any]) -> None:
        if table.name == "events":
            rows = [(*row[:1], row[1].lower(), *row[2:]) for row in rows]
        insert_rows(connection, table, columns, rows)

    monkeypatch.setattr(copying, "insert_rows", change)
    with pytest.raises(CopyDiffersError, match="events"):
        copy_store(url, target)
    assert empty(target)
    assert not [name for name in leftovers(target) if "part" in name]
    monkeypatch.undo()
    copy_store(url, target)
    assert contents(target) == contents(url)


@on_sqlite
@pytest.mark.server
def test_a_text_that_a_server_cannot_hold_is_said_and_nothing_kept(url: str, path: Path) -> None:
    with Store(url) as store:
        run(store, concerts(2))
    with sqlite3.connect(path) as connection:  # no import writes such a text
        connection.execute("UPDATE events SET summary = 'a' || char(0) || 'b'")
    connection.close()
    with own_schema() as target:
        with pytest.raises(DatabaseError) as caught:
            copy_store(url, target)
        assert not caught.value.retryable
        assert empty(target)


_KILLED = """
import sys
from scenescout_tui.store import copying
insert = copying.insert_rows
def wait(connection, table, columns, rows):
    insert(connection, table, columns, rows)
    if table.name == "source_records":
        print("half", flush=True)
        sys.stdin.read()
copying.insert_rows = wait
copying.copy_store(sys.argv[1], sys.argv[2])
"""


def test_a_copy_that_is_killed_leaves_nothing_and_can_be_made_again(url: str, target: str) -> None:
    """Fault: kill -9 in the middle of the copy."""
    with Store(url) as store:
        fill(store)
    command = [sys.executable, "-c", _KILLED, url, target]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        process.kill()
    assert "copy.db" not in leftovers(target)
    assert empty(target)
    copy_store(url, target)
    assert contents(target) == contents(url)
    assert not [name for name in leftovers(target) if "part" in name]
