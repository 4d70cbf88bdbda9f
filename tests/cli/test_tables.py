"""Tables can be read on a terminal of 80 columns, and hold everything where a program reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenescout_tui.cli import errors, events, runs, sources, tables
from scenescout_tui.cli.review import listing, undoing
from scenescout_tui.cli.tables import Column, say_table
from tests.cli.conftest import Program

HOSTILE = "\x1b[2J \x07 \x9b31m \x7f \u202egnp.exe \u2066 \u200b \ufeff \U000e0041 tab\t line\n"
ID = "01m2n3p4q5r6s7t8v9w0xyabcd"
LONG = "a name that goes on and on until nobody can read it on one line any more"


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns."""
    monkeypatch.setattr(tables, "is_terminal", lambda stream: True)
    monkeypatch.setattr(tables, "_columns", lambda: 80)


def test_a_table_is_aligned_by_what_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    say_table((Column("name"), Column("n", "number")), [("東京", 1_204), ("Oslo", 7)])
    assert capsys.readouterr().out.splitlines() == ["name      n", "東京  1,204", "Oslo      7"]


def test_a_table_shows_hostile_data_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    say_table((Column("title"),), [(HOSTILE,), ("[/red][@click=app.quit]x[/]",)])
    out = capsys.readouterr().out
    assert not any(ord(char) < 0x20 and char != "\n" for char in out)
    assert not set(out) & set("\x7f\x9b\u202e\u2066\u200b\ufeff\U000e0041")
    assert len(out.splitlines()) == 3


def test_a_program_gets_whole_ids_every_column_and_nothing_cut(capsys: pytest.CaptureFixture[str]) -> None:
    columns = (Column("id", "id"), Column("title", "main"), Column("none", "number", leave=1, sparse=True))
    say_table(columns, [(ID, LONG * 3, 0)])
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["id", "title", "none"]
    assert row.startswith(ID)
    assert LONG * 3 in row


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        (
            events._COLUMNS,
            (ID, "2026-11-23 20:00", LONG, LONG, LONG, "rescheduled", "eventbrite, yelp, manual"),
        ),
        (errors._GROUPS, (12_345, "eventbrite", "EXTERNAL_API_ERROR", LONG, LONG, ID)),
        (errors._ERRORS, ("2026-11-23 20:00", "eventbrite", "VALIDATION_ERROR", LONG, LONG, ID, ID)),
        (
            listing.COLUMNS,
            (ID, "submission", "100", "2026-11-23 20:00", LONG, LONG, "eventbrite | yelp, manual", LONG),
        ),
        (undoing._COLUMNS, (ID, "2026-11-23 20:00", LONG, LONG, LONG)),
        (runs._COLUMNS, (ID, "2026-11-23 20:00", "eventbrite", "interrupted", *range(1, 10), LONG)),
        (runs._COLUMNS, (ID, "2026-11-23 20:00", "eventbrite", "interrupted", *[1_234_567] * 9, LONG)),
        (sources._COLUMNS, ("eventbrite", "Eventbrite", "e", LONG, "set (environment A_LONG_NAME)")),
    ],
)
@pytest.mark.usefixtures("wide")
def test_every_row_fits_into_80_columns_and_what_it_is_about_can_be_read(
    capsys: pytest.CaptureFixture[str], columns: tuple[Column, ...], row: tuple[object, ...]
) -> None:
    say_table(columns, [row])
    out = capsys.readouterr().out
    assert all(len(line) <= 80 for line in out.splitlines())
    if any(column.kind == "main" for column in columns):
        assert LONG[:19] in out
    if any(column.kind == "id" for column in columns):
        assert ID[-6:] in out
        assert ID not in out


@pytest.mark.usefixtures("wide")
def test_columns_are_left_out_in_their_order_and_only_as_many_as_needed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    columns = (
        Column("first", "whole", leave=2),
        Column("title", "main"),
        Column("last", "whole", leave=1),
        Column("never", "whole"),
    )
    say_table(columns, [("a" * 30, LONG, "b" * 30, "c" * 20)])
    assert capsys.readouterr().out.split()[:3] == ["first", "title", "never"]


@pytest.mark.usefixtures("wide")
def test_a_column_that_holds_only_zeros_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    columns = (Column("run"), Column("new", "number", sparse=True), Column("failed", "number", sparse=True))
    say_table(columns, [("a", 1, 0), ("b", 0, 0)])
    assert capsys.readouterr().out.splitlines()[0].split() == ["run", "new"]


@pytest.mark.usefixtures("wide")
def test_ids_that_end_alike_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    say_table((Column("id", "id"),), [("01xx1abcdef",), ("01xx2abcdef",)])
    assert capsys.readouterr().out.split() == ["id", "1abcdef", "2abcdef"]


@pytest.mark.usefixtures("wide")
def test_a_place_keeps_its_end_and_a_title_its_beginning(capsys: pytest.CaptureFixture[str]) -> None:
    say_table((Column("what", "main"), Column("where", keep_end=True)), [(LONG, f"{LONG} record 12")])
    row = capsys.readouterr().out.splitlines()[1]
    assert row.startswith(LONG[:19])
    assert row.endswith("record 12")
    assert row.count("…") == 2


@pytest.mark.usefixtures("wide")
def test_wide_signs_count_as_two_cells(capsys: pytest.CaptureFixture[str]) -> None:
    say_table((Column("title", "main"), Column("city")), [("東" * 60, "Berlin"), ("x" * 90, "Lisboa")])
    lines = capsys.readouterr().out.splitlines()
    assert all(tables._width(line) <= 80 for line in lines)
    assert lines[1].endswith("Berlin")


def test_every_verb_takes_the_end_of_an_id(verb: Program, filled: Path) -> None:
    at = ("--json", "--database", filled)
    event = verb("events", *at).json["events"][0]
    assert verb("events", event["id"][-6:], *at).json["event"] == event
    first, second = verb("errors", *at).json["errors"]
    letter = verb("errors", "show", first["deadLetterId"][-6:], *at).json["deadLetter"]
    assert letter["id"] == first["deadLetterId"]
    key = first["groupKey"]
    listed = verb("errors", "list", "--group", key[-6:], *at).json["errors"]
    assert listed == verb("errors", "list", "--group", key, *at).json["errors"]
    assert verb("errors", "clear", first["id"][-6:], *at).json["count"] == 1
    assert verb("errors", "clear", "--group", second["groupKey"][-6:], *at).json["count"] == 1
    discarded = verb("errors", "discard", first["deadLetterId"][-6:], "--reason", "a test", *at)
    assert discarded.json["count"] == 1
    waiting, other, *_ = [row["eventId"] for row in verb("review", *at).json["pending"]]
    assert verb("review", "approve", waiting[-6:], *at).json["count"] == 1
    assert verb("review", "refuse", other[-6:], "--reason", "spam", *at).json["count"] == 1


def test_a_group_is_retried_by_the_end_of_its_key(scenescout: Program, filled: Path) -> None:
    at = ("--json", "--database", filled)
    key = scenescout("errors", *at).json["groups"][0]["key"]
    answer = scenescout("retry", "--group", key[-6:], *at)
    assert sum(one["summary"]["total"] for one in answer.json["runs"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [["errors", "clear", "nosuch"], ["errors", "list", "--group", "nosuch"], ["retry", "--group", "no"]],
)
def test_an_end_that_fits_nothing_exits_2(verb: Program, filled: Path, arguments: list[str]) -> None:
    answer = verb(*arguments, "--json", "--database", filled)
    assert (answer.status, answer.json["error"]["code"]) == (2, "NOT_FOUND")
