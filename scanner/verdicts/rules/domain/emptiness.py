"""A domain that leads nowhere: forgotten, or kept so on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.discovery.looks import DELEGATION, DNS_RECORDS, MAIL_POLICY
from scanner.discovery.presence import Lives, presence
from scanner.verdicts.card import rule
from scanner.verdicts.denial import is_denied
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.ground import is_out_of_dns
from scanner.verdicts.verdict import Finding


@rule(
    id="domain.emptiness",
    sentence="Delegated, with no address and no mail, is dark; with a null MX, -all and reject it is "
    "kept on purpose.",
    authority="DESIGN section 4; M3AAWG parked domains practice; usage.md 1.1, R8",
    kinds=(Kind.DOMAIN,),
    says=("domain.dark", "domain.defensive"),
)
def emptiness(dossier: Dossier) -> Iterator[Finding]:
    """Tell a dark domain from a defensive one, and both from one we could not see."""
    if is_out_of_dns(dossier):
        return
    kept = _kept_on_purpose(dossier)
    policy = dossier.see(MAIL_POLICY, Domain(dossier.asset.key))
    if kept is None:
        yield cannot_tell("mail", "policy_unseen", policy)
    elif kept:
        yield say("domain.defensive", policy, facet="mail")
    elif _leads_nowhere(dossier) and _has_no_mail(dossier):
        yield from _dark(dossier)


def _dark(dossier: Dossier) -> Iterator[Finding]:
    records = dossier.see(DNS_RECORDS, Domain(dossier.asset.key))
    parent = dossier.see(DELEGATION, Domain(dossier.asset.key))
    match records.outcome:
        case Seen(fact) if not is_denied(dossier.asset.key, dossier.looks):
            wildcard = fact.wildcard
        case Seen() | Absent():
            # It is delegated and served: whoever denies it to us does so on his own account.
            yield cannot_tell("names", "contradiction", parent, records)
            return
        case Unknown(reason):
            yield cannot_tell("names", reason, records)
            return
        case never:
            assert_never(never)
    match wildcard:
        case Absent():
            yield say("domain.dark", parent, records, facet="web")
        case Seen():
            yield cannot_tell("names", "wildcard", records)
        case Unknown(reason):
            yield cannot_tell("names", reason, records)
        case never_either:
            assert_never(never_either)


def _leads_nowhere(dossier: Dossier) -> bool:
    hosts = dossier.holding.hosts
    return bool(hosts) and all(
        presence(dossier.looks, host).lives is Lives.NOWHERE for host in hosts
    )


def _has_no_mail(dossier: Dossier) -> bool:
    return any(
        opinion.state in ("declared_off", "none")
        for opinion in dossier.hanging_on_it("of_domain", Kind.MAIL)
    )


def _kept_on_purpose(dossier: Dossier) -> bool | None:
    """Say whether null MX, SPF `-all` and DMARC reject are all there; None while none is disproved."""
    records = dossier.see(DNS_RECORDS, Domain(dossier.asset.key)).outcome
    match records:
        case Seen(fact) if fact.null_mx:
            pass
        case Seen() | Absent() | Unknown():
            return False
        case never:
            assert_never(never)
    match dossier.see(MAIL_POLICY, Domain(dossier.asset.key)).outcome:
        case Unknown():
            return None
        case Absent():
            return False
        case Seen(policy):
            match policy.spf:
                case Seen(spf):
                    denies: bool | None = spf.denies_all
                case Absent():
                    denies = False
                case Unknown():
                    denies = None
                case never_two:
                    assert_never(never_two)
            rejects = None if isinstance(policy.dmarc, Unknown) else policy.dmarc_policy == "reject"
            if denies is False or rejects is False:
                return False
            return True if denies and rejects else None
        case never_three:
            assert_never(never_three)
