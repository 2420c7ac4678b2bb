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

W = TypeVar("W", bound=StrEnum)


class UnknownThing(ValueError):
    """A client, probe, target, verdict or asset that does not exist; says what does."""


_RESERVED = {"con", "nul", "prn", "aux"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(10)
}


def slug_of(client: str) -> str:
    """Return the client's name as a folder name, `ООО Ромашка` → `ooo-romashka`."""
    name = slug(client)
    if not name or name in _RESERVED:
        raise UnknownThing(f"{client[:80]!r} is no name for a client; use letters and digits.")
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
        known = ", ".join(client.slug for client in book.clients()) or "none yet"
        raise UnknownThing(f"there is no client {name!r} here; known: {known}.")
    return found


def word_of(words: type[W], text: str | None, what: str) -> W | None:
    """Read one word of a closed list; None stays None."""
    if text is None:
        return None
    try:
        return words(text)
    except ValueError:
        raise UnknownThing(f"{text!r} is no {what}; choose from {', '.join(words)}.") from None
