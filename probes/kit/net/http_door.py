"""What a web server shows to one polite visitor: one GET, nothing followed."""

from __future__ import annotations

from datetime import timedelta

from probes.kit.net.dial import Dialer
from probes.kit.net.handshakes import Handshakes
from probes.kit.net.http_talk import Fetch
from probes.kit.net.question import HttpAnswer, HttpQuestion, NetTrouble, TlsQuestion
from probes.kit.net.tls import SecureWire
from probes.kit.net.web_address import WebAddress
from probes.kit.net.wire import Wire
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
        self._fields = (
            f"User-Agent: {user_agent}\r\n"
            "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
            "Accept-Language: ru,en;q=0.8\r\n"
            "Accept-Encoding: gzip, identity\r\n"
            "Connection: close\r\n\r\n"
        )

    async def ask(self, question: HttpQuestion) -> HttpAnswer:
        """Return the response; what had come of a body when time ran out is kept, as truncated."""
        url = WebAddress.of(question.url)
        if url.port not in self._ports:
            raise NetTrouble(Reason.NOT_ALLOWED, f"port {url.port}")
        addresses = await self._dialer.addresses(url.host, question.address)
        fetch, handshake = Fetch(question.max_bytes), None
        async with self._dialer.connect(addresses, url.port) as wire:
            wire.allow(self._patience)
            try:
                line: Wire | SecureWire = wire
                if url.scheme == "https":
                    line = secure = await SecureWire.shake_hands(wire, url.host)
                    handshake = secure.handshake
                    asked = TlsQuestion(url.host, url.port, address=question.address)
                    self._handshakes.remember(asked, handshake)
                await self._get(line, url, fetch)
            except TimeoutError as error:
                if not fetch.status:
                    detail = f"{wire.address} port {url.port} gave no response"
                    raise NetTrouble(Reason.TIMEOUT, detail) from error
        return HttpAnswer(
            status=fetch.status,
            headers=fetch.headers,
            body=fetch.body,
            truncated=fetch.truncated,
            address=wire.address,
            handshake=handshake,
        )

    async def _get(self, line: Wire | SecureWire, url: WebAddress, fetch: Fetch) -> None:
        request = f"GET {url.target} HTTP/1.1\r\nHost: {url.authority}\r\n{self._fields}"
        line.send(request.encode("ascii"))
        try:
            while fetch.take(await line.receive()):
                pass
        except TimeoutError:
            raise
        except OSError:
            if not fetch.status:
                fetch.take(b"")  # no answer at all
            # What came before a break counts, as truncated: a break is no end, also where no length was said.
