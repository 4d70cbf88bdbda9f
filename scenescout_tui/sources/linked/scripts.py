"""The JSON-LD scripts of a web page.

A page is searched for its scripts alone and not parsed: `html.parser` of many Python releases takes quadratic
time for pages made to hurt it (CVE-2025-6069).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin

# What may hide a script, or be one; HTML ends a script at "</script" whatever it holds.
_OPENING = re.compile(r"<!--|<(script|style|textarea|title|base)\b", re.IGNORECASE)
_TAG_REST = re.compile(r"""(?:[^>"']|"[^"]*"|'[^']*')*+>""")
_TYPE = re.compile(r"""\btype\s*=\s*["']?\s*application/ld\+json\b""", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_MARKS = ("<!--", "<![CDATA[", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "/* <![CDATA[ */")
_END_MARKS = ("//-->", "-->", "//]]>", "// ]]>", "/*]]>*/", "/* ]]> */", "]]>", ";")
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|script|meta|title|div)\b", re.IGNORECASE)


class Scripts(NamedTuple):
    """The JSON-LD texts of a page in order, and the address its links are relative to."""

    texts: tuple[str, ...]
    base: str | None


def is_page(text: str) -> bool:
    """Tell a web page by its start, or by a script of JSON-LD anywhere."""
    start = text[:4096].lstrip("\ufeff \t\r\n")
    while start.startswith("<!--") and "-->" in start:
        start = start.partition("-->")[2].lstrip()
    return _PAGE.match(start) is not None or (start.startswith("<") and "ld+json" in text)


def scripts(page: str, url: str | None) -> Scripts:
    """Find the JSON-LD scripts of a page; those inside comments are left out."""
    found: list[str] = []
    base = url
    for name, tag, content in _elements(page):
        if name == "base":
            href = _HREF.search(tag)
            if href is not None:
                base = _joined(url, html.unescape(href[1] or href[2] or href[3] or ""))
        elif name == "script" and _TYPE.search(tag) is not None:
            found.append(content)
    return Scripts(tuple(found), base)


def unwrapped(text: str) -> str:
    """Take a script's text out of the comments and CDATA marks that old pages put around it, one inside the
    other at times.
    """
    for _ in range(3):
        text = text.strip()
        text = next((text[len(mark) :] for mark in _MARKS if text.startswith(mark)), text)
        text = next((text[: -len(mark)] for mark in _END_MARKS if text.endswith(mark)), text)
    return text.strip()


def _elements(page: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, tag and content of the elements that hold text which is no markup."""
    at = 0
    # A closing tag that is looked for in vain once is not looked for again.
    missing: set[str] = set()
    while (opening := _OPENING.search(page, at)) is not None:
        if opening[1] is None:
            end = page.find("-->", opening.end())
            if end < 0:
                return
            at = end + 3
            continue
        rest = _TAG_REST.match(page, opening.end())
        if rest is None:
            # The quote that is never closed goes to the end of the page, as in a browser.
            return
        name, tag, at = opening[1].lower(), rest.group(), rest.end()
        if name == "base":
            yield name, tag, ""
            continue
        if name in missing:
            continue
        closing = re.compile(rf"</{name}\b", re.IGNORECASE).search(page, at)
        if closing is None:
            missing.add(name)
            if name == "script":
                yield name, tag, page[at:]
            continue
        yield name, tag, page[at : closing.start()]
        at = closing.end()


def _joined(url: str | None, href: str) -> str | None:
    try:
        return urljoin(url or "", href.strip()) or url
    except ValueError:
        return url
