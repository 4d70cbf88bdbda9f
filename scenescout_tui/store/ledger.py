"""The ledger of a run: its batches, accepted and committed, inside a transaction of the caller."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from hashlib import blake2b

import msgspec
from sqlalchemy import Connection, func, select, update

from scenescout_tui.store.faults import NotFoundError, RunEndedError
from scenescout_tui.store.rows import WITHHELD, BatchOutcome, BatchPlan, RecordOutcome, ResumePoint
from scenescout_tui.store.schema import OUTCOMES, batch_outcomes, run_batches, runs
from scenescout_tui.store.statements import insert_rows, run_text

_ACCEPTED_COLUMNS = ("run_id", "seq", "size", "state", "cursor_after", "accepted_at")
_CLAIM = (
    "SELECT r.state, b.state, b.size, b.fingerprint, b.cursor_after FROM run_batches b "
    "JOIN runs r ON r.id = b.run_id WHERE b.run_id = ? AND b.seq = ?"
)
_SETTLE = (
    "UPDATE run_batches SET state = 'committed', fingerprint = ?, committed_at = ?, "  # noqa: S608 – our own names
    f"{', '.join(f'{outcome} = ?' for outcome in OUTCOMES)} WHERE run_id = ? AND seq = ?"
)
_OUTCOMES_DECODER = msgspec.msgpack.Decoder(tuple[RecordOutcome, ...])
_ENCODER = msgspec.msgpack.Encoder()


def fingerprint(digests: Iterable[bytes]) -> bytes:
    """Return what tells one batch's records from any others in the same place."""
    return blake2b(b"".join(digests), digest_size=16).digest()


def demand_running(connection: Connection, run_id: str) -> None:
    """Make sure that a run may still be written to.

    Raises: NotFoundError, RunEndedError.
    """
    state = connection.execute(select(runs.c.state).where(runs.c.id == run_id)).scalar_one_or_none()
    if state is None:
        raise NotFoundError("run", run_id)
    _demand_running(run_id, state)


def _demand_running(run_id: str, state: str) -> None:
    if state != "running":
        raise RunEndedError(run_id, state)


def accept(connection: Connection, run_id: str, plans: Sequence[BatchPlan], now: str) -> None:
    """Write the batches of a page as accepted.

    After a resume a batch may be there already: a committed one of the same size and position stays (its
    replay returns the stored outcome), any other one makes room.
    """
    b = run_batches.c
    there = {
        row.seq: row
        for row in connection.execute(
            select(b.seq, b.state, b.size, b.cursor_after).where(
                b.run_id == run_id, b.seq.in_([plan.seq for plan in plans])
            )
        )
    }
    fresh = []
    for plan in plans:
        old = there.get(plan.seq)
        if old is not None and old.state == "committed":
            if (old.size, old.cursor_after) == (plan.size, plan.cursor_after):
                continue
            _move_aside(connection, run_id, plan.seq)
        fresh.append((run_id, plan.seq, plan.size, "accepted", plan.cursor_after, now))
    insert_rows(
        connection,
        run_batches,
        _ACCEPTED_COLUMNS,
        fresh,
        update=("size", "state", "cursor_after", "accepted_at"),
    )


def claim(
    connection: Connection, run_id: str, seq: int, size: int, mark: bytes, now: str
) -> BatchOutcome | None:
    """Make sure that a batch may be committed; return its stored outcome where that has been done before.

    Raises: NotFoundError for a batch that was never accepted, RunEndedError, ValueError for a wrong number of
        records.
    """
    rows = run_text(connection, _CLAIM, (run_id, seq))
    if not rows:
        raise NotFoundError("batch", f"{run_id}/{seq}")
    run_state, state, accepted_size, committed_mark, cursor_after = rows[0]
    if state == "committed":
        if committed_mark == mark:
            return BatchOutcome(seq, _stored(connection, run_id, seq), replayed=True)
        # Other records stand where the committed ones stood: the input changed before a resume.
        _demand_running(run_id, run_state)
        _move_aside(connection, run_id, seq)
        insert_rows(
            connection, run_batches, _ACCEPTED_COLUMNS, [(run_id, seq, size, "accepted", cursor_after, now)]
        )
        return None
    _demand_running(run_id, run_state)
    if accepted_size != size:
        raise ValueError(f"batch {seq} was accepted with {accepted_size} records and came with {size}")
    return None


