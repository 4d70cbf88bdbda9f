"""Whatever goes wrong, as the one object that every status of 400 and more is answered with."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from scenescout_tui.safe_text import for_screen

log = logging.getLogger(__name__)

_LONGEST_MESSAGE = 500


class Problem(Exception):
    """A request that is refused; ``field`` names the part of it at fault."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = dict(headers or {})

    def answer(self) -> Response:
        """Return it as an HTTP answer."""
        return Response(
            self.body(), status_code=self.status, headers=self.headers, media_type="application/json"
        )

    def body(self) -> bytes:
        """Return it as JSON; what a caller wrote is made safe for the terminals it may be shown on."""
        error = {"code": self.code, "message": for_screen(self.message, _LONGEST_MESSAGE)}
        if self.field is not None:
            error["field"] = for_screen(self.field, 100)
        return msgspec.json.encode({"error": error})


def come_again(code: str, message: str, seconds: int) -> Problem:
    """Return the refusal of something that may work a little later."""
    return Problem(503, code, message, headers={"Retry-After": str(seconds)})


def answer_problems(app: FastAPI) -> None:
    """Have every error of an app answered in this shape, its own 404 and 405 too."""

    @app.exception_handler(Problem)
    async def refused(request: Request, problem: Problem) -> Response:
        return problem.answer()

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        phrase = HTTPStatus(error.status_code).phrase
        message = {
            404: "there is nothing at this address; /docs lists what there is",
            405: f"{request.method} means nothing at this address",
        }.get(error.status_code, phrase.lower())
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = _allowed(app, request, headers.get("Allow", ""))
        return Problem(error.status_code, phrase.upper().replace(" ", "_"), message, headers=headers).answer()

    @app.exception_handler(RequestValidationError)
    async def wrong_query(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:])
        return Problem(422, "VALIDATION_ERROR", f"{field}: {first['msg'].lower()}", field).answer()

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> Response:
        log.error("a request failed", exc_info=error)
        return Problem(500, "BUG", "something went wrong that should not; the log has the details").answer()


def _allowed(app: FastAPI, request: Request, of_one: str) -> str:
    """Return the methods of an address; Starlette names those of its first route only."""
    path = getattr(request.scope.get("route"), "path", "")
    methods = app.openapi()["paths"].get(path)
    return ", ".join(sorted(method.upper() for method in methods)) if methods else of_one
