"""What Yelp's answers say beside events: how much may still be asked today, and why it refuses.

Header names, error codes and the reset at midnight UTC are those of Yelp's documentation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from scenescout_tui.errors import ExternalAPIError, RateLimitError, SpawnerError, retry_after_seconds
from scenescout_tui.safe_text import for_log, redact
from scenescout_tui.sources.web.answer import Budget, WebAnswer

SERVICE = "Yelp"

_DAY = 86_400.0
#: Waits in seconds where the answer names none: after too many requests in one second, and else.
_SECOND_WAIT = 1.5
_OTHER_WAIT = 60.0
_LONGEST_WORDS = 300
#: An answer larger than this (bytes) is no error of Yelp's, and would cost too much to be read as one.
_LARGEST_PROBLEM = 64_000

_PAIRS = (
    ("ratelimit-dailylimit", "ratelimit-remaining"),
    ("ratelimit-resourcedailylimit", "ratelimit-resourceremaining"),
)
#: Parameters of the API by the options they come from.
_OPTIONS = {
    "location": "location",
    "latitude": "latitude",
    "longitude": "longitude",
    "radius": "radius",
    "start_date": "start",
    "categories": "category",
    "is_free": "free",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error answer says, each part empty where it says nothing."""

    code: str = ""
    words: str = ""
    field: str = ""


def read_budget(headers: Mapping[str, str], now: float) -> Budget | None:
    """Read how much of the daily limit is left from an answer's headers (lower-case names).

    A limit of the endpoint's own counts where less is left of it. A limit resets at midnight UTC where no
    time, or one before `now` (Unix seconds), is given. None where the headers name no limit; never raises.
    """
    found: list[tuple[int, int | None]] = []
    for limit_name, remaining_name in _PAIRS:
        remaining = _count(headers.get(remaining_name))
        if remaining is not None:
            found.append((remaining, _count(headers.get(limit_name))))
    if not found:
        return None
    remaining, limit = min(found, key=lambda pair: pair[0])
    return Budget(remaining, limit, _reset(headers, now))


def problem_of(answer: WebAnswer) -> Problem:
    """Read the error inside an answer of any shape."""
    if len(answer.body) > _LARGEST_PROBLEM:
        return Problem()
    try:
        body = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Problem()
    error: Any = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):
        return Problem(words=error)
    if not isinstance(error, dict):
        return Problem()
    code, words, field = (error.get(key) for key in ("code", "description", "field"))
    return Problem(_text(code), _text(words), _text(field))


def refusal(answer: WebAnswer, secret: str) -> SpawnerError:
    """Return the error that an answer other than a list or an event is.

    `secret` is the token: should an answer repeat it, it is blotted out.
    """
    found = problem_of(answer)
    # Blotted out before it is cut, or half of it could stay.
    problem = Problem(
        *(for_log(redact(text, [secret]), _LONGEST_WORDS) for text in (found.code, found.words, found.field))
    )
    if answer.status == 429:
        return _limit(answer, problem)
    said = f"{problem.code}: {problem.words}".strip(": ") or None
    retry_after = retry_after_seconds(answer.headers.get("retry-after"), answer.fetched_at)
    error = ExternalAPIError(SERVICE, answer.status, said, retry_after=retry_after)
    error.metadata["error"] = problem.code
    if problem.code == "INTERNAL_ERROR":
        error.retryable = True  # whatever the status
    elif answer.status < 500:
        _advise(error, problem, answer.status)
    return error


def unreadable(answer: WebAnswer, why: str) -> ExternalAPIError:
    """Return the error for an answer that claims success and is none; something between may have sent it."""
    error = ExternalAPIError(SERVICE, answer.status, why)
    error.retryable = True
    error.metadata["action"] = (
        "Wait and retry; if it stays, look at Yelp's status page and at proxies on the way."
    )
    return error


def plan_gap(answer: WebAnswer) -> ExternalAPIError:
    """Return the error for a list that Yelp does not know: what is not in a token's plan is a 404 there."""
    error = ExternalAPIError(SERVICE, answer.status, "the plan of this API key does not include events")
    error.metadata["action"] = (
        "Ask Yelp for a plan with the event endpoints (/v3/events), or import a file: "
        "scenescout import yelp FILE."
    )
    return error


def is_plan_gap(answer: WebAnswer) -> bool:
    """Tell whether a list was refused because the plan lacks it, not because its place is unknown."""
    return answer.status == 404 and not problem_of(answer).code.startswith("LOCATION")


def is_beyond_reach(answer: WebAnswer) -> bool:
    """Tell whether a list was refused only because its offset lies beyond what the plan may see."""
    if answer.status != 400:
        return False
    problem = problem_of(answer)
    words = problem.words.lower()
    of_offset = problem.field in ("offset", "limit") or "offset" in words or "too many results" in words
    return problem.code == "VALIDATION_ERROR" and of_offset


def _advise(error: ExternalAPIError, problem: Problem, status: int) -> None:
    code = problem.code
    if status in (401, 403) or code.startswith(("TOKEN_", "UNAUTHORIZED")):
        error.metadata["action"] = (
            "Check the API key of your Yelp app (SCENESCOUT_YELP_TOKEN, or the file it is read from), "
            "then start the import again."
        )
    elif code == "LOCATION_NOT_FOUND":
        error.metadata["field"] = "location"
        error.metadata["action"] = 'Name the place more fully, such as "Lisboa, Portugal", or by coordinates.'
    elif code == "LOCATION_MISSING":
        error.metadata["field"] = "location"
        error.metadata["action"] = "Name a place: --location, or --latitude and --longitude."
    elif code == "VALIDATION_ERROR":
        option = _OPTIONS.get(problem.field)
        error.metadata["field"] = option or problem.field
        if option is not None:
            error.metadata["action"] = f"Correct --{option}, then start the import again."


def _limit(answer: WebAnswer, problem: Problem) -> RateLimitError:
    asked = retry_after_seconds(answer.headers.get("retry-after"), answer.fetched_at)
    if problem.code == "ACCESS_LIMIT_REACHED":
        reset = _reset(answer.headers, answer.fetched_at)
        shown = datetime.fromtimestamp(reset, UTC)
        words = f"{SERVICE}: the daily limit is used, resets {shown:%H:%M} UTC"
        return RateLimitError(SERVICE, max(1.0, math.ceil(reset - answer.fetched_at)), words)
    if problem.code == "TOO_MANY_REQUESTS_PER_SECOND":
        return RateLimitError(SERVICE, _SECOND_WAIT if asked is None else asked)
    return RateLimitError(SERVICE, _OTHER_WAIT if asked is None else asked)


def _reset(headers: Mapping[str, str], now: float) -> float:
    """Return when the daily limit resets, in Unix seconds."""
    try:
        reset = datetime.fromisoformat(headers.get("ratelimit-resettime", "").strip())
        moment = (reset if reset.tzinfo is not None else reset.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        moment = now
    return moment if moment > now else (now // _DAY + 1) * _DAY


def _count(text: str | None) -> int | None:
    try:
        number = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return int(number) if 0 <= number < 2**31 else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
