"""Whether a stranger could come to read, send or hear of a domain's mail."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Absent, Seen
from probes.kit.target import Domain, Host
from scanner.assets import Kind
from scanner.discovery.looks import ADDRESSES, DNS_RECORDS, MAIL_POLICY
from scanner.discovery.presence import Lives, presence
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, free_domain, posture_rule
from scanner.verdicts.verdict import Finding


@posture_rule(
    id="takeover_mail",
    sentence="A mail record that names a domain nobody holds gives that part of the mail to whoever "
    "registers it.",
    authority="usage.md TKO-04",
    kinds=(Kind.MAIL,),
    says=("takeover_mx", "takeover_spf", "takeover_dmarc", "takeover_mta_sts"),
)
def takeover_mail(dossier: Dossier) -> Iterator[Finding]:
    """Look at every name that the mail records give; a free domain needs two proofs."""
    domain = Domain(dossier.asset.key)
    records = dossier.see(DNS_RECORDS, domain)
    match records.outcome:
        case Seen(fact):
            match fact.mx:
                case Seen(exchanges):
                    for host in dict.fromkeys(one.host for one in exchanges if one.host):
                        gone = presence(dossier.looks, host).lives is Lives.NOWHERE
                        if gone and (free := free_domain(dossier, host)):
                            yield fault("takeover_mx", records, *free[1], host=host, domain=free[0])
    policy = dossier.see(MAIL_POLICY, domain)
    match policy.outcome:
        case Seen(said):
            match said.spf:
                case Seen(spf):
                    for name in spf.gone:
                        if free := free_domain(dossier, name):
                            yield fault("takeover_spf", policy, *free[1], name=name, domain=free[0])
            for one in said.reports_accepted:
                if isinstance(one.outcome, Absent) and (free := free_domain(dossier, one.by)):
                    yield fault("takeover_dmarc", policy, *free[1], domain=free[0])
    announced = dossier.see(ADDRESSES, Host(f"mta-sts.{domain.name}"))
    match announced.outcome:
        case Seen(way) if way.dangling and way.chain:
            if free := free_domain(dossier, way.chain[-1]):
                told = {"target": way.chain[-1], "domain": free[0]}
                yield fault("takeover_mta_sts", announced, *free[1], **told)
