"""What stands before every route: the right name, the right token, and headers that bind browsers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenescout_tui.api.problems import Problem
from scenescout_tui.setting_values import Secret

#: Where a browser may log in with the token as password. Nothing there changes anything, so that a foreign
#: page that makes the browser send it (CSRF) gains nothing.
READABLE_BY_BROWSER = frozenset({"/docs", "/openapi.json"})

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_POLICY = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Guard:
    """An ASGI app that lets in only those who know the token, under a name that is ours.

    The name is checked against DNS rebinding: a web page whose own name was made to point here is told apart
    by the Host header. ``host`` is what the server was told to listen on.
    """

    def __init__(self, app: ASGIApp, token: Secret, host: str) -> None:
        self._app = app
        self._digest = _digest(token.reveal().encode())
        self._names = _LOOPBACK_NAMES | {host.lower()}
        self._anywhere = _is_wildcard(host)
        if self._anywhere:
            self._names |= {socket.gethostname().lower(), socket.getfqdn().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or have it answered."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                more = [*_HEADERS, (b"content-security-policy", _POLICY)]
                message["headers"] = given + [pair for pair in more if pair[0] not in names]
            await send(message)

        problem = self._wrong_name(scope) or self._unknown_caller(scope)
        if problem is not None:
            await problem.answer()(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)

    def _wrong_name(self, scope: Scope) -> Problem | None:
        name = _host_name(_values(scope, b"host"))
        if name is not None and (name in self._names or (self._anywhere and _is_address(name))):
            return None
        return Problem(
            421, "MISDIRECTED_REQUEST", "this server does not go by the name of the Host header", "Host"
        )

    def _unknown_caller(self, scope: Scope) -> Problem | None:
        path = scope["path"]
        given = _values(scope, b"authorization")
        scheme, _, credentials = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
        shown = b""
        if scheme.lower() == b"bearer":
            shown = credentials.strip(b" ")
        elif scheme.lower() == b"basic" and path in READABLE_BY_BROWSER:
            shown = _password(credentials)
        if hmac.compare_digest(_digest(shown), self._digest):
            return None
        # Bearer as in RFC 6750, 3; a browser asks for a password only where it is offered Basic.
        offered = 'Bearer realm="SceneScout"'
        if path in READABLE_BY_BROWSER:
            offered = f'Basic realm="SceneScout", charset="UTF-8", {offered}'
        message = "show the token of this server: Authorization: Bearer, then the token"
        return Problem(401, "UNAUTHORIZED", message, headers={"WWW-Authenticate": offered})


def _digest(token: bytes) -> bytes:
    # Of equal length whatever was given, so that comparing takes the same time.
    return hashlib.sha256(token).digest()


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _host_name(values: list[bytes]) -> str | None:
    """Return the name of the one Host header, without its port; None where there is none, or nonsense."""
    if len(values) != 1:
        return None
    try:
        parts = urlsplit("//" + values[0].decode("ascii"))
        parts.port  # noqa: B018 – raises where it is no number
    except ValueError:
        return None
    alone = parts.username is None and not (parts.path or parts.query or parts.fragment)
    return parts.hostname.rstrip(".") if alone and parts.hostname else None


def _password(credentials: bytes) -> bytes:
    """Return the password of Basic credentials (RFC 7617); the user name may be anything."""
    try:
        return base64.b64decode(credentials.strip(), validate=True).partition(b":")[2]
    except binascii.Error:
        return b""


def _is_wildcard(host: str) -> bool:
    return _is_address(host) and ip_address(host).is_unspecified


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
