"""The counters of a spawner."""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Final, NamedTuple

from scenescout_tui.spawner.histogram import Histogram

#: Seconds that throughput looks back.
WINDOW: Final = 10.0
_MARKS_PER_SECOND: Final = 4


class SpawnMetrics(NamedTuple):
    """Counters since the spawner was made.

    `total_tasks` = completed + failed + cancelled + what waits or runs, at every moment.
    """

    #: Tasks accepted or refused with a result.
    total_tasks: int
    completed_tasks: int
    #: Ended with an error other than TASK_CANCELLED, refused duplicates included.
    failed_tasks: int
    #: Retries made: attempts beyond the first.
    retried_tasks: int
    cancelled_tasks: int
    #: Seconds, mean over completed and failed tasks that ran; the percentiles are of the same tasks.
    average_time: float
    p50: float
    p95: float
    p99: float
    #: Completed and failed tasks per second over the last 10 s, or since the first one began if that is less.
    throughput: float


class Meter:
    """Counts tasks as they come and end. Plain attributes: the spawner counts where it decides."""

    __slots__ = (
        "_histogram", "_marks", "_since", "_spent", "_timed", "cancelled", "completed", "failed", "retried",
        "total",
    )  # fmt: skip

    def __init__(self) -> None:
        self.total = 0
        self.completed = 0
        self.failed = 0
        self.retried = 0
        self.cancelled = 0
        self._spent = 0.0
        self._timed = 0
        self._histogram = Histogram()
        self._since: float | None = None
        # Pairs of quarter-second and tasks ended in it, for the throughput.
        self._marks: deque[list[int]] = deque(maxlen=int(WINDOW * _MARKS_PER_SECOND) + 1)

    def ended(self, duration: float, now: float) -> None:
        """Time a task that ran to its end, well or not; both in seconds, `now` of `time.monotonic()`."""
        self._timed += 1
        self._spent += duration
        self._histogram.add(duration)
        quarter = int(now * _MARKS_PER_SECOND)
        marks = self._marks
        if marks and marks[-1][0] == quarter:
            marks[-1][1] += 1
            return
        if self._since is None:
            self._since = now - duration
        marks.append([quarter, 1])

    def read(self) -> SpawnMetrics:
        """The counters now."""
        p50, p95, p99 = self._histogram.percentiles(0.50, 0.95, 0.99)
        return SpawnMetrics(
            total_tasks=self.total,
            completed_tasks=self.completed,
            failed_tasks=self.failed,
            retried_tasks=self.retried,
            cancelled_tasks=self.cancelled,
            average_time=self._spent / self._timed if self._timed else 0.0,
            p50=p50,
            p95=p95,
            p99=p99,
            throughput=self._throughput(monotonic()),
        )

    def _throughput(self, now: float) -> float:
        if self._since is None:
            return 0.0
        oldest = int((now - WINDOW) * _MARKS_PER_SECOND)
        ended = sum(count for quarter, count in self._marks if quarter > oldest)
        return ended / min(WINDOW, max(1.0, now - self._since))
