"""Who serves a domain: what its parent says, and what each name server answers."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from probes.kit.observation import Mention
from probes.kit.target import Host


class ServerState(StrEnum):
    """What one name server of a delegation did when asked for the zone's SOA."""

    AUTHORITATIVE = "authoritative"
    LAME = "lame"  # refused three times, or answered without authority: it does not have the zone
    NO_ADDRESS = "no_address"  # its name has no address, or does not exist
    UNKNOWN = "unknown"  # no answer, SERVFAIL, not dialled


class ServerLook(Struct, frozen=True):
    """One name server of a domain."""

    host: str
    addresses: tuple[str, ...]
    state: ServerState
    detail: str = ""


class Delegation(Struct, frozen=True):
    """The name servers the parent zone delegates to, each asked for the domain's SOA.

    The whole look is Absent("NXDOMAIN") when the parent's own servers say the name does not exist,
    and Absent("not delegated") when they know it but delegate it nowhere.
    """

    parent: str
    servers: tuple[ServerLook, ...]

    @property
    def lame(self) -> bool:
        """True when every server was reached and none has the zone."""
        return bool(self.servers) and all(
            s.state in (ServerState.LAME, ServerState.NO_ADDRESS) for s in self.servers
        )

    def mentions(self) -> Iterator[Mention]:
        """The name server hosts."""
        return (Mention(Host(server.host), "ns_host_of") for server in self.servers)
