"""The store as the verbs use it: opened for one short piece of work, beside an engine that may be running."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from scenescout_tui.cli.flags import Flags
from scenescout_tui.cli.streams import tell
from scenescout_tui.errors import DatabaseError
from scenescout_tui.safe_text import for_screen
from scenescout_tui.settings import Settings
from scenescout_tui.store import Store


@contextmanager
def reading(flags: Flags) -> Iterator[Store]:
    """Open the store for looking only; where there is no database yet, an empty one stands in for it."""
    settings = flags.settings()
    if not _exists(settings):
        with _opened(Store("sqlite://")) as store:
            yield store
        return
    store = Store(settings.database_url, read_only=True)
    try:
        store.open()
    except DatabaseError:
        # Written by an older version, or created a moment ago: opened for writing it is brought up to date,
        # or says better what is wrong with it.
        store.close()
        store = Store(settings.database_url)
        store.open()
    try:
        yield store
    finally:
        store.close()


@contextmanager
def writing(flags: Flags) -> Iterator[Store]:
    """Open the store for a change, which is made in its own short transaction."""
    settings = flags.settings()
    url = settings.database_url if _exists(settings) else "sqlite://"
    with _opened(Store(url)) as store:
        yield store


@contextmanager
def _opened(store: Store) -> Iterator[Store]:
    store.open()
    try:
        yield store
    finally:
        store.close()


def database_file(settings: Settings) -> Path | None:
    """Return the file of a SQLite database, None for any other database."""
    url = settings.database_url
    if not url.startswith("sqlite"):
        return None
    from sqlalchemy import make_url

    name = make_url(url).database
    return Path(name).expanduser().absolute() if name and name != ":memory:" else None


class Signature(TypedDict):
    """Who does something, and at which terminal; the store's arguments of these names."""

    who: str
    tty: str | None


def signed() -> Signature:
    """Return what the audit log keeps of whoever runs this verb."""
    try:
        who = getpass.getuser()
    except (KeyError, OSError):
        who = "unknown"
    try:
        tty: str | None = os.ttyname(0)
    except OSError:
        tty = None
    return {"who": who, "tty": tty}


def iso(moment: datetime | None) -> str | None:
    """Return a moment as ISO 8601 in UTC, as all JSON answers have it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment is not None else None


def _exists(settings: Settings) -> bool:
    path = database_file(settings)
    if path is None or path.exists():
        return True
    tell(f"There is no database at {for_screen(str(path))} yet; the first import creates it.")
    return False
