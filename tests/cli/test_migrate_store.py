"""`scenescout migrate-store`: a store moves to another database, and goes on there."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url

from scenescout_tui.imports.lock import EngineLock
from tests.cli.conftest import Program
from tests.postgres import own_schema


def count(database: Path, table: str) -> int:
    with sqlite3.connect(database) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_the_answer_names_every_table_with_its_rows(verb: Program, filled: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    answer = verb("migrate-store", filled, copy)
    assert answer.status == 0, answer
    rows = {line.split()[0]: line.split()[1] for line in answer.out.splitlines()[1:]}
    assert (
        rows["source_records"] == str(count(filled, "source_records")) == str(count(copy, "source_records"))
    )
    assert rows["dead_letters"] == "2"
    assert f"SCENESCOUT_DATABASE_URL=sqlite:///{copy}" in answer.err
    assert "\x1b" not in answer.err + answer.out


def test_with_json_it_is_one_object(verb: Program, filled: Path, tmp_path: Path) -> None:
    answer = verb("migrate-store", "--json", filled, tmp_path / "copy.db")
    found = answer.json
    assert found["success"] is True
    tables = {table["name"]: table for table in found["tables"]}
    assert tables["runs"]["rows"] == 3
    assert tables["clears"] == {"name": "clears", "rows": 0, "digest": "0" * 32}
    assert found["rows"] == sum(table["rows"] for table in found["tables"])
    assert answer.err == ""


def test_an_import_into_the_copy_changes_nothing(
    scenescout: Program, eventbrite_file: Path, database: Path, tmp_path: Path
) -> None:
    assert scenescout("import", "eventbrite", eventbrite_file, "--database", database).status == 0
    copy = tmp_path / "copy.db"
    assert scenescout("migrate-store", database, copy).status == 0
    again = scenescout("import", "eventbrite", eventbrite_file, "--database", copy, "--json")
    assert again.json["summary"] == {"total": 30, "processed": 0, "skipped": 30, "failed": 0}


@pytest.mark.parametrize("held", ["FROM", "TO"])
def test_an_engine_at_work_is_named(scenescout: Program, filled: Path, tmp_path: Path, held: str) -> None:
    copy = tmp_path / "copy.db"
    lock = EngineLock(filled if held == "FROM" else copy)
    lock.acquire()
    try:
        answer = scenescout("migrate-store", filled, copy)
    finally:
        lock.release()
    assert (answer.status, answer.out) == (3, "")
    assert f"process {os.getpid()}" in answer.err
    assert not copy.exists()
    assert scenescout("migrate-store", filled, copy).status == 0


def test_what_cannot_mean_anything_is_refused(verb: Program, filled: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(filled)
    for arguments, words in (
        ((tmp_path / "none.db", tmp_path / "copy.db"), "FROM: there is no database at"),
        ((tmp_path / "no" / "where" / "none.db", tmp_path / "new" / "copy.db"), "scenescout doctor"),
        ((filled, filled), "the same database"),
        ((filled, link), "the same database"),
        (("mysql://a/b", filled), "is not valid"),
        ((filled, tmp_path / "copy.db", "--database", filled), "--database means nothing here"),
        ((filled,), "Missing argument"),
    ):
        answer = verb("migrate-store", *arguments)
        assert (answer.status, answer.out) == (2, ""), answer
        assert words in answer.err
    assert not (tmp_path / "copy.db").exists()
    assert not (tmp_path / "no").exists()
    assert not (tmp_path / "new").exists()


def test_a_database_that_holds_data_is_not_written_over(verb: Program, filled: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert verb("migrate-store", filled, copy).status == 0
    before = copy.read_bytes()
    answer = verb("migrate-store", "--json", filled, copy)
    assert answer.status == 3
    assert "holds data already" in answer.json["error"]["message"]
    assert copy.read_bytes() == before


@pytest.mark.server
def test_to_a_server_and_back(scenescout: Program, filled: Path, tmp_path: Path) -> None:
    with own_schema() as address:
        url = make_url(address).set(password="S3CRET").render_as_string(False)
        back = tmp_path / "back.db"
        there, again = (
            scenescout("migrate-store", "--json", *places) for places in ((filled, url), (url, back))
        )
        assert [there.status, again.status] == [0, 0], (there, again)
        assert there.json["tables"] == again.json["tables"]
        assert "S3CRET" not in there.out + again.out
        lists = [scenescout("events", "--json", "--database", place).out for place in (filled, url, back)]
        assert lists[0] == lists[1] == lists[2]
        assert json.loads(lists[0])["events"]
