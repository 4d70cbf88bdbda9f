"""`/api/events/process`: the route of the original, events in and what became of them out."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response

from scenescout_tui import __version__
from scenescout_tui.api.answers import RunAnswer, Service, problems
from scenescout_tui.api.body import Intake, read_body
from scenescout_tui.api.engine_link import EngineLink
from scenescout_tui.api.envelope import MAX_BATCH, SOURCES, Options, read_job
from scenescout_tui.api.problems import Problem, come_again
from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.report import RunReport

_OPTIONS = [field.encode_name for field in msgspec.structs.fields(Options)]


def process_routes(link: EngineLink, intake: Intake) -> APIRouter:
    """Return the routes over an engine."""
    router = APIRouter(prefix="/api/events", tags=["events"])
    limits = intake.limits

    @router.post(
        "/process",
        summary="Import events",
        response_model=RunAnswer,
        responses=problems(400, 408, 413, 415, 422, 503),
        openapi_extra={"requestBody": _request_body(limits.events)},
    )
    async def process(
        request: Request,
        all_results: Annotated[
            bool, Query(alias="allResults", description="List every event, not 1,000 of each kind.")
        ] = False,
    ) -> Response:
        """Import the events of the body as one run, and answer when it has ended.

        A post that was accepted is finished even when its caller goes away. Events that were posted before
        come back as `unchanged`, so that a post without an answer can safely be repeated.
        """
        with intake.place() as place:
            body = await read_body(request, place, intake)
            job = read_job(body, limits.events, all_results=all_results)
            del body
            try:
                report = await link.run_import(job)
            except SpawnerError as error:
                raise come_again(error.code, error.message, limits.retry_after) from error
        if not report.success:
            raise _unfinished(report, limits.retry_after)
        return Response(msgspec.json.encode(report.to_json()), media_type="application/json")

    @router.get("/process", summary="What can be imported", response_model=Service, responses=problems())
    async def describe() -> dict[str, Any]:
        """Say what runs here, what a post may name, and how large it may be."""
        return {
            "status": link.snapshot().state,
            "version": __version__,
            "capabilities": {"sources": SOURCES, "options": _OPTIONS},
            "limits": {
                "maxBytes": limits.body_bytes,
                "maxEvents": limits.events,
                "bodySeconds": limits.body_seconds,
                "maxPosts": limits.posts,
            },
        }

    return router


def _unfinished(report: RunReport, seconds: int) -> Problem:
    counts = report.counts
    why = f": {report.error.message}" if report.error is not None else ""
    code = report.error.code if report.error is not None else "INTERRUPTED"
    message = f"run {report.run_id} did not finish, {counts.finished:,} of its events are done{why}"
    return come_again(code, message, seconds)


def _request_body(max_events: int) -> dict[str, Any]:
    switch = {"type": ["boolean", "null"]}
    options = {
        "type": "object",
        "additionalProperties": False,
        "description": "What is left out, or null, is as the settings of the server say.",
        "properties": {
            "batchSize": {"type": ["integer", "null"], "minimum": 1, "maximum": MAX_BATCH},
            "deduplicationEnabled": switch,
            "enrichmentEnabled": switch,
            "validateLocation": switch,
        },
    }
    events = {
        "type": "array",
        "maxItems": max_events,
        "items": {"type": "object"},
        "description": "Events as their source gives them; each is kept byte for byte.",
    }
    schema = {
        "type": "object",
        "required": ["source", "events"],
        "additionalProperties": False,
        "properties": {
            "source": {
                "type": "string",
                "enum": list(SOURCES),
                "description": "auto: told from each event.",
            },
            "events": events,
            "options": options,
        },
    }
    return {"required": True, "content": {"application/json": {"schema": schema}}}
