"""What a door may ask of the sources, and do with one."""

from __future__ import annotations

from dataclasses import dataclass

from scenescout_tui.imports.asking import Deed, StoreQuery
from scenescout_tui.imports.snapshot import Counts, RunState


@dataclass(frozen=True, slots=True)
class GetSources(StoreQuery):
    """Answered by a tuple of `SourceFacts`, in the order of the snapshot's sources."""


@dataclass(frozen=True, slots=True)
class TrySource(Deed):
    """Send a source one cheap request through its gate; the answer says in words how that went."""

    source: str


@dataclass(frozen=True, slots=True)
class SourceRun:
    """One of a source's last runs. Times are seconds since the epoch."""

    run_id: str
    state: RunState
    started_at: float
    #: None while it runs, and where its engine was killed.
    ended_at: float | None
    counts: Counts
    note: str


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is known of a source beside how it stands; a token's value is never in it."""

    name: str
    #: "set, from …", "not set"; "" for a source that needs none.
    token: str
    #: The environment's name for the token; "" for a source that needs none.
    environment: str
    #: Where its API is; "" for a source without one.
    address: str
    #: What it is asked for where nobody says; "" where it has to be told, or is no API.
    asks_for: str
    #: For how many seconds its content may be kept; None: for good.
    kept_for: float | None
    #: The last ones, the newest first.
    runs: tuple[SourceRun, ...]
