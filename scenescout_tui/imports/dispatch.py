"""Where an accepted batch goes to be worked on."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

from scenescout_tui.imports.batch import BatchHandler
from scenescout_tui.imports.prepare import Batch
from scenescout_tui.imports.report import RecordResult
from scenescout_tui.settings import SpawnerConfig
from scenescout_tui.spawner import EventSpawner, SpawnResult, SpawnTask


class Dispatcher(Protocol):
    """Takes a batch whose row in ``run_batches`` is written, and answers when it has ended.

    ``transaction`` is the one that wrote the row, for dispatchers that queue on the same connection.
    """

    def dispatch(self, transaction: Any, batch: Batch) -> Awaitable[SpawnResult[tuple[RecordResult, ...]]]:
        """Hand the batch over; the answer holds its results, or the error it failed with for good."""


class SpawnerDispatcher:
    """Works on batches in this process; it has no use for the transaction, the row is committed before it
    is called.
    """

    def __init__(self, spawner: EventSpawner, handler: BatchHandler, config: SpawnerConfig) -> None:
        self._spawner = spawner
        self._handler = handler
        self._config = config

    def dispatch(self, transaction: Any, batch: Batch) -> Awaitable[SpawnResult[tuple[RecordResult, ...]]]:
        """Spawn the batch as one task of its name; waits for room in the queue, and withdraws it when
        cancelled.
        """
        task: SpawnTask[Batch, tuple[RecordResult, ...]] = SpawnTask(
            name=batch.name,
            handler=self._handler.handle,
            data=batch,
            timeout=self._config.timeout,
            retry_attempts=self._config.retry_attempts,
            retry_delay=self._config.retry_delay,
        )
        return self._spawner.spawn(task)
