"""The routes of all resources, and what stands before them, put together to one ASGI app.

A new resource is a module with a function that returns its router, and one line here.
"""

from __future__ import annotations

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from scenescout_tui import __version__
from scenescout_tui.api.body import Intake
from scenescout_tui.api.docs import docs_routes
from scenescout_tui.api.engine_link import EngineLink
from scenescout_tui.api.guard import Guard
from scenescout_tui.api.health import health_routes
from scenescout_tui.api.metrics import EngineMetrics, RequestCounter, metrics_routes
from scenescout_tui.api.problems import answer_problems
from scenescout_tui.api.process import process_routes
from scenescout_tui.api.wire import Lingering
from scenescout_tui.setting_values import Secret


def make_app(link: EngineLink, intake: Intake, token: Secret, host: str) -> ASGIApp:
    """Return the app over an engine; ``host`` is what the server listens on."""
    registry = CollectorRegistry()
    registry.register(EngineMetrics(link, intake))
    # FastAPI's own pages load scripts from elsewhere.
    routes = FastAPI(
        title="SceneScout",
        version=__version__,
        description="Imports event listings. Every request shows the token of this server.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    answer_problems(routes)
    routes.include_router(process_routes(link, intake))
    routes.include_router(health_routes(link, intake))
    routes.include_router(metrics_routes(registry))
    routes.include_router(docs_routes(routes))
    guarded = Guard(routes, token, host)
    return Lingering(RequestCounter(registry).counting(guarded), intake.limits.linger)
