"""Records that no importer should accept as they are, and some that look as if it should not but must.

Each is what has been seen in the wild: keys that went missing, changed types, exports cut short, wrong
encodings, text that tries to be something else on a terminal.
"""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from typing import Any, Literal

from scenescout_tui.sandbox.eventbrite import eventbrite_event
from scenescout_tui.sandbox.happenings import SHARED, happening, series_of
from scenescout_tui.sandbox.manual import manual_form
from scenescout_tui.sandbox.yelp import yelp_event

Source = Literal["eventbrite", "yelp", "manual"]

#: Numbers of the happenings that get broken; nothing else uses them.
_FIRST_BROKEN = 5_000_000

#: Broken so that a page of an API with one of them in it would be no JSON, or none that every reader takes.
UNSENDABLE = frozenset({"cut short", "lone surrogate", "not a number", "not UTF-8", "too deep"})

_START = {"eventbrite": "start", "yelp": "time_start", "manual": "start_time"}
_END = {"eventbrite": "end", "yelp": "time_end", "manual": "end_time"}
_TITLE = {"eventbrite": "name", "yelp": "name", "manual": "title"}


def encode(payload: object) -> bytes:
    """Return a payload as its source would send it: JSON in UTF-8, not escaped, in one line."""
    return json.dumps(payload, ensure_ascii=False, separators=(", ", ": ")).encode("utf-8", "surrogatepass")


def broken_records(source: Source, seed: int, today: date) -> dict[str, bytes]:
    """Return broken records by what is wrong with them; they differ from each other in id as well."""
    numbers = range(_FIRST_BROKEN, _FIRST_BROKEN + 1000)
    fresh = (_payload(source, number, seed, today) for number in numbers if series_of(number) is None)

    def without(key: str) -> bytes:
        payload = next(fresh)
        payload.pop(key, None)
        return encode(payload)

    def changed(key: str, value: object) -> bytes:
        return encode(next(fresh) | {key: value})

    start, end, title = _START[source], _END[source], _TITLE[source]
    early = next(fresh)
    early[end] = _payload(source, _FIRST_BROKEN - 1, seed, today)[start]
    early[start] = _years_later(early[start])
    whole = encode(next(fresh))
    return {
        "start missing": without(start),
        "start null": changed(start, None),
        "start a number": changed(start, 20261123),
        "start a word": changed(start, "next Tuesday"),
        "title missing": without(title),
        "title null": changed(title, None),
        "title a list": changed(title, ["one", "two"]),
        "end before start": encode(early),
        "not an object: a list": b'[{"name": "a list in a list"}]',
        "not an object: a number": b"42",
        "not an object: null": b"null",
        "not an object: a string": b'"an event, allegedly"',
        "cut short": whole[: len(whole) // 2],
        "not a number": whole.replace(b": null", b": NaN", 1) if b": null" in whole else b'{"price": NaN}',
        "not UTF-8": encode(changed_title(next(fresh), title, "Café del Mar")).replace("é".encode(), b"\xe9"),
        "lone surrogate": encode(changed_title(next(fresh), title, "half a smile <half>")).replace(
            b"<half>", rb"\ud83d"
        ),
        "NUL in the text": encode(changed_title(next(fresh), title, "before\x00after")),
        "integer beyond 64 bits": changed("capacity", 10**40),
        "too deep": b'{"id": ' + b"[" * 2_000 + b"]" * 2_000 + b"}",
        "terminal control": encode(changed_title(next(fresh), title, "\x1b[2J\x1b[31mred\x07 alert")),
        "markup": encode(changed_title(next(fresh), title, "[/red] [@click=app.quit]Press here[/]")),
        "written backwards": encode(changed_title(next(fresh), title, "Concert \u202egnp.exe\u202c tonight")),
        **_own(source, fresh_one=next(fresh), other=next(fresh), seed=seed, today=today),
    }


def changed_title(payload: dict[str, Any], key: str, title: str) -> dict[str, Any]:
    """Return the payload with another title, in the form the payload keeps it in."""
    name = {"text": title, "html": title} if isinstance(payload.get(key), dict) else title
    return payload | {key: name}


def _payload(source: Source, number: int, seed: int, today: date) -> dict[str, Any]:
    item = happening(number, seed, today)
    if source == "eventbrite":
        # The first shape only: its key names are the ones that get broken.
        shape = eventbrite_event(item, seed, today)
        return shape if "start" in shape else _payload(source, number + 40_000, seed, today)
    return yelp_event(item, seed) if source == "yelp" else manual_form(item, seed)


def _years_later(start: Any) -> Any:
    """Move a start, in whichever form, ten years ahead (to the same day, a 29 February to the 28th)."""
    if isinstance(start, dict):
        return {key: value if key == "timezone" else _years_later(value) for key, value in start.items()}
    day = start[4:10].replace("-02-29", "-02-28")
    return f"{int(start[:4]) + 10}{day}{start[10:]}"


def _own(
    source: Source, *, fresh_one: dict[str, Any], other: dict[str, Any], seed: int, today: date
) -> dict[str, bytes]:
    """What only this source gets wrong."""
    if source == "manual":
        return {
            "latitude out of range": encode(fresh_one | {"latitude": 152.5, "longitude": -9000}),
            "nowhere": encode(
                {key: other[key] for key in ("title", "description", "start_time", "timezone")}
            ),
        }
    item = happening(SHARED - 1, seed, today)
    stranger = yelp_event(item, seed) if source == "eventbrite" else eventbrite_event(item, seed, today)
    found = {
        "id missing": encode({key: value for key, value in fresh_one.items() if key != "id"}),
        "of another source": encode(stranger),
    }
    if source == "eventbrite":
        nowhere = deepcopy(other) | {"venue": None, "venue_id": None, "online_event": False}
        return found | {"nowhere": encode(nowhere)}
    location: dict[str, Any] = dict.fromkeys(other["location"], "") | {"display_address": []}
    return found | {"nowhere": encode(other | {"location": location, "latitude": None, "longitude": None})}
