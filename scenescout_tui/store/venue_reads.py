"""What is asked of venues; every list is cut by the database, whatever its length."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from scenescout_tui.events.model import Venue
from scenescout_tui.events.venue_forms import NO_ID
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.reads import folded
from scenescout_tui.store.schema import source_venues, venues
from scenescout_tui.store.stamps import optional_moment, to_moment
from scenescout_tui.store.venue_rows import VenueDetail, VenueForm, VenueRow

_VENUE_DECODER = msgspec.json.Decoder(Venue)
_SHORTEST_END = 4
_SHOWN = tuple(column for column in venues.c if column.name != "was_left")
_SEARCHED = (venues.c.name, venues.c.address1)


class VenueReads(StorePart):
    """Houses, each once, and what the sources say of them."""

    def venues(
        self,
        text: str | None = None,
        city: str | None = None,
        limit: int = 100,
        *,
        after: tuple[str, str] | None = None,
    ) -> tuple[VenueRow, ...]:
        """List houses by name; `after` (see `venue_order`) goes on behind a row at any depth.

        `text` is sought in name and address; upper and lower case of ASCII letters are one.

        Raises: DatabaseError.
        """
        shown = _label()
        conditions: list[ColumnElement[bool]] = []
        if text:
            sought = folded(text)
            conditions.append(or_(*(func.lower(one).contains(sought, autoescape=True) for one in _SEARCHED)))
        if city:
            conditions.append(func.lower(venues.c.city) == folded(city))
        if after is not None:
            label, venue_id = after
            conditions.append(or_(shown > label, and_(shown == label, venues.c.id > venue_id)))
        page = select(venues.c.id).where(*conditions).order_by(_label(), venues.c.id).limit(limit)
        with self._database.reading("venues") as connection:
            return _load_venues(connection, list(connection.scalars(page)))

    def venue(self, wanted: str) -> VenueDetail:
        """Return the house of this id, or the only one whose id ends so, with what each source says of it.

        Raises: NotFoundError when none or several fit, DatabaseError.
        """
        v = venues.c
        with self._database.reading("venue") as connection:
            ids = list(connection.scalars(select(v.id).where(v.id == wanted)))
            if not ids and len(wanted) >= _SHORTEST_END:
                fitting = select(v.id).where(v.id.endswith(wanted.lower(), autoescape=True))
                ids = list(connection.scalars(fitting.limit(2)))
            if len(ids) != 1:
                raise NotFoundError("venue", wanted)
            (row,) = _load_venues(connection, ids)
            return VenueDetail(row, _load_forms(connection, ids[0]))


def venue_order(row: VenueRow) -> tuple[str, str]:
    """Return where a row stands in the order of `venues`, for its `after`."""
    return folded(row.name or row.address1 or ""), row.id


def _label() -> ColumnElement[str]:
    return func.lower(func.coalesce(*_SEARCHED, ""))


def _load_venues(connection: Connection, ids: Sequence[str]) -> tuple[VenueRow, ...]:
    s = source_venues.c
    named: dict[str, set[str]] = {}
    for venue_id, source in connection.execute(select(s.venue_id, s.source).where(s.venue_id.in_(ids))):
        named.setdefault(venue_id, set()).add(source)
    query = select(*_SHOWN).where(venues.c.id.in_(ids)).order_by(_label(), venues.c.id)
    found = []
    for row in connection.execute(query).mappings():
        moments = {name: to_moment(row[name]) for name in ("created_at", "updated_at")}
        found.append(VenueRow(**{**row, **moments}, sources=tuple(sorted(named.get(row["id"], ())))))
    return tuple(found)


def _load_forms(connection: Connection, venue_id: str) -> tuple[VenueForm, ...]:
    s = source_venues.c
    query = (
        select(s.source, s.source_account, s.external_id, s.venue, s.updated_at, s.retention_until)
        .where(s.venue_id == venue_id)
        .order_by(s.source, s.source_account, s.external_id)
    )
    return tuple(
        VenueForm(
            source=row.source,
            source_account=row.source_account,
            external_id=None if row.external_id.startswith(NO_ID) else row.external_id,
            venue=_VENUE_DECODER.decode(row.venue),
            updated_at=to_moment(row.updated_at),
            retention_until=optional_moment(row.retention_until),
        )
        for row in connection.execute(query)
    )
