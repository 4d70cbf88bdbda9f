"""Eventbrite's API: a walk over its listings, and what it says of itself."""

from __future__ import annotations

from scenescout_tui.sources.ask import Ask
from scenescout_tui.sources.eventbrite_api.asking import read_ask
from scenescout_tui.sources.eventbrite_api.budget import read_budget
from scenescout_tui.sources.eventbrite_api.organizations import Organization, list_organizations
from scenescout_tui.sources.eventbrite_api.walk import open_walk

__all__ = ["Organization", "check_ask", "list_organizations", "open_walk", "read_budget"]


def check_ask(ask: Ask) -> None:
    """Check an ask before anything is started with it.

    :raises ValidationError: naming the option ("--organizer") that is unknown, one too many or not an id.
    """
    read_ask(ask)
