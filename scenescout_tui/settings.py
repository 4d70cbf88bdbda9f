"""Every setting, its sources and its rules: flags > environment > config.toml > presets.

`SETTING_KEYS` lists all keys with their help; README, `scenescout doctor` and a settings screen are drawn
from it. Only the standard library is imported, because the first paint waits for this module.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scenescout_tui.presets import (
    DEBUG_OVERRIDES,
    ENVIRONMENT_PRESETS,
    RATE_LIMITS,
    RESOURCE_LIMITS,
    USE_CASE_PRESETS,
    ProviderLimit,
    RateLimits,
    ResourceLimits,
    SpawnerConfig,
)
from scenescout_tui.safe_text import for_log
from scenescout_tui.setting_keys import SETTING_KEYS
from scenescout_tui.setting_values import (
    Secret,
    SettingKey,
    SettingsError,
    look_up_secret,
    old_value,
    read_value,
    shown,
    sqlite_url,
)

__all__ = [
    "DEBUG_OVERRIDES",
    "ENVIRONMENT_PRESETS",
    "RATE_LIMITS",
    "RESOURCE_LIMITS",
    "SETTING_KEYS",
    "USE_CASE_PRESETS",
    "ProviderLimit",
    "RateLimits",
    "ResourceLimits",
    "Secret",
    "SettingKey",
    "Settings",
    "SettingsError",
    "SpawnerConfig",
    "config_dir",
    "current_environment",
    "data_dir",
    "get_config_by_use_case",
    "get_spawner_config",
    "load_settings",
    "state_dir",
]

_APP = "scenescout"

_KEYS: Mapping[str, SettingKey] = {key.name: key for key in SETTING_KEYS}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one process; None in the first group means: as the preset says."""

    max_workers: int | None
    timeout: float | None
    retry_attempts: int | None
    retry_delay: float | None
    max_queue_size: int | None
    batch_size: int | None
    deduplication: bool | None
    enrichment: bool | None
    validate_location: bool | None

    environment: str
    processes: int | None
    enrich_steps: tuple[str, ...]
    database_url: str
    read_database_url: str | None
    database_connections: int
    theme: str | None
    log_file: Path
    log_level: str
    debug: bool
    drain_deadline: float
    match_link: float
    match_review: float
    match_most_records: int
    eventbrite_url: str
    yelp_url: str
    eventbrite_import: str | None
    yelp_import: str | None
    eventbrite_descriptions: bool
    request_deadline: float
    max_response_bytes: int
    private_addresses: bool
    serve_stale: bool
    reconcile: bool
    reconcile_guard: float
    api_host: str
    api_port: int
    eventbrite_token: Secret | None
    yelp_token: Secret | None
    api_token: Secret | None

    #: What was found but means nothing, e.g. SCENESCOUT_ variables nobody reads; one sentence each.
    notes: tuple[str, ...] = ()
    #: Other keys for actions of the console: id and key, from ``[keys]`` of config.toml.
    keys: tuple[tuple[str, str], ...] = ()
    _origins: Mapping[str, str] = field(default_factory=dict, repr=False)

    def origin(self, key: str, use_case: str | None = None) -> str:
        """Where a value came from.

        One of "flag", "environment NAME", "config.toml", "debug mode", "preset NAME", "default".
        """
        found = self._origins[key]
        return f"preset {use_case}" if use_case is not None and found.startswith("preset ") else found

    def spawner_config(self, use_case: str | None = None) -> SpawnerConfig:
        """The preset of the use case (None: of the environment) with these settings laid over it.

        Raises: SettingsError for an unknown use case.
        """
        preset = (
            get_spawner_config(self.environment) if use_case is None else get_config_by_use_case(use_case)
        )
        set_here = {name: getattr(self, name) for name in SpawnerConfig.__dataclass_fields__}
        return replace(preset, **{name: value for name, value in set_here.items() if value is not None})

    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown, for `safe_text.redact`."""
        tokens = (self.eventbrite_token, self.yelp_token, self.api_token)
        return tuple(token.reveal() for token in tokens if token is not None)


def current_environment(environ: Mapping[str, str] = os.environ) -> str:
    """The environment's name: SCENESCOUT_ENV, else NODE_ENV where it names one of ours, else "development".

    Raises: SettingsError where SCENESCOUT_ENV names none.
    """
    named = environ.get("SCENESCOUT_ENV", "").strip()
    if named:
        return str(read_value(_KEYS["environment"], named, "environment SCENESCOUT_ENV"))
    # Other programs set NODE_ENV too ("test"); what is not for us is no mistake.
    other = environ.get("NODE_ENV", "").strip().lower()
    return other if other in ENVIRONMENT_PRESETS else "development"


def get_spawner_config(env_name: str | None = None) -> SpawnerConfig:
    """The preset of an environment: development, staging or production; None: of the current one.

    Raises: SettingsError for an unknown name.
    """
    if env_name is None:
        return ENVIRONMENT_PRESETS[current_environment()]
    name = str(read_value(_KEYS["environment"], env_name, "argument"))
    return ENVIRONMENT_PRESETS[name]


def get_config_by_use_case(name: str) -> SpawnerConfig:
    """The preset of a use case: DEFAULT, EVENT_PROCESSING, API_INGESTION, MANUAL_SUBMISSION or
    IMAGE_PROCESSING.

    Raises: SettingsError for an unknown name.
    """
    found = USE_CASE_PRESETS.get(name.strip().upper())
    if found is None:
        raise SettingsError(
            "use case",
            "argument",
            f"{shown(name)} is unknown",
            "Use one of " + ", ".join(USE_CASE_PRESETS) + ".",
        )
    return found


def data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder for the database (XDG Base Directory Specification); not created here."""
    return _xdg(environ, "XDG_DATA_HOME", ".local/share")


