"""The log is read whole, in both directions, whatever stands in it and however it was rotated."""

from __future__ import annotations

import json
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import Query
from scenescout_tui.imports.log_commands import ListLog, LogFilters, LogLine
from scenescout_tui.imports.log_reading import BOUND, read_log
from scenescout_tui.log_file import KEPT_FILES
from scenescout_tui.paging import Page, Window
from tests.imports.engines import PATIENCE, engine

_ALL = LogFilters()


def _line(number: int, **more: Any) -> str:
    found = {"time": "2026-11-23T10:00:00+00:00", "level": "info", "message": f"line {number}", **more}
    return json.dumps(found) + "\n"


def _numbers(page: Page[LogLine]) -> list[int]:
    return [int(row.message.split()[-1]) for row in page.rows]


def _walk(path: Path, *, back: bool, limit: int = 7, filters: LogFilters = _ALL) -> list[str]:
    """Read the whole log page by page, the way the screen does."""
    found: list[str] = []
    window = Window(back=back, limit=limit)
    while True:
        page = read_log(path, filters, window)
        messages = [row.message for row in page.rows]
        found = messages + found if back else found + messages
        if not page.more:
            return found
        if page.resume is not None:
            window = Window(at=page.resume, back=back, including=True, limit=limit)
        else:
            window = Window(at=page.rows[0 if back else -1].key, back=back, limit=limit)


def _rotated(path: Path, lines: int) -> RotatingFileHandler:
    """Write lines through the handler that rotates, some hundred bytes a file."""
    handler = RotatingFileHandler(path, maxBytes=900, backupCount=KEPT_FILES, encoding="utf-8")
    for number in range(lines):
        handler.emit(logging.LogRecord("x", logging.INFO, "", 0, _line(number).rstrip("\n"), None, None))
    return handler


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_a_rotated_log_is_one_list(tmp_path: Path, back: bool, limit: int) -> None:
    _rotated(tmp_path / "log", 20).close()
    assert (tmp_path / "log.1").exists()
    assert _walk(tmp_path / "log", back=back, limit=limit) == [f"line {number}" for number in range(20)]


def test_a_line_is_found_again_after_its_file_was_rotated(tmp_path: Path) -> None:
    path = tmp_path / "log"
    handler = _rotated(path, 5)
    newest = read_log(path, _ALL, Window(back=True, limit=2)).rows[-1]
    for number in range(5, 20):
        handler.emit(logging.LogRecord("x", logging.INFO, "", 0, _line(number).rstrip("\n"), None, None))
    handler.close()
    again = read_log(path, _ALL, Window(at=newest.key, including=True, limit=3))
    assert _numbers(again) == [4, 5, 6]
    assert again.rows[0].key == newest.key
    assert _numbers(read_log(path, _ALL, Window(at=newest.key, back=True, limit=2))) == [2, 3]


def test_a_key_whose_file_is_gone_begins_at_the_oldest_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    handler = _rotated(path, 3)
    oldest = read_log(path, _ALL, Window(limit=1)).rows[0].key
    for number in range(3, 300):
        handler.emit(logging.LogRecord("x", logging.INFO, "", 0, _line(number).rstrip("\n"), None, None))
    handler.close()
    left = _walk(path, back=False)
    page = read_log(path, _ALL, Window(at=oldest, including=True, limit=3))
    assert page.rows[0].message == left[0] != "line 0"
    page = read_log(path, _ALL, Window(at=oldest, limit=3))
    assert page.rows[0].message == left[0]
    assert read_log(path, _ALL, Window(at=oldest, back=True, limit=3)).rows == ()


@pytest.mark.parametrize("back", [False, True])
def test_one_question_looks_at_5000_lines_and_says_from_where_to_go_on(tmp_path: Path, back: bool) -> None:
    path = tmp_path / "log"
    path.write_text("".join(_line(number) for number in range(12_000)))
    wanted = LogFilters(text="line 11999" if not back else "line 0")
    page = read_log(path, wanted, Window(back=back, limit=10))
    assert (page.rows, page.more, page.looked) == ((), True, BOUND)
    assert BOUND == 5_000
    assert page.resume is not None
    assert _walk(path, back=back, filters=wanted) == [wanted.text]


