"""What sources say of a venue, one form each: which of them are one house, and what the house is then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from scenescout_tui.events.folding import fold
from scenescout_tui.events.merge import SOURCE_ORDER
from scenescout_tui.events.model import Event, Venue
from scenescout_tui.events.venue_match import Place, VenueDecision, compare_venues
from scenescout_tui.events.venue_names import compare_addresses, name_of

#: A house with so many forms takes no more.
MAX_FORMS = 50
#: What the key of a form begins with whose source has no id for it.
NO_ID = "#"

# A longer id is no id that anybody could look up.
_LONGEST_ID = 256
# Anybody may submit anything: of a house that others know, what is submitted changes nothing.
_SUBMITTED = frozenset({"manual"})
# Digits of coordinates (110 m) by which forms without ids are told apart: noise makes no new form.
_DIGITS = 3
# Names of no house: what is written where nobody knows yet, or where there are several.
_NO_HOUSES = frozenset(
    [
        "tba",
        "tbc",
        "tbd",
        "to be announced",
        "to be confirmed",
        "various",
        "various locations",
        "various venues",
    ]
)
_ADDRESS = ("address1", "address2", "city", "region", "postal", "country")
_encode = msgspec.json.Encoder().encode


class FormKey(NamedTuple):
    """Where a form comes from; `external_id` is the source's own, else "#" and a digest of what it says."""

    source: str
    source_account: str
    external_id: str


class Form(NamedTuple):
    """What one source says of a venue."""

    key: FormKey
    venue: Venue


def form_key(event: Event) -> FormKey | None:
    """Return the key of the venue that an event names; None for online events, references and bare cities."""
    venue = event.venue
    if venue is None or event.attendance == "online":
        return None
    if venue.latitude is None and not venue.address1 and (not venue.name or fold(venue.name) in _NO_HOUSES):
        return None
    own = venue.external_id
    if not own or len(own) > _LONGEST_ID:
        own = _digest(venue)
    return FormKey(event.source, event.source_account, own)


@lru_cache(maxsize=2048)
def _digest(venue: Venue) -> str:
    spot = tuple(
        None if number is None else round(number, _DIGITS) for number in (venue.latitude, venue.longitude)
    )
    said = (venue.name, venue.address1, venue.city, venue.postal, venue.country, venue.external_id, spot)
    return NO_ID + blake2b(_encode(said), digest_size=10).hexdigest()


def place_of(venue: Venue) -> Place:
    """Return a venue as it is compared."""
    return Place(
        name=venue.name,
        address=venue.address1,
        city=venue.city,
        latitude=venue.latitude,
        longitude=venue.longitude,
    )


def likeness(form: Form, house: Iterable[Form]) -> float | None:
    """Return how sure a form belongs to a house with these forms, 0..100; None where one speaks against it.

    0 says that nothing speaks against it and nothing for it.
    """
    best = 0.0
    for other in house:
        found = _compare(form, other)
        if found is None:
            return None
        if found.kind == "same":
            best = max(best, found.score)
    return best


def _compare(form: Form, other: Form) -> VenueDecision | None:
    """Compare two forms; None where they cannot be one house."""
    ours, theirs = form.venue, other.venue
    if ours.country and theirs.country and ours.country != theirs.country:
        return None
    found = compare_venues(place_of(ours), place_of(theirs))
    if ours.name and theirs.name:
        if found.kind == "other" or found.parts or name_of(ours.name).rooms != name_of(theirs.name).rooms:
            return None
        if _told_apart(form.key, other.key) and not _is_equal(found, ours, theirs):
            return None
    return found


def _told_apart(ours: FormKey, theirs: FormKey) -> bool:
    """Tell whether one source gives two ids of its own."""
    return (
        ours[:2] == theirs[:2]
        and ours.external_id != theirs.external_id
        and not ours.external_id.startswith(NO_ID)
        and not theirs.external_id.startswith(NO_ID)
    )


def _is_equal(found: VenueDecision, ours: Venue, theirs: Venue) -> bool:
    """Tell whether two venues are one although their source tells them apart: nothing in them differs."""
    return (
        found.kind == "same"
        and fold(ours.name or "") == fold(theirs.name or "")
        and compare_addresses(ours.address1, theirs.address1) in ("same", "unknown")
    )


def merge_forms(forms: Collection[Form]) -> Venue:
    """Return the house that at least one form describes.

    Its name is the one that most forms have; its address, as a whole, that of the fullest form, its
    coordinates those of the first source in `SOURCE_ORDER` that has them. Equals are told apart by that order
    too. What was submitted counts only where there is nothing else.
    """
    heard = [form for form in forms if form.key.source not in _SUBMITTED] or forms
    ranked = sorted(heard, key=lambda form: (_rank(form.key.source), form.key))
    names = Counter(form.venue.name for form in ranked if form.venue.name)
    located = next((form.venue for form in ranked if form.venue.latitude is not None), Venue())
    addressed = max((form.venue for form in ranked), key=_fullness)
    return Venue(
        name=max(names, key=names.__getitem__, default=None),
        latitude=located.latitude,
        longitude=located.longitude,
        **{field: getattr(addressed, field) for field in _ADDRESS},
    )


def _rank(source: str) -> int:
    return SOURCE_ORDER.index(source) if source in SOURCE_ORDER else len(SOURCE_ORDER)


def _fullness(venue: Venue) -> tuple[bool, int]:
    return bool(venue.address1), sum(getattr(venue, field) is not None for field in _ADDRESS)
