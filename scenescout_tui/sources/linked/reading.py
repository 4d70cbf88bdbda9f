"""From the bytes of a page or a JSON-LD file to one record for each event."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from scenescout_tui.sources.document import Document, Piece, broken, record
from scenescout_tui.sources.layout import HEAD, foreign
from scenescout_tui.sources.linked.nodes import Found, events, types_of
from scenescout_tui.sources.linked.scripts import is_page, scripts, unwrapped
from scenescout_tui.sources.read_options import ReadOptions

#: The key under which a record says what its document and the operator add to it.
ADDED = "scenescout"

_ENCODING = "Save the page as UTF-8 and import it again."
_REPAIR = "Ask whoever runs the site to repair this script; the others are imported."
_NO_SCRIPT = "Check the address; not every site marks up its events. Ask for a calendar feed instead."
_NO_EVENTS = "Check the address: it may be that of an overview, while the pages of single events have more."
_LONGEST_KEPT = 1024 * 1024
# A JSON text is read in one go, which holds up everything else for ten milliseconds per megabyte.
_LARGEST_FETCHED = 4 * 1024 * 1024
_LARGEST_IN_FILES = 16 * 1024 * 1024


def read_linked(document: Document, options: ReadOptions) -> Iterator[Piece]:
    """Yield the events of a JSON-LD document or of a web page's scripts; see `DocumentReader`.

    A script that is no JSON becomes a piece with its error, and so does a document without any event.
    """
    try:
        text = document.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not is_page(document.body.decode("latin-1")):
            words = f"byte {error.start} of the document is not UTF-8"
            yield broken(document.body[:_LONGEST_KEPT], words, _ENCODING)
            return
        # Pages of that age; browsers read them so too.
        text = document.body.decode("cp1252", "replace")
    base = document.url
    if is_page(text):
        found, base = scripts(text, document.url)
        texts = list(found)
        if not texts:
            yield broken(document.body[:1024], "the page holds no JSON-LD", _NO_SCRIPT)
            return
        values = [_parsed(unwrapped(one), _LARGEST_FETCHED) for one in texts]
    else:
        texts, values = _of_file(text, _LARGEST_IN_FILES if document.url is None else _LARGEST_FETCHED)
    yield from _pieces(document, options, base, list(zip(texts, values, strict=True)))


def _pieces(
    document: Document, options: ReadOptions, base: str | None, parsed: list[tuple[str, Any]]
) -> Iterator[Piece]:
    found = [list(events(value)) if not isinstance(value, str) else [] for _, value in parsed]
    starts = Counter(
        identity
        for identity, _ in {(_identity(one.node), _start(one.node)) for group in found for one in group}
    )
    for (text, value), group in zip(parsed, found, strict=True):
        if isinstance(value, str):
            yield broken(text[:_LONGEST_KEPT].encode(), value, _REPAIR)
        for one in group:
            yield _record(one, options, base, repeats=starts[_identity(one.node)] > 1)
    if not any(found) and not any(isinstance(value, str) for _, value in parsed):
        yield broken(document.body[:1024], "there are no events in it", _NO_EVENTS)


def _record(found: Found, options: ReadOptions, base: str | None, *, repeats: bool) -> Piece:
    added: dict[str, Any] = {
        "page": base,
        "place": options.place,
        "timezone": options.timezone,
        "repeats": repeats or None,
    }
    parent = found.parent
    if parent is not None:
        added["parent"] = _identity(parent) or parent.get("name")
        for key in ("location", "organizer"):
            if key not in found.node and key in parent:
                added[key] = parent[key]
    if "EventSeries" in types_of(found.node) and "startDate" not in found.node:
        added["skip"] = "series parent"
    kept = {key: value for key, value in added.items() if value is not None}
    return record({**found.node, ADDED: kept})


def _identity(node: dict[str, Any]) -> str | None:
    found = node.get("@id") or node.get("url")
    return found if isinstance(found, str) else None


def _start(node: dict[str, Any]) -> str | None:
    found = node.get("startDate")
    return found if isinstance(found, str) else None


def _of_file(text: str, largest: int) -> tuple[list[str], list[Any]]:
    """A file is one value, or a value in each line."""
    whole = _parsed(text, largest)
    if not isinstance(whole, str):
        return [text], [whole]
    lines = [one for one in text.splitlines() if one.strip()]
    if len(lines) > 1 and all(one.lstrip()[:1] in "{[" for one in lines[:3]):
        values = [_parsed(one, largest) for one in lines]
        if any(not isinstance(value, str) for value in values):
            return lines, values
    instead = foreign(text[:HEAD].encode("utf-8", "replace"))
    return [text], [whole if instead is None else instead.replace("no JSON", "no JSON-LD")]


def _parsed(text: str, largest: int) -> Any:
    """Return the value of a JSON text, or in words why it is none.

    Line breaks inside of strings and entities instead of quotes are common, and read.
    """
    if len(text) > largest:
        return f"it is larger than {largest // 1024 // 1024} MiB; write one event per line"
    problem = "the script is empty"
    for one in dict.fromkeys((text, html.unescape(text) if "&" in text else text)):
        if not one.strip():
            break
        try:
            value = json.loads(one, strict=False, parse_constant=_refuse)
        except RecursionError:
            return "it is nested too deeply"
        except json.JSONDecodeError as error:
            problem = f"it is no JSON (line {error.lineno}, column {error.colno})"
        except ValueError:
            return "a number is out of range"
        else:
            return value if isinstance(value, dict | list) else "it is no JSON object"
    return problem


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
