"""The Net of a real look: every door, behind one guard, at one pace."""

from __future__ import annotations

import importlib.metadata
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from msgspec import Struct, field, structs

from probes.kit.labels import Labels
from probes.kit.net.api_door import ApiDoor
from probes.kit.net.dial import Dialer
from probes.kit.net.dns_door import DnsDoor
from probes.kit.net.guard import Guard, IPNetwork
from probes.kit.net.handshakes import Handshakes
from probes.kit.net.http_door import HttpDoor
from probes.kit.net.keys import Keys
from probes.kit.net.lanes import Lanes
from probes.kit.net.long_memory import AnswerStore, LongMemory
from probes.kit.net.memory import Memory
from probes.kit.net.names_door import NamesDoor
from probes.kit.net.pace import Pace, PaceStore, Waiting
from probes.kit.net.question import (
    SECOND_RESOLVER,
    ApiQuestion,
    DnsAnswer,
    DnsQuestion,
    Handshake,
    HttpQuestion,
    NamesQuestion,
    NetTrouble,
    OldTlsQuestion,
    Question,
    ReferralQuestion,
    ServerQuestion,
    SmtpQuestion,
    TlsQuestion,
    WhoisQuestion,
    ZoneQuestion,
)
from probes.kit.net.rates import Rates
from probes.kit.net.referral_door import ReferralDoor
from probes.kit.net.server_door import ServerDoor
from probes.kit.net.smtp_door import SmtpDoor
from probes.kit.net.tls_door import TlsDoor
from probes.kit.net.trust import TrustStore
from probes.kit.net.whois_door import WhoisDoor
from probes.kit.net.zone_door import ZoneDoor
from probes.kit.observation import Reason

A = TypeVar("A")

_RESOLV_CONF = Path("/etc/resolv.conf")


class NetSettings(Struct, frozen=True, kw_only=True):
    """How this machine meets the world."""

    resolvers: tuple[str, ...] = ()
    """Recursive DNS resolvers, `ip` or `ip:port`; none stands for those of /etc/resolv.conf."""
    second_resolvers: tuple[str, ...] = ()
    """Resolvers of somebody else, who are asked as well where a name leads; none asks nobody."""
    allow_nets: tuple[IPNetwork, ...] = ()
    """Nets that may be dialled although they are not global."""
    contact: str = ""
    """A page or an address for whoever wonders about our visits."""
    user_agent: str = ""
    """The whole User-Agent; empty for one that says what Revizor is and how to reach us."""
    ehlo_name: str = ""
    """Our name for mail servers; empty for our address in brackets."""
    trust_file: str | None = None
    """A PEM file of trust anchors instead of certifi's."""
    paces: Mapping[str, str] = field(default_factory=dict)
    """Rates by server, such as `{"whois.tcinet.ru": "10/min"}`; `*` for all that are not named."""
    keys: Keys = field(default_factory=Keys)
    """Keys of services that answer only who is known to them; shown by the door alone."""
    connections: int = 200
    """Connections to sites, mail and WHOIS servers at once."""
    words: tuple[str, ...] = ()
    """Host labels in canonical spelling, tried before the shipped ones where a list of them is tried."""

    def __post_init__(self) -> None:
        for text in (self.contact, self.user_agent, self.ehlo_name):
            if not (text.isascii() and (text.isprintable() or not text)):
                raise ValueError(f"not plain ASCII text: {text!r}")
        if self.connections < 1:
            raise ValueError("connections must be at least 1")

    @property
    def signature(self) -> str:
        """The User-Agent header."""
        if self.user_agent:
            return self.user_agent
        contact = f"; contact: {self.contact}" if self.contact else ""
        return f"Revizor/{_version()} (+audit of own assets{contact})"


