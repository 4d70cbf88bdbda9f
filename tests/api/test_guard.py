"""Who is let in, under which name, and what browsers are told."""

from __future__ import annotations

import base64

import httpx
import pytest

from scenescout_tui.api.guard import Guard
from scenescout_tui.setting_values import Secret
from tests.api.served import TOKEN, Served, error_of

ROUTES = ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/api/events/process", "/", "/nothing")


def basic(password: str) -> str:
    """Return the header of a browser."""
    return "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "given",
    [
        None,
        "Bearer",
        "Bearer =",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Token {TOKEN}",
        TOKEN,
        "Basic",
        "Basic %%%",
        basic("wrong"),
        basic(""),
    ],
)
def test_without_the_token_nothing_is_shown(api: Served, path: str, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    answer = httpx.get(api.url + path, headers=headers, trust_env=False)
    assert answer.status_code == 401
    assert error_of(answer)["code"] == "UNAUTHORIZED"
    assert "Bearer" in answer.headers["WWW-Authenticate"]
    assert ("Basic" in answer.headers["WWW-Authenticate"]) == (path in ("/docs", "/openapi.json"))


@pytest.mark.parametrize("path", ROUTES)
def test_a_browser_gets_in_where_there_is_something_to_read(api: Served, path: str) -> None:
    answer = httpx.get(api.url + path, headers={"Authorization": basic(TOKEN)}, trust_env=False)
    assert answer.status_code == (200 if path in ("/docs", "/openapi.json") else 401)


def test_two_tokens_are_none(api: Served) -> None:
    headers = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", f"Bearer {TOKEN}")]
    assert httpx.get(api.url + "/healthz", headers=headers, trust_env=False).status_code == 401


def test_the_scheme_is_written_in_any_case(api: Served) -> None:
    headers = {"Authorization": f"bearer  {TOKEN}"}
    assert httpx.get(api.url + "/healthz", headers=headers, trust_env=False).status_code == 200


@pytest.mark.parametrize("name", ["localhost", "LocalHost:1", "127.0.0.1:8787", "[::1]:8787", "localhost."])
def test_names_of_this_machine_are_ours(api: Served, name: str) -> None:
    assert api.client.get("/healthz", headers={"Host": name}).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "localhost.evil.example",
        "evil@localhost",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "a:b",
        "",
    ],
)
def test_any_other_name_is_refused(api: Served, name: str) -> None:
    answer = api.client.get("/healthz", headers={"Host": name})
    assert (answer.status_code, error_of(answer)["field"]) == (421, "Host")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("host", "name", "status"),
    [
        ("0.0.0.0", "192.0.2.7:80", 200),
        ("::", "[2001:db8::1]", 200),
        ("0.0.0.0", "rebound.example", 421),
        ("api.example", "API.example:8787", 200),
        ("api.example", "192.0.2.7", 421),
    ],
)
async def test_a_server_for_others_goes_by_its_name_or_any_address(host: str, name: str, status: int) -> None:
    async def answer(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    transport = httpx.ASGITransport(app=Guard(answer, Secret(TOKEN), host))
    headers = {"Host": name, "Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
        assert (await client.get("/")).status_code == status


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/nothing", "/api/events/process"])
def test_browsers_are_kept_in_check(api: Served, path: str) -> None:
    for client in (api.client, httpx.Client(base_url=api.url, trust_env=False)):
        headers = client.get(path, headers={"Origin": "https://evil.example"}).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert not any(name.startswith("access-control") for name in headers)
        assert "server" not in headers


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/events/process", "GET, POST"),
        ("OPTIONS", "/api/events/process", "GET, POST"),
        ("POST", "/healthz", "GET"),
        ("PUT", "/docs", "GET"),
        ("FROBNICATE", "/metrics", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(api: Served, method: str, path: str, allowed: str) -> None:
    answer = api.client.request(method, path)
    assert (answer.status_code, error_of(answer)["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/docs/", "/api/events/process/", "/%2e%2e/etc/passwd", "//x"]
)
def test_an_unknown_address_is_404(api: Served, path: str) -> None:
    answer = api.client.get(path)
    assert (answer.status_code, error_of(answer)["code"]) == (404, "NOT_FOUND")
