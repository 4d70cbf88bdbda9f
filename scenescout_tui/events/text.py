"""Texts of a source as we keep them: clean, entities decoded, one line or paragraphs, HTML made safe."""

from __future__ import annotations

import html
import re

import nh3

from scenescout_tui.events import quality
from scenescout_tui.safe_text import clean

#: The longest title kept, in characters.
MAX_TITLE = 300
#: The longest description kept, in characters.
MAX_DESCRIPTION = 50_000

_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
# Where a line ends: at one such tag or several in a row. Serialised HTML has its names in small letters and
# its attributes in double quotes.
_BLOCK = r'/?(?:p|div|li|ul|ol|h[1-6]|blockquote|t[rdh]|table|thead|tbody|pre)(?: (?:[^<>"]|"[^"]*")*)?>'
_BREAK = re.compile(f"<(?:[bh]r>|{_BLOCK}(?:<{_BLOCK})*)")
_TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')
_NEEDS_MARKUP = re.compile(r"[&<>\n]")
_KEPT_TAGS = (
    "a abbr b blockquote br code div em h1 h2 h3 h4 h5 h6 hr i li ol p pre s small span strong sub sup "
    "table tbody td th thead tr u ul"
)
# What `_CLEANER` gives back as it is: paragraphs of text, line breaks and the plainest emphasis. A call of it
# lets other threads go first, which costs a hundred times as much as the call while one of them writes.
_WORDS = r"[^<>&\xa0]*"
_PARAGRAPH = rf"<p>{_WORDS}(?:(?:<br>|<(strong|em|b|i)>{_WORDS}</\1>){_WORDS})*</p>[ \t\n]*"
_PLAIN_HTML = re.compile(rf"(?:{_PARAGRAPH})+")
_CLEANER = nh3.Cleaner(
    tags=set(_KEPT_TAGS.split()),
    attributes={"a": {"href", "title"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
)


def line(value: object) -> str | None:
    """Return a text on one line, clean and with entities decoded; None where nothing is left or no text was
    given.

    Numbers become their digits, since some exports write names and codes as numbers.
    """
    if not isinstance(value, str):
        if value is None or isinstance(value, bool) or not isinstance(value, int | float):
            return None
        value = str(value)
    if _is_plain(value):
        return value.strip() or None
    return " ".join(clean(_decoded(value)).split()) or None


def paragraphs(value: object) -> str | None:
    """Return a longer text with its line breaks: clean, entities decoded, at most one empty line in a row."""
    if not isinstance(value, str):
        return None
    return value.strip() or None if _is_plain(value) else _tidy(clean(_decoded(value)))


def from_html(value: object) -> tuple[str | None, str | None]:
    """Return HTML as `(plain text, safe HTML)`; markup without text ("<p><br></p>") gives `(None, None)`.

    The HTML keeps simple formatting and links (http, https, mailto); scripts, styles and their content go.
    """
    if not isinstance(value, str):
        return None, None
    if "<" not in value:
        text = paragraphs(value)
        if text is None or not _NEEDS_MARKUP.search(text):
            return text, text
        return text, html.escape(text, quote=False).replace("\n", "<br>")
    value = clean(value)
    plain = _PLAIN_HTML.fullmatch(value) is not None
    safe = (value if plain else clean(_CLEANER.clean(value))).strip()
    text = _tidy(clean(html.unescape(_TAG.sub("", _BREAK.sub("\n", safe)))))
    return text, None if text is None else safe


def shorten(text: str, limit: int) -> str:
    """Cut a text at a word near `limit` characters, with an ellipsis; a shorter one comes back as it is."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ", limit * 3 // 4)
    return clean(cut[: space if space > 0 else None]).rstrip() + "…"


def cut_title(title: str) -> tuple[str, tuple[str, ...]]:
    """Return a title of at most `MAX_TITLE` characters, and its quality code if it had to be cut."""
    if len(title) <= MAX_TITLE:
        return title, ()
    return shorten(title, MAX_TITLE), (quality.TITLE_TRUNCATED,)


def cut_description(
    text: str | None, safe: str | None = None
) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return `(text, safe HTML, codes)`; of a text over `MAX_DESCRIPTION` only the start stays."""
    if text is None or len(text) <= MAX_DESCRIPTION:
        return text, safe, ()
    return shorten(text, MAX_DESCRIPTION), None, (quality.DESC_TRUNCATED,)


def _is_plain(text: str) -> bool:
    """Tell the common text that is as it should be: printable ASCII in single spaces, without entities."""
    return text.isascii() and text.isprintable() and "  " not in text and ("&" not in text or ";" not in text)


def _decoded(text: str) -> str:
    """Decode entities, twice encoded ones too, since feeds carry "&amp;amp;" where "&" is meant."""
    for _ in range(2):
        if "&" not in text or ";" not in text:
            break
        text = html.unescape(text)
    return text


def _tidy(text: str) -> str | None:
    # Of clean ASCII only these can be there to be changed.
    if "  " in text or "\t" in text or not text.isascii():
        text = _SPACES.sub(" ", text)
    text = text.strip()
    if "\n" in text:
        text = "\n".join(one.strip(" ") for one in text.split("\n"))
        if "\n\n\n" in text:
            text = _EMPTY_LINES.sub("\n\n", text)
    return text or None
