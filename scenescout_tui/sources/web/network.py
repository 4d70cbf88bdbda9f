"""The way into the network: names to addresses, addresses to connections."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address

import anyio
import httpcore

from scenescout_tui.sources.web.addresses import is_public
from scenescout_tui.sources.web.failures import RuleBreach

#: Seconds before a silent address gives way to the host's next one.
_PATIENCE = 3.0
_ALLOW_PRIVATE = "If that is meant, allow private addresses in the settings (private_addresses)."


class Network:
    """The real one. Name and connection are apart, so that only checked addresses are connected to."""

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host, the preferred first.

        :raises OSError: where it has none.
        """
        found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(address[0] for *_, address in found))

    async def connect(self, address: str, port: int, timeout: float | None) -> httpcore.AsyncNetworkStream:
        """Connect to an address; `timeout` in seconds.

        :raises httpcore.ConnectError: where nobody answers there, httpcore.ConnectTimeout in time.
        """
        return await httpcore.AnyIOBackend().connect_tcp(address, port, timeout)


async def connect(
    network: Network, host: str, port: int, *, public_only: bool
) -> httpcore.AsyncNetworkStream:
    """Connect to a host by one of its addresses, with `public_only` to none that is not public.

    The name is resolved once and the connection goes to the very address that was checked: a second answer
    of the name server (DNS rebinding) is never asked for.

    :raises RuleBreach: where the host has only private addresses.
    :raises Exception: what the network raises for the last address.
    """
    addresses = await _addresses(network, host, port)
    if public_only:
        allowed = [address for address in addresses if is_public(address)]
        if not allowed:
            raise RuleBreach(f"{host} is an address of a private network", _ALLOW_PRIVATE, asked=False)
        addresses = allowed
    for address in addresses[:-1]:
        try:
            return await network.connect(address, port, _PATIENCE)
        except (httpcore.NetworkError, httpcore.TimeoutException):
            continue
    return await network.connect(addresses[-1], port, None)


async def _addresses(network: Network, host: str, port: int) -> Sequence[str]:
    try:
        return [str(ip_address(host))]
    except ValueError:
        addresses = await network.resolve(host, port)
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    return addresses
