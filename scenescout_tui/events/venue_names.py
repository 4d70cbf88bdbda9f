"""Names and addresses of houses, taken apart and compared."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from rapidfuzz import fuzz

from scenescout_tui.events.city_names import KNOWN_CITIES, NAMES_OF, city_key
from scenescout_tui.events.folding import fold
from scenescout_tui.events.titles import rooms

#: From this likeness on two names are one, and may be one; below the last they are two.
NAMES_SAME = 88.0
NAMES_MAYBE = 72.0
NAMES_DIFFER = 60.0

# A house and a part of it: "Barbican Centre, The Pit", "Old Mill (Attic)".
_PART = re.compile(r",\s|\s[-–—|/·•]+\s|\s?[(\[]|[:;]\s")
_SMALL_WORDS = """
the a an at of and in on de du des la le les el los las der die das den dem zum zur am im da do e y et und d l
"""
_SMALL = frozenset(_SMALL_WORDS.split())
# What a house is, each line in several languages: written in many ways, and often left out.
_HOUSES = """
theatre theater teatro teater
centre center zentrum centro centrum
hall halle sala saal salle
club klub
bar
pub tavern inn taverne taberna
restaurant restaurante ristorante rest trattoria brasserie bistro
cafe caffe coffee kaffeehaus
cinema kino cine cines cinemas
gallery galerie galeria galleria
museum museo musee museu
library bibliothek biblioteca bibliotheque
church kirche iglesia eglise chiesa
park parc parque parco
hotel
house haus casa maison
arts art kunst artes
ballroom
lounge
studios studio
culture kulturzentrum kulturhaus kultur cultural cultura culturale
music musik musica musique
school schule escuela ecole scuola
deli delicatessen
"""
_SORT_WORDS = frozenset(line.split()[0] for line in _HOUSES.strip().split("\n"))
_SORTS = {word: line.split()[0] for line in _HOUSES.strip().split("\n") for word in line.split()}
_SORTS.update(dict.fromkeys(["st", "sankt", "san", "sao", "ste", "santa"], "saint"))

# Sorts of streets and directions; they are left out where anything else is named.
_STREETS = """
street st str
road rd
avenue ave av avenida avda
boulevard blvd bd bvd boul
lane ln
drive dr
place pl plaza plz
square sq
court ct
terrace ter terr
highway hwy
parkway pkwy
crescent cres
way
row
walk
quay
strasse
calle c
rue
via
rua
weg
platz
laan
gasse
allee
piazza
viale
corso
praca
largo
paseo
carrer
ulica ul
north n
south s
east e
west w
ne northeast
nw northwest
se southeast
sw southwest
"""
_STREET_SORTS = {word: line.split()[0] for line in _STREETS.strip().split("\n") for word in line.split()}
# Houses at a corner name the other street as well.
_CORNER = re.compile(r"\b(?:between|betw|bet|near|off|corner of|cor|across from|at)\b.*$")
_UNIT = re.compile(
    r"\b(?:suite|ste|unit|apt|floor|fl|level|room|rm|no|nr|nº)\b\.? ?#?\w*|#\w+|\b\d+(?:st|nd|rd|th) floor"
)
_NUMBER = re.compile(r"^\d{1,5}[a-z]?$")
_NUMBER_NAMES = {
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "fourth": "4th",
    "fifth": "5th",
    "sixth": "6th",
    "seventh": "7th",
    "eighth": "8th",
    "ninth": "9th",
    "tenth": "10th",
}

Agreement = Literal["same", "maybe", "other", "unknown"]


class Name(NamedTuple):
    """A house's name: its words, those before the first mark, and the rooms it names."""

    folded: str
    words: frozenset[str]
    head: frozenset[str]
    rooms: frozenset[str]


class Address(NamedTuple):
    """A house number ("" where there is none) and the words of the street."""

    number: str
    street: frozenset[str]


class NameLikeness(NamedTuple):
    """How alike two names are, 0..100.

    `parts` says that they name two parts of one house, `apart` that each has a word the other has not,
    misspellings aside.
    """

    score: float
    parts: bool = False
    apart: bool = False


@lru_cache(maxsize=8192)
def name_of(text: str) -> Name:
    """Take a venue's name apart."""
    folded = fold(text)
    start = _PART.search(text, 1)
    head = _name_words(fold(text[: start.start()])) if start is not None else frozenset()
    words = _name_words(folded)
    return Name(folded, words, head or words, rooms(folded))


def part_of(text: str) -> frozenset[str]:
    """Return the words that a venue's name has behind its first mark: of a part of the house as a rule."""
    name = name_of(text)
    return name.words - name.head


def _name_words(folded: str) -> frozenset[str]:
    words = folded.split()
    kept = [word for word in words if word not in _SMALL] or words
    return frozenset(_SORTS.get(word, word) for word in kept)


@lru_cache(maxsize=2048)
def address_of(text: str) -> Address:
    """Take an address apart: "435 S. La Cienega Blvd., Suite 4" → number 435, street {cienega}."""
    # Of what follows the street only a number counts ("Calle Mayor, 5").
    first, _, rest = text.partition(",")
    folded = _CORNER.sub("", fold(_UNIT.sub(" ", first.lower()))) or fold(first)
    words = [_NUMBER_NAMES.get(word, word) for word in folded.split()]
    number = next((word for word in words if _NUMBER.match(word)), "")
    if not number:
        number = next((word for word in fold(rest.partition(",")[0]).split()[:1] if _NUMBER.match(word)), "")
    words = [word for word in words if word != number and word not in _SMALL]
    street = [word for word in words if word not in _STREET_SORTS]
    # "Quay Boulevard" is named by two sorts of streets.
    street = street or [_STREET_SORTS[word] for word in words]
    return Address(number, frozenset(_street_word(word) for word in street))


