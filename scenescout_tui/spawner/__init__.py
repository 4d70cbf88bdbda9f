"""The spawner: runs async work with bounded workers, a bounded queue, priorities, timeouts, retries and
limits.

It knows nothing of events; use it for anything.

>>> import asyncio
>>> from scenescout_tui.spawner import RateLimit, SpawnTask, create_spawner
>>> attempts = []
>>> async def fetch(page):
...     attempts.append(page)
...     if len(attempts) == 1:
...         raise ConnectionError("the line was busy")
...     return f"page {page}"
>>> async def main():
...     limit = RateLimit(per_minute=600, burst=20)
...     async with create_spawner(max_workers=3, retry_attempts=2, retry_delay=0.01) as spawner:
...         unsubscribe = spawner.on("worker:retry", lambda event: print("again:", event.task_name))
...         urgent = await spawner.spawn(SpawnTask("urgent", fetch, 1, priority=10, timeout=2.0))
...         print(urgent.data, "after", urgent.attempts, "attempts")
...         tasks = [SpawnTask(f"page {n}", fetch, n, limits=(limit,)) for n in (2, 3)]
...         async with spawner.stream(tasks) as finished:
...             print(sorted([result.data async for result in finished]))
>>> asyncio.run(main())
again: urgent
page 1 after 2 attempts
['page 2', 'page 3']
"""

from scenescout_tui.spawner.breaker import CircuitBreaker
from scenescout_tui.spawner.create import create_spawner
from scenescout_tui.spawner.feed import Stream
from scenescout_tui.spawner.lifecycle import LifecycleEvent
from scenescout_tui.spawner.limits import Limit, RateLimit, RequestLimit, ServerBudget
from scenescout_tui.spawner.metrics import SpawnMetrics
from scenescout_tui.spawner.result import SpawnResult
from scenescout_tui.spawner.spawner import EventSpawner
from scenescout_tui.spawner.status import RetryView, ShutdownReport, SpawnStatus, WorkerView
from scenescout_tui.spawner.task import SpawnTask

__all__ = [
    "CircuitBreaker",
    "EventSpawner",
    "LifecycleEvent",
    "Limit",
    "RateLimit",
    "RequestLimit",
    "RetryView",
    "ServerBudget",
    "ShutdownReport",
    "SpawnMetrics",
    "SpawnResult",
    "SpawnStatus",
    "SpawnTask",
    "Stream",
    "WorkerView",
    "create_spawner",
]
