"""What one batch (or a whole dry run) has decided so far, so that its later records see its earlier ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from scenescout_tui.events.match import Candidate


@dataclass(slots=True)
class Memory:
    """Records met, and events to match against by block key."""

    #: Ids of stored records and identities of new ones, each with its event.
    seen: dict[str | tuple[str, str, str], str] = field(default_factory=dict)
    #: Events that only this batch (or dry run) knows.
    fresh: set[str] = field(default_factory=set)
    candidates: dict[str, Candidate] = field(default_factory=dict)
    blocks: dict[str, list[str]] = field(default_factory=dict)

    def remember(self, candidate: Candidate, block_keys: Iterable[str]) -> None:
        """Let an event be found under its keys; an event known already is replaced."""
        self.candidates[candidate.event_id] = candidate
        for key in block_keys:
            block = self.blocks.setdefault(key, [])
            if candidate.event_id not in block:
                block.append(candidate.event_id)

    def find(self, block_keys: Iterable[str]) -> list[Candidate]:
        """Return the events under any of the keys, each once."""
        ids = dict.fromkeys(event_id for key in block_keys for event_id in self.blocks.get(key, ()))
        return [self.candidates[event_id] for event_id in ids if event_id in self.candidates]
