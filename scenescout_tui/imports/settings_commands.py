"""What a door may ask of the settings."""

from __future__ import annotations

from dataclasses import dataclass

from scenescout_tui.imports.asking import StoreQuery
from scenescout_tui.paging import Window


@dataclass(frozen=True, slots=True)
class ListSettings(StoreQuery):
    """Answered by a `Page` of `SettingRow`, always all of them: those that have every word of ``text``, and
    whose origin begins with ``origin``.
    """

    text: str
    origin: str
    window: Window


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as it is in force; a secret's value is never in it."""

    #: Its name in config.toml; "note 1" for what was found and means nothing.
    key: str
    value: str
    #: "flag", "environment NAME", "config.toml", "debug mode", "preset NAME", "default"; "" for a note.
    origin: str
    #: The environment's name for it.
    environment: str
    help: str
    #: What a value must look like.
    expects: str
    #: The line of config.toml that makes it what it is; "" where it is not set or must not stand there.
    line: str = ""


def has_words(text: str, *fields: str) -> bool:
    """Tell whether every word of a text is in one of the fields, whatever its case."""
    whole = "\n".join(fields).casefold()
    return all(word in whole for word in text.casefold().split())
