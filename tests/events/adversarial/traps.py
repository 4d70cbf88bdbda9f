"""The traps: each adds a few true events and what the sources make of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from tests.events.adversarial.listings import DESCRIBING, Listing, Show, Slip, at
from tests.events.adversarial.words import Vocabulary, fill
from tests.events.adversarial.world import World


def generate(seed: int, words: Vocabulary, rounds: int) -> list[Listing]:
    """Return the listings of so many rounds of every trap, in any order; the same for the same seed."""
    rng = random.Random(seed)
    world = World(rng, words)
    for _ in range(rounds):
        for name, trap in TRAPS.items():
            trap(world, name)
    rng.shuffle(world.listings)
    return world.listings


def _plain(world: World, trap: str) -> None:
    world.listed(trap, world.show(), most=4)


def _early_late(world: World, trap: str) -> None:
    early = world.show()
    early = replace(early, start=early.start.replace(hour=world.rng.randrange(17, 20)))
    late = at(
        early, world.truth(), start=early.start + timedelta(minutes=world.rng.choice((105, 120, 150, 180)))
    )
    marks = world.rng.choice(world.words.early_late)
    for show, mark in zip((early, late), marks, strict=True):
        marked = f"{show.title} {mark}"
        world.listed(trap, show, [marked] * world.rng.randrange(0, 3))


def _rooms(world: World, trap: str) -> None:
    first = world.show(world.title() if world.rng.random() < 0.5 else world.rng.choice(world.words.generic))
    rooms = world.rng.choice(world.words.rooms)
    said = world.rng.random() < 0.5
    for number, room in enumerate(rooms):
        show = first if number == 0 else at(first, world.truth())
        show = replace(show, place=replace(show.place, room=room))
        if said:
            slip = Slip(title=f"{show.title} - {room}", room="left out")
            world.listed(trap, show, [slip] * 3, most=3)
        else:
            world.named(trap, show)


def _numbers(world: World, trap: str) -> None:
    words, rng = world.words, world.rng
    first = world.show(rng.choice(words.generic + words.works))
    low = rng.randrange(len(words.numerals) - 1)
    for number in (low, low + 1):
        show = first if number == low else at(first, world.truth())
        show = replace(show, start=show.start + timedelta(minutes=rng.choice((0, 0, 60)) * (number - low)))
        form = rng.choice(words.numbered)
        forms = [fill(form, first.title, numeral) for numeral in rng.sample(words.numerals[number], 2)]
        show = replace(show, title=forms[0])
        world.listed(trap, show, forms)


def _editions(world: World, trap: str) -> None:
    words, rng = world.words, world.rng
    this = world.show(rng.choice(words.festivals))
    last = at(this, world.truth(), start=this.start - timedelta(days=364))
    number = rng.randrange(6, 20)
    form = rng.choice(words.editions)
    for show, edition in ((this, number), (last, number - 1)):
        year = str(show.start.year)
        said = fill(form, show.title, edition, year=year, short=year[2:])
        world.listed(trap, show, [said] * rng.randrange(1, 3))


def _tribute(world: World, trap: str) -> None:
    rng = world.rng
    band = world.show(world.artist())
    copy = at(band, world.truth(), title=fill(rng.choice(world.words.tribute), band.title))
    copy = replace(copy, start=copy.start + timedelta(minutes=rng.choice((0, 0, 30, 60))))
    world.listed(trap, band)
    world.listed(trap, copy)


def _beside(world: World, trap: str) -> None:
    band = world.show(world.artist())
    extra = at(band, world.truth(), title=fill(world.rng.choice(world.words.beside), band.title))
    world.listed(trap, band)
    world.listed(trap, replace(extra, start=extra.start + timedelta(minutes=world.rng.choice((-30, 0, 0)))))


def _truncated(world: World, trap: str) -> None:
    rng = world.rng
    prefix, ending, _ = rng.choice(world.words.forked)
    show = world.show(f"{prefix}: {ending}")
    cut = show.title[: rng.randrange(len(prefix) * 2 // 3, len(show.title) - 3)].rstrip()
    world.listed(trap, show, [cut + rng.choice(("…", "...", ""))])


def _forked(world: World, trap: str) -> None:
    prefix, *endings = world.rng.choice(world.words.forked)
    first = world.show(f"{prefix}: {endings[0]}")
    world.listed(trap, first)
    world.listed(trap, at(first, world.truth(), title=f"{prefix}: {endings[1]}"))


def _at_venue(world: World, trap: str) -> None:
    show = world.show()
    forms = world.rng.sample(world.words.at_venue, 2)
    said = [fill(form, show.title, show.place.name, show.place.city.name) for form in forms]
    world.listed(trap, show, said[: world.rng.randrange(1, 3)])


def _support(world: World, trap: str) -> None:
    show = world.show(world.artist())
    forms = world.rng.sample(world.words.support, 2)
    other = world.artist()
    world.listed(trap, show, [fill(form, show.title, other) for form in forms][: world.rng.randrange(1, 3)])


def _tickets(world: World, trap: str) -> None:
    show = world.show()
    forms = world.rng.sample(world.words.tickets, 2)
    world.listed(trap, show, [fill(form, show.title) for form in forms][: world.rng.randrange(1, 3)])


def _subtitles(world: World, trap: str) -> None:
    show = world.show(world.artist())
    world.listed(trap, show, [fill(world.rng.choice(world.words.subtitles), show.title)])


def _cities(world: World, trap: str) -> None:
    rng = world.rng
    show = world.show()
    form = rng.choice(world.words.in_city) if rng.random() < 0.6 else "{}"
    names = (show.place.city.name, *show.place.city.others)
    slips = []
    for city in (rng.choice(names), rng.choice(names)):
        slips.append(Slip(title=fill(form, show.title, city=city), city=city, off=rng.choice((0.0, None))))
    world.listed(trap, show, slips, most=2)


def _coordinates(world: World, trap: str) -> None:
    rng = world.rng
    slips = [Slip(off=rng.choice((None, rng.uniform(60, 450), rng.uniform(60, 450), rng.uniform(500, 1500))))]
    if rng.random() < 0.3:
        slips.append(Slip(off=None))
    world.listed(trap, world.show(), slips)


def _swapped(world: World, trap: str) -> None:
    world.listed(trap, world.show(), [Slip(swapped=True)], ("eventbrite", "yelp", "jsonld"))


def _zones(world: World, trap: str) -> None:
    rng = world.rng
    minutes = 60 * rng.choice([hours for hours in range(-9, 10) if hours])
    slip = rng.choice((Slip(utc=minutes), Slip(utc=minutes), Slip(wall=minutes)))
    world.listed(trap, world.show(), [slip])


def _languages(world: World, trap: str) -> None:
    one, two = world.rng.choice(world.words.bilingual)
    world.listed(trap, world.show(one), [two])


def _festival(world: World, trap: str) -> None:
    rng = world.rng
    whole = world.show(rng.choice(world.words.festivals))
    whole = replace(whole, all_day=True, minutes=3 * 24 * 60)
    part = at(
        whole, world.truth(), title=fill(rng.choice(world.words.festival_days), whole.title), all_day=False
    )
    world.listed(trap, whole)
    world.listed(trap, replace(part, all_day=rng.random() < 0.5, minutes=180))


def _weekly(world: World, trap: str) -> None:
    first = world.show(world.rng.choice(world.words.generic))
    for week in range(3):
        show = first if week == 0 else at(first, world.truth())
        world.listed(trap, replace(show, start=show.start + timedelta(days=7 * week)), most=2)


def _tour(world: World, trap: str) -> None:
    rng, words = world.rng, world.words
    here = world.show(rng.choice(words.works))
    # A feed that names neither a city nor coordinates cannot know which branch it means.
    sources: tuple[str, ...] = ("eventbrite", "yelp", "jsonld", "csv", "manual")
    if rng.random() < 0.5:
        chain = rng.choice(words.chains)
        here = replace(here, place=replace(here.place, name=chain))
        world.day(here.place)
        there = at(here, world.truth(), place=world.elsewhere(here.place, 3500, 8000, chain))
        # Nor can a table, which leaves out the address now and then.
        sources = ("eventbrite", "yelp", "jsonld", "manual")
    else:
        other = world.place()
        while other.city == here.place.city or other.name == here.place.name:
            other = world.place()
        # A day that nothing else takes at either.
        day = max(world.day(here.place), world.day(other))
        world.taken(day, here.place, other)
        here = replace(here, start=here.start.replace(month=day.month, day=day.day))
        there = at(here, world.truth(), place=other)
    world.listed(trap, here, sources=sources)
    world.listed(trap, there, sources=sources)


def _matinee(world: World, trap: str) -> None:
    rng = world.rng
    day = world.show(rng.choice(world.words.works))
    day = replace(day, start=day.start.replace(hour=14, minute=30))
    night = at(day, world.truth(), start=day.start + timedelta(hours=5))
    for show, mark in zip((day, night), rng.choice(world.words.matinee), strict=True):
        world.listed(trap, show, [f"{show.title} {mark}".strip()] * rng.randrange(0, 3))


def _moved(world: World, trap: str) -> None:
    rng = world.rng
    off = replace(world.show(world.title()), status="cancelled")
    # A day that nothing else takes at the house.
    later = world.day(off.place).replace(hour=off.start.hour, minute=off.start.minute)
    on = at(off, world.truth(), start=later, status="scheduled")
    when = f"{off.start.day} {off.start:%B}"
    world.listed(trap, off, [fill(rng.choice(world.words.called_off), off.title)])
    world.listed(trap, on, [fill(rng.choice(world.words.moved), on.title, when)])


def _online(world: World, trap: str) -> None:
    rng = world.rng
    here = world.show(rng.choice(world.words.works))
    title = fill(rng.choice(world.words.online), here.title)
    twin = at(here, world.truth(), online=True, title=title)
    world.listed(trap, here)
    world.listed(trap, twin, sources=("eventbrite", "jsonld", "csv"))


def _next_door(world: World, trap: str) -> None:
    rng = world.rng
    here = world.show(rng.choice(world.words.generic))
    there = at(here, world.truth(), place=world.elsewhere(here.place, 40, 200))
    world.listed(trap, here)
    world.listed(trap, there)


def _all_day(world: World, trap: str) -> None:
    world.listed(trap, world.show(), [Slip(all_day=True)])


def _doors(world: World, trap: str) -> None:
    minutes = -world.rng.choice((15, 30))
    world.listed(trap, world.show(), [Slip(wall=minutes, utc=minutes)])


def _parallel(world: World, trap: str) -> None:
    one, two = world.rng.choice(world.words.neighbours)
    first = world.show(one)
    world.listed(trap, first)
    world.listed(trap, at(first, world.truth(), title=two))


def _crowd(world: World, trap: str) -> None:
    """A house with much going on at one hour."""
    first: Show = world.show()
    titles = {world.title().removeprefix("The ") for _ in range(4)} - {first.title.removeprefix("The ")}
    world.listed(trap, first, most=2)
    for title in sorted(titles):
        world.listed(trap, at(first, world.truth(), title=title), most=2)


def _sides(world: World, trap: str) -> None:
    """Two matches or battles of one side, at one time."""
    rng = world.rng
    home, one, two = (world.artist().removeprefix("The ") for _ in range(3))
    first = world.show(f"{home} vs {one}")
    world.listed(trap, first, [rng.choice((f"{home} v {one}", f"{home} vs. {one}", f"{one} vs {home}"))])
    if len({home, one, two}) == 3:
        world.listed(trap, at(first, world.truth(), title=f"{home} vs {two}"))


def _time_slots(world: World, trap: str) -> None:
    """What is sold for one time after the other, by day."""
    rng = world.rng
    first = world.show(rng.choice(world.words.works))
    first = replace(first, start=first.start.replace(hour=10, minute=0), minutes=rng.choice((30, 90)))
    for number in range(4):
        show = first if number == 0 else at(first, world.truth())
        start = first.start + timedelta(minutes=30 * number)
        world.listed(trap, replace(show, start=start), most=2)


def _described(world: World, trap: str) -> None:
    """Titles that alone would be doubtful, with one description; and one house's two things with two."""
    rng = world.rng
    show = replace(world.show(world.artist()), description=world.description())
    more = f"{show.title}: {rng.choice(world.words.works)}"
    world.listed(trap, show, [more], DESCRIBING, most=2)
    other = at(show, world.truth(), title=world.artist(), description=world.description())
    if not set(other.title.split()) & set(show.title.split()):
        world.listed(trap, other, sources=DESCRIBING, most=2)


TRAPS: Mapping[str, Callable[[World, str], None]] = {
    "plain": _plain,
    "early and late": _early_late,
    "rooms": _rooms,
    "numbers": _numbers,
    "editions": _editions,
    "tribute": _tribute,
    "beside the show": _beside,
    "truncated": _truncated,
    "forked titles": _forked,
    "at the venue": _at_venue,
    "support": _support,
    "ticket words": _tickets,
    "subtitles": _subtitles,
    "city names": _cities,
    "coordinates": _coordinates,
    "swapped": _swapped,
    "wrong zone": _zones,
    "languages": _languages,
    "festival": _festival,
    "weekly": _weekly,
    "tour": _tour,
    "matinee": _matinee,
    "rescheduled": _moved,
    "online twins": _online,
    "next door": _next_door,
    "all day": _all_day,
    "doors": _doors,
    "parallel": _parallel,
    "crowd": _crowd,
    "sides": _sides,
    "time slots": _time_slots,
    "described": _described,
}
