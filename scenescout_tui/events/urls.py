"""Links: what may be kept, and which form of it tells one page from another."""

from __future__ import annotations

import re
from functools import lru_cache

from scenescout_tui.safe_text import clean

#: The longest link kept, in characters.
MAX_URL = 2048

_HTTP = re.compile(r"https?://[^\s/?#@\\]+\.?[^\s\\]*", re.IGNORECASE)
_BARE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:[/?#:][^\s\\]*)?", re.IGNORECASE)
# Parameters that follow people, not pages: analytics (utm, Google, Facebook, Mailchimp, Instagram, HubSpot),
# and the affiliate marks of Eventbrite (aff, ref) and Yelp (adjust_creative).
_TRACKING = re.compile(
    r"(?:utm_\w+|adjust_\w+|fbclid|gclid|gclsrc|dclid|msclkid|yclid|igshid|mc_[ce]id|_ga|_gl|_hs\w+|hsctatracking|aff|"
    r"ref|trk|spm)",
    re.IGNORECASE,
)


def link(value: object) -> str | None:
    """Return an http or https address as it was given, or None for anything else (also "javascript:…")."""
    if not isinstance(value, str) or not value or len(value) > MAX_URL:
        return None
    text = value if value.isascii() and value.isprintable() else clean(value).strip()
    return text if _HTTP.fullmatch(text) else None


def typed_link(value: str) -> str | None:
    """Like `link`, for addresses typed by people: "example.org/night" gets its https://."""
    text = value.strip()
    return link(f"https://{text}" if _BARE.fullmatch(text) else text)


def page_identity(url: str) -> str:
    """Return the form of a link that stays the same: no tracking parameters, no fragment."""
    rest, _, query = url.partition("#")[0].partition("?")
    scheme, separator, rest = rest.partition("://")
    host, slash, path = rest.partition("/")
    base = f"{scheme.lower()}{separator}{host.lower()}{slash}{path}".rstrip("/")
    if not query:
        return base
    kept = [part for part in query.split("&") if part and not _is_tracking(part.partition("=")[0])]
    return f"{base}?{'&'.join(kept)}" if kept else base


@lru_cache(maxsize=1024)
def _is_tracking(parameter: str) -> bool:
    return _TRACKING.fullmatch(parameter) is not None
