"""The schema: made at once or by migrations, on SQLite and on PostgreSQL, it is the same."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from scenescout_tui.events.blocks import block_number
from scenescout_tui.store import BatchPlan, Store, ledger, migrations
from scenescout_tui.store.rows import RecordOutcome
from scenescout_tui.store.schema import OUTCOMES, SEARCHING_TABLES, VERSION_TABLE, metadata, runs
from scenescout_tui.store.statements import insert_rows, select_in
from scenescout_tui.store.totals import add_totals
from tests.postgres import own_schema
from tests.store.samples import concerts, run

PROMISED = {
    "events": "id title starts_at ends_at timezone venue_name city country latitude longitude status url",
    "source_records": "source source_account external_id event_id run_id content_hash",
    "runs": "id source state started_at ended_at",
    "run_batches": "run_id seq cursor_after size state",
    "dead_letters": "id run_id source code message payload",
    "audit_log": "id who tty at action target count",
    "run_accounting": "run_id total created updated unchanged duplicate review skipped failed in_flight",
}


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Not the index of words, which SQLAlchemy does not make and SQLite keeps in tables of its own."""
    return kind != "table" or not str(name).startswith(SEARCHING_TABLES)


COMPARED = {"version_table": VERSION_TABLE, "include_name": is_ours}


def sqlite_schema(connection: Connection) -> set[tuple[str, str, str]]:
    """Every object of the database with the words of its definition, whatever their order."""
    rows = connection.exec_driver_sql("SELECT type, name, coalesce(sql, '') FROM sqlite_master")
    return {(kind, name, " ".join(sorted(re.findall(r"\w+|<>|'", sql)))) for kind, name, sql in rows}


def test_the_migrations_make_the_very_schema_that_a_new_database_gets(tmp_path: Path) -> None:
    schemas = []
    for number, make in enumerate((migrations.create, migrations.upgrade)):
        engine = create_engine(f"sqlite:///{tmp_path / str(number)}")
        with engine.begin() as connection:
            make(connection)
            assert migrations.version_of(connection) == migrations.HEAD
            schemas.append(sqlite_schema(connection))
            context = MigrationContext.configure(connection, opts=COMPARED)
            assert compare_metadata(context, metadata) == []
        engine.dispose()
    assert schemas[0] == schemas[1]


def test_the_promised_columns_are_there(store: Store) -> None:
    with store._database.reading("test") as connection:
        for table, names in PROMISED.items():
            found = {column["name"] for column in inspect(connection).get_columns(table)}
            assert set(names.split()) <= found, table


def test_all_known_revisions_are_in_the_package() -> None:
    folder = Path(migrations.__file__).parent / "versions"
    assert len(list(folder.glob("r*.py"))) == len(migrations.REVISIONS)


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://"])
def test_no_name_of_the_schema_needs_quotes(url: str) -> None:
    quote = create_engine(url).dialect.identifier_preparer.quote
    for table in metadata.tables.values():
        assert quote(table.name) == table.name
        for column in table.c:
            assert quote(column.name) == column.name


