"""One batch from raw records to committed outcomes: the handler that the spawner runs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from scenescout_tui.errors import RecoveryContext, SpawnerError, attempt_recovery, wrap_error
from scenescout_tui.events.enrich import StepTimes
from scenescout_tui.events.model import Venue
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.imports.prepare import (
    Batch,
    PrepareOptions,
    as_record_error,
    digests,
    needs_venue,
    with_venue,
)
from scenescout_tui.imports.preparer import Preparer
from scenescout_tui.imports.report import RecordResult
from scenescout_tui.imports.threads import StoreThreads
from scenescout_tui.sources.pages import RawRecord
from scenescout_tui.store import (
    BatchOptions,
    BatchOutcome,
    BatchRequest,
    KnownRecord,
    RecordOutcome,
    StaleDigestsError,
)

StoreRecord = PreparedRecord | KnownRecord


@dataclass(frozen=True, slots=True)
class BatchHandler:
    """Works on batches of one run: digests first, then what is new, then one transaction."""

    threads: StoreThreads
    preparer: Preparer
    prepare_options: PrepareOptions
    store_options: BatchOptions
    #: What the steps of enriching took, of all batches.
    times: StepTimes = field(default_factory=StepTimes)

    async def handle(self, batch: Batch) -> tuple[RecordResult, ...]:
        """Import the batch; a batch that was committed before gives its stored results again.

        :raises DatabaseError: when the database stays away after one reconnection and replay.
        """
        fingerprints = digests(batch, self.prepare_options)
        known = await self._known(batch, fingerprints)
        wanted = [at for at in range(len(fingerprints)) if at not in known]
        records: dict[int, StoreRecord] = dict(known)
        records.update(zip(wanted, await self._prepared(batch, fingerprints, wanted), strict=True))
        try:
            outcome = await self._commit(batch, [records[at] for at in sorted(records)])
        except StaleDigestsError as stale:
            wanted = [number - batch.first for number in stale.numbers]
            records.update(zip(wanted, await self._prepared(batch, fingerprints, wanted), strict=True))
            outcome = await self._commit(batch, [records[at] for at in sorted(records)])
        return _results(batch, outcome, records.values(), self._options(batch).retention)

    async def handle_one_by_one(self, batch: Batch) -> tuple[RecordResult, ...]:
        """Import a batch that failed as a whole: find the records that fail alone, and commit the others
        with them as failed.

        :raises SpawnerError: when the batch cannot be committed even so; then no record of it is to blame.
        """
        fingerprints = digests(batch, self.prepare_options)
        records = await self._prepared(batch, fingerprints, range(len(fingerprints)))
        store = self.threads.store
        failing = await self.threads.write(store.failing_records, batch.run_id, records, self._options(batch))
        for at, record in enumerate(records):
            if (error := failing.get(record.number)) is not None:
                records[at] = msgspec.structs.replace(
                    record, event=None, skip=None, error=as_record_error(error)
                )
        outcome = await self._commit(batch, records)
        return _results(batch, outcome, records, self._options(batch).retention)

    def _options(self, batch: Batch) -> BatchOptions:
        """Return how to write a batch: what left its source a while ago may be kept for that much less.

        A batch that waited counts that too: the engine may have been paused for hours.
        """
        waited = 0.0 if batch.accepted_at is None else time.monotonic() - batch.accepted_at
        age = batch.age + waited
        left = {name: max(0.0, most - age) for name, most in self.store_options.retention.items()}
        return replace(self.store_options, retention=left)

    async def _known(self, batch: Batch, fingerprints: Sequence[bytes]) -> dict[int, StoreRecord]:
        """Find the records whose bytes were imported before, by their position in the batch."""
        source = None if batch.source == "auto" else batch.source
        found = await self.threads.known_digests(source, fingerprints)
        return {
            at: found[fingerprint].at(batch.first + at)
            for at, fingerprint in enumerate(fingerprints)
            if fingerprint in found and batch.records[at].error is None
        }

    async def _prepared(
        self, batch: Batch, fingerprints: Sequence[bytes], wanted: Sequence[int]
    ) -> list[PreparedRecord]:
        records = await self.preparer.prepare(batch, self.prepare_options, fingerprints, wanted, self.times)
        named = {
            (one.source, one.source_account, one.event.venue.external_id): one.event.venue
            for one in records
            if one.event is not None and one.event.venue is not None and not needs_venue(one)
        }
        for at, record in enumerate(records):
            if needs_venue(record):
                records[at] = await self._with_known_venue(record, named)
        return records

    async def _with_known_venue(
        self, record: PreparedRecord, named: Mapping[tuple[str, str, str | None], Venue]
    ) -> PreparedRecord:
        """Give a record the venue it names by id only: as the same batch has it, or as the store knows it."""
        venue = record.event.venue if record.event is not None else None
        if venue is None or venue.external_id is None:
            return record
        known = named.get((record.source, record.source_account, venue.external_id))
        if known is None:
            known = await self.threads.read(
                self.threads.store.known_venue, record.source, record.source_account, venue.external_id
            )
        return with_venue(record, known, self.prepare_options, self.times)

    async def _commit(self, batch: Batch, records: Sequence[StoreRecord]) -> BatchOutcome:
        store = self.threads.store

        async def commit() -> BatchOutcome:
            return await self.threads.commit(
                BatchRequest(batch.run_id, batch.seq, records, self._options(batch))
            )

        async def replay() -> BatchOutcome:
            await self.threads.write(store.reconnect)
            return await commit()

        try:
            return await commit()
        except SpawnerError as error:
            recovery = await attempt_recovery(error, RecoveryContext(replay=replay))
        if not isinstance(recovery.value, BatchOutcome):
            raise wrap_error(TypeError("the replay of a batch gave no outcome"))
        return recovery.value


def _results(
    batch: Batch, outcome: BatchOutcome, records: Iterable[StoreRecord], retention: Mapping[str, float]
) -> tuple[RecordResult, ...]:
    """Put the outcomes beside their records; both are in the order of the batch."""
    read = {record.number: record for record in records if isinstance(record, PreparedRecord)}
    now = time.time()
    kept_until = {source: now + most for source, most in retention.items()}
    return tuple(
        _result(
            batch.first + at,
            batch.records[at],
            one,
            read.get(batch.first + at),
            kept_until.get(one.source),
        )
        for at, one in enumerate(outcome.outcomes)
    )


def _result(
    index: int,
    raw: RawRecord,
    outcome: RecordOutcome,
    read: PreparedRecord | None,
    kept_until: float | None,
) -> RecordResult:
    event = read.event if read is not None else None
    return RecordResult(
        index=index,
        source=outcome.source,
        outcome=outcome.outcome,
        external_id=outcome.external_id,
        event_id=outcome.event_id,
        reason=outcome.reason,
        status=outcome.status,
        code=outcome.code,
        error=outcome.message,
        field=outcome.field,
        action=read.error.action if read is not None and read.error is not None else None,
        where=f"{raw.origin} record {raw.line}",
        dead_letter_id=outcome.dead_letter_id,
        title=event.title if event is not None else "",
        starts_at=(event.start_local or "") if event is not None else "",
        city=(event.venue.city or "") if event is not None and event.venue is not None else "",
        kept_until=kept_until,
    )
