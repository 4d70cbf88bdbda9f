"""Bodies come out of their packing as they went in, in bounded steps."""

from __future__ import annotations

import errno
import gzip
import random
import zlib
from collections.abc import Callable

import pytest

from scenescout_tui.sources.web.failures import RuleBreach
from scenescout_tui.sources.web.unpack import IN_MEMORY, PIECE, BodyReader

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda body: body,
    "identity": lambda body: body,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
}


def unpacked(reader: BodyReader, packed: bytes, step: int) -> bytes:
    try:
        for start in range(0, len(packed), step):
            for _ in reader.feed(packed[start : start + step]):
                pass
        return reader.finish()
    finally:
        reader.close()


@pytest.mark.parametrize("encoding", PACKINGS)
@pytest.mark.parametrize("size", [0, 1, 1000, PIECE, PIECE + 1])
@pytest.mark.parametrize("step", [1, 7, 65536])
def test_a_body_comes_out_as_it_went_in(encoding: str, size: int, step: int) -> None:
    body = bytes(size // 2) + random.Random(1).randbytes(size - size // 2)
    packed = PACKINGS[encoding](body)
    if step == 1 and len(packed) > 5000:
        step = 97
    assert unpacked(BodyReader(encoding, PIECE * 2), packed, step) == body


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_body_that_does_not_stay_in_memory_comes_out_too(encoding: str) -> None:
    body = random.Random(2).randbytes(IN_MEMORY + 1)
    assert unpacked(BodyReader(encoding, 2 * IN_MEMORY), PACKINGS[encoding](body), 65536) == body


@pytest.mark.parametrize("encoding", PACKINGS)
def test_the_cap_is_the_last_size_that_passes(encoding: str) -> None:
    packed = PACKINGS[encoding](bytes(1000))
    assert unpacked(BodyReader(encoding, 1000), packed, 65536) == bytes(1000)
    with pytest.raises(RuleBreach, match="larger than 999 bytes"):
        unpacked(BodyReader(encoding, 999), packed, 65536)


def test_no_step_unpacks_more_than_a_piece() -> None:
    bomb = gzip.compress(bytes(100 * PIECE))
    reader = BodyReader("gzip", 50 * PIECE)
    steps: list[None] = []
    with pytest.raises(RuleBreach, match="larger than"):
        steps.extend(reader.feed(bomb))
    assert len(steps) == 50
    reader.close()


@pytest.mark.parametrize("encoding", ["gzip, gzip", "identity, gzip", "gzip,deflate,gzip"])
def test_only_one_packing_is_opened(encoding: str) -> None:
    with pytest.raises(RuleBreach, match="packed more than once"):
        BodyReader(encoding, 1000)


def test_a_full_disk_is_not_the_fault_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    reader = BodyReader("", 1000)
    monkeypatch.setattr(reader._body, "write", full)
    with pytest.raises(RuleBreach, match="no room for a large answer") as caught:
        unpacked(reader, b"x", 1)
    assert caught.value.retryable
    assert not caught.value.asked
