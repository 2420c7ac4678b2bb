"""What a consultant asks for: a client, his names, and where to begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from probes.kit.target import canonical_name
from scanner.assets import Asset, Ownership
from scanner.discovery import Frontier, Seeds
from scanner.intake.names import TYPED, Declared, UnreadableInput, from_file
from scanner.intake.names import typed as typed_names
from scanner.registry import Client
from scanner.service.arguments import slug_of
from scanner.settings import Settings


class AuditRequest(Struct, frozen=True):
    """What a consultant asks for."""

    client: Client
    names: tuple[Declared, ...]
    labels: tuple[str, ...] = ()
    """Host labels to try under the client's own domains."""
    zone_lists: tuple[Path, ...] = ()
    """Registries' own lists, for the registrations that cannot be looked up."""
    fresh: bool = False
    """Ask registries again, also where a recent answer of theirs is kept."""


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
    for data, source in lists:
        names += from_file(data, "stdin" if source == "-" else Path(source).name)
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
    return AuditRequest(
        Client(slug=slug, name=client, org=tuple(orgs), brands=tuple(brands), inns=tuple(inns)),
        tuple(best.values()),
        labels,
        tuple(zone_lists),
        fresh,
    )


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


def seeds_of(request: AuditRequest, words: Mapping[Asset, Ownership] | None = None) -> Seeds:
    """Return what discovery begins with; `words` is what people said of ownership."""
    said = {ownership: set[str]() for ownership in Ownership}
    for asset, ownership in (words or {}).items():
        said[ownership].add(str(asset))
    return Seeds(
        domains=tuple(n.name for n in request.names if not n.paper and n.source == TYPED),
        from_files={n.name: n.source for n in request.names if not n.paper and n.source != TYPED},
        from_papers={n.name: n.source for n in request.names if n.paper},
        confirmed=frozenset(said[Ownership.CONFIRMED]),
        foreign=frozenset(said[Ownership.FOREIGN]),
        orgs=request.client.org,
        inns=request.client.inns,
        brands=request.client.brands,
        labels=request.labels,
    )


def frontier_of(request: AuditRequest, seeds: Seeds, settings: Settings) -> Frontier:
    """Return the looks to make, begun from the seeds."""
    return Frontier(seeds, depth=settings.depth, max_hosts=settings.max_hosts)
