"""Ids sort by time; stamps sort as text."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest

from scenescout_tui.store.ids import IdSequence, new_id
from scenescout_tui.store.stamps import to_moment, to_text


def test_ids_are_lower_case_ulids_that_ascend() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert all(len(one) == 26 and set(one) <= set("0123456789abcdefghjkmnpqrstvwxyz") for one in made)


def test_an_id_begins_with_its_moment() -> None:
    value = 0
    for sign in new_id()[:10]:
        value = value * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(sign)
    assert abs(value / 1000 - datetime.now(UTC).timestamp()) < 5


def test_ids_ascend_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    sequence, made = IdSequence(), []
    for moment in (5_000, 4_000, 4_000, 1, 5_001):
        monkeypatch.setattr("scenescout_tui.store.ids.time.time_ns", partial(int, moment * 1_000_000))
        made += [sequence.next() for _ in range(3)]
    assert made == sorted(set(made))


def test_ids_ascend_beyond_what_one_millisecond_can_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenescout_tui.store.ids.time.time_ns", partial(int, 10**18))
    sequence = IdSequence()
    first = sequence.next()
    sequence._counter = 2**20 - 2
    made = [first, sequence.next(), sequence.next(), sequence.next()]
    assert made == sorted(set(made))


def test_threads_never_get_the_same_id() -> None:
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.extend([new_id() for _ in range(5_000)])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 20_000


def test_moments_are_stored_as_utc_text_that_sorts_by_time() -> None:
    moments = [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 23, 12, 0, tzinfo=timezone(timedelta(hours=2))),
        datetime(2026, 11, 23, 11, 0, 0, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ]
    texts = [to_text(moment) for moment in moments]
    assert texts == sorted(texts)
    assert texts[1] == "2026-11-23T10:00:00.000000Z"
    assert [to_moment(one) for one in texts] == moments


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        to_text(datetime(2026, 1, 1))
