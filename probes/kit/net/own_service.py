"""Dialling a service that the operator configured himself: a task manager, a mail relay."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from msgspec import Struct

from probes.kit.net.dial import Dialer
from probes.kit.net.dns_door import DnsDoor
from probes.kit.net.guard import Guard, IPNetwork
from probes.kit.net.lanes import Lanes
from probes.kit.net.live import resolver_places
from probes.kit.net.question import NetTrouble
from probes.kit.observation import Reason

_LOOPBACK = ("127.0.0.1",)


class OwnServices(Struct, frozen=True, kw_only=True):
    """How such services are reached."""

    resolvers: tuple[str, ...] = ()
    """Recursive DNS resolvers; none stands for the system's."""
    allow_nets: tuple[IPNetwork, ...] = ()
    """Networks that may be dialled although they are not global."""
    trust_file: str | None = None
    """A PEM file of trust anchors instead of certifi's."""
    user_agent: str = "Revizor"
    ehlo_name: str = ""
    """Our name for mail relays; empty for our address in brackets."""

    def are_ours(self, addresses: Iterable[str]) -> bool:
        """Say whether all addresses lie in the networks that the operator named."""
        return all(any(ip_address(one) in net for net in self.allow_nets) for one in addresses)


class ServiceTrouble(NetTrouble):
    """A service gave no usable answer; `sent` says whether it may have acted all the same."""

    def __init__(self, reason: Reason, detail: str = "", *, sent: bool) -> None:
        super().__init__(reason, detail)
        self.sent = sent


def dialer_of(services: OwnServices) -> Dialer:
    """Return a dialer that resolves, checks and dials; it holds nothing open between calls."""
    guard = Guard(services.allow_nets)

    async def addresses(name: str) -> tuple[str, ...]:
        if name == "localhost":  # never asked of a resolver (RFC 6761 6.3)
            return _LOOPBACK
        try:
            dns = DnsDoor(resolver_places(services.resolvers), guard)
        except ValueError as error:
            raise NetTrouble(Reason.NOT_ASKED, str(error)) from error
        try:
            return await dns.addresses(name)
        finally:
            await dns.aclose()

    return Dialer(addresses, guard, Lanes())
