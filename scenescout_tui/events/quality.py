"""The quality codes an event may carry: what was odd in its record and what we made of it."""

from __future__ import annotations

from collections.abc import Mapping

TITLE_TRUNCATED = "TITLE_TRUNCATED"
DESC_TRUNCATED = "DESC_TRUNCATED"
TZ_MISMATCH = "TZ_MISMATCH"
TZ_UNKNOWN = "TZ_UNKNOWN"
TZ_ASSUMED = "TZ_ASSUMED"
ZONE_MISMATCH = "ZONE_MISMATCH"
DST_GAP = "DST_GAP"
DST_FOLD = "DST_FOLD"
END_BEFORE_START = "END_BEFORE_START"
END_INVALID = "END_INVALID"
START_HIDDEN = "START_HIDDEN"
END_HIDDEN = "END_HIDDEN"
ALL_DAY_SUSPECTED = "ALL_DAY_SUSPECTED"
MULTI_DAY = "MULTI_DAY"
LONG_RUNNING = "LONG_RUNNING"
STATUS_UNKNOWN = "STATUS_UNKNOWN"
PRICE_UNKNOWN = "PRICE_UNKNOWN"
PRICE_INVALID = "PRICE_INVALID"
PRICE_CONFLICT = "PRICE_CONFLICT"
PRICE_FROM_TEXT = "PRICE_FROM_TEXT"
CURRENCY_ASSUMED = "CURRENCY_ASSUMED"
CURRENCY_UNKNOWN = "CURRENCY_UNKNOWN"
COORDINATES_INVALID = "COORDINATES_INVALID"
COORDINATES_ZERO = "COORDINATES_ZERO"
COORDINATES_SWAPPED = "COORDINATES_SWAPPED"
COUNTRY_UNKNOWN = "COUNTRY_UNKNOWN"
CITY_DERIVED = "CITY_DERIVED"
COUNTRY_DERIVED = "COUNTRY_DERIVED"
ENRICH_FAILED = "ENRICH_FAILED"
URL_INVALID = "URL_INVALID"
DETAILS_MISSING = "DETAILS_MISSING"
SERIES_CUT = "SERIES_CUT"
SERIES_UNREAD = "SERIES_UNREAD"

#: Each code with its meaning, for documentation and screens.
MEANINGS: Mapping[str, str] = {
    DETAILS_MISSING: "the source could not give venue, price and status this time; known ones are kept",
    TITLE_TRUNCATED: "the title was longer than 300 characters and was cut",
    DESC_TRUNCATED: "the source cut the description, or it was longer than we keep",
    TZ_MISMATCH: "local time and zone do not give the stated UTC time; UTC was kept",
    TZ_UNKNOWN: "the named time zone does not exist",
    TZ_ASSUMED: "the time came without a zone; one was assumed, so check it",
    ZONE_MISMATCH: "the zone at the coordinates has another UTC offset than the stated time; left open",
    DST_GAP: "the local time does not exist (clocks go forward); moved on by the gap",
    DST_FOLD: "the local time exists twice (clocks go back); the first was taken",
    END_BEFORE_START: "the end lay before the start and was dropped",
    END_INVALID: "the end could not be read and was dropped",
    START_HIDDEN: "the organiser hides the start",
    END_HIDDEN: "the organiser hides the end",
    ALL_DAY_SUSPECTED: "starts at midnight and lasts 23 hours or more: all-day in disguise?",
    MULTI_DAY: "lasts longer than a day",
    LONG_RUNNING: "lasts longer than 28 days: an exhibition, or a series in one listing",
    STATUS_UNKNOWN: "the status is none we know; taken as scheduled",
    PRICE_UNKNOWN: "the event costs something, but the source does not say how much",
    PRICE_INVALID: "a price could not be read and was dropped",
    PRICE_CONFLICT: "marked as free, but with a price; the price was kept",
    PRICE_FROM_TEXT: "the price was read from a text for people",
    CURRENCY_ASSUMED: "the currency is the usual one of the country",
    CURRENCY_UNKNOWN: "no known currency for the price",
    COORDINATES_INVALID: "coordinates out of range or incomplete; dropped",
    COORDINATES_ZERO: "coordinates 0/0 mean unknown; dropped",
    COORDINATES_SWAPPED: "latitude and longitude were exchanged; corrected",
    COUNTRY_UNKNOWN: "the country is none we know; dropped",
    CITY_DERIVED: "the source names no city; it is the one at the coordinates",
    COUNTRY_DERIVED: "the source names no country; it is that of the coordinates or of the city",
    ENRICH_FAILED: "a step of enriching failed; what it would have added is missing",
    URL_INVALID: "a link was no http or https address; dropped",
    SERIES_CUT: "the event repeats further than it was followed; this is the last one taken",
    SERIES_UNREAD: "the repetition could not be followed; only the times named are here",
}
