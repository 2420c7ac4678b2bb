"""When a domain must be renewed."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery.looks import REGISTRATION
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.term import RENEW_WITHIN, ends_on
from scanner.verdicts.verdict import Finding


@rule(
    id="domain.renewal",
    sentence="A domain is due 45 days before its paid term ends; some registries never say when.",
    authority="registry.md; usage.md WHO-01",
    kinds=(Kind.DOMAIN,),
    says=("domain.expires_soon", "domain.expiry_unknown_by_policy"),
    may_doubt=False,
)
def renewal(dossier: Dossier) -> Iterator[Finding]:
    """Say when the term ends, once that is near, or that nobody publishes it."""
    sighting = dossier.see(REGISTRATION, Domain(dossier.asset.key))
    match sighting.outcome:
        case Seen(registration):
            end, today = ends_on(registration), dossier.as_of.date()
            if end is None:
                if not registration.expiry_published:
                    yield say("domain.expiry_unknown_by_policy", sighting)
            elif today <= end <= today + RENEW_WITHIN:
                params: Params = {"date": end.isoformat(), "days": (end - today).days}
                yield say("domain.expires_soon", sighting, params=params)
