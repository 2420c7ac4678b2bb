"""What a person typed, read as the thing it names, or refused in one sentence that says what exists."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from probes.kit.target import canonical_name
from reports.wording import LANGUAGES
from scanner.assets import Asset, Kind
from scanner.assets.slug import slug
from scanner.registry import Client, Registry
from scanner.registry.refused import Refused, UnknownThing

__all__ = [
    "UnknownThing",
    "asset_of",
    "client_of",
    "no_client",
    "report_languages",
    "slug_of",
    "word_of",
]

W = TypeVar("W", bound=StrEnum)


_RESERVED = {"con", "nul", "prn", "aux"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(10)
}


def slug_of(client: str) -> str:
    """Return the client's name as a folder name, `ООО Ромашка` → `ooo-romashka`."""
    name = slug(client)
    if not name or name in _RESERVED:
        raise Refused("no_client_name", name=repr(client[:80]))
    return name


def report_languages(words: Iterable[str]) -> tuple[str, ...]:
    """Return the languages without repeats; refuse one that no report is written in."""
    chosen = tuple(dict.fromkeys(words))
    for language in chosen:
        if language not in LANGUAGES:
            raise UnknownThing(
                f"there is no report in {language!r}; choose from {', '.join(LANGUAGES)}."
            )
    if not chosen:
        raise UnknownThing(f"no language is given; choose from {', '.join(LANGUAGES)}.")
    return chosen


def asset_of(text: str) -> Asset:
    """Read `kind:name`; a domain, site or mail is spelled canonically."""
    try:
        asset = Asset.parse(text)
        if asset.kind in (Kind.DOMAIN, Kind.SITE, Kind.MAIL):
            return Asset(asset.kind, canonical_name(asset.key))
        return asset
    except ValueError as error:
        raise UnknownThing(f"{error}; write it like domain:romashka.ru.") from error


def client_of(book: Registry, name: str) -> Client:
    """Return a client by his name or slug."""
    found = book.client(slug_of(name))
    if found is None:
        raise no_client(name, [client.slug for client in book.clients()])
    return found


def no_client(name: str, known: Iterable[str]) -> Refused:
    """Return the refusal of a client whom nobody knows."""
    return Refused("no_client", name=repr(name[:80]), known=", ".join(known) or "—")


def word_of(words: type[W], text: str | None, what: str) -> W | None:
    """Read one word of a closed list; None stays None."""
    if text is None:
        return None
    try:
        return words(text)
    except ValueError:
        raise Refused("no_word", what=what, value=repr(text), choices=words) from None
