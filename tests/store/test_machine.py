"""Any order of imports, replays, losses and decisions keeps every promise at every moment."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scenescout_tui.errors import DatabaseError
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.store import BatchOptions, BatchPlan, EventFilters, Store, ledger
from scenescout_tui.store.schema import OUTCOMES
from scenescout_tui.store.writer.work import Work
from tests.postgres import own_schema
from tests.store.clock import Clock
from tests.store.samples import broken, changed, drafts, event, prepared

_SOURCES = ("eventbrite", "yelp", "manual")
_LIMITED = BatchOptions(retention={"yelp": 24 * 3600.0})
_KINDS = st.sampled_from(["good"] * 6 + ["changed", "broken", "draft"])
_RECORDS = st.lists(st.tuples(_KINDS, st.integers(0, 7), st.sampled_from(_SOURCES)), min_size=1, max_size=6)


class StoreMachine(RuleBasedStateMachine):
    """One store, one run at a time; the model is what the store said of each batch."""

    @initialize()
    def start(self) -> None:
        self.clock = Clock()
        self.store = self.new_store().open()
        self.run_id = self.store.begin_run("mixed", who="machine", scope="mixed list")
        self.batches: dict[int, list[PreparedRecord]] = {}
        self.done: dict[int, Any] = {}
        self.versions = 0

    def new_store(self) -> Store:
        """An empty store."""
        return Store("sqlite://", clock=self.clock)

    def teardown(self) -> None:
        self.store.close()

    @rule(drawn=_RECORDS)
    def accept(self, drawn: list[tuple[str, int, str]]) -> None:
        self.batches[len(self.batches)] = [self._record(at, *one) for at, one in enumerate(drawn)]
        seq = len(self.batches) - 1
        self.store.accept_page(self.run_id, [BatchPlan(seq, len(drawn), f"after {seq}")])

    def _record(self, at: int, kind: str, number: int, source: str) -> PreparedRecord:
        if kind == "broken":
            return broken(at)
        if kind == "draft":
            return drafts(at)
        record = prepared(event(number, source), at)
        if kind == "good":
            return record
        self.versions += 1
        return changed(record, capacity=self.versions)

    @precondition(lambda self: len(self.done) < len(self.batches))
    @rule(data=st.data(), lose=st.sampled_from([None, None, "before", "after"]))
    def commit(self, data: st.DataObject, lose: str | None) -> None:
        seq = data.draw(st.sampled_from(sorted(set(self.batches) - set(self.done))))
        if lose is not None:
            self._commit_and_lose(seq, lose)
        outcome = self.store.commit_batch(self.run_id, seq, self.batches[seq], _LIMITED)
        assert [one.number for one in outcome.outcomes] == [record.number for record in self.batches[seq]]
        self.done[seq] = outcome.outcomes

    def _commit_and_lose(self, seq: int, lose: str) -> None:
        write = Work.write

        def cut(work: Work, connection: Any) -> None:
            if lose == "after":
                write(work, connection)
            connection.connection.driver_connection.close()
            write(work, connection)

        Work.write = cut  # type: ignore[assignment, method-assign]
        try:
            self.store.commit_batch(self.run_id, seq, self.batches[seq], _LIMITED)
        except DatabaseError:
            return
        finally:
            Work.write = write  # type: ignore[method-assign]
        raise AssertionError("a lost connection was not noticed")

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        seq = data.draw(st.sampled_from(sorted(self.done)))
        again = self.store.commit_batch(self.run_id, seq, self.batches[seq])
        assert again.replayed
        assert again.outcomes == ledger.withhold(self.done[seq], _LIMITED.retention)

    @rule()
    def resume(self) -> None:
        self.store.finish_run(self.run_id, "interrupted")
        assert self.store.accounting(self.run_id).in_flight == 0
        point = self.store.resume_run(self.run_id, who="machine")
        unbroken = next(seq for seq in range(len(self.batches) + 1) if seq not in self.done)
        assert point.next_seq == unbroken
        rest = range(point.next_seq, len(self.batches))
        self.store.accept_page(
            self.run_id, [BatchPlan(seq, len(self.batches[seq]), f"after {seq}") for seq in rest]
        )

    @precondition(lambda self: len(self.done) == len(self.batches))
    @rule(complete=st.booleans())
    def next_run(self, complete: bool) -> None:
        if complete:
            self.store.reconcile(self.run_id, guard=0.5, accept=len(self.done) % 2 == 0)
        self.store.finish_run(self.run_id, "completed")
        self.run_id = self.store.begin_run("mixed", who="machine", scope="mixed list")
        self.batches, self.done = {}, {}

    @rule(hours=st.integers(1, 30), limit=st.integers(1, 5))
    def expire(self, hours: int, limit: int) -> None:
        self.clock.move(hours=hours)
        while self.store.blank_expired(limit=limit).more:
            pass
        due = self.store.next_expiry()
        assert due is None or due > self.clock.now

    @rule(approve=st.booleans(), data=st.data())
    def decide(self, approve: bool, data: st.DataObject) -> None:
        waiting = sorted({row.event_id for row in self.store.pending()})
        if waiting:
            chosen = [data.draw(st.sampled_from(waiting))]
            if approve:
                self.store.approve(chosen, who="machine")
            else:
                self.store.refuse(chosen, "no", who="machine")

    @rule(undo=st.booleans())
    def clear(self, undo: bool) -> None:
        self.store.clear_errors(who="machine")
        if undo and self.store.counts().undoable:
            self.store.undo_clear(who="machine")

    @rule(data=st.data(), alone=st.booleans())
    def move(self, data: st.DataObject, alone: bool) -> None:
        rows = self.store.events(limit=20)
        if rows:
            detail = self.store.event(data.draw(st.sampled_from(rows)).id)
            record = detail.records[0]
            # What has no content any more makes no event, and an only record has one of its own.
            alone = alone and record.event is not None and len(detail.records) > 1
            target = None if alone else data.draw(st.sampled_from(rows)).id
            self.store.move_record(record.id, target, "because", who="machine")

    @invariant()
    def the_accounting_is_the_sum_of_what_was_said(self) -> None:
        counts = self.store.accounting(self.run_id)
        said = [one.outcome for outcomes in self.done.values() for one in outcomes]
        assert counts.total == sum(len(records) for records in self.batches.values())
        assert {name: getattr(counts, name) for name in OUTCOMES} == {
            name: said.count(name) for name in OUTCOMES
        }
        assert counts.in_flight == counts.total - len(said)

    @invariant()
    def the_totals_are_what_counting_gives(self) -> None:
        counts = self.store.counts()
        assert counts.events == self.store.count_events() == len(self.store.events(limit=1000))
        assert counts.pending == len(self.store.pending(limit=1000))
        assert counts.errors_open == len(self.store.errors(limit=10_000))
        assert counts.errors_open == sum(group.open for group in self.store.error_groups())
        assert counts.dead_letters == len(self.store.dead_letters(limit=10_000))

    @invariant()
    def every_record_hangs_on_one_event_that_is_made_of_its_records(self) -> None:
        identities = set()
        blanked = Counter[str]()
        for row in self.store.events(limit=1000) + self.store.events(EventFilters(status="expired")):
            records = self.store.event(row.id).records
            assert (row.status == "expired") == all(record.event is None for record in records)
            if row.status == "missing":
                assert "missing" in (states := {record.state for record in records})
                assert "active" not in states
            blanked.update(record.source for record in records if record.event is None)
            assert row.record_count == len(records) > 0
            for record in records:
                identity = (record.source, record.source_account, record.external_id)
                assert identity not in identities
                identities.add(identity)
                assert record.source in row.sources or record.state == "refused"
        assert len(identities) == sum(self.store.counts().records.values())
        assert self.store.expired_counts() == blanked


TestStore = StoreMachine.TestCase
TestStore.settings = settings(max_examples=12, stateful_step_count=18, deadline=None)


class PostgresMachine(StoreMachine):
    """The same on a server."""

    def new_store(self) -> Store:
        self.schema = ExitStack()
        return Store(self.schema.enter_context(own_schema()), clock=self.clock)

    def teardown(self) -> None:
        super().teardown()
        self.schema.close()


TestOnPostgres = pytest.mark.server(PostgresMachine.TestCase)
TestOnPostgres.settings = settings(max_examples=8, stateful_step_count=18, deadline=None)
