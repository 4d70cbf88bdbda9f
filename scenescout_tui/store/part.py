"""What all parts of the store have in common: the database and a clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from scenescout_tui.store.database import Database
from scenescout_tui.store.stamps import to_text, utc_now


class StorePart:
    """One concern of `Store`: rows of some tables, what may be done with them, what may be asked."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def _now(self) -> str:
        return to_text(self._clock())
