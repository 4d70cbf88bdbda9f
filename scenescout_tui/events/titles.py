"""Titles taken apart for comparison: the name of the thing, and what tells one evening of it from another."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from scenescout_tui.events.folding import fold

_NOISE = re.compile(
    r"\b(?:(?:buy |get |book |your )*tickets?(?: now| here| on sale| available)*|sold out|on sale(?: now)?|"
    r"early bird|last (?:few )?tickets|free entry|free admission|entry free|admission free|book now|rsvp|"
    r"live in concert|in concert|live music|live|official|presents?|presented by|new date|extra date|"
    r"rescheduled|postponed|cancell?ed|doors \d+(?: \d+)?(?: ?[ap]m)?|over \d\ds?|\d\d plus|all ages)\b"
)
_AGES = re.compile(r"\b(?:1[468]|21)\s?\+(?!\w)")
_SUPPORT = re.compile(
    r"\s(?:\+|w/|with (?:special guests?|guests?|support)(?: from)?|plus (?:special guests?|guests?|support)|"
    r"special guests?|support(?:ed by| from|:)|feat(?:uring|\.)?|ft\.?)(?=[\s:.])",
    re.IGNORECASE,
)
_AT = re.compile(r"\s(?:@|at|live at|live @)\s", re.IGNORECASE)

_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_COUNTED = re.compile(
    r"\b(vol(?:ume)?|part|pt|chapter|episode|ep|no|nr|number|edition|season|series|act|round|week|day|session|"
    r"night|show|set|level|grade|module|class|heat|group) "
    r"([ivx]{1,5}|one|two|three|four|five|six|seven|eight|nine|ten|[a-h]|\d+)\b"
)
_NUMBER_WORDS = "one two three four five six seven eight nine ten"
_ROMAN_NUMBERS = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv"
_SPELLED = {
    word: str(number)
    for words in (_NUMBER_WORDS, _ROMAN_NUMBERS)
    for number, word in enumerate(words.split(), 1)
}
_SHORT = {"volume": "vol", "pt": "part", "nr": "no", "number": "no", "episode": "ep"}
_ORDINAL_WORD = re.compile(r"\b(?:first|second|third|fourth|fifth)\b")
_NUMBERED = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5"}

_DIGIT = re.compile(r"\d")
_MONTH_NAMES = "january february march april may june july august september october november december"
# "X presents Y": Y is the name of the thing.
_PROMOTER = re.compile(r"^.*\bpresents (?=\S)")
_SHOW = re.compile(r"\b(?:early|late|1|2|evening|afternoon) (?:show|set|performance|seating)\b")

_SESSIONS = {
    "early": re.compile(
        r"\b(?:early (?:show|set|session|bird show|performance|seating|slot)|early|matinee|afternoon)\b"
    ),
    "late": re.compile(r"\b(?:late (?:show|set|session|night|performance|seating|slot)|late|evening)\b"),
    "morning": re.compile(r"\b(?:morning|brunch|breakfast)\b"),
}
_WEEKDAYS = re.compile(r"\b(?:(mon)day|(tue)sday|(wed)nesday|(thu)rsday|(fri)day|(sat)urday|(sun)day)s?\b")
_ROOM = re.compile(
    r"\b((?:main|small|large|big|upper|lower|back|front|red|blue|green|black|white)? ?"
    r"(?:room|stage|hall|studio|theatre|theater|auditorium|salon|saal|sala|bar|floor|arena|screen|gallery)"
    r"(?: (?:\d+|[a-h]|one|two|three|four))?|upstairs|downstairs|basement|cellar|rooftop|"
    r"terrace|loft|garden|courtyard)\b"
)
# One of two otherwise equal titles with such a word is another thing: a copy of the band, or something beside
# the show.
_OTHER_THING = re.compile(
    r"\b(tribute|tributes|cover band|covers|impersonators?|karaoke|after ?party|after ?show|pre ?party|"
    r"warm ?up|vip|meet and greet|parking|camping|shuttle|coach travel|soundcheck|rehearsal|upgrade|add on|"
    r"merch|livestream|live stream|kids|junior|family|members only|(?:for )?beginners?|intermediate|advanced|"
    r"improvers?|workshop|masterclass|q and a|screening|film|matinee|auditions?|open rehearsal)\b"
)


class Title(NamedTuple):
    """A title's parts, folded; equal sets mean that nothing speaks against the two being the same evening."""

    core: str
    support: str
    numbers: frozenset[str]
    sessions: frozenset[str]
    weekdays: frozenset[str]
    rooms: frozenset[str]
    things: frozenset[str]
    #: The source cut it ("Nubya Gar…").
    cut: bool


