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

    __slots__ = ("_waits",)

    def __init__(self) -> None:
        self._waits: dict[float, wait_base] = {}

    def delay(
        self, retry_delay: float, failed_attempts: int, classification: Classification, error: BaseException
    ) -> float:
        """Seconds to wait after this many failed attempts, of which the last one raised `error`."""
        if classification.delay is not None:
            return max(0.0, classification.delay)
        import tenacity

        wait = self._waits.get(retry_delay)
        if wait is None:
            doubling = tenacity.wait_exponential(multiplier=retry_delay, max=RESOURCE_LIMITS.max_backoff)
            wait = self._waits[retry_delay] = doubling + tenacity.wait_random(0, retry_delay)
        state = tenacity.RetryCallState(tenacity.AsyncRetrying(wait=wait), None, (), {})
        state.attempt_number = failed_attempts
        state.set_exception((type(error), error, error.__traceback__))
        return min(RESOURCE_LIMITS.max_backoff, wait(state))