class LiveNet:
    """`async with LiveNet(settings) as net:` asks the real world; one run, one event loop.

    Identical questions of a run are asked once as far as that makes sense: see Memory.
    """

    def __init__(
        self,
        settings: NetSettings,
        pace_store: PaceStore | None = None,
        answer_store: AnswerStore | None = None,
    ) -> None:
        """Take turns from `pace_store`, and keep in `answer_store` what outlasts a run."""
        self._long_memory = LongMemory(answer_store)
        self._rates = Rates.of(settings.paces)
        self._pace = Pace(self._rates, pace_store)
        self._settings = settings
        self.trust = TrustStore.load(settings.trust_file)

    async def __aenter__(self) -> Self:
        settings = self._settings
        guard = Guard(settings.allow_nets)
        handshakes = Handshakes()
        self._memory = Memory()
        resolvers = resolver_places(settings.resolvers)
        self._dns = DnsDoor(resolvers, guard)
        self._second = (
            DnsDoor(resolver_places(settings.second_resolvers), guard)
            if settings.second_resolvers
            else None
        )
        bulk_rate = 1 / self._rates.rate("dns:dns").interval
        words = Labels.of(settings.words)
        dialer = Dialer(self._dns.addresses, guard, Lanes(total=settings.connections))
        self._tls = TlsDoor(dialer, handshakes, settings.ehlo_name)
        self._whois = WhoisDoor(dialer, self._pace)
        self._api = ApiDoor(dialer, self._pace, self.trust, settings.signature, keys=settings.keys)
        self._doors: dict[type, Callable[[Any], Awaitable[Any]]] = {
            DnsQuestion: self._ask_dns,
            ReferralQuestion: ReferralDoor(self._dns.ask, guard, self._rates).ask,
            ServerQuestion: ServerDoor(guard).ask,
            NamesQuestion: NamesDoor(resolvers, words, bulk_rate, self._dns.ask).ask,
            ZoneQuestion: ZoneDoor(dialer).ask,
            HttpQuestion: HttpDoor(dialer, handshakes, settings.signature).ask,
            TlsQuestion: self._ask_tls,
            OldTlsQuestion: self._tls.ask_old,
            SmtpQuestion: SmtpDoor(dialer, handshakes, settings.ehlo_name).ask,
            WhoisQuestion: partial(self._long_memory.ask, ask=self._whois.ask),
            ApiQuestion: partial(self._long_memory.ask, ask=self._api.ask),
        }
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self._api.aclose()
        await self._dns.aclose()
        if self._second:
            await self._second.aclose()

    async def ask(self, question: Question[A]) -> A:
        """Return the raw answer; raise NetTrouble when there is none."""
        return await self._memory.ask(question, self._put)

    @property
    def has_second_resolver(self) -> bool:
        """True when questions to SECOND_RESOLVER are answered."""
        return bool(self._settings.second_resolvers)

    def waiting(self) -> tuple[Waiting, ...]:
        """The servers whose pace keeps us waiting, the longest wait first."""
        return self._pace.waiting()

    async def stay_away(self, group: str, seconds: float) -> None:
        """Ask nothing in a pace group for that long, or longer (see Turns): it refused us in words.

        A WHOIS server is named as itself, `whois:whois.tcinet.ru`, and its whole network is meant.
        """
        kind, _, server = group.partition(":")
        if kind == "whois":
            group = self._whois.group_of_server(server) or group
        await self._pace.back_off(group, seconds)

    def _put(self, question: Question[Any]) -> Awaitable[Any]:
        door = self._doors.get(type(question))
        if door is None:
            raise TypeError(f"no door for {type(question).__name__}")
        return door(question)

    async def _ask_dns(self, question: DnsQuestion) -> DnsAnswer:
        if question.server == SECOND_RESOLVER:
            return await self._ask_second(question)
        return await self._dns.ask(question)

    async def _ask_tls(self, question: TlsQuestion) -> Handshake:
        return self._judged(await self._tls.ask(question), question.name)

    async def _ask_second(self, question: DnsQuestion) -> DnsAnswer:
        if self._second is None:
            raise NetTrouble(Reason.NOT_ASKED, "no second resolver is configured")
        return await self._second.ask(structs.replace(question, server=None))

    def _judged(self, handshake: Handshake, name: str) -> Handshake:
        trust = self.trust.verify(handshake.chain, name, datetime.now(UTC))
        return structs.replace(handshake, trust=trust.value)


def resolver_places(resolvers: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Return addresses and ports of the resolvers; raise ValueError for a bad one, or none at all."""
    chosen = resolvers or _system_resolvers()
    if not chosen:
        raise ValueError(f"no nameserver in {_RESOLV_CONF}; name a resolver")
    return tuple(_place(text.strip()) for text in chosen)


def _place(text: str) -> tuple[str, int]:
    try:
        return str(ipaddress.ip_address(text.strip("[]"))), 53
    except ValueError:
        host, colon, port = text.rpartition(":")
    try:
        number = int(port) if colon and port.isascii() and port.isdigit() else 0
        if 0 < number < 65_536:
            return str(ipaddress.ip_address(host.strip("[]"))), number
    except ValueError:
        pass
    raise ValueError(f"not a resolver: {text[:60]!r} (write 192.0.2.53, or [2001:db8::53]:5353)")


def _system_resolvers() -> tuple[str, ...]:
    try:
        lines = _RESOLV_CONF.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    words = (line.split() for line in lines)
    return tuple(found[1] for found in words if found[:1] == ["nameserver"] and len(found) > 1)


def _version() -> str:
    try:
        return importlib.metadata.version("revizor")
    except importlib.metadata.PackageNotFoundError:
        return "0"