@lru_cache(maxsize=4096)
def take_apart(title: str, start_local: str, places: tuple[str, ...] = ()) -> Title:
    """Take a title apart.

    `places` are the folded names of venues and cities of both events compared: they are no part of the name,
    and neither are the event's own date and hour.
    """
    main, support = _split_support(_AGES.sub(" ", f" {title} "))
    whole = _counted(_without_date(fold(title), start_local))
    core = _without_date(_counted(_without_places(main, places)), start_local)
    core = _SHOW.sub(" ", _NOISE.sub(" ", _PROMOTER.sub("", core)))
    return Title(
        core=" ".join(core.split()) or whole or title.casefold(),
        support=fold(support),
        numbers=_numbers(whole),
        sessions=frozenset(name for name, pattern in _SESSIONS.items() if pattern.search(whole)),
        weekdays=frozenset(next(filter(None, found.groups())) for found in _WEEKDAYS.finditer(whole)),
        rooms=rooms(whole) - frozenset(room for place in places for room in rooms(place)),
        things=frozenset(_OTHER_THING.findall(whole)),
        cut=title.rstrip().endswith(("...", "…")),
    )


def replaces_a_word(one: Title, two: Title) -> bool:
    """Tell whether each title has a word that the other has not, misspellings aside."""
    ours, theirs = set(one.core.split()), set(two.core.split())
    return _has_own_word(ours - theirs, theirs) and _has_own_word(theirs - ours, ours)


def _has_own_word(words: set[str], others: set[str]) -> bool:
    return any(not any(_misspelt(word, other) for other in others) for word in words)


def _misspelt(word: str, other: str) -> bool:
    limit = 0 if min(len(word), len(other)) < 5 or not (word + other).isalpha() else 1
    return word == other or OSA.distance(word, other, score_cutoff=limit) <= limit


def rooms(folded: str) -> frozenset[str]:
    """Return the rooms a folded text names ("main room", "studio 2"); a bare "hall" or "bar" names none."""
    found = {name.strip() for name in _ROOM.findall(folded)}
    return frozenset(name for name in found if " " in name or name in _ALONE)


_ALONE = frozenset(
    ["upstairs", "downstairs", "basement", "cellar", "rooftop", "terrace", "loft", "garden", "courtyard"]
)


def _split_support(text: str) -> tuple[str, str]:
    found = _SUPPORT.search(text)
    # A title that opens with the mark has nothing before it to be the name.
    if found is None or not text[: found.start()].strip():
        return text, ""
    return text[: found.start()], text[found.end() :]


def _without_places(text: str, places: tuple[str, ...]) -> str:
    """Drop "@ venue", "at venue" and a venue's or city's name at the end."""
    for found in _AT.finditer(text):
        rest = fold(text[found.end() :])
        if any(place and (rest.startswith(place) or place.startswith(rest)) for place in places if rest):
            text = text[: found.start()]
            break
    core = fold(text)
    for place in sorted(places, key=len, reverse=True):
        for lead in (" at ", " in ", " "):
            if place and core.endswith(lead + place):
                core = core[: -len(lead + place)]
    return core.strip()


def _counted(folded: str) -> str:
    """Write counted parts one way: "vol iii", "volume three" and "vol 3" are the same."""
    folded = _ORDINAL.sub(r"\1", folded)
    folded = _ORDINAL_WORD.sub(lambda found: _NUMBERED[found[0]], folded)
    return _COUNTED.sub(
        lambda found: f"{_SHORT.get(found[1], found[1])} {_SPELLED.get(found[2], found[2])}", folded
    )


def _numbers(whole: str) -> frozenset[str]:
    """The numbers a title counts with: words of digits, and what follows a counting word ("session b")."""
    digits = {word.lstrip("0") or "0" for word in whole.split() if word.isdecimal()}
    return frozenset(digits | {value for _, value in _COUNTED.findall(whole)})


def _without_date(folded: str, start_local: str) -> str:
    """Drop what only says the event's own date and hour again."""
    if _DIGIT.search(folded) is None:
        return folded
    rest = _date_pattern(start_local[:10]).sub(" ", folded)
    if clock := start_local[11:16]:
        rest = _clock_pattern(clock).sub(" ", rest)
    return " ".join(rest.split())


@lru_cache(maxsize=1024)
def _date_pattern(date: str) -> re.Pattern[str]:
    year, month, day = date.split("-")
    name = _MONTH_NAMES.split()[int(month) - 1]
    named = f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name
    days, months = f"0?{int(day)}(?:st|nd|rd|th)?", f"0?{int(month)}"
    parts = [
        rf"{days} (?:of )?{named}(?: {year})?",
        rf"{named} {days}(?: {year})?",
        rf"{year} {months} {days}",
        rf"(?:{days} {months}|{months} {days})(?: {year}| {year[2:]})",
        year,
    ]
    return re.compile(r"\b(?:" + "|".join(parts) + r")\b")


@lru_cache(maxsize=1440)
def _clock_pattern(clock: str) -> re.Pattern[str]:
    hour, minute = int(clock[:2]), clock[3:]
    half = "pm" if hour >= 12 else "am"
    minutes = f"(?: {minute})?" if minute == "00" else f" {minute}"
    return re.compile(rf"\b(?:0?{hour % 12 or 12}{minutes} ?{half}|{clock[:2]} {minute})\b")
