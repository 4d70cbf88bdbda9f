"""The store of the settings."""

from __future__ import annotations

from scenescout_tui.settings import Settings
from scenescout_tui.store import Store


def store_of(settings: Settings, *, read_only: bool = False) -> Store:
    """Return the store that the settings name, not yet opened; read-only it may be one that lags behind.

    :raises DatabaseError: for an URL that means nothing here.
    """
    return Store(
        settings.database_url,
        read_only=read_only,
        read_url=settings.read_database_url,
        max_connections=settings.database_connections,
    )
