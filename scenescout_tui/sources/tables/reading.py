"""From the bytes of a table to one record for each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

import msgspec

from scenescout_tui.safe_text import for_screen
from scenescout_tui.sources.document import Document, Piece, broken, record
from scenescout_tui.sources.inputs import InputError
from scenescout_tui.sources.layout import HEAD, foreign
from scenescout_tui.sources.read_options import ReadOptions
from scenescout_tui.sources.tables.fields import FIELDS, columns_of, is_table, missing_columns
from scenescout_tui.sources.tables.rows import DecodeProblem, Row, decoded, delimiters_of, rows

#: The key that every record of a table has; it holds what the operator adds.
MARK = "table"

_ROW = "Repair the row in the file, or export it again; the other rows are imported."
_MAP = "Say which columns they are: --map title=COLUMN,start=COLUMN (fields: {})."
_FOREIGN = "Export the list as CSV (comma separated, UTF-8) with its column names in the first row."
_SHOWN = 30
# Exports put titles and empty lines above their column names.
_HEADER_SEARCHED = 10
_HEAD_SEARCHED = 256 * 1024


def read_table(document: Document, options: ReadOptions) -> Iterator[Piece]:
    """Yield the rows of a CSV document, or the objects of a JSON list; see `DocumentReader`.

    A row that cannot be read becomes a piece with its error.

    :raises InputError: when the mapping names columns that are not there, or title and start are not found.
    """
    if document.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        yield from _objects(document, options)
        return
    try:
        text = decoded(document.body)
    except DecodeProblem as problem:
        yield broken(document.body[:1024], f"this is no text: {problem} is not UTF-8", _FOREIGN)
        return
    instead = foreign(text[:HEAD].encode())
    if instead is not None and not instead.endswith(("CSV", "text")):
        yield broken(document.body[:1024], instead.replace("no JSON", "no table"), _FOREIGN)
        return
    delimiter = _delimiter(text, options) or next(iter(delimiters_of(text)), ",")
    found = rows(text, delimiter)
    first = list(islice(found, _HEADER_SEARCHED))
    at, names = _header(first, options)
    columns = _columns(names, options, document.origin)
    for row in chain(first[at + 1 :], found):
        yield _row(row, names, columns, document, options)


def could_be_table(head: bytes, options: ReadOptions) -> bool:
    """Tell from its first bytes whether a text is a table of events whose columns are known."""
    try:
        return _delimiter(decoded(head), options) is not None
    except DecodeProblem:
        return False


def _delimiter(text: str, options: ReadOptions) -> str | None:
    """Return the delimiter with which we find the columns that an event needs; None where none does."""
    head = text[:_HEAD_SEARCHED]
    for one in delimiters_of(head):
        first = list(islice(rows(head, one), _HEADER_SEARCHED))
        if _fits(_header(first, options)[1], options):
            return one
    return None


def _header(found: list[Row], options: ReadOptions) -> tuple[int, list[str]]:
    """Return the place of the row that names the columns, and the names: the first row in which we find what
    an event needs, else the first of all.
    """
    for at, row in enumerate(found[:_HEADER_SEARCHED]):
        names = _names(row.cells)
        if _fits(names, options):
            return at, names
    return 0, _names(found[0].cells) if found else []


def _fits(names: list[str], options: ReadOptions) -> bool:
    return not missing_columns(names, options.map) and is_table(columns_of(names, options.map))


def _names(cells: list[str]) -> list[str]:
    """The columns' names; a name that comes twice gets a number."""
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or f"column {number}"
        names.append(name if name not in names else f"{name} ({number})")
    while names and names[-1] == f"column {len(names)}":
        names.pop()
    return names


def _columns(names: list[str], options: ReadOptions, origin: str) -> dict[str, str]:
    known = ", ".join(for_screen(name, 40) for name in names[:_SHOWN])
    lost = missing_columns(names, options.map)
    if lost:
        raise InputError(
            f"{origin} has no column {for_screen(lost[0], 40)!r}; its columns are {known}",
            "Correct --map; it is written --map FIELD=COLUMN,FIELD=COLUMN.",
        )
    columns = columns_of(names, options.map)
    if not is_table(columns):
        missing = " and ".join(field for field in ("title", "start") if field not in columns)
        raise InputError(
            f"{origin}: no column for {missing} was found; its columns are {known}",
            _MAP.format(", ".join(FIELDS)),
        )
    return columns


def _row(
    row: Row, names: list[str], columns: Mapping[str, str], document: Document, options: ReadOptions
) -> Piece:
    problem = row.problem
    # A delimiter too many at the end of a row does no harm.
    if problem is None and (len(row.cells) < len(names) or any(c.strip() for c in row.cells[len(names) :])):
        problem = f"the row has {len(row.cells)} cells, the table has {len(names)} columns"
    if problem is not None:
        return broken(row.text.encode("utf-8", "replace"), problem, _ROW)
    cells = dict(zip(names, row.cells, strict=False))
    return record({MARK: _added(document, options)} | {key: cells[name] for key, name in columns.items()})


def _added(document: Document, options: ReadOptions) -> dict[str, Any]:
    added = {
        "account": document.account,
        "dates": options.dates,
        "timezone": options.timezone,
        "place": options.place,
    }
    return {"kind": "csv"} | {key: value for key, value in added.items() if value}


def _objects(document: Document, options: ReadOptions) -> Iterator[Piece]:
    """The objects of a JSON list, of the longest list in an object, or of lines; columns are dotted paths."""
    found = _listed(document.body)
    if found is None:
        yield broken(document.body[:1024], "this is neither CSV nor a JSON list of objects", _FOREIGN)
        return
    flat = [_flat(one) if isinstance(one, dict) else None for one in found]
    names = list(dict.fromkeys(name for one in flat if one is not None for name in one))
    if not flat:
        return
    columns = _columns(names, options, document.origin)
    for number, one in enumerate(flat):
        if one is None:
            data = msgspec.json.encode(found[number])
            yield broken(data, "a record must be a JSON object, this is something else", _ROW)
            continue
        content = {field: one[name] for field, name in columns.items() if name in one}
        yield record({MARK: _added(document, options)} | content)


def _listed(body: bytes) -> list[Any] | None:
    try:
        value = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _lines(body)
    if isinstance(value, list):
        return value
    lists = [one for one in value.values() if isinstance(one, list)] if isinstance(value, dict) else []
    lists = [one for one in lists if any(isinstance(item, dict) for item in one) or not one]
    return max(lists, key=len) if lists else [value] if isinstance(value, dict) else None


def _lines(body: bytes) -> list[Any] | None:
    try:
        return [msgspec.json.decode(line) for line in body.splitlines() if line.strip()]
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _flat(value: Mapping[str, Any], before: str = "", depth: int = 0) -> dict[str, Any]:
    """Return an object's values by dotted path; lists of plain values are joined, others left out."""
    found: dict[str, Any] = {}
    for key, one in value.items():
        path = f"{before}{key}"
        if isinstance(one, Mapping):
            if depth < 8:
                found |= _flat(one, f"{path}.", depth + 1)
        elif isinstance(one, list):
            if all(isinstance(item, str | int | float) for item in one):
                found[path] = ", ".join(str(item) for item in one)
        else:
            found[path] = one
    return found
