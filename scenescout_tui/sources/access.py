"""How a service with an API is reached."""

from __future__ import annotations

from dataclasses import dataclass

from scenescout_tui.setting_values import Secret
from scenescout_tui.sources.pages import PageKeeper, RequestGate
from scenescout_tui.sources.web.client import ReadBudget, WebClient, WebLimits


@dataclass(frozen=True, slots=True)
class Access:
    """What a walk over an API needs beside what it is asked for."""

    #: Up to and with the version: "https://www.eventbriteapi.com/v3".
    base_url: str
    token: Secret
    gate: RequestGate
    #: The gate of calls that the walk can do without; shares the budget, has a breaker of its own.
    side_gate: RequestGate
    keeper: PageKeeper
    limits: WebLimits

    def client(self, service: str, read_budget: ReadBudget) -> WebClient:
        """Return what asks the service; `read_budget` reads its limits from an answer's headers."""
        return WebClient(
            service,
            self.gate,
            base_url=self.base_url,
            token=self.token,
            limits=self.limits,
            read_budget=read_budget,
        )
