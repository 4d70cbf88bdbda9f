"""What Eventbrite's error answers mean, told by their `error` code first and the status second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from scenescout_tui.errors import ExternalAPIError, RateLimitError, SpawnerError
from scenescout_tui.safe_text import for_log, redact
from scenescout_tui.setting_values import Secret
from scenescout_tui.sources.eventbrite_api.budget import read_budget
from scenescout_tui.sources.web.answer import WebAnswer, retry_after

SERVICE = "Eventbrite"

EXPANSION_FAILED = "EXPANSION_FAILED"
#: The position in a listing is no longer known, because the list has changed.
POSITION_ERRORS = frozenset({"BAD_PAGE", "BAD_CONTINUATION_TOKEN"})

# A bad token is a 400 in Eventbrite's table and a 401 in practice: the code decides.
_TOKEN_ERRORS = frozenset({"NO_AUTH", "INVALID_AUTH", "INVALID_AUTH_HEADER", "ACCESS_DENIED"})
_PASSING_ERRORS = frozenset({"INTERNAL_ERROR", EXPANSION_FAILED})
_LIMIT_ERROR = "HIT_RATE_LIMIT"
_LONGEST_WORDS = 200
#: Bytes; what is longer is no error answer.
_LONGEST_BODY = 100_000

_WRONG_LOGIN = (
    "Check the Eventbrite token (the account's private token, not its API key): scenescout doctor and "
    "scenescout locate say where it is looked for."
)
_ASK_AGAIN = "Wait and retry; if it stays, look at Eventbrite's status page and at proxies on the way."
#: What to do where an address is closed (403), unknown (404) or gone (410).
_ELSEWHERE: Mapping[str, str] = {
    "organizer": (
        "Take the digits at the end of the organiser's page (/o/name-123); the id of an organisation needs "
        "--organization, that of a single event --event."
    ),
    "organization": (
        "Only its members may list an organisation: take the token of a member's account, or --organizer "
        "with the digits at the end of the organiser's public page (/o/name-123)."
    ),
    "organizations": (
        "A public token reads listings but not whose it is: take the account's private token, or name an "
        "--organizer, --venue, --series or --event."
    ),
    "venue": "Check the venue's id; --organizer lists an organiser's events wherever they take place.",
    "series": "Check that the id is that of the series; one of its dates is asked for with --event.",
    "event": "Check the event's id; drafts and private events are shown to their owner's token alone.",
}


class RefusedError(ExternalAPIError):
    """Eventbrite answered with an error; `error` is its code, "" where the answer has none."""

    def __init__(self, service: str, status_code: int | None = None, message: str | None = None) -> None:
        super().__init__(service, status_code, message)
        self.error = ""

    @property
    def blames_token(self) -> bool:
        """Whether every other request would be refused as well."""
        return self.error in _TOKEN_ERRORS or self.status_code == 401


class _ErrorBody(msgspec.Struct, gc=False):
    error: Any = None
    error_description: Any = None


_error_body = msgspec.json.Decoder(_ErrorBody)


def refusal(answer: WebAnswer, kind: str, subject: str, token: Secret) -> SpawnerError:
    """Return the error that an answer other than 2xx means.

    `kind` is the kind of listing ("organizations" for the token's own), `subject` names it with its id; both
    enter the message, the token never does.
    """
    code, words = _said(answer.body, token)
    if code == _LIMIT_ERROR or answer.status == 429:
        wait = _asked_wait(answer)
        until = "" if wait is None else f"; it asks to wait {wait:.0f} s"
        return RateLimitError(SERVICE, wait, f"{subject}: {SERVICE} limits requests{until}")
    told = f"{subject}: {': '.join(part for part in (code, words) if part) or 'no reason given'}"
    refused = RefusedError(SERVICE, answer.status, told)
    refused.error = code
    refused.retryable = code in _PASSING_ERRORS or (answer.status >= 500 and not refused.blames_token)
    if refused.retryable:
        refused.retry_after = retry_after(answer.headers, answer.fetched_at)
    elif refused.blames_token:
        refused.metadata["action"] = _WRONG_LOGIN
    elif answer.status in (403, 404, 410):
        refused.metadata["action"] = _ELSEWHERE[kind]
    return refused


def unreadable(subject: str, status: int, reason: str) -> ExternalAPIError:
    """Return the error for a good answer that is not what was asked for; asking again may help."""
    error = ExternalAPIError(SERVICE, status, f"{subject}: {reason}")
    error.retryable = True
    error.metadata["action"] = _ASK_AGAIN
    return error


def _said(body: bytes, token: Secret) -> tuple[str, str]:
    """The code and the words of an error answer; many a 404 has the body `{}`, and a proxy's is HTML."""
    if len(body) > _LONGEST_BODY:
        return "", ""
    try:
        said = _error_body.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return "", ""
    code = said.error if isinstance(said.error, str) else ""
    words = said.error_description if isinstance(said.error_description, str) else ""
    hidden = (token.reveal(),)
    return for_log(redact(code, hidden), 40), for_log(redact(words, hidden), _LONGEST_WORDS)


def _asked_wait(answer: WebAnswer) -> float | None:
    """Seconds until requests may go on, as far as the answer says."""
    wait = retry_after(answer.headers, answer.fetched_at)
    if wait is not None:
        return wait
    budget = read_budget(answer.headers, answer.fetched_at)
    # With requests left it was another limit than this one, and its reset says nothing.
    if budget is None or budget.remaining or budget.resets_at is None:
        return None
    return max(0.0, budget.resets_at - answer.fetched_at)
