"""What worker processes do in tests: as ever until a record kills them, or something else altogether."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from scenescout_tui.imports import worker
from scenescout_tui.imports.prepare import Batch, PrepareOptions

#: What a record says that kills whoever reads it, and one that does so until its file is there.
DEADLY = b"kill -9 "
DEADLY_ONCE = b"touch and kill -9 "


def prepare_packed(
    batch: Batch, options: PrepareOptions, fingerprints: Sequence[bytes], wanted: Sequence[int]
) -> bytes:
    """Do what a worker does, unless one of the records is deadly."""
    for at in wanted:
        data = batch.records[at].data
        if DEADLY_ONCE in data:
            mark = Path(data.split(DEADLY_ONCE)[1].split(b"#")[0].decode())
            if mark.exists():
                continue
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if DEADLY in data:
            os.kill(os.getpid(), signal.SIGKILL)
    return worker.prepare_packed(batch, options, fingerprints, wanted)


def answer_otherwise(*arguments: object) -> bytes:
    """Answer what the engine cannot read, as a worker of another version might."""
    return b"\xc1"
