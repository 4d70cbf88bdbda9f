"""All sources by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scenescout_tui.errors import SpawnerError
from scenescout_tui.sources.adapter import Adapter, SkipRecord
from scenescout_tui.sources.calendars.adapter import IcsAdapter
from scenescout_tui.sources.eventbrite import EventbriteAdapter
from scenescout_tui.sources.linked.adapter import JsonLdAdapter
from scenescout_tui.sources.manual import ManualAdapter
from scenescout_tui.sources.recognition import recognise
from scenescout_tui.sources.tables.adapter import TableAdapter
from scenescout_tui.sources.yelp import YelpAdapter

__all__ = ["ADAPTERS", "Adapter", "SkipRecord", "UnknownSourceError", "get_adapter", "recognise"]

#: Every source there is, by its name.
ADAPTERS: Mapping[str, Adapter] = MappingProxyType(
    {
        adapter.name: adapter
        for adapter in (
            EventbriteAdapter(),
            YelpAdapter(),
            ManualAdapter(),
            IcsAdapter(),
            JsonLdAdapter(),
            TableAdapter(),
        )
    }
)


class UnknownSourceError(SpawnerError):
    """There is no source of that name; the message lists those there are."""

    def __init__(self, name: str) -> None:
        known = ", ".join(ADAPTERS)
        super().__init__(
            f"unknown source {name[:40]!r}; the sources are: {known}",
            "UNKNOWN_SOURCE",
            metadata={"action": f"Name one of these sources: {known}."},
        )


def get_adapter(name: str) -> Adapter:
    """Return the adapter of a source.

    :raises UnknownSourceError: with the list of sources.
    """
    adapter = ADAPTERS.get(name)
    if adapter is None:
        raise UnknownSourceError(name)
    return adapter
