"""Happenings as Eventbrite's API v3 lists them, with `venue`, `organizer`, `ticket_availability` and more
expanded.

Shapes: Eventbrite's API blueprint and recorded answers; the second ("destination") shape is that of its
search pages.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from html import escape
from random import Random
from typing import Any

from scenescout_tui.sandbox.happenings import CANCELLED_EVERY, Happening, Organiser, happening
from scenescout_tui.sandbox.venues import Venue

_API = "https://www.eventbriteapi.com/v3"
_CATEGORY = {
    "concert": ("103", "3006", "6"),
    "comedy": ("105", "5010", "5"),
    "talk": ("102", "2004", "2"),
    "workshop": ("119", "19006", "9"),
    "exhibition": ("105", "5003", "3"),
    "market": ("110", "10001", "15"),
    "screening": ("104", "4002", "13"),
    "class": ("107", "7005", "9"),
    "festival": ("103", "3008", "5"),
}
#: The names of all categories there are.
CATEGORIES = {
    "101": "Business & Professional",
    "102": "Science & Technology",
    "103": "Music",
    "104": "Film, Media & Entertainment",
    "105": "Performing & Visual Arts",
    "106": "Fashion & Beauty",
    "107": "Health & Wellness",
    "108": "Sports & Fitness",
    "109": "Travel & Outdoor",
    "110": "Food & Drink",
    "111": "Charity & Causes",
    "112": "Government & Politics",
    "113": "Community & Culture",
    "114": "Religion & Spirituality",
    "115": "Family & Education",
    "116": "Seasonal & Holiday",
    "117": "Home & Lifestyle",
    "118": "Auto, Boat & Air",
    "119": "Hobbies & Special Interest",
    "199": "Other",
}


def eventbrite_events(count: int, seed: int, today: date) -> list[dict[str, Any]]:
    """Return `count` events, happenings 0 to `count` - 1 of the seed, in the order a listing has them: not by
    start.

    Among them are cancelled ones in each of their disguises, drafts, series with parent and children, events
    of many days, without an end, without a price, online, and about one in twelve in the destination shape.
    """
    events = [eventbrite_event(happening(number, seed, today), seed, today) for number in range(count)]
    Random(f"{seed}/eventbrite/order").shuffle(events)
    return events


def eventbrite_event(item: Happening, seed: int, today: date) -> dict[str, Any]:
    """Return one happening in the first shape, or for every twelfth one in the destination shape."""
    if item.number % 12 == 7 and item.venue is not None and item.series is None:
        return _destination(item, item.venue, Random(f"{seed}/eventbrite/{item.number}"))
    return api_event(item, seed, today)


def api_event(item: Happening, seed: int, today: date) -> dict[str, Any]:
    """Return one happening in the first shape, with everything expanded."""
    rng = Random(f"{seed}/eventbrite/{item.number}")
    number = event_id(item)
    category, subcategory, format_id = _CATEGORY[item.kind]
    published = datetime.combine(today - timedelta(days=rng.randint(3, 90)), time(9, rng.randrange(60)), UTC)
    event: dict[str, Any] = {
        "name": {"text": item.title, "html": escape(item.title, quote=True).replace("&#x27;", "&#39;")},
        "description": {"text": item.blurb, "html": escape(item.blurb)},
        "summary": item.blurb,
        "url": _page(item),
        "start": _moment(item, item.start),
        "end": _moment(item, item.end) if item.end is not None else None,
        "organization_id": organization_id(item.organiser),
        "created": _stamp(published - timedelta(minutes=rng.randint(5, 4000))),
        "changed": _stamp(published + timedelta(hours=rng.randint(0, 48))),
        "published": _stamp(published),
        "status": "completed" if (item.end or item.start).date() < today else "live",
        "currency": item.currency,
        "online_event": item.venue is None,
        "is_free": item.price.free is True,
        "is_series": item.series is not None,
        "is_series_parent": False,
        "organizer_id": organizer_id(item.organiser),
        "venue_id": venue_id(item.venue) if item.venue is not None else None,
        "category_id": category,
        "subcategory_id": subcategory,
        "format_id": format_id,
        "id": number,
        "resource_uri": f"{_API}/events/{number}/",
        **_constants(),
        **_expansions(item, category),
        **_logo(item, rng),
    }
    if item.series is not None:
        event["series_id"] = series_id(item.series)
    _disguise(event, item, rng)
    return event


def event_id(item: Happening) -> str:
    """The id Eventbrite knows the happening by."""
    return str(1249263000000 + item.number * 17)


def organizer_id(organiser: Organiser) -> str:
    """The id of the public organiser."""
    return f"{48062165000 + organiser.number}"


def organization_id(organiser: Organiser) -> str:
    """The id of the organisation behind it."""
    return f"{768255000000 + organiser.number}"


def venue_id(venue: Venue) -> str:
    """The id of a venue."""
    return f"{245730000 + venue.number}"


def series_id(series: int) -> str:
    """The id of a series, by its number."""
    return f"{1255725000000 + series}"


def _page(item: Happening) -> str:
    return f"https://www.eventbrite.com/e/{item.slug}-tickets-{event_id(item)}"


def _moment(item: Happening, wall: datetime) -> dict[str, str]:
    return {"timezone": item.zone, "local": wall.isoformat(), "utc": _stamp(item.utc(wall))}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _constants() -> dict[str, Any]:
    """What is the same for every event as a stranger's token sees it."""
    return {
        "capacity": None,
        "capacity_is_custom": None,
        "listed": True,
        "shareable": True,
        "tx_time_limit": 1200,
        "hide_start_date": False,
        "hide_end_date": False,
        "locale": "en_US",
        "is_locked": False,
        "privacy_setting": "unlocked",
        "inventory_type": "limited",
        "is_reserved_seating": False,
        "show_pick_a_seat": False,
        "show_seatmap_thumbnail": False,
        "show_colors_in_seatmap_thumbnail": False,
        "source": "coyote",
        "version": None,
        "facebook_event_id": None,
        "is_externally_ticketed": False,
    }