def _street_word(word: str) -> str:
    for ending in ("strasse", "straat", "str"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word.removesuffix(ending)
    return word


def compare_names(one: str, two: str, cities: frozenset[str] = frozenset()) -> NameLikeness:
    """Compare the names of two venues; `cities` are words of their cities, which names carry or leave out."""
    if one == two:
        return NameLikeness(100.0)
    return _compare_names(*sorted((one, two)), cities)


@lru_cache(maxsize=2048)
def _compare_names(one: str, two: str, cities: frozenset[str]) -> NameLikeness:
    first, second = name_of(one), name_of(two)
    ours, theirs = first.words - cities or first.words, second.words - cities or second.words
    if ours == theirs:
        return NameLikeness(100.0)
    mine, yours = first.head - cities or first.head, second.head - cities or second.head
    letters = (
        fuzz.token_set_ratio(first.folded, second.folded) + fuzz.token_sort_ratio(first.folded, second.folded)
    ) / 2
    if mine == yours and (mine - _SORT_WORDS):
        # One house; with a part of it on both sides, or on one.
        return NameLikeness(95.0, parts=bool(ours - mine) and bool(theirs - yours))
    if _own(ours, theirs) and _own(theirs, ours):
        if (ours & theirs) - _SORT_WORDS or _alike(ours, theirs):
            return NameLikeness(min(letters, NAMES_SAME - 1), apart=True)
        return NameLikeness(min(letters, NAMES_DIFFER - 1), apart=True)
    shared = (ours & theirs) - _SORT_WORDS
    if not (ours ^ theirs) - _SORT_WORDS and shared:
        # "Barbican" and "Barbican Centre".
        return NameLikeness(94.0)
    if ours <= theirs or theirs <= ours:
        least = 80.0 if len(shared) > 1 else NAMES_MAYBE if shared else 0.0
        return NameLikeness(min(max(least, letters), NAMES_SAME - 1))
    return NameLikeness(letters)


def _own(words: frozenset[str], others: frozenset[str]) -> bool:
    """Tell whether some words are not among others, however they are spelt."""
    joined = "".join(sorted(others))
    return any(
        not any(fuzz.ratio(word, other) >= 80 for other in others) and word not in joined
        for word in words - others
    )


def _alike(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Tell whether words that are no sorts of houses are nearly spelt the same, spaces aside."""
    one, two = ("".join(sorted(words - _SORT_WORDS)) for words in (ours, theirs))
    return bool(one) and bool(two) and fuzz.ratio(one, two) >= 75


def compare_addresses(one: str | None, two: str | None) -> Agreement:
    """Compare two addresses: "maybe" where the street is one and a number is missing."""
    if not one or not two:
        return "unknown"
    if one == two:
        return "same"
    return _compare_addresses(*sorted((one, two)))


@lru_cache(maxsize=2048)
def _compare_addresses(one: str, two: str) -> Agreement:
    ours, theirs = address_of(one), address_of(two)
    if not ours.street or not theirs.street:
        return "unknown"
    if ours.number and theirs.number and ours.number != theirs.number:
        return "other"
    if (
        not (ours.street & theirs.street)
        and fuzz.ratio(" ".join(sorted(ours.street)), " ".join(sorted(theirs.street))) < 75
    ):
        return "other"
    if ours.number and theirs.number:
        return "same"
    return "maybe"


def compare_cities(one: str | None, two: str | None) -> Agreement:
    """Compare two cities; "New York City" is New York, "München" Munich."""
    if not one or not two:
        return "unknown"
    ours, theirs = city_key(one), city_key(two)
    if ours == theirs:
        return "same"
    some, others = set(ours.split()), set(theirs.split())
    if some <= others or others <= some or fuzz.ratio(ours, theirs) >= NAMES_SAME:
        return "same"
    return "other"


@lru_cache(maxsize=4096)
def city_words(city: str) -> frozenset[str]:
    """Return the words of a city's name in all its forms, as names and titles carry them."""
    key = city_key(city)
    return frozenset(fold(city).split()).union(key.split(), NAMES_OF.get(key, ()))


def venue_key(name: str, city: str | None = None) -> str:
    """Return the words of a venue's name that stay in most ways of writing it, sorted."""
    words = name_of(name).head
    if city:
        words = words - city_words(city) or words
    return " ".join(sorted(words - _SORT_WORDS or words))


def venue_words(name: str, city: str | None = None) -> tuple[str, ...]:
    """Return the words of a venue's name that tell it from others, in their order; rooms come last."""
    written = name_of(name)
    cities = city_words(city) if city else frozenset[str]()
    said = dict.fromkeys(_SORTS.get(word, word) for word in written.folded.split() if word not in _SMALL)
    room_words = {word for room in written.rooms for word in room.split()}
    telling = [word for word in said if word not in _SORT_WORDS and word not in cities]
    return tuple(sorted(telling or said, key=lambda word: (word in room_words, word in KNOWN_CITIES)))


@lru_cache(maxsize=8192)
def address_key(address: str) -> str:
    """Return house number and street as they stay in most ways of writing them."""
    found = address_of(address)
    return " ".join((found.number, *sorted(found.street)[:2]))
