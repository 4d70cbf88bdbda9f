"""What is decided in one call, by one person, for one reason, as it is written down."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from scenescout_tui.safe_text import clean
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.review_rows import Decided, DecisionKind, Skipped
from scenescout_tui.store.schema import decisions, source_records
from scenescout_tui.store.statements import Row, insert_rows
from scenescout_tui.store.writer.moves import Linked, Moves

_COLUMNS = (
    *("id", "act_id", "kind", "pair_id", "event_id", "other_event_id", "link_id", "record_id", "who"),
    *("reason", "created_at"),
)


class Act:
    """Decisions that one id takes back; `now` is the time of the transaction they are written in."""

    def __init__(self, who: str, reason: str | None) -> None:
        self.id = new_id()
        self.who = clean(who)
        self.reason = None if reason is None else clean(reason)
        self.now = ""
        self.decision_ids: list[str] = []
        self.skipped: list[Skipped] = []
        self._rows: list[Row] = []

    def linked(self, evidence: str | None) -> Linked:
        """Return what the links of a new decision say."""
        return Linked(self.who, clean(evidence or "the same event"), new_id())

    def add(
        self,
        kind: DecisionKind,
        event_id: str,
        other_event_id: str | None,
        decision_id: str,
        *,
        pair_id: str | None = None,
        link_id: str | None = None,
        record_id: str | None = None,
    ) -> None:
        """Take in one decision, for `write`."""
        row = (decision_id, self.id, kind, pair_id, event_id, other_event_id, link_id, record_id)
        self._rows.append((*row, self.who, self.reason, self.now))
        self.decision_ids.append(decision_id)

    def write(self, connection: Connection) -> int:
        """Write down the decisions added since the last time, and return how many they are."""
        insert_rows(connection, decisions, _COLUMNS, self._rows)
        number = len(self._rows)
        self._rows.clear()
        return number

    def decided(self) -> Decided:
        """Return what came of it."""
        ids = tuple(self.decision_ids)
        return Decided(len(ids), ids, tuple(self.skipped), self.id if ids else None)


def merge_into(connection: Connection, moves: Moves, kept: str, gone: Mapping[str, Linked]) -> None:
    """Move all records of some events into another, each with the link of its event's decision."""
    r = source_records.c
    rows = connection.execute(select(r.id, r.event_id).where(r.event_id.in_(gone)))
    links = {row.id: gone[row.event_id] for row in rows}
    moves.move(links, kept, links)
