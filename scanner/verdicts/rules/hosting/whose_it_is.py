"""Whose a hosting is, where more than its address tells, or another thing than its address."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.products import product
from probes.kit.providers import all_providers
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery.hosting_providers import (
    Signs,
    is_internal,
    is_same_firm,
    named_by_signs,
    signs_of,
)
from scanner.discovery.notes import Notes
from scanner.discovery.owners import Owner, owner_of
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding


@rule(
    id="hosting.whose_it_is",
    sentence="Where an address names no hoster, pages, mail and name servers may; where they name another "
    "than the address does, both are told, for both may be paid.",
    authority="DESIGN section 4; usage.md 1.3 (attribution)",
    kinds=(Kind.HOSTING,),
    says=("hosting.provider_by_signs", "hosting.provider_disputed", "hosting.panel"),
    may_doubt=False,
)
def whose_it_is(dossier: Dossier) -> Iterator[Finding]:
    """Explain where the provider is taken from; it changes nothing of the use."""
    holding = dossier.holding
    if not holding.addresses or any(map(is_internal, holding.addresses)):
        return
    notes = Notes(dossier.looks)
    found = signs_of(holding, notes)
    if found.panels:
        yield say("hosting.panel", params={"panels": list(map(_called, found.panels))})
    owners = [owner_of(dossier.looks, ip) for ip in holding.addresses]
    named = named_by_signs(holding, owners, notes)
    if named:
        signs = list(found.hosters[named.key])
        yield say("hosting.provider_by_signs", params={"provider": named.name, "signs": signs})
    elif others := _others(owners, found):
        names = {one.key: one.name for one in all_providers()}
        params: Params = {
            "others": [names[key] for key in others],
            "signs": sorted({sort for key in others for sort in found.hosters[key]}),
        }
        if holding.provider_name:
            params["provider"] = holding.provider_name
        yield say("hosting.provider_disputed", params=params)


def _others(owners: list[Owner], found: Signs) -> list[str]:
    """The hosters that signs name and no address does."""
    known = {owner.key for owner in owners} - {""}
    return [key for key in found.hosters if not any(is_same_firm(key, one) for one in known)]


def _called(panel: str) -> str:
    sold = product(panel)
    return sold.name if sold else panel
