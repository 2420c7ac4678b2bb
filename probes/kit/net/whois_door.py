"""One question to a WHOIS server, and all it sends back until it stops (RFC 3912)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_network

from probes.kit.net.dial import Dialer
from probes.kit.net.lately import Lately
from probes.kit.net.pace import Pace
from probes.kit.net.patience import Patience
from probes.kit.net.question import NetTrouble, WhoisAnswer, WhoisQuestion
from probes.kit.net.web_address import canonical_host
from probes.kit.net.wire import Wire
from probes.kit.observation import Reason

PORT = 43
CAP = 262_144
_LONGEST_LINE = 512
_MOST_GROUPS = 2_048


class WhoisDoor:
    """Answers WhoisQuestions on port 43, each server at its own pace."""

    def __init__(
        self, dialer: Dialer, pace: Pace, patience: timedelta = timedelta(seconds=10)
    ) -> None:
        self._dialer = dialer
        self._pace = pace
        self._patience = patience
        self._groups: Lately[str, str] = Lately(_MOST_GROUPS, _MOST_GROUPS)

    async def ask(self, question: WhoisQuestion) -> WhoisAnswer:
        """Return the text, also the part that came before a break; raise NetTrouble for none."""
        try:
            server = canonical_host(question.server)
        except ValueError as error:
            raise NetTrouble(Reason.MALFORMED, str(error)) from error
        line = question.line.encode()
        if len(line) > _LONGEST_LINE or b"\r" in line or b"\n" in line:
            raise NetTrouble(Reason.INVALID_QUERY, repr(question.line[:80]))
        # Refused servers must not cost anybody a turn, so the guard looks before the pace does.
        addresses = await self._dialer.addresses(server)
        group = group_of(addresses)
        self._groups.keep(server, group, 1)
        await self._pace.take(group, server)
        return await self._ask(addresses, line)

    def group_of_server(self, server: str) -> str | None:
        """Return the pace group of a server asked in this run, or None."""
        return self._groups.get(server)

    async def _ask(self, addresses: tuple[str, ...], line: bytes) -> WhoisAnswer:
        text = bytearray()
        ended = False
        ip = ""
        try:
            async with Patience(self._patience), self._dialer.connect(addresses, PORT) as wire:
                ip = wire.address
                ended = await _converse(wire, line, text)
        except TimeoutError as error:
            if not text:
                raise NetTrouble(Reason.TIMEOUT, f"{ip or addresses[0]} port {PORT}") from error
        if not text:
            raise NetTrouble(Reason.CONNECTION_LOST, f"{ip} hung up without a word")
        return WhoisAnswer(raw=bytes(text), complete=ended, address=ip)


def group_of(addresses: Iterable[str]) -> str:
    """Return the pace group of a server at these addresses: its network, a /24 or a /48.

    One machine, and one limit, often answers for many top-level domains under a name for each.
    """
    networks = (
        ip_network((address, 24 if "." in address else 48), strict=False) for address in addresses
    )
    return f"whois:{min(networks, key=lambda network: (network.version, network))}"


async def _converse(wire: Wire, line: bytes, text: bytearray) -> bool:
    """Fill `text`; return True when the server itself closed the conversation in order."""
    wire.send(line + b"\r\n")
    try:
        while len(text) < CAP:
            data = await wire.receive()
            if not data:
                return True
            text += data[: CAP - len(text)]
    except OSError:
        return False
    return False
