"""What a run begins with beside the names that people gave: names like them, and the client's firms."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.target import Organisation
from scanner.discovery.agenda import Look
from scanner.discovery.brand_names import Candidate, candidates
from scanner.discovery.client_words import brand_domains
from scanner.discovery.organisation import firm_spellings
from scanner.discovery.scope import Scope, Seeds

OF_FIRMS = ("organisation_certificates", "organisation_registrations")
"""Probes that look at firms."""


def guesses(seeds: Seeds, scope: Scope) -> tuple[Candidate, ...]:
    """Return what may be registered besides; typed names are brands too, unless there are very many."""
    if not seeds.guesses:
        return ()
    found = candidates((*seeds.brands, *seeds.orgs), brand_domains(scope), seeds.guesses)
    return tuple(one for one in found if scope.sibling(one.name))


def firm_looks(seeds: Seeds) -> Iterator[Look]:
    """Yield the looks at the client's firms: every spelling in certificates, the given one in registers."""
    for org in seeds.orgs:
        for spelling in firm_spellings(org):
            yield Look("organisation_certificates", Organisation.of(spelling))
        if "organisation_registrations" in seeds.keyed:
            yield Look("organisation_registrations", Organisation.of(org))
