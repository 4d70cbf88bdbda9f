"""The store as the verbs use it: opened for one short piece of work, beside an engine that may be running."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypedDict

from scenescout_tui.cli.flags import Flags
from scenescout_tui.cli.streams import tell
from scenescout_tui.errors import DatabaseError
from scenescout_tui.imports.stores import store_of
from scenescout_tui.safe_text import for_screen
from scenescout_tui.settings import Settings
from scenescout_tui.store import Store, database_file


@contextmanager
def reading(flags: Flags) -> Iterator[Store]:
    """Open the store for looking only; where there is no database yet, an empty one stands in for it.

    What a source's terms let nobody keep any longer is blanked before anything is shown.
    """
    settings = flags.settings()
    if not _exists(settings):
        with _opened(Store("sqlite://")) as store:
            yield store
        return
    store = store_of(settings, read_only=True)
    try:
        store.open()
    except DatabaseError:
        # Written by an older version, or created a moment ago: opened for writing it is brought up to date,
        # or says better what is wrong with it.
        store.close()
        store = store_of(settings)
        store.open()
    try:
        if _blank_expired(store, settings):
            # A server that follows the other may still hold it.
            store.close()
            store = Store(settings.database_url, read_only=True).open()
        yield store
    finally:
        store.close()


def _blank_expired(store: Store, settings: Settings) -> bool:
    """Blank what is due, beside an engine too; tell whether there was any.

    It is only a few rows where an engine has run lately.
    """
    due = store.next_expiry()
    if due is None or due > datetime.now(UTC):
        return False
    try:
        with _opened(store_of(settings)) as writer:
            while writer.blank_expired().more:
                pass
    except DatabaseError as error:
        tell(f"What may not be kept any longer could not be blanked: {for_screen(error.message)}.")
    return True


@contextmanager
def writing(flags: Flags) -> Iterator[Store]:
    """Open the store for a change, which is made in its own short transaction."""
    settings = flags.settings()
    with _opened(store_of(settings) if _exists(settings) else Store("sqlite://")) as store:
        yield store


@contextmanager
def _opened(store: Store) -> Iterator[Store]:
    store.open()
    try:
        yield store
    finally:
        store.close()


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
    path = database_file(settings.database_url)
    if path is None or path.exists():
        return True
    tell(f"There is no database at {for_screen(str(path))} yet; the first import creates it.")
    return False
