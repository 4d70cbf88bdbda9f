"""Slugs: what stands for an event in an address, "jazz-night-leeds-2027-01-04"."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from zlib import crc32

from scenescout_tui.events.folding import LETTERS, ascii_words

#: The longest title kept in a slug, in characters.
MAX_TITLE = 60

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def slug(title: str, city: str | None, start_local: str) -> str:
    """Return title, city and local date in lower case ASCII letters, digits and hyphens.

    The same for the same three; two events that share them share it. Where letters of the title have no
    ASCII form, a number made from the whole title tells it from others ("jazz-9f3b2c1d-osaka-2027-01-04").
    """
    words = _title(title)
    place = _ascii(city) if city else ""
    day = start_local[:10]
    return f"{words}-{place}-{day}" if place else f"{words}-{day}"


def _title(title: str) -> str:
    words = _ascii(title)
    if len(words) > MAX_TITLE:
        cut = words.rfind("-", 0, MAX_TITLE + 1)
        words = words[: cut if cut > 0 else MAX_TITLE]
    if title.isascii() and words:
        return words
    # A full-width letter has an ASCII form, a Greek one has not; what is no letter or digit needs none.
    lost = not words or any(char.isalnum() and not _ascii(char) for char in title if char > "\x7f")
    return "-".join(filter(None, (words or "event", f"{crc32(title.encode()):08x}" if lost else "")))


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _ascii(text: str) -> str:
    if text.isascii():
        return "-".join(ascii_words(text))
    return _NOT_WORD.sub("-", _folded(text).replace("'", "").replace("’", "")).strip("-")
