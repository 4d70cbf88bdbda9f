"""Pages found by key in an index, with or without tests that no index answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, and_, case, func, select, true, tuple_

from scenescout_tui.paging import Count, Window

#: Rows that one question tests at most, in growing steps: most pages are full after the first.
SCANNED = 10_000
#: Rows that are counted at most.
COUNTED = 100_000
_STEPS = (500, 2_000)


class Order(NamedTuple):
    """Columns that say where a row stands; the last one is no other row's. No value holds a blank."""

    columns: tuple[ColumnElement[str], ...]
    descending: bool


class Found(NamedTuple):
    """The keys of a page in the order of the list; the rest as in `paging.Page`."""

    keys: tuple[tuple[str, ...], ...]
    more: bool
    looked: int = 0
    resume: str | None = None


def key_text(key: Sequence[str]) -> str:
    """Return the key of a row as `Window.at` has it."""
    return " ".join(key)


def find(
    connection: Connection,
    origin: FromClause,
    order: Order,
    conditions: Sequence[ColumnElement[bool]],
    window: Window,
    *,
    tests: Sequence[ColumnElement[bool]] = (),
    passes: Callable[[str, bool], bool] | None = None,
    most: int = SCANNED,
) -> Found:
    """Find the keys of a page; `conditions` are those that an index answers.

    `tests` are tried on at most `most` rows; `passes` has the last word: it takes the last value of the key
    and what came of the tests.
    """
    tested = bool(tests) or passes is not None
    found: list[tuple[str, ...]] = []
    looked, at = 0, window.at
    for row in _walk(connection, origin, order, conditions, tests, window, most if tested else None):
        key: tuple[str, ...] = tuple(row)[:-1]
        if tested and looked >= most:
            return _found(found, window, more=True, looked=looked, resume=at)
        good = bool(row[-1])
        if good if passes is None else passes(key[-1], good):
            if len(found) == window.limit:
                return _found(found, window, more=True, looked=looked, resume=None)
            found.append(key)
        looked, at = looked + 1, key_text(key)
    return _found(found, window, more=False, looked=looked, resume=None)


def _found(
    keys: list[tuple[str, ...]], window: Window, *, more: bool, looked: int, resume: str | None
) -> Found:
    return Found(tuple(reversed(keys) if window.back else keys), more, looked, resume)


def _walk(
    connection: Connection,
    origin: FromClause,
    order: Order,
    conditions: Sequence[ColumnElement[bool]],
    tests: Sequence[ColumnElement[bool]],
    window: Window,
    most: int | None,
) -> Iterator[Any]:
    """Yield rows behind the window's place, each with what came of the tests."""
    down = order.descending is not window.back
    query = (
        select(*order.columns, (and_(*tests) if tests else true()).label("passes"))
        .select_from(origin)
        .where(*conditions)
        .order_by(*(column.desc() if down else column.asc() for column in order.columns))
    )
    at, including = window.at, window.including
    for step in (window.limit + 1,) if most is None else (*_STEPS, most):
        rows: Sequence[Any] = connection.execute(
            query.where(*_behind(order, at, including, down)).limit(step)
        ).all()
        yield from rows
        if len(rows) < step:
            return
        at, including = key_text(tuple(rows[-1])[:-1]), False


def _behind(order: Order, at: str | None, including: bool, down: bool) -> list[ColumnElement[bool]]:
    if at is None:
        return []
    values = at.split(" ")
    if len(values) != len(order.columns):
        return []  # a key of another list or sort: from its edge
    mine: Any = order.columns[0] if len(values) == 1 else tuple_(*order.columns)
    value: Any = values[0] if len(values) == 1 else tuple(values)
    if down:
        return [mine <= value if including else mine < value]
    return [mine >= value if including else mine > value]


def merged(parts: Sequence[Found], window: Window, *, descending: bool) -> Found:
    """Make one page of pages of parts that were asked for the same window, none of whose rows is another's.

    What lies behind the place where a part stopped early is left for the next question.
    """
    down = descending is not window.back
    stops = [tuple(part.resume.split(" ")) for part in parts if part.resume is not None]
    stop = (max if down else min)(stops, default=None)
    keys = sorted((key for part in parts for key in part.keys), reverse=down)
    if stop is not None:
        keys = [key for key in keys if (key >= stop if down else key <= stop)]
    full = len(keys) > window.limit or (stop is None and any(part.more for part in parts))
    looked = sum(part.looked for part in parts)
    resume = None if full or stop is None else key_text(stop)
    return _found(keys[: window.limit], window, more=full or stop is not None, looked=looked, resume=resume)


def count(
    connection: Connection,
    origin: FromClause,
    conditions: Sequence[ColumnElement[bool]],
    tests: Sequence[ColumnElement[bool]],
    *,
    bounded: bool,
) -> Count:
    """Count rows up to `COUNTED`; `bounded`: among that many rows, whatever comes of costly tests."""
    rows = select(and_(*tests).label("passes") if tests else true().label("passes")).select_from(origin)
    if bounded:
        part = rows.where(*conditions).limit(SCANNED + 1).subquery()
        passed = func.sum(case((part.c.passes, 1), else_=0))
        seen, number = connection.execute(select(func.count(), passed).select_from(part)).one()
        return Count(int(number or 0), exact=seen <= SCANNED)
    part = rows.where(*conditions, *tests).limit(COUNTED + 1).subquery()
    number = connection.execute(select(func.count()).select_from(part)).scalar_one()
    return Count(min(number, COUNTED), exact=number <= COUNTED)
