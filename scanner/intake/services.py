"""What a sentence of a paper pays for, and to whom, by our table of words (`data/services.toml`)."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from probes.kit.providers import Provider, all_providers, provider_of_name
from scanner.assets import Kind
from scanner.intake.cells import name_of
from scanner.intake.phrases import Phrases, words_of


class Service(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of thing that is paid for."""

    kind: Kind
    type: str
    """Type of registry object."""
    name: str
    words: tuple[str, ...]
    source: str
    product: str = ""
    """Key of the product, for SaaS and licences."""


class Payee(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who is paid."""

    key: str
    name: str
    words: tuple[str, ...] = ()
    source: str = ""
    only: str = ""
    """Type of what he sells, when he sells one thing."""
    registers: bool = False
    """He registers domains."""


class _Tables(Struct, frozen=True, forbid_unknown_fields=True):
    service: tuple[Service, ...]
    payee: tuple[Payee, ...]


@cache
def tables() -> _Tables:
    """Return all services and payees; a mistake in the data is a programming error and raises."""
    raw = files("scanner.intake").joinpath("data/services.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(raw), _Tables)


def service_of_type(type: str) -> Service | None:
    """Return the service that is registered as this type of object."""
    return next((one for one in tables().service if one.type == type and not one.product), None)


@lru_cache(maxsize=8_192)
def service_in(text: str) -> Service | None:
    """Return what a sentence pays for; None where no word says."""
    found = _services().found_in(_without_names(text))
    return min(found, key=lambda one: one[0])[2] if found else None


@lru_cache(maxsize=8_192)
def payee_in(text: str) -> Payee | None:
    """Return the provider a sentence or a payee's line names: by his brand, or by a name of his."""
    words = words_of(text)
    found = _payees().found_in(words)
    if found:
        return min(found, key=lambda one: (-one[1], one[0]))[2]
    for word in words:
        if name := name_of(word):
            provider = provider_of_name(name)
            if provider and "parking" not in provider.kinds:
                return _known(provider.key) or _unlisted(provider)
    return None


def is_providers(name: str) -> bool:
    """Say whether a name belongs to somebody who sells, so that a sentence naming it means him."""
    return provider_of_name(name) is not None or bool(_payees().found_in([name]))


def _known(key: str) -> Payee | None:
    return next((one for one in tables().payee if one.key == key), None)


def _unlisted(provider: Provider) -> Payee:
    return Payee(provider.key, provider.name, registers="registrar" in provider.kinds)


def _without_names(text: str) -> list[str]:
    # `shop-server.ru` is no server.
    return words_of(
        " ".join(word for word in text.split() if not name_of(word.strip("().,;:«»\"'")))
    )


@cache
def _services() -> Phrases[Service]:
    return Phrases((words, one) for one in tables().service for words in one.words)


@cache
def _payees() -> Phrases[Payee]:
    listed = [(words, one) for one in tables().payee for words in one.words]
    known = {one.key for one in tables().payee}
    others = (
        (" ".join(words_of(one.name)), _unlisted(one))
        for one in all_providers()
        if one.key not in known and "parking" not in one.kinds and len(one.name) > 3
    )
    return Phrases([*listed, *others])
