"""The settings as they are in force for an import, in words: what a screen and `doctor` show of them."""

from __future__ import annotations

import json

from scenescout_tui.imports.settings_commands import SettingRow
from scenescout_tui.safe_text import redact
from scenescout_tui.settings import SETTING_KEYS, SettingKey, Settings

#: The preset that imports run with.
_USE_CASE = "EVENT_PROCESSING"


def settings_in_force(settings: Settings) -> tuple[SettingRow, ...]:
    """Give every setting with its value and where that comes from, in the order of the table of settings.

    A secret says only whether it is set; what looks like one in another value is masked.
    """
    config = settings.spawner_config(_USE_CASE)
    secrets = settings.secrets()
    rows = []
    for key in SETTING_KEYS:
        value = getattr(settings, key.name)
        if value is None and key.from_preset:
            value = getattr(config, key.name)
        shown = _shown(key, value)
        safe = redact(shown, secrets)
        line = _line(key, value) if safe == shown else ""
        origin = settings.origin(key.name, _USE_CASE)
        rows.append(SettingRow(key.name, safe, origin, key.env, key.help, key.expects, line))
    return tuple(rows)


def _shown(key: SettingKey, value: object) -> str:
    if value is None:
        return "not set"
    if key.kind == "secret":
        return "set"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) and value < 1e6 else str(value)


def _line(key: SettingKey, value: object) -> str:
    """Give the line of config.toml, whose texts are written as those of JSON."""
    if value is None or key.kind == "secret":
        return ""
    known = isinstance(value, bool | int | float | str)
    plain = value if known else list(value) if isinstance(value, tuple) else str(value)
    return f"{key.name} = {json.dumps(plain, ensure_ascii=False)}"
