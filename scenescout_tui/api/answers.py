"""The shapes of the answers, for the description of the API; DESIGN §7 and §8 have them in words."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class _Answer(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class ErrorBody(_Answer):
    """What is wrong; `code` is for programs, `field` names the part of the request at fault."""

    code: str
    message: str
    field: str | None = None


class ProblemAnswer(_Answer):
    """The answer of every status from 400 on."""

    error: ErrorBody


class Summary(_Answer):
    """`processed`: created, updated or put up for review; `skipped`: unchanged, duplicate or not to be
    imported.
    """

    total: int
    processed: int
    skipped: int
    failed: int


class Metrics(_Answer):
    """Tasks of the engine since its start; `averageTime` in milliseconds."""

    total_tasks: int
    completed_tasks: int
    failed_tasks: int
    average_time: float


class Stats(_Answer):
    """The engine's workers and their work."""

    workers: int
    metrics: Metrics


class Successful(_Answer):
    """An event that was written; `index` is its place in the post, from 0."""

    index: int
    external_id: str | None
    event_id: str | None
    source: str
    outcome: str
    status: str | None = None


class Skipped(_Answer):
    """An event that was not to be written again, or at all."""

    index: int
    external_id: str | None
    reason: str
    event_id: str | None = None


class Failed(_Answer):
    """An event that cannot be imported; it is kept as a dead letter."""

    index: int
    external_id: str | None
    error: str | None
    code: str | None
    dead_letter_id: str | None


class Results(_Answer):
    """At most 1,000 entries each, unless all were asked for; the summary counts all."""

    successful: list[Successful]
    skipped: list[Skipped]
    failed: list[Failed]


class RunAnswer(_Answer):
    """What came of a post: the object that `scenescout import --json` prints."""

    success: Literal[True]
    run_id: str
    summary: Summary
    stats: Stats
    results: Results


class Capabilities(_Answer):
    """What a post may name."""

    sources: list[str]
    options: list[str]


class PostLimits(_Answer):
    """How large a post may be (bytes, events), how long its body may take (seconds), and how many may be at
    work at once.
    """

    max_bytes: int
    max_events: int
    body_seconds: float
    max_posts: int


class Service(_Answer):
    """What runs here; `status` is the state of the engine."""

    status: str
    version: str
    capabilities: Capabilities
    limits: PostLimits


class Health(_Answer):
    """All is well."""

    status: Literal["ok"] = "ok"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of the refusals a route may answer with, beside those of every route."""
    return {status: {"model": ProblemAnswer, "description": _WORDS[status]} for status in (*_ALL, *statuses)}


_ALL = (401, 421)
_WORDS = {
    400: "The source is unknown, or the body was cut off.",
    401: "The token is missing or wrong.",
    408: "The body took too long.",
    413: "The body is too large, or holds too many events.",
    415: "The body is not plain JSON in UTF-8.",
    421: "The Host header names another server.",
    422: "The body is not JSON, or a field is wrong; `field` names it.",
    503: "Not now; try again after the seconds of Retry-After. Nothing is imported twice.",
}
