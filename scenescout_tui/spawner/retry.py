"""How long a failed attempt waits for the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenescout_tui.errors import Classification
from scenescout_tui.settings import RESOURCE_LIMITS

if TYPE_CHECKING:
    from tenacity.wait import wait_base


class Backoff:
    """Waits after failures: the server's own where it names one, else tenacity's exponential wait with
    jitter.

    The n-th computed wait lies between `retry_delay * 2**(n-1)` and that plus `retry_delay` seconds, and is
    at most 30. Tenacity is imported and its state built only after a failure: success pays nothing for
    retries.
    """

    __slots__ = ("_retry_delay", "_wait")

    def __init__(self, retry_delay: float) -> None:
        self._retry_delay = retry_delay
        self._wait: wait_base | None = None

    def delay(self, failed_attempts: int, classification: Classification, error: BaseException) -> float:
        """Seconds to wait after this many failed attempts, of which the last one raised `error`."""
        if classification.delay is not None:
            return max(0.0, classification.delay)
        import tenacity

        if self._wait is None:
            doubling = tenacity.wait_exponential(
                multiplier=self._retry_delay, max=RESOURCE_LIMITS.max_backoff
            )
            self._wait = doubling + tenacity.wait_random(0, self._retry_delay)
        state = tenacity.RetryCallState(tenacity.AsyncRetrying(wait=self._wait), None, (), {})
        state.attempt_number = failed_attempts
        state.set_exception((type(error), error, error.__traceback__))
        return min(RESOURCE_LIMITS.max_backoff, self._wait(state))
