"""Why nothing or little starts, in words a person would say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Final

from scenescout_tui.safe_text import for_log
from scenescout_tui.spawner.backlog import Backlog
from scenescout_tui.spawner.crew import Crew

#: Seconds after which a handler that was told to end and still runs is a reason.
_OVERDUE: Final = 1.0


def waiting_reasons(
    pauses: Iterable[str], backlog: Backlog, retries_due: Iterable[float], crew: Crew
) -> Iterator[str]:
    """One sentence per reason, the gravest first; `retries_due` in seconds of `time.monotonic()`."""
    for pause in pauses:
        yield f"paused: {pause}"
    blocked = crew.watchdog.reason()
    if blocked is not None:
        yield blocked
    now = monotonic()
    for attempt in crew.running.values():
        if attempt.stop is not None and now - attempt.stopped_at >= _OVERDUE:
            told = "timed out" if attempt.stop == "timeout" else "was cancelled"
            name = for_log(attempt.ticket.task.name)
            yield (
                f"handler {name} {told} {now - attempt.stopped_at:.0f} s ago, "
                f"still runs and keeps worker {attempt.worker_id}"
            )
    yield from backlog.reasons()
    due = sorted(retries_due)
    if due:
        tasks = "1 task waits" if len(due) == 1 else f"{len(due)} tasks wait"
        yield f"{tasks} for a retry, the next in {max(0.0, due[0] - now):.0f} s"
