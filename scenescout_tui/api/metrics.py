"""`/metrics`: the engine's newest picture and the requests, as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenescout_tui import __version__
from scenescout_tui.api.answers import problems
from scenescout_tui.api.body import Intake
from scenescout_tui.api.engine_link import EngineLink
from scenescout_tui.imports.report import OUTCOMES

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class RequestCounter:
    """Counts requests by route and status. Labels come from us alone, or callers could make any number."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "scenescout_http_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )

    def counting(self, app: ASGIApp) -> ASGIApp:
        """Return an app that counts what another one answers."""

        async def count(scope: Scope, receive: Receive, send: Send) -> None:
            status = 0

            async def note(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, note)
            except Exception:
                if not status:
                    raise
                # Answered and logged already; Starlette raises it once more.
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = getattr(scope.get("route"), "path", "other")
            self._requests.labels(method, route, str(status)).inc()

        return count


class EngineMetrics(Collector):
    """Reads the engine's picture whenever it is asked."""

    def __init__(self, link: EngineLink, intake: Intake) -> None:
        self._link = link
        self._intake = intake

    def describe(self) -> Iterable[Metric]:
        """Nothing can be said before the engine is there."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics; counters count from the start of the engine."""
        picture = self._link.snapshot()
        info = GaugeMetricFamily("scenescout_info", "Version and state.", labels=("version", "state"))
        info.add_metric((__version__, picture.state), 1)
        yield info
        records = CounterMetricFamily("scenescout_records", "Records by outcome.", labels=("outcome",))
        for outcome in OUTCOMES:
            records.add_metric((outcome,), getattr(picture.counts, outcome))
        yield records
        tasks = CounterMetricFamily("scenescout_tasks", "Tasks by how they ended.", labels=("end",))
        for end in ("completed", "failed", "retried", "cancelled"):
            tasks.add_metric((end,), getattr(picture.metrics, f"{end}_tasks"))
        yield tasks
        gauges = (
            ("records_in_flight", "Records accepted and not finished.", picture.counts.in_flight),
            ("errors_open", "Errors not cleared.", picture.errors_open),
            ("pending_review", "Submissions that wait for a person.", picture.pending_review),
            ("queue_depth", "Tasks that wait.", picture.queue_depth),
            ("queue_limit", "Tasks that may wait.", picture.queue_limit),
            ("workers_busy", "Workers at work.", picture.workers_busy),
            ("workers", "Workers there are.", picture.max_workers),
            ("records_per_second", "Records finished lately.", picture.metrics.events_per_second),
            ("tasks_per_second", "Tasks finished lately.", picture.metrics.tasks_per_second),
            ("memory_bytes", "Resident memory.", picture.memory_mb * 1e6),
            ("http_posts", "Posts that are read or imported.", self._intake.posts),
            ("http_bodies_bytes", "Bytes of their bodies.", self._intake.held),
        )
        for name, words, value in gauges:
            yield GaugeMetricFamily(f"scenescout_{name}", words, value)


def metrics_routes(registry: CollectorRegistry) -> APIRouter:
    """Return the route over a registry."""
    router = APIRouter(tags=["operation"])

    text: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}

    @router.get(
        "/metrics",
        summary="Metrics for Prometheus",
        response_class=Response,
        responses=text | problems(),
    )
    async def metrics() -> Response:
        """Answer in Prometheus' text format."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