def test_a_first_start_makes_the_schema_without_alembic(path: Path) -> None:
    script = (
        "import sys; from scenescout_tui.store import Store; "
        f"Store({str(path)!r}).open().close(); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])


def test_two_processes_may_open_a_new_database_at_once(path: Path) -> None:
    script = f"from scenescout_tui.store import Store; Store({str(path)!r}).open().counts()"
    root = Path(__file__).parents[2]
    both = [subprocess.Popen([sys.executable, "-c", script], cwd=root) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]


def test_an_interrupted_migration_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault: the process fails after the tables are made and before the version is noted."""

    def fail(connection: Connection) -> None:
        metadata.create_all(connection, checkfirst=False)
        raise RuntimeError("cut")

    monkeypatch.setattr(migrations, "create", fail)
    with pytest.raises(RuntimeError):
        Store(str(path)).open()
    monkeypatch.undo()
    with Store(str(path)) as store:
        assert run(store, concerts(1)) == ["created"]


@pytest.fixture
def postgres() -> Iterator[Engine]:
    """A schema of its own on a real server."""
    with own_schema() as url:
        engine = create_engine(url)
        yield engine
        engine.dispose()


@pytest.mark.server
@pytest.mark.parametrize("make", [migrations.create, migrations.upgrade])
def test_postgresql_gets_the_same_schema(postgres: Engine, make: object) -> None:
    with postgres.begin() as connection:
        assert migrations.version_of(connection) is None
        make(connection)  # type: ignore[operator]
        assert migrations.version_of(connection) == migrations.HEAD
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, metadata) == []
        for table, names in PROMISED.items():
            found = {column["name"] for column in inspect(connection).get_columns(table)}
            assert set(names.split()) <= found, table


@pytest.mark.server
def test_an_upgrade_on_postgresql_keeps_every_row(postgres: Engine) -> None:
    with postgres.begin() as connection:
        migrations.upgrade(connection, "0001")
        for run_id, inputs in (("1", '["form"]'), ("2", '["12 dead letters"]'), ("3", '["a.json"]')):
            connection.execute(
                text("INSERT INTO runs (id, source, state, who, inputs, options, started_at) "
                     "VALUES (:id, 'yelp', 'failed', 't', :inputs, '{}', 'now')"),
                {"id": run_id, "inputs": inputs},
            )  # fmt: skip
        connection.execute(text("INSERT INTO event_blocks VALUES ('2027-03-01valte kantine', 'e')"))
        migrations.upgrade(connection)
        found = connection.execute(text("SELECT id, resumable, stale, missing FROM runs ORDER BY id")).all()
        assert [tuple(row) for row in found] == [
            ("1", False, False, 0),
            ("2", False, False, 0),
            ("3", True, False, 0),
        ]
        block = connection.execute(text("SELECT block_key, event_id FROM event_blocks")).one()
        assert tuple(block) == (block_number("2027-03-01valte kantine"), "e")


def test_decisions_made_before_submissions_were_decisions_are_kept_and_stand(url: str, path: Path) -> None:
    path.parent.mkdir()
    engine = create_engine(url)
    with engine.begin() as connection:
        migrations.upgrade(connection, "0003")
        connection.execute(
            text("INSERT INTO decisions "
                 "(id, act_id, kind, pair_id, event_id, other_event_id, who, created_at) "
                 "VALUES ('d', 'a', 'different', 'p', 'e', 'f', 'ada', 'now')")
        )  # fmt: skip
        migrations.upgrade(connection)
        row = connection.execute(text("SELECT * FROM decisions")).mappings().one()
        assert {name: value for name, value in row.items() if value is not None} == {
            "id": "d",
            "act_id": "a",
            "kind": "different",
            "pair_id": "p",
            "event_id": "e",
            "other_event_id": "f",
            "who": "ada",
            "created_at": "now",
        }
        for kind in ("approve", "refuse"):
            connection.execute(text(f"UPDATE decisions SET kind = '{kind}', record_id = 'r'"))
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.server
def test_the_ledger_and_its_statements_run_on_postgresql(postgres: Engine) -> None:
    with postgres.begin() as connection:
        migrations.create(connection)
        connection.execute(
            runs.insert().values(
                id="r", source="yelp", state="running", who="t", inputs="[]", options="{}", started_at="now"
            )
        )
        ledger.accept(connection, "r", [BatchPlan(0, 1, "a"), BatchPlan(1, 2)], "now")
        assert ledger.claim(connection, "r", 0, 1, b"mark", "now") is None
        outcomes = (RecordOutcome(0, "created", "yelp", "e", "x"),)
        ledger.settle(connection, "r", 0, b"mark", outcomes, "now")
        replayed = ledger.claim(connection, "r", 0, 1, b"mark", "now")
        assert replayed is not None
        assert replayed.outcomes == outcomes
        assert ledger.claim(connection, "r", 0, 1, b"other", "now") is None
        view = connection.exec_driver_sql("SELECT * FROM run_accounting").mappings().one()
        assert [int(view[name]) for name in ("total", *OUTCOMES, "in_flight")] == [4, 1, 0, 0, 0, 0, 0, 0, 3]
        add_totals(connection, {("events", ""): 2, ("records", "yelp"): 3})
        add_totals(connection, {("events", ""): -1})
        found = select_in(
            connection,
            "SELECT name, value FROM totals WHERE source = ? AND name IN (:keys)",
            ("",),
            ["events", "x", "y"],
        )
        assert list(found) == [("events", 1)]
        table = metadata.tables["source_venues"]
        rows = [("yelp", "", str(number), "{}", None, "now", None) for number in range(180)]
        insert_rows(connection, table, tuple(table.c.keys()), rows, ignore=True)
        insert_rows(connection, table, tuple(table.c.keys()), rows, update=("venue",))
        assert connection.execute(text("SELECT count(*) FROM source_venues")).scalar_one() == 180
