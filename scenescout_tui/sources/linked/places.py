"""Where a schema.org event takes place: Place, VirtualLocation, PostalAddress, a text, or several of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from scenescout_tui.events.model import Venue
from scenescout_tui.events.places import Scalar, is_online_name, scalar
from scenescout_tui.events.places import venue as make_venue
from scenescout_tui.events.text import line
from scenescout_tui.events.urls import link
from scenescout_tui.sources.linked.nodes import types_of
from scenescout_tui.sources.place import Place

_MOST = 20


class Where(NamedTuple):
    """The venue, whether one can also, or only, be there online, and what was odd."""

    venue: Venue | None
    online: bool = False
    codes: tuple[str, ...] = ()


def where(location: Any, preset: str | None) -> Where:
    """Read a `location`; `preset` is where events without one take place; it completes a missing city."""
    online = False
    for one in (location if isinstance(location, list) else [location])[:_MOST]:
        if _is_virtual(one):
            online = True
            continue
        parts = _parts(one)
        if parts is not None:
            return _venue(parts, online or _has_virtual(location), preset)
    if online:
        return Where(None, True)
    given = Place.of(preset)
    if given is None:
        return Where(None)
    return Where(make_venue(given.name, given.street, city=given.city, display=given.text)[0])


def _has_virtual(location: Any) -> bool:
    return isinstance(location, list) and any(_is_virtual(one) for one in location[:_MOST])


def _is_virtual(one: Any) -> bool:
    if isinstance(one, Mapping):
        return "VirtualLocation" in types_of(one)
    text = line(one) if isinstance(one, str) else None
    return text is not None and (link(text) is not None or is_online_name(text))


def _parts(one: Any) -> dict[str, Scalar] | None:
    """The parts of a place, by the names of `make_venue`; None where there is none."""
    if isinstance(one, str):
        given = Place.of(line(one))
        if given is None:
            return None
        return {"name": given.name, "address1": given.street, "display": given.text}
    if not isinstance(one, Mapping):
        return None
    is_address = "PostalAddress" in types_of(one)
    address = one if is_address else _first(one.get("address"))
    parts: dict[str, Scalar] = {"name": None if is_address else scalar(_first(one.get("name")))}
    if isinstance(address, Mapping):
        country = _first(address.get("addressCountry"))
        parts |= {
            "name": parts["name"] or scalar(address.get("name")),
            "address1": scalar(_first(address.get("streetAddress"))),
            "city": scalar(_first(address.get("addressLocality"))),
            "region": scalar(_first(address.get("addressRegion"))),
            "postal": scalar(_first(address.get("postalCode"))),
            "country": scalar(country.get("name") if isinstance(country, Mapping) else country),
        }
    elif isinstance(address, str):
        given = Place.of(line(address))
        if given is not None:
            parts |= {"address1": given.street or given.name, "display": given.text}
            # The last of several parts is the city, or the country behind it: not sure enough to name it.
    geo = _first(one.get("geo"))
    position = geo if isinstance(geo, Mapping) else one
    parts |= {"latitude": scalar(position.get("latitude")), "longitude": scalar(position.get("longitude"))}
    return parts if any(value not in (None, "") for value in parts.values()) else None


def _venue(parts: dict[str, Scalar], online: bool, preset: str | None) -> Where:
    given = Place.of(preset)
    if given is not None and not parts.get("city") and parts.get("latitude") in (None, ""):
        parts["city"] = given.city
    if given is not None and not (parts.get("name") or parts.get("address1") or parts.get("display")):
        parts |= {"name": given.name, "address1": given.street}
    venue, codes = make_venue(**parts)
    return Where(venue, online, codes)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value
