"""A source record on its way into the store: its raw bytes, and what became of them."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from scenescout_tui.events.model import Event


class RecordError(msgspec.Struct, frozen=True, gc=False):
    """Why a record cannot be imported; `field` is a comma list, `action` one sentence."""

    code: str
    message: str
    field: str | None = None
    action: str | None = None


class PreparedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record decoded, validated, cleaned and normalised; of `event`, `error` and `skip` exactly one is
    set.

    `number` counts the run's records from 0, `line` the records of its own input (`origin`) from 1. `digest`
    is `digest(raw, salt)`. `block_keys` are the keys under which later events find this one, `lookup` those
    under which earlier ones may lie, as numbers (`block_number`).
    """

    number: int
    digest: bytes
    raw: bytes
    source: str
    source_account: str = ""
    external_id: str | None = None
    event: Event | None = None
    content_hash: str = ""
    block_keys: tuple[str, ...] = ()
    lookup: tuple[int, ...] = ()
    error: RecordError | None = None
    skip: str | None = None
    origin: str = ""
    line: int = 0


def digest(raw: bytes, salt: bytes) -> bytes:
    """Return the 16-byte digest by which an unchanged record is known again without being parsed.

    `salt` stands for pipeline version and options, so that a change of either makes every record new. It may
    have any length.
    """
    # SHA-256 has its own instructions on today's processors: half the time of BLAKE2b.
    hasher = sha256(salt)
    hasher.update(b"\x00")
    hasher.update(raw)
    return hasher.digest()[:16]
