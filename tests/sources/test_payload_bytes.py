"""Payloads handed in as bytes: taken for JSON text and kept as they are."""

from __future__ import annotations

import anyio
import pytest

from scenescout_tui.sources.pages import RawRecord
from scenescout_tui.sources.payloads import payload_walk


def walked(payloads: list[object]) -> list[RawRecord]:
    """Return the records of a walk over payloads."""

    async def main() -> list[RawRecord]:
        page = await payload_walk(payloads).next_page()
        return list(page.records) if page is not None else []

    return anyio.run(main)


@pytest.mark.parametrize("text", [b'{ "a":1.10 }\n', b'{"a": "\\u00e4"}', b"5", b'{"a": "\xff"}'])
def test_the_bytes_of_a_value_are_its_record(text: bytes) -> None:
    (record,) = walked([text])
    assert record == RawRecord(text, 1, "payloads")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "truncated"),
        (b'{"a": ', "truncated"),
        (b"{} {}", "trailing"),
        (b"NaN", "invalid"),
        (b"[" * 100_000, "nested too deeply"),
    ],
    ids=["nothing", "half", "two", "NaN", "deep"],
)
def test_bytes_that_are_no_value_are_a_record_with_its_reason(text: bytes, words: str) -> None:
    good, bad, last = walked([b"{}", text, {"a": 2}])
    assert (good.error, last.error) == (None, None)
    assert bad.error is not None
    assert words in bad.error.message
    assert bad.data == text
