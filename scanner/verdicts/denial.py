"""Whether a resolver denies what the domain's own name servers have."""

from __future__ import annotations

from typing import assert_never

from probes.delegation import ServerState
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain
from scanner.discovery import Looks
from scanner.discovery.looks import DELEGATION, DNS_RECORDS


def is_denied(domain: str, looks: Looks) -> bool:
    """Say whether resolvers deny a domain whose own name servers have it.

    So does a resolver that filters: an authority cannot lack the NS and SOA of its own zone.
    """
    match looks.latest(DELEGATION, Domain(domain)).outcome:
        case Seen(delegation):
            states = {server.state for server in delegation.servers}
            if ServerState.AUTHORITATIVE not in states:
                return False
        case Absent() | Unknown():
            return False
        case never:
            assert_never(never)
    match looks.latest(DNS_RECORDS, Domain(domain)).outcome:
        case Seen(records):
            return isinstance(records.ns, Absent) and isinstance(records.soa, Absent)
        case Absent():
            return True
        case Unknown():
            return False
        case never_either:
            assert_never(never_either)
