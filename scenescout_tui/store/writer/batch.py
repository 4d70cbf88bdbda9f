"""Writing a batch: claim it, decide its records, write everything, settle it — one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from scenescout_tui.errors import DatabaseError, SpawnerError, wrap_error
from scenescout_tui.events.match import Thresholds
from scenescout_tui.events.model import Venue
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.events.venue_forms import NO_ID
from scenescout_tui.store import ledger
from scenescout_tui.store.dry_run import DryRun
from scenescout_tui.store.failures import Failure, FailureRows
from scenescout_tui.store.rows import BatchOptions, BatchOutcome, KnownRecord, RecordOutcome
from scenescout_tui.store.runs import RunLedger
from scenescout_tui.store.statements import select_in
from scenescout_tui.store.writer.memory import Memory
from scenescout_tui.store.writer.planner import BatchPlanner

Records = Sequence[PreparedRecord | KnownRecord]
#: Run, and how its batches are decided.
_Likes = tuple[str, bool, Thresholds]

_BY_DIGEST = "SELECT digest, source, id, event_id, external_id FROM source_records WHERE digest IN (:keys)"
_VENUE = "SELECT venue FROM source_venues WHERE source = ? AND source_account = ? AND external_id IN (:keys)"
_VENUE_DECODER = msgspec.json.Decoder(Venue)
_DEFAULTS = BatchOptions()
_log = logging.getLogger(__name__)


class BatchRequest(NamedTuple):
    """What `commit_batch` is asked for."""

    run_id: str
    seq: int
    records: Records
    options: BatchOptions = _DEFAULTS


class _Claimed(NamedTuple):
    """A batch that is this transaction's to write, and the mark of its records."""

    request: BatchRequest
    mark: bytes


