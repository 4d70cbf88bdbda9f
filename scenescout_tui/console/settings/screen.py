"""The settings: what is in force and from where each value comes; and all keys, with how to change them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from textual.widget import Widget

from scenescout_tui.console.content import Row, Span, wrap
from scenescout_tui.console.list_acting import ListActing
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.screens.list_screen import ListScreen
from scenescout_tui.console.settings.actions import SettingsActions
from scenescout_tui.console.settings.key_rows import KeyRow, key_rows
from scenescout_tui.console.widgets.filter_line import FilterKeys
from scenescout_tui.console.widgets.table import Column, Table
from scenescout_tui.console.widgets.whole_table import WholeTable
from scenescout_tui.imports.settings_commands import ListSettings, SettingRow, has_words
from scenescout_tui.imports.snapshot import EngineSnapshot
from scenescout_tui.paging import Window

_ORDER = "A flag wins over the environment, that over config.toml, that over presets and defaults."
_NEXT_START = "What is changed counts from the next start on."


def _origin(origin: str) -> Span:
    """Give where a value comes from; what somebody has set stands out."""
    return (origin, "muted" if origin == "default" or origin.startswith("preset ") else "accent")


_SETTINGS: Sequence[Column[SettingRow]] = (
    Column("setting", lambda row, now: (row.key, "" if row.origin else "warn"), 23),
    Column("value", lambda row, now: (row.value, "strong" if row.origin else "warn"), 18, grows=2),
    Column("from", lambda row, now: _origin(row.origin), 29, grows=1),
    Column("what it is", lambda row, now: (row.help if row.origin else "", "muted"), 26, grows=3, leave=1),
    Column("environment", lambda row, now: (row.environment, "muted"), 34, leave=2),
)
_KEYS: Sequence[Column[KeyRow]] = (
    Column("key", lambda row, now: (row.shown, "key"), 7),
    Column("what it does", lambda row, now: (row.title, ""), 28, grows=1),
    Column("where", lambda row, now: (row.place, "muted"), 10),
    Column("in [keys]", lambda row, now: (row.key, "muted"), 23),
    Column("from", lambda row, now: _origin(row.origin), 11, leave=2),
    Column("help", lambda row, now: (row.help, "muted"), 24, grows=3, leave=1),
)


class Detail(Panel):
    """What is under the cursor, and how it is changed."""

    def __init__(self, screen: SettingsScreen) -> None:
        super().__init__()
        self._of = screen

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        row = self._of.table.selected
        return f"{row.key}, esc closes" if row is not None else "esc closes"

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give what it is, what it may be, and what to write."""
        row = self._of.table.selected
        if row is None:
            return ()
        facts = _key_facts(row) if isinstance(row, KeyRow) else _setting_facts(row)
        rows: list[Row] = []
        for name, text in facts:
            for place, part in enumerate(wrap(text, max(10, columns - 14))):
                rows.append(
                    ((f"   {name if place == 0 else '':<9}", "muted"), (part, "" if name else "muted"))
                )
        return rows


def _setting_facts(row: SettingRow) -> list[tuple[str, str]]:
    if not row.origin:
        return [("note", row.value)]
    name = row.environment
    if row.expects == "a token":
        write = f"{name}, or {name}_FILE to a file of mode 0600; never in config.toml"
    else:
        write = f"{name}, or in config.toml: {row.line or f'{row.key} = …'}"
    return [
        ("what", row.help),
        ("value", f"{row.value}, from {row.origin}"),
        ("takes", row.expects),
        ("set it", write),
        ("", f"{_ORDER} {_NEXT_START}"),
    ]


def _key_facts(row: KeyRow) -> list[tuple[str, str]]:
    where = "on every screen" if row.place == "everywhere" else f"in: {row.place}"
    return [
        ("what", row.help),
        ("key", f"{row.shown} {where}, from {row.origin}"),
        ("write", f"below [keys] in config.toml: {row.line}"),
        ("", f"Keys are named as f5, ctrl+r or K, several with commas between. {_NEXT_START}"),
    ]


class SettingsScreen(ListScreen):
    """Two lists: the settings in force, and the keys."""

    DEFAULT_CSS = """
    SettingsScreen Detail { height: 40%; display: none; }
    SettingsScreen.-open Detail { display: block; }
    """
    PLACES = ("settings", "lists")
    ACTIONS: ClassVar[type[ListActing]] = SettingsActions
    FILTER_KEYS: ClassVar[FilterKeys] = {"from": str}

    def __init__(self) -> None:
        super().__init__()
        self.shows_keys = False
        self._settings: Table[Any] = self.table
        self._keys = WholeTable(_KEYS, self._key_rows, noun="keys", empty=self._empty)
        self._keys.display = False
        self._detail = Detail(self)

    def make_table(self) -> Table[SettingRow]:
        """Give the settings."""
        return Table(_SETTINGS, self._ask, noun="settings in force", empty=self._empty)

    def main(self) -> Iterable[Widget]:
        """Give both lists, of which one is shown, what is under the cursor, and the filter."""
        yield self._settings
        yield self._keys
        yield self._detail
        yield self.line

    def show_keys(self, keys: bool) -> None:
        """Show the keys, or the settings."""
        self.shows_keys = keys
        self._settings.display, self._keys.display = not keys, keys
        self.table = self._keys if keys else self._settings
        self.table.restart()

    def offered(self, snapshot: EngineSnapshot) -> set[str]:
        """Give the keys; nothing is ever marked here."""
        return super().offered(snapshot) - {"mark"}

    def open_row(self) -> None:
        """Say all about what is under the cursor, or show only the list again."""
        self.toggle_class("-open")
        self._detail.repaint()

    def copied(self) -> str:
        """Give the line for config.toml; of what cannot stand there, the environment's name."""
        row = self.table.selected
        if isinstance(row, SettingRow):
            return row.line or row.environment or row.value
        return row.line if isinstance(row, KeyRow) else ""

    def on_table_moved(self) -> None:
        """Say all about what is under the cursor now."""
        self._detail.repaint()

    def action_back(self) -> None:
        """Close the detail first."""
        if self.has_class("-open"):
            self.remove_class("-open")
        else:
            super().action_back()

    def _ask(self, window: Window) -> ListSettings:
        values, text = self.line.found()
        return ListSettings(text, values.get("from", ""), window)

    def _key_rows(self) -> list[KeyRow]:
        values, text = self.line.found()
        return [
            row
            for row in key_rows()
            if row.origin.startswith(values.get("from", ""))
            and has_words(text, row.key, row.shown, row.title, row.help, row.place)
        ]

    def _empty(self) -> str:
        return "Nothing passes the filter. esc takes it away."
