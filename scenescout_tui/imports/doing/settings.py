"""What the engine answers for the settings' screen."""

from __future__ import annotations

from scenescout_tui.imports.doing.desk import Answers, Deeds, Shelf
from scenescout_tui.imports.settings_commands import ListSettings, SettingRow, has_words
from scenescout_tui.imports.settings_in_force import settings_in_force
from scenescout_tui.paging import Page


def _list(shelf: Shelf, query: ListSettings) -> Page[SettingRow]:
    rows = (*_notes(shelf), *settings_in_force(shelf.settings))
    found = tuple(
        row
        for row in rows
        if row.origin.startswith(query.origin)
        and has_words(query.text, row.key, row.value, row.origin, row.environment, row.help)
    )
    return Page(found, more=False)


def _notes(shelf: Shelf) -> list[SettingRow]:
    """Give what was found and means nothing: a name mistyped, most likely."""
    return [
        SettingRow(f"note {number}", note, "", "", note, "")
        for number, note in enumerate(shelf.settings.notes, 1)
    ]


ANSWERS: Answers = {ListSettings: _list}
DEEDS: Deeds = {}
