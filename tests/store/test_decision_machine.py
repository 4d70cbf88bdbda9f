"""Any order of imports, decisions, edits and takings back leaves one consistent set of events."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.blocks import block_number
from scenescout_tui.events.match import Thresholds
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.store import BatchOptions, ReviewFilters, Store
from scenescout_tui.store.schema import OUTCOMES
from scenescout_tui.store.standing import CannotUndoError
from tests.postgres import own_schema
from tests.store.samples import changed, event, prepared, run_batches

_SOURCES = ("eventbrite", "yelp", "ics", "manual")
_ASKING = BatchOptions(thresholds=Thresholds(link=101.0, review=50.0))
_RECORDS = st.lists(
    st.tuples(st.sampled_from(_SOURCES), st.integers(0, 1), st.integers(0, 2)), min_size=3, max_size=8
)
# Not in any order that a test could know, and not part of what a decision may change.
_PASSING = ("updated_at",)


class DecisionMachine(RuleBasedStateMachine):
    """One store of a few concerts, listed by many."""

    @initialize(records=_RECORDS, more=_RECORDS)
    def start(self, records: list[tuple[str, int, int]], more: list[tuple[str, int, int]]) -> None:
        self.store = self.new_store().open()
        self.versions = 0
        self.runs: list[str] = []
        #: What there was when nobody had decided anything; None where an import came in between.
        self.beginning: Any = None
        self._import(records, asking=True)
        self._import(more, asking=False)
        self.store.edit_event(self._events()[0], {"title": "As a person has it"}, who="machine")
        self.beginning = self._picture()

    def new_store(self) -> Store:
        """An empty store."""
        return Store("sqlite://")

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.take_everything_back()
            self.store.close()

    def _import(self, records: list[tuple[str, int, int]], *, asking: bool) -> None:
        batch: list[PreparedRecord] = []
        for source, number, version in records:
            self.versions += version
            # Two of one source and one day are two listings of it.
            one = event(number, source, external_id=f"{source}-{number}-{version}")
            batch.append(changed(prepared(one, len(batch)), capacity=self.versions or None))
        run_id, _ = run_batches(self.store, [batch], _ASKING if asking else BatchOptions())
        self.runs.append(run_id)
        self.beginning = None

    def _events(self) -> list[str]:
        return [row.id for row in self.store.events(limit=1000)]

    def _picture(self) -> Any:
        """All events with their records, and all pairs."""
        events = {}
        for row in self.store.events(limit=1000):
            fields = {name: getattr(row, name) for name in row.__slots__ if name not in _PASSING}
            detail = self.store.event(row.id)
            edits = [(one.field, one.value, one.made_on) for one in detail.edits]
            events[row.id] = (fields, [record.id for record in detail.records], edits)
        return events, sorted(self._pairs())

    def _pairs(self) -> list[tuple[Any, ...]]:
        with self.store._database.reading("test") as connection:
            rows = connection.exec_driver_sql("SELECT id, event_id, other_event_id, state FROM review_pairs")
            return [tuple(row) for row in rows]

    @rule(records=_RECORDS, asking=st.booleans())
    def import_more(self, records: list[tuple[str, int, int]], asking: bool) -> None:
        self._import(records, asking=asking)

    @rule(data=st.data(), decision=st.sampled_from(["same", "same", "different", "later"]))
    def decide(self, data: st.DataObject, decision: Any) -> None:
        waiting = [item.id for item in self.store.review_items(ReviewFilters("pair", "all"))]
        if waiting:
            chosen = data.draw(st.lists(st.sampled_from(waiting), min_size=1, max_size=3, unique=True))
            decided = self.store.decide_pairs(chosen, decision, who="machine")
            assert decided.count + len(decided.skipped) == len(chosen)

    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        events = self._events()
        if len(events) > 1:
            chosen = data.draw(st.lists(st.sampled_from(events), min_size=2, max_size=3, unique=True))
            assert self.store.merge_events(chosen, who="machine").count == len(chosen) - 1

    @rule(data=st.data(), alone=st.booleans())
    def move(self, data: st.DataObject, alone: bool) -> None:
        detail = self.store.event(data.draw(st.sampled_from(self._events())))
        target = None if alone else data.draw(st.sampled_from(self._events()))
        record = data.draw(st.sampled_from([one.id for one in detail.records]))
        if alone and len(detail.records) == 1:
            with pytest.raises(ValidationError):
                self.store.move_record(record, target, "because", who="machine")
        else:
            self.store.move_record(record, target, "because", who="machine")

    @rule(data=st.data())
    def undo_a_link(self, data: st.DataObject) -> None:
        links = [row.id for row in self.store.recent_decisions(100, automatic=True)]
        if links:
            self._undo(data.draw(st.sampled_from(links)))

    @precondition(lambda self: self.store.recent_decisions(1))
    @rule()
    def undo_the_last(self) -> None:
        self._undo(None)

    @rule(data=st.data())
    def undo_any(self, data: st.DataObject) -> None:
        rows = [row.id for row in self.store.recent_decisions(100)]
        if rows:
            self._undo(data.draw(st.sampled_from(rows)))

    def _undo(self, wanted: str | None) -> bool:
        try:
            return self.store.undo_decision(wanted, who="machine").count > 0
        except CannotUndoError:
            return False

    @rule(data=st.data(), capacity=st.sampled_from([7, None]))
    def edit(self, data: st.DataObject, capacity: int | None) -> None:
        event_id = data.draw(st.sampled_from(self._events()))
        edited = self.store.edit_event(event_id, {"capacity": capacity}, who="machine")
        assert (edited.capacity, edited.field_sources["capacity"]) == (capacity, "edit")

    @rule(data=st.data(), approves=st.booleans(), whole=st.booleans())
    def decide_submission(self, data: st.DataObject, approves: bool, whole: bool) -> None:
        waiting = sorted({row.event_id if whole else row.record_id for row in self.store.pending()})
        if waiting:
            chosen = [data.draw(st.sampled_from(waiting))]
            if approves:
                self.store.approve(chosen, who="machine")
            else:
                self.store.refuse(chosen, "spam", who="machine")

    @rule()
    def take_everything_back(self) -> None:
        """Newest first, everything can be taken back."""
        for row in self.store.recent_decisions(10_000):
            assert self._undo(row.id)
        assert not self.store.recent_decisions(1)
        for event_id in self._events():
            fields = [one.field for one in self.store.event(event_id).edits]
            if "capacity" in fields:
                self.store.revert_edits(event_id, ["capacity"], who="machine")
        if self.beginning is not None:
            assert self._picture() == self.beginning
        self.beginning = self._picture()

    @invariant()
    def every_record_hangs_on_one_event_that_is_listed(self) -> None:
        seen: list[str] = []
        for event_id in self._events():
            detail = self.store.event(event_id)
            assert detail.event.merged_into is None
            assert detail.event.record_count == len(detail.records) > 0
            seen.extend(record.id for record in detail.records)
        assert len(seen) == len(set(seen)) == sum(self.store.counts().records.values())

    @invariant()
    def the_totals_are_what_counting_gives(self) -> None:
        counts = self.store.counts()
        assert counts.events == self.store.count_events()
        assert counts.pending == len(self.store.pending(limit=1000))
        assert counts.review == len(self.store.review_pairs(limit=1000))
        for run_id in self.runs:
            accounting = self.store.accounting(run_id)
            assert accounting.total == sum(getattr(accounting, name) for name in OUTCOMES)

    @invariant()
    def no_two_events_are_asked_about_twice_or_after_an_answer(self) -> None:
        listed, asked = set(self._events()), set[frozenset[str]]()
        answered = {frozenset(row[1:3]) for row in self._pairs() if row[3] == "different"}
        for item in self.store.review_items(ReviewFilters("pair", "all"), 1000):
            assert item.other is not None
            both = frozenset({item.event.id, item.other.id})
            assert len(both) == 2
            assert both <= listed
            assert both not in asked | answered
            asked.add(both)

    @invariant()
    def events_are_found_under_the_keys_of_their_records(self) -> None:
        with self.store._database.reading("test") as connection:
            rows = connection.exec_driver_sql("SELECT event_id, block_key FROM event_blocks").all()
        found: dict[str, set[int]] = {}
        for event_id, key in rows:
            found.setdefault(event_id, set()).add(key)
        for event_id in self._events():
            events = [record.event for record in self.store.event(event_id).records]
            keys = {key for one in events if one is not None for key in prepared(one).block_keys}
            assert {block_number(key) for key in keys} <= found.pop(event_id)
        assert not found  # nothing else is found


TestDecisions = DecisionMachine.TestCase
TestDecisions.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)


class PostgresMachine(DecisionMachine):
    """The same on a server."""

    def new_store(self) -> Store:
        self.schema = ExitStack()
        return Store(self.schema.enter_context(own_schema()))

    def teardown(self) -> None:
        super().teardown()
        self.schema.close()


TestOnPostgres = pytest.mark.server(PostgresMachine.TestCase)
TestOnPostgres.settings = settings(max_examples=5, stateful_step_count=12, deadline=None)
