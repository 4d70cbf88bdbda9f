"""The form for one event: which fields it has, and what each accepts."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from scenescout_tui.events.money import known_currency
from scenescout_tui.events.text import line, paragraphs
from scenescout_tui.events.times import zone
from scenescout_tui.events.urls import typed_link

_EMAIL = re.compile(r"[^\s@<>,;\"()]{1,64}@(?:[^\s@<>,;\"().]{1,63}\.)+[^\s@<>,;\"().]{2,63}")
_PHONE = re.compile(r"\+?[\d\s().\-/]{5,30}(?:\s*(?:x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)
_MAX_TAGS = 50
_MAX_CAPACITY = 2**31 - 1


def _text(value: object) -> str | None:
    if isinstance(value, list | dict | bool):
        raise ValueError("write a text")
    return line(value)


def _long_text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError("write a text")
    return value if paragraphs(value) is not None else None


def _degrees(limit: float) -> Any:
    def read(value: object) -> float | None:
        number = _number(value)
        if number is not None and not -limit <= number <= limit:
            raise ValueError(f"write degrees between -{limit:g} and {limit:g}")
        return number

    return read


def _number(value: object) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("write a number")
    try:
        return float(value)
    except (ValueError, OverflowError):
        raise ValueError("write a number, with a point for decimals") from None


def _capacity(value: object) -> int | None:
    number = _number(value)
    if number is None:
        return None
    # The comparison also refuses NaN and infinity.
    if not 0 <= number <= _MAX_CAPACITY or number != int(number):
        raise ValueError("write a whole number, 0 or more")
    return int(number)


def _price(value: object) -> str | None:
    if isinstance(value, list | dict | bool):
        raise ValueError("write a price like 19.99, or free")
    return line(value)


def _zone(value: object) -> str | None:
    name = _text(value)
    if name is None:
        return None
    known = zone(name)
    if known is None:
        raise ValueError("there is no time zone of this name; write it like Europe/London")
    return known.key


def _currency(value: object) -> str | None:
    name = _text(value)
    if name is None:
        return None
    known = known_currency(name)
    if known is None:
        raise ValueError("write a currency in three letters, like GBP")
    return known


def _link(value: object) -> str | None:
    text = _text(value)
    if text is None:
        return None
    known = typed_link(text)
    if known is None:
        raise ValueError("write an address that starts with https://")
    return known


def _tags(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    parts = re.split(r"[,;\n]", value) if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or any(isinstance(part, list | dict | bool) for part in parts):
        raise ValueError("write tags as a list, or with commas between them")
    tags = (line(part) for part in parts)
    return tuple(dict.fromkeys(tag for tag in tags if tag is not None))[:_MAX_TAGS]


def _email(value: object) -> str | None:
    text = _text(value)
    if text is not None and not _EMAIL.fullmatch(text):
        raise ValueError("write an e-mail address")
    return text


def _phone(value: object) -> str | None:
    text = _text(value)
    if text is not None and not _PHONE.fullmatch(text):
        raise ValueError("write a telephone number")
    return text


Text = Annotated[str | None, BeforeValidator(_text)]
Link = Annotated[str | None, BeforeValidator(_link)]


class Submission(BaseModel):
    """One submitted form. All fields are optional here; what an event needs is judged afterwards, all at
    once.

    Accepts what people and programs write: numbers as texts, tags as a list or with commas, "free" as a
    price, empty texts for nothing. Unknown fields are ignored.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    title: Text = None
    description: Annotated[str | None, BeforeValidator(_long_text)] = None
    venue_name: Text = None
    address: Text = None
    city: Text = None
    state: Text = None
    country: Text = None
    latitude: Annotated[float | None, BeforeValidator(_degrees(90))] = None
    longitude: Annotated[float | None, BeforeValidator(_degrees(180))] = None
    start_time: Text = None
    end_time: Text = None
    timezone: Annotated[str | None, BeforeValidator(_zone)] = None
    price: Annotated[str | None, BeforeValidator(_price)] = None
    currency: Annotated[str | None, BeforeValidator(_currency)] = None
    capacity: Annotated[int | None, BeforeValidator(_capacity)] = None
    url: Link = None
    image_url: Link = None
    tags: Annotated[tuple[str, ...], BeforeValidator(_tags)] = ()
    contact_email: Annotated[str | None, BeforeValidator(_email)] = None
    contact_phone: Annotated[str | None, BeforeValidator(_phone)] = None


def read_form(payload: dict[str, Any]) -> tuple[Submission, dict[str, str]]:
    """Return the form's good fields, and for each bad field what to write instead."""
    problems: dict[str, str] = {}
    try:
        return Submission.model_validate(payload), problems
    except ValidationError as error:
        for one in error.errors(include_url=False, include_context=False, include_input=False):
            problems[str(one["loc"][0])] = one["msg"].removeprefix("Value error, ")
    good = {field: value for field, value in payload.items() if field not in problems}
    return Submission.model_validate(good), problems
