"""What a column's heading may mean, by our table of words (`data/columns.toml`)."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from scanner.intake.phrases import Phrases, words_of


class Meaning(StrEnum):
    """What a column says of the thing in its row."""

    DOMAIN = "domain"
    PAID_UNTIL = "paid_until"
    CREATED = "created"
    PAID_ON = "paid_on"
    PRICE = "price"
    INCOME = "income"
    CURRENCY = "currency"
    PERIOD = "period"
    PROVIDER = "provider"
    REGISTRAR = "registrar"
    ACCOUNT = "account"
    HOLDER = "holder"
    INN = "inn"
    AUTO_RENEW = "auto_renew"
    STATUS = "status"
    WHAT = "what"
    SECRET = "secret"  # noqa: S105 - the name of a meaning
    NAME_SERVERS = "name_servers"
    NOTE = "note"


def is_heading(text: str) -> bool:
    """Say whether a cell reads like a heading we know."""
    return bool(meanings_of(text))


@lru_cache(maxsize=4_096)
def meanings_of(heading: str) -> tuple[Meaning, ...]:
    """Return what a heading may mean, the likeliest first: the longest phrase counts, then the first word."""
    words = words_of(heading)
    found = _phrases().found_in(words)
    ranked = sorted(found, key=lambda one: (-one[1], one[0]))
    return tuple(dict.fromkeys(meaning for _, _, meaning in ranked))


@cache
def _phrases() -> Phrases[Meaning]:
    raw = tomllib.loads(files("scanner.intake").joinpath("data/columns.toml").read_text("utf-8"))
    return Phrases((phrase, Meaning(name)) for name, phrases in raw.items() for phrase in phrases)
