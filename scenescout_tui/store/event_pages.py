"""Events as a long list, searched by the beginnings of words and by filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, literal, select, text

from scenescout_tui.paging import Count, Frozen, Page, Window
from scenescout_tui.store.event_rows import load_events
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.keyset import COUNTED, Found, Order, find, key_text
from scenescout_tui.store.lines import Chunk, EventLine, EventSort
from scenescout_tui.store.reads import event_conditions
from scenescout_tui.store.rows import EventFilters, EventRow
from scenescout_tui.store.schema import event_docs, events, source_records
from scenescout_tui.store.searching.docs import DOC_COLUMNS, EventDocs, unindexed, words_of
from scenescout_tui.store.searching.words import holds, mark, wanted
from scenescout_tui.store.stamps import to_moment, to_text

_E, _W = events.c, event_docs.c
_FIRST = Window()
_ALL = EventFilters()
_CHUNK = 500
#: So many found events are sorted; of more, the list is walked and each row tested.
_SORTED = 10_000
#: Events that are not in the index, newest first, that one question looks through.
_TAIL = 1_000
_LINE = tuple(
    _E[name]
    for name in (
        *("id", "title", "starts_at", "start_local", "timezone", "venue_name", "city", "country", "status"),
        *("category", "is_free", "price_min", "price_max", "currency", "url", "quality", "sources"),
        *("record_count", "updated_at"),
    )
)
_MATCHING = {
    "sqlite": "doc IN (SELECT rowid FROM event_words WHERE event_words MATCH :sought LIMIT :most)",
    "postgresql": "lexemes @@ CAST(:sought AS tsquery)",
}


@dataclass(frozen=True, slots=True)
class _Sought:
    """What is looked for: beginnings of words, marks, and what became of it in each part of the store."""

    words: Sequence[str]
    #: Those found in the index, with when they start or were changed; None: more than can be sorted.
    indexed: dict[str, str] | None
    #: Those found beside it, in the same way.
    beside: dict[str, str]
    #: All that the index does not know, or knows in an older state.
    unknown: frozenset[str]


class EventPages(EventDocs):
    """Events by page; one event with all its records is `event(id)`.

    `filters.text` means: each of its words is the beginning of a word of title, summary, venue, organiser or
    city, whatever case and accents. A set to act on or to export: `freeze_events`, then `chunk_of_events`
    until `next` is None.
    """

    def events_page(
        self, filters: EventFilters = _ALL, window: Window = _FIRST, *, sort: EventSort = "start"
    ) -> Page[EventLine]:
        """Return a page of events; with filters it may stop before it is full (see `Page.resume`).

        Expired events are listed only where `filters.status` is "expired".

        Raises: ValidationError for an unknown `filters.quality`, DatabaseError.
        """
        with self._database.reading("events_page") as connection:
            found = _find(connection, filters, window, sort)
            ids = [key[-1] for key in found.keys]
            rows = {row.id: row for row in connection.execute(select(*_LINE).where(_E.id.in_(ids)))}
        lines = tuple(_line(key_text(key), rows[key[-1]]) for key in found.keys)
        return Page(lines, found.more, found.looked, found.resume)

    def count_listed(self, filters: EventFilters = _ALL) -> Count:
        """Count events up to a bound (100,000), as `events_page` lists them; cheap enough for each key.

        Raises: ValidationError for an unknown `filters.quality`, DatabaseError.
        """
        with self._database.reading("count_listed") as connection:
            sought = _sought(connection, filters, "start")
            if sought is None:
                conditions, tests = _conditions(filters, "start")
                part = select(_E.id).where(*conditions, *tests).limit(COUNTED + 1).subquery()
                number = connection.execute(select(func.count()).select_from(part)).scalar_one()
                return Count(min(number, COUNTED), exact=number <= COUNTED)
            if sought.indexed is None:
                return Count(_SORTED, exact=False)
            return Count(len(sought.indexed.keys() | sought.beside.keys()))

    def freeze_events(self, filters: EventFilters = _ALL) -> Frozen:
        """Count exactly what `chunk_of_events` will walk; may take seconds.

        Raises: ValidationError for an unknown `filters.quality`, DatabaseError.
        """
        upto, number = new_id(), 0
        with self._database.reading("freeze_events") as connection:
            if _sought(connection, filters, "start") is None:
                conditions, tests = _conditions(filters, "start")
                query = select(func.count()).select_from(events).where(_E.id <= upto, *conditions, *tests)
                return Frozen(connection.execute(query).scalar_one(), upto)
        chunk = Chunk((), "")
        while chunk.next is not None:
            chunk = self.chunk_of_events(filters, upto=upto, at=chunk.next or None, limit=10_000)
            number += len(chunk.ids)
        return Frozen(number, upto)

    def chunk_of_events(
        self,
        filters: EventFilters,
        *,
        upto: str,
        at: str | None = None,
        sort: EventSort = "start",
        limit: int = _CHUNK,
    ) -> Chunk:
        """Return ids of a frozen set in the order of `sort`: the first ones, then from `Chunk.next` on.

        Raises: ValidationError for an unknown `filters.quality`, DatabaseError.
        """
        ids: list[str] = []
        place, walking = at, True
        with self._database.reading("chunk_of_events") as connection:
            while walking and len(ids) < limit:
                found = _find(connection, filters, Window(at=place, limit=limit - len(ids)), sort)
                ids += [key[-1] for key in found.keys if key[-1] <= upto]
                place = found.resume or (key_text(found.keys[-1]) if found.more else None)
                walking = place is not None
        return Chunk(tuple(ids), place)

    def whole_events(self, ids: Sequence[str]) -> tuple[EventRow, ...]:
        """Return whole events (a few hundred at once), in the order of `ids`, without those that are gone.

        Raises: DatabaseError.
        """
        with self._database.reading("whole_events") as connection:
            found = {row.id: row for row in load_events(connection, list(ids))}
        return tuple(found[one] for one in dict.fromkeys(ids) if one in found)

    def unsearched(self) -> Count:
        """Count events that are changed and not indexed yet, of which only the newest 1,000 are searched.

        Raises: DatabaseError.
        """
        with self._database.reading("unsearched") as connection:
            part = select(_E.id).where(*unindexed(connection)).limit(COUNTED + 1).subquery()
            number = connection.execute(select(func.count()).select_from(part)).scalar_one()
        return Count(min(number, COUNTED), exact=number <= COUNTED)


def _order(sort: EventSort) -> Order:
    first = _E.updated_at if sort.startswith("updated") else _E.starts_at
    return Order((first, _E.id), sort.endswith("_desc"))


def _conditions(
    filters: EventFilters, sort: EventSort
) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """Return what the index of the sort answers, and what is tested row by row."""
    if sort.startswith("updated"):
        return [_E.merged_into.is_(None)], event_conditions(_without_text(filters))
    city = filters.city if filters.status is None else None
    indexed = EventFilters(
        city=city,
        status=filters.status if filters.status != "scheduled" else None,
        since=filters.since,
        until=filters.until,
    )
    if indexed == _without_text(filters):
        return event_conditions(indexed), []
    return event_conditions(indexed), event_conditions(_without_text(filters))


def _without_text(filters: EventFilters) -> EventFilters:
    return EventFilters(
        *(filters.source, filters.status, filters.city, None, filters.since, filters.until, filters.quality),
        published=filters.published,
        category=filters.category,
    )


def _find(connection: Connection, filters: EventFilters, window: Window, sort: EventSort) -> Found:
    order, sought = _order(sort), _sought(connection, filters, sort)
    conditions, tests = _conditions(filters, sort)
    if sought is None:
        return find(connection, events, order, conditions, window, tests=tests)
    if sought.indexed is not None:
        return _sorted({**sought.indexed, **sought.beside}, order, window)
    tests += [func.coalesce(_W.words, "").contains(f" {word}") for word in sought.words]
    origin = events.outerjoin(event_docs, _W.event_id == _E.id)
    known, unknown = sought.beside, sought.unknown
    return find(
        connection,
        origin,
        order,
        conditions,
        window,
        tests=tests,
        passes=lambda event_id, good: event_id in known or (good and event_id not in unknown),
    )


def _sorted(found: dict[str, str], order: Order, window: Window) -> Found:
    down = order.descending is not window.back
    keys = sorted(((value, event_id) for event_id, value in found.items()), reverse=down)
    if window.at is not None and len(at := tuple(window.at.split(" "))) == 2:
        behind = [key for key in keys if (key < at if down else key > at)]
        keys = [key for key in keys if key == at][: int(window.including)] + behind
    page = keys[: window.limit]
    return Found(tuple(reversed(page) if window.back else page), len(keys) > window.limit)


def _sought(connection: Connection, filters: EventFilters, sort: EventSort) -> _Sought | None:
    """Look for what an index of events does not answer; None where one does."""
    sought = wanted(filters.text) if filters.text else []
    alone = sort.startswith("start") and (filters.city is None or filters.status is None)
    by_mark = [
        (name, value) for name in ("source", "quality", "category") if (value := getattr(filters, name))
    ]
    if filters.status == "expired" or not (sought or by_mark or (not alone)):
        return None
    if not alone or sought or by_mark:
        by_mark += [(name, value) for name in ("status", "city") if (value := getattr(filters, name))]
    if not sought and not by_mark:
        return None
    marks = [mark(name, value) for name, value in by_mark]
    if filters.published and filters.status is None:
        marks.append(mark("published"))
    event_conditions(_without_text(filters))  # refuses what nobody may ask for
    column = _order(sort).columns[0].name
    unknown, beside = _look_beside(connection, filters, sought, column)
    indexed = _look_up(connection, filters, sought, marks, column)
    if indexed is not None:
        indexed = {one: value for one, value in indexed.items() if one not in unknown}
    return _Sought(sought, indexed, beside, unknown)


def _look_up(
    connection: Connection, filters: EventFilters, words: Sequence[str], marks: Sequence[str], column: str
) -> dict[str, str] | None:
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        terms = " & ".join([*(f"'{one}':*" for one in words), *(f"'{one}'" for one in marks)])
    else:
        terms = " ".join([*(f'"{one}"*' for one in words), *(f'"{one}"' for one in marks)])
    values: dict[str, Any] = {"sought": terms} if postgres else {"sought": terms, "most": _SORTED + 1}
    query = select(_W.event_id, _W[column], _W.starts_at).where(
        text(_MATCHING[connection.dialect.name]).bindparams(**values)
    )
    rows = connection.execute(query.limit(_SORTED + 1)).all()
    if len(rows) > _SORTED:
        return None
    since, until = _bounds(filters)
    return {row[0]: row[1] for row in rows if since <= row[2] < until}


def _bounds(filters: EventFilters) -> tuple[str, str]:
    since = "" if filters.since is None else to_text(filters.since)
    return since, "~" if filters.until is None else to_text(filters.until)


def _look_beside(
    connection: Connection, filters: EventFilters, words: Sequence[str], column: str
) -> tuple[frozenset[str], dict[str, str]]:
    """Look through what the index does not know: what was changed since, and what must not be in it."""
    tests = event_conditions(_without_text(filters))
    passes = and_(*tests).label("passes") if tests else literal(True).label("passes")
    query = select(*DOC_COLUMNS, passes)
    changed = query.where(*unindexed(connection)).order_by(_E.updated_at.desc(), _E.id.desc()).limit(_TAIL)
    r = source_records.c
    limited = (
        select(r.event_id)
        .where(r.retention_until.is_not(None))
        .order_by(r.retention_until.desc())
        .limit(_TAIL)
    )
    rows = [
        *connection.execute(changed),
        *connection.execute(query.where(_E.id.in_(limited))),
    ]
    found = {row.id: getattr(row, column) for row in rows if row.passes and holds(words_of(row), words)}
    return frozenset(row.id for row in rows), found


def _line(key: str, row: Any) -> EventLine:
    values = dict(row._mapping)
    values["starts_at"], values["updated_at"] = to_moment(row.starts_at), to_moment(row.updated_at)
    values["quality"] = tuple(msgspec.json.decode(row.quality)) if row.quality else ()
    values["sources"] = tuple(row.sources.split(","))
    return EventLine(key=key, **values)
