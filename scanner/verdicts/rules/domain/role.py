"""What a domain does for the client's other domains."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from scanner.assets import Kind, Use
from scanner.assets.estate import Params
from scanner.assets.use import use_of
from scanner.discovery.scope import registered
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.roles import Role, Weight, doubts, proof, roles_of, told
from scanner.verdicts.verdict import Finding

_BY_RELATION = frozenset({"mail", "name_server", "sender", "alias"})
"""What `served_by` tells of, even where nothing answers."""
_ALIVE = (Use.USED, Use.REDIRECT)


@rule(
    id="domain.role",
    sentence="A domain that others lean on for name servers, mail, SPF, an alias or parts of their pages is "
    "infrastructure.",
    authority="usage.md 1.1 (infrastructure); DESIGN section 4",
    kinds=(Kind.DOMAIN,),
    says=("domain.infrastructure",),
    asks_all=True,
)
def role(dossier: Dossier) -> Iterator[Finding]:
    """Name who leans on it; while a domain of the client is unread, it may be leaning too."""
    leaning = [str(asset) for asset in dossier.scene.subjects(dossier.asset, "served_by")]
    if leaning:
        params: Params = {"for": leaning[:10], "count": len(leaning)}
        yield say("domain.infrastructure", facet="role", params=params)
    yield from _for_pages(dossier)
    unread, key = dossier.scene.unread, dossier.asset.key
    # Sorted, and asked of every domain: it is not gone through whole.
    place = bisect_left(unread, key)
    count = len(unread) - (unread[place : place + 1] == (key,))
    if count:
        others = [name for name in unread[:11] if name != key]
        yield cannot_tell("role", "domains_unread", domains=others[:10], count=count)


def _for_pages(dossier: Dossier) -> Iterator[Finding]:
    """Tell who takes parts of pages from its hosts. What is dead there is no use, and a danger to let go."""
    key = dossier.asset.key
    roles = [
        one
        for host in dossier.scene.referred_to(key)
        for one in roles_of(dossier, host)
        if one.reference.how not in _BY_RELATION and _is_anothers(one, key)
    ]
    proved = [one for one in roles if one.weight is Weight.PROVED]
    if proved:
        params = told(proved)
        yield say("domain.infrastructure", *proof(dossier, proved), facet="role", params=params)
    elif not _is_alive(dossier):
        yield from doubts(dossier, roles)


def _is_anothers(role: Role, domain: str) -> bool:
    """Leave out what its own records say; its own pages speak for it themselves."""
    return registered(role.reference.source) != domain or role.reference.how == "program"


def _is_alive(dossier: Dossier) -> bool:
    return any(
        use_of(kind, opinion.state) in _ALIVE
        for kind in (Kind.SITE, Kind.MAIL)
        for opinion in dossier.hanging_on_it("of_domain", kind)
    )
