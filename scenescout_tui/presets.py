"""What holds where no setting says otherwise: how work runs per environment and use case, and the limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: The steps by which an event is enriched, in their order.
ENRICH_STEPS = ("category", "place", "zone", "currency", "slug")


@dataclass(frozen=True, slots=True)
class SpawnerConfig:
    """How work is run: one preset, or a preset with settings laid over it."""

    #: Handlers that may be alive at once.
    max_workers: int
    #: Seconds of one attempt.
    timeout: float
    #: Retries after the first try.
    retry_attempts: int
    #: Seconds before the first retry; later ones wait longer.
    retry_delay: float
    #: Tasks that may wait.
    max_queue_size: int = 1000
    #: Records per batch.
    batch_size: int = 50
    deduplication: bool = True
    enrichment: bool = True
    validate_location: bool = True


@dataclass(frozen=True, slots=True)
class ProviderLimit:
    """What we ask of a provider at most, until its own answers say otherwise."""

    requests_per_minute: int
    #: Requests in any one second.
    burst: int


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The limits of all providers."""

    EVENTBRITE_API: ProviderLimit = ProviderLimit(100, 20)
    YELP_API: ProviderLimit = ProviderLimit(500, 100)
    GEOCODING_API: ProviderLimit = ProviderLimit(50, 10)


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """What one process may take of its machine."""

    #: Bytes: the process may grow by this for each worker before intake pauses.
    memory_per_worker: int = 100 * 1024 * 1024
    #: Connections in the HTTP and in the PostgreSQL pool.
    max_connections: int = 50
    #: Tasks that may wait.
    max_queue_size: int = 1000
    #: Seconds: the longest computed backoff.
    max_backoff: float = 30.0


RATE_LIMITS = RateLimits()
RESOURCE_LIMITS = ResourceLimits()

ENVIRONMENT_PRESETS: Mapping[str, SpawnerConfig] = {
    "development": SpawnerConfig(max_workers=3, timeout=30.0, retry_attempts=2, retry_delay=1.0),
    "staging": SpawnerConfig(max_workers=6, timeout=45.0, retry_attempts=3, retry_delay=1.0),
    "production": SpawnerConfig(max_workers=10, timeout=60.0, retry_attempts=5, retry_delay=1.0),
}
USE_CASE_PRESETS: Mapping[str, SpawnerConfig] = {
    "DEFAULT": SpawnerConfig(max_workers=5, timeout=30.0, retry_attempts=3, retry_delay=1.0),
    "EVENT_PROCESSING": SpawnerConfig(max_workers=8, timeout=45.0, retry_attempts=2, retry_delay=2.0),
    "API_INGESTION": SpawnerConfig(
        max_workers=3, timeout=60.0, retry_attempts=5, retry_delay=5.0, batch_size=25
    ),
    "MANUAL_SUBMISSION": SpawnerConfig(max_workers=2, timeout=20.0, retry_attempts=1, retry_delay=1.0),
    "IMAGE_PROCESSING": SpawnerConfig(max_workers=3, timeout=120.0, retry_attempts=2, retry_delay=3.0),
}
#: What `--debug` fixes unless a flag says otherwise.
DEBUG_OVERRIDES: Mapping[str, object] = {
    "max_workers": 1,
    "timeout": 60.0,
    "retry_attempts": 0,
    "processes": 0,
    "log_level": "debug",
}
