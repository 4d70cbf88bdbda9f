"""`scenescout serve`: the engine behind HTTP."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from scenescout_tui.cli.brake import GOODBYE, Brake
from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.exits import SIGNALLED, PipeClosed
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.log import logged
from scenescout_tui.cli.output import exact_json, say
from scenescout_tui.cli.streams import drop_stdout, tell
from scenescout_tui.imports.signals import take_signals
from scenescout_tui.safe_text import for_screen

if TYPE_CHECKING:
    from scenescout_tui.api.token import ApiToken
    from scenescout_tui.settings import Settings

#: The libraries of the extra `api`, and what comes with them.
_EXTRA = frozenset({"fastapi", "h11", "prometheus_client", "starlette", "uvicorn"})


@verb("serve")
@click.option("--host", metavar="HOST", help="Where to listen; the setting api_host, else 127.0.0.1.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help="The port; the setting api_port, else 8787. 0: any free one.",
)
@click.option("--allow-remote", is_flag=True, help="Let other machines in: HOST may be any address.")
@data_options
def command(flags: Flags, host: str | None, port: int | None, allow_remote: bool) -> int:
    """Take events over HTTP, until a signal ends it.

    Callers show a token: that of SCENESCOUT_API_TOKEN or SCENESCOUT_API_TOKEN_FILE, else one that is made on
    the first start and kept in a file whose path is printed. SIGTERM and ctrl+c let running posts finish.

    \b
    scenescout serve
    curl -H "Authorization: Bearer $(cat FILE)" http://127.0.0.1:8787/readyz
    """
    settings = flags.settings(api_host=host, api_port=port)
    _check_extra()
    from scenescout_tui.api.token import find_token

    _check_reach(settings.api_host, allow_remote)
    token = find_token(settings)
    # The log masks the secrets of the settings.
    return _serve(replace(settings, api_token=token.secret), token, lambda url: _announce(flags, url, token))


def _serve(settings: Settings, token: ApiToken, announce: Callable[[str], None]) -> int:
    from scenescout_tui.api.server import ApiServer
    from scenescout_tui.imports.local import start_engine

    with logged(settings):
        brake = Brake()
        watch = take_signals(brake.pull, settings.drain_deadline, brake.expired)
        handle = start_engine(settings, spreads=True)
        try:
            server = ApiServer(
                handle,
                token.secret,
                host=settings.api_host,
                port=settings.api_port,
                drain_deadline=settings.drain_deadline,
            )
            announce(server.bind())
            brake.attach(server)
            server.run()
        finally:
            handle.stop(drain=True)
            handle.join(settings.drain_deadline + GOODBYE)
    return 0 if watch.received is None else SIGNALLED + watch.received


def _check_extra() -> None:
    """Refuse to start without the libraries of the extra.

    :raises SpawnerError: USAGE_ERROR.
    """
    try:
        import scenescout_tui.api.server  # noqa: F401
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise usage_error(
            f"serve needs more than is installed: {error.name} is missing",
            "Install it with: pip install 'scenescout[api]'",
        ) from error


def _check_reach(host: str, allow_remote: bool) -> None:
    """Refuse to be reachable from elsewhere by accident, and say what it means where it is wanted.

    :raises SpawnerError: USAGE_ERROR.
    """
    from scenescout_tui.api.server import is_loopback

    if is_loopback(host):
        return
    if not allow_remote:
        raise usage_error(
            f"{for_screen(host)} can be reached from other machines",
            "Add --allow-remote where that is meant, or listen on 127.0.0.1.",
        )
    tell("The token crosses the network unencrypted; let a proxy with TLS stand before this server.")


def _announce(flags: Flags, url: str, token: ApiToken) -> None:
    """Say where to find us, before the first request is waited for."""
    file = None if token.file is None else str(token.file)
    try:
        if flags.as_json:
            say(exact_json({"url": url, "tokenFile": file, "pid": os.getpid()}))
        else:
            say(f"Listening on {url} (described at {url}/docs)")
            say(f"Token: {for_screen(file) if file is not None else 'as SCENESCOUT_API_TOKEN says'}")
        sys.stdout.flush()
    except (PipeClosed, BrokenPipeError):
        drop_stdout()  # the work does not depend on anybody reading this
