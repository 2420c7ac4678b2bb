"""What is sold under a name: the catalogue that every sign leads to (`data/products`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from probes.kit.knowledge import own, shipped

Sells = Literal[
    "hosting", "cloud", "storage", "dns", "mail", "saas", "builder", "cms", "cdn", "front",
    "parking", "market", "registrar", "crm", "shop", "lms", "analytics", "chat", "mailing",
    "payments", "licence", "ca", "carrier",
]  # fmt: skip
ObjectType = Literal[
    "", "account", "cdn", "certificate", "cloud_storage", "cms_licence", "dns_zone", "hosting",
    "licence_key", "mail", "marketplace_sub", "saas_sub", "server",
]  # fmt: skip
Asks = Literal["key", "paid_until"]


class Product(Struct, frozen=True):
    """Something a firm sells or gives away, and what it would be in a renewal registry."""

    id: str
    name: str
    """As its vendor writes it, in Russian where he does."""
    name_en: str
    sells: tuple[Sells, ...]
    object_type: ObjectType
    """Type of the registry object to propose; empty where nothing is the client's to renew."""
    asks: tuple[Asks, ...]
    """What only the client can tell: its key, the day it is paid until."""
    account: str
    """Where its owner logs in, as documented; else empty."""
    source: str
    source_date: date

    @property
    def needs_key_and_date(self) -> bool:
        """True when the licence's key and its date have to come from the client."""
        return "key" in self.asks

    def named(self, language: str) -> str:
        """Return the display name in `ru` or `en`."""
        return self.name_en if language == "en" else self.name


class _Line(Struct, forbid_unknown_fields=True):
    name: str
    name_en: str = ""
    sells: tuple[Sells, ...] | None = None
    object_type: ObjectType | None = None
    asks: tuple[Asks, ...] | None = None
    account: str = ""


class ProductGroup(Struct, forbid_unknown_fields=True):
    """Products that share their facts, as a file holds them: by id, a name or what differs."""

    sells: tuple[Sells, ...]
    source: str
    source_date: date
    products: dict[str, str | dict[str, Any]]
    object_type: ObjectType = ""
    asks: tuple[Asks, ...] = ()

    def each(self) -> Iterator[Product]:
        """Yield the products; raise msgspec.ValidationError for a line that cannot be read."""
        for key, said in self.products.items():
            line = msgspec.convert({"name": said} if isinstance(said, str) else said, _Line)
            given = {field: value for field, value in asdict(line).items() if value is not None}
            shared = {"sells": self.sells, "object_type": self.object_type, "asks": self.asks}
            origin = {"source": self.source, "source_date": self.source_date}
            names = {"id": key, "name_en": line.name_en or line.name}
            yield Product(**{**shared, **given, **origin, **names})


@cache
def all_products() -> Mapping[str, Product]:
    """Return the catalogue by id, the user's lines in place of ours; a mistake in it raises."""
    ours = (row for content in shipped("products") for row in content["groups"])
    rows = [*ours, *own("products")]
    return {one.id: one for row in rows for one in msgspec.convert(row, ProductGroup).each()}


def product(key: str) -> Product | None:
    """Return the product with this id; None where the catalogue has none."""
    return all_products().get(key)


def forget() -> None:
    """Let the next question read the data again: the user's files have changed."""
    all_products.cache_clear()
