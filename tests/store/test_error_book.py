"""Errors, groups, dead letters: cleared, undone, discarded."""

from __future__ import annotations

import msgspec
import pytest

from scenescout_tui.events.record import RecordError
from scenescout_tui.store import ErrorRow, NotFoundError, Store
from scenescout_tui.store.failures import group_message
from tests.store.samples import broken, concerts, run, run_batches


def some_errors(store: Store, count: int = 3, first: int = 0) -> None:
    run(
        store,
        [
            broken(number, f"title: {number} characters are too many")
            for number in range(first, first + count)
        ],
    )


def test_errors_that_differ_only_in_values_are_one_group(store: Store) -> None:
    some_errors(store)
    run(store, [broken(9, "start: missing")])
    newest, older = store.error_groups()
    assert (newest.message, newest.open, newest.total) == ("start: missing", 1, 1)
    assert (older.message, older.open, older.total) == ("title: … characters are too many", 3, 3)
    assert older.sample == "events.ndjson record 3"
    assert older.action == "Add a title, then retry."
    assert older.first_seen_at <= older.last_seen_at


@pytest.mark.parametrize(
    ("message", "general"),
    [
        ("record 12 of 'a.json' is broken", "record … of <value> is broken"),
        ("https://api.example/v3/events/1?x=2 answered 503", "<address> answered 503"),
        ("Eventbrite answered 404: organizer 123: gone", "Eventbrite answered 404: organizer …: gone"),
        ("event 01m8487ckex3y2gr1wmdts1mjn: no", "event <id>: no"),
        ("id deadbeef-12ab failed at 12:30:01.5", "id <id> failed at …"),
        ("don't stop", "don't stop"),
        ("byte 7 (0xe9) is not UTF-8", "byte … (…) is not UTF-8"),
    ],
)
def test_a_group_message_keeps_the_words_and_drops_the_values(message: str, general: str) -> None:
    assert group_message(message) == general


def test_clearing_acknowledges_and_undo_brings_back_even_after_a_restart(store: Store) -> None:
    some_errors(store)
    cleared = store.clear_errors(who="ada", tty="pts/1")
    assert cleared.count == 3
    assert store.errors() == () == store.error_groups()
    assert len(store.errors(include_cleared=True)) == 3
    assert (store.counts().errors_open, store.counts().undoable, store.counts().dead_letters) == (0, 3, 3)
    store.close()
    store.open()
    assert store.undo_clear(who="ada") == 3
    assert [group.open for group in store.error_groups()] == [3]
    assert (store.counts().errors_open, store.counts().undoable) == (3, 0)
    with pytest.raises(NotFoundError):
        store.undo_clear(who="ada")


def test_clears_can_be_undone_one_by_one(store: Store) -> None:
    some_errors(store)
    run(store, [broken(9, "start: missing")])
    start, _ = store.error_groups()
    first = store.clear_errors(group=start.key, who="ada")
    second = store.clear_errors([store.errors()[0].id, "no such error"], who="ada")
    assert (first.count, second.count) == (1, 1)
    assert store.undo_clear(first.clear_id, who="ada") == 1
    assert [group.open for group in store.error_groups()] == [1, 2]
    assert store.undo_clear(who="ada") == 1
    assert store.clear_errors(["no such error"], who="ada").clear_id is None


