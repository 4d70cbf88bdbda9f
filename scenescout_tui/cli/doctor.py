"""`scenescout doctor`: looks over this machine, the settings and the database, and says what to do."""

from __future__ import annotations

from collections import Counter

from scenescout_tui.cli.checks import CHECKS, Finding
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.output import say, say_json
from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.settings_in_force import settings_in_force
from scenescout_tui.safe_text import for_screen
from scenescout_tui.settings import Settings

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


def _settings_json(settings: Settings | None) -> dict[str, dict[str, str]]:
    if settings is None:
        return {}
    return {
        row.key: {"value": row.value, "from": row.origin, "environment": row.environment}
        for row in settings_in_force(settings)
    }


def _say_settings(settings: Settings) -> None:
    say("settings of an import, and the environment names that change them")
    for row in settings_in_force(settings):
        say(f"      {row.key:<18} {for_screen(row.value)}  ({for_screen(row.origin)})  {row.environment}")
