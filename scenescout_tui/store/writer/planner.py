"""What each record of a batch becomes, decided against the store and against the records before it.

Reads on the connection it is given and writes nothing: the result is a `Work` and one outcome per record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from scenescout_tui.events import match, quality
from scenescout_tui.events.blocks import block_keys, block_numbers
from scenescout_tui.events.edits import apply
from scenescout_tui.events.model import Event
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.events.venue_forms import FormKey
from scenescout_tui.safe_text import clean
from scenescout_tui.store.failures import SeenLetter, failure_of
from scenescout_tui.store.faults import StaleDigestsError
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.rows import SEEN_BEFORE, BatchOptions, KnownRecord, Outcome, RecordOutcome
from scenescout_tui.store.stamps import to_moment, to_text
from scenescout_tui.store.statements import Row, select_in
from scenescout_tui.store.writer.candidates import find_candidates
from scenescout_tui.store.writer.canonical import (
    Edits,
    Member,
    canonical_row,
    join_keys,
    load_members,
    made_of,
    split_keys,
)
from scenescout_tui.store.writer.edits import load_edits
from scenescout_tui.store.writer.gate import normalised_text
from scenescout_tui.store.writer.memory import Memory
from scenescout_tui.store.writer.venues import VenueBook
from scenescout_tui.store.writer.work import Work

#: Sources whose records wait for a person before they count.
SUBMITTED_SOURCES = frozenset({"manual"})

_KEPT = "came without its details; what is known of it stays"
_STORED = (
    "SELECT r.id, r.external_id, r.event_id, r.run_id, r.state, r.content_hash, r.digest, r.first_seen_at, "
    "r.changed_at, r.missing_since IS NOT NULL, c.normalised, c.block_keys, e.record_count, e.status, "
    "e.venue_id IS NOT NULL "
    "FROM source_records r "
    "JOIN record_contents c ON c.record_id = r.id JOIN events e ON e.id = r.event_id "
    "WHERE r.source = ? AND r.source_account = ? AND r.external_id IN (:keys)"
)
_BY_ID = (
    "SELECT id, digest, run_id, event_id, state, missing_since IS NOT NULL FROM source_records "
    "WHERE id IN (:keys)"
)
_LETTERS_OF_BYTES = (
    "SELECT d.source, d.digest, d.id, EXISTS (SELECT 1 FROM errors e WHERE e.dead_letter_id = d.id "
    "AND e.cleared_at IS NULL), d.payload IS NULL FROM dead_letters d "
    "WHERE d.state = 'open' AND d.run_id <> ? AND d.digest IN (:keys) ORDER BY d.id DESC"
)
_LETTERS_OF_RECORDS = (
    "SELECT id FROM dead_letters "
    "WHERE state = 'open' AND source = ? AND source_account = ? AND external_id IN (:keys)"
)

Identity = tuple[str, str, str]


class _Stored(NamedTuple):
    id: str
    external_id: str
    event_id: str
    run_id: str
    state: str
    content_hash: str
    digest: bytes
    first_seen_at: str
    changed_at: str
    missing: bool
    #: None: blanked.
    normalised: str | None
    block_keys: str
    record_count: int
    event_status: str
    #: Whether its event has a house; those of earlier versions have none.
    housed: bool


class BatchPlanner:
    """Decides the records of one batch, in their order."""

    def __init__(
        self,
        connection: Connection,
        run_id: str,
        options: BatchOptions,
        now: str,
        memory: Memory | None = None,
    ) -> None:
        self._connection = connection
        self._run_id = run_id
        self._options = options
        self._now = now
        self._memory = memory or Memory()
        self._work = Work(run_id, now)
        self._known: dict[str, Row] = {}
        self._stored: dict[Identity, _Stored] = {}
        #: Source and digest → dead letters of those bytes, whether each has an open error, and is blanked.
        self._letters: dict[tuple[str, bytes], list[tuple[str, bool, bool]]] = {}
        #: Records of this batch by the event that they hang on now.
        self._members: dict[str, dict[str, Member]] = {}
        #: Of each of them, which venue it names.
        self._forms: dict[str, FormKey] = {}
        #: Dead letters of this very transaction.
        self._failed: dict[Identity, str] = {}
        self._fresh: set[str] = set()
        self._old_keys: dict[str, set[str]] = {}
        #: Records that were missing and are listed again.
        self._relisted: set[str] = set()
        #: Events that had no content left and have some again.
        self._revived: set[str] = set()
        #: Source → until when what it sends now may be kept; not named: for good.
        self._until = {
            source: to_text(to_moment(now) + timedelta(seconds=seconds))
            for source, seconds in options.retention.items()
        }
        self._venues = VenueBook(connection, now, self._until)

    def plan(self, records: Sequence[PreparedRecord | KnownRecord]) -> tuple[Work, tuple[RecordOutcome, ...]]:
        """Decide all records.

        Raises: StaleDigestsError, ValidationError (a value the database would spoil), DatabaseError.
        """
        whole = [one for one in records if isinstance(one, PreparedRecord) and one.event is not None]
        self._load_known([record for record in records if isinstance(record, KnownRecord)])
        self._load_stored(whole)
        if self._options.deduplicate:
            self._load_blocks(whole)
        self._load_letters(records)
        outcomes = tuple([self._decide(record) for record in records])
        self._work.venues = self._venues.settle()
        self._settle_events()
        self._settle_letters(whole)
        return self._work, outcomes

    # What the store holds

    def _load_known(self, records: Sequence[KnownRecord]) -> None:
        if not records:
            return
        ids = [record.record_id for record in records]
        self._known = {row[0]: row for row in select_in(self._connection, _BY_ID, (), ids)}
        stale = [
            record.number
            for record in records
            if record.record_id not in self._known or self._known[record.record_id][1] != record.digest
        ]
        if stale:
            raise StaleDigestsError(stale)

    def _load_stored(self, records: Iterable[PreparedRecord]) -> None:
        wanted: dict[tuple[str, str], list[str]] = {}
        for record in records:
            event = record.event
            assert event is not None
            wanted.setdefault((event.source, event.source_account), []).append(event.external_id)
        for account, external_ids in wanted.items():
            for row in select_in(self._connection, _STORED, account, external_ids):
                stored = _Stored(*row)
                self._stored[(*account, stored.external_id)] = stored

    def _load_blocks(self, records: Iterable[PreparedRecord]) -> None:
        """Find the events that new records are to be compared with."""
        new = [one for one in records if one.event is not None and _identity(one.event) not in self._stored]
        for candidate, numbers in find_candidates(self._connection, new):
            self._memory.remember(candidate, numbers)

    def _load_letters(self, records: Iterable[PreparedRecord | KnownRecord]) -> None:
        """Find the dead letters of earlier runs that hold the bytes of records which fail again."""
        failed = [one for one in records if isinstance(one, PreparedRecord) and one.error is not None]
        digests = dict.fromkeys(record.digest for record in failed)
        for source, digest, letter_id, has_error, blanked in select_in(
            self._connection, _LETTERS_OF_BYTES, (self._run_id,), digests
        ):
            letter = (letter_id, bool(has_error), bool(blanked))
            self._letters.setdefault((source, digest), []).append(letter)

    # One record

    def _decide(self, record: PreparedRecord | KnownRecord) -> RecordOutcome:
        if isinstance(record, KnownRecord):
            return self._decide_known(record)
        event = record.event
        if event is None:
            return self._fail(record) if record.error is not None else _skipped(record, record.skip)
        identity = _identity(event)
        stored = self._stored.get(identity)
        place = identity if stored is None else stored.id
        if place in self._memory.seen:
            return _skipped(record, SEEN_BEFORE, self._memory.seen[place])
        if stored is not None and stored.run_id == self._run_id:
            return _skipped(record, SEEN_BEFORE, stored.event_id)
        text = normalised_text(event, record.number)
        if stored is None:
            outcome = self._add(record, event, text)
        else:
            outcome = self._update(record, event, text, stored)
        assert outcome.event_id is not None
        self._memory.seen[place] = outcome.event_id
        if identity in self._failed:
            self._work.letters_settled.append(self._failed[identity])
        return outcome

    def _decide_known(self, record: KnownRecord) -> RecordOutcome:
        _, _, run_id, event_id, state, missing = self._known[record.record_id]
        if run_id == self._run_id or record.record_id in self._memory.seen:
            return RecordOutcome(
                record.number, "skipped", record.source, event_id, record.external_id, SEEN_BEFORE
            )
        self._memory.seen[record.record_id] = event_id
        self._see(record.record_id, record.source, event_id, bool(missing))
        outcome: Outcome = "updated" if missing else "unchanged"
        return RecordOutcome(
            record.number, outcome, record.source, event_id, record.external_id, status=_waiting(state)
        )

    def _see(self, record_id: str, source: str, event_id: str, missing: bool) -> None:
        """Note a record that came again as it is."""
        self._work.seen.setdefault(self._until.get(source), []).append(record_id)
        self._venues.see(record_id, source)
        if missing:
            self._relist(record_id, event_id)

    def _relist(self, record_id: str, event_id: str) -> None:
        """Let a record that was missing count again in its event."""
        self._relisted.add(record_id)
        self._members.setdefault(event_id, {})

    def _fail(self, record: PreparedRecord) -> RecordOutcome:
        error = record.error
        assert error is not None
        known, has_error, blanked = None, False, False
        until = self._until.get(record.source)
        failure = failure_of(record, error, self._run_id, until)
        if letters := self._letters.get((record.source, record.digest)):
            # Bytes that failed before: no second letter, and no second error while the first is open.
            known, has_error, blanked = letters.pop()
            refill = failure if blanked else None
            self._work.letters_seen.append(
                SeenLetter(known, self._run_id, record.origin, record.line, until, refill)
            )
        dead_letter_id = known
        if not has_error:
            _, dead_letter_id = self._work.failures.add(replace(failure, known_letter=known), self._now)
        external_id = _cleaned(record.external_id)
        if dead_letter_id is not None and external_id is not None:
            self._failed[record.source, record.source_account, external_id] = dead_letter_id
        return RecordOutcome(
            record.number,
            "failed",
            record.source,
            external_id=external_id,
            code=error.code,
            message=clean(error.message),
            field=_cleaned(error.field),
            dead_letter_id=dead_letter_id,
        )

    def _add(self, record: PreparedRecord, event: Event, text: str) -> RecordOutcome:
        record_id, numbers = new_id(), block_numbers(record.block_keys)
        outcome, event_id, reason = self._match(record, event, record_id, numbers)
        state = "pending" if event.source in SUBMITTED_SOURCES else "active"
        self._work.new_records.append(
            (record_id, event.source, event.source_account, event.external_id, event_id, self._run_id, state)
            + (record.content_hash, record.digest, self._now, self._now, self._now)
            + (self._until.get(event.source),)
        )
        self._work.new_contents.append((record_id, text, join_keys(record.block_keys)))
        self._work.blocks.extend([(number, event_id) for number in numbers])
        self._work.count("records", event.source)
        if state == "pending":
            self._work.count("pending")
        self._join(event_id, record_id, record, event, state)
        return RecordOutcome(
            record.number, outcome, event.source, event_id, event.external_id, reason, status=_waiting(state)
        )

    def _match(
        self, record: PreparedRecord, event: Event, record_id: str, numbers: Sequence[int]
    ) -> tuple[Outcome, str, str | None]:
        """Find the event of a new record: outcome, event id, and the evidence where there is any."""
        deduplicate, decision = self._options.deduplicate, None
        if deduplicate and (candidates := self._memory.find(record.lookup)):
            decision = match.decide(event, candidates, self._options.thresholds)
        if decision is not None and decision.kind == "link" and decision.event_id is not None:
            candidate = self._memory.candidates[decision.event_id]
            self._memory.remember(match.joined(candidate, event), numbers)
            self._work.links.append(
                (new_id(), record_id, candidate.event_id, "matcher", decision.score, decision.evidence)
                + (self._run_id, self._now)
            )
            return "duplicate", candidate.event_id, decision.evidence
        event_id = new_id()
        self._fresh.add(event_id)
        self._memory.fresh.add(event_id)
        if deduplicate:
            self._memory.remember(match.candidate(event_id, event, (event.source,)), numbers)
        self._work.count("events")
        if decision is None or decision.kind != "review" or decision.event_id is None:
            return "created", event_id, None
        for asked in (
            match.Question(decision.event_id, decision.score, decision.evidence),
            *decision.others,
        ):
            self._work.pairs.append(
                (new_id(), event_id, asked.event_id, record_id, self._run_id, asked.score, asked.evidence)
                + ("open", self._now)
            )
            self._work.count("review")
        return "review", event_id, decision.evidence

    def _update(self, record: PreparedRecord, event: Event, text: str, stored: _Stored) -> RecordOutcome:
        if quality.DETAILS_MISSING in event.quality and stored.normalised is not None:
            # What is known says more than this record does; it stays until the source says all of it again.
            self._see(stored.id, event.source, stored.event_id, stored.missing)
            return RecordOutcome(
                record.number,
                "updated" if stored.missing else "unchanged",
                event.source,
                stored.event_id,
                event.external_id,
                _KEPT,
                status=_waiting(stored.state),
            )
        same = record.content_hash == stored.content_hash
        # Listed again, or with its content again: that changes its event, whatever it says.
        back = stored.missing or stored.normalised is None
        outcome = RecordOutcome(
            record.number,
            "unchanged" if same and not back else "updated",
            event.source,
            stored.event_id,
            event.external_id,
            status=_waiting(stored.state),
        )
        if same and record.digest == stored.digest and text == stored.normalised:
            self._see(stored.id, event.source, stored.event_id, stored.missing)
            return outcome
        self._work.changed_records.append(
            (stored.id, event.source, event.source_account, event.external_id, stored.event_id, self._run_id)
            + (stored.state, record.content_hash, record.digest, stored.first_seen_at, self._now)
            + (stored.changed_at if same else self._now, self._until.get(event.source))
        )
        if stored.normalised is None:
            self._revive(event.source, stored)
        keys = join_keys(record.block_keys)
        housed = stored.housed or self._venues.note(event) is None
        if text != stored.normalised or keys != stored.block_keys or not housed:
            # What does not count as content (numbers of visitors, say) is refreshed too, without being called
            # a change.
            self._work.changed_contents.append((stored.id, text, keys))
            self._rekey(record, stored)
            known = self._memory.candidates.get(stored.event_id)
            alone = stored.record_count == 1 and (known is None or known.record_count == 1)
            if alone and stored.state != "refused" and self._options.deduplicate:
                candidate = match.candidate(stored.event_id, event, (event.source,))
                self._memory.remember(candidate, block_numbers(record.block_keys))
            self._join(stored.event_id, stored.id, record, event, stored.state)
        else:
            self._venues.see(stored.id, event.source)
            if stored.missing:
                self._relist(stored.id, stored.event_id)
        return outcome

    def _revive(self, source: str, stored: _Stored) -> None:
        """Count a record whose content is there again, and its event where it had none left."""
        self._work.count("expired", source, -1)
        if stored.event_status == "expired" and stored.event_id not in self._revived:
            self._revived.add(stored.event_id)
            self._work.count("events")

    def _rekey(self, record: PreparedRecord, stored: _Stored) -> None:
        old, new = set(split_keys(stored.block_keys)), set(record.block_keys)
        self._work.blocks.extend([(number, stored.event_id) for number in block_numbers(new - old)])
        if old - new:
            self._old_keys.setdefault(stored.event_id, set()).update(old - new)

    def _join(self, event_id: str, record_id: str, record: PreparedRecord, event: Event, state: str) -> None:
        member = Member(record_id, event.source, state, self._now, event, record.block_keys)
        self._members.setdefault(event_id, {})[record_id] = member
        key = self._venues.note(event)
        if key is not None:
            self._forms[record_id] = key

    # The events and venues of the batch

    def _settle_events(self) -> None:
        stored = load_members(self._connection, [one for one in self._members if one not in self._fresh])
        edits = load_edits(self._connection, stored)
        for event_id, joined in self._members.items():
            self._house(joined)
            members = {**stored.get(event_id, {}), **joined}
            for record_id in self._relisted & members.keys():
                members[record_id] = members[record_id]._replace(state="active")
            row = canonical_row(event_id, members, self._now, edits.get(event_id))
            if row is None:
                continue
            (self._work.new_events if event_id in self._fresh else self._work.changed_events).append(row)
            edited = _edited_numbers(members, edits.get(event_id))
            self._work.blocks.extend([(number, event_id) for number in edited])
            if gone := self._old_keys.get(event_id):
                kept = {number for member in members.values() for number in block_numbers(member.block_keys)}
                self._work.unblocked[event_id] = tuple({*block_numbers(gone)}.difference(kept, edited))

    def _house(self, joined: dict[str, Member]) -> None:
        """Give members of this batch the houses that their venues have become."""
        for record_id, member in joined.items():
            key = self._forms.get(record_id)
            if key is not None:
                joined[record_id] = Member(*member[:-1], self._venues.ids[key])

    def _settle_letters(self, whole: Iterable[PreparedRecord]) -> None:
        """A record that arrives whole settles the dead letters of its earlier, broken forms."""
        wanted: dict[tuple[str, str], list[str]] = {}
        for record in whole:
            if record.event is not None:
                account = (record.event.source, record.event.source_account)
                wanted.setdefault(account, []).append(record.event.external_id)
        for account, external_ids in wanted.items():
            found = select_in(self._connection, _LETTERS_OF_RECORDS, account, external_ids)
            self._work.letters_settled.extend(letter_id for (letter_id,) in found)


def _edited_numbers(members: Mapping[str, Member], edits: Edits | None) -> tuple[int, ...]:
    """Return what stands for the keys of an event as people have edited it; nothing where nobody has."""
    made = made_of(members) if edits else None
    return block_numbers(block_keys(apply(made.event, edits))) if made is not None and edits else ()


def _identity(event: Event) -> Identity:
    return event.source, event.source_account, event.external_id


def _skipped(record: PreparedRecord, reason: str | None, event_id: str | None = None) -> RecordOutcome:
    # No gate has seen the texts of a record without an event.
    external_id = _cleaned(record.external_id)
    return RecordOutcome(record.number, "skipped", record.source, event_id, external_id, _cleaned(reason))


def _cleaned(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _waiting(state: str) -> str | None:
    return None if state == "active" else state
