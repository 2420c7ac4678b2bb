"""Mail that goes to a hosting, or may leave from it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind, Use
from scanner.assets.use import use_of
from scanner.discovery.scope import registered
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.rules.hosting.behind_front import is_front
from scanner.verdicts.verdict import Finding


@rule(
    id="hosting.serves_mail",
    sentence="Mail blocks: a hosting that some MX or SPF of the client reaches is not proved unused.",
    authority="usage.md R4, rows 7 and 11; DESIGN section 4",
    kinds=(Kind.HOSTING,),
    says=("hosting.serves_mail", "hosting.mail_points_here", "hosting.no_listener"),
    asks_all=True,
)
def serves_mail(dossier: Dossier) -> Iterator[Finding]:
    """Judge every domain whose mail reaches this hosting, and name those we could not read."""
    if is_front(dossier):
        return
    for mail in dossier.hanging_on_it("on_hosting", Kind.MAIL):
        domain = mail.asset.key
        told = {"domain": domain}
        match use_of(Kind.MAIL, mail.state):
            case Use.USED:
                yield say("hosting.mail_points_here", params=told)
                yield say("hosting.serves_mail", facet="mail", params=told)
            case Use.BROKEN:
                yield say("hosting.mail_points_here", params=told)
                yield say("hosting.no_listener", facet="mail", params=told)
            case Use.UNUSED:
                continue
            case _:
                yield say("hosting.mail_points_here", params=told)
                yield cannot_tell("mail", mail.doubt, domain=domain)
    for name in dossier.names_hanging_on_it("mail_on_hosting"):
        yield cannot_tell("mail", "perhaps_yours", domain=name)
    for mail in dossier.hanging_on_it("sends_from", Kind.MAIL):
        yield cannot_tell("mail", "may_send_from_here", domain=mail.asset.key)
    here = sorted({registered(host) for host in dossier.holding.hosts} - {""})
    unseen = [domain for domain in here if dossier.scene.gaps.get(domain)]
    if unseen:
        yield cannot_tell("mail", "domains_unread", domains=unseen[:10], count=len(unseen))
    if dossier.scene.unread:
        unread = list(dossier.scene.unread)
        yield cannot_tell("mail", "domains_unread", domains=unread[:10], count=len(unread))