def config_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of config.toml; not created here."""
    return _xdg(environ, "XDG_CONFIG_HOME", ".config")


def state_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder for the log; not created here."""
    return _xdg(environ, "XDG_STATE_HOME", ".local/state")


def load_settings(
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] = os.environ,
    config_path: Path | str | None = None,
) -> Settings:
    """Read all settings: `flags` (None values mean "not given"), the environment, config.toml, presets.

    `config_path` None: `config_dir()/config.toml`, where there is one. In debug mode only flags override
    `DEBUG_OVERRIDES`.
    Raises: SettingsError for a wrong value, an unknown key, a secret in flags or config.toml, an unsafe
    token file.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    _refuse_unknown(given, "flag")
    path = config_dir(environ) / "config.toml" if config_path is None else Path(config_path)
    config = _read_config(path, must_exist=config_path is not None)
    keys = _read_keys(config.pop("keys", {}))
    _refuse_unknown(config, "config.toml")

    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for key in SETTING_KEYS:
        values[key.name], origins[key.name] = _look_up(key, given, environ, config)
    if values["debug"]:
        for name, value in DEBUG_OVERRIDES.items():
            if origins[name] != "flag":
                values[name], origins[name] = value, "debug mode"
    for key in SETTING_KEYS:
        if origins[key.name] == "default" and key.from_preset:
            origins[key.name] = f"preset {values['environment']}"
    if values["database_url"] is None:
        values["database_url"] = sqlite_url(data_dir(environ) / "events.db")
    _check_read_database(values, origins)
    _check_match(values, origins)
    if values["log_file"] is None:
        values["log_file"] = state_dir(environ) / "scenescout.log"
    return Settings(**values, notes=_notes(environ), keys=keys, _origins=origins)


def _check_match(values: Mapping[str, Any], origins: Mapping[str, str]) -> None:
    if values["match_review"] > values["match_link"]:
        raise SettingsError(
            "match_review",
            origins["match_review"],
            f"{values['match_review']:g} lies above match_link, {values['match_link']:g}",
            "Give a score up to that, or a higher match_link.",
        )


def _check_read_database(values: dict[str, Any], origins: Mapping[str, str]) -> None:
    if origins["database_url"] == "flag" != origins["read_database_url"]:
        values["read_database_url"] = None  # it follows another database than the one named here
    for name in ("read_database_url", "database_url"):
        if values["read_database_url"] is not None and str(values[name]).startswith("sqlite"):
            raise SettingsError(
                "read_database_url",
                origins["read_database_url"],
                f"{name} is a SQLite file; only a PostgreSQL server can be followed by another",
                f"Unset {_KEYS['read_database_url'].env}, or name PostgreSQL servers for both.",
            )


def _look_up(
    key: SettingKey, flags: Mapping[str, object], environ: Mapping[str, str], config: Mapping[str, object]
) -> tuple[object, str]:
    if key.kind == "secret":
        return look_up_secret(key, environ)
    if key.name in flags:
        return read_value(key, flags[key.name], "flag"), "flag"
    # A variable that is set to nothing is as good as unset.
    if environ.get(key.env, "").strip():
        origin = f"environment {key.env}"
        return read_value(key, environ[key.env], origin), origin
    for name, divisor in key.old_names:
        if environ.get(name, "").strip():
            origin = f"environment {name}"
            return old_value(key, environ[name], divisor, origin), origin
    if key.name == "environment" and environ.get("NODE_ENV", "").strip().lower() in ENVIRONMENT_PRESETS:
        return current_environment(environ), "environment NODE_ENV"
    if key.name in config:
        return read_value(key, config[key.name], "config.toml"), "config.toml"
    return key.default, "default"


def _read_config(path: Path, *, must_exist: bool) -> dict[str, object]:
    import tomllib  # costs 5 ms, and most have no config.toml

    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        if not must_exist:
            return {}
        raise SettingsError(
            "config.toml", for_log(str(path)), "there is no such file", "Check the path."
        ) from None
    except OSError as error:
        raise SettingsError(
            "config.toml", for_log(str(path)), str(error.strerror), "Make it readable or move it away."
        ) from error
    except ValueError as error:  # TOML and UTF-8 errors both
        raise SettingsError(
            "config.toml",
            for_log(str(path)),
            for_log(str(error)).rstrip("."),
            "Correct that place of the file.",
        ) from error


def _read_keys(found: object) -> tuple[tuple[str, str], ...]:
    """Give the keys of ``[keys]``; whether there are such actions the console knows."""
    if isinstance(found, dict) and all(isinstance(key, str) for key in found.values()):
        return tuple(found.items())
    raise SettingsError("keys", "config.toml", "it is no table of keys", 'Write: [keys], then: pause = "f9".')


def _refuse_unknown(given: Mapping[str, object], origin: str) -> None:
    for name in given:
        key = _KEYS.get(name)
        if key is None:
            raise SettingsError(for_log(name), origin, "there is no such setting", _did_you_mean(name))
        if key.kind == "secret":
            raise SettingsError(
                name,
                origin,
                "a secret must not stand here",
                f"Use the variable {key.env} or {key.env}_FILE, and replace this token if it was real.",
            )


def _did_you_mean(name: str) -> str:
    from difflib import get_close_matches  # only after a mistake

    near = get_close_matches(name, _KEYS, n=1)
    return f"Did you mean {near[0]}?" if near else "Known are: " + ", ".join(_KEYS) + "."


def _notes(environ: Mapping[str, str]) -> tuple[str, ...]:
    known = {key.env for key in SETTING_KEYS} | {
        f"{key.env}_FILE" for key in SETTING_KEYS if key.kind == "secret"
    }
    known |= {name for key in SETTING_KEYS for name, _ in key.old_names}
    unknown = sorted(
        name
        for name in environ
        if name.startswith("SCENESCOUT_") and name not in known and not name.startswith("SCENESCOUT_TEST_")
    )
    return tuple(f"The environment variable {for_log(name)} means nothing to {_APP}." for name in unknown)


def _xdg(environ: Mapping[str, str], name: str, below_home: str) -> Path:
    # The specification: relative paths are invalid and ignored.
    base = Path(environ.get(name, ""))
    if base.is_absolute():
        return base / _APP
    home = environ.get("HOME") or _home_of_user()
    if not os.path.isabs(home):
        raise SettingsError(name, "environment", "there is no home folder", f"Set HOME or {name}.")
    return Path(home) / below_home / _APP


def _home_of_user() -> str:
    # Not expanduser: where HOME is set to nothing it gives "/".
    import pwd  # needed only where HOME is missing

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # a user without an entry, as in some containers
        return ""
