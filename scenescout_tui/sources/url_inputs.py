"""Inputs that are addresses: which are accepted, and how they are called."""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import urlsplit

from scenescout_tui.safe_text import clean, redact

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_FETCHED = ("http", "https", "webcal", "webcals")
_LONGEST = 8000


def is_url(name: str) -> bool:
    """Tell an address from the name of a file."""
    return _URL.match(name) is not None


def problem_of(url: str) -> tuple[str, str] | None:
    """Return what is wrong with an address as an input and what to do about it, None where nothing is."""
    shown = shown_address(url)
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username or parts.password
    except ValueError:
        return f"{shown} is no address", "Correct it: a whole http or https address."
    if parts.scheme.lower() not in _FETCHED:
        return (
            f"{parts.scheme.lower()}: addresses cannot be fetched",
            "Give an http, https or webcal address, or a file.",
        )
    if user is not None:
        return (
            f"{shown} has a user or a password in it",
            "Ask for the public or the secret address of the feed; SceneScout cannot log in there.",
        )
    if not host or len(url) > _LONGEST or not url.isprintable() or " " in url:
        return f"{shown} is no address", "Correct it: a whole http or https address."
    return None


def shown_address(url: str) -> str:
    """Return an address as records and messages may show it: without user and query, which may hold
    secrets.
    """
    start, _, rest = clean(url).partition("://")
    host, slash, path = rest.partition("#")[0].partition("?")[0].partition("/")
    return redact(f"{start}://{host.rpartition('@')[2]}{slash}{path}")


def account_of(url: str) -> str:
    """Return what tells one feed's ids from those of another: its host and path, and a digest of its query,
    which often names the feed and may hold secrets.
    """
    host, slash, path = shown_address(url).partition("://")[2].rstrip("/").partition("/")
    query = url.partition("#")[0].partition("?")[2]
    mark = f"?{sha256(query.encode('utf-8', 'replace')).hexdigest()[:12]}" if query else ""
    return f"{host.lower()}{slash}{path}{mark}"
