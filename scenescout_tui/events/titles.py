"""Titles taken apart for comparison: the words of the name, and what tells one evening from another."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from scenescout_tui.events.folding import fold
from scenescout_tui.events.title_parts import ELISION, meanings_of, pieces_of
from scenescout_tui.events.title_words import GENERIC_WORDS, NEUTRAL_WORDS

# What says nothing about the thing itself: tickets, prices, ages, whether it still takes place.
_NOISE = re.compile(
    r"\b(?:(?:buy |get |book |your |all )*tickets?(?: for| now| here| on sale| available)*|sold out|"
    r"on sale(?: now)?|early bird|last (?:few )?(?:tickets|places|seats)|"
    r"(?:free|no) (?:entry|admission|entrance)|(?:entry|admission|entrance) free|admit one|book now|rsvp|"
    r"ausverkauft|restkarten|eintritt frei|entradas?(?: libre| gratuita)?|agotad[ao]s?|entree libre|complet|"
    r"ingresso (?:libero|gratuito)|esaurito|"
    r"live in concert|in concert|live music|live|en (?:directo|vivo|concierto|concert)|dal vivo|in concerto|"
    r"ao vivo|im konzert|official|presents?|presented by|(?:new|extra) date|"
    r"(?:rescheduled|postponed|cancell?ed)(?: from .*| to .*)?|moved (?:from|to) .*|doors(?: at| open)?|"
    r"over \d\ds?|(?:ages? )?(?:16|18|19|21) (?:and over|plus)|all ages)\b"
)
_PRICES = re.compile(r"[$€£]\s?\d+(?:[.,]\d\d)?|\d+(?:[.,]\d\d)?\s?[€£]")
# For whom: of "4+", "ab 4 Jahren" and "ages 4 to 6" the number counts, and only for children: sources differ
# in how old they want adults to be.
_AGES = re.compile(
    r"(?<!\w)(\d{1,2})\s?\+(?![\w+])|"
    r"\b(?:ab|from|ages?|aged|dès|dès|dai?|von|vanaf|desde|a partir (?:de|di|dos)|à partir de)\s"
    r"(\d{1,2})(?:\s?(?:[-–]|to|bis|à|a)\s?\d{1,2})?\s?"
    r"(?:\+|jahren?|jaar|years?(?: old)?|yrs?|ans|años|anni|anos)(?!\w)|"
    r"\bages?\s(\d{1,2})(?:\s?(?:[-–]|to)\s?\d{1,2})?(?:\s?\+|\b)"
)
_GROWN = 14
_LONGEST_NOTE = 5
_SHORTEST_SHOUT = 6
# The day and month of the event itself ("06/10", "6.10.").
_SHORT_DATE = re.compile(r"(?<![\w/.])(\d{1,2})[./](\d{1,2})\.?(?![\w/]|\.\d)")
# A part with such a word says how to get in.
_GETTING_IN = re.compile(
    r"\b(?:tickets?|billett?s?|billetterie|billetter|biglietti|entradas?|kaarten|karten|bilety|bilhetes|boletos|"
    r"restkarten|vorverkauf|presale|ausverkauft|agotad[ao]s?|esaurito|esgotado|uitverkocht|udsolgt|utsolgt|"
    r"utsald|booking|bookings|rsvp|guestlist|waiting list|waitlist|warteliste)\b"
)
_CLOCK = re.compile(
    r"\b(\d{1,2})(?:[:.h](\d\d))?\s?(am|pm|a\.m\.|p\.m\.|uhr|h|hrs?)(?!\w)|\b(\d{1,2})[:h](\d\d)\b"
)

_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_GLUED = re.compile(r"\b(vol|pt|part|ep|no|nr|day|week|session|season|round|chapter)(\d+)\b")
_COUNTED = re.compile(
    r"\b(vol(?:ume)?|part|pt|chapter|episode|ep|no|nr|number|edition|season|series|act|round|week|day|session|"
    r"night|show|set|level|grade|module|class|heat|group|teil|folge|band|kapitel|parte|capitulo|numero|partie|"
    r"chapitre|tome|deel) "
    r"([ivx]{1,5}|one|two|three|four|five|six|seven|eight|nine|ten|[a-h]|\d+)\b"
)
_NUMBER_WORDS = "one two three four five six seven eight nine ten"
_ROMAN_NUMBERS = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv"
_SPELLED = {
    word: str(number)
    for words in (_NUMBER_WORDS, _ROMAN_NUMBERS)
    for number, word in enumerate(words.split(), 1)
}
# Roman numbers of two letters and more are numbers wherever they stand.
_ROMAN = re.compile(r"\b(?:ii|iii|iv|vi|vii|viii|ix|xi|xii|xiii|xiv|xv)\b")
# Spelled numbers are numbers where they close a part of a title.
_LAST = re.compile(r"(?<=\w )(?:one|two|three|four|five|six|seven|eight|nine|ten|v)$|^(?:i|v|x)$")
_SHORT = {"volume": "vol", "pt": "part", "nr": "no", "number": "no", "episode": "ep"}
_ORDINAL_WORD = re.compile(r"\b(?:first|second|third|fourth|fifth)\b")
_NUMBERED = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5"}

_EDITION = re.compile(
    r"\b(\d+)(?:st|nd|rd|th|o|a|er|re|e|eme)\b(?! (?:show|set|house|session|performance|"
    r"seating|day|night|week|round|part|act|half|grade|class|level|floor|movement|screening|slot|sitting)\b"
    r"(?! (?:of|der|de|di)\b))|"
    r"\b(\d+) (?:annual|edition|anniversary|birthday|edicion|edizione|edicao|jahre|anos|ans|anni)\b|"
    r"\b(?:edition|edicion|edizione|edicao|ausgabe|auflage) (\d+)\b"
)
_SHORT_YEAR = re.compile(r"['’](\d\d)\b['’]?")
# "12. Festival": a number with a dot before a word, but not at the start of a list or after "No".
_GERMAN_ORDINAL = re.compile(r"(?<![\w.#])(\d{1,3})\.\s(?=[^\W\d])")
_HASH = re.compile(r"#\s?(?=\w)")
_DIGIT = re.compile(r"\d")
# The months in English, German, Spanish, French, Italian and Portuguese, by how their names begin.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janner enero janvier gennaio janeiro",
            "february feb februar febrero fevrier febbraio fevereiro",
            "march mar marz maerz marzo mars marco",
            "april apr abril avril aprile abr",
            "may mai mayo maggio maio",
            "june jun juni junio juin giugno junho",
            "july jul juli julio juillet luglio julho",
            "august aug agosto aout ago",
            "september sep sept septiembre septembre settembre setembro",
            "october oct oktober okt octubre octobre ottobre outubro",
            "november nov noviembre novembre novembro",
            "december dec dezember dez diciembre decembre dicembre dezembro dic",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?:(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)? )?"
    rf"(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er)? (?:of |de )?(?P<m1>{_MONTH})(?: (?:de )?(?P<y1>\d{{4}}))?|"
    rf"(?P<m2>{_MONTH}) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?: (?P<y2>\d{{4}}))?)|"
    rf"(?P<y3>\d{{4}}) (?P<n1>\d{{1,2}}) (?P<n2>\d{{1,2}})|"
    rf"(?P<n3>\d{{1,2}}) (?P<n4>\d{{1,2}}) (?P<y4>\d{{4}}|\d{{2}})|(?P<alone>\d{{4}}))\b"
)
# "X presents Y": Y is the name of the thing.
_PROMOTER = re.compile(r"^.*\b(?:presents|present|prasentiert|presenta|presente)\b(?= \S)")

_PERFORMANCE = r"(?:(?:sesion|funcion|seance|sessione|vorstellung|am|de|del|du|di|la|le|en) )*"
_SESSIONS = {
    "early": re.compile(
        r"\b(?:early (?:show|set|session|performance|seating|slot)|matinee|afternoon|"
        r"nachmittagsvorstellung|fruhvorstellung)\b|^early$|(?<=\w )early$|"
        rf"^{_PERFORMANCE}(?:nachmittag|tarde|apres midi|pomeriggio|middag)$"
    ),
    "late": re.compile(
        r"\b(?:late (?:show|set|session|performance|seating|slot)|evening (?:show|performance|session))\b|"
        r"abendvorstellung|spatvorstellung|(?<=\w )late$|"
        rf"^{_PERFORMANCE}(?:evening|late|night|abend|noche|soir|soiree|sera|serata|avond)$"
    ),
    "morning": re.compile(r"\b(?:morning|brunch|breakfast)\b"),
}
_SESSION_MARK = re.compile(
    r"\b(?:early|late|evening|afternoon) (?:show|set|session|performance|seating)\b|"
    r"\b(?:abend|spat|fruh|nachmittags)vorstellung\b|(?<=\w )(?:early|late)$"
)
# One of several on one day; its hour says the same.
_SITTING = re.compile(
    r"\b(?:(show|set|session|sitting|seating|slot|performance|house) (\d+|[a-h])|"
    r"(\d+)(?:st|nd|rd|th)? (show|set|sitting|seating|slot|performance|house))\b"
)
# How long it is, in all.
_LENGTH = re.compile(r"\b\d+ (?:part|week|day|night|hour|session|month)s? (?=[a-z]{4})")
_WEEKDAYS = re.compile(r"\b(?:(mon)day|(tue)sday|(wed)nesday|(thu)rsday|(fri)day|(sat)urday|(sun)day)s?\b")
_ROOM = re.compile(
    r"\b((?:main|small|large|big|upper|lower|back|front|side|red|blue|green|black|white)? ?"
    r"(?:room|stage|hall|studio|theatre|theater|auditorium|salon|saal|sala|bar|floor|arena|screen|gallery)"
    r"(?: (?:\d+|[a-h]|one|two|three|four))?|upstairs|downstairs|basement|cellar|rooftop|"
    r"terrace|loft|garden|courtyard)\b"
)
_ALONE = frozenset(
    ["upstairs", "downstairs", "basement", "cellar", "rooftop", "terrace", "loft", "garden", "courtyard"]
)
# One of two otherwise equal titles with such a word is another thing: a copy of the band, or something beside
# the show.
_OTHER_THING = re.compile(
    r"\b(tributes?|homage|cover band|covers|impersonators?|performed by|celebration of|legacy|reimagined|"
    r"(?:the )?(?:music|songs|hits|best) of|by candlelight|karaoke|after ?party|after ?show|pre ?party|"
    r"warm ?up(?! act)|vip|meet and greet|parking|park and ride|camping|shuttle|coach travel|soundcheck|"
    r"rehearsals?|upgrade|add on|package|hospitality|lounge|early entry|fast track|merch|backstage|signing|"
    r"live ?stream(?:ed|ing)?|online|virtual|webinar|zoom|members only|(?:for )?beginners?|intermediate|"
    r"advanced|improvers?|refresher|juniors?|auditions?|(?:day|weekend|season) (?:ticket|pass)|pass)\b"
)
#: The single words among them.
THINGS = frozenset(
    [
        "tribute",
        "tributes",
        "homage",
        "covers",
        "impersonator",
        "legacy",
        "reimagined",
        "karaoke",
        "afterparty",
        "aftershow",
        "parking",
        "camping",
        "shuttle",
        "soundcheck",
        "rehearsal",
        "upgrade",
        "package",
        "hospitality",
        "lounge",
        "backstage",
        "signing",
        "livestream",
        "online",
        "webinar",
        "beginners",
        "intermediate",
        "advanced",
        "improvers",
        "juniors",
        "audition",
        "auditions",
    ]
)
_OTHER_SORTS = frozenset(
    [
        "children",
        "family",
        "workshop",
        "masterclass",
        "screening",
        "film",
        "opening",
        "closing",
        "exhibition",
        "lecture",
        "market",
        "taster",
        "teens",
        "teen",
        "experience",
        "course",
        "guided",
        "curator",
        "curators",
    ]
)
# Set off in words of their own ("Children's theatre: …") these only say what it is; in front of the name, so
# do the others.
_KINDS = frozenset(["children", "family", "film", "exhibition", "course", "teens", "teen"])
_LABELS = _KINDS | {"workshop", "lecture", "screening", "market"}


class Part(NamedTuple):
    """A part of a title: how it was set off from what stands before it, and its words."""

    mark: str
    words: frozenset[str]


class Title(NamedTuple):
    """A title's parts, folded; equal sets mean that nothing speaks against the two being the same evening."""

    #: The title without what says nothing, in its own order and language.
    plain: str
    #: The title with all it says, folded.
    whole: str
    #: Its words in the language and form in which they are compared.
    words: frozenset[str]
    parts: tuple[Part, ...]
    numbers: frozenset[str]
    #: Of how many that came before ("12th annual"); the date says the same.
    editions: frozenset[str]
    sessions: frozenset[str]
    weekdays: frozenset[str]
    rooms: frozenset[str]
    things: frozenset[str]
    sorts: frozenset[str]
    #: Words of notes beside the name.
    notes: frozenset[str]
    #: From which age on, of what is for children.
    ages: frozenset[str]
    #: Days and months other than its own.
    dates: frozenset[str]
    #: Words written small in a title that is not written small as a whole.
    small: frozenset[str]
    #: The source cut it ("Nubya Gar…").
    cut: bool