def settle(
    connection: Connection, run_id: str, seq: int, mark: bytes, outcomes: Sequence[RecordOutcome], now: str
) -> None:
    """Note a batch as committed, with the outcome of each of its records."""
    counted: Counter[str] = Counter(outcome.outcome for outcome in outcomes)
    counts = tuple(counted[outcome] for outcome in OUTCOMES)
    run_text(connection, _SETTLE, (mark, now, *counts, run_id, seq))
    packed = zlib.compress(_ENCODER.encode(tuple(outcomes)), 1)
    insert_rows(connection, batch_outcomes, ("run_id", "seq", "outcomes"), [(run_id, seq, packed)])


def withhold(outcomes: Sequence[RecordOutcome], sources: Container[str]) -> tuple[RecordOutcome, ...]:
    """Return the outcomes without texts that may quote the content of some sources.

    These are kept with a batch for good, while such content may not be. Why a record was linked quotes the
    event that it was compared with too, whatever its own source.
    """
    return tuple([_withheld(one, own=one.source in sources) for one in outcomes])


def _withheld(one: RecordOutcome, *, own: bool) -> RecordOutcome:
    reason = one.reason if one.outcome == "skipped" else None
    if own:
        message = None if one.message is None else WITHHELD
        return msgspec.structs.replace(one, reason=reason, message=message, field=None)
    return one if reason == one.reason else msgspec.structs.replace(one, reason=reason)


def withdraw(connection: Connection, run_id: str) -> None:
    """Take the batches that were accepted and never committed out of the run's accounting."""
    connection.execute(
        update(run_batches)
        .where(run_batches.c.run_id == run_id, run_batches.c.state == "accepted")
        .values(state="withdrawn")
    )


def in_flight(connection: Connection, run_id: str) -> int:
    """Return how many batches of a run are accepted and not committed."""
    return connection.execute(
        select(func.count()).where(run_batches.c.run_id == run_id, run_batches.c.state == "accepted")
    ).scalar_one()


def resume_point(connection: Connection, run_id: str) -> ResumePoint:
    """Find the last position within the longest unbroken row of committed batches."""
    b = run_batches.c
    walk = connection.execute(
        select(b.seq, b.state, b.cursor_after).where(b.run_id == run_id, b.seq >= 0).order_by(b.seq)
    )
    point: ResumePoint | None = None
    expected: int | None = None
    for seq, state, cursor in walk:
        if point is None:
            point, expected = ResumePoint(None, seq), seq
        if state != "committed" or seq != expected:
            break
        if cursor is not None:
            point = ResumePoint(cursor, seq + 1)
        expected = seq + 1
    return point or ResumePoint(None, 0)


def stored_outcomes(connection: Connection, run_id: str) -> Iterable[tuple[RecordOutcome, ...]]:
    """Yield the outcomes of a run's committed batches in their order."""
    c = batch_outcomes.c
    for (packed,) in connection.execute(select(c.outcomes).where(c.run_id == run_id).order_by(c.seq)):
        yield _unpacked(packed)


def _stored(connection: Connection, run_id: str, seq: int) -> tuple[RecordOutcome, ...]:
    c = batch_outcomes.c
    return _unpacked(
        connection.execute(select(c.outcomes).where(c.run_id == run_id, c.seq == seq)).scalar_one()
    )


def _unpacked(packed: bytes) -> tuple[RecordOutcome, ...]:
    return _OUTCOMES_DECODER.decode(zlib.decompress(packed))


def _move_aside(connection: Connection, run_id: str, seq: int) -> None:
    """Give a committed batch a negative seq: its counts stay true, its place is taken by other records."""
    b = run_batches.c
    lowest = connection.execute(select(func.min(b.seq)).where(b.run_id == run_id)).scalar_one()
    connection.execute(
        update(run_batches)
        .where(b.run_id == run_id, b.seq == seq)
        .values(seq=min(lowest, 0) - 1, cursor_after=None)
    )
