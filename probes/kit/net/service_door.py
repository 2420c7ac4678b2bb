"""Asking a service that the operator configured: one request, one connection, nothing followed."""

from __future__ import annotations

import asyncio
import ssl
from functools import cached_property

import certifi
from msgspec import Struct

from probes.kit.net.http_talk import Fetch
from probes.kit.net.own_service import OwnServices, ServiceTrouble, dialer_of
from probes.kit.net.question import ApiAnswer, NetTrouble
from probes.kit.net.tls import SecureWire
from probes.kit.net.web_address import WebAddress
from probes.kit.net.wire import Wire
from probes.kit.observation import Reason


class ServiceRequest(Struct, frozen=True, kw_only=True):
    """One request. Its address and headers may hold secrets: it never shows them."""

    url: str
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    max_bytes: int = 1_048_576
    """So much of the answer is kept, unpacked."""
    patience: float = 30.0
    """Seconds, wall clock, for all of it: name, connection, answer."""

    def __repr__(self) -> str:
        return f"ServiceRequest({self.method} …)"


class ServiceDoor:
    """Sends requests over fresh connections, so that a broken one always says whether it had been sent."""

    def __init__(self, services: OwnServices) -> None:
        """Certificates must be valid; a private address must be inside `services.allow_nets`."""
        self._services = services
        self._dialer = dialer_of(services)

    async def ask(self, request: ServiceRequest) -> ApiAnswer:
        """Return the answer, whatever its status; redirects are answers.

        Raises ServiceTrouble, whose text holds neither the path of the address nor a header.
        """
        journey = _Journey()
        try:
            async with asyncio.timeout(request.patience):
                return await self._ask(request, journey)
        except TimeoutError as error:
            raise ServiceTrouble(
                Reason.TIMEOUT, f"{journey.host}: no whole answer in time", sent=journey.sent
            ) from error
        except NetTrouble as trouble:
            if trouble.reason is Reason.MALFORMED and not journey.host:
                # What the reader of the address quotes is the address itself.
                raise ServiceTrouble(Reason.MALFORMED, "not a web address", sent=False) from None
            raise ServiceTrouble(trouble.reason, trouble.detail, sent=journey.sent) from trouble

    async def _ask(self, request: ServiceRequest, journey: _Journey) -> ApiAnswer:
        url = WebAddress.of(request.url)
        journey.host = url.host
        head = self._head(url, request)
        addresses = await self._dialer.addresses(url.host)
        if url.scheme == "http" and not self._services.are_ours(addresses):
            raise NetTrouble(Reason.NOT_ALLOWED, f"{url.host}: plain http outside our own networks")
        fetch = Fetch(request.max_bytes)
        async with self._dialer.connect(addresses, url.port) as wire:
            wire.allow(request.patience)
            line: Wire | SecureWire = wire
            if url.scheme == "https":
                line = await SecureWire.shake_hands(wire, url.host, self._context)
            journey.sent = True
            line.send(head + request.body)
            await _read(line, fetch)
        return ApiAnswer(fetch.status, fetch.headers, fetch.body, fetch.truncated)

    def _head(self, url: WebAddress, request: ServiceRequest) -> bytes:
        fields = [
            ("Host", url.authority),
            ("User-Agent", self._services.user_agent),
            ("Accept", "application/json"),
            ("Accept-Encoding", "gzip, identity"),
            ("Connection", "close"),
            ("Content-Length", str(len(request.body))),
            *request.headers,
        ]
        lines = [f"{request.method} {url.target} HTTP/1.1"]
        for name, value in fields:
            if not (value.isascii() and value.isprintable()):
                raise NetTrouble(Reason.INVALID_QUERY, f"header {name} is not plain text")
            lines.append(f"{name}: {value}")
        return "\r\n".join([*lines, "", ""]).encode("ascii")

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return trusting(self._services)


class _Journey:
    """How far a request has come."""

    def __init__(self) -> None:
        self.host = ""
        self.sent = False


def trusting(services: OwnServices) -> ssl.SSLContext:
    """Return a context that refuses certificates which do not lead to the trust anchors."""
    return ssl.create_default_context(cafile=services.trust_file or certifi.where())


async def _read(line: Wire | SecureWire, fetch: Fetch) -> None:
    try:
        while fetch.take(await line.receive()):
            pass
    except TimeoutError:
        raise
    except OSError as error:
        # What came before a break counts, as truncated; nothing at all is no answer.
        if not fetch.status:
            raise NetTrouble(Reason.CONNECTION_LOST, "the connection broke") from error
