"""What the client of a service promises beside surviving its answers."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Mapping

import anyio
import pytest

from scenescout_tui.errors import ExternalAPIError, RateLimitError
from scenescout_tui.setting_values import Secret
from scenescout_tui.sources.web.answer import Budget, WebAnswer, retry_after
from scenescout_tui.sources.web.client import MAX_REDIRECTS, WebClient, WebLimits
from scenescout_tui.sources.web.json_answer import MAX_VALUES, decode_json
from tests.sources.web.gates import CountingGate, FakedNames
from tests.sources.web.hostile import (
    BODY,
    Behaviour,
    HostileServer,
    Stream,
    closing,
    dripping,
    head,
    raw,
    redirecting,
    reset,
    serving,
    silent,
    whole,
)

pytestmark = pytest.mark.anyio

CANARY = "canary-7f3a9c2e"
LIMIT_HEADER = f"X-Rate-Limit: token:{CANARY} 69/2000 reset=874s, key:APPKEY99 3/48000 reset=5s"


async def closed_after_answer(writer: Stream) -> None:
    writer.write(whole(BODY))
    await writer.drain()
    writer.close()


BEHAVIOURS: dict[str, Behaviour] = {
    "": raw(whole(BODY)),
    "v3/events": raw(whole(BODY, LIMIT_HEADER, f"X-Echo: Bearer {CANARY}", "ETag: one", "ETag: two")),
    "v3/missing": raw(whole(b"{}", status="404 Not Found")),
    "v3/broken": raw(whole(b"{}", status="502 Bad Gateway")),
    "v3/moved": redirecting("/v3/events"),
    "v3/once-closed": closed_after_answer,
    "v3/silent": silent,
    "v3/reset": reset,
    "v3/drip": dripping(head("Content-Length: 100000")),
    "v3/garbage": raw(f"HTTP/1.1 200 OK\r\nX-Rate-Limit token:{CANARY}\r\n\r\n".encode()),
    "v3/short": closing(head("Content-Length: 9") + b"{"),
    **{f"hop{number}": redirecting(f"/hop{number + 1}", "307 Go") for number in range(MAX_REDIRECTS + 1)},
    "hop6": raw(whole(BODY)),
    "secret": raw(whole(b"ami-id")),
}


@pytest.fixture
async def server() -> AsyncIterator[HostileServer]:
    async with serving(BEHAVIOURS) as running:
        yield running


def service(server: HostileServer, gate: CountingGate | None = None, **more: object) -> WebClient:
    return WebClient(
        "eventbrite",
        gate or CountingGate(),
        base_url=f"{server.url}/v3",
        token=Secret(CANARY),
        **more,  # type: ignore[arg-type]
    )


async def failure(client: WebClient, url: str, **more: Mapping[str, str]) -> ExternalAPIError:
    with pytest.raises(ExternalAPIError) as caught:
        await client.get(url, **more)
    return caught.value


async def until(holds: Callable[[], bool]) -> None:
    with anyio.fail_after(10):
        while not holds():  # noqa: ASYNC110 – what is waited for happens at the other end of a socket
            await anyio.sleep(0.01)


# Connections


async def test_requests_in_a_row_share_one_connection(server: HostileServer) -> None:
    client = service(server)
    for _ in range(3):
        assert (await client.get("/events")).status == 200
    assert (server.connections, len(server.seen)) == (1, 3)
    await client.aclose()
    await client.aclose()


async def test_requests_at_once_have_a_connection_each_and_leave_them_for_the_next(
    server: HostileServer,
) -> None:
    client = service(server)
    for _ in range(2):
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(client.get, "/events")
    assert server.connections <= 5
    await client.aclose()


async def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(
    server: HostileServer,
) -> None:
    client = service(server)
    for _ in range(5):
        assert (await client.get("/once-closed")).body == BODY
        await until(lambda: server.open == 0)
    await client.aclose()


async def test_a_cancelled_request_lets_go_of_its_connection_and_says_nothing_of_the_service(
    server: HostileServer,
) -> None:
    gate = CountingGate()
    client = service(server, gate)
    for name in ("/drip", "/silent"):
        server.seen.clear()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.get, name)
            await until(lambda: len(server.seen) == 1)
            tasks.cancel_scope.cancel()
    await until(lambda: server.open == 0)
    assert gate.records == [None, None]
    assert (await client.get("/events")).status == 200
    await client.aclose()


async def test_many_broken_requests_use_up_no_places_of_the_pool(server: HostileServer) -> None:
    client = service(server, limits=WebLimits(deadline=0.01))
    for _ in range(15):
        async with anyio.create_task_group() as tasks:
            for name in ("/silent", "/drip", "/garbage", "/short", "/reset"):
                tasks.start_soon(failure, client, name)
    patient = service(server)
    client._limits = patient._limits
    assert (await client.get("/events")).status == 200
    assert client._transport._slots.value == 50
    await client.aclose()


async def test_a_closed_client_keeps_no_connection_of_a_request_that_ends_later(
    server: HostileServer,
) -> None:
    client = service(server)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.get, "/events")
        await until(lambda: len(server.seen) == 1)
        await client.aclose()
    await until(lambda: server.open == 0)


async def test_no_proxy_of_the_environment_is_used(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert (await service(server).get("/events")).status == 200


async def test_cookies_are_not_sent_back_and_not_handed_on(server: HostileServer) -> None:
    async with serving({"": raw(whole(BODY, "Set-Cookie: session=1; Path=/"))}) as cookies:
        client = WebClient("feed", CountingGate(), private=True)
        first = await client.get(cookies.url + "/")
        await client.get(cookies.url + "/")
        assert "set-cookie" not in first.headers
        assert not any(b"cookie" in seen.lower() for seen in cookies.seen)
        await client.aclose()


async def test_a_host_is_also_reached_by_its_ipv6_address() -> None:
    async with serving(BEHAVIOURS, host="::1") as server:
        client = WebClient("yelp", CountingGate(), base_url=f"http://[::1]:{server.port}/v3")
        assert (await client.get("/events")).body == BODY
        assert f"host: [::1]:{server.port}".encode() in server.seen[0].lower()
        await client.aclose()


# Time


async def test_waiting_at_the_gate_does_not_count_towards_the_deadline(server: HostileServer) -> None:
    class SlowGate(CountingGate):
        async def wait(self) -> None:
            await super().wait()
            await anyio.sleep(0.5)

    client = service(server, SlowGate(), limits=WebLimits(deadline=0.4))
    assert (await client.get("/moved")).body == BODY
    await client.aclose()


async def test_the_deadline_is_one_for_all_redirects() -> None:
    async def slow_redirect(writer: Stream) -> None:
        await asyncio.sleep(0.3)
        writer.write(whole(b"", "Location: /again", status="302 Found"))

    async with serving({"again": slow_redirect}) as server:
        client = WebClient("feed", CountingGate(), private=True, limits=WebLimits(deadline=0.7))
        error = await failure(client, f"{server.url}/again")
        assert "no whole answer within 0.7 s" in str(error)
        assert len(server.seen) <= 3
        await client.aclose()


# The gate


async def test_each_request_passes_the_gate_and_says_once_how_it_ended(server: HostileServer) -> None:
    gate = CountingGate()
    client = service(server, gate, limits=WebLimits(deadline=0.3))
    await client.get("/events")
    await client.get("/missing")
    await client.get("/broken")
    await client.get("/moved")
    await failure(client, "/silent")
    await failure(client, "/reset")
    assert gate.records == [True, True, False, True, True, False, False]
    assert gate.waits == 7
    await client.aclose()


async def test_what_is_never_sent_passes_no_gate_or_says_nothing_of_the_service() -> None:
    gate = CountingGate()
    client = WebClient("feed", gate)
    await failure(client, "file:///etc/passwd")
    assert gate.waits == 0
    await failure(client, "http://127.0.0.1:9/")
    assert (gate.waits, gate.records) == (1, [None])


async def test_a_gate_that_refuses_ends_the_request_before_it_begins(server: HostileServer) -> None:
    class ShutGate(CountingGate):
        async def wait(self) -> None:
            raise RateLimitError("eventbrite", 900.0)

    gate = ShutGate()
    with pytest.raises(RateLimitError):
        await service(server, gate).get("/events")
    assert (server.seen, gate.records) == ([], [])


async def test_a_bug_is_not_taken_for_a_failure_of_the_service() -> None:
    class Broken(FakedNames):
        async def resolve(self, host: str, port: int) -> list[str]:
            raise TypeError("a bug")

    gate = CountingGate()
    with pytest.raises(TypeError, match="a bug"):
        await WebClient("feed", gate, network=Broken({}, 9)).get("http://feed.example/")
    assert (gate.waits, gate.records) == (1, [None])


async def test_the_gate_hears_what_the_service_says_of_its_limit(server: HostileServer) -> None:
    def read_budget(headers: Mapping[str, str], now: float) -> Budget | None:
        assert CANARY in headers["x-rate-limit"]
        return Budget(1931, 2000, now + 874)

    gate = CountingGate()
    client = service(server, gate, read_budget=read_budget)
    answer = await client.get("/events")
    ((left, limit, resets_at),) = gate.observed
    assert (left, limit) == (1931, 2000)
    assert resets_at is not None
    assert abs(resets_at - answer.fetched_at - 874) < 60
    await client.aclose()


async def test_limits_that_cannot_be_read_do_not_cost_the_answer(
    server: HostileServer, caplog: pytest.LogCaptureFixture
) -> None:
    def read_budget(headers: Mapping[str, str], now: float) -> Budget | None:
        raise ValueError(headers["x-rate-limit"])

    client = service(server, read_budget=read_budget)
    assert (await client.get("/events")).body == BODY
    assert "cannot be read (ValueError)" in caplog.text
    assert CANARY not in caplog.text
    await client.aclose()


# Secrets


async def test_the_token_goes_to_the_origin_of_the_service_alone(server: HostileServer) -> None:
    async with serving(BEHAVIOURS) as other:
        client = service(server, private=True)
        await client.get("/events")
        await client.get(f"{server.url}/v3/events")
        await client.get(f"{other.url}/")
        assert all(f"authorization: bearer {CANARY}".encode() in seen.lower() for seen in server.seen)
        assert b"authorization" not in other.seen[0].lower()
        await client.aclose()


async def test_the_token_shows_in_no_error_log_or_answer(
    server: HostileServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="scenescout_tui")
    client = service(server, limits=WebLimits(deadline=0.3))
    shown = [repr(client), repr(client.__dict__)]
    shown.append(repr(await client.get("/events", {"token": CANARY, "q": "jazz"})))
    for url in (
        "/silent",
        "/reset",
        "/garbage",
        "/short",
        "/drip",
        f"http://{CANARY}@127.0.0.1/",
        f"https://name:{CANARY}@127.0.0.1/",
        f"http://127.0.0.1:9/?api_key={CANARY}",
        f"http://{CANARY}.invalid/",
        f"ftp://h/{CANARY}",
        f"http://{CANARY}\n/",
    ):
        error = await failure(client, url)
        assert error.__cause__ is None
        assert error.__context__ is None
        shown += [str(error), repr(error), repr(error.metadata), *traceback.format_exception(error)]
    shown.append(caplog.text)
    # secrets of lengths that no pattern knows are found by their value
    assert not [text for text in shown if CANARY in text]
    assert "GET /v3/events?token&q: 200, 14 bytes" in caplog.text
    assert "jazz" not in caplog.text
    await client.aclose()


async def test_headers_come_without_the_owners_of_limits(server: HostileServer) -> None:
    answer = await service(server).get("/events")
    assert answer.headers["x-rate-limit"] == "token:••• 69/2000 reset=874s, key:••• 3/48000 reset=5s"
    assert answer.headers["x-echo"] == "Bearer •••"
    assert answer.headers["etag"] == "one, two"


async def test_an_answers_address_holds_no_secrets(server: HostileServer) -> None:
    client = WebClient("feed", CountingGate(), private=True)
    answer = await client.get(f"{server.url}/?sig=abcdefgh&page=2&access_token=xyz#part")
    assert answer.url == f"{server.url}/?sig=•••&page=2&access_token=•••"
    assert server.paths == ["/?sig=abcdefgh&page=2&access_token=xyz"]


# Requests


async def test_parameters_join_what_the_address_has_already(server: HostileServer) -> None:
    client = service(server)
    await client.get("/events?a=1", {"q": "jazz & söul", "page": 2})
    await client.get("/events?a=1", {})
    assert server.paths == ["/v3/events?a=1&q=jazz+%26+s%C3%B6ul&page=2", "/v3/events?a=1"]
    await client.aclose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://user:word@example.com/", "user and password in the URL"),
        ("https://user@example.com/", "user and password in the URL"),
        ("http://example.com:0/", "there is no port 0"),
        ("http://example.com:65536/", "there is no port 65536"),
        ("http://example.com:port/", "the address is not valid"),
        ("http://example.com/\r\nHost: evil", "the address is not valid"),
        ("http://exa mple.com/", "no valid host"),
        ("http://example.com%2f@evil/", "user and password in the URL"),
        ("http:///events", "no valid host"),
        ("http://[::1", "the address is not valid"),
        ("http://[fe80::1%25eth0]/", "no valid host"),
        ("http://1２7.0.0.1/", "the address is not valid"),
        ("http://example.com/\ud800", "the address is not valid"),
        ("http://example.com/" + "x" * 8000, "longer than 8,000 characters"),
        ("http://" + "a" * 300 + ".com/", "no valid host"),
        ("file:///etc/passwd", "only http and https"),
        ("ftp://example.com/", "only http and https"),
        ("gopher://example.com/", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("example.com/events", "only http and https"),
        ("//example.com/", "only http and https"),
        ("", "only http and https"),
    ],
)
async def test_what_is_no_address_is_refused_in_words(url: str, words: str) -> None:
    error = await failure(WebClient("feed", CountingGate()), url)
    assert words in str(error)
    assert not error.retryable
    assert "address" in error.metadata["action"]


async def test_an_international_name_is_asked_for_in_its_ascii_form(server: HostileServer) -> None:
    network = FakedNames({"xn--mnchen-3ya.example": [["93.184.216.34"]]}, server.port)
    client = WebClient("feed", CountingGate(), network=network)
    assert (await client.get("http://münchen.example/")).body == BODY
    assert b"host: xn--mnchen-3ya.example\r\n" in server.seen[0].lower()
    await client.aclose()


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "caf\xe9", "\0", "☃", "\ud800", "\x7f"])
async def test_a_header_that_cannot_be_sent_is_refused_in_words(server: HostileServer, value: str) -> None:
    error = await failure(service(server), "/events", headers={"If-None-Match": value})
    assert "the header If-None-Match of the request" in str(error)
    assert (error.retryable, server.seen) == (False, [])


async def test_a_parameter_that_is_no_text_is_refused_in_words(server: HostileServer) -> None:
    error = await failure(service(server), "/events", params={"q": "\ud800"})
    assert "a value of the request is no text" in str(error)


# Redirects


async def test_five_redirects_are_followed_and_six_are_not(server: HostileServer) -> None:
    gate = CountingGate()
    client = WebClient("feed", gate, private=True)
    assert (await client.get(f"{server.url}/hop1")).url == f"{server.url}/hop6"
    assert gate.records == [True] * 6
    error = await failure(client, f"{server.url}/hop0")
    assert "more than 5 redirects" in str(error)
    assert not error.retryable
    assert len(gate.records) == gate.waits == 12
    await client.aclose()


async def test_a_feed_may_be_redirected_to_another_public_host_but_to_no_private_one() -> None:
    behaviours = {
        "elsewhere": redirecting("http://other.example/feed"),
        "feed": raw(whole(BODY)),
        "inside": redirecting("http://inside.example/secret"),
        "metadata": redirecting("http://169.254.169.254/latest/meta-data/"),
        "secret": raw(whole(b"secret")),
    }
    async with serving(behaviours) as server:
        names = {
            "here.example": [["93.184.216.34"]],
            "other.example": [["151.101.1.140", "10.0.0.8"]],
            "inside.example": [["10.0.0.7", "192.168.1.1"]],
        }
        network = FakedNames(names, server.port)
        client = WebClient("feed", CountingGate(), network=network)
        answer = await client.get("http://here.example/elsewhere")
        assert (answer.url, answer.body) == ("http://other.example/feed", BODY)
        for name in ("inside", "metadata"):
            error = await failure(client, f"http://here.example/{name}")
            assert "is an address of a private network" in str(error)
            assert "private_addresses" in error.metadata["action"]
        assert {address for address, _ in network.connected} == {"93.184.216.34", "151.101.1.140"}
        assert "/secret" not in server.paths
        await client.aclose()


# Addresses


async def test_the_connection_goes_to_the_address_that_was_checked(server: HostileServer) -> None:
    rebinding = {"rebind.example": [["93.184.216.34"], ["127.0.0.1"]]}
    network = FakedNames(rebinding, server.port)
    client = WebClient("feed", CountingGate(), network=network)
    assert (await client.get("http://rebind.example/")).body == BODY
    assert network.asked == ["rebind.example"]
    assert network.connected == [("93.184.216.34", 80)]
    # The next request needs no second look: it goes over the same connection.
    assert (await client.get("http://rebind.example/")).body == BODY
    assert network.asked == ["rebind.example"]
    await client.aclose()
    # A new connection asks again, and the private answer is refused.
    error = await failure(client, "http://rebind.example/")
    assert "is an address of a private network" in str(error)
    assert len(network.connected) == 1


async def test_an_address_that_does_not_answer_gives_way_to_the_next(server: HostileServer) -> None:
    class OneDown(FakedNames):
        async def connect(self, address: str, port: int, timeout: float | None) -> object:  # type: ignore[override]
            if address == "2606:2800:220:1::1":
                self._port, port_of_server = 9, self._port
                try:
                    return await super().connect(address, port, timeout)
                finally:
                    self._port = port_of_server
            return await super().connect(address, port, timeout)

    network = OneDown({"two.example": [["2606:2800:220:1::1", "93.184.216.34"]]}, server.port)
    client = WebClient("feed", CountingGate(), network=network)
    assert (await client.get("http://two.example/")).body == BODY
    assert [address for address, _ in network.connected] == ["2606:2800:220:1::1", "93.184.216.34"]
    await client.aclose()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
async def test_this_machine_is_no_feed_by_any_of_its_names(host: str, server: HostileServer) -> None:
    error = await failure(WebClient("feed", CountingGate()), f"http://{host}:{server.port}/")
    assert not error.retryable or "cannot be resolved" in str(error)
    assert server.connections == 0


async def test_private_addresses_can_be_allowed(server: HostileServer) -> None:
    client = WebClient("feed", CountingGate(), private=True)
    assert (await client.get(f"http://localhost:{server.port}/")).body == BODY
    await client.aclose()


async def test_a_name_that_nobody_knows_may_be_known_later() -> None:
    client = WebClient("feed", CountingGate(), network=FakedNames({"empty.example": [[]]}, 9))
    for name in ("unknown", "empty"):
        error = await failure(client, f"http://{name}.example/")
        assert "its name cannot be resolved" in str(error)
        assert error.retryable


async def test_a_refused_connection_is_worth_another_try() -> None:
    async with serving({}) as gone:
        url = gone.url
    error = await failure(WebClient("feed", CountingGate(), private=True), url)
    assert "the connection was refused" in str(error)
    assert error.retryable


# What an answer says


def answered(body: bytes, **headers: str) -> WebAnswer:
    return WebAnswer(200, {name.replace("_", "-"): text for name, text in headers.items()}, body, "", 0.0)


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"<!DOCTYPE html><html>", "text/html", "HTML instead of JSON"),
        (b"\n <HTML><body>Log in</body>", "", "HTML instead of JSON"),
        (b"Please log in", "text/html; charset=utf-8", "HTML instead of JSON"),
        (b"<?xml version='1.0'?><a/>", "", "XML instead of JSON"),
        (b"", "application/json", "nothing instead of JSON"),
        (b"  \n", "", "nothing instead of JSON"),
        ('{"a": 1}'.encode("utf-16"), "", "UTF-16 text instead of JSON"),
        ('{"a": 1}'.encode("utf-16-be"), "", "UTF-16 text instead of JSON"),
        (b'{"a": "caf\xe9"}', "", "broken JSON instead of JSON"),
        (b'{"a": 1', "", "broken JSON instead of JSON"),
        (b"[" * 5000, "", "broken JSON instead of JSON"),
        (b"Bad gateway", "text/plain", "something else instead of JSON"),
        (b"\x1f\x8b\x08\x00", "", "a packed body instead of JSON"),
    ],
)
async def test_what_came_instead_of_json_is_said(body: bytes, content_type: str, words: str) -> None:
    with pytest.raises(ExternalAPIError, match=words) as caught:
        await decode_json(answered(body, content_type=content_type), "yelp")
    assert caught.value.retryable
    assert caught.value.__context__ is None


async def test_json_is_json_with_a_byte_order_mark_too() -> None:
    assert await decode_json(answered(b'\xef\xbb\xbf{"a": [1]}'), "yelp") == {"a": [1]}


async def test_json_of_endless_values_is_not_decoded() -> None:
    body = b"[" + b"[]," * MAX_VALUES + b"1]"
    with pytest.raises(ExternalAPIError, match="holds more than 200,000 values") as caught:
        await decode_json(answered(body), "yelp")
    assert not caught.value.retryable
    page = json.dumps({"events": [{"id": n, "tags": ["a", "b"]} for n in range(1000)]}).encode()
    assert len((await decode_json(answered(page), "yelp"))["events"]) == 1000


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "Thu, 01 Jan 1970 00:20:00 GMT"}, 200.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:10:00 GMT"}, 0.0),
        # The server's clock is ahead of ours by an hour.
        (
            {"retry-after": "Thu, 01 Jan 1970 01:17:40 GMT", "date": "Thu, 01 Jan 1970 01:16:40 GMT"},
            60.0,
        ),
    ],
)
async def test_the_time_to_wait_is_read_from_seconds_and_from_dates(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers, now=1000.0) == seconds
