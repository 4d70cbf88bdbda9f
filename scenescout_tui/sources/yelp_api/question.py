"""What Yelp is asked: the options of an ask checked, and turned into the parameters of its API."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scenescout_tui.errors import ValidationError
from scenescout_tui.events.times import parse
from scenescout_tui.sources.ask import Ask

#: The categories Yelp sorts events into; there are no others.
CATEGORIES = (
    "charities",
    "fashion",
    "festivals-fairs",
    "film",
    "food-and-drink",
    "kids-family",
    "lectures-books",
    "music",
    "nightlife",
    "other",
    "performing-arts",
    "sports-active-life",
    "visual-arts",
)
#: The largest radius, in metres.
MAX_RADIUS = 40_000
_LONGEST_LOCATION = 250

_KEYS = (
    "location",
    "latitude",
    "longitude",
    "radius",
    "start",
    "end",
    "category",
    "free",
    "event",
    "max-pages",
)
_WITH_EVENT = frozenset({"event", "max-pages"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """An ask that can be put to Yelp."""

    #: What is asked for in the words of the options, without `max-pages`: "location=Lisboa free=true".
    label: str
    #: The parameters of every request of a search but for time and place in the list.
    params: Mapping[str, str]
    #: Only events that start at or after it, and not after it (Unix seconds).
    start: int | None = None
    end: int | None = None
    #: Single events; where there are any, nothing is searched.
    ids: tuple[str, ...] = ()
    max_pages: int | None = None


def check_ask(ask: Ask) -> None:
    """Check that an ask can be put to Yelp; nothing is sent.

    :raises ValidationError: naming the option that is wrong or missing.
    """
    read_ask(ask)


def read_ask(ask: Ask) -> Question:
    """Read an ask.

    A date stands for the whole day, in whatever zone the place lies: from a day before it began in UTC, to a
    day after it ended there. A time without an offset is UTC.

    :raises ValidationError: naming the option that is wrong or missing.
    """
    given = {key: value.strip() for key, value in ask.pairs}
    unknown = next((key for key in given if key not in _KEYS), None)
    if unknown is not None:
        raise _wrong(unknown, f"Yelp knows no such option (it knows {', '.join(_KEYS)})")
    label = str(Ask.of((key, value) for key, value in given.items() if key != "max-pages"))
    max_pages = _whole_number("max-pages", given["max-pages"], None) if "max-pages" in given else None
    if "event" in given:
        return Question(label, {}, ids=_ids(given), max_pages=max_pages)
    start, end = _moment(given, "start", -_DAY), _moment(given, "end", 2 * _DAY)
    if start is not None and end is not None and end < start:
        raise _wrong("end", "it lies before start")
    params = {**_place(given), **_filters(given)}
    return Question(label, params, start, end, max_pages=max_pages)


def _ids(given: Mapping[str, str]) -> tuple[str, ...]:
    beside = next((key for key in given if key not in _WITH_EVENT), None)
    if beside is not None:
        raise _wrong(beside, "single events are asked for by their ids alone; leave it out, or event")
    ids = tuple(dict.fromkeys(filter(None, map(str.strip, given["event"].split(",")))))
    # A path of dots would lead to another endpoint.
    if not ids or any(not one.strip(".") for one in ids):
        raise _wrong("event", "a comma list of Yelp's event ids is expected")
    return ids


def _place(given: Mapping[str, str]) -> dict[str, str]:
    place: dict[str, str] = {}
    if "location" in given:
        beside = next((key for key in ("latitude", "longitude") if key in given), None)
        if beside is not None:
            raise _wrong(beside, "a place is named by location, or by latitude and longitude, not by both")
        if not 1 <= len(given["location"]) <= _LONGEST_LOCATION:
            raise _wrong("location", f"1 to {_LONGEST_LOCATION} characters are expected")
        place["location"] = given["location"]
    else:
        if "latitude" not in given and "longitude" not in given:
            raise _wrong("location", "Yelp has to be told where: location, or latitude and longitude")
        for key, most in (("latitude", 90), ("longitude", 180)):
            place[key] = _degrees(key, given.get(key), most)
    if "radius" in given:
        place["radius"] = str(_whole_number("radius", given["radius"], MAX_RADIUS))
    return place


def _filters(given: Mapping[str, str]) -> dict[str, str]:
    filters: dict[str, str] = {}
    if "category" in given:
        wanted = [one.strip().lower() for one in given["category"].split(",") if one.strip()]
        if not wanted or not set(wanted) <= set(CATEGORIES):
            raise _wrong("category", f"Yelp's categories are {', '.join(CATEGORIES)}")
        filters["categories"] = ",".join(dict.fromkeys(wanted))
    if "free" in given:
        if given["free"].lower() not in ("true", "false"):
            raise _wrong("free", "true or false is expected")
        filters["is_free"] = given["free"].lower()
    return filters


def _degrees(key: str, text: str | None, most: int) -> str:
    try:
        degrees = float(text) if text is not None else math.nan
    except ValueError:
        degrees = math.nan
    if not abs(degrees) <= most:
        raise _wrong(key, f"degrees from -{most} to {most} are expected, with a decimal point")
    return f"{degrees:.7f}".rstrip("0").rstrip(".")


def _whole_number(key: str, text: str, most: int | None) -> int:
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    if number < 1 or (most is not None and number > most):
        upto = "up" if most is None else f"to {most}"
        raise _wrong(key, f"a whole number from 1 {upto} is expected")
    return number


def _moment(given: Mapping[str, str], key: str, margin: timedelta) -> int | None:
    """Return the Unix time of an option; `margin` is what a date alone is widened by."""
    if key not in given:
        return None
    moment: datetime | None = parse(given[key])
    if moment is None:
        raise _wrong(key, "a date (2026-12-01) or a time (2026-12-01T18:00+01:00) is expected")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if _DATE.fullmatch(given[key]):
        moment += margin
    return math.floor(moment.timestamp())


def _wrong(key: str, why: str) -> ValidationError:
    wrong = ValidationError(key, None, f"{key}: {why}")
    wrong.metadata["action"] = f"Correct --{key}, then start the import again."
    return wrong
