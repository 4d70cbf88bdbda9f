"""Errors and dead letters as long lists: pages, counts, and sets that are frozen and walked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Connection, func, select

from scenescout_tui.paging import Count, Frozen, Page, Window
from scenescout_tui.safe_text import clean
from scenescout_tui.store.error_book import ERROR_COLUMNS, LETTER_COLUMNS, with_moments
from scenescout_tui.store.faults import NotFoundError
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.keyset import SCANNED, Found, Order, count, find, key_text, merged
from scenescout_tui.store.lines import Chunk, ErrorFilters, LetterFilters, LetterPayload
from scenescout_tui.store.part import StorePart
from scenescout_tui.store.reads import folded
from scenescout_tui.store.rows import DeadLetter, ErrorRow
from scenescout_tui.store.schema import dead_letters, error_groups, errors

_E, _D, _G = errors.c, dead_letters.c, error_groups.c
_FIRST = Window()
_NEWEST_ERRORS = Order((_E.id,), descending=True)
_NEWEST_LETTERS = Order((_D.id,), descending=True)
_LETTERS_OF_ERRORS = Order((_E.id, _E.dead_letter_id), descending=True)
# Each is looked through by itself; of more groups together the whole list is.
_GROUPS = 50
_CHUNK = 500
_LONGEST_PART = 200
_Test = ColumnElement[bool]


class ErrorPages(StorePart):
    """Errors and dead letters by page, newest first. Groups: see `ErrorBook.error_groups`.

    To act on a set: `freeze_errors` (number and `upto`), ask, then `chunk_of_errors(filters, at=frozen.upto)`
    again and again with `at=chunk.next` until that is None; dead letters in the same way. What comes
    meanwhile is in no chunk, and what was cleared or settled meanwhile drops out.
    """

    def errors_page(self, filters: ErrorFilters, window: Window = _FIRST) -> Page[ErrorRow]:
        """Return a page of errors; with `filters.text` it may stop before it is full (see `Page.resume`).

        Raises: DatabaseError.
        """
        with self._database.reading("errors_page") as connection:
            found = _find_errors(connection, filters, window)
            ids = [key[0] for key in found.keys]
            rows = connection.execute(select(*ERROR_COLUMNS).where(_E.id.in_(ids))).mappings()
            by_id = {row["id"]: ErrorRow(**with_moments(row)) for row in rows}
        return Page(tuple(by_id[key] for key in ids), found.more, found.looked, found.resume)

    def count_errors(self, filters: ErrorFilters) -> Count:
        """Count errors; from kept numbers where they tell it, else up to a bound (then it is not exact).

        Raises: DatabaseError.
        """
        with self._database.reading("count_errors") as connection:
            if filters.run_id is None and not filters.text:
                kept = func.sum(_G.total if filters.include_cleared else _G.open)
                number = connection.scalar(select(kept).where(*_of_groups(filters)))
                return Count(int(number or 0))
            conditions, tests = _conditions(filters)
            return count(connection, errors, conditions, tests, bounded=bool(filters.text))

    def freeze_errors(self, filters: ErrorFilters) -> Frozen:
        """Count exactly; may take seconds with `filters.text`.

        Raises: DatabaseError.
        """
        upto = new_id()
        conditions, tests = _conditions(filters)
        query = select(func.count()).select_from(errors).where(_E.id <= upto, *conditions, *tests)
        with self._database.reading("freeze_errors") as connection:
            return Frozen(connection.execute(query).scalar_one(), upto)

    def chunk_of_errors(self, filters: ErrorFilters, *, at: str, limit: int = _CHUNK) -> Chunk:
        """Return ids of a frozen set, newest first, from `at` on.

        Raises: DatabaseError.
        """
        with self._database.reading("chunk_of_errors") as connection:
            return _chunk(lambda window: _find_errors(connection, filters, window), at, limit)

    def error_detail(self, error_id: str) -> tuple[ErrorRow, DeadLetter | None]:
        """Return an error and its dead letter with the raw bytes, where it has one.

        Raises: NotFoundError, DatabaseError.
        """
        with self._database.reading("error_detail") as connection:
            found = connection.execute(select(*ERROR_COLUMNS).where(_E.id == error_id)).mappings().first()
            if found is None:
                raise NotFoundError("error", error_id)
            row = ErrorRow(**with_moments(found))
            query = select(*LETTER_COLUMNS, _D.payload).where(_D.id == row.dead_letter_id)
            letter = connection.execute(query).mappings().first()
        return row, None if letter is None else DeadLetter(**with_moments(letter))

    def letters_page(self, filters: LetterFilters, window: Window = _FIRST) -> Page[DeadLetter]:
        """Return a page of dead letters without their bytes; it may stop before it is full.

        Newest first, of a group, source or code by when they failed last.

        Raises: DatabaseError.
        """
        with self._database.reading("letters_page") as connection:
            found = _find_letters(connection, filters, window)
            ids = [key[-1] for key in found.keys]
            rows = connection.execute(select(*LETTER_COLUMNS).where(_D.id.in_(ids))).mappings()
            by_id = {row["id"]: DeadLetter(**with_moments(row)) for row in rows}
        return Page(tuple(by_id[key] for key in ids), found.more, found.looked, found.resume)

    def count_letters(self, filters: LetterFilters) -> Count:
        """Count dead letters up to a bound.

        Raises: DatabaseError.
        """
        with self._database.reading("count_letters") as connection:
            conditions, tests = _letter_conditions(filters)
            return count(connection, dead_letters, conditions, tests, bounded=bool(filters.text))

    def freeze_letters(self, filters: LetterFilters) -> Frozen:
        """Count exactly; may take seconds with `filters.text`.

        Raises: DatabaseError.
        """
        upto = new_id()
        conditions, tests = _letter_conditions(filters)
        query = select(func.count()).select_from(dead_letters).where(_D.id <= upto, *conditions, *tests)
        with self._database.reading("freeze_letters") as connection:
            return Frozen(connection.execute(query).scalar_one(), upto)

    def chunk_of_letters(self, filters: LetterFilters, *, at: str, limit: int = _CHUNK) -> Chunk:
        """Return ids of a frozen set of dead letters from `at` on.

        Raises: DatabaseError.
        """
        with self._database.reading("chunk_of_letters") as connection:
            return _chunk(lambda window: _find_letters(connection, filters, window), at, limit)

    def letter_payloads(self, ids: Sequence[str]) -> tuple[LetterPayload, ...]:
        """Return the raw bytes of some dead letters (a few hundred at once), in the order of `ids`.

        Raises: DatabaseError.
        """
        names = ("id", "source", "source_account", "external_id", "origin", "line", "payload")
        query = select(*(_D[name] for name in names)).where(_D.id.in_(ids))
        with self._database.reading("letter_payloads") as connection:
            found = {row.id: LetterPayload(*row) for row in connection.execute(query)}
        return tuple(found[one] for one in dict.fromkeys(ids) if one in found)


def _says(message: ColumnElement[str], part: str) -> _Test:
    # Not `icontains`, see `reads`.
    return func.lower(message).contains(folded(clean(part)[:_LONGEST_PART]), autoescape=True)


def _of_groups(filters: ErrorFilters | LetterFilters) -> list[_Test]:
    wanted = {"group_key": filters.group, "source": filters.source, "code": filters.code}
    if isinstance(filters, ErrorFilters):
        wanted["stage"] = filters.stage
    return [_G[name] == value for name, value in wanted.items() if value is not None]


def _conditions(filters: ErrorFilters) -> tuple[list[_Test], list[_Test]]:
    """Return what an index answers, and what is tested row by row."""
    conditions: list[_Test] = []
    tests = [_E[name] == value for name in ("source", "stage", "code") if (value := getattr(filters, name))]
    cleared = tests if filters.group is None and filters.run_id is not None else conditions
    if not filters.include_cleared:
        cleared.append(_E.cleared_at.is_(None))
    if filters.group is not None:
        conditions.append(_E.group_key == filters.group)
    if filters.run_id is not None:
        (conditions if filters.group is None else tests).append(_E.run_id == filters.run_id)
    if filters.text:
        tests.append(_says(_E.message, filters.text))
    return conditions, tests


def _find_errors(connection: Connection, filters: ErrorFilters, window: Window) -> Found:
    conditions, tests = _conditions(filters)
    if filters.group is None and filters.run_id is None and (filters.source or filters.stage or filters.code):
        groups = _group_keys(connection, filters)
        if groups is not None:
            parts = [
                find(
                    connection,
                    errors,
                    _NEWEST_ERRORS,
                    [*conditions, _E.group_key == group],
                    window,
                    tests=[_says(_E.message, filters.text)] if filters.text else (),
                    most=SCANNED // len(groups),
                )
                for group in groups
            ]
            return merged(parts, window, descending=True)
    return find(connection, errors, _NEWEST_ERRORS, conditions, window, tests=tests)


def _group_keys(connection: Connection, filters: ErrorFilters | LetterFilters) -> list[str] | None:
    """Return the groups that the filters name; None where they are too many to look through each."""
    query = select(_G.group_key).where(*_of_groups(filters)).limit(_GROUPS + 1)
    keys = list(connection.scalars(query))
    return keys if len(keys) <= _GROUPS else None


def _letter_conditions(filters: LetterFilters) -> tuple[list[_Test], list[_Test]]:
    conditions: list[_Test] = []
    tests = [_D[name] == value for name in ("source", "code") if (value := getattr(filters, name))]
    if filters.run_id is not None:
        conditions.append(_D.run_id == filters.run_id)
    if filters.state is not None:
        (conditions if filters.run_id is None else tests).append(_D.state == filters.state)
    if filters.group is not None:
        mine = errors.alias("mine").c
        of_group = select(mine.id).where(mine.dead_letter_id == _D.id, mine.group_key == filters.group)
        tests.append(of_group.exists())
    if filters.text:
        tests.append(_says(_D.message, filters.text))
    return conditions, tests


def _find_letters(connection: Connection, filters: LetterFilters, window: Window) -> Found:
    conditions, tests = _letter_conditions(filters)
    groups = None
    if filters.run_id is None and (filters.group or filters.source or filters.code):
        groups = [filters.group] if filters.group else _group_keys(connection, filters)
    if groups is None:
        return find(connection, dead_letters, _NEWEST_LETTERS, conditions, window, tests=tests)
    if window.at is not None and " " not in window.at:
        window = dataclasses.replace(window, at=_last_failed(connection, window.at, groups))
    # Of the errors of a letter only the newest stands for it. The group is no way to these few: it has an
    # index, which names all of its errors.
    later = errors.alias("later")
    again = select(later.c.id).where(
        later.c.dead_letter_id == _E.dead_letter_id, later.c.id > _E.id, (later.c.group_key + "").in_(groups)
    )
    origin = errors.join(dead_letters, _D.id == _E.dead_letter_id)
    most = SCANNED // max(1, len(groups))
    parts = [
        find(
            connection,
            origin,
            _LETTERS_OF_ERRORS,
            [_E.group_key == group],
            window,
            tests=[*conditions, *tests, ~again.exists()],
            most=most,
        )
        for group in groups
    ]
    return merged(parts, window, descending=True)


def _last_failed(connection: Connection, letter_id: str, groups: Sequence[str]) -> str:
    """Return the key, among the letters of some groups, of a letter that is known by its id."""
    newest = select(func.max(_E.id)).where(_E.dead_letter_id == letter_id, _E.group_key.in_(groups))
    return f"{connection.scalar(newest) or letter_id} {letter_id}"


def _chunk(find_ids: Callable[[Window], Found], at: str, limit: int) -> Chunk:
    ids: list[str] = []
    place: str | None = at
    while place is not None and len(ids) < limit:
        found = find_ids(Window(at=place, limit=limit - len(ids)))
        ids += [key[-1] for key in found.keys]
        place = found.resume or (key_text(found.keys[-1]) if found.more else None)
    return Chunk(tuple(ids), place)
