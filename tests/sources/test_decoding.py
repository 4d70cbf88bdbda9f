"""Bad JSON: every kind is refused with its reason, by every adapter."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenescout_tui.errors import ValidationError, classify_error
from scenescout_tui.events.identity import content_hash
from scenescout_tui.events.match import block_keys
from scenescout_tui.sources.adapters import ADAPTERS, SkipRecord, UnknownSourceError, get_adapter, recognise
from tests.sources.samples import destination, encoded, eventbrite, form, yelp

GOOD = {"eventbrite": eventbrite(), "yelp": yelp(), "manual": form()}

BAD = {
    "NaN": (b'{"a": NaN}', "NaN"),
    "Infinity": (b'{"a": -Infinity}', "Infinity"),
    "NUL escape": (b'{"title": "a\\u0000b"}', "NUL"),
    "NUL byte": (b'{"title": "a\x00b"}', "control character"),
    "lone high surrogate": (b'{"title": "a\\ud800"}', "surrogate"),
    "lone low surrogate": (b'{"title": "\\udc00a"}', "surrogate"),
    "surrogates in wrong order": (b'{"title": "\\udc00\\ud800"}', "surrogate"),
    "depth": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    "huge integer": (b'{"capacity": ' + b"9" * 5000 + b"}", "out of range"),
    "huge integer elsewhere": (b'{"zzz": ' + b"9" * 5000 + b"}", "out of range"),
    "truncated": (b'{"title": "a', "cut off"),
    "empty": (b"", "cut off"),
    "two objects": (b"{} {}", "follows the end"),
    "single quotes": (b"{'title': 1}", "not JSON"),
    "Latin-1": ('{"title": "Café"}'.encode("latin-1"), "0xe9"),
    "overlong": (b'{"title": "\xc0\xaf"}', "not UTF-8"),
    "surrogate bytes": (b'{"title": "\xed\xa0\x80"}', "not UTF-8"),
    "a number": (b"5", "must be a JSON object, this is a number"),
    "a text": (b'"x"', "must be a JSON object, this is a text"),
    "a list": (b"[]", "must be a JSON object, this is a list"),
    "null": (b"null", "must be a JSON object, this is null"),
    "true": (b"true", "must be a JSON object, this is true or false"),
}


@pytest.mark.parametrize("source", sorted(GOOD))
@pytest.mark.parametrize("kind", sorted(BAD))
def test_bad_bytes_are_refused_with_the_reason(source: str, kind: str) -> None:
    data, words = BAD[kind]
    with pytest.raises(ValidationError, match=words):
        ADAPTERS[source].parse(data)


def test_wrong_encoding_says_where_and_what_to_do() -> None:
    with pytest.raises(ValidationError) as refused:
        ADAPTERS["manual"].parse(b'{"title": "Caf\xe9"}')
    assert "byte 14" in str(refused.value)
    assert "iconv" in refused.value.metadata["action"]


@pytest.mark.parametrize(
    "kind",
    ["truncated", "empty", "NaN", "single quotes", "two objects", "depth", "a number", "a list", "null"],
)
def test_a_record_that_came_damaged_is_to_be_asked_for_again(kind: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ADAPTERS["eventbrite"].parse(BAD[kind][0])
    assert classify_error(refused.value).action == "Ask the source for the record again, then import it."


@pytest.mark.parametrize("source", sorted(GOOD))
@pytest.mark.parametrize("other", sorted(GOOD))
def test_a_record_of_another_source_says_how_to_import_it(source: str, other: str) -> None:
    if source == other:
        return
    with pytest.raises(ValidationError, match=f"looks like a record of {other}") as refused:
        ADAPTERS[source].parse(encoded(GOOD[other]))
    action = classify_error(refused.value).action
    assert action == f"Import it with `scenescout import {other} FILE`, or with auto."


@pytest.mark.parametrize("source", sorted(GOOD))
@pytest.mark.parametrize(
    ("payload", "words", "action"),
    [
        ({"error": "NOT_FOUND", "status_code": 404}, "an error answer of Eventbrite", "Ask the source"),
        ({"error": {"code": "TOKEN_INVALID"}}, "an error answer of Yelp", "Ask the source"),
        ({"@type": "Event", "headline": "x"}, "schema.org JSON-LD", "Get the event as"),
        ({"pagination": {}, "venues": []}, "a page of venues", "its events"),
    ],
)
def test_what_is_no_event_says_what_to_import_instead(
    source: str, payload: dict[str, Any], words: str, action: str
) -> None:
    with pytest.raises(ValidationError, match=words) as refused:
        ADAPTERS[source].parse(encoded(payload))
    assert action in classify_error(refused.value).action


def test_a_missing_field_is_to_be_corrected_where_it_comes_from() -> None:
    with pytest.raises(ValidationError) as refused:
        ADAPTERS["eventbrite"].parse(encoded({**eventbrite(), "name": None}))
    action = classify_error(refused.value).action
    assert "at the source" in action
    assert "import it again" in action
    assert "retry" not in action


def test_an_escaped_backslash_before_u0000_is_a_text() -> None:
    assert ADAPTERS["manual"].parse(encoded(form(title="C:\\u0000"))).title == "C:\\u0000"


def test_a_pair_of_surrogate_escapes_is_one_character() -> None:
    data = encoded(form()).replace(b"Songs", b"\\ud83c\\udfb5 Songs")
    assert ADAPTERS["manual"].parse(data).title == "🎵 Songs & Stories"


@pytest.mark.parametrize("source", sorted(GOOD))
def test_each_record_is_recognised_by_its_own_adapter_alone(source: str) -> None:
    record = GOOD[source]
    assert recognise(record) == source
    assert recognise(record) == source


def test_the_destination_shape_is_recognised() -> None:
    assert recognise(destination()) == "eventbrite"


@pytest.mark.parametrize("payload", [None, 5, "x", [], {}, {"a": 1}])
def test_what_is_no_record_is_not_recognised(payload: object) -> None:
    assert recognise(payload) is None


def test_an_unknown_source_is_answered_with_the_list() -> None:
    with pytest.raises(UnknownSourceError, match="eventbrite, yelp, manual") as refused:
        get_adapter("facebook")
    assert refused.value.code == "UNKNOWN_SOURCE"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from(
        ["2026-06-10T19:30:00Z", "2026-06-10", "Europe/London", "1e999", "free", "GB", "https://a.b/c"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def paths(record: Any, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every place in a record, as the keys that lead there."""
    found = [above] if above else []
    if isinstance(record, dict):
        for key, value in record.items():
            found += paths(value, (*above, key))
    return found


def replaced(record: Any, path: tuple[str, ...], value: Any) -> Any:
    return value if not path else {**record, path[0]: replaced(record[path[0]], path[1:], value)}


SHAPES = [("eventbrite", eventbrite()), ("eventbrite", destination()), ("yelp", yelp()), ("manual", form())]
PLACES = [(source, record, path) for source, record in SHAPES for path in paths(record)]


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(PLACES), JSON)
def test_whatever_stands_in_a_field_gives_an_event_or_a_named_reason(
    place: tuple[str, Any, tuple[str, ...]], value: Any
) -> None:
    source, record, path = place
    try:
        event = ADAPTERS[source].parse(encoded(replaced(record, path, value)))
    except (ValidationError, SkipRecord):
        return
    assert len(content_hash(event)) == 64
    assert block_keys(event)
    msgspec.json.encode(event)
