"""What a worker process does for an import: `prepare`, with the answer packed for the way back.

A worker imports this module and what `prepare` needs, and nothing of the store, the spawner or a door.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

import msgspec

from scenescout_tui.events.enrich import StepTimes
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.imports.prepare import Batch, PrepareOptions, prepare


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """Records without their raw bytes, what enriching them took, and the process that did it."""

    records: list[PreparedRecord]
    times: StepTimes
    pid: int


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Prepared)


def prepare_packed(
    batch: Batch, options: PrepareOptions, fingerprints: Sequence[bytes], wanted: Sequence[int]
) -> bytes:
    """Do in a worker process what `prepare` does; `unpacked` makes records of the answer."""
    # A terminal sends ctrl+c to this process too; but when the work ends is the engine's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    times = StepTimes()
    records = prepare(batch, options, fingerprints, wanted, times)
    # The engine has the raw bytes already.
    light = [msgspec.structs.replace(record, raw=b"") for record in records]
    return _ENCODER.encode(Prepared(records=light, times=times, pid=os.getpid()))


def unpacked(packed: bytes, batch: Batch, wanted: Sequence[int]) -> Prepared:
    """Return what a worker has prepared, each record with its raw bytes again."""
    found = _DECODER.decode(packed)
    for record, at in zip(found.records, wanted, strict=True):
        # In place: nobody else has seen the record yet.
        msgspec.structs.force_setattr(record, "raw", batch.records[at].data)
    return found
