"""JSON bodies of answers, and words for what came instead."""

from __future__ import annotations

from typing import Any

import anyio.lowlevel
import msgspec

from scenescout_tui.errors import ExternalAPIError
from scenescout_tui.sources.web.answer import WebAnswer

#: Values one answer may hold. Each can take forty times its bytes in memory, and decoding holds up the loop,
#: in a worker thread too; 200,000 are some 30 ms. A page of 50 events has about 10,000.
MAX_VALUES = 200_000

_BOM = b"\xef\xbb\xbf"
_ACTION = (
    "Wait and retry; if it stays, check the service's status page and what stands between (a proxy, a login)."
)


async def decode_json(answer: WebAnswer, service: str) -> Any:
    """Decode a JSON answer of any status; a UTF-8 byte order mark is let pass.

    :raises ExternalAPIError: where the body is no JSON, in words that say what it is instead; retryable,
        because what stands between us and a service (a proxy, a login page) often goes away. Not retryable
        where it holds more than `MAX_VALUES`.
    """
    body = answer.body.removeprefix(_BOM)
    if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
        error = ExternalAPIError(service, None, f"its answer holds more than {MAX_VALUES:,} values")
        error.retryable = False
        raise error
    # Each takes 20 ms for the largest answer: others get their turn between them.
    await anyio.lowlevel.checkpoint()
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        words = f"{_what_came(body, answer.headers.get('content-type', ''))} instead of JSON"
    error = ExternalAPIError(service, None, words)
    error.metadata["action"] = _ACTION
    raise error


def _what_came(body: bytes, content_type: str) -> str:
    start = body[:1000].lstrip().lower()
    if not start:
        return "nothing"
    if start.startswith((b"\x1f\x8b", b"x\x9c")):
        return "a packed body"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start:
        return "UTF-16 text"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or "html" in content_type.lower():
        return "HTML"
    if start.startswith(b"<"):
        return "XML"
    if start.startswith((b"{", b"[")):
        return "broken JSON"
    return "something else"
