"""The HTTP client of one service."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from scenescout_tui.setting_values import Secret
from scenescout_tui.sources.pages import RequestGate
from scenescout_tui.sources.web.answer import Budget, WebAnswer

ReadBudget = Callable[[Mapping[str, str], float], Budget | None]


@dataclass(frozen=True, slots=True)
class WebLimits:
    """How long one request may take (seconds, redirects included), and how large an answer may be (bytes)."""

    deadline: float = 30.0
    max_bytes: int = 32_000_000


class WebClient:
    """Asks one service; every request goes through its gate.

    `base_url` is put before paths; with a `token` every request to its origin carries it, and nothing else
    ever sees it. `read_budget` reads what the service says of its limits from an answer's headers (lower-case
    names) and the time (Unix seconds). `private` lets requests into private networks; base URLs may always
    lead to loopback.
    """

    def __init__(
        self,
        service: str,
        gate: RequestGate,
        *,
        base_url: str = "",
        token: Secret | None = None,
        limits: WebLimits | None = None,
        read_budget: ReadBudget | None = None,
        private: bool = False,
    ) -> None:
        self.service = service
        self.base_url = base_url.rstrip("/")
        self._gate = gate
        self._token = token
        self._limits = limits or WebLimits()
        self._read_budget = read_budget
        self._private = private
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False)

    async def get(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> WebAnswer:
        """Ask for a path of the service ("/events/1/") or a whole URL, and return the answer of any status.

        :raises ExternalAPIError: without `status_code` where no whole answer came (retryable where asking
            again may help), or where the answer breaks a rule (too large, packed twice, a redirect that
            leads away: not retryable).
        :raises RateLimitError: where the gate knows of a limit that has long to go.
        """
        await self._gate.wait()
        ok: bool | None = None
        try:
            whole = url if "://" in url else f"{self.base_url}{url}"
            sent = dict(headers or {})
            if self._token is not None:
                sent["Authorization"] = f"Bearer {self._token.reveal()}"
            response = await self._client.get(whole, params=dict(params or {}), headers=sent)
            ok = response.status_code < 500
        except httpx.HTTPError:
            ok = False
            raise
        finally:
            self._gate.record(ok)
        answer = WebAnswer(
            response.status_code, dict(response.headers), response.content, str(response.url), time.time()
        )
        budget = self._read_budget(answer.headers, answer.fetched_at) if self._read_budget else None
        if budget is not None:
            self._gate.observe(budget.remaining, budget.limit, budget.resets_at)
        return answer

    async def aclose(self) -> None:
        """Close its connections; may be called twice."""
        await self._client.aclose()