@lru_cache(maxsize=512)
def take_apart(title: str, start_local: str) -> Title:
    """Take a title apart; the event's own date and hour are no part of it."""
    text, ages = f" {title} ".lower(), frozenset[str]()
    if _DIGIT.search(text) is not None:
        ages = _ages(text)
        text = _SHORT_DATE.sub(lambda found: _other_day(found, start_local), _CLOCK.sub(" ", text))
        text = _PRICES.sub(" ", _AGES.sub(" ", text))
    text = ELISION.sub(" ", _HASH.sub(" no ", text))
    text = _SHORT_YEAR.sub(lambda found: " " if found[1] == start_local[2:4] else found[0], text)
    text = _GERMAN_ORDINAL.sub(r"\1th ", text)
    pieces = pieces_of(text)
    folded = fold(text)
    editions = frozenset(one for found in _EDITION.findall(folded) for one in found if one)
    pieces = [one for one in pieces if not _is_about_tickets(one[1])] or pieces
    quiet = [(mark, _quiet(_counted(_dateless(piece, start_local)))) for mark, piece in pieces]
    quiet = [(mark, _SPELLED.get(piece, piece) if mark else piece) for mark, piece in quiet if piece]
    whole = _counted(_dateless(text, start_local))
    if not quiet:
        quiet = [("", whole or fold(title) or title.casefold())]
    said = " ".join(piece for _, piece in quiet)
    parts = tuple(Part(mark, words) for mark, piece in quiet if (words := compared_words(piece)))
    return Title(
        plain=said,
        whole=whole,
        words=frozenset().union(*(part.words for part in parts)) or frozenset(said.split()),
        parts=parts,
        numbers=_numbers(_LENGTH.sub(" ", _SITTING.sub(" ", said))),
        editions=editions,
        sessions=_sessions([piece for _, piece in quiet]),
        weekdays=frozenset(next(filter(None, found.groups())) for found in _WEEKDAYS.finditer(said)),
        rooms=rooms(said),
        things=frozenset(_OTHER_THING.findall(whole)),
        sorts=frozenset().union(*(_sorts(part, parts) for part in parts)),
        notes=_notes(title) if len(parts) > 1 else frozenset(),
        ages=ages,
        dates=_other_dates(folded, start_local) if _DIGIT.search(folded) is not None else frozenset(),
        small=frozenset() if title.islower() else frozenset(filter(str.islower, title.split())),
        cut=title.rstrip().endswith(("...", "…")),
    )


