"""The log: one JSON object per line, private, rotated, with run, source and record."""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui import log_file
from scenescout_tui.errors import DatabaseError
from scenescout_tui.log_file import about, close_log, open_log

LOG = logging.getLogger("scenescout_tui.test")


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    path = tmp_path / "state" / "scenescout.log"
    handler = open_log(path, "debug", secrets=["hunter2"])

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    yield read
    close_log(handler)


Lines = Callable[[], list[dict[str, Any]]]


def test_a_line_says_when_where_and_what(lines: Lines) -> None:
    LOG.info("imported %d", 50)
    (line,) = lines()
    assert line["time"].endswith("+00:00")
    assert (line["level"], line["logger"], line["message"]) == ("info", "scenescout_tui.test", "imported 50")
    assert (line["run"], line["source"], line["record"]) == (None, None, None)


def test_run_source_and_record_are_in_each_line(lines: Lines) -> None:
    with about(run="r1", source="yelp"):
        LOG.info("page")
        with about(record="42"):
            LOG.info("record")
        LOG.info("again", extra={"record": "43"})
    LOG.info("after")
    found = [(line["run"], line["source"], line["record"]) for line in lines()]
    assert found == [("r1", "yelp", None), ("r1", "yelp", "42"), ("r1", "yelp", "43"), (None, None, None)]


def test_the_subject_reaches_worker_threads_with_their_context(lines: Lines) -> None:
    with about(run="r2"), ThreadPoolExecutor(1) as pool:
        pool.submit(copy_context().run, LOG.info, "from a thread").result()
    assert lines()[0]["run"] == "r2"


def test_an_exception_is_logged_with_its_code_and_trace(lines: Lines) -> None:
    try:
        raise DatabaseError("commit", "password=swordfish")
    except DatabaseError:
        LOG.exception("batch failed")
    (line,) = lines()
    assert line["code"] == "DATABASE_ERROR"
    assert any("test_log_file.py" in part for part in line["trace"])
    assert "swordfish" not in json.dumps(line)


def test_nothing_in_a_line_can_forge_another_or_move_a_cursor(lines: Lines) -> None:
    LOG.info('x\n{"level": "error"}\x1b[2J\u202e', extra={"record": "a\nb"})
    (line,) = lines()
    assert line["message"] == 'x⏎{"level": "error"}'
    assert line["record"] == "a⏎b"


def test_secrets_are_masked(lines: Lines) -> None:
    LOG.warning("hunter2 and Bearer abcdef and %s", "https://x/?token=abcdef")
    assert "hunter2" not in lines()[0]["message"]
    assert "abcdef" not in lines()[0]["message"]


def test_a_log_call_with_wrong_arguments_keeps_its_line_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    handler = open_log(tmp_path / "log")
    # Not through the logger: pytest's own handler there raises.
    handler.handle(LOG.makeRecord("test", logging.INFO, "import.py", 7, "%d records", ("many",), None))
    close_log(handler)
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert json.loads(line)["message"] == "%d records (arguments do not fit, import.py:7)"
    assert capfd.readouterr().err == ""


def test_http_libraries_do_not_log_their_addresses(lines: Lines) -> None:
    logging.getLogger("httpx").info("GET https://x/?token=abc")
    assert lines() == []


def test_file_and_rotated_files_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "MAX_BYTES", 500)
    path = tmp_path / "scenescout.log"
    path.touch(0o644)
    handler = open_log(path)
    for number in range(40):
        LOG.warning("line %d", number)
    close_log(handler)
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["scenescout.log", *(f"scenescout.log.{n}" for n in (1, 2, 3))]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_level_decides_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "scenescout.log"
    handler = open_log(path, "warning")
    LOG.info("quiet")
    LOG.warning("loud")
    close_log(handler)
    LOG.warning("too late")
    assert [json.loads(line)["message"] for line in path.read_text().splitlines()] == ["loud"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_costs_log_lines_and_never_the_work(capfd: pytest.CaptureFixture[str]) -> None:
    handler = open_log(Path("/dev/full"))
    LOG.warning("lost")
    with pytest.raises(OSError, match="No space"):
        close_log(handler)
    assert capfd.readouterr().err == ""
