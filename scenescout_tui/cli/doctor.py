"""`scenescout doctor`: looks over this machine, the settings and the database, and says what to do."""

from __future__ import annotations

from collections import Counter

from scenescout_tui.cli.checks import CHECKS, Finding
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.output import say, say_json
from scenescout_tui.errors import SpawnerError
from scenescout_tui.safe_text import for_screen, redact
from scenescout_tui.settings import SETTING_KEYS, SettingKey, Settings

_SIGNS = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}


@verb("doctor")
@data_options
def command(flags: Flags) -> int:
    """Check Python, terminal, locale, settings, folders, disk and database; exit 1 when something is
    wrong.
    """
    settings, findings = _look(flags)
    states = Counter(finding.state for finding in findings)
    if flags.as_json:
        say_json(
            {
                "ok": not states["wrong"],
                "checks": [finding.to_json() for finding in findings],
                "settings": _settings_json(settings),
            }
        )
    else:
        for finding in findings:
            say(f"{_SIGNS[finding.state]} {finding.what:<10} {for_screen(finding.detail)}")
            if finding.action and finding.state != "ok":
                say(f"        → {for_screen(finding.action)}")
        if settings is not None:
            _say_settings(settings)
        say("Something is wrong." if states["wrong"] else "All is well.")
    return 1 if states["wrong"] else 0


def _look(flags: Flags) -> tuple[Settings | None, list[Finding]]:
    """Load the settings and run every check on them; wrong settings are the only finding then."""
    try:
        settings = flags.settings()
    except SpawnerError as error:
        return None, [Finding("settings", "wrong", error.message, str(error.metadata.get("action", "")))]
    return settings, [finding for check in CHECKS for finding in check(settings)]


def _values(settings: Settings) -> list[tuple[SettingKey, str, str]]:
    """Every setting with its value in force and where it comes from; a secret shows only whether it is
    set.
    """
    config = settings.spawner_config("EVENT_PROCESSING")
    rows = []
    for key in SETTING_KEYS:
        value = getattr(settings, key.name)
        if value is None and key.from_preset:
            value = getattr(config, key.name)
        shown = "not set" if value is None else str(value)
        if key.kind == "choices":
            shown = ", ".join(value) or "none"
        if key.kind == "database" and value is not None:
            shown = redact(shown)  # it may hold a password
        rows.append((key, shown, settings.origin(key.name, "EVENT_PROCESSING")))
    return rows


def _settings_json(settings: Settings | None) -> dict[str, dict[str, str]]:
    if settings is None:
        return {}
    return {
        key.name: {"value": value, "from": origin, "environment": key.env}
        for key, value, origin in _values(settings)
    }


def _say_settings(settings: Settings) -> None:
    say("settings of an import, and the environment names that change them")
    for key, value, origin in _values(settings):
        say(f"      {key.name:<18} {for_screen(value)}  ({for_screen(origin)})  {key.env}")
