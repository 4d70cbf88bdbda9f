"""The server from its socket to its end: what `scenescout serve` runs."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import uvicorn

from scenescout_tui.api.app import make_app
from scenescout_tui.api.body import Intake
from scenescout_tui.api.engine_link import EngineLink
from scenescout_tui.api.limits import Limits
from scenescout_tui.api.wire import WireProtocol
from scenescout_tui.errors import SpawnerError, wrap_error
from scenescout_tui.imports.commands import Stop
from scenescout_tui.imports.handle import EngineHandle
from scenescout_tui.safe_text import for_screen
from scenescout_tui.setting_values import Secret

#: Seconds that answers get to leave when the deadline has passed.
_LAST_ANSWERS = 0.25


class ApiServer:
    """Answers HTTP over an engine, until it is asked to stop or the engine ends; then it ends the engine too.

    Once asked to stop it takes in nothing more (503), waits ``drain_deadline`` seconds at most for the posts
    that are being imported, and has the engine cut what is left of them.
    """

    def __init__(
        self,
        handle: EngineHandle,
        token: Secret,
        *,
        host: str,
        port: int,
        drain_deadline: float,
        limits: Limits | None = None,
    ) -> None:
        self._handle = handle
        self._token = token
        self._host = host
        self._port = port
        self._deadline = drain_deadline
        self._limits = limits or Limits()
        self._asked = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event
        self._socket: socket.socket

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Names of the tasks that run, or that did not end in time."""
        picture = self._handle.snapshot()
        return picture.unfinished or tuple(row.task for row in picture.workers)

    def bind(self) -> str:
        """Begin to listen, and return the address that callers use.

        :raises SpawnerError: LISTEN_ERROR where somebody else listens there, SETTINGS_ERROR where this
            machine cannot.
        """
        try:
            family, *_, address = socket.getaddrinfo(
                self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            self._socket = socket.create_server(address, family=family, backlog=128)
        except OSError as error:
            raise _cannot_listen(self._host, self._port, error) from error
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def run(self) -> None:
        """Serve until the end; `bind` comes first.

        :raises SpawnerError: when the engine died.
        """
        asyncio.run(self._main())

    def stop(self, drain: bool = True) -> None:
        """Ask the server to end; returns at once, may be called by any thread and before `run`."""
        if not drain:
            self._deadline = 0.0
        self._asked.set()
        if self._loop is not None:
            try:
                self._loop.call_soon_threadsafe(self._stopping.set)
            except RuntimeError:
                pass  # it has ended

    async def _main(self) -> None:
        self._stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        if self._asked.is_set():
            self._stopping.set()
        link, intake = EngineLink(self._handle), Intake(self._limits)
        server = _Server(self._config(link, intake))
        serving = asyncio.create_task(server.serve(sockets=[self._socket]))
        stopping = asyncio.create_task(self._stopping.wait())
        ends: set[asyncio.Future[Any]] = {stopping, serving, link.ended}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        deadline = time.monotonic() + self._deadline
        intake.closed = True
        await self._end_engine(link)
        server.patience = max(_LAST_ANSWERS, deadline - time.monotonic())
        server.should_exit = True
        await serving
        error = link.ended.exception()
        if error is not None:
            raise wrap_error(error)

    async def _end_engine(self, link: EngineLink) -> None:
        try:
            async with asyncio.timeout(self._deadline):
                await link.idle()
        except TimeoutError:
            pass
        await link.send(Stop(drain=not link.running))
        await asyncio.wait({link.ended})

    def _config(self, link: EngineLink, intake: Intake) -> uvicorn.Config:
        limits = self._limits
        return uvicorn.Config(
            make_app(link, intake, self._token, self._host),
            http=type("LimitedProtocol", (WireProtocol,), {"limits": limits}),
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            # What strangers send is no news, and no reason to fill the log.
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=limits.head_bytes,
        )


class _Server(uvicorn.Server):
    """uvicorn's server without its signals, and with an end that does not wait for callers."""

    #: Seconds that connections get to end by themselves at the shutdown.
    patience = 0.0

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs us."""
        yield

    async def shutdown(self, sockets: Any = None) -> None:
        """Close what is idle, wait a little for the rest, and cut it."""
        timer = asyncio.get_running_loop().call_later(self.patience, self._cut)
        try:
            await super().shutdown(sockets)
        finally:
            timer.cancel()

    def _cut(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach what listens there."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _cannot_listen(host: str, port: int, error: OSError) -> SpawnerError:
    if error.errno == errno.EADDRINUSE:
        action = "Choose another port with --port; 0 takes any free one."
        return SpawnerError(f"port {port} is in use", "LISTEN_ERROR", metadata={"action": action})
    message = f"cannot listen on {for_screen(host, 100)} port {port}: {error.strerror or error}"
    action = "Choose another place with --host and --port."
    return SpawnerError(message, "SETTINGS_ERROR", metadata={"action": action})
