"""What goes on in the sandbox's world, before any source has written it down in its own way.

Happening number n of a seed is the same whoever asks for it, so that two sources can list the same concert.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Literal
from zoneinfo import ZoneInfo

from scenescout_tui.sandbox.venues import VENUES, Venue

Kind = Literal[
    "concert", "comedy", "talk", "workshop", "exhibition", "market", "screening", "class", "festival"
]

#: Happenings with a number below this are concerts that every source knows.
SHARED = 60

#: One happening in so many is called off.
CANCELLED_EVERY = 29

_SERIES_PERIOD = 25
_SERIES_FIRST = 12
_SERIES_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Price:
    """Minor units of the venue's currency; `free` is None where the organiser does not say."""

    free: bool | None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Organiser:
    """Who puts it on."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One happening; `start` and `end` are wall times at the place, `venue` is None when it is online."""

    number: int
    kind: Kind
    title: str
    blurb: str
    venue: Venue | None
    organiser: Organiser
    zone: str
    currency: str
    start: datetime
    end: datetime | None
    price: Price
    cancelled: bool
    capacity: int
    #: Number of the series this is a date of, or None.
    series: int | None

    def utc(self, wall: datetime) -> datetime:
        """Give one of its wall times as an aware datetime in UTC."""
        return wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def offset(self, wall: datetime) -> datetime:
        """Give one of its wall times as an aware datetime with the place's own offset."""
        return wall.replace(tzinfo=ZoneInfo(self.zone))

    @property
    def slug(self) -> str:
        """The title as it stands in an address."""
        words = "".join(char if char.isalnum() and char.isascii() else " " for char in self.title.lower())
        return "-".join(words.split()) or "event"


# fmt: off
_FIRST = (
    "Nadia", "Marek", "Ilse", "Tomo", "Priya", "Jonas", "Amara", "Wren", "Mateo", "Saskia", "Yuki",
    "Ottilie", "Kofi", "Lena", "Rafael", "Imogen", "Dario", "Hana", "Felix", "Noor", "Casper",
    "Thandi", "Elio", "Zofia",
)
_LAST = (
    "Veil", "Halloran", "Brandt", "Okafor", "Sørensen", "Kowalczyk", "Abara", "Lindqvist", "Moreau",
    "Tanaka", "Reyes", "Whitlock", "Nowak", "Achterberg", "Silva", "Castellan", "Ruiz-Vega",
    "Fenwick", "Adeyemi", "Hoshino", "Dvořák", "Marsh", "Ellery", "Quist",
)
_BAND_ADJECTIVES = (
    "Paper", "Midnight", "Copper", "Hollow", "Velvet", "Northern", "Electric", "Quiet", "Salt",
    "Amber", "Second", "Crooked", "Glass", "Wild", "Iron", "Tidal",
)
_BAND_NOUNS = (
    "Foxes", "Harbour", "Kites", "Almanac", "Orchard", "Wolves", "Lighthouse", "Parade",
    "Telegraph", "Sisters", "Meridian", "Sparrows", "Engine", "Rivers",
)
# fmt: on
_TOURS = (
    "Salt Roads Tour",
    "Live in Concert",
    "Album Release Show",
    "The Long Way Home Tour",
    "Unplugged",
    "Winter Sessions",
    "An Evening With Strings",
    "Farewell Tour",
    "Homecoming Show",
    "Rock & Roll Revue",
)
_TOPICS = (
    "Sourdough",
    "Letterpress",
    "Urban Foraging",
    "Bookbinding",
    "Screen Printing",
    "Mushroom Growing",
    "Beginners' Pottery",
    "Natural Dyes",
    "Bicycle Repair",
    "Life Drawing",
    "Cyanotype",
    "Kintsugi",
)
_IDEAS = (
    "the Future of Night Trains",
    "Cities & Silence",
    "What Rivers Remember",
    "Designing for Dignity",
    "the Secret Life of Moss",
    "Ghost Signs",
    "Small Presses, Big Ideas",
    "Mending as Protest",
    "Maps That Lie",
    "Twenty Years of Pirate Radio",
)
_FILMS = (
    "The Salt Path Home",
    "Kilometre Zero",
    "Blue Hour",
    "A Room in Gdynia",
    "Night Ferry",
    "The Beekeeper's Son",
)
_CLASSES = (
    "Vinyasa Flow",
    "Lindy Hop for Beginners",
    "Capoeira Open Class",
    "Choir for Everyone",
    "Tai Chi in the Park",
)
_MARKETS = (
    "Makers' Market",
    "Vintage & Vinyl Fair",
    "Night Food Market",
    "Plant Swap",
    "Zine Fair",
    "Flea Market",
)
_HOUSES = (
    "Northlight Presents",
    "Copper & Clay",
    "Open Door Collective",
    "Kulturverein Lindenhof",
    "The Listening Society",
    "Sunday Makers",
    "Harbour Arts Trust",
    "Radio Nocturne",
    "City Walks Guild",
    "Piwnica Records",
    "Second Story",
    "Field Day Productions",
)
_OPENINGS = (
    "Doors open half an hour before.",
    "Come early, the room is small.",
    "Step-free access and a hearing loop.",
    "Bring a friend & a warm coat.",
    "Seats are unreserved.",
    "There will be cake.",
    "Children under 12 come free with an adult.",
    "Talk, tea and time for questions.",
    "No experience needed; materials are included.",
)

