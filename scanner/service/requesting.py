"""What a consultant asks for: a client, his names, and where to begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from probes.kit.keyed import probes_with
from probes.kit.target import canonical_name
from scanner.assets import Asset, Declaration, Ownership
from scanner.discovery import Frontier, Seeds
from scanner.discovery.accounts import exported_names
from scanner.discovery.client_words import brand_domains
from scanner.discovery.scope import Scope
from scanner.discovery.zone_names import words_of
from scanner.intake.names import TYPED, Declared, UnreadableInput
from scanner.intake.names import typed as typed_names
from scanner.intake.paper import read_paper
from scanner.intake.rows import Reading
from scanner.registry import Client
from scanner.runs.listed import NO_LISTS, Sifted, sift
from scanner.service.arguments import slug_of
from scanner.settings import Settings


class AuditRequest(Struct, frozen=True):
    """What a consultant asks for."""

    client: Client
    names: tuple[Declared, ...]
    labels: tuple[str, ...] = ()
    """Host labels to try, before the shipped ones, under the client's own domains."""
    zone_lists: tuple[Path, ...] = ()
    """Registries' own lists: for names like the client's, and for registrations that cannot be looked up."""
    fresh: bool = False
    """Ask registries again, also where a recent answer of theirs is kept."""
    declarations: tuple[Declaration, ...] = ()
    """What the client's papers say, row by row."""
    readings: tuple[Reading, ...] = ()
    """How the papers' columns were read, for him to confirm."""
    sifted: Sifted = NO_LISTS
    """Names of the lists that hold a word of the client's."""


def request(
    *,
    client: str,
    typed: Sequence[str] = (),
    lists: Iterable[tuple[bytes, str]] = (),
    orgs: Sequence[str] = (),
    brands: Sequence[str] = (),
    inns: Sequence[str] = (),
    words: tuple[bytes, str] | None = None,
    zone_lists: Iterable[Path] = (),
    fresh: bool = False,
) -> AuditRequest:
    """Read what a consultant gave; raise a ValueError with one sentence for what cannot be used."""
    slug = slug_of(client)
    names = list(typed_names(typed))
    papers = [
        read_paper(data, "stdin" if source == "-" else Path(source).name) for data, source in lists
    ]
    names += (name for paper in papers for name in paper.names)
    if not names:
        raise UnreadableInput(
            "no name to start from; type domains after the client, or give a list with --from FILE."
        )
    for inn in inns:
        if not (inn.isascii() and inn.isdigit() and len(inn) in (10, 12)):
            raise UnreadableInput(f"--inn {inn!r} is not a taxpayer number of 10 or 12 digits.")
    labels = _labels(*words) if words else ()
    best: dict[str, Declared] = {}
    for name in sorted(names, key=lambda name: name.paper):  # his own word outranks a paper
        best.setdefault(name.name, name)
    asked = AuditRequest(
        Client(slug=slug, name=client, org=tuple(orgs), brands=tuple(brands), inns=tuple(inns)),
        tuple(best.values()),
        labels,
        tuple(zone_lists),
        fresh,
        tuple(one for paper in papers for one in paper.declarations),
        tuple(one for paper in papers for one in paper.readings),
    )
    return replace(asked, sifted=_sifted(asked)) if asked.zone_lists else asked


def _sifted(asked: AuditRequest) -> Sifted:
    """Go through the lists for his brands, his firms, and what his domains are called unless they are many."""
    scope = Scope(_named(asked))
    words = words_of((*asked.client.brands, *asked.client.org), brand_domains(scope))
    return sift(asked.zone_lists, words, scope.domains)


def _labels(data: bytes, source: str) -> tuple[str, ...]:
    labels = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        word = line.partition("#")[0].strip()
        if not word:
            continue
        try:
            labels.append(canonical_name(word))
        except ValueError as error:
            raise UnreadableInput(f"{source}, line {number}: {error}.") from error
    return tuple(dict.fromkeys(labels))


def seeds_of(
    request: AuditRequest, settings: Settings, words: Mapping[Asset, Ownership] | None = None
) -> Seeds:
    """Return what discovery begins with; `words` is what people said of ownership.

    Who wants no leads followed (`depth` 0) gets no guesses either.
    """
    said = {ownership: set[str]() for ownership in Ownership}
    for asset, ownership in (words or {}).items():
        said[ownership].add(str(asset))
    seeds = replace(
        _named(request),
        confirmed=frozenset(said[Ownership.CONFIRMED]),
        foreign=frozenset(said[Ownership.FOREIGN]),
        orgs=request.client.org,
        inns=request.client.inns,
        brands=request.client.brands,
        listed=request.sifted.names if settings.depth else {},
        guesses=settings.guesses if settings.depth else 0,
        keyed=probes_with(settings.keys.services),
        searches=settings.search and settings.depth > 0,
    )
    return replace(seeds, exported=exported_names(request.declarations, seeds))


def _named(request: AuditRequest) -> Seeds:
    return Seeds(
        domains=tuple(n.name for n in request.names if not n.paper and n.source == TYPED),
        from_files={n.name: n.source for n in request.names if not n.paper and n.source != TYPED},
        from_papers={n.name: n.source for n in request.names if n.paper},
    )


def encoded(request: AuditRequest) -> bytes:
    """Return a request as it is kept; lists of registries were gone through and are not."""
    return msgspec.json.encode(replace(request, zone_lists=(), readings=()))


def decoded(body: bytes) -> AuditRequest:
    """Read a request that was kept."""
    return msgspec.json.decode(body, type=AuditRequest, dec_hook=_no_files)


def _no_files(kind: type, value: object) -> object:
    raise NotImplementedError(f"a request keeps no {kind.__name__}: {value!r}")


def frontier_of(request: AuditRequest, seeds: Seeds, settings: Settings) -> Frontier:
    """Return the looks to make, begun from the seeds."""
    return Frontier(seeds, depth=settings.depth, max_hosts=settings.max_hosts)
