"""`/openapi.json` and `/docs`: the API described for programs, and as a page without any script."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import HTMLResponse

_STYLE = (
    "body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif}"
    "code,pre{font:14px/1.4 ui-monospace,monospace}"
    "pre{overflow:auto;padding:.75rem;border:1px solid #8888}"
    "h2{border-top:1px solid #8888;padding-top:1rem}"
    "td{padding:.1rem 1rem .1rem 0;vertical-align:top}"
    ":root{color-scheme:light dark}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_EXAMPLE = """\
curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
     -d '{"source": "auto", "events": []}' URL/api/events/process"""


def docs_routes(app: FastAPI) -> APIRouter:
    """Return the two routes over the app that they describe."""
    router = APIRouter(include_in_schema=False)

    @cache
    def described() -> dict[str, Any]:
        found = app.openapi()
        schemes = found.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["token"] = {"type": "http", "scheme": "bearer"}
        found["security"] = [{"token": []}]
        return found

    @router.get("/openapi.json")
    async def openapi() -> dict[str, Any]:
        return described()

    @router.get("/docs")
    async def docs() -> Response:
        return HTMLResponse(_page(described()), headers={"Content-Security-Policy": _POLICY})

    return router


def _page(described: dict[str, Any]) -> str:
    title = escape(f"{described['info']['title']} {described['info']['version']}")
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>",
        f"<h1>{title}</h1><p>{escape(described['info']['description'])}</p><pre>{escape(_EXAMPLE)}</pre>",
        '<p>For programs: <a href="/openapi.json">openapi.json</a></p>',
    ]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            parts.extend(_operation(method.upper(), path, operation))
    parts.append("<h2>Shapes</h2>")
    for name, schema in described["components"]["schemas"].items():
        parts.append(f'<h3 id="{escape(name)}">{escape(name)}</h3>{_json(schema)}')
    return "".join(parts)


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<h2><code>{escape(method)} {escape(path)}</code></h2>"
    summary, more = operation["summary"], operation.get("description", "")
    yield f"<p><strong>{escape(summary)}.</strong> {escape(more)}</p>"
    for parameter in operation.get("parameters", ()):
        where = f"{parameter['name']} ({parameter['in']})"
        yield f"<p><code>{escape(where)}</code> {escape(parameter.get('description', ''))}</p>"
    if "requestBody" in operation:
        yield f"<p>Body:</p>{_json(operation['requestBody']['content'])}"
    yield "<table>"
    for status, answer in operation["responses"].items():
        yield f"<tr><td><code>{escape(status)}</code><td>{escape(answer['description'])}"
        yield "".join(f'<td><a href="#{escape(name)}">{escape(name)}</a>' for name in _named(answer))
    yield "</table>"


def _named(answer: dict[str, Any]) -> Iterator[str]:
    for content in answer.get("content", {}).values():
        reference = content.get("schema", {}).get("$ref")
        if reference is not None:
            yield reference.rpartition("/")[2]


def _json(value: object) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