def _ages(text: str) -> frozenset[str]:
    found = (int(next(filter(None, one.groups()))) for one in _AGES.finditer(text))
    return frozenset(str(age) for age in found if age < _GROWN)


def _other_day(found: re.Match[str], start_local: str) -> str:
    """Drop a day and month that are the event's own."""
    day, month = int(start_local[8:10]), int(start_local[5:7])
    return " " if (int(found[1]), int(found[2])) in ((day, month), (month, day)) else found[0]


def _is_about_tickets(piece: str) -> bool:
    """Tell whether a part only says how to get in; a number in it, or a thing beside the show, says more."""
    folded = fold(piece)
    return (
        _GETTING_IN.search(folded) is not None
        and len(folded.split()) <= _LONGEST_NOTE
        and _DIGIT.search(folded) is None
        and not _sessions([folded])
        and _WEEKDAYS.search(folded) is None
        and _OTHER_THING.search(folded) is None
    )


def _sorts(part: Part, parts: tuple[Part, ...]) -> frozenset[str]:
    """The sorts a part names, without a kind that it names beside the name of the thing.

    A night that bears a name may be given by others ("ABBA Night").
    """
    sorts = part.words & _OTHER_SORTS
    if "night" in part.words and part.words - GENERIC_WORDS - NEUTRAL_WORDS:
        sorts |= {"night"}
    if not sorts or len(parts) == 1 or not part.words <= GENERIC_WORDS:
        return sorts
    if len(part.words) > 1:
        return sorts - _KINDS
    return sorts - _LABELS if part is parts[0] and parts[1].mark in ("mark", "pipe") else sorts


