"""What a domain publishes about who may send in its name."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.discovery.looks import MAIL_POLICY
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding


@rule(
    id="mail.sender_signs",
    sentence="Sender policies and keys show that somebody once set up mail, or forbade it.",
    authority="RFC 7208, RFC 6376, RFC 9989; usage.md 1.4, R8",
    kinds=(Kind.MAIL,),
    says=("mail.spf_denies_all", "mail.spf_allows", "mail.dkim_found", "mail.dmarc_reject"),
    may_doubt=False,
)
def sender_signs(dossier: Dossier) -> Iterator[Finding]:
    """Remark on SPF, DKIM and DMARC; none of them decides alone."""
    sighting = dossier.see(MAIL_POLICY, Domain(dossier.asset.key))
    match sighting.outcome:
        case Seen(policy):
            match policy.spf:
                case Seen(spf):
                    code = "mail.spf_denies_all" if spf.denies_all else "mail.spf_allows"
                    yield say(code, sighting, params={"record": spf.record[:500]})
            match policy.dkim:
                case Seen(selectors):
                    params = {"selectors": list(selectors)}
                    yield say("mail.dkim_found", sighting, params=params)
            if policy.dmarc_policy == "reject":
                yield say("mail.dmarc_reject", sighting)
