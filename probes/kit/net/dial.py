"""Connecting to a host over TCP: resolve once, check every address, dial what was checked."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_address

from probes.kit.net.guard import Guard
from probes.kit.net.lanes import Lanes
from probes.kit.net.question import NetTrouble
from probes.kit.observation import Reason

Resolve = Callable[[str], Awaitable[tuple[str, ...]]]
"""Gives the addresses of a name, or raises NetTrouble."""

_MOST_ADDRESSES = 8
_TRIES_AT_A_RESET = 3


class Dialer:
    """Opens guarded TCP connections, a few at once to each address."""

    def __init__(
        self,
        resolve: Resolve,
        guard: Guard,
        lanes: Lanes,
        patience: timedelta = timedelta(seconds=5),
    ) -> None:
        self._resolve = resolve
        self._guard = guard
        self._lanes = lanes
        self._patience = patience.total_seconds()

    async def addresses(self, host: str, address: str | None = None) -> tuple[str, ...]:
        """Return what to dial for a host (a name or an address), checked, IPv4 first.

        With `address` the name is not looked up. Raises NetTrouble when there is nothing to dial
        or when one of the addresses is not ours to dial.
        """
        if address is not None:
            return self._guard.choose((address,))
        try:
            return self._guard.choose((str(ip_address(host)),))
        except ValueError:
            found = self._guard.choose(await self._resolve(host))
        if not found:
            raise NetTrouble(Reason.NO_ADDRESS, host)
        return found[:_MOST_ADDRESSES]

    @asynccontextmanager
    async def connect(
        self, host: str, port: int, address: str | None = None
    ) -> AsyncIterator[tuple[socket.socket, str]]:
        """Resolve, check and connect in one; see `addresses` and `connect_any`."""
        checked = await self.addresses(host, address)
        async with self.connect_any(checked, port) as dialled:
            yield dialled

    @asynccontextmanager
    async def connect_any(
        self, checked: tuple[str, ...], port: int
    ) -> AsyncIterator[tuple[socket.socket, str]]:
        """Give a connected socket and the address it leads to, the first that accepts.

        The socket belongs to the caller, who must close it (or hand it to a transport); the place
        in the queue for the address is held until the block is left. Raises NetTrouble:
        no_listener only when every address reset three connections out of three.
        """
        troubles: list[NetTrouble] = []
        for candidate in checked:
            async with self._lanes.to(candidate):
                try:
                    connection = await self._dial(candidate, port)
                except NetTrouble as trouble:
                    troubles.append(trouble)
                    continue
                yield connection, candidate
                return
        # An address we could not reach may have a listener: a reset elsewhere proves nothing then.
        unproved = [one for one in troubles if one.reason is not Reason.NO_LISTENER]
        raise (unproved or troubles)[0]

    async def _dial(self, ip: str, port: int) -> socket.socket:
        for tries_left in reversed(range(_TRIES_AT_A_RESET)):
            try:
                return await self._connected(ip, port)
            except (ConnectionRefusedError, ConnectionResetError) as error:
                if not tries_left:
                    raise NetTrouble(Reason.NO_LISTENER, f"{ip} port {port} resets") from error
            except TimeoutError as error:
                raise NetTrouble(Reason.TIMEOUT, f"no connection to {ip} port {port}") from error
            except OSError as error:
                raise _unreachable(ip, error) from error
        raise AssertionError("unreachable")

    async def _connected(self, ip: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(self._patience):
                await asyncio.get_running_loop().sock_connect(connection, (ip, port))
        except BaseException:
            connection.close()
            raise
        return connection


def _unreachable(ip: str, error: OSError) -> NetTrouble:
    if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
        return NetTrouble(Reason.NOT_ASKED, f"this machine is short of resources: {error.strerror}")
    return NetTrouble(Reason.UNREACHABLE, f"{ip}: {error.strerror or error}")
