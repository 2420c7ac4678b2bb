"""The socket layer beneath the API client: what it dials has been checked, and nothing else is."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from probes.kit.net.dial import Dialer
from probes.kit.net.question import NetTrouble
from probes.kit.observation import Reason

_CONNECT = 5.0


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name once, checks all its addresses and dials those: no rebinding in between.

    TLS above it still names and verifies the host, because only the dialling is changed.
    """

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self._dial = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that accepts; raise NetTrouble when none does."""
        troubles = []
        for address in await self._dialer.addresses(host):
            try:
                return await self._dial.connect_tcp(address, port, timeout=timeout or _CONNECT)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                troubles.append(trouble_of(error, address))
        try:
            raise troubles[0]
        finally:
            troubles.clear()  # an error holds its frames: they must not hold it


def trouble_of(error: Exception, where: str) -> NetTrouble:
    """Say in our words what the client library met."""
    beneath: BaseException | None = error
    while beneath is not None:
        if isinstance(beneath, ssl.SSLError):
            reason = getattr(beneath, "verify_message", "") or beneath.reason or str(beneath)
            return NetTrouble(Reason.TLS_FAILED, f"{where}: {reason}")
        if isinstance(beneath, ConnectionRefusedError):
            return NetTrouble(Reason.NO_LISTENER, f"{where} resets")
        beneath = beneath.__cause__ or beneath.__context__
    match error:
        case httpcore.TimeoutException():
            reason_code = Reason.TIMEOUT
        case httpcore.ConnectError():
            reason_code = Reason.UNREACHABLE
        case httpcore.ProtocolError():
            reason_code = Reason.MALFORMED
        case _:
            reason_code = Reason.CONNECTION_LOST
    return NetTrouble(reason_code, f"{where}: {error}"[:200])
