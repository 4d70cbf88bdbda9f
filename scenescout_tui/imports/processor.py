"""Events in, results out, in the caller's own loop: the library's front door."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from scenescout_tui.errors import SpawnerError, ValidationError
from scenescout_tui.imports.commands import ImportOptions
from scenescout_tui.imports.core import ImportCore
from scenescout_tui.imports.report import RecordResult
from scenescout_tui.imports.request import RunRequest
from scenescout_tui.imports.run import ImportRun
from scenescout_tui.settings import Settings, load_settings
from scenescout_tui.spawner import SpawnMetrics, SpawnStatus

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """What became of one payload.

    ``data`` has event_id, external_id, source, outcome, and reason and status where there are any; it is
    None where
    the payload failed, and ``error`` is None where it did not. ``duration``: seconds of its run.
    """

    success: bool
    data: dict[str, Any] | None
    error: SpawnerError | None
    duration: float


@dataclass(frozen=True, slots=True)
class ProcessorStats:
    """The spawner's status and how many payloads have an outcome."""

    status: str
    workers: int
    max_workers: int
    queued: int
    metrics: SpawnMetrics
    waiting: tuple[str, ...]
    processed_count: int


class EventProcessor:
    """Imports decoded payloads into a store; made by `create_event_processor`, used as an async context
    manager.
    """

    def __init__(
        self,
        settings: Settings,
        on_success: Callable[[list[ProcessResult]], None] | None,
        on_error: Callable[[SpawnerError], None] | None,
    ) -> None:
        self._settings = settings
        #: Made in the loop that enters it, which its locks and events belong to.
        self._entered: ImportCore | None = None
        self._on_success = on_success
        self._on_error = on_error
        self._processed = 0

    async def __aenter__(self) -> Self:
        self._entered = ImportCore(self._settings)
        await self._entered.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._core.__aexit__(kind, error, trace)
        self._entered = None

    @property
    def _core(self) -> ImportCore:
        if self._entered is None:
            raise SpawnerError(
                "the processor is not open",
                code="SPAWNER_STOPPED",
                metadata={"action": "Use it inside: async with create_event_processor(...) as processor."},
            )
        return self._entered

    async def process_eventbrite_events(self, payloads: Sequence[Any]) -> list[ProcessResult]:
        """Import events as Eventbrite's API gives them; see `process_events`."""
        return await self.process_events(payloads, source="eventbrite")

    async def process_yelp_events(self, payloads: Sequence[Any]) -> list[ProcessResult]:
        """Import events as Yelp's API gives them; see `process_events`."""
        return await self.process_events(payloads, source="yelp")

    async def process_manual_event(self, form: Any) -> ProcessResult:
        """Import one submitted form (fields of DESIGN §6); it is stored with status "pending" and waits
        for review.
        """
        (result,) = await self.process_events([form], source="manual")
        return result

    async def process_events(self, payloads: Sequence[Any], source: str = "auto") -> list[ProcessResult]:
        """Import decoded JSON objects; one result per payload, in order.

        ``source`` is `eventbrite`, `yelp`, `manual`, or `auto`: told from each payload. A bad payload is a
        failed
        result and a dead letter, never an exception.

        :raises SpawnerError: UNKNOWN_SOURCE; or the run's own error when the database stays away, after
            ``on_error`` was called with it. What was committed stays.
        """
        run = await self._core.start(
            RunRequest(
                source=source,
                payloads=list(payloads),
                options=ImportOptions(all_results=True),
                label="payloads",
            )
        )
        try:
            await run.ended.wait()
        finally:
            if run.ended_at is None:
                run.stop(drain=False, state="cancelled")
        del self._core.runs[run.run_id]
        return self._finished(run)

    def _finished(self, run: ImportRun) -> list[ProcessResult]:
        report = run.report(self._core.metrics(), self._core.config.max_workers)
        self._processed += report.counts.finished
        if report.state != "completed":
            error = report.error or SpawnerError(f"the run ended {report.state}", code="RUN_INTERRUPTED")
            _tell(self._on_error, error)
            raise error
        results = [_result(one, report.elapsed) for one in report.results]
        _tell(self._on_success, results)
        return results

    def get_stats(self) -> ProcessorStats:
        """Return the spawner's status and the number of payloads that have an outcome."""
        status: SpawnStatus = self._core.spawner.get_status()
        return ProcessorStats(
            status=status.status,
            workers=status.workers,
            max_workers=status.max_workers,
            queued=status.queued,
            metrics=status.metrics,
            waiting=status.waiting,
            processed_count=self._processed,
        )


def _tell(callback: Callable[[T], object] | None, what: T) -> None:
    """Call back; a bug there is logged and takes nothing away from the caller."""
    try:
        if callback is not None:
            callback(what)
    except Exception:
        log.exception("a callback of the processor failed")


def _result(one: RecordResult, duration: float) -> ProcessResult:
    if one.outcome == "failed":
        return ProcessResult(success=False, data=None, error=_error(one), duration=duration)
    data: dict[str, Any] = {
        "event_id": one.event_id,
        "external_id": one.external_id,
        "source": one.source,
        "outcome": one.outcome,
    }
    for name, value in (("reason", one.reason), ("status", one.status)):
        if value is not None:
            data[name] = value
    return ProcessResult(success=True, data=data, error=None, duration=duration)


def _error(one: RecordResult) -> SpawnerError:
    """Return why a record failed, as the class of its code."""
    message = one.error or "the record failed"
    error: SpawnerError
    if one.code == "VALIDATION_ERROR":
        error = ValidationError(one.field or "record", None, message)
    else:
        error = SpawnerError(message, code=one.code or "UNKNOWN_ERROR")
    error.metadata |= {"dead_letter_id": one.dead_letter_id, "index": one.index}
    if one.action:
        error.metadata["action"] = one.action
    return error


def create_event_processor(
    database: str | None = None,
    *,
    batch_size: int | None = None,
    deduplication_enabled: bool | None = None,
    enrichment_enabled: bool | None = None,
    validate_location: bool | None = None,
    max_workers: int | None = None,
    processes: int | None = None,
    timeout: float | None = None,
    retry_attempts: int | None = None,
    retry_delay: float | None = None,
    on_success: Callable[[list[ProcessResult]], None] | None = None,
    on_error: Callable[[SpawnerError], None] | None = None,
) -> EventProcessor:
    """Make an `EventProcessor` over ``database`` (a URL; default: the one of the settings).

    What is not given comes from the settings and the preset EVENT_PROCESSING (DESIGN §5); times in seconds.
    ``processes``: worker processes that read the records, none where nobody asks for them; each imports the
    main module of your program under another name, so a script needs its ``if __name__ == "__main__":`` then.
    ``on_success`` is called with each call's results, ``on_error`` with the error that ended a call.

    :raises SettingsError: when a setting is wrong.
    """
    given = {
        "database_url": database,
        "batch_size": batch_size,
        "deduplication": deduplication_enabled,
        "enrichment": enrichment_enabled,
        "validate_location": validate_location,
        "max_workers": max_workers,
        "processes": processes,
        "timeout": timeout,
        "retry_attempts": retry_attempts,
        "retry_delay": retry_delay,
    }
    settings = load_settings({name: value for name, value in given.items() if value is not None})
    return EventProcessor(settings, on_success, on_error)