class BatchWriter(RunLedger):
    """What an import asks before a batch and how it hands the batch over."""

    def known_digests(self, source: str | None, digests: Iterable[bytes]) -> dict[bytes, KnownRecord]:
        """Find stored records by the digests of their raw bytes; `number` is -1, see `KnownRecord.at`.

        `source` None searches all sources. Never waits for the writer; `commit_batch` checks the answers
        again.

        Raises: DatabaseError.
        """
        with self._database.reading("known_digests") as connection:
            return {
                digest: KnownRecord(-1, name, digest, record_id, event_id, external_id)
                for digest, name, record_id, event_id, external_id in select_in(
                    connection, _BY_DIGEST, (), digests
                )
                if source is None or name == source
            }

    def known_venue(self, source: str, source_account: str, external_id: str) -> Venue | None:
        """Return what a source said of its own venue in an earlier record, None where it never did.

        Raises: DatabaseError.
        """
        if external_id.startswith(NO_ID):
            return None
        with self._database.reading("known_venue") as connection:
            for (text,) in select_in(connection, _VENUE, (source, source_account), [external_id]):
                return _VENUE_DECODER.decode(text)
        return None

    def commit_batch(
        self, run_id: str, seq: int, records: Records, options: BatchOptions = _DEFAULTS
    ) -> BatchOutcome:
        """Write an accepted batch in one transaction and return the outcome of each record, in their order.

        A batch that was committed before is not written again: its stored outcome comes back (`replayed`),
        which makes a commit harmless whose answer was lost (without texts that may quote the content of a
        source of `options.retention`). With `options.dry_run`, or in a dry run, nothing is written at all,
        and `event_id` is None for events that do not exist.

        Raises:
            StaleDigestsError: some `KnownRecord`s have changed; nothing was written.
            ValidationError: a value that the database would spoil, with `number` in its metadata; nothing was
                written.
            RunEndedError, NotFoundError: the run has ended, or the batch was never accepted.
            ValueError: the batch was accepted with another number of records.
            DatabaseError: nothing was written, or all of it; commit the same batch again to know.
        """
        dry_run = self._dry_runs.get(run_id)
        if dry_run is not None:
            return self._rehearse(dry_run, seq, records, options)
        if options.dry_run:
            return BatchOutcome(seq, self._rehearsed(run_id, Memory(), records, options))
        with self._database.writing("commit_batch") as connection:
            (outcome,) = self._write(connection, [BatchRequest(run_id, seq, records, options)])
        return outcome

    def commit_batches(self, requests: Sequence[BatchRequest]) -> list[BatchOutcome | Exception]:
        """Write several batches in one transaction: they share their look-ups and one sync of the disk.

        The answers are in order, each what `commit_batch` would have returned or raised: where the batches
        cannot be written together, each is written alone.
        """
        if self._are_written(requests):
            try:
                with self._database.writing("commit_batch") as connection:
                    return [*self._write(connection, requests)]
            except Exception as error:
                _log.debug("%d batches are committed one by one: %s", len(requests), error)
        answers: list[BatchOutcome | Exception] = []
        for one in requests:
            try:
                answers.append(self.commit_batch(*one))
            except Exception as error:
                answers.append(error)
        return answers

    def _are_written(self, requests: Sequence[BatchRequest]) -> bool:
        """Tell whether these are several batches, none of them twice, and none of a dry run."""
        places = {(one.run_id, one.seq) for one in requests}
        dry = any(one.run_id in self._dry_runs or one.options.dry_run for one in requests)
        return len(places) == len(requests) > 1 and not dry

    def _write(self, connection: Connection, requests: Sequence[BatchRequest]) -> list[BatchOutcome]:
        now = self._now()
        answers: dict[tuple[str, int], BatchOutcome] = {}
        claimed: dict[_Likes, list[_Claimed]] = {}
        for one in requests:
            mark = ledger.fingerprint(record.digest for record in one.records)
            replayed = ledger.claim(connection, one.run_id, one.seq, len(one.records), mark, now)
            if replayed is not None:
                answers[one.run_id, one.seq] = replayed
            else:
                likes = (one.run_id, one.options.deduplicate, one.options.thresholds)
                claimed.setdefault(likes, []).append(_Claimed(one, mark))
        for (run_id, _, _), part in claimed.items():
            for outcome in self._write_claimed(connection, part, now):
                answers[run_id, outcome.seq] = outcome
        return [answers[one.run_id, one.seq] for one in requests]

    def _write_claimed(
        self, connection: Connection, claimed: Sequence[_Claimed], now: str
    ) -> Iterator[BatchOutcome]:
        """Write batches of one run that are decided in the same way, as if they were one."""
        run_id, options = claimed[0].request.run_id, _options_of([one.request for one in claimed])
        records = [record for one in claimed for record in one.request.records]
        work, outcomes = BatchPlanner(connection, run_id, options, now).plan(records)
        work.write(connection)
        rest = iter(outcomes)
        for request, mark in claimed:
            mine = tuple(islice(rest, len(request.records)))
            kept = ledger.withhold(mine, options.retention) if options.retention else mine
            ledger.settle(connection, run_id, request.seq, mark, kept, now)
            yield BatchOutcome(request.seq, mine)

    def failing_records(
        self, run_id: str, records: Records, options: BatchOptions = _DEFAULTS
    ) -> dict[int, SpawnerError]:
        """Try each record alone, write nothing, and return the error of each that fails, by its number.

        For a batch that cannot be committed for good: what is named here becomes a dead letter, the rest goes
        through.

        Raises: DatabaseError that is worth a retry, since it says nothing about the records.
        """
        failing: dict[int, SpawnerError] = {}
        for record in records:
            try:
                if run_id in self._dry_runs:
                    self._rehearsed(run_id, Memory(), [record], options)
                else:
                    self._try(run_id, record, options)
            except Exception as raised:
                error = wrap_error(raised)
                if isinstance(error, DatabaseError) and error.retryable:
                    raise
                failing[record.number] = error
        return failing

    def record_error(
        self,
        run_id: str | None,
        source: str,
        stage: str,
        code: str,
        message: str,
        action: str = "",
        payload: bytes | None = None,
    ) -> str:
        """Note an error that belongs to no record (a page that could not be fetched, say) and return its id.

        With `payload` it gets a dead letter too, which needs a run.

        Raises: DatabaseError.
        """
        rows, now = FailureRows(), self._now()
        failure = Failure(
            run_id=None if run_id in self._dry_runs else run_id,
            source=source,
            stage=stage,
            code=code,
            message=message,
            action=action,
            payload=payload,
        )
        error_id, _ = rows.add(failure, now)
        if run_id not in self._dry_runs:
            with self._database.writing("record_error") as connection:
                rows.write(connection)
        return error_id

    def _rehearse(self, run: DryRun, seq: int, records: Records, options: BatchOptions) -> BatchOutcome:
        with run.lock:
            done = run.done(seq)
            if done is None:
                done = BatchOutcome(seq, self._rehearsed(run.id, run.memory, records, options))
                run.settle(done)
            return done

    def _rehearsed(
        self, run_id: str, memory: Memory, records: Records, options: BatchOptions
    ) -> tuple[RecordOutcome, ...]:
        """Decide on a snapshot and forget the rows; what only the decision made has no id outside of it."""
        with self._database.reading("commit_batch") as connection:
            _, outcomes = BatchPlanner(connection, run_id, options, self._now(), memory).plan(records)
        return tuple(
            msgspec.structs.replace(
                outcome,
                event_id=None if outcome.event_id in memory.fresh else outcome.event_id,
                dead_letter_id=None,
            )
            for outcome in outcomes
        )

    def _try(self, run_id: str, record: PreparedRecord | KnownRecord, options: BatchOptions) -> None:
        with self._database.writing("failing_records") as connection:
            work, _ = BatchPlanner(connection, run_id, options, self._now()).plan([record])
            work.write(connection)
            connection.rollback()


def _options_of(requests: Sequence[BatchRequest]) -> BatchOptions:
    """Return the options of all; of different times for which a source's content is kept, the shortest."""
    options = requests[0].options
    if len(requests) == 1 or not options.retention:
        return options
    shortest = {
        source: min(one.options.retention.get(source, most) for one in requests)
        for source, most in options.retention.items()
    }
    return replace(options, retention=shortest)
