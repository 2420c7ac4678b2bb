"""What a name's own registration, certificate, tenant and pages say of who holds it: the client, or another firm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from probes.kit.observation import AnyObservation, Seen
from probes.legal_pages import LegalPages
from probes.microsoft_tenant import MicrosoftTenant
from probes.registration import HolderKind, Registration
from probes.tls_certificate import ServedCertificate, Trust
from probes.website import Website
from scanner.assets.estate import Params
from scanner.discovery.lead import name_in
from scanner.discovery.organisation import same_organisation
from scanner.discovery.page_marks import own_pages
from scanner.discovery.scope import Seeds, registered
from scanner.discovery.weights import Piece, piece

ANOTHER_HOLDER = "holder_is_another_organisation"
ANOTHER_FIRM = "another_firm_on_page"


def own_signs(observation: AnyObservation, seeds: Seeds) -> Iterator[Piece]:
    """Yield what an answer about a name says of its holder, weighed."""
    ids = observation.evidence
    match observation.outcome:
        case Seen(Registration() as fact):
            yield from _holder(fact, seeds, ids)
        case Seen(ServedCertificate(trust=Trust.TRUSTED, organisation=organisation)):
            # An authority looked at the papers of a firm before it wrote its name into a certificate.
            if is_the_client(organisation, seeds.orgs):
                yield piece("certificate_of_the_client", {"holder": organisation}, ids)
        case Seen(MicrosoftTenant(brand=Seen(brand))):
            if is_the_client(brand, seeds.orgs):
                yield piece("tenant_bears_client_name", {"holder": brand}, ids)
        case Seen(Website() as site):
            own = registered(name_in(observation.target))
            pages = (page.relations.legal_names for page in own_pages(site, own))
            yield from _legal_names(chain.from_iterable(pages), seeds, ids)
        case Seen(LegalPages(legal_names=names)):
            yield from _legal_names(names, seeds, ids)


def is_the_client(organisation: str, orgs: Iterable[str]) -> bool:
    """Say whether a firm is called like one of the client's."""
    return any(same_organisation(organisation, org) for org in orgs)


def _holder(fact: Registration, seeds: Seeds, ids: tuple[str, ...]) -> Iterator[Piece]:
    """A number outranks a name: firms may be called alike, and each has a number of its own."""
    holder = fact.holder
    if holder.kind is not HolderKind.ORGANISATION:
        return
    numbers = bool(seeds.inns and holder.inn)
    same_inn = numbers and holder.inn in seeds.inns
    same_name = is_the_client(holder.name, seeds.orgs) and (same_inn or not numbers)
    told: Params = {"holder": holder.name, "inn": holder.inn}
    if same_inn:
        yield piece("holder_inn_is_the_clients", told, ids)
    if same_name:
        yield piece("holder_is_the_client", told, ids)
    if (numbers or (seeds.orgs and holder.name)) and not same_inn and not same_name:
        yield piece(ANOTHER_HOLDER, told, ids)


def _legal_names(names: Iterable[str], seeds: Seeds, ids: tuple[str, ...]) -> Iterator[Piece]:
    """The client's firm on a page; or another firm, where it is the only one there."""
    named = dict.fromkeys(names)
    ours = next((name for name in named if is_the_client(name, seeds.orgs)), "")
    if ours:
        # Among others it stands in an agency's list of customers, too.
        alone = all(is_the_client(name, seeds.orgs) for name in named)
        yield piece("legal_name_on_page", {"holder": ours}, ids, less=0 if alone else 1)
    elif seeds.orgs and len(named) == 1:
        yield piece(ANOTHER_FIRM, {"holder": next(iter(named))}, ids)
