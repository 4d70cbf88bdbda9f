"""Spawners and handlers that tests are made of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import anyio

from scenescout_tui.settings import SpawnerConfig
from scenescout_tui.spawner import EventSpawner


def make_spawner(
    *,
    max_workers: int = 5,
    timeout: float = 5.0,
    retry_attempts: int = 3,
    retry_delay: float = 0.0,
    max_queue_size: int = 1000,
) -> EventSpawner:
    """A spawner that no setting of this machine touches, with retries that wait for nothing."""
    return EventSpawner(SpawnerConfig(max_workers, timeout, retry_attempts, retry_delay, max_queue_size))


async def echo(data: object) -> object:
    return data


async def fail(_: object) -> None:
    raise RuntimeError("the handler failed")


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Let the loop run until this holds; fails the test if it never does."""
    with anyio.fail_after(seconds):
        while not condition():  # noqa: ASYNC110 – the condition is anything, there is no event to wait for
            await asyncio.sleep(0.001)


class Gate:
    """A handler that waits until it is opened, and counts who is inside."""

    def __init__(self) -> None:
        self.alive = 0
        self.peak = 0
        self.started: list[object] = []
        self._open = anyio.Event()

    def open(self) -> None:
        self._open.set()

    async def __call__(self, data: object) -> object:
        self.started.append(data)
        self.alive += 1
        self.peak = max(self.peak, self.alive)
        try:
            await self._open.wait()
        finally:
            self.alive -= 1
        return data


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
