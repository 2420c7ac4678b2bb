"""A hosting that is paid, and to which no name that we know leads."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind, Ownership
from scanner.discovery.presence import Lives, presence
from scanner.discovery.scope import registered
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.verdict import Finding

_UNSEEN = frozenset({"backup_hosting", "cloud_storage", "cdn"})
"""Types to which no name need lead, however much they are used."""
_MOST = 10
_OURS = (Ownership.CONFIRMED, Ownership.LIKELY)


@rule(
    id="papers.only_in_papers",
    sentence="A hosting known from papers alone serves none of the names we know; only its panel tells the rest.",
    authority="DESIGN section 4; usage.md 1.3",
    kinds=(Kind.HOSTING,),
    says=(
        "hosting.known_from_papers",
        "hosting.names_live_elsewhere",
        "hosting.names_gone",
        "hosting.no_names",
    ),
)
def only_in_papers(dossier: Dossier) -> Iterator[Finding]:
    """Say that no name leads there, or why that cannot be said."""
    holding = dossier.holding
    said = holding.said
    if said is None or holding.addresses or holding.hosts:
        return
    provider = holding.provider_name or holding.provider
    yield say("hosting.known_from_papers", params={"provider": provider, "source": said.sources[0]})
    if said.type in _UNSEEN:
        yield cannot_tell("role", "no_name_needed")
    elif dossier.scene.is_object(dossier.asset):
        return  # what leads there is judged by the rules on mail and names
    elif _may_be_the_one_seen(dossier):
        yield cannot_tell("names", "may_be_the_one_seen")
    else:
        yield from _where_its_names_are(dossier, said.hosts)
        yield say("hosting.no_names", facet="web")


def _where_its_names_are(dossier: Dossier, names: tuple[str, ...]) -> Iterator[Finding]:
    """Say of the names that the papers give whether they live elsewhere, nowhere, or nobody can tell."""
    elsewhere: list[str] = []
    gone: list[str] = []
    for name in sorted(names):
        found = presence(dossier.looks, name)
        match found.lives:
            case Lives.NOWHERE:
                gone.append(name)
            case Lives.SOMEWHERE:
                elsewhere.append(name)
            case Lives.UNKNOWN if _is_clients(dossier, name):
                yield cannot_tell("names", found.reason, found.sighting, host=name)
            case Lives.UNKNOWN:
                continue  # nobody's name any more, or another's
    if elsewhere:
        yield say("hosting.names_live_elsewhere", params={"names": elsewhere[:_MOST]})
    if gone:
        yield say("hosting.names_gone", params={"names": gone[:_MOST]})


def _may_be_the_one_seen(dossier: Dossier) -> bool:
    """Say whether a hosting of the client was seen at the same provider, and nothing tells them apart."""
    said = dossier.holding.said
    if said is None or said.hosts:
        return False
    return any(
        other.asset.kind is Kind.HOSTING
        and other.provider == dossier.holding.provider
        and other.ownership in _OURS
        and bool(other.addresses)
        and other.said is None
        for other in dossier.scene.holdings.values()
    )


def _is_clients(dossier: Dossier, host: str) -> bool:
    return dossier.scene.is_clients(registered(host))
