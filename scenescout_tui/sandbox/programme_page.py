"""A house's programme as a web page with schema.org events in it, the ways such pages have them: one alone, a
graph, a list of items, and scripts that are about something else.
"""

from __future__ import annotations

import json
from datetime import date
from html import escape
from itertools import count
from typing import Any

from scenescout_tui.sandbox.happenings import Happening, happening

#: How many events the page holds, in three scripts.
EVENTS = 9

_FIRST = 7_000_000
_TYPE = {
    "concert": "MusicEvent",
    "comedy": "ComedyEvent",
    "exhibition": "ExhibitionEvent",
    "festival": "Festival",
}
_CONTEXT = "https://schema.org"


def page(seed: int, today: date, *, broken: bool) -> bytes:
    """Return the page as HTML in UTF-8. With `broken` one more script is there that is no JSON."""
    items = _items(seed, today)
    events = [_event(item, number) for number, item in enumerate(items)]
    scripts: list[Any] = [
        {"@context": _CONTEXT, "@type": "BreadcrumbList", "itemListElement": []},
        {"@context": "http://schema.org", **events[0]},
        {"@context": _CONTEXT, "@graph": [{"@type": "Organization", "name": "Northlight"}, *events[1:5]]},
        {
            "@context": _CONTEXT,
            "@type": "ItemList",
            "itemListElement": [
                {"@type": "ListItem", "position": number, "item": event}
                for number, event in enumerate(events[5:], 1)
            ],
        },
    ]
    texts = [json.dumps(script, ensure_ascii=False, indent=1).replace("</", "<\\/") for script in scripts]
    if broken:
        texts.insert(2, '{"@context": "https://schema.org", "@type": "Event", "name": "Half an')
    tags = "\n".join(f'<script type="application/ld+json">\n{text}\n</script>' for text in texts)
    rows = "\n".join(f"<li>{escape(item.title)}</li>" for item in items)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Programme</title>\n'
        f"{tags}\n<script>var analytics = {{}};</script>\n</head>\n"
        f"<body>\n<h1>Programme</h1>\n<ul>\n{rows}\n</ul>\n</body>\n</html>\n"
    ).encode()


def _items(seed: int, today: date) -> list[Happening]:
    numbers = (number for number in count(_FIRST))
    found: list[Happening] = []
    while len(found) < EVENTS:
        item = happening(next(numbers), seed, today)
        if item.series is None:
            found.append(item)
    return found


def _event(item: Happening, number: int) -> dict[str, Any]:
    start = item.offset(item.start).isoformat()
    # One writes the offset without its colon, as Eventbrite's own pages do.
    found: dict[str, Any] = {
        "@type": _TYPE.get(item.kind, "Event"),
        "name": item.title,
        "description": item.blurb,
        "url": f"https://northlight.example/programme/{item.number}",
        "startDate": start[:-3] + start[-2:] if number == 2 else start,
        "eventStatus": f"{_CONTEXT}/EventCancelled" if item.cancelled else f"{_CONTEXT}/EventScheduled",
        "offers": _offers(item, number),
        "organizer": {"@type": "Organization", "name": item.organiser.name},
    }
    if item.end is not None:
        found["endDate"] = item.offset(item.end).isoformat()
    if item.venue is None:
        online = {"@type": "VirtualLocation", "url": f"https://stream.example.org/{item.slug}"}
        return found | {"location": online, "eventAttendanceMode": f"{_CONTEXT}/OnlineEventAttendanceMode"}
    return found | {"location": _location(item, number)}


def _location(item: Happening, number: int) -> object:
    venue = item.venue
    if venue is None or number == 3:
        return venue and f"{venue.name}, {venue.address}, {venue.city.name}"
    return {
        "@type": "Place",
        "name": venue.name,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": venue.address,
            "addressLocality": venue.city.name,
            "addressRegion": venue.city.region,
            "postalCode": venue.postal,
            "addressCountry": venue.city.country,
        },
        "geo": {"@type": "GeoCoordinates", "latitude": venue.latitude, "longitude": str(venue.longitude)},
    }


def _offers(item: Happening, number: int) -> object:
    """The price in one of the forms it comes in; null where nobody knows it."""
    low, high, unit = item.price.low, item.price.high, 1 if item.currency == "JPY" else 100
    if low is None or high is None:
        return None
    if high != low:
        kind = {"@type": "AggregateOffer", "lowPrice": low / unit, "highPrice": high / unit}
        return kind | {"priceCurrency": item.currency}
    offer = {"@type": "Offer", "price": f"{low / unit:g}", "priceCurrency": item.currency}
    return [offer] if number % 2 else offer
