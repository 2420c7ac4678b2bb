"""What a web server shows to one polite visitor: one GET, nothing followed."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta

from probes.kit.net.dial import Dialer
from probes.kit.net.handshakes import Handshakes
from probes.kit.net.http_talk import Fetch
from probes.kit.net.question import Handshake, HttpAnswer, HttpQuestion, NetTrouble, TlsQuestion
from probes.kit.net.tls import Streams, shake_hands
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Reason

PORTS = frozenset({80, 443})


class HttpDoor:
    """Answers HttpQuestions over HTTP/1.1."""

    def __init__(
        self,
        dialer: Dialer,
        handshakes: Handshakes,
        user_agent: str,
        ports: frozenset[int] = PORTS,
        patience: timedelta = timedelta(seconds=20),
    ) -> None:
        self._dialer = dialer
        self._handshakes = handshakes
        self._ports = ports
        self._patience = patience.total_seconds()
        self._headers = (
            ("User-Agent", user_agent),
            ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
            ("Accept-Language", "ru,en;q=0.8"),
            ("Accept-Encoding", "gzip, identity"),
            ("Connection", "close"),
        )

    async def ask(self, question: HttpQuestion) -> HttpAnswer:
        """Return the response; what had come of a body when time ran out is kept, as truncated."""
        url = WebAddress.of(question.url)
        if url.port not in self._ports:
            raise NetTrouble(Reason.NOT_ALLOWED, f"port {url.port}")
        async with self._dialer.connect(url.host, url.port, question.address) as dialled:
            fetch = Fetch(question.max_bytes)
            handshake = None
            try:
                async with asyncio.timeout(self._patience):
                    streams, handshake = await self._open(*dialled, url, question.address)
                    try:
                        headers = (("Host", url.authority), *self._headers)
                        await fetch.run(streams, url.target, headers)
                    finally:
                        streams[1].transport.abort()
            except TimeoutError as error:
                if not fetch.status:
                    detail = f"{dialled[1]} port {url.port} gave no response"
                    raise NetTrouble(Reason.TIMEOUT, detail) from error
        return HttpAnswer(
            status=fetch.status,
            headers=fetch.headers,
            body=fetch.body,
            truncated=fetch.truncated,
            address=dialled[1],
            handshake=handshake,
        )

    async def _open(
        self, connection: socket.socket, ip: str, url: WebAddress, fixed: str | None
    ) -> tuple[Streams, Handshake | None]:
        if url.scheme == "http":
            return await asyncio.open_connection(sock=connection), None
        streams, handshake = await shake_hands(connection, url.host, ip)
        self._handshakes.remember(TlsQuestion(url.host, url.port, address=fixed), handshake)
        return streams, handshake
