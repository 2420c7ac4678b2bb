"""Whether a registration still runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain
from probes.registration import Registration
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery import Sighting
from scanner.discovery.looks import DELEGATION, REGISTRATION
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.term import ends_on, hold, lapse
from scanner.verdicts.verdict import Finding


@rule(
    id="domain.registration_term",
    sentence="A registration that ran out lapses; it is released only by two independent statements.",
    authority="DESIGN section 4; usage.md 1.1, R19; RFC 3915; .ru rules on paid-till and free-date",
    kinds=(Kind.DOMAIN,),
    says=(
        "domain.lapsed_unpaid",
        "domain.lapsed_redemption",
        "domain.lapsed_released",
        "domain.held",
    ),
)
def registration_term(dossier: Dossier) -> Iterator[Finding]:
    """Read the registry's answer; without one, say so."""
    sighting = dossier.see(REGISTRATION, Domain(dossier.asset.key))
    match sighting.outcome:
        case Seen(registration):
            yield from _registered(dossier, registration, sighting)
        case Absent(authority):
            parent = dossier.see(DELEGATION, Domain(dossier.asset.key))
            match parent.outcome:
                case Absent(said) if "NXDOMAIN" in said.upper():
                    params: Params = {"statements": [authority, said]}
                    yield say("domain.lapsed_released", sighting, parent,
                              facet="registration", params=params)  # fmt: skip
                case Seen() | Absent() | Unknown():
                    yield cannot_tell("registration", "one_statement_only", sighting, parent)
                case never:
                    assert_never(never)
        case Unknown(reason):
            yield cannot_tell("registration", reason, sighting)
        case never_either:
            assert_never(never_either)


def _registered(
    dossier: Dossier, registration: Registration, sighting: Sighting[Registration]
) -> Iterator[Finding]:
    today, end = dossier.as_of.date(), ends_on(registration)
    params: Params = {"paid_until": end.isoformat() if end else ""}
    if registration.free_on:
        params["free_on"] = registration.free_on.isoformat()
    state = lapse(registration, today)
    if state and end and end < today and sighting.at and sighting.at.date() <= end:
        # Seen before the term ended: it may have been paid since.
        yield cannot_tell("registration", "stale", sighting)
    elif state:
        yield say(f"domain.{state}", sighting, facet="registration", params=params)
    elif status := hold(registration):
        yield say("domain.held", sighting, facet="registration", params={"status": status})
