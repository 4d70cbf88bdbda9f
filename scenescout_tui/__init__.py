"""SceneScout: the operator's console for event listings.

Everything public imports from here. Names are looked up when they are first used, so that importing the
package costs nothing. This file and `__main__` stay readable for old Pythons, which get a clear line there.
"""

from importlib import import_module

# Type checkers know this name; importing typing for it would cost 5 ms.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from scenescout_tui.errors import (
        Classification,
        DatabaseError,
        ExternalAPIError,
        RateLimitError,
        Recovery,
        RecoveryContext,
        SpawnerError,
        TaskTimeoutError,
        ValidationError,
        WorkerLimitError,
        attempt_recovery,
        classify_error,
        wrap_error,
    )
    from scenescout_tui.events.model import Event
    from scenescout_tui.imports.engine import ImportEngine
    from scenescout_tui.imports.handle import EngineHandle
    from scenescout_tui.imports.processor import (
        EventProcessor,
        ProcessorStats,
        ProcessResult,
        create_event_processor,
    )
    from scenescout_tui.imports.snapshot import EngineSnapshot
    from scenescout_tui.settings import (
        RATE_LIMITS,
        RESOURCE_LIMITS,
        Settings,
        SettingsError,
        SpawnerConfig,
        get_config_by_use_case,
        get_spawner_config,
        load_settings,
    )
    from scenescout_tui.spawner import (
        CircuitBreaker,
        EventSpawner,
        LifecycleEvent,
        RateLimit,
        ShutdownReport,
        SpawnMetrics,
        SpawnResult,
        SpawnStatus,
        SpawnTask,
        create_spawner,
    )

__version__ = "0.1.0"

__all__ = [
    "RATE_LIMITS",
    "RESOURCE_LIMITS",
    "CircuitBreaker",
    "Classification",
    "DatabaseError",
    "EngineHandle",
    "EngineSnapshot",
    "Event",
    "EventProcessor",
    "EventSpawner",
    "ExternalAPIError",
    "ImportEngine",
    "LifecycleEvent",
    "ProcessResult",
    "ProcessorStats",
    "RateLimit",
    "RateLimitError",
    "Recovery",
    "RecoveryContext",
    "Settings",
    "SettingsError",
    "ShutdownReport",
    "SpawnMetrics",
    "SpawnResult",
    "SpawnStatus",
    "SpawnTask",
    "SpawnerConfig",
    "SpawnerError",
    "TaskTimeoutError",
    "ValidationError",
    "WorkerLimitError",
    "__version__",
    "attempt_recovery",
    "classify_error",
    "create_event_processor",
    "create_spawner",
    "get_config_by_use_case",
    "get_spawner_config",
    "load_settings",
    "wrap_error",
]

_ROOMS = {
    "errors": (
        "Classification DatabaseError ExternalAPIError RateLimitError Recovery RecoveryContext SpawnerError "
        "TaskTimeoutError ValidationError WorkerLimitError attempt_recovery classify_error wrap_error"
    ),
    "events.model": "Event",
    "imports.engine": "ImportEngine",
    "imports.handle": "EngineHandle",
    "imports.processor": "EventProcessor ProcessResult ProcessorStats create_event_processor",
    "imports.snapshot": "EngineSnapshot",
    "settings": (
        "RATE_LIMITS RESOURCE_LIMITS Settings SettingsError SpawnerConfig get_config_by_use_case "
        "get_spawner_config load_settings"
    ),
    "spawner": (
        "CircuitBreaker EventSpawner LifecycleEvent RateLimit ShutdownReport SpawnMetrics SpawnResult "
        "SpawnStatus SpawnTask create_spawner"
    ),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names.split()}


def __getattr__(name: str) -> object:
    room = _HOME.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{room}"), name)
    globals()[name] = found  # the next look-up does not come here again
    return found


def __dir__() -> "list[str]":
    return sorted({*globals(), *__all__})
