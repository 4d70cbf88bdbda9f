"""What is asked of events; every list is cut by the database, whatever its length."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.quality import MEANINGS
from scenescout_tui.store.event_rows import load_edits, load_events, load_links, load_records
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.rows import Counts, EventDetail, EventFilters, EventRow
from scenescout_tui.store.schema import clears, events, source_records, totals
from scenescout_tui.store.stamps import NO_START, to_text

_EXPORT_STEP = 500
_ALL = EventFilters()


class EventReads(StorePart):
    """Events, their records, and the numbers of the store."""

    def events(
        self,
        filters: EventFilters = _ALL,
        limit: int = 100,
        offset: int = 0,
        *,
        after: tuple[str, str] | None = None,
    ) -> tuple[EventRow, ...]:
        """List events by start; `after` (see `event_key`) goes on behind a row at any depth.

        Events whose content may not be kept any longer are listed only where `filters.status` is "expired".

        Raises: ValidationError for an unknown `filters.quality`, DatabaseError.
        """
        conditions = event_conditions(filters)
        if after is not None:
            start, event_id = after
            conditions.append(
                or_(events.c.starts_at > start, and_(events.c.starts_at == start, events.c.id > event_id))
            )
            conditions.append(events.c.starts_at >= start)
        # The page is found in an index; whole rows are read for that page only.
        page = (
            select(events.c.id)
            .where(*conditions)
            .order_by(events.c.starts_at, events.c.id)
            .limit(limit)
            .offset(offset)
        )
        with self._database.reading("events") as connection:
            return load_events(connection, list(connection.scalars(page)))

    def count_events(self, filters: EventFilters = _ALL) -> int:
        """Count the events that pass the filters.

        Raises: DatabaseError.
        """
        with self._database.reading("count_events") as connection:
            return connection.execute(
                select(func.count()).select_from(events).where(*event_conditions(filters))
            ).scalar_one()

    def iter_events(self, filters: EventFilters = _ALL) -> Iterator[EventRow]:
        """Walk all events by start, for exports of any length.

        Each step of 500 is a snapshot of its own, so a walk of minutes does not hold back the write-ahead
        log.

        Raises: DatabaseError.
        """
        after: tuple[str, str] | None = None
        while page := self.events(filters, _EXPORT_STEP, after=after):
            yield from page
            after = event_key(page[-1])

    def event(self, wanted: str) -> EventDetail:
        """Return the event of this id, or the only one whose id ends so, with all of its records.

        Raises: NotFoundError when none or several fit, DatabaseError.
        """
        with self._database.reading("event") as connection:
            ids = [wanted] if connection.scalar(select(events.c.id).where(events.c.id == wanted)) else []
            if not ids and len(wanted) >= 4:
                fitting = select(events.c.id).where(events.c.id.endswith(wanted.lower(), autoescape=True))
                ids = list(connection.scalars(fitting.limit(2)))
            if len(ids) != 1:
                raise NotFoundError("event", wanted)
            (row,) = load_events(connection, ids)
            records, links = load_records(connection, ids[0]), load_links(connection, ids[0])
            return EventDetail(row, records, links, load_edits(connection, ids[0]))

    def record_id(self, wanted: str) -> str:
        """Return the id of the source record that has this id, or the only one that ends so.

        Raises: NotFoundError when none or several fit, DatabaseError.
        """
        r = source_records.c
        with self._database.reading("record_id") as connection:
            ids: list[str] = list(connection.scalars(select(r.id).where(r.id == wanted)))
            if not ids and len(wanted) >= 4:
                fitting = select(r.id).where(r.id.endswith(wanted.lower(), autoescape=True))
                ids = list(connection.scalars(fitting.limit(2)))
        if len(ids) != 1:
            raise NotFoundError("source record", wanted)
        return ids[0]

    def counts(self) -> Counts:
        """Return the numbers of the whole store; costs the same at any size.

        Raises: DatabaseError.
        """
        with self._database.reading("counts") as connection:
            kept = {(name, source): value for name, source, value in connection.execute(select(totals))}
            last_clear = (
                select(clears.c.count).where(clears.c.undone_at.is_(None)).order_by(clears.c.id.desc())
            )
            undoable = connection.scalar(last_clear.limit(1)) or 0
        return Counts(
            events=kept.get(("events", ""), 0),
            records={source: value for (name, source), value in kept.items() if name == "records"},
            errors_open=kept.get(("errors_open", ""), 0),
            dead_letters=kept.get(("dead_letters", ""), 0),
            pending=kept.get(("pending", ""), 0),
            review=kept.get(("review", ""), 0),
            undoable=undoable,
        )


def event_key(row: EventRow) -> tuple[str, str]:
    """Return where a row stands in the order of `events`, for its `after`."""
    return to_text(row.starts_at), row.id


def event_conditions(filters: EventFilters) -> list[ColumnElement[bool]]:
    """Return what a row of `events` has to fulfil; `filters.text` means a part of its title.

    Raises: ValidationError for an unknown `filters.quality`.
    """
    e = events.c
    conditions: list[ColumnElement[bool]] = [e.merged_into.is_(None)]
    if filters.published and filters.status is None:
        conditions.append(e.status.not_in(("pending", "refused")))
    if filters.status is not None:
        conditions.append(e.status == filters.status)
        if filters.status != "scheduled":
            conditions.append(
                e.status != "scheduled"
            )  # the words of the partial index, which is used only then
    if filters.status != "expired":
        conditions.append(e.starts_at != NO_START)  # found in every index, unlike the status
    if filters.city is not None:
        conditions.append(e.city == filters.city)
    if filters.text:
        # Not `icontains`: the server would fold the sought text by rules of its own, beyond ASCII.
        conditions.append(func.lower(e.title).contains(folded(filters.text), autoescape=True))
    if filters.since is not None:
        conditions.append(e.starts_at >= to_text(filters.since))
    if filters.until is not None:
        conditions.append(e.starts_at < to_text(filters.until))
    if filters.source is not None:
        r = source_records.c
        conditions.append(exists().where(r.event_id == e.id, r.source == filters.source))
    if filters.category is not None:
        conditions.append(e.category == filters.category)
    if filters.quality is not None:
        conditions.append(e.quality.contains(f'"{_known_code(filters.quality)}"', autoescape=True))
    return conditions


def _known_code(code: str) -> str:
    if code not in MEANINGS:
        raise ValidationError(
            "quality", code, f"{code!r} is none of the quality codes: {', '.join(MEANINGS)}"
        )
    return code


def folded(text: str) -> str:
    """Return a text as `lower` of both databases leaves it: only ASCII letters have a lower case there."""
    return "".join([sign.lower() if sign.isascii() else sign for sign in text])