_KINDS: tuple[tuple[Kind, int], ...] = (
    ("concert", 34),
    ("comedy", 10),
    ("talk", 12),
    ("workshop", 14),
    ("exhibition", 5),
    ("market", 8),
    ("screening", 7),
    ("class", 7),
    ("festival", 3),
)


def happening(number: int, seed: int, today: date) -> Happening:
    """Return happening `number` of the world of `seed`, with its date counted from `today`."""
    series = series_of(number)
    # All dates of a series are drawn with the same dice; only the week differs.
    rng = Random(f"{seed}/series/{series}") if series is not None else Random(f"{seed}/{number}")
    kind: Kind = "concert" if number < SHARED and series is None else _kind(rng)
    venue = None if series is None and number >= SHARED and rng.random() < 0.06 else rng.choice(VENUES)
    city = (venue or VENUES[rng.randrange(len(VENUES))]).city
    start = _start(rng, kind, today)
    if series is not None:
        start += timedelta(weeks=(number % _SERIES_PERIOD) - _SERIES_FIRST)
    title = _title(rng, kind)
    # The two shows of one evening that a merge must keep apart.
    if kind == "concert" and number >= SHARED and rng.random() < 0.05:
        title += rng.choice((" (early show)", " (late show)"))
    return Happening(
        number=number,
        kind=kind,
        title=title,
        blurb=_blurb(rng, title, venue),
        venue=venue,
        organiser=_organiser(rng),
        zone=city.zone,
        currency=city.currency,
        start=start,
        end=_end(rng, kind, start),
        price=_price(rng, city.currency),
        cancelled=series is None and number % CANCELLED_EVERY == 3,
        capacity=rng.choice((24, 40, 60, 80, 120, 200, 350, 800)),
        series=series,
    )


def series_of(number: int) -> int | None:
    """Return the series that happening `number` is a date of; four in a row of every 25 are."""
    turn = number % _SERIES_PERIOD
    return number // _SERIES_PERIOD if _SERIES_FIRST <= turn < _SERIES_FIRST + _SERIES_LENGTH else None


def _kind(rng: Random) -> Kind:
    names = [name for name, _ in _KINDS]
    return rng.choices(names, [weight for _, weight in _KINDS])[0]


def _organiser(rng: Random) -> Organiser:
    number = rng.randrange(len(_HOUSES))
    return Organiser(number, _HOUSES[number])


def _artist(rng: Random) -> str:
    if rng.random() < 0.5:
        return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
    return f"The {rng.choice(_BAND_ADJECTIVES)} {rng.choice(_BAND_NOUNS)}"


def _title(rng: Random, kind: Kind) -> str:
    if kind == "concert":
        return f"{_artist(rng)}: {rng.choice(_TOURS)}"
    if kind == "comedy":
        return rng.choice(
            (f"{_artist(rng)} – Work in Progress", f"Laughing Stock with {_artist(rng)} & Friends")
        )
    if kind == "talk":
        return f"{rng.choice(_FIRST)} {rng.choice(_LAST)} on {rng.choice(_IDEAS)}"
    if kind == "workshop":
        return f"{rng.choice(_TOPICS)} {rng.choice(('Workshop', 'for Beginners', 'Masterclass', 'Weekend'))}"
    if kind == "exhibition":
        return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}: {rng.choice(_IDEAS).capitalize()} (exhibition)"
    if kind == "market":
        return rng.choice(_MARKETS)
    if kind == "screening":
        return f"Film Club: {rng.choice(_FILMS)}"
    if kind == "class":
        return rng.choice(_CLASSES)
    return f"{rng.choice(_BAND_ADJECTIVES)} {rng.choice(_BAND_NOUNS)} Festival"


def _blurb(rng: Random, title: str, venue: Venue | None) -> str:
    place = f"at {venue.name}, {venue.city.name}" if venue is not None else "online, wherever you are"
    return f"{title} {place}. {' '.join(rng.sample(_OPENINGS, 4))}"


def _start(rng: Random, kind: Kind, today: date) -> datetime:
    day = today + timedelta(days=rng.randint(-6, 120))
    if kind in ("exhibition", "festival"):
        hour, minute = rng.choice((10, 11, 12)), 0
    elif kind in ("market", "workshop", "class"):
        hour, minute = rng.randint(9, 17), rng.choice((0, 30))
    else:
        hour, minute = rng.randint(18, 21), rng.choice((0, 0, 30, 45))
    return datetime.combine(day, time(hour, minute))


def _end(rng: Random, kind: Kind, start: datetime) -> datetime | None:
    if kind == "exhibition":
        return start + timedelta(days=rng.randint(20, 90), hours=7)
    if kind == "festival":
        return start + timedelta(days=rng.randint(1, 3), hours=11)
    if rng.random() < 0.12:
        return None
    return start + timedelta(minutes=rng.choice((60, 90, 120, 150, 180, 240)))


def _price(rng: Random, currency: str) -> Price:
    dice = rng.random()
    if dice < 0.25:
        return Price(True, 0, 0)
    if dice < 0.40:
        return Price(None)
    unit = 1 if currency == "JPY" else 100
    scale = 120 if currency == "JPY" else 1
    low = rng.choice((0, 5, 8, 12, 15, 18, 22, 25, 35)) * unit * scale
    high = low + rng.choice((0, 0, 5, 10, 40)) * unit * scale
    # Pay what you can: nothing is asked for, and yet it is not free.
    return Price(False, low, max(high, unit * scale if low == 0 else low))