def _notes(title: str) -> frozenset[str]:
    """The words of parts that are written as notes beside a name: small ("- hurry!"), or as a shout."""
    if title.isupper() or title.islower():
        return frozenset()
    pieces = [(mark, piece.strip()) for mark, piece in pieces_of(title)]
    notes = [piece for mark, piece in pieces if _is_note(piece, bool(mark))]
    return frozenset().union(*(compared_words(fold(note)) for note in notes))


def _is_note(piece: str, marked: bool) -> bool:
    if piece.isupper():
        return len(piece) >= _SHORTEST_SHOUT
    # A name closes with a word of its own; of a note ("Grab yours: …") the last word is small too.
    return piece[:1].islower() if marked else piece.rpartition(" ")[2].islower()


def rooms(folded: str) -> frozenset[str]:
    """Return the rooms a folded text names ("main room", "studio 2"); a bare "hall" or "bar" names none."""
    found = {name.strip() for name in _ROOM.findall(folded)}
    return frozenset(name for name in found if " " in name or name in _ALONE)


def _quiet(piece: str) -> str:
    """Drop what says nothing from a folded part."""
    return " ".join(_NOISE.sub(" ", _PROMOTER.sub("", piece)).split())


@lru_cache(maxsize=512)
def compared_words(folded: str) -> frozenset[str]:
    """Return the words of a folded text as they are compared, without those that only hold others."""
    return meanings_of(_COUNTED.sub(" ", _SITTING.sub(" ", _SESSION_MARK.sub(" ", folded))))


