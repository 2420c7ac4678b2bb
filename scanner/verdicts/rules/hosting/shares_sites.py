"""One site on two hostings: an old machine and a new one, both paid."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Asset, Kind
from scanner.assets.estate import Params
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding

_MOST = 10


@rule(
    id="hosting.shares_sites",
    sentence="Where one site lives on two hostings, one of them may be left from a move: a question, "
    "never a proof, for visitors reach both.",
    authority="usage.md row 27",
    kinds=(Kind.HOSTING,),
    says=("hosting.shares_sites",),
    may_doubt=False,
)
def shares_sites(dossier: Dossier) -> Iterator[Finding]:
    """Name the sites that live elsewhere as well, and where."""
    sites: list[str] = []
    others: set[str] = set()
    for site in dossier.scene.subjects(dossier.asset, "on_hosting"):
        if site.kind is Kind.SITE:
            elsewhere = set(dossier.scene.objects(site, "on_hosting")) - {dossier.asset}
            if elsewhere:
                sites.append(site.key)
                others |= {_called(dossier, one) for one in elsewhere}
    if sites:
        told: Params = {
            "sites": sites[:_MOST],
            "others": sorted(others)[:_MOST],
            "count": len(sites),
        }
        yield say("hosting.shares_sites", params=told)


def _called(dossier: Dossier, hosting: Asset) -> str:
    holding = dossier.scene.holding(hosting)
    return (holding.provider_name or holding.provider) if holding else hosting.key
