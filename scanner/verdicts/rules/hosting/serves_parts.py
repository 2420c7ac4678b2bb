"""Files and programs on a hosting that other pages and hosts lean on."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind, Use
from scanner.assets.use import use_of
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.roles import (
    Weight,
    doubts,
    pages_unread,
    proof,
    roles_of,
    state_of_host,
    told,
)
from scanner.verdicts.rules.hosting.behind_front import is_front
from scanner.verdicts.verdict import Finding

_TOLD_ELSEWHERE = frozenset({"mail", "name_server", "sender", "reports", "address"})
"""What the rules on mail and names judge, and what needs a domain and no server."""
_NOTHING_SHOWN = (Use.IDLE, Use.UNUSED, None)


@rule(
    id="hosting.serves_parts",
    sentence="A hosting is used by everything that is put together from its hosts, stubs or not.",
    authority="DESIGN section 4 (role for others); usage.md 1.3, R3",
    kinds=(Kind.HOSTING,),
    says=("hosting.serves_role",),
    asks_all=True,
)
def serves_parts(dossier: Dossier) -> Iterator[Finding]:
    """Tell who takes what from here; a front has it from elsewhere."""
    if is_front(dossier):
        return
    roles = [
        one
        for host in dossier.holding.hosts
        for one in roles_of(dossier, host)
        if one.reference.how not in _TOLD_ELSEWHERE
    ]
    proved = [one for one in roles if one.weight is Weight.PROVED]
    if proved:
        params = told(proved)
        yield say("hosting.serves_role", *proof(dossier, proved), facet="role", params=params)
        return
    yield from doubts(dossier, [one for one in roles if _is_stub(dossier, one.host)])
    for host in dossier.holding.hosts:
        if _is_stub(dossier, host):
            yield from pages_unread(dossier, host)


def _is_stub(dossier: Dossier, host: str) -> bool:
    """Say whether its pages would speak for an end; where they do not, no doubt is needed."""
    state = state_of_host(dossier, host)
    return (use_of(Kind.SITE, state) if state else None) in _NOTHING_SHOWN
