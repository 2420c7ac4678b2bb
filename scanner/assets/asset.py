"""One thing that is owned, paid for, renewed or lost."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from msgspec import Struct


class Kind(StrEnum):
    """The kinds of things a verdict can be given on."""

    DOMAIN = "domain"
    SITE = "site"
    HOSTING = "hosting"
    MAIL = "mail"
    CERTIFICATE = "certificate"
    SAAS = "saas"
    LICENCE = "licence"
    ACCOUNT = "account"
    OTHER = "other"


class Asset(Struct, frozen=True, order=True, gc=False):
    """A thing known by its kind and natural key; `str(asset)` is its id: `domain:romashka.ru`."""

    kind: Kind
    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an id; raise ValueError for anything else."""
        kind, colon, key = text.partition(":")
        if not colon or not key:
            raise ValueError(f"not an asset id: {text[:80]!r}")
        return cls(Kind(kind), key)

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"
