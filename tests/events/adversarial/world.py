"""The houses and dates of one run of the generator: no two traps share a house on one day."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tests.events.adversarial.listings import NAMING, SOURCES, Listing, Place, Show, Slip, write_down
from tests.events.adversarial.words import City, Vocabulary

_FIRST_DAY = datetime(2027, 1, 11)
_HOUSES = 24


class World:
    """Hands out houses, dates and names, and collects the listings."""

    def __init__(self, rng: random.Random, words: Vocabulary) -> None:
        self.rng = rng
        self.words = words
        self.listings: list[Listing] = []
        self._truth = 0
        self._days: dict[str, int] = {}
        self.houses = [self._house(city) for city in words.cities for _ in range(_HOUSES)]

    def truth(self) -> int:
        """Return the number of one more true event."""
        self._truth += 1
        return self._truth

    def _house(self, city: City) -> Place:
        rng, words = self.rng, self.words
        return Place(
            name=f"{rng.choice(words.venue_names)} {rng.choice(words.venue_types)}",
            number=rng.randrange(1, 180),
            street=(rng.choice(words.streets), *rng.choice(words.street_types)),
            city=city,
            latitude=city.latitude + rng.uniform(-0.035, 0.035),
            longitude=city.longitude + rng.uniform(-0.05, 0.05),
            organizer=rng.choice(words.organizers),
        )

    def place(self) -> Place:
        """Return a house."""
        return self.rng.choice(self.houses)

    def day(self, place: Place) -> datetime:
        """Return a day of its own for a house (and for all of its name)."""
        self._days[place.name] = self._days.get(place.name, -1) + 1
        return _FIRST_DAY + timedelta(days=self._days[place.name])

    def taken(self, day: datetime, *places: Place) -> None:
        """Keep a day free of anything else at some houses, and all days before it."""
        for place in places:
            self._days[place.name] = max(self._days[place.name], (day - _FIRST_DAY).days)

    def evening(self, place: Place) -> datetime:
        """Return a start in the evening of a day of its own."""
        return self.day(place).replace(hour=self.rng.randrange(18, 22), minute=self.rng.choice((0, 0, 30)))

    def artist(self) -> str:
        """Return a name of a person or band."""
        rng, words = self.rng, self.words
        if rng.random() < 0.5:
            return f"{rng.choice(words.first_names)} {rng.choice(words.last_names)}"
        name = f"{rng.choice(words.band_adjectives)} {rng.choice(words.band_nouns)}"
        return f"The {name}" if rng.random() < 0.4 else name

    def title(self) -> str:
        """Return a title of any sort."""
        luck = self.rng.random()
        if luck < 0.5:
            return self.artist()
        return self.rng.choice(self.words.works if luck < 0.8 else self.words.generic)

    def description(self) -> str:
        """Return a description in words of no language."""
        rng = self.rng
        words = ("".join(rng.choice("bdklmnrstv") + rng.choice("aeiou") for _ in range(3)) for _ in range(30))
        return f"{' '.join(words).capitalize()}."

    def show(
        self, title: str | None = None, place: Place | None = None, start: datetime | None = None
    ) -> Show:
        """Return a new show; what is not given is chosen."""
        place = place or self.place()
        return Show(self.truth(), title or self.title(), start or self.evening(place), place)

    def elsewhere(self, place: Place, low: float, high: float, name: str | None = None) -> Place:
        """Return another house between `low` and `high` metres from one."""
        rng = self.rng
        north, east = place.moved(rng.uniform(low, high), rng.uniform(0, 2 * math.pi))
        other = replace(
            self._house(place.city),
            latitude=north,
            longitude=east,
            number=place.number + rng.randrange(2, 60),
        )
        while name is None and other.name == place.name:
            other = replace(other, name=self._house(place.city).name)
        return replace(other, name=name or other.name)

    def listed(
        self,
        trap: str,
        show: Show,
        slips: Sequence[Slip | str] = (),
        sources: Sequence[str] = SOURCES,
        most: int = 3,
    ) -> None:
        """List a show with a source for each slip (a text: a slip of the title), and with others as it is."""
        rng = self.rng
        count = max(len(slips), min(len(sources), rng.randrange(2, most + 1)))
        for number, source in enumerate(rng.sample(list(sources), min(count, len(sources)))):
            slip = slips[number] if number < len(slips) else None
            slip = Slip(title=slip) if isinstance(slip, str) else slip
            self.listings.append(Listing(write_down(rng, show, source, slip), show.truth, trap))

    def named(self, trap: str, show: Show, slips: Sequence[Slip | str] = (), most: int = 3) -> None:
        """As `listed`, by sources that name the house."""
        self.listed(trap, show, slips, NAMING, most)