def test_thousands_of_errors_are_cleared_and_brought_back_in_steps(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenescout_tui.store.error_book._STEP", 10)
    some_errors(store, 34)
    assert store.clear_errors([error.id for error in store.errors()][:25], who="ada").count == 25
    assert store.clear_errors(who="ada").count == 9
    assert store.counts().errors_open == 0
    assert store.undo_clear(who="ada") + store.undo_clear(who="ada") == 34
    assert store.counts().errors_open == store.error_groups()[0].open == 34


def test_a_new_error_opens_its_cleared_group_again(store: Store) -> None:
    some_errors(store)
    store.clear_errors(who="ada")
    some_errors(store, 1, first=7)
    (group,) = store.error_groups()
    assert (group.open, group.total) == (1, 4)


def test_a_dead_letter_stays_until_it_is_discarded_with_a_reason(store: Store) -> None:
    some_errors(store, 2)
    store.clear_errors(who="ada")
    newer, older = store.dead_letters()
    assert newer.payload is None
    store.discard_dead_letter(newer.id, "spam", who="ada")
    assert [letter.id for letter in store.dead_letters()] == [older.id]
    (discarded,) = store.dead_letters(state="discarded")
    assert (discarded.id, discarded.reason) == (newer.id, "spam")
    assert store.dead_letter(newer.id[-10:]).payload == b'{"id": 1}'
    assert store.counts().dead_letters == 1
    with pytest.raises(NotFoundError):
        store.discard_dead_letter(newer.id, "again", who="ada")


def test_a_retried_dead_letter_is_no_longer_open_and_its_error_is_cleared(store: Store) -> None:
    some_errors(store, 2)
    retry = store.begin_run("eventbrite", who="ada")
    store.mark_retried(store.dead_letters()[0].id, retry, who="ada")
    (letter,) = store.dead_letters(state="retried")
    assert letter.retry_run_id == retry
    assert (store.counts().dead_letters, store.counts().errors_open) == (1, 1)
    assert store.error_groups()[0].open == 1


def test_dead_letters_are_found_by_run_group_and_position(store: Store) -> None:
    run_id, _ = run_batches(store, [[broken(1, "start: missing"), broken(2, "start: missing")]])
    some_errors(store, first=5)
    group = store.errors(run_id=run_id)[0].group_key
    letters = store.dead_letters(run_id=run_id)
    assert letters == store.dead_letters(group=group)
    assert store.dead_letters(group=group, before=letters[0].id) == letters[1:]
    assert store.dead_letters(limit=1, offset=4) == letters[1:]


def test_an_error_without_a_record_is_noted_too(store: Store) -> None:
    run_id = store.begin_run("yelp", who="test")
    error_id = store.record_error(run_id, "yelp", "fetch", "EXTERNAL_API_ERROR", "answered 503", "Wait.")
    store.record_error(None, "yelp", "open", "INPUT_ERROR", "no such file")
    newest, (error) = store.errors()
    assert (newest.run_id, newest.code) == (None, "INPUT_ERROR")
    assert (error.id, error.run_id, error.stage, error.dead_letter_id) == (error_id, run_id, "fetch", None)
    store.record_error(run_id, "yelp", "fetch", "EXTERNAL_API_ERROR", "garbage", payload=b"<html>")
    assert store.dead_letter(store.dead_letters()[0].id).payload == b"<html>"


def test_errors_are_walked_without_gaps_or_repeats(store: Store) -> None:
    some_errors(store, 7)
    whole = store.errors()
    walked: list[ErrorRow] = []
    before = None
    while page := store.errors(limit=3, before=before):
        walked.extend(page)
        before = page[-1].id
    assert tuple(walked) == whole == store.errors(limit=4) + store.errors(limit=4, offset=4)


def test_every_action_is_in_the_audit_log(store: Store) -> None:
    some_errors(store, 2)
    run(store, concerts(1))
    store.clear_errors(who="ada", tty="pts/3")
    store.undo_clear(who="bob")
    store.discard_dead_letter(store.dead_letters()[0].id, "spam\x1b[0m", who="ada")
    discard, undo, clear = store.audit_log()
    assert (clear.who, clear.tty, clear.action, clear.target, clear.count) == (
        "ada",
        "pts/3",
        "errors.clear",
        "all",
        2,
    )
    assert (undo.who, undo.action, undo.count) == ("bob", "errors.undo_clear", 2)
    assert (discard.action, discard.detail) == ("dead_letter.discard", "spam")


def test_bytes_that_fail_again_are_no_second_dead_letter(store: Store) -> None:
    for _ in range(3):
        run(store, [broken(1, "start: missing"), broken(2, "title: missing")])
    assert len(store.dead_letters()) == 2
    assert len(store.errors()) == 2
    assert (store.counts().errors_open, store.counts().dead_letters) == (2, 2)
    latest = store.runs(limit=1)[0].id
    assert {letter.run_id for letter in store.dead_letters()} == {latest}
    store.clear_errors(who="ada")
    run(store, [broken(1, "start: missing")])
    assert len(store.errors()) == 1, "what was acknowledged and fails again is said again"
    assert len(store.dead_letters()) == 2


def test_the_same_bytes_twice_in_one_run_are_two_dead_letters(store: Store) -> None:
    first = broken(1, "start: missing")
    second = msgspec.structs.replace(first, number=first.number + 1, line=first.line + 1)
    run(store, [first, second])
    assert len(store.dead_letters()) == 2


def test_a_record_that_arrives_whole_settles_its_dead_letters(store: Store) -> None:
    (whole,) = concerts(1)
    failed = msgspec.structs.replace(
        whole,
        event=None,
        digest=b"b" * 16,
        raw=b"{}",
        error=RecordError("VALIDATION_ERROR", "start is missing", "start", "Correct it."),
    )
    run(store, [failed])
    assert (store.counts().errors_open, store.counts().dead_letters) == (1, 1)
    assert run(store, [whole]) == ["created"]
    assert (store.counts().errors_open, store.counts().dead_letters) == (0, 0)
    (letter,) = store.dead_letters(state=None)
    assert (letter.state, letter.retry_run_id) == ("retried", store.runs(limit=1)[0].id)
