"""What one batch (or a whole dry run) has decided so far, so that its later records see its earlier ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from scenescout_tui.events.match import Candidate


@dataclass(slots=True)
class Memory:
    """Records met, and events to match against by block number."""

    #: Ids of stored records and identities of new ones, each with its event.
    seen: dict[str | tuple[str, str, str], str] = field(default_factory=dict)
    #: Events that only this batch (or dry run) knows.
    fresh: set[str] = field(default_factory=set)
    candidates: dict[str, Candidate] = field(default_factory=dict)
    #: Block number → events, in the order in which they came.
    blocks: dict[int, dict[str, None]] = field(default_factory=dict)

    def remember(self, candidate: Candidate, numbers: Iterable[int]) -> None:
        """Let an event be found under block numbers; an event known already is replaced."""
        self.candidates[candidate.event_id] = candidate
        for number in numbers:
            self.blocks.setdefault(number, {})[candidate.event_id] = None

    def find(self, numbers: Iterable[int]) -> list[Candidate]:
        """Return the events under any of the block numbers, each once."""
        found: dict[str, None] = {}
        for number in numbers:
            if (block := self.blocks.get(number)) is not None:
                found |= block
        return [self.candidates[event_id] for event_id in found]
