"""TXT records by which services know a domain's owner, by our own data (`data/txt_tokens.toml`).

A token belongs to an account of the service. So it tells that somebody once set the service up for
this domain, perhaps pays for it still; and of two domains with the same one, that it was the same account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache

import msgspec
from msgspec import Struct

from probes.kit.knowledge import shipped
from probes.kit.sign import Kind

_SHORTEST, _LONGEST = 6, 256
"""Characters of a token. A shorter one may be anybody's, a longer one is no token."""
_LONGEST_KEY = 64
_EXAMPLES = frozenset({"example", "xxxxxx", "xxxxxxxx", "abcdef", "123456", "1234567890"})
"""What stands in instructions, and is copied from there."""


class TokenService(Struct, frozen=True, forbid_unknown_fields=True):
    """A service that hands out tokens, and how its records begin."""

    key: str
    name: str
    """Its name for people."""
    source: str
    source_date: date
    keys: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    product: str = ""
    """Id of the product (`probes.kit.products`), where it is not the key."""
    kind: Kind = "saas"


class TextToken(Struct, frozen=True, order=True):
    """One token: `google-site-verification=abc…` is of the service google, with the value abc…"""

    service: str
    """The key of a TokenService."""
    key: str
    """What the record begins with, lower case: a service may have several kinds of token."""
    value: str
    """As it was written; the same value of the same key is the same account's."""


@cache
def all_token_services() -> dict[str, TokenService]:
    """Return every service by its key; a mistake in the data is a programming error and raises."""
    rows = [row for content in shipped("txt_tokens.toml") for row in content["services"]]
    services = msgspec.convert(rows, list[TokenService])
    return {service.key: service for service in services}


def tokens_in(texts: Iterable[str]) -> tuple[TextToken, ...]:
    """Return the tokens among a domain's TXT records, each once, sorted; other texts are left out."""
    return tuple(sorted({token for text in texts for token in _tokens(text)}))


def _tokens(text: str) -> Iterator[TextToken]:
    said = text.strip().strip('"').strip()
    token = _with_key(said) or _with_start(said)
    if token and _is_token(token.value):
        yield token


def _with_key(text: str) -> TextToken | None:
    cut = min((at for at in (text.find("="), text.find(":")) if at > 0), default=0)
    if not 0 < cut <= _LONGEST_KEY:
        return None
    key = text[:cut].strip().lower()
    # Some services end their key with a random label of their own.
    for known in (key, key.rpartition("-")[0]):
        if service := _by_key().get(known):
            return TextToken(service, known, text[cut + 1 :].strip())
    return None


def _with_start(text: str) -> TextToken | None:
    beginning = text[:_LONGEST_KEY].lower()
    for start, service in _by_start():
        if beginning.startswith(start):
            return TextToken(service, start, text[len(start) :])
    return None


def _is_token(value: str) -> bool:
    plain = value.isascii() and value.isprintable() and " " not in value
    return plain and _SHORTEST <= len(value) <= _LONGEST and value.lower() not in _EXAMPLES


@cache
def _by_key() -> dict[str, str]:
    services = all_token_services().values()
    return {key: service.key for service in services for key in service.keys}


@cache
def _by_start() -> tuple[tuple[str, str], ...]:
    services = all_token_services().values()
    return tuple((start, service.key) for service in services for start in service.starts)
