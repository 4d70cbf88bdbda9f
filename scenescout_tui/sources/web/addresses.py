"""Which addresses may be asked: the rules for URLs, and for what their names lead to."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from scenescout_tui.safe_text import MASK, redact
from scenescout_tui.sources.web.failures import RuleBreach

#: Characters of a whole URL; servers refuse longer ones.
MAX_URL = 8000

#: Scheme, host and port.
Origin = tuple[str, str, int]

_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_-][a-z0-9_.-]{0,252}")
_CORRECT = "Correct the address: a whole http or https URL without user and password."
_SECRET_NAME = re.compile(
    r"token|key|secret|pass|pwd|sig|auth|session|sid|code|credential|jwt", re.IGNORECASE
)
_USER = re.compile(r"(://)[^/?#]*@")
_QUERY_VALUE = re.compile(r"([?&])([^=&#]*)=([^&#]*)")

# Special-purpose addresses (IANA registries, RFC 6890) that no public service has.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # unspecified
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols, Teredo
        "2001:db8::/32",
        "3fff::/20",
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_6TO4 = IPv6Network("2002::/16")


def read_url(text: str) -> httpx.URL:
    """Read a URL that somebody wrote; the fragment is left out of requests.

    :raises RuleBreach: where it is no http or https URL with a host, has a user, a password, port 0 or
        control characters, or is too long.
    """
    try:
        url = httpx.URL(text)
        check_url(url)
    except (httpx.InvalidURL, UnicodeError):
        raise _refused("the address is not valid") from None
    return url


def check_url(url: httpx.URL) -> None:
    """Hold a URL, also one that a server named, to the same rules.

    :raises RuleBreach: as `read_url`.
    """
    if url.scheme not in _PORTS:
        raise _refused(f"{url.scheme or 'no scheme'}: only http and https can be asked")
    if url.userinfo:
        raise _refused("user and password in the URL")
    host = url.raw_host.decode("ascii")
    if _HOST.fullmatch(host) is None and _literal(host) is None:
        raise _refused("the address has no valid host")
    if url.port is not None and not 0 < url.port < 65536:
        raise _refused(f"there is no port {url.port}")
    if len(url.raw_path) > MAX_URL:
        raise _refused(f"the address is longer than {MAX_URL:,} characters")


def origin_of(url: httpx.URL) -> Origin:
    """Return where a URL leads, with the scheme's usual port where it names none."""
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]


def shown_url(url: httpx.URL | str, secrets: tuple[str, ...] = ()) -> str:
    """Return a URL as it may be stored and shown: no user, no password, values of secret names masked."""
    text = _USER.sub(r"\1", str(url)).partition("#")[0]
    masked = _QUERY_VALUE.sub(
        lambda found: f"{found[1]}{found[2]}={MASK}" if _SECRET_NAME.search(found[2]) else found[0], text
    )
    return redact(masked, secrets)


def is_public(address: str) -> bool:
    """Tell whether an IP address can be that of a public service.

    Addresses that embed an IPv4 address (mapped, NAT64, 6to4) are as public as that one.
    """
    found = _literal(address)
    if found is None:
        return False
    if isinstance(found, IPv6Address):
        embedded = _embedded(found)
        if embedded is None:
            return found in _PUBLIC_6 and not any(found in network for network in _NOT_PUBLIC_6)
        found = embedded
    return not any(found in network for network in _NOT_PUBLIC_4)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _MAPPED or address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return IPv4Address(int(address) >> 80 & 0xFFFF_FFFF) if address in _6TO4 else None


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(host)
    except ValueError:
        return None
    # An address of one network card ("fe80::1%eth0") means nothing elsewhere.
    return None if "%" in host else found


def _refused(words: str) -> RuleBreach:
    return RuleBreach(words, _CORRECT, asked=False)
