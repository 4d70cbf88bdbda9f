"""A dry run: decided like any other against what the store holds, kept in memory, never written."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

from scenescout_tui.store.rows import Accounting, BatchOutcome, BatchPlan
from scenescout_tui.store.schema import OUTCOMES
from scenescout_tui.store.writer.memory import Memory


class DryRun:
    """The batches of one dry run and what they would have written.

    Later batches see the events that earlier ones would have created (as candidates and as "seen before");
    they do not see changes that earlier batches would have made to stored events.
    """

    def __init__(self, run_id: str) -> None:
        self.id = run_id
        self.lock = threading.Lock()
        self.memory = Memory()
        self._sizes: dict[int, int] = {}
        self._done: dict[int, BatchOutcome] = {}

    def accept(self, plans: Sequence[BatchPlan]) -> None:
        """Note the batches of a page."""
        self._sizes.update({plan.seq: plan.size for plan in plans})

    def done(self, seq: int) -> BatchOutcome | None:
        """Return the outcome of a batch that was decided before."""
        return self._done.get(seq)

    def settle(self, outcome: BatchOutcome) -> None:
        """Note the outcome of a batch."""
        self._done[outcome.seq] = outcome

    def finish(self) -> None:
        """End the run: what was not decided is withdrawn, and its memory is let go; the counts stay."""
        self._sizes = {seq: size for seq, size in self._sizes.items() if seq in self._done}
        self.memory = Memory()

    def accounting(self) -> Accounting:
        """Return the counts so far."""
        counted: Counter[str] = Counter(one.outcome for done in self._done.values() for one in done.outcomes)
        waiting = sum(size for seq, size in self._sizes.items() if seq not in self._done)
        named = {outcome: counted[outcome] for outcome in OUTCOMES}
        return Accounting(total=sum(self._sizes.values()), in_flight=waiting, **named)
