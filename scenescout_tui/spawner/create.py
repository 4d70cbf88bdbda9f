"""Making a spawner from a preset and what the caller overrides."""

from __future__ import annotations

from dataclasses import replace

from scenescout_tui.settings import load_settings
from scenescout_tui.spawner.spawner import EventSpawner


def create_spawner(
    *,
    max_workers: int | None = None,
    timeout: float | None = None,
    retry_attempts: int | None = None,
    retry_delay: float | None = None,
    max_queue_size: int | None = None,
) -> EventSpawner:
    """Make a spawner; what is None comes from the settings, else from the preset of the environment.

    `max_workers` handlers at once, `timeout` seconds per attempt, up to `retry_attempts` retries after the
    first try with waits from `retry_delay` seconds, `max_queue_size` tasks waiting.

    >>> import asyncio
    >>> from scenescout_tui import SpawnTask, create_spawner
    >>> async def square(number):
    ...     await asyncio.sleep(0.01)
    ...     return number * number
    >>> async def main():
    ...     async with create_spawner(max_workers=2, timeout=5.0, retry_attempts=1) as spawner:
    ...         tasks = [SpawnTask(name=f"square {n}", handler=square, data=n) for n in range(5)]
    ...         results = await spawner.spawn_batch(tasks)
    ...         return [result.data for result in results]
    >>> asyncio.run(main())
    [0, 1, 4, 9, 16]

    Raises: ValidationError for a value that makes no sense; SettingsError for a setting that does not.
    """
    given = {
        "max_workers": max_workers,
        "timeout": timeout,
        "retry_attempts": retry_attempts,
        "retry_delay": retry_delay,
        "max_queue_size": max_queue_size,
    }
    overrides = {name: value for name, value in given.items() if value is not None}
    return EventSpawner(replace(load_settings().spawner_config(), **overrides))  # type: ignore[arg-type]
