"""Connecting to a host over TCP: resolve once, check every address, dial what was checked."""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable
from datetime import timedelta
from ipaddress import ip_address

from probes.kit.net.guard import Guard
from probes.kit.net.lanes import Lanes
from probes.kit.net.question import NetTrouble
from probes.kit.net.wire import Wire
from probes.kit.observation import Reason, Unknown

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
        literal = address if address is not None else _literal(host)
        if literal is not None:
            return self._guard.choose((literal,))
        found = self._guard.choose(await self._resolve(host))
        if not found:
            raise NetTrouble(Reason.NO_ADDRESS, host)
        return found[:_MOST_ADDRESSES]

    def connect(self, checked: tuple[str, ...], port: int) -> Call:
        """`async with` gives a connection to the first of the addresses that accepts.

        It is closed, and its place in the queue for the address given up, when the block is left.
        Raises NetTrouble: no_listener only when every address reset three connections out of three.
        """
        return Call(self, checked, port)

    async def _open(self, checked: tuple[str, ...], port: int) -> Wire:
        troubles: list[Unknown] = []
        for candidate in checked:
            await self._lanes.enter(candidate)
            wire = None
            try:
                wire = await self._dial(candidate, port)
                return wire
            except NetTrouble as trouble:
                troubles.append(Unknown(trouble.reason, trouble.detail))
            finally:
                if wire is None:
                    self._lanes.leave(candidate)
        # An address we could not reach may have a listener: a reset elsewhere proves nothing then.
        unproved = [one for one in troubles if one.reason is not Reason.NO_LISTENER]
        first = (unproved or troubles)[0]
        raise NetTrouble(first.reason, first.detail)

    def _close(self, wire: Wire) -> None:
        wire.close()
        self._lanes.leave(wire.address)

    async def _dial(self, ip: str, port: int) -> Wire:
        for tries_left in reversed(range(_TRIES_AT_A_RESET)):
            try:
                return await Wire.open(ip, port, self._patience)
            except (ConnectionRefusedError, ConnectionResetError) as error:
                if not tries_left:
                    raise NetTrouble(Reason.NO_LISTENER, f"{ip} port {port} resets") from error
            except TimeoutError as error:
                raise NetTrouble(Reason.TIMEOUT, f"no connection to {ip} port {port}") from error
            except OSError as error:
                raise _unreachable(ip, error) from error
        raise AssertionError("unreachable")


class Call:
    """See `Dialer.connect`."""

    __slots__ = ("_checked", "_dialer", "_port", "_wire")

    def __init__(self, dialer: Dialer, checked: tuple[str, ...], port: int) -> None:
        self._dialer = dialer
        self._checked = checked
        self._port = port

    async def __aenter__(self) -> Wire:
        self._wire = await self._dialer._open(self._checked, self._port)
        return self._wire

    async def __aexit__(self, *_: object) -> None:
        self._dialer._close(self._wire)


def _literal(host: str) -> str | None:
    """The address that a host is; None for a name."""
    if ":" not in host and not host[-1:].isdigit():
        return None
    try:
        return str(ip_address(host))
    except ValueError:
        return None


def _unreachable(ip: str, error: OSError) -> NetTrouble:
    if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
        return NetTrouble(Reason.NOT_ASKED, f"this machine is short of resources: {error.strerror}")
    return NetTrouble(Reason.UNREACHABLE, f"{ip}: {error.strerror or error}")
