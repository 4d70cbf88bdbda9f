"""Keys one after the other: each waits until what the key before it began has happened.

On a slow link, and under quick fingers, keys come in one piece. Textual hands all of them to whatever has the
focus at that moment, before a dialog that the first of them opens is there to take the others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App
from textual.events import Key, Paste
from textual.message_pump import MessagePump

#: Seconds after which a key is handed on although what came before it has not ended.
_LONGEST = 1.0

Act = Callable[[Key | Paste], Awaitable[None]]


class TypedAhead:
    """Holds what is typed into ``app`` and gives it to ``act`` one by one."""

    def __init__(self, app: App[Any], act: Act) -> None:
        self._app = app
        self._act = act
        self._held: deque[Key | Paste] = deque()
        self._task: asyncio.Task[None] | None = None

    def take(self, event: Key | Paste) -> None:
        """Take what was typed; it acts at once when nothing before it is under way."""
        self._held.append(event)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._give())

    async def _give(self) -> None:
        while self._held and self._app.is_running:
            event = self._held.popleft()
            await _through(self._app, self._act, event)
            await self._settle()

    async def _settle(self) -> None:
        """Wait until the key has gone its way; a field that takes one tells its screen, which may close."""
        for _ in range(2):
            screen = self._app.screen
            for pump in (screen.focused or screen).ancestors_with_self:
                await _through(pump)
        # A screen that is just opening handles what it is sent once it has its focus.
        await _through(self._app.screen)


async def _through(pump: MessagePump, act: Callable[..., Awaitable[None]] | None = None, *given: Any) -> None:
    """Wait until a pump has handled all that it has been sent so far, and then ``act``."""
    handled = asyncio.Event()

    async def reached() -> None:
        try:
            if act is not None:
                await act(*given)
        finally:
            handled.set()

    if pump.call_later(reached):
        try:
            await asyncio.wait_for(handled.wait(), _LONGEST)
        except TimeoutError:
            return
