"""Gates, keepers and networks of tests: what they were told is there to read."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence

import httpcore

from scenescout_tui.sources.pages import KeptPage
from scenescout_tui.sources.web.network import Network


class CountingGate:
    """Lets every request through and keeps what it is told."""

    def __init__(self) -> None:
        self.waits = 0
        self.records: list[bool | None] = []
        self.observed: list[tuple[int | None, int | None, float | None]] = []

    async def wait(self) -> None:
        self.waits += 1

    def observe(self, remaining: int | None, limit: int | None, resets_at: float | None) -> None:
        self.observed.append((remaining, limit, resets_at))

    def record(self, ok: bool | None) -> None:
        self.records.append(ok)


class MemoryKeeper:
    """Keeps pages for the length of a test."""

    def __init__(self) -> None:
        self.pages: dict[str, KeptPage] = {}

    async def keep(self, key: str, page: KeptPage) -> None:
        self.pages[key] = page

    async def kept(self, key: str) -> KeptPage | None:
        return self.pages.get(key)


class FakedNames(Network):
    """Real connections, but names lead where a test says, and public addresses to a port of this machine.

    `answers` gives for each name what its name server says, one answer after the other, the last for good.
    """

    def __init__(self, answers: Mapping[str, Sequence[Sequence[str]]], port: int) -> None:
        self._answers = {name: list(given) for name, given in answers.items()}
        self._port = port
        self.asked: list[str] = []
        self.connected: list[tuple[str, int]] = []

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        answers = self._answers.get(host)
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def connect(self, address: str, port: int, timeout: float | None) -> httpcore.AsyncNetworkStream:
        self.connected.append((address, port))
        return await super().connect("127.0.0.1", self._port, timeout)
