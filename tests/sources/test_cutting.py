"""Cutting: every layout gives the same records, every damage costs one record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenescout_tui.sources.cutting import MAX_RECORD, Cut, Cutter, DocumentCutter, LineCutter, page_list
from scenescout_tui.sources.layout import whole_records

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
KEYS = st.text(max_size=8).filter(lambda key: key != "events")
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(KEYS, VALUES, max_size=4), max_size=6)


def cuts(data: bytes, cutter: Cutter | None = None, step: int = 1 << 20) -> list[Cut]:
    cutter = cutter or DocumentCutter()
    found: list[Cut] = []
    for start in range(0, len(data), step):
        cutter.feed(data[start : start + step])
        while (cut := cutter.cut()) is not None:
            found.append(cut)
    cutter.close()
    while (cut := cutter.cut()) is not None:
        found.append(cut)
    return found


def values(found: list[Cut]) -> list[Any]:
    assert [cut.error for cut in found] == [None] * len(found)
    return [json.loads(cut.data) for cut in found]


def layouts(records: list[Any], *, ascii_only: bool) -> dict[str, bytes]:
    def dump(value: Any, **options: Any) -> str:
        return json.dumps(value, ensure_ascii=ascii_only, **options)

    page = {"pagination": {"page_number": 1}, "events": records}
    half = len(records) // 2
    texts = {
        "list": dump(records),
        "compact list": dump(records, separators=(",", ":")),
        "pretty list": dump(records, indent=2),
        "page": dump(page),
        "page, events first": dump({"events": records, "total": len(records)}),
        "pretty page": dump(page, indent=4),
        "pages": dump({"events": records[:half]}) + dump({"events": records[half:]}),
        "pages on lines": dump({"events": records[:half]}) + "\n" + dump({"events": records[half:]}) + "\n",
        "list of pages": dump([{"events": records[:half]}, {"events": records[half:]}]),
        "one after another": "".join(map(dump, records)),
        "pretty, one after another": "\n".join(dump(record, indent=1) for record in records),
        "lists, one after another": dump(records[:half]) + "\n" + dump(records[half:]),
    }
    return {name: text.encode("utf-8", "surrogatepass") for name, text in texts.items()}


@settings(max_examples=150, deadline=None)
@given(RECORDS, st.booleans(), st.sampled_from([1, 3, 17, 1 << 20]))
def test_records_come_back_equal_from_every_layout_of_documents(
    records: list[Any], ascii_only: bool, step: int
) -> None:
    for name, data in layouts(records, ascii_only=ascii_only).items():
        assert values(cuts(data, step=step)) == records, name


@settings(max_examples=100, deadline=None)
@given(RECORDS, st.sampled_from(["\n", "\r\n", "\n\n  \n"]), st.sampled_from([1, 5, 1 << 20]))
def test_records_come_back_equal_from_lines(records: list[Any], end: str, step: int) -> None:
    data = "".join(json.dumps(record) + end for record in records).encode()
    assert values(cuts(data, LineCutter(), step)) == records
    assert values(cuts(data.rstrip(), LineCutter(), step)) == records


@settings(max_examples=100, deadline=None)
@given(RECORDS)
def test_the_quick_way_agrees_with_the_cutter(records: list[Any]) -> None:
    for name, data in layouts(records, ascii_only=True).items():
        quick = whole_records(data)
        if quick is not None:
            assert [json.loads(record) for record in quick] == records, name


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200) | st.text(alphabet='{}[]",:\\ \nab1e', max_size=80).map(str.encode),
    st.sampled_from([1, 7, 4096]),
)
def test_any_bytes_are_cut_to_an_end_and_none_are_invented(data: bytes, step: int) -> None:
    for cutter in (DocumentCutter(), LineCutter()):
        found = cuts(data, cutter, step)
        assert sum(len(cut.data) for cut in found) <= len(data)
        assert all(cut.data in data for cut in found)


DAMAGED = {
    "a quote too few, on one line": b'[{"a":1}, {"a": "x}, {"a":3}]',
    "a quote too many": b'[{"a":1}, {"a":"x"y"}, {"a":3}]',
    "a brace too few": b'[{"a":1}, {"a":2, {"a":3}]',
    "a bracket for a brace": b'[{"a":1}, {"a":2], {"a":3}]',
    "a quote too few, one per line": b'[\n {"a":1},\n {"b":"x},\n {"a":3}\n]',
    "pretty documents": b'{\n "a": 1\n}\n{\n "b": "x\n}\n{\n "a": 3\n}\n',
    "lines": b'{"a":1}\n{"a":2\n{"a":3}\n',
}


@pytest.mark.parametrize("step", [1, 4, 1 << 20])
@pytest.mark.parametrize("kind", sorted(DAMAGED))
def test_one_damaged_record_costs_no_other(kind: str, step: int) -> None:
    found = cuts(DAMAGED[kind], step=step)
    assert [cut.error is None for cut in found] == [True, False, True]
    assert [json.loads(cut.data)["a"] for cut in found if cut.error is None] == [1, 3]
    assert found[1].data in DAMAGED[kind]


PAGES = {
    "pagination behind": (b'{"events":[', b'],"pagination":{"page_number":1,"has_more_items":false}}'),
    "pagination before": (b'{"pagination":{"page_number":1},"events":[', b"]}"),
    "total behind": (b'{"events": [', b'], "total": 3}'),
    "total before": (b'{"total": 3, "events": [', b"]}"),
    "pretty": (b'{\n  "events": [\n    ', b'\n  ],\n  "total": 3\n}\n'),
    "in a list of pages": (b'[{"events":[{"id":"0"}]},{"events":[', b'],"total":3}]'),
    "behind another": (b'{"events":[{"id":"0"}],"total":1}\n{"events":[', b'],"total":3}'),
}
DAMAGED_RECORDS = {
    "a brace for a bracket": b'{"id":"bad","a":[1}',
    "a bracket for a brace": b'{"id":"bad","a":1]',
    "a text not closed": b'{"id":"bad","a":"x}',
    "a brace too few": b'{"id":"bad","a":1',
}


@pytest.mark.parametrize("kind", sorted(DAMAGED_RECORDS))
@pytest.mark.parametrize("layout", sorted(PAGES))
def test_one_damaged_record_costs_its_page_no_other(layout: str, kind: str) -> None:
    before, behind = PAGES[layout]
    bad, good = DAMAGED_RECORDS[kind], [b'{"id":"1","a":[1]}', b'{"id":"3","a":"x"}']
    for records in ([bad, *good], [good[0], bad, good[1]], [*good, bad]):
        data = before + b",\n    ".join(records) + behind
        for step in range(1, len(data) + 1):
            found = cuts(data, step=step)
            whole = [cut.data for cut in found if cut.error is None]
            damaged = [cut.data for cut in found if cut.error is not None]
            assert [record for record in whole if record != b'{"id":"0"}'] == good, step
            assert len(damaged) == 1, step
            assert damaged[0].startswith(bad), step


@pytest.mark.parametrize("layout", sorted(PAGES))
def test_a_page_that_is_cut_off_anywhere_gives_all_records_before_that(layout: str) -> None:
    before, behind = PAGES[layout]
    records = [b'{"id":"1","a":[1]}', b'{"id":"2"}', b'{"id":"3","a":"x"}']
    data = before + b",".join(records) + behind
    for end in range(len(before), len(data.rstrip())):
        held = [record for record in records if record in data[:end]]
        for step in (1, 7, len(data)):
            found = cuts(data[:end], step=step)
            whole = [cut.data for cut in found if cut.error is None and cut.data != b'{"id":"0"}']
            assert whole == held, (end, step)
            assert [cut.error is None for cut in found].count(False) == 1, (end, step)
            assert found[-1].error is not None, (end, step)


@pytest.mark.parametrize("step", [1, 5, 1 << 20])
def test_a_page_with_a_damaged_tail_keeps_its_records(step: int) -> None:
    found = cuts(b'{"events":[{"id":"1"},{"id":"2"}],"pagination":{"pages":[1}}', step=step)
    assert [cut.error is None for cut in found] == [True, True, False]
    assert found[2].data == b'"pagination":{"pages":[1}}'


@pytest.mark.parametrize("step", [1, 5, 1 << 20])
@pytest.mark.parametrize(
    "bad", [b'{"a":1,"b":{"c":2}', b'{"a":1,', b'{"a":1,"b":[2}', b'{"a":1,"b":"x', b'{"a":1,"b":[{"c":2]}']
)
def test_a_damaged_record_before_a_page_is_not_lost_in_it(bad: bytes, step: int) -> None:
    found = cuts(bad + b'\n{"events":[{"id":"1"},{"id":"2"}],"total":2}\n', step=step)
    assert found[0].error is not None
    assert found[0].data.startswith(bad.rstrip(b","))


def test_a_damaged_page_on_a_line_costs_one_record() -> None:
    data = b'{"events":[{"id":1},{"id":2,"a":[1},{"id":3}],"total":3}\n{"events":[{"id":4}],"total":1}\n'
    found = cuts(data, LineCutter())
    assert [cut.data for cut in found if cut.error is None] == [b'{"id":1}', b'{"id":3}', b'{"id":4}']
    assert [cut.data for cut in found if cut.error is not None] == [b'{"id":2,"a":[1}']


@pytest.mark.parametrize("bad", [b"NaN", b'{"a": NaN}', b"garbage", b'{"a": 01}', b'{"a" 5}', b'"text"'])
def test_a_bad_element_that_is_closed_is_cut_as_it_is(bad: bytes) -> None:
    found = cuts(b'[{"a":1},' + bad + b',{"a":2}]')
    assert [cut.data for cut in found] == [b'{"a":1}', bad, b'{"a":2}']


@pytest.mark.parametrize("step", [1, 1 << 20])
def test_a_list_that_is_cut_off_gives_its_records_and_the_tail(step: int) -> None:
    data = b'[{"a":1},{"a":2},{"a":3,"b":"x'
    found = cuts(data, step=step)
    assert [cut.data for cut in found] == [b'{"a":1}', b'{"a":2}', b'{"a":3,"b":"x']
    assert found[2].error == "the input ends in the middle of this record"


@pytest.mark.parametrize("data", [b'[{"a":1},{"a":2}', b'[{"a":1},{"a":2},\n', b'{"events":[{"a":1},{"a":2}'])
def test_a_list_without_its_end_is_not_passed_over_in_silence(data: bytes) -> None:
    found = cuts(data)
    assert [cut.data for cut in found] == [b'{"a":1}', b'{"a":2}', b""]
    assert found[2].error is not None


@pytest.mark.parametrize(
    "data", [b"", b" \n", b"[]", b'{"events": []}', b"[]\n[]", b'{"events":[],"total":0}']
)
def test_nothing_is_no_record(data: bytes) -> None:
    assert cuts(data) == []


def test_an_object_with_an_id_and_events_of_its_own_is_one_record() -> None:
    assert page_list(b'{"id": 1, "events": [{"a": 1}]}') == -1
    assert len(cuts(b'{"id": 1, "events": [{"a": 1}, {"a": 2}]}')) == 1


def test_a_position_in_the_middle_is_enough_to_go_on() -> None:
    records = [{"id": n, "name": "x" * n} for n in range(20)]
    for name, data in layouts(records, ascii_only=True).items():
        first = DocumentCutter()
        first.feed(data)
        before = [first.cut() for _ in range(7)]
        again = DocumentCutter(first.offset, first.stack, first.key)
        after = cuts(data[first.offset :], again)
        assert values([cut for cut in before if cut] + after) == records, name


def test_a_position_inside_a_line_of_pages_is_enough_to_go_on() -> None:
    records = [{"id": n} for n in range(10)]
    data = (json.dumps({"events": records[:4]}) + "\n" + json.dumps({"events": records[4:]}) + "\n").encode()
    first = LineCutter()
    first.feed(data)
    before = [first.cut() for _ in range(6)]
    again = LineCutter(first.offset, first.skip)
    assert values([cut for cut in before if cut] + cuts(data[first.offset :], again)) == records


def test_a_line_that_is_too_long_costs_only_itself() -> None:
    long = b'{"a":"' + b"x" * (MAX_RECORD + 10) + b'"}'
    found = cuts(b'{"a":1}\n' + long + b'\n{"a":2}\n', LineCutter())
    assert [cut.error is None for cut in found] == [True, False, True]
    assert len(found[1].data) < MAX_RECORD
    assert "longer than" in (found[1].error or "")


def test_a_record_of_a_list_that_is_too_long_costs_only_itself() -> None:
    long = b'{"a":"' + b"x" * (MAX_RECORD + 10) + b'"}'
    found = cuts(b'[{"a":1},' + long + b',{"a":2},{"a":3}]')
    assert [cut.error is None for cut in found] == [True, False, True, True]


@pytest.mark.parametrize(
    "data", [b"[" * 200_000, b'{"a":' * 200_000, b'{"a":"\n' * 20_000, b'"' * 50_000, b"}" * 5_000]
)
def test_floods_of_brackets_and_quotes_end(data: bytes) -> None:
    found = cuts(data)
    assert found
    assert sum(len(cut.data) for cut in found) <= len(data)
