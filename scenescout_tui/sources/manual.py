"""Manual submissions: events that people write into a form."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from scenescout_tui.errors import ValidationError
from scenescout_tui.events import quality
from scenescout_tui.events.countries import currency_of
from scenescout_tui.events.model import Attendance, Event, Venue
from scenescout_tui.events.money import Price, from_text
from scenescout_tui.events.places import is_online_name
from scenescout_tui.events.places import venue as make_venue
from scenescout_tui.events.requirements import missing_place
from scenescout_tui.events.text import cut_description, cut_title, from_html, line
from scenescout_tui.events.times import resolve, span, time_fields
from scenescout_tui.sources.decoding import decode, describe_record

if TYPE_CHECKING:
    from scenescout_tui.sources.submission import Submission

NAME = "manual"

_decoder = msgspec.json.Decoder(dict[str, Any])
_NOT_A_TIME = "not a date and time; write it like 2026-11-23 20:00"


class ManualAdapter:
    """Reads submissions; an event's id is its content, so that the same form sent twice is one event."""

    name = NAME
    title = "Manual submissions"
    retention: float | None = None
    attribution = ""

    def parse(self, data: bytes, validate_location: bool = True) -> Event:
        """Read one form; see `Adapter.parse`. Every error names the form's own fields."""
        # pydantic takes 50 ms to import, which only those who read forms shall pay.
        from scenescout_tui.sources.submission import read_form

        form, problems = read_form(decode(_decoder, data))
        venue, codes = _venue(form)
        attendance = _attendance(form, venue)
        price = _price(form, venue)
        start, end = resolve(form.start_time, form.timezone), resolve(form.end_time, form.timezone)
        if form.start_time is not None and start is None:
            problems["start_time"] = _NOT_A_TIME
        if form.end_time is not None and end is None:
            problems["end_time"] = _NOT_A_TIME
        if price is None:
            problems["price"] = "write a price like 19.99, or free, in one currency"
        missing = _missing(form, missing_place(venue, attendance, validate_location), problems)
        if problems or missing or form.title is None or start is None or price is None:
            raise _complaint(problems, missing, data)
        length = span(start, end)
        title, title_codes = cut_title(form.title)
        text, html, text_codes = cut_description(*from_html(form.description))
        return Event(
            source=NAME,
            external_id=_content_id(form, price),
            title=title,
            **time_fields(start, length, form.start_time, form.end_time),
            summary=line(text),
            description_text=text,
            description_html=html,
            attendance=attendance,
            venue=venue,
            tags=form.tags,
            **price.fields(),
            url=form.url,
            image_url=form.image_url,
            capacity=form.capacity,
            contact_email=form.contact_email,
            contact_phone=form.contact_phone,
            quality=(*title_codes, *codes, *start.codes, *length.codes, *price.codes, *text_codes),
        )


def _venue(form: Submission) -> tuple[Venue | None, tuple[str, ...]]:
    return make_venue(
        form.venue_name,
        form.address,
        None,
        form.city,
        form.state,
        None,
        form.country,
        form.latitude,
        form.longitude,
    )


def _attendance(form: Submission, venue: Venue | None) -> Attendance:
    if is_online_name(form.venue_name) or (form.venue_name is None and is_online_name(form.address)):
        return "online"
    return "in_person" if venue is not None else "unknown"


def _price(form: Submission, venue: Venue | None) -> Price | None:
    """Read the price; None where it says nothing, or names another currency than the form's own field."""
    if form.price is None:
        return Price(None, currency=form.currency)
    own = from_text(form.price)
    named = form.currency or (own.currency if own is not None else None)
    price = from_text(form.price, named or (currency_of(venue.country) if venue is not None else None))
    if price is None or (form.currency is not None and price.currency != form.currency):
        return None
    if not price.high or named is not None:
        return price
    return price._replace(
        codes=(quality.CURRENCY_UNKNOWN if price.currency is None else quality.CURRENCY_ASSUMED,)
    )


def _missing(form: Submission, place: tuple[str, ...], problems: Mapping[str, str]) -> list[str]:
    names = {"venue": "venue_name"}
    wanted = [field for field in ("title", "start_time") if getattr(form, field) is None]
    return [field for field in (*wanted, *(names.get(one, one) for one in place)) if field not in problems]


def _complaint(problems: Mapping[str, str], missing: list[str], data: bytes) -> ValidationError:
    told = [f"{field} is missing" for field in missing] + [
        f"{field}: {why}" for field, why in problems.items()
    ]
    hint = describe_record(data, NAME)
    message = "; ".join(told) + (f": {hint.words}" if hint is not None else "")
    found = ValidationError(",".join([*missing, *problems]), None, message)
    if hint is not None:
        found.metadata["action"] = hint.action
    return found


def _content_id(form: Submission, price: Price) -> str:
    # "12.50" and 12.5 are one price.
    content = {**form.model_dump(exclude_defaults=True, exclude={"price"}), "price": price[:4]}
    return sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:32]
