"""Flags > environment > config.toml > presets; a wrong value is named with its origin and the remedy."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from scenescout_tui.errors import classify_error
from scenescout_tui.settings import (
    RATE_LIMITS,
    RESOURCE_LIMITS,
    SETTING_KEYS,
    Secret,
    Settings,
    SettingsError,
    SpawnerConfig,
    config_dir,
    current_environment,
    data_dir,
    get_config_by_use_case,
    get_spawner_config,
    load_settings,
    state_dir,
)

TOKENS = ["EVENTBRITE_TOKEN", "YELP_TOKEN", "API_TOKEN"]


@pytest.fixture
def config(own_home: Path) -> Path:
    folder = own_home / ".config/scenescout"
    folder.mkdir(parents=True)
    return folder / "config.toml"


@pytest.mark.parametrize(
    ("name", "workers", "timeout", "retries", "delay"),
    [("development", 3, 30, 2, 1), ("staging", 6, 45, 3, 1), ("production", 10, 60, 5, 1)],
)
def test_presets_of_environments(name: str, workers: int, timeout: float, retries: int, delay: float) -> None:
    preset = get_spawner_config(name)
    assert (preset.max_workers, preset.timeout, preset.retry_attempts, preset.retry_delay) == (
        workers,
        timeout,
        retries,
        delay,
    )
    assert preset.max_queue_size == 1000


@pytest.mark.parametrize(
    ("name", "workers", "timeout", "retries", "delay", "batch_size"),
    [
        ("DEFAULT", 5, 30, 3, 1, 50),
        ("EVENT_PROCESSING", 8, 45, 2, 2, 50),
        ("API_INGESTION", 3, 60, 5, 5, 25),
        ("MANUAL_SUBMISSION", 2, 20, 1, 1, 50),
        ("IMAGE_PROCESSING", 3, 120, 2, 3, 50),
    ],
)
def test_presets_of_use_cases(
    name: str, workers: int, timeout: float, retries: int, delay: float, batch_size: int
) -> None:
    assert get_config_by_use_case(name) == SpawnerConfig(
        workers, timeout, retries, delay, batch_size=batch_size
    )


def test_event_processing_and_manual_submissions_check_and_enrich() -> None:
    events, manual = get_config_by_use_case("EVENT_PROCESSING"), get_config_by_use_case("MANUAL_SUBMISSION")
    assert events.deduplication
    assert events.enrichment
    assert events.validate_location
    assert manual.enrichment
    assert manual.validate_location


@pytest.mark.parametrize("ask", [get_spawner_config, get_config_by_use_case])
def test_an_unknown_preset_is_named_with_the_known_ones(ask: object) -> None:
    with pytest.raises(SettingsError, match=r"'moon'.*(development|DEFAULT)"):
        ask("moon")  # type: ignore[operator]


def test_limits_of_providers_and_of_the_process() -> None:
    assert (RATE_LIMITS.EVENTBRITE_API.requests_per_minute, RATE_LIMITS.EVENTBRITE_API.burst) == (100, 20)
    assert (RATE_LIMITS.YELP_API.requests_per_minute, RATE_LIMITS.YELP_API.burst) == (500, 100)
    assert (RATE_LIMITS.GEOCODING_API.requests_per_minute, RATE_LIMITS.GEOCODING_API.burst) == (50, 10)
    assert RESOURCE_LIMITS.memory_per_worker == 100 * 2**20
    assert (RESOURCE_LIMITS.max_connections, RESOURCE_LIMITS.max_queue_size) == (50, 1000)
    assert RESOURCE_LIMITS.max_backoff == 30


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "development"),
        ({"SCENESCOUT_ENV": "production"}, "production"),
        ({"SCENESCOUT_ENV": "Staging"}, "staging"),
        ({"NODE_ENV": "production"}, "production"),
        ({"NODE_ENV": "test"}, "development"),
        ({"SCENESCOUT_ENV": "staging", "NODE_ENV": "production"}, "staging"),
        ({"SCENESCOUT_ENV": "", "NODE_ENV": "production"}, "production"),
    ],
)
def test_the_environment_is_named_by_its_own_variable_or_by_node_env(
    environ: dict[str, str], expected: str
) -> None:
    assert current_environment(environ) == expected


def test_get_spawner_config_without_a_name_takes_the_current_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SCENESCOUT_ENV", "production")
    assert get_spawner_config() == get_spawner_config("production")


def test_flags_beat_environment_beats_config_beats_preset(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def workers(flags: dict[str, object] | None = None) -> tuple[int, str]:
        settings = load_settings(flags)
        return settings.spawner_config().max_workers, settings.origin("max_workers")

    assert workers() == (3, "preset development")
    config.write_text("max_workers = 4\n")
    assert workers() == (4, "config.toml")
    monkeypatch.setenv("MAX_WORKERS", "5")
    assert workers() == (5, "environment MAX_WORKERS")
    monkeypatch.setenv("SCENESCOUT_MAX_WORKERS", "6")
    assert workers() == (6, "environment SCENESCOUT_MAX_WORKERS")
    assert workers({"max_workers": 7}) == (7, "flag")
    assert workers({"max_workers": None}) == (6, "environment SCENESCOUT_MAX_WORKERS")


def test_old_names_keep_their_units() -> None:
    settings = load_settings(
        environ={"HOME": "/h", "MAX_WORKERS": "9", "SPAWNER_TIMEOUT": "45500", "RETRY_ATTEMPTS": "0"}
    )
    assert (settings.max_workers, settings.timeout, settings.retry_attempts) == (9, 45.5, 0)
    assert settings.origin("timeout") == "environment SPAWNER_TIMEOUT"


def test_settings_are_laid_over_the_preset_of_the_use_case() -> None:
    settings = load_settings({"timeout": 5}, environ={"HOME": "/h"})
    config = settings.spawner_config("API_INGESTION")
    assert (config.max_workers, config.timeout, config.batch_size) == (3, 5.0, 25)
    assert settings.origin("max_workers", "API_INGESTION") == "preset API_INGESTION"
    assert settings.origin("timeout", "API_INGESTION") == "flag"


def test_the_environment_may_be_set_in_the_config(config: Path) -> None:
    config.write_text('environment = "production"\n')
    assert load_settings().spawner_config() == get_spawner_config("production")


def test_every_key_has_a_prefixed_name_a_help_and_a_field() -> None:
    assert [key.name for key in SETTING_KEYS if not key.env.startswith("SCENESCOUT_")] == []
    assert all(key.help.endswith(".") and key.expects for key in SETTING_KEYS)
    listed = {key.name for key in SETTING_KEYS}
    assert listed == {field.name for field in fields(Settings)} - {"notes", "keys", "_origins"}


def test_no_pair_is_linked_below_the_score_of_review() -> None:
    refused = {"SCENESCOUT_MATCH_REVIEW": "92"}
    with pytest.raises(SettingsError, match=r"match_review.*92 lies above match_link, 90"):
        load_settings(environ={"HOME": "/h", **refused})
    both = load_settings(environ={"HOME": "/h", **refused, "SCENESCOUT_MATCH_LINK": "92"})
    assert (both.match_review, both.match_link) == (92.0, 92.0)


def test_a_read_url_is_for_servers_alone() -> None:
    environ = {"HOME": "/h", "SCENESCOUT_READ_DATABASE_URL": "postgresql://me@copy/x"}
    with pytest.raises(SettingsError, match="database_url is a SQLite file") as caught:
        load_settings(environ=environ)
    assert "Unset SCENESCOUT_READ_DATABASE_URL" in caught.value.metadata["action"]
    environ["SCENESCOUT_DATABASE_URL"] = "postgresql://me@db/x"
    assert load_settings(environ=environ).read_database_url == "postgresql+psycopg://me@copy/x"
    with pytest.raises(SettingsError, match="read_database_url is a SQLite file"):
        load_settings(environ=environ | {"SCENESCOUT_READ_DATABASE_URL": "/srv/events.db"})


def test_a_read_url_does_not_hold_for_another_database_that_a_flag_names() -> None:
    environ = {
        "HOME": "/h",
        "SCENESCOUT_DATABASE_URL": "postgresql://me@db/x",
        "SCENESCOUT_READ_DATABASE_URL": "postgresql://me@copy/x",
    }
    for other in ("/srv/events.db", "postgresql://me@elsewhere/x"):
        assert load_settings({"database_url": other}, environ).read_database_url is None


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("max_workers", " 12 ", 12),
        ("timeout", "2.5", 2.5),
        ("retry_delay", "0", 0.0),
        ("max_queue_size", "10", 10),
        ("batch_size", "100", 100),
        ("deduplication", "off", False),
        ("enrichment", "TRUE", True),
        ("enrich_steps", " Slug,category", ("category", "slug")),
        ("enrich_steps", "none", ()),
        ("validate_location", "0", False),
        ("theme", "night", "night"),
        ("log_level", "WARNING", "warning"),
        ("drain_deadline", "1.5", 1.5),
        ("match_link", "92.5", 92.5),
        ("match_most_records", "9", 9),
        ("database_url", "/srv/events.db", "sqlite:////srv/events.db"),
        ("database_url", "sqlite:///events.db", "sqlite:///events.db"),
        ("database_url", "postgresql://me@db/x", "postgresql+psycopg://me@db/x"),
        ("log_file", "/var/x.log", Path("/var/x.log")),
        ("yelp_url", "http://127.0.0.1:8080/v3/", "http://127.0.0.1:8080/v3"),
        ("eventbrite_url", "http://[::1]:1/v3", "http://[::1]:1/v3"),
        ("eventbrite_url", "http://localhost/sandbox/v3", "http://localhost/sandbox/v3"),
        ("eventbrite_url", "https://proxy.example/eb/v3", "https://proxy.example/eb/v3"),
    ],
)
def test_every_key_is_read_from_the_environment(key: str, text: str, value: object) -> None:
    name = f"SCENESCOUT_{key.upper()}"
    settings = load_settings(environ={"HOME": "/h", name: text})
    assert getattr(settings, key) == value
    assert settings.origin(key) == f"environment {name}"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("max_workers", "many"),
        ("max_workers", "0"),
        ("max_workers", "1.5"),
        ("max_workers", "١٢"),
        ("max_workers", "1" * 5000),
        ("timeout", "0"),
        ("timeout", "nan"),
        ("timeout", "1e3"),
        ("retry_attempts", "-1"),
        ("batch_size", "100000"),
        ("deduplication", "maybe"),
        ("enrich_steps", "slug,moon"),
        ("enrich_steps", "slug,"),
        ("log_level", "loud"),
        ("env", "moon"),
        ("database_url", "mysql://x/y"),
        ("database_url", "sqlite://"),
        ("database_url", "a?b.db"),
        ("yelp_url", "http://api.yelp.com/v3"),
        ("yelp_url", "http://127.0.0.1.evil.com/v3"),
        ("yelp_url", "http://localhost@evil.com/v3"),
        ("yelp_url", "https://user:pw@host/v3"),
        ("yelp_url", "https://host/v2"),
        ("yelp_url", "https://host/v3?x=1"),
        ("yelp_url", "https://host/v3#x"),
        ("yelp_url", "https://host:port/v3"),
        ("yelp_url", "https:///v3"),
        ("yelp_url", "ftp://127.0.0.1/v3"),
        ("yelp_url", "https://ho\tst/v3"),
    ],
)
def test_a_wrong_value_is_named_with_its_origin_and_the_remedy(key: str, text: str) -> None:
    name = f"SCENESCOUT_{key.upper()}"
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={"HOME": "/h", name: text})
    error = caught.value
    assert f"environment {name}" in str(error)
    assert error.key in str(error)
    assert "Give " in str(error)
    assert len(str(error)) < 300
    assert (error.code, error.retryable, classify_error(error).action) == (
        "SETTINGS_ERROR",
        False,
        error.metadata["action"],
    )


def test_a_password_in_a_wrong_address_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={"HOME": "/h", "SCENESCOUT_DATABASE_URL": "mysql://me:S3CRET@host/x"})
    assert "S3CRET" not in str(caught.value)


@pytest.mark.parametrize("value", [True, 1.5, "x", [1]])
def test_a_wrong_type_in_the_config_is_refused(config: Path, value: object) -> None:
    text = {True: "true", "x": '"x"'}.get(value, str(value)) if not isinstance(value, list) else "[1]"
    config.write_text(f"max_workers = {text}\n")
    with pytest.raises(SettingsError, match=r"max_workers \(config\.toml\)"):
        load_settings()


def test_a_misspelt_key_is_refused_with_the_right_one(config: Path) -> None:
    config.write_text("max_worker = 3\n")
    with pytest.raises(SettingsError, match="Did you mean max_workers"):
        load_settings()


def test_a_broken_config_says_where(config: Path) -> None:
    config.write_text("max_workers = \n")
    with pytest.raises(SettingsError, match="line 1"):
        load_settings()


def test_a_config_that_is_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        load_settings(config_path=tmp_path / "gone.toml")
    (tmp_path / "mine.toml").write_text("\ufefftheme = 'x'\n", encoding="utf-8")
    assert load_settings(config_path=tmp_path / "mine.toml").theme == "x"


def test_a_prefixed_variable_nobody_reads_is_noted() -> None:
    settings = load_settings(environ={"HOME": "/h", "SCENESCOUT_MAX_WORKER": "3"})
    assert settings.notes == ("The environment variable SCENESCOUT_MAX_WORKER means nothing to scenescout.",)


def test_debug_mode_is_one_worker_sixty_seconds_no_retries_unless_a_flag_says_otherwise() -> None:
    environ = {"HOME": "/h", "SCENESCOUT_MAX_WORKERS": "8", "SCENESCOUT_RETRY_ATTEMPTS": "4"}
    debug = load_settings({"debug": True}, environ)
    config = debug.spawner_config("EVENT_PROCESSING")
    assert (config.max_workers, config.timeout, config.retry_attempts, debug.log_level) == (
        1,
        60.0,
        0,
        "debug",
    )
    assert debug.origin("max_workers") == "debug mode"
    assert load_settings({"debug": True, "max_workers": 2}, environ).spawner_config().max_workers == 2
    assert load_settings(environ={**environ, "SCENESCOUT_DEBUG": "1"}).spawner_config().max_workers == 1


def test_defaults() -> None:
    settings = load_settings(environ={"HOME": "/home/me"})
    assert settings.database_url == "sqlite:////home/me/.local/share/scenescout/events.db"
    assert settings.log_file == Path("/home/me/.local/state/scenescout/scenescout.log")
    assert settings.eventbrite_url == "https://www.eventbriteapi.com/v3"
    assert settings.yelp_url == "https://api.yelp.com/v3"
    assert settings.drain_deadline == 5.0
    assert settings.eventbrite_token is None
    assert settings.origin("eventbrite_url") == "default"


def test_folders_follow_xdg_and_ignore_relative_ones() -> None:
    assert data_dir({"HOME": "/h", "XDG_DATA_HOME": "/d"}) == Path("/d/scenescout")
    assert config_dir({"HOME": "/h", "XDG_CONFIG_HOME": "/c"}) == Path("/c/scenescout")
    assert state_dir({"HOME": "/h", "XDG_STATE_HOME": "relative"}) == Path("/h/.local/state/scenescout")


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_comes_from_its_variable_and_shows_itself_to_nobody(name: str) -> None:
    settings = load_settings(environ={"HOME": "/h", f"SCENESCOUT_{name}": "S3CRET-token"})
    secret = getattr(settings, name.lower())
    assert secret.reveal() == "S3CRET-token"
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>20}",
        repr(settings),
        repr(copy.deepcopy(secret)),
    ]
    assert not [text for text in shown if "S3CRET" in text]
    assert settings.secrets() == ("S3CRET-token",)
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1


def test_a_token_file_of_ones_own_is_read(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("S3CRET\n")
    file.chmod(0o600)
    settings = load_settings(environ={"HOME": "/h", "SCENESCOUT_YELP_TOKEN_FILE": str(file)})
    assert settings.yelp_token == Secret("S3CRET")
    assert settings.origin("yelp_token") == "environment SCENESCOUT_YELP_TOKEN_FILE"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o700, 0o601, 0o400])
def test_a_token_file_others_could_use_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "token"
    file.write_text("S3CRET\n")
    file.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600") as caught:
        load_settings(environ={"HOME": "/h", "SCENESCOUT_YELP_TOKEN_FILE": str(file)})
    assert "S3CRET" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_token_file_of_another_user_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("S3CRET\n")
    file.chmod(0o600)
    os.chown(file, 65534, 65534)
    with pytest.raises(SettingsError, match="another user"):
        load_settings(environ={"HOME": "/h", "SCENESCOUT_YELP_TOKEN_FILE": str(file)})


def test_a_token_file_that_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "gone"):
        with pytest.raises(SettingsError, match="SCENESCOUT_YELP_TOKEN_FILE"):
            load_settings(environ={"HOME": "/h", "SCENESCOUT_YELP_TOKEN_FILE": str(path)})


@pytest.mark.parametrize("token", ["two words", "nön-ascii", "line\nline", "x" * 5000])
def test_what_cannot_stand_in_a_header_is_no_token_and_is_not_repeated(token: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={"HOME": "/h", "SCENESCOUT_API_TOKEN": token})
    assert token not in str(caught.value)


def test_a_token_and_its_file_together_are_refused() -> None:
    environ = {"HOME": "/h", "SCENESCOUT_API_TOKEN": "abcd", "SCENESCOUT_API_TOKEN_FILE": "/x"}
    with pytest.raises(SettingsError, match="Unset one"):
        load_settings(environ=environ)


def test_a_token_in_flags_or_config_is_refused_and_not_repeated(config: Path) -> None:
    config.write_text('yelp_token = "S3CRET"\n')
    for flags in ({}, {"yelp_token": "S3CRET"}):
        with pytest.raises(SettingsError, match="SCENESCOUT_YELP_TOKEN") as caught:
            load_settings(flags)
        assert "S3CRET" not in str(caught.value)


def test_settings_need_only_the_standard_library() -> None:
    code = (
        "import sys; before = set(sys.modules); import scenescout_tui.settings;"
        "new = {m.split('.')[0] for m in set(sys.modules) - before};"
        "print(sorted(new - set(sys.stdlib_module_names) - {'scenescout_tui'}))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )
