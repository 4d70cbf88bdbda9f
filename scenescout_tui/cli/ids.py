"""Ends of ids, as tables show them, made whole again where the store wants the whole id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scenescout_tui.store import NotFoundError, Store
from scenescout_tui.store.rows import ErrorGroup

#: The length of a whole id, and the fewest characters of its end that may stand for it.
_WHOLE = 26
_FEWEST = 4
_PAGE = 10_000


def full_group_key(store: Store, wanted: str | None) -> str | None:
    """Return the key of the group of errors whose key is this or ends in it; None stays None.

    :raises NotFoundError: when none or several end so.
    """
    if wanted is None:
        return None
    return _only("group of errors", wanted, (group.key for group in _groups(store)))


def full_error_id(store: Store, wanted: str) -> str:
    """Return the id of the open error whose id ends so; a whole id is taken as it is.

    :raises NotFoundError: when none or several end so.
    """
    if len(wanted) >= _WHOLE:
        return wanted
    return _only("open error", wanted, _open_errors(store))


def _only(kind: str, wanted: str, ids: Iterable[str]) -> str:
    fitting = []
    for one in ids:
        if one == wanted:
            return one
        if len(wanted) >= _FEWEST and one.endswith(wanted.lower()):
            fitting.append(one)
    if len(fitting) != 1:
        raise NotFoundError(kind, wanted)
    return fitting[0]


def _groups(store: Store) -> Iterator[ErrorGroup]:
    offset = 0
    while page := store.error_groups(include_cleared=True, limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)


def _open_errors(store: Store) -> Iterator[str]:
    page = store.errors(limit=_PAGE)
    while page:
        yield from (error.id for error in page)
        page = store.errors(limit=_PAGE, before=page[-1].id)