def _sessions(pieces: list[str]) -> frozenset[str]:
    """Which of the performances of a day it is."""
    found = {name for name, pattern in _SESSIONS.items() if any(pattern.search(piece) for piece in pieces)}
    for piece in pieces:
        found.update(f"session {after or before}" for _, after, before, _ in _SITTING.findall(piece))
    return frozenset(found)


def _counted(folded: str) -> str:
    """Write counted parts one way: "vol iii", "volume three" and "vol 3" are the same."""
    folded = _GLUED.sub(r"\1 \2", _ORDINAL.sub(r"\1", folded))
    folded = _ORDINAL_WORD.sub(lambda found: _NUMBERED[found[0]], folded)
    folded = _COUNTED.sub(
        lambda found: f"{_SHORT.get(found[1], found[1])} {_SPELLED.get(found[2], found[2])}", folded
    )
    return _ROMAN.sub(lambda found: _SPELLED[found[0]], _LAST.sub(lambda found: _SPELLED[found[0]], folded))


def _numbers(whole: str) -> frozenset[str]:
    """The numbers a title counts with: words of digits, and what follows a counting word ("session b")."""
    digits = {word.lstrip("0") or "0" for word in whole.split() if word.isdecimal()}
    return frozenset(digits | {value for _, value in _COUNTED.findall(whole)})


def _dateless(text: str, start_local: str) -> str:
    """Fold a text and drop its own date, and of how many before it it tells."""
    return " ".join(_EDITION.sub(" ", _without_date(fold(text), start_local)).split())


def _other_dates(folded: str, start_local: str) -> frozenset[str]:
    """The days and months a title names that are not its own: of what was moved, from where."""
    own = f"{int(start_local[8:10])} {int(start_local[5:7])}"
    found = (one.groupdict() for one in _DATE.finditer(folded))
    dates = {
        f"{int(one['d1'] or one['d2'])} {_MONTHS[one['m1'] or one['m2']]}"
        for one in found
        if one["m1"] or one["m2"]
    }
    return frozenset(dates - {own})


def _without_date(folded: str, start_local: str) -> str:
    """Drop what only says the event's own date again, and days of other months."""
    if _DIGIT.search(folded) is None:
        return folded
    year, month, day = map(int, start_local[:10].split("-"))

    def kept(found: re.Match[str]) -> str:
        said = found.groupdict()
        if said["alone"]:
            return " " if int(said["alone"]) == year else found[0]
        years = (said["y1"], said["y2"], said["y3"], said["y4"])
        if not all(one is None or int(one) in (year, year % 100) for one in years):
            return found[0]
        if said["m1"] or said["m2"]:
            return " "
        one, two = int(said["n1"] or said["n3"]), int(said["n2"] or said["n4"])
        return " " if (one, two) in ((month, day), (day, month)) else found[0]

    return " ".join(_DATE.sub(kept, folded).split())
