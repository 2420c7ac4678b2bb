"""How rules on posture are declared and speak: for the client's own things, and never of their use.

An insecure site is still used (usage.md R20): no finding here leans anywhere, and what could not be
checked, or a rule that broke, blocks no proposal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from probes.kit.observation import Absent, Reason
from probes.kit.target import Domain
from scanner.assets import Kind, Ownership
from scanner.assets.estate import Params
from scanner.discovery import Sighting
from scanner.discovery.looks import DELEGATION, REGISTRATION, RELIED_DOMAIN
from scanner.discovery.scope import registered
from scanner.verdicts.card import Card, rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import Param, say
from scanner.verdicts.verdict import Finding

NOT_CHECKED = "posture.not_checked"
Hear = Callable[[Dossier], Iterator[Finding]]
_CLIENTS = (Ownership.CONFIRMED, Ownership.LIKELY)


def posture_rule(
    *, id: str, sentence: str, authority: str, kinds: tuple[Kind, ...], says: tuple[str, ...]
) -> Callable[[Hear], Card]:
    """Declare a rule that is heard on the client's things alone; `says` are codes without `posture.`."""

    def declare(hear: Hear) -> Card:
        @wraps(hear)
        def on_clients(dossier: Dossier) -> Iterator[Finding]:
            if dossier.holding.ownership in _CLIENTS:
                yield from hear(dossier)

        codes = (*(f"posture.{code}" for code in says), NOT_CHECKED)
        named = rule(
            id=f"posture.{id}",
            sentence=sentence,
            authority=authority,
            kinds=kinds,
            says=codes,
            may_doubt=False,
            posture=True,
        )
        return named(on_clients)

    return declare


def fault(code: str, *sightings: Sighting[Any], **params: Param) -> Finding:
    """Say what is wrong, by a code without `posture.`."""
    told: Params = params
    return say(f"posture.{code}", *sightings, params=told)


def unchecked(check: str, reason: Reason | str, *sightings: Sighting[Any]) -> Iterator[Finding]:
    """Say that something could not be checked; nothing where nobody was to look."""
    if all(one.asked for one in sightings) and reason is not Reason.NOT_ASKED:
        yield say(NOT_CHECKED, *sightings, params={"check": check, "reason": str(reason)})


def free_domain(dossier: Dossier, host: str) -> tuple[str, tuple[Sighting[Any], ...]] | None:
    """Return the registered name above a host and the two proofs that anybody may register it.

    The zone above denies it, by authority, and the registry knows no registration. One alone is none.
    """
    name = registered(host)
    registry = dossier.see(REGISTRATION, Domain(name))
    if not isinstance(registry.outcome, Absent):
        return None
    above: tuple[Sighting[Any], ...] = (
        dossier.see(RELIED_DOMAIN, Domain(name)),
        dossier.see(DELEGATION, Domain(name)),
    )
    for sighting in above:
        match sighting.outcome:
            case Absent(authority) if authority.startswith("NXDOMAIN"):
                return name, (sighting, registry)
    return None
