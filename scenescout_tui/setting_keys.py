"""The table of settings: every key with its help, its rules and its default."""

from __future__ import annotations

from scenescout_tui.presets import ENRICH_STEPS, ENVIRONMENT_PRESETS, RESOURCE_LIMITS
from scenescout_tui.setting_values import SettingKey

SETTING_KEYS: tuple[SettingKey, ...] = (
    SettingKey(
        "environment",
        "choice",
        "Which preset holds where nothing else is set.",
        "development",
        choices=tuple(ENVIRONMENT_PRESETS),
        env_name="SCENESCOUT_ENV",
    ),
    SettingKey(
        "max_workers",
        "int",
        "Tasks at work at once.",
        minimum=1,
        maximum=1000,
        old_names=(("MAX_WORKERS", 1),),
    ),
    SettingKey(
        "timeout",
        "float",
        "Seconds one attempt may take.",
        minimum=0.001,
        maximum=86_400,
        old_names=(("SPAWNER_TIMEOUT", 1000),),
    ),
    SettingKey(
        "retry_attempts",
        "int",
        "Retries after the first try.",
        minimum=0,
        maximum=100,
        old_names=(("RETRY_ATTEMPTS", 1),),
    ),
    SettingKey(
        "processes",
        "int",
        "Worker processes that read the records of an import; unset: in large imports one per further core.",
        maximum=64,
    ),
    SettingKey("retry_delay", "float", "Seconds before the first retry.", minimum=0, maximum=3600),
    SettingKey("max_queue_size", "int", "Tasks that may wait.", minimum=1, maximum=1_000_000),
    SettingKey(
        "batch_size", "int", "Records per batch; 25 to 100 suit most machines.", minimum=1, maximum=10_000
    ),
    SettingKey("deduplication", "bool", "Link one event of several sources into one."),
    SettingKey("enrichment", "bool", "Fill in what can be derived (category, currency, …)."),
    SettingKey(
        "enrich_steps",
        "choices",
        "Which steps of enrichment are taken.",
        ENRICH_STEPS,
        choices=ENRICH_STEPS,
    ),
    SettingKey("validate_location", "bool", "Require a city, coordinates or online."),
    SettingKey(
        "database_url",
        "database",
        "Where events are stored.",
        old_names=(("SCENESCOUT_DATABASE", 1),),
    ),
    SettingKey(
        "read_database_url",
        "database",
        "A PostgreSQL server that follows the other, for whoever only looks.",
    ),
    SettingKey(
        "database_connections",
        "int",
        "Connections to a PostgreSQL server, at most.",
        RESOURCE_LIMITS.max_connections,
        minimum=2,
        maximum=1000,
    ),
    SettingKey("theme", "text", "The console's theme."),
    SettingKey("log_file", "path", "The log: one JSON object per line, rotated, readable by you alone."),
    SettingKey(
        "log_level", "choice", "What the log holds.", "info", choices=("debug", "info", "warning", "error")
    ),
    SettingKey("debug", "bool", "One worker, 60 s, no retries, every lifecycle event in the log.", False),
    SettingKey(
        "drain_deadline",
        "float",
        "Seconds running work gets to end at a shutdown.",
        5.0,
        minimum=0,
        maximum=3600,
    ),
    SettingKey("match_link", "float", "Score from which two events are one.", 90.0, maximum=100),
    SettingKey("match_review", "float", "Score from which a pair waits for review.", 76.0, maximum=100),
    SettingKey(
        "match_most_records",
        "int",
        "Records of one event from which on no more are linked without being asked.",
        50,
        minimum=1,
        maximum=100_000,
    ),
    SettingKey(
        "eventbrite_url",
        "base_url",
        "Eventbrite's API, up to and with /v3.",
        "https://www.eventbriteapi.com/v3",
    ),
    SettingKey("yelp_url", "base_url", "Yelp's API, up to and with /v3.", "https://api.yelp.com/v3"),
    SettingKey(
        "eventbrite_import",
        "text",
        "What the key e asks Eventbrite for, e.g. organizer=123; unset: all organisations of the token.",
    ),
    SettingKey("yelp_import", "text", "What the key y asks Yelp for, e.g. location=Lisboa."),
    SettingKey(
        "eventbrite_descriptions", "bool", "Fetch the long description too: one more call per event.", False
    ),
    SettingKey(
        "request_deadline",
        "float",
        "Seconds one HTTP request may take in all.",
        30.0,
        minimum=0.1,
        maximum=600,
    ),
    SettingKey(
        "max_response_bytes",
        "int",
        "Largest answer of a server, packed or unpacked.",
        32_000_000,
        minimum=1_000,
        maximum=1_000_000_000,
    ),
    SettingKey("private_addresses", "bool", "Let feed URLs lead into private networks.", False),
    SettingKey(
        "serve_stale", "bool", "While a source is down, import the last page it gave, marked stale.", False
    ),
    SettingKey("reconcile", "bool", "Mark as missing what a source no longer lists.", True),
    SettingKey(
        "reconcile_guard",
        "float",
        "Largest part (0 to 1) of a source's future events that may go missing in one import.",
        0.2,
        maximum=1,
    ),
    SettingKey("api_host", "text", "Where the HTTP API listens.", "127.0.0.1"),
    SettingKey("api_port", "int", "The HTTP API's port; 0 takes any free one.", 8787, maximum=65_535),
    SettingKey("eventbrite_token", "secret", "The private token of your Eventbrite account."),
    SettingKey("yelp_token", "secret", "The API key of your Yelp app."),
    SettingKey("api_token", "secret", "What callers of the HTTP API must show."),
)
