"""The events in a JSON-LD document, wherever they stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

#: How deep objects may lie inside one another; real pages need six or seven.
MAX_DEPTH = 40

# Types of schema.org that end in "Event" and are nothing to go to.
_NO_EVENTS = frozenset(("DeliveryEvent", "PublicationEvent", "BroadcastEvent", "OnDemandEvent"))
_MORE_EVENTS = frozenset(("Festival", "EventSeries", "Hackathon"))
_PREFIX = re.compile(r"(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)
_INNER = ("subEvent", "subEvents")
# What may be told of elsewhere in the document and only referred to here.
_REFERRED = ("location", "organizer", "performer", "offers", "image", "superEvent", "address", "geo")


class Found(NamedTuple):
    """An event object, and the event that it is a part of."""

    node: dict[str, Any]
    parent: dict[str, Any] | None


def types_of(node: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the types of an object without schema.org's prefix."""
    given = node.get("@type")
    found = given if isinstance(given, list) else [given]
    return tuple(_PREFIX.sub("", one.strip()) for one in found if isinstance(one, str))


def is_event(node: object) -> bool:
    """Tell an event of schema.org, of any kind that one can go to."""
    if not isinstance(node, Mapping):
        return False
    return any(
        (kind.endswith("Event") and kind not in _NO_EVENTS and "/" not in kind and ":" not in kind)
        or kind in _MORE_EVENTS
        for kind in types_of(node)
    )


def events(document: object) -> Iterator[Found]:
    """Yield the events of a document in its order, parts of an event behind it.

    What an event only refers to by `@id` is filled in from elsewhere in the document, two steps deep; an
    object that contains itself by such references does no harm.
    """
    plain = _plain(document, 0)
    known: dict[str, dict[str, Any]] = {}
    for node in _objects(plain, 0):
        identity = node.get("@id")
        if isinstance(identity, str) and len(node) > 1 and identity not in known:
            known[identity] = node
    for found in _events(plain, None, 0):
        yield Found(_filled(found.node, known, 2), found.parent)


def _events(value: Any, parent: dict[str, Any] | None, depth: int) -> Iterator[Found]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from _events(one, parent, depth + 1)
    elif isinstance(value, dict):
        if not is_event(value):
            for one in value.values():
                if isinstance(one, dict | list):
                    yield from _events(one, parent, depth + 1)
            return
        yield Found({key: one for key, one in value.items() if key not in _INNER}, parent)
        for key in _INNER:
            yield from _events(value.get(key), value, depth + 1)


def _objects(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        if isinstance(one, dict | list):
            yield from _objects(one, depth + 1)


def _plain(value: Any, depth: int) -> Any:
    """Return the document with schema.org's prefix off its keys; what lies too deep is left out."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {_PREFIX.sub("", key): _plain(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one, depth + 1) for one in value]
    return value


def _filled(node: dict[str, Any], known: Mapping[str, dict[str, Any]], steps: int) -> dict[str, Any]:
    if not steps:
        return node
    filled = dict(node)
    for key in _REFERRED:
        value = node.get(key)
        if isinstance(value, dict):
            filled[key] = _looked_up(value, known, steps)
        elif isinstance(value, list):
            filled[key] = [_looked_up(one, known, steps) if isinstance(one, dict) else one for one in value]
    return filled


def _looked_up(value: dict[str, Any], known: Mapping[str, dict[str, Any]], steps: int) -> dict[str, Any]:
    identity = value.get("@id")
    if len(value) == 1 and isinstance(identity, str):
        value = known.get(identity, value)
    if is_event(value):
        # The event around is told of by its name and id alone.
        return {key: value[key] for key in ("@type", "@id", "name", "url") if key in value}
    return _filled(value, known, steps - 1)
