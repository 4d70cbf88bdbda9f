"""Text that strangers wrote, made safe for where it goes: the store, the screen, a log line, a CSV cell.

Terminals obey control characters wherever they come from (colours, titles, the clipboard), and no widget
removes them. `clean` takes them out where text enters; `for_screen`, `for_log` and `for_csv` guard the ways
out again. All functions take any `str` and never raise; applied twice they change nothing more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

#: What stands in the place of a secret.
MASK = "•••"
#: More combining marks than this on one base character are a prank that paints over other lines.
MAX_MARKS = 8

_SHORTEST_SECRET = 4

# ECMA-48: strings (DCS, SOS, OSC, PM, APC) up to their terminator, control sequences (CSI), other escapes,
# and what is left of broken ones. A string's payload excludes all introducers, so that a flood of them
# stays linear.
_ESCAPES = re.compile(
    "(?:\x1b[PX\\]^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\\\|\x9c)"
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"
    "|\x1b[ -/]+[0-~]"
    "|\x1b[0-OQ-WYZ\\\\`-~]"
    "|\x1b"
)
_CONTROLS = re.compile("[\x1b\x80-\x9f]")
_NEWLINES = re.compile("\r\n?|[\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")

_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_INVISIBLE = re.compile(
    # C0 without tab and newline, DEL, C1, soft hyphen
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad"
    # bidirectional controls
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    # zero width, invisible operators, deprecated format characters, BOM
    "\u034f\u180e\u200b\u200c\u2060-\u2065\u206a-\u206f\ufeff"
    # blank letters (Hangul fillers, Khmer inherent vowels), annotations, format characters of notations
    "\u115f\u1160\u3164\uffa0\u17b4\u17b5\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    # tags and the rest of that plane except variation selectors; noncharacters
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\ufdd0-\ufdef\ufffe\uffff]"
    # a joiner, except between two emoji, where it makes one sign of them
    f"|(?<![\ufe0f{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"
)

# Every character of the categories Mn, Mc and Me lies in these ranges, with others: they say where to look.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u1cff\u1dc0-\u1dff\u20d0-\u20ff\u2cef-\u2cf1\u2d7f\u2de0-\u2dff"
    "\u302a-\u302f\u3099\u309a\ua66f-\ua6ff\ua802-\uabff\ufb1e\ufe00-\ufe0f\ufe20-\ufe2f\U00010100-\U00012fff"
    "\U00013440-\U00016fff\U0001bc00-\U0001bfff\U0001cf00-\U0001e9ff\U000e0100-\U000e01ef"
)
_MARK_RUN = re.compile(f"[{_MARKS}]{{{MAX_MARKS + 1},}}")
# What `str.isprintable` lets pass and still needs a look: marks and blank letters.
_SUSPECT = re.compile(f"[{_MARKS}\u3164\uffa0]")

_LINE_BREAKS = re.compile("[\n\t]+")
_FORMULA_STARTS = frozenset("=+-@＝＋－＠")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

# "•" and "…" end a value, so that what is masked or cut already stays as it is.
_VALUE = r"""[^\s,;&"'<>)\]}⏎•…]+"""
# No pattern below matches a text without one of these; looking for them is a tenth of the price.
_SECRET_WORDS = ("authorization", "bearer", "token", "secret", "passw", "key", "://")
# Compiled by `re` when first needed: at start they would cost 3 ms.
_SECRET_PATTERNS = (
    # Authorization: Bearer xxx, and the same in JSON or a repr
    rf"""(authorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|token)\s+)?){_VALUE}""",
    rf"(\bbearer\s+){_VALUE}",
    # token=xxx in addresses and forms, token:xxx in Eventbrite's X-Rate-Limit header, "token": "xxx" in JSON
    rf"""((?:token|secret|passwd|password|api[_-]?key)(?:\s*=\s*|:|["']\s*:\s*)["']?){_VALUE}""",
    rf"(x-[a-z-]{{0,40}}(?:token|key):\s*){_VALUE}",
    rf"([?&]key=){_VALUE}",
    r"(\bkey:)[^\s,:•…]+(?=\s+[0-9]+/[0-9]+)",
    # https://token@host and scheme://user:password@host
    r"(https?://)[^\s/@•…]+(?=@)",
    r"(://[^\s/@:]*:)[^\s/@•…]+(?=@)",
)


def clean(text: str) -> str:
    """Give text of a source as it may be stored: NFC, lines and tabs kept, nothing a terminal would obey.

    Removes terminal sequences (ECMA-48, with the payload of terminated strings), control characters,
    bidirectional controls, zero-width and other invisible characters (a joiner inside an emoji stays), marks
    beyond `MAX_MARKS` per base character and noncharacters; a lone surrogate becomes U+FFFD, CR and CR LF a
    newline.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    if _is_clean(text):
        return text
    if _CONTROLS.search(text):
        text = _ESCAPES.sub("", text)
    text = _NEWLINES.sub("\n", text)
    if _SURROGATES.search(text):
        # UTF-16 joins pairs that were escaped apart and replaces what stays alone.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if text.isascii():
        return _INVISIBLE.sub("", text)
    while True:
        # Marks are capped before NFC too, whose sorting of marks is quadratic; what falls away can leave a
        # joiner without its emoji, hence again until nothing changes (two or three rounds for the worst
        # text).
        before = text
        text = _MARK_RUN.sub(_cap_marks, _INVISIBLE.sub("", text))
        if not unicodedata.is_normalized("NFC", text):
            text = _MARK_RUN.sub(_cap_marks, unicodedata.normalize("NFC", text))
        if text == before:
            return text


def for_screen(text: str, max_length: int = 500) -> str:
    """Give text for one line of the terminal: clean, without line breaks and tabs.

    A text of more than `max_length` characters is cut and ends in "…". Brackets stay: the console
    builds its content without markup.
    """
    return _cut(_LINE_BREAKS.sub(" ", clean(text)), max_length)


def for_log(text: str, max_length: int = 2000) -> str:
    """Give text for one line of a log: clean, redacted, line breaks as "⏎", at most `max_length` long."""
    return _cut(redact(clean(text).replace("\n", "⏎").replace("\t", " ")), max_length)


def for_csv(text: str) -> str:
    """Give text for a CSV cell: clean, and no spreadsheet takes it for a formula.

    What starts (also after white space) with = + - @ or their full-width forms, or with a tab, gets a leading
    apostrophe (OWASP, CSV injection); a plain negative number stays a number.
    """
    text = clean(text)
    start = text.lstrip()[:1]
    if text.startswith("\t") or (start in _FORMULA_STARTS and start and not _PLAIN_NUMBER.fullmatch(text)):
        return "'" + text
    return text


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Replace secrets by `MASK`: the given ones (of four characters and more) and whatever looks like a
    token.

    Known by pattern: Authorization headers, Bearer, token=, secret=, password=, API keys, the token inside
    Eventbrite's X-Rate-Limit header and user information in addresses.
    """
    for secret in sorted((one for one in secrets if len(one) >= _SHORTEST_SECRET), key=len, reverse=True):
        text = text.replace(secret, MASK)
    lowered = text.lower()
    if any(word in lowered for word in _SECRET_WORDS):
        for pattern in _SECRET_PATTERNS:
            text = re.sub(pattern, rf"\g<1>{MASK}", text, flags=re.IGNORECASE)
    return text


def _is_clean(text: str) -> bool:
    """Whether nearly all text can skip the rest, at a tenth of its price."""
    # Line breaks, tabs and no-break spaces are the only unprintable characters that may stay.
    if not text.replace("\n", " ").replace("\t", " ").replace("\xa0", " ").isprintable():
        return False
    return text.isascii() or not (_SUSPECT.search(text) or not unicodedata.is_normalized("NFC", text))


def _cap_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in run.group():
        marks = marks + 1 if unicodedata.category(char)[0] == "M" else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def _cut(text: str, max_length: int) -> str:
    if len(text) <= max_length:
        return text
    # A joiner must not be left without its second emoji.
    return text[: max(0, max_length - 1)].rstrip("\u200d ") + "…"