@pytest.mark.parametrize("length", [65_500, 65_536, 70_000, 200_000, 600_000])
@pytest.mark.parametrize("back", [False, True])
def test_a_line_that_is_too_long_costs_no_other_line(tmp_path: Path, length: int, back: bool) -> None:
    path = tmp_path / "log"
    long = _line(3, message="x" * length)
    path.write_text("".join([_line(1), _line(2), long, _line(4), _line(5)]))
    found = _walk(path, back=back, limit=2)
    short = [text for text in found if text.startswith("line")]
    assert short == ["line 1", "line 2", "line 4", "line 5"]
    assert all(text.startswith("xxx") for text in found if not text.startswith("line")) or length > 200_000
    assert len(found) == 5 or length > 200_000


def test_what_is_being_written_is_read_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(_line(1) + _line(2)[:20])
    for back in (False, True):
        assert _walk(path, back=back) == ["line 1"]
    path.write_text(_line(1) + _line(2))
    for back in (False, True):
        assert _walk(path, back=back) == ["line 1", "line 2"]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"message": "\xff\xfe broken"}',
        b"\xc3\x28 no json at all",
        b'{"message": ',
        b"[1, 2]",
        b"null",
        b"17",
        b"",
        b"\x00\x00\x00",
        b'{"message": null, "time": 1e999, "level": {"a": 1}, "trace": "no list", "run": []}',
        b'{"message": "a", "time": "9999999-99-99", "trace": [1, null, {"b": "\\u001b[2J"}]}',
        b'{"message": "\\ud800 lone", "level": "LOUD"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"1" * 10_000,
        b'{"message": ' + b"1" * 10_000 + b"}",
    ],
    ids=range(15),
)
@pytest.mark.parametrize("back", [False, True])
def test_a_broken_line_is_a_line_and_harms_no_other(tmp_path: Path, raw: bytes, back: bool) -> None:
    path = tmp_path / "log"
    path.write_bytes(_line(1).encode() + raw + b"\n" + _line(2).encode())
    found = _walk(path, back=back, limit=1)
    assert len(found) == 3
    assert (found[0], found[2]) == ("line 1", "line 2")
    assert found[1].isprintable()
    for filters in (LogFilters(level="error"), LogFilters(text="zzz"), LogFilters(run="x", source="y")):
        assert "line 1" not in _walk(path, back=back, filters=filters)


def test_filters_pass_what_they_say(tmp_path: Path) -> None:
    path = tmp_path / "log"
    lines = [
        _line(1, level="debug"),
        _line(2, level="warning", source="yelp", run="01kkr-8f2c14"),
        _line(3, level="error", source="ics", trace=["OSError: no SPACE"]),
        _line(4, level="critical"),
    ]
    path.write_text("".join(lines))

    def passing(**values: str) -> list[int]:
        return _numbers(read_log(path, LogFilters(**values), Window()))

    assert passing() == [1, 2, 3, 4]
    assert passing(level="warning") == [2, 3, 4]
    assert passing(level="error") == [3, 4]
    assert passing(source="yelp") == [2]
    assert passing(run="8f2c14") == [2]
    assert passing(text="no space") == [3]
    assert passing(level="warning", text="space") == [3]


@pytest.mark.integration
def test_the_engine_reads_its_log_and_says_in_words_where_it_cannot(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(_line(1))
    query: Query = ListLog(_ALL, Window())
    with engine(tmp_path / "events.db", log_file=path) as handle:
        assert _numbers(handle.query(query).result(PATIENCE)) == [1]
    (tmp_path / "folder").mkdir()
    with (
        engine(tmp_path / "events.db", log_file=tmp_path / "folder") as handle,
        pytest.raises(SpawnerError, match="cannot be read: Is a directory"),
    ):
        handle.query(query).result(PATIENCE)
