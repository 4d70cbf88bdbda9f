"""A database of the first schema, with data in it, brought up to date: every row is there, and in use."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from scenescout_tui.errors import DatabaseError
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.store import EventFilters, Store, migrations
from scenescout_tui.store.schema import APPLICATION_ID
from tests.store.samples import concerts, event, prepared, run
from tests.store.test_schema import sqlite_schema

NOW = "2026-11-01T12:00:00.000000Z"
KEPT = (
    "events",
    "record_contents",
    "record_links",
    "review_pairs",
    "run_batches",
    "batch_outcomes",
    "errors",
)
GREW = ("runs", "source_records", "source_venues", "dead_letters")


def insert(connection: sqlite3.Connection, table: str, **values: Any) -> None:
    places = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", tuple(values.values()))


def insert_event(
    connection: sqlite3.Connection, number: int, record: PreparedRecord, normalised: str
) -> None:
    """What the first version wrote for one record of its own event."""
    one = record.event
    assert one is not None
    event_id, record_id = f"event-{number}", f"record-{number}"
    insert(
        connection,
        "events",
        id=event_id,
        title=one.title,
        status="scheduled",
        attendance="in_person",
        starts_at=one.starts_at.isoformat(timespec="microseconds")[:26] + "Z",
        start_local=one.start_local,
        all_day=False,
        venue_name="Alte Kantine",
        city="Berlin",
        latitude=52.5391,
        longitude=13.4128,
        sources="eventbrite",
        record_count=1,
        field_sources=f'{{"*":"{record_id}"}}',
        description_record_id=record_id,
        created_at=NOW,
        updated_at=NOW,
    )
    insert(
        connection,
        "source_records",
        id=record_id,
        source="eventbrite",
        source_account="",
        external_id=one.external_id,
        event_id=event_id,
        run_id="run-1",
        state="active",
        content_hash=record.content_hash,
        digest=record.digest,
        first_seen_at=NOW,
        last_seen_at=NOW,
        changed_at=NOW,
    )
    keys = "\n".join(record.block_keys)
    insert(connection, "record_contents", record_id=record_id, normalised=normalised, block_keys=keys)
    for key in record.block_keys:
        insert(connection, "event_blocks", block_key=key, event_id=event_id)


def insert_run(connection: sqlite3.Connection, run_id: str, inputs: str, state: str = "failed") -> None:
    insert(
        connection,
        "runs",
        id=run_id,
        source="eventbrite",
        state=state,
        who="ada",
        inputs=inputs,
        options="{}",
        started_at=NOW,
        ended_at=NOW,
    )


@pytest.fixture
def old(path: Path, tmp_path: Path) -> Path:
    """A database as the first version left it."""
    with Store(str(tmp_path / "other.db")) as other:
        run(other, concerts(60))
        with other._database.reading("test") as reader:
            contents = [text for (text,) in reader.exec_driver_sql("SELECT normalised FROM record_contents")]
    path.parent.mkdir()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as first:
        migrations.upgrade(first, "0001")
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA foreign_keys = ON")
        insert_run(connection, "run-1", '["events.ndjson"]', "completed")
        for number, inputs in enumerate(
            ['["payloads"]', '["form"]', '["12 dead letters"]', '["-"]', '["b.json"]']
        ):
            insert_run(connection, f"run-2{number}", inputs)
        for number, record in enumerate(concerts(60)):
            insert_event(connection, number, record, contents[number])
        insert(connection, "totals", name="events", source="", value=60)
        insert(connection, "totals", name="records", source="eventbrite", value=60)
        insert(
            connection,
            "run_batches",
            run_id="run-1",
            seq=0,
            size=60,
            state="committed",
            created=60,
            accepted_at=NOW,
        )
        venue = {"source": "eventbrite", "source_account": "", "external_id": "77", "updated_at": NOW}
        insert(connection, "source_venues", venue='{"name":"Alte Kantine"}', **venue)
        insert(
            connection,
            "dead_letters",
            id="letter-1",
            run_id="run-1",
            source="eventbrite",
            source_account="",
            code="VALIDATION_ERROR",
            message="title: missing",
            payload=b"{}",
            digest=b"d",
            origin="events.ndjson",
            line=3,
            state="open",
            created_at=NOW,
        )
        link = {"id": "link-1", "record_id": "record-2", "event_id": "event-2", "created_at": NOW}
        insert(connection, "record_links", decided_by="matcher", evidence="titles 100", **link)
    connection.close()
    return path


def rows(path: Path, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute(f"SELECT {columns} FROM {table}").fetchall()
    connection.close()
    return sorted(found, key=repr)


def columns_of(path: Path, table: str) -> str:
    return ", ".join(name for (name,) in rows(path, f"pragma_table_info('{table}')", "name"))


def test_an_upgrade_keeps_every_row(old: Path) -> None:
    tables = {table: columns_of(old, table) for table in (*KEPT, *GREW, "totals", "audit_log")}
    before = {table: rows(old, table, columns) for table, columns in tables.items()}
    assert len(before["events"]) == 60
    Store(str(old)).open().close()
    assert {table: rows(old, table, columns) for table, columns in tables.items()} == before
    assert rows(old, "pragma_foreign_key_check") == []
    assert rows(old, "pragma_integrity_check") == [("ok",)]


def test_errors_are_counted_by_group_and_events_found_by_words_after_an_upgrade(old: Path) -> None:
    with sqlite3.connect(old) as connection:
        same = {"source": "yelp", "stage": "fetch", "code": "BUG", "message": "m", "action": "", "origin": ""}
        for number, (run_id, group) in enumerate(
            (("run-1", "a"), ("run-1", "a"), ("run-1", "b"), (None, "a"))
        ):
            values = {"id": f"error-{number}", "run_id": run_id, "group_key": group, "line": 0}
            insert(connection, "errors", created_at=NOW, **values, **same)
    connection.close()
    with Store(str(old)) as store:
        assert rows(old, "run_errors") == [("run-1", "a", 2), ("run-1", "b", 1)]
        found = EventFilters(text="programm 17")
        assert [row.title for row in store.events_page(found).rows] == ["Kammerorchester Programm 17"]
        assert store.unsearched().number == 60
        assert store.index_events() == 60
        assert [row.title for row in store.events_page(found).rows] == ["Kammerorchester Programm 17"]


def test_an_upgraded_database_has_the_schema_of_a_new_one(old: Path, tmp_path: Path) -> None:
    schemas = []
    for path in (old, tmp_path / "new.db"):
        with Store(str(path)) as store, store._database.reading("test") as connection:
            assert migrations.version_of(connection) == migrations.HEAD
            schemas.append(sqlite_schema(connection))
    assert schemas[0] == schemas[1]


def test_what_the_first_version_wrote_is_in_use_afterwards(old: Path) -> None:
    with Store(str(old)) as store:
        assert store.counts().events == store.count_events() == 60
        assert store.accounting("run-1").created == 60
        assert run(store, concerts(3)) == ["unchanged"] * 3
        # The same concerts from elsewhere are found, though the keys are kept in another form now.
        assert (
            run(store, [prepared(event(number, "yelp"), number) for number in (3, 30, 59)])
            == ["duplicate"] * 3
        )
        assert store.dead_letter("letter-1").payload == b"{}"
        assert not store.dead_letter("letter-1").blanked


def test_only_what_is_there_for_a_second_look_can_be_gone_on_with(old: Path) -> None:
    with Store(str(old)) as store:
        assert [row.inputs for row in store.resumable_runs()] == [("b.json",)]
        assert (store.run("run-1").scope, store.run("run-1").stale, store.run("run-1").missing) == (
            None,
            False,
            0,
        )


def test_an_older_database_is_not_upgraded_by_who_only_looks(old: Path) -> None:
    with pytest.raises(DatabaseError, match="older SceneScout"):
        Store(str(old), read_only=True).open()
    assert rows(old, "scenescout_version") == [("0001",)]


def test_an_interrupted_upgrade_leaves_the_old_database(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault: the process fails when all is done but the commit."""
    upgrade = migrations.upgrade

    def fail(connection: Any) -> None:
        upgrade(connection)
        raise RuntimeError("cut")

    monkeypatch.setattr(migrations, "upgrade", fail)
    before = rows(old, "sqlite_master")
    with pytest.raises(RuntimeError):
        Store(str(old)).open()
    assert rows(old, "sqlite_master") == before
    assert len(rows(old, "event_blocks")) == 60 * 3
    monkeypatch.undo()
    with Store(str(old)) as store:
        assert store.count_events() == 60
