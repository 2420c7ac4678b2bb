"""What a domain's mail makes of it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind, Use
from scanner.assets.use import use_of
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.ground import is_out_of_dns
from scanner.verdicts.verdict import Finding


@rule(
    id="domain.mail",
    sentence="Mail that may be read by somebody keeps a domain from being called unused.",
    authority="DESIGN section 4; usage.md R4, R6, row 7",
    kinds=(Kind.DOMAIN,),
    says=("domain.active_mail", "domain.mail_broken"),
)
def takes_mail(dossier: Dossier) -> Iterator[Finding]:
    """Carry over what was found of the domain's mail."""
    opinions = tuple(dossier.hanging_on_it("of_domain", Kind.MAIL))
    for opinion in opinions:
        told = {"state": opinion.state}
        match use_of(Kind.MAIL, opinion.state):
            case Use.USED:
                yield say("domain.active_mail", facet="mail", params=told)
            case Use.BROKEN:
                yield say("domain.mail_broken", facet="mail", params=told)
            case Use.UNUSED:
                continue
            case _ if not is_out_of_dns(dossier):
                yield cannot_tell("mail", opinion.doubt)
    if not opinions:
        yield cannot_tell("mail", "not_asked")