def _expansions(item: Happening, category: str) -> dict[str, Any]:
    house = organizer_id(item.organiser)
    expanded: dict[str, Any] = {
        "venue": _venue(item.venue) if item.venue is not None else None,
        "organizer": {
            "name": item.organiser.name,
            "id": house,
            "url": f"https://www.eventbrite.com/o/{item.organiser.name.split()[0].lower()}-{house}",
            "resource_uri": f"{_API}/organizers/{house}/",
        },
        "category": {
            "id": category,
            "name": CATEGORIES[category],
            "resource_uri": f"{_API}/categories/{category}/",
        },
    }
    if item.price.low is not None and item.price.high is not None:
        expanded["ticket_availability"] = {
            "has_available_tickets": True,
            "is_sold_out": False,
            "minimum_ticket_price": _money(item.price.low, item.currency),
            "maximum_ticket_price": _money(item.price.high, item.currency),
        }
    return expanded


def _money(minor: int, currency: str) -> dict[str, Any]:
    major = f"{minor}" if currency == "JPY" else f"{minor // 100}.{minor % 100:02d}"
    return {"currency": currency, "value": minor, "major_value": major, "display": f"{major} {currency}"}


def _venue(venue: Venue) -> dict[str, Any]:
    city = venue.city
    lines = [venue.address, city.name, venue.postal]
    latitude, longitude = str(venue.latitude), str(venue.longitude)
    return {
        "address": {
            "address_1": venue.address,
            "address_2": "" if venue.number % 3 else None,
            "city": city.name,
            "region": city.region,
            "postal_code": venue.postal,
            "country": city.country,
            "latitude": latitude,
            "longitude": longitude,
            "localized_address_display": ", ".join(lines),
            "localized_area_display": city.name,
            "localized_multi_line_address_display": lines,
        },
        "resource_uri": f"{_API}/venues/{venue_id(venue)}/",
        "id": venue_id(venue),
        "age_restriction": None,
        "capacity": None,
        "name": venue.name,
        "latitude": latitude,
        "longitude": longitude,
    }


def _logo(item: Happening, rng: Random) -> dict[str, Any]:
    if rng.random() < 0.1:
        return {"logo": None, "logo_id": None}
    number = str(960758000 + item.number)
    image = f"https://img.evbuc.com/sandbox%2F{number}%2Foriginal.jpg"
    return {
        "logo_id": number,
        "logo": {
            "crop_mask": {"top_left": {"x": 0, "y": 0}, "width": 2160, "height": 1080},
            "original": {"url": f"{image}?auto=format&q=75", "width": 2160, "height": 1080},
            "id": number,
            "url": f"{image}?h=200&w=450",
            "aspect_ratio": "2",
            "edge_color": "#e2456c",
            "edge_color_set": True,
        },
    }


def _disguise(event: dict[str, Any], item: Happening, rng: Random) -> None:
    """Say "cancelled" the way Eventbrite does, one of three; and make some drafts, parents and nameless
    texts.
    """
    if item.cancelled:
        way = item.number // CANCELLED_EVERY % 3
        if way == 0:
            event["status"] = "canceled"
        else:
            event["status"] = "live" if way == 1 else "completed"
            event["event_sales_status"] = {"sales_status": "not_on_sale", "message_code": "event_cancelled"}
        return
    dice = rng.random()
    if item.series is not None:
        if item.number % 100 == 12:
            event["is_series_parent"] = True
            event.pop("series_id")
    elif dice < 0.02:
        event["status"] = "draft"
        event["published"] = None
    elif dice < 0.06:
        event["name"]["text"] = None  # older events have the HTML alone
    elif dice < 0.08:
        event["hide_end_date"] = True


def _destination(item: Happening, venue: Venue, rng: Random) -> dict[str, Any]:
    city = venue.city
    event: dict[str, Any] = {
        "id": event_id(item),
        "name": item.title,
        "summary": item.blurb,
        "url": _page(item),
        "start_date": item.start.strftime("%Y-%m-%d"),
        "start_time": item.start.strftime("%H:%M"),
        "end_date": (item.end or item.start).strftime("%Y-%m-%d"),
        "end_time": item.end.strftime("%H:%M") if item.end is not None else None,
        "timezone": item.zone,
        "is_online_event": False,
        "is_cancelled": item.cancelled,
        "series_id": None,
        "image": {"url": f"https://img.evbuc.com/sandbox%2F{960758000 + item.number}%2Foriginal.jpg"},
        "tags": [
            {
                "prefix": "OrganizerTag",
                "display_name": rng.choice(("live music", "free entry", "family", "new")),
            }
        ],
        "primary_organizer": {"id": organizer_id(item.organiser), "name": item.organiser.name},
        "primary_venue": {
            "id": venue_id(venue),
            "name": venue.name,
            "address": {
                "address_1": venue.address,
                "address_2": None,
                "city": city.name,
                "region": city.region,
                "postal_code": venue.postal,
                "country": city.country,
                "latitude": str(venue.latitude),
                "longitude": str(venue.longitude),
            },
        },
    }
    if item.price.low is not None and item.price.high is not None:
        event["ticket_availability"] = {
            "is_free": item.price.free is True,
            "minimum_ticket_price": _money(item.price.low, item.currency),
            "maximum_ticket_price": _money(item.price.high, item.currency),
        }
    return event
