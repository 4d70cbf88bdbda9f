"""TLS is verified, always, and nothing leads from it to plain text."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scenescout_tui.errors import ExternalAPIError
from scenescout_tui.setting_values import Secret
from scenescout_tui.sources.web.client import WebClient
from tests.sources.web.gates import CountingGate, FakedNames
from tests.sources.web.hostile import BODY, HostileServer, raw, redirecting, serving, whole

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate"),
]

BEHAVIOURS = {
    "": raw(whole(BODY)),
    "down": redirecting("http://feed.example/"),
    "on": redirecting("https://feed.example/"),
}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for feed.example, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test"
    )
    names = ["-addext", "subjectAltName=DNS:feed.example,IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def known(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """What a client goes by that knows the certificate."""
    return ssl.create_default_context(cafile=str(certificate[0]))


@pytest.fixture
async def server(certificate: tuple[Path, Path]) -> AsyncIterator[HostileServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, certificate))
    async with serving(BEHAVIOURS, tls=context) as running:
        yield running


async def failure(client: WebClient, url: str) -> ExternalAPIError:
    with pytest.raises(ExternalAPIError) as caught:
        await client.get(url)
    await client.aclose()
    return caught.value


async def test_a_certificate_that_holds_is_taken(server: HostileServer, known: ssl.SSLContext) -> None:
    client = WebClient("yelp", CountingGate(), base_url=f"https://127.0.0.1:{server.port}", tls=known)
    assert (await client.get("/")).body == BODY
    assert (await client.get("/")).body == BODY
    assert server.connections == 1
    await client.aclose()


async def test_the_name_is_checked_against_the_certificate_not_the_address(
    server: HostileServer, known: ssl.SSLContext
) -> None:
    names = {"feed.example": [["93.184.216.34"]], "other.example": [["93.184.216.34"]]}
    client = WebClient("feed", CountingGate(), network=FakedNames(names, server.port), tls=known)
    assert (await client.get("https://feed.example/on")).body == BODY
    error = await failure(client, "https://other.example/")
    assert "its TLS certificate does not hold: Hostname mismatch" in str(error)


async def test_an_unknown_certificate_ends_the_request_for_good(server: HostileServer) -> None:
    gate = CountingGate()
    client = WebClient(
        "yelp", gate, base_url=f"https://127.0.0.1:{server.port}", token=Secret("canary-7f3a9c2e")
    )
    error = await failure(client, "/")
    assert "its TLS certificate does not hold: self-signed certificate" in str(error)
    assert not error.retryable
    assert "clock" in error.metadata["action"]
    assert (gate.records, server.seen) == ([False], [])


async def test_nothing_leads_from_https_to_plain_http(server: HostileServer, known: ssl.SSLContext) -> None:
    network = FakedNames({"feed.example": [["93.184.216.34"]]}, server.port)
    client = WebClient("feed", CountingGate(), network=network, tls=known)
    error = await failure(client, "https://feed.example/down")
    assert "it redirects from https to plain http" in str(error)
    assert not error.retryable


async def test_a_server_without_tls_is_said_to_have_none() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(whole(b"speak plainly", status="400 Bad Request"))
        writer.close()

    plain = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with plain:
        port = plain.sockets[0].getsockname()[1]
        client = WebClient("feed", CountingGate(), private=True)
        error = await failure(client, f"https://127.0.0.1:{port}/")
        assert "TLS failed" in str(error)


async def test_a_tls_server_asked_in_plain_text_ends_in_words(server: HostileServer) -> None:
    client = WebClient("feed", CountingGate(), private=True)
    error = await failure(client, f"http://127.0.0.1:{server.port}/")
    assert error.retryable
