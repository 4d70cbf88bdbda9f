"""`/healthz` and `/readyz`: whether the process lives, and whether a post would be taken."""

from __future__ import annotations

from fastapi import APIRouter

from scenescout_tui.api.answers import Health, problems
from scenescout_tui.api.body import Intake
from scenescout_tui.api.engine_link import EngineLink
from scenescout_tui.api.problems import come_again


def health_routes(link: EngineLink, intake: Intake) -> APIRouter:
    """Return the routes over an engine."""
    router = APIRouter(tags=["operation"])

    @router.get("/healthz", summary="The process lives", responses=problems())
    async def healthz() -> Health:
        """Answer; whatever else is wrong, a restart would not mend it."""
        return Health()

    @router.get("/readyz", summary="A post would be taken", responses=problems(503))
    async def readyz() -> Health:
        """Ask the engine and the store."""
        intake.check_open()
        trouble = await link.trouble()
        if trouble is not None:
            raise come_again("NOT_READY", trouble, intake.limits.retry_after)
        return Health()

    return router
