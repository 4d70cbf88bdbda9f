"""Errors and dead letters as sets: counted and frozen, then cleared, tried again or discarded in chunks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import CancelJob, Command, CommandResult, Pause, Resume, StartImport
from scenescout_tui.imports.doing import errors as doing
from scenescout_tui.imports.errors_commands import (
    ClearErrorSet,
    CountFailures,
    DiscardLetters,
    FailureFilters,
    FreezeFailures,
    GetFailure,
    Kind,
    ListFailures,
    ResubmitLetter,
    RetrySet,
    UndoClearing,
)
from scenescout_tui.imports.local import LocalEngineHandle
from scenescout_tui.imports.snapshot import JobRow
from scenescout_tui.paging import Chosen, Frozen, Page, Window
from tests.imports.engines import PATIENCE, engine, report, rows, tell, until
from tests.imports.payloads import eventbrite

ALL = FailureFilters()
_EDGE = Window()


def _import(handle: LocalEngineHandle, path: Path, payloads: list[Any], source: str = "eventbrite") -> str:
    path.write_text("".join(json.dumps(one) + "\n" for one in payloads))
    run_id: str = tell(handle, StartImport(source, (str(path),))).data["run_id"]
    report(handle, run_id)
    return run_id


def _headless(number: int) -> dict[str, Any]:
    """An event without a start."""
    payload = eventbrite(number)
    del payload["start"]
    return payload


@pytest.fixture
def handle(database: str, tmp_path: Path) -> Iterator[LocalEngineHandle]:
    """An engine whose database has 12 errors of two groups: no start (8), no place (4)."""
    with engine(database) as found:
        _import(found, tmp_path / "a.ndjson", [_headless(number) for number in range(8)])
        placeless = [eventbrite(number, venue=None, venue_id=f"v{number}") for number in range(20, 24)]
        _import(found, tmp_path / "b.ndjson", placeless)
        yield found


def _page(handle: LocalEngineHandle, kind: Kind, window: Window = _EDGE, **filters: str) -> Page[Any]:
    found: Page[Any] = handle.query(ListFailures(kind, FailureFilters(**filters), window)).result(PATIENCE)
    return found


def _number(handle: LocalEngineHandle, kind: Kind, **filters: str) -> int:
    return int(handle.query(CountFailures(kind, FailureFilters(**filters))).result(PATIENCE).number)


def _frozen(
    handle: LocalEngineHandle, kind: Kind, *ids: str, letters: bool = False, **filters: str
) -> Chosen[FailureFilters]:
    chosen = Chosen(FailureFilters(**filters), ids)
    found: Frozen = handle.query(FreezeFailures(kind, chosen, letters)).result(PATIENCE)
    return Chosen(chosen.filters, ids, found.upto, found.number)


def _job(handle: LocalEngineHandle, command: Command) -> JobRow:
    """Send a command and wait for the end of its job."""
    answer: CommandResult = tell(handle, command)
    assert answer.ok, answer

    def row() -> JobRow:
        return next(one for one in handle.snapshot().jobs if one.job_id == answer.data["job_id"])

    until(lambda: any(one.job_id == answer.data["job_id"] for one in handle.snapshot().jobs))
    until(lambda: row().state != "running")
    return row()


def test_the_three_lists_pass_the_same_filters(handle: LocalEngineHandle) -> None:
    groups = _page(handle, "groups").rows
    assert sorted(one.count for one in groups) == [4, 8]
    large = next(one for one in groups if one.count == 8)
    assert large.action
    assert "a.ndjson record" in large.sample
    assert _number(handle, "groups") == 2
    assert _number(handle, "errors") == _number(handle, "letters") == 12
    for kind in ("errors", "letters"):
        assert len(_page(handle, kind, group=large.key).rows) == 8
        assert len(_page(handle, kind, text="START").rows) == 8
        assert len(_page(handle, kind, code=large.code, source="eventbrite").rows) == _number(
            handle, "errors", code=large.code
        )
        assert _page(handle, kind, source="yelp").rows == ()
    assert [one.key for one in _page(handle, "groups", text="Start").rows] == [large.key]
    assert _page(handle, "groups", stage="nowhere").rows == ()


def test_a_run_is_named_by_the_end_of_its_id(handle: LocalEngineHandle) -> None:
    run = _page(handle, "errors").rows[-1].run
    assert _number(handle, "errors", run=run[-6:]) == 8
    assert [one.count for one in _page(handle, "groups", run=run[-6:]).rows] == [8]
    assert len(_page(handle, "letters", run=run[-6:]).rows) == 8
    with pytest.raises(SpawnerError):
        _page(handle, "errors", run="nosuch")


def test_groups_are_paged_both_ways(handle: LocalEngineHandle) -> None:
    first = _page(handle, "groups", Window(limit=1))
    assert first.more
    second = _page(handle, "groups", Window(at=first.rows[0].key, limit=5))
    assert not second.more
    assert {first.rows[0].count, second.rows[0].count} == {4, 8}
    assert _page(handle, "groups", Window(at=second.rows[0].key, back=True)).rows == first.rows
    assert _page(handle, "groups", Window(back=True, limit=1)).rows == second.rows
    again = _page(handle, "groups", Window(at=second.rows[0].key, including=True))
    assert again.rows == second.rows


def test_dead_letters_have_no_stage_and_say_so_rather_than_pass_it_over(handle: LocalEngineHandle) -> None:
    with pytest.raises(SpawnerError, match="no stage"):
        _page(handle, "letters", stage="prepare")


def test_a_failure_is_shown_with_the_record_as_it_came(handle: LocalEngineHandle) -> None:
    error = _page(handle, "errors").rows[0]
    found = handle.query(GetFailure("errors", error.key)).result(PATIENCE)
    assert found.error == error
    assert found.letter.key == error.letter
    assert json.loads(found.payload)["venue_id"].startswith("v")
    of_letter = handle.query(GetFailure("letters", error.letter)).result(PATIENCE)
    assert (of_letter.payload, of_letter.error) == (found.payload, None)


def test_a_set_is_cleared_as_it_was_frozen_and_comes_back_whole(
    handle: LocalEngineHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doing, "_LARGE", 3)
    chosen = _frozen(handle, "errors", text="start")
    assert chosen.most == 8
    _import(handle, tmp_path / "c.ndjson", [_headless(number) for number in range(100, 105)])
    command = ClearErrorSet("errors", chosen)
    answer = tell(handle, command)
    job_id = answer.data["job_id"]
    until(lambda: any(one.job_id == job_id and one.state == "done" for one in handle.snapshot().jobs))
    # What came between the count and the yes is not in it.
    assert _number(handle, "errors") == 4 + 5
    assert _number(handle, "letters") == 17
    row = _job(handle, UndoClearing(job_id))
    assert (row.state, row.done, row.result) == ("done", 8, "8 errors are back")
    assert _number(handle, "errors") == 17
    assert tell(handle, UndoClearing(job_id)).data == {"count": 0}


def test_never_more_than_was_confirmed(handle: LocalEngineHandle) -> None:
    frozen = _frozen(handle, "errors")
    row = _job(handle, ClearErrorSet("errors", Chosen(ALL, (), frozen.upto, most=5)))
    assert row.done == 5
    assert _number(handle, "errors") == 7


@pytest.mark.parametrize("kind", ["groups", "errors", "letters"])
def test_what_was_never_counted_is_refused(handle: LocalEngineHandle, kind: Kind) -> None:
    for deed in (ClearErrorSet(kind, Chosen(ALL)), RetrySet(kind, Chosen(ALL))):
        assert not tell(handle, deed).ok
    assert not tell(handle, DiscardLetters(Chosen(ALL), "no reason")).ok
    assert _number(handle, "errors") == 12


def test_chosen_groups_are_cleared_and_the_others_stay(handle: LocalEngineHandle) -> None:
    small = next(one for one in _page(handle, "groups").rows if one.count == 4)
    chosen = _frozen(handle, "groups", small.key)
    assert chosen.most == 4
    assert _job(handle, ClearErrorSet("groups", chosen)).done == 4
    assert [one.count for one in _page(handle, "groups").rows] == [8]


def test_chosen_errors_are_cleared_and_what_is_gone_is_skipped(
    handle: LocalEngineHandle, database: str
) -> None:
    keys = tuple(one.key for one in _page(handle, "errors").rows[:3])
    _job(handle, ClearErrorSet("errors", _frozen(handle, "errors", keys[0])))
    row = _job(handle, ClearErrorSet("errors", _frozen(handle, "errors", *keys)))
    assert (row.done, row.skipped, row.failed) == (2, 1, 0)
    noted = rows(database, "SELECT count FROM audit_log WHERE action = 'errors.clear' ORDER BY id")
    assert noted == [(1,), (2,)]


@pytest.mark.parametrize("kind", ["groups", "errors", "letters"])
def test_a_set_is_tried_again_and_says_what_failed_again(
    handle: LocalEngineHandle, tmp_path: Path, kind: Kind, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doing, "_LARGE", 5)
    # The venues that were missing come to be known: those four can be imported now.
    venues = [eventbrite(number, venue_id=f"v{number}") for number in range(30, 34)]
    for number, payload in enumerate(venues, 20):
        payload["venue_id"] = payload["venue"]["id"] = f"v{number}"
    _import(handle, tmp_path / "c.ndjson", venues)
    row = _job(handle, RetrySet(kind, _frozen(handle, kind, letters=True)))
    assert (row.state, row.done, row.skipped, row.failed) == ("done", 4, 0, 8), row
    assert row.result == "4 done, 0 skipped, 8 failed"
    assert _number(handle, "letters") == 8
    assert rows(database, "SELECT count(*) FROM dead_letters WHERE state = 'retried'") == [(4,)]


def test_errors_without_a_record_are_skipped(handle: LocalEngineHandle, database: str) -> None:
    keys = [one.key for one in _page(handle, "errors").rows[:3]]
    rows(database, "UPDATE errors SET dead_letter_id = NULL WHERE id = ?", keys[0])
    row = _job(handle, RetrySet("errors", _frozen(handle, "errors", *keys)))
    assert (row.done, row.skipped, row.failed) == (0, 1, 2)


def test_records_that_had_to_be_blanked_are_skipped(handle: LocalEngineHandle, database: str) -> None:
    letter = _page(handle, "letters").rows[0].key
    rows(database, "UPDATE dead_letters SET payload = NULL WHERE id = ?", letter)
    row = _job(handle, RetrySet("letters", _frozen(handle, "letters", letter)))
    assert (row.done, row.skipped, row.failed) == (0, 1, 0)


def test_dead_letters_are_discarded_with_their_reason(handle: LocalEngineHandle, database: str) -> None:
    first = _page(handle, "letters").rows[0].key
    _job(handle, DiscardLetters(_frozen(handle, "letters", first), "a test entry"))
    row = _job(handle, DiscardLetters(_frozen(handle, "letters", letters=True, text="start"), "too old"))
    assert (row.done, row.skipped) == (8, 0)
    assert _number(handle, "letters") == _number(handle, "errors") == 3
    reasons = rows(database, "SELECT reason, count(*) FROM dead_letters GROUP BY reason ORDER BY 2")
    assert reasons == [("a test entry", 1), (None, 3), ("too old", 8)]
    again = _job(handle, DiscardLetters(_frozen(handle, "letters", first), "again"))
    assert (again.done, again.skipped) == (0, 1)


def test_a_corrected_record_is_imported_and_settles_its_dead_letter(
    handle: LocalEngineHandle, database: str
) -> None:
    letter = next(one for one in _page(handle, "letters").rows if one.where.endswith("a.ndjson record 3"))
    payload = json.dumps(eventbrite(2)).encode()
    answer = tell(handle, ResubmitLetter(letter.key, payload))
    assert answer.ok, answer
    assert report(handle, answer.data["run_id"]).counts.created == 1
    found = rows(database, "SELECT state FROM dead_letters WHERE id = ?", letter.key)
    assert found == [("retried",)]
    refused = tell(handle, ResubmitLetter(letter.key, payload))
    assert not refused.ok
    assert "retried already" in refused.message


def test_a_correction_that_fails_leaves_the_dead_letter_open(handle: LocalEngineHandle) -> None:
    letter = _page(handle, "letters").rows[0].key
    answer = tell(handle, ResubmitLetter(letter, b'{"id": "1"}'))
    assert report(handle, answer.data["run_id"]).counts.failed == 1
    assert handle.query(GetFailure("letters", letter)).result(PATIENCE).letter.state == "open"


def test_a_retry_that_is_stopped_ends_and_accounts_for_every_record(handle: LocalEngineHandle) -> None:
    assert tell(handle, Pause()).ok
    answer = tell(handle, RetrySet("letters", _frozen(handle, "letters", letters=True)))
    until(lambda: any(run.inputs == "12 dead letters" for run in handle.snapshot().runs))
    assert tell(handle, CancelJob(answer.data["job_id"])).ok
    assert tell(handle, Resume()).ok
    until(lambda: any(job.state != "running" for job in handle.snapshot().jobs))
    row = handle.snapshot().jobs[-1]
    assert row.state == "cancelled"
    assert row.done + row.skipped + row.failed == 12
