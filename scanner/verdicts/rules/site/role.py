"""What a site does for others that its own home page does not show."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.web_host import host_of
from scanner.assets import Kind, Use
from scanner.assets.estate import Params
from scanner.assets.use import use_of
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.references import ON_THE_WAY
from scanner.verdicts.roles import (
    Role,
    Weight,
    doubts,
    pages_unread,
    proof,
    records_unread,
    roles_of,
    told,
)
from scanner.verdicts.verdict import Finding


@rule(
    id="site.role",
    sentence="A host that live pages are put together from, that redirects pass, or that records send mail "
    "and programs to is in use, whatever its home page shows.",
    authority="DESIGN section 4 (role for others); usage.md 1.1 (infrastructure), R3",
    kinds=(Kind.SITE,),
    says=("site.api", "site.content", "site.redirects"),
    asks_all=True,
)
def role(dossier: Dossier) -> Iterator[Finding]:
    """Tell who needs it; where its pages were seen to be in use, or to fail, they tell enough themselves."""
    opinion = dossier.opinions.get(dossier.asset)
    use = use_of(Kind.SITE, opinion.state) if opinion else Use.UNKNOWN
    if use in (Use.USED, Use.REDIRECT):
        return
    roles = [one for host in dossier.holding.hosts for one in roles_of(dossier, host)]
    for one in roles:
        if one.reference.how in ON_THE_WAY:
            yield _on_the_way(dossier, one)
    at_work = [
        one for one in roles if one.weight is Weight.PROVED and one.reference.how not in ON_THE_WAY
    ]
    if at_work:
        yield say("site.api", *proof(dossier, at_work), facet="role", params=told(at_work))
    if use in (Use.IDLE, Use.UNUSED):
        yield from doubts(dossier, [one for one in roles if one.weight is not Weight.PROVED])
        for host in dossier.holding.hosts:
            yield from records_unread(dossier, host)
            yield from pages_unread(dossier, host)


def _on_the_way(dossier: Dossier, one: Role) -> Finding:
    seen = proof(dossier, (one,))
    url, source = one.reference.url, one.reference.source
    if one.reference.how == "leads_on":
        params: Params = {"urls": [url], "led_by": source}
        return say("site.redirects", *seen, facet="role", params=params)
    shown: Params = {"urls": [url], "led_by": source, "host": host_of(url)}
    return say("site.content", *seen, facet="role", params=shown)
