"""What can go wrong with a request, in words: every failure of the network is an ExternalAPIError."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import anyio
import httpcore
import httpx

from scenescout_tui.errors import ExternalAPIError
from scenescout_tui.safe_text import for_log, redact

_CHECK_NETWORK = "Check the network and the spelling of the address, then retry."
_CHECK_CERTIFICATE = (
    "Check the address and the clock of this machine; if both are right, the service has to renew it."
)
_REPORT_ANSWER = "Retry; if it stays, tell whoever runs the service what it answers."
_LONGEST_WORDS = 200


class RuleBreach(Exception):
    """An address or an answer breaks a rule of ours; asking again would break it again unless `retryable`.

    `asked`: whether a request was sent, so that the service itself is the one to blame.
    """

    def __init__(
        self, words: str, action: str = _REPORT_ANSWER, *, retryable: bool = False, asked: bool = True
    ) -> None:
        super().__init__(words)
        self.words = words
        self.action = action
        self.retryable = retryable
        self.asked = asked


def too_large(what: str, limit: int) -> RuleBreach:
    """Return the breach of a cap; `limit` in bytes, `what` as in "the answer is"."""
    size = f"{limit / 1e6:g} MB" if limit >= 1_000_000 else f"{limit:,} bytes"
    return RuleBreach(
        f"{what} larger than {size}",
        "Check that this is the right address; if it is, raise max_response_bytes in the settings.",
    )


def explain(
    exc: Exception, service: str, deadline: float, secrets: tuple[str, ...]
) -> ExternalAPIError | None:
    """Say in words what ended a request; None for what is no failure of the network or of a rule.

    `deadline` in seconds; `secrets` are masked. What strangers wrote does not enter the words.
    """
    found = _words(exc, deadline)
    if found is None:
        return None
    words, retryable, action = found
    error = ExternalAPIError(service, None, for_log(redact(words, secrets), _LONGEST_WORDS))
    error.retryable = retryable
    if action is not None:
        error.metadata["action"] = action
    return error


def _words(exc: Exception, deadline: float) -> tuple[str, bool, str | None] | None:
    if isinstance(exc, RuleBreach):
        return exc.words, exc.retryable, exc.action
    if isinstance(exc, httpx.InvalidURL | httpcore.UnsupportedProtocol):
        return "the address is not valid", False, "Correct the address."
    roots = list(_roots(exc))
    for root in roots:
        if isinstance(root, ssl.SSLCertVerificationError):
            return f"its TLS certificate does not hold: {root.verify_message}", False, _CHECK_CERTIFICATE
    for root in roots:
        if isinstance(root, OSError) and (words := _network_words(root, deadline)) is not None:
            return words, True, _CHECK_NETWORK if isinstance(root, socket.gaierror) else None
    return _http_words(exc)


def _http_words(exc: Exception) -> tuple[str, bool, str | None] | None:
    if isinstance(exc, httpcore.LocalProtocolError):
        return "the request breaks HTTP", False, "Report this with the log file."
    if isinstance(exc, httpcore.RemoteProtocolError):
        if "without sending" in str(exc):  # any, or a whole answer
            return "the connection was closed too early", True, None
        # Behind a colon h11 quotes the line, which may hold anything.
        return f"what came is no HTTP ({str(exc).partition(':')[0]})", True, None
    if isinstance(exc, httpcore.TimeoutException):
        return "the connection was not made in time", True, None
    if isinstance(exc, httpcore.NetworkError | anyio.BrokenResourceError | anyio.ClosedResourceError):
        return "the connection broke", True, None
    if isinstance(exc, anyio.EndOfStream):
        return "the connection was closed", True, None
    if isinstance(exc, UnicodeError):
        return "the host name is not valid", False, "Correct the address."
    if isinstance(exc, httpx.HTTPError) or type(exc).__module__.partition(".")[0] in ("httpcore", "h11"):
        return f"the exchange failed ({type(exc).__name__})", True, None
    return None


def _network_words(error: OSError, deadline: float) -> str | None:
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason or 'broken off'})"
    if isinstance(error, TimeoutError) and error.errno is None:
        return f"no whole answer within {deadline:g} s"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "the connection was reset"
    if error.errno is None:  # anyio's summary of what its cause says
        return None
    return f"the network failed ({error.strerror})"


def _roots(exc: BaseException) -> Iterator[BaseException]:
    """The exception and what it was raised from; the libraries wrap the one that tells most."""
    seen: BaseException | None = exc
    while seen is not None:
        yield seen
        if isinstance(seen, BaseExceptionGroup):
            yield from seen.exceptions
        seen = seen.__cause__
