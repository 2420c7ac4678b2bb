"""Whether a domain is in the DNS at all."""

from __future__ import annotations

from typing import Any, assert_never

from probes.kit.observation import Absent, Outcome, Seen, Unknown
from probes.kit.target import Domain
from scanner.discovery.looks import DELEGATION, DNS_RECORDS
from scanner.discovery.presence import Lives, presence
from scanner.verdicts.dossier import Dossier


def is_out_of_dns(dossier: Dossier) -> bool:
    """Say whether the domain is proved to answer nobody: not delegated, or lame everywhere.

    Then a failed look below it has a known cause and is no blind spot. Whatever resolvers still
    find there disproves it: names may lie in the parent's own zone, and servers refuse us alone.
    """
    match dossier.see(DELEGATION, Domain(dossier.asset.key)).outcome:
        case Seen(delegation):
            return delegation.lame and not is_found_by_resolvers(dossier)
        case Absent():
            return not is_found_by_resolvers(dossier)
        case Unknown():
            return False
        case never:
            assert_never(never)


def is_found_by_resolvers(dossier: Dossier) -> bool:
    """Say whether a resolver gave any record of the domain, or any address at or below it."""
    match dossier.see(DNS_RECORDS, Domain(dossier.asset.key)).outcome:
        case Seen(fact):
            parts: tuple[Outcome[Any], ...] = (
                fact.ns, fact.soa, fact.mx, fact.txt, fact.caa, fact.wildcard,
            )  # fmt: skip
            if any(isinstance(part, Seen) for part in parts):
                return True
    return any(
        presence(dossier.looks, host).lives is Lives.SOMEWHERE for host in dossier.holding.hosts
    )
