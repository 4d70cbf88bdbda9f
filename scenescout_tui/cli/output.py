"""What leaves the program: answers on stdout, everything else on stderr, all of it safe for where it goes."""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import datetime
from typing import Any

from scenescout_tui.cli.exits import PipeClosed

# json.dumps escapes C0 alone; DEL, C1, bidi controls, invisible characters and lone surrogates can harm a
# terminal too.
_DANGEROUS = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def write(text: str) -> None:
    """Write to stdout; the text is already safe.

    :raises PipeClosed: when nobody reads any more.
    """
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        raise PipeClosed from None


def say(line: str = "") -> None:
    """Write one line of the answer to stdout; data in it has been through `safe_text.for_screen`."""
    write(line + "\n")


def exact_json(value: object, *, indent: int | None = None) -> str:
    """Return JSON that holds exactly this value and no character that a terminal would act upon."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    return _DANGEROUS.sub(_escape, text)


def failure(code: str, message: str, action: str) -> dict[str, object]:
    """Return the object that --json prints where there is no answer (DESIGN §7)."""
    return {"success": False, "error": {"code": code, "message": message, "action": action}}


def say_json(value: object) -> None:
    """Write one JSON value as the whole answer, indented for people when they look at it."""
    say(exact_json(value, indent=2 if is_terminal(sys.stdout) else None))


def is_terminal(stream: Any) -> bool:
    """Tell whether a stream is a terminal that understands more than plain text."""
    try:
        return bool(stream.isatty()) and os.environ.get("TERM", "") not in ("", "dumb")
    except (AttributeError, ValueError):
        return False


def local_time(stamp: str | float | None) -> str:
    """Return a moment (ISO 8601 with offset, or seconds since the epoch) in this machine's zone, to the
    minute.
    """
    if stamp is None:
        return ""
    moment = (
        datetime.fromisoformat(stamp)
        if isinstance(stamp, str)
        else datetime.fromtimestamp(stamp).astimezone()
    )
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: "1 event", "1,204 events"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
