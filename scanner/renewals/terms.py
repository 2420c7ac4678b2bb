"""Which days a period has: from what is known of its type and product, the settings, and its own dates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from scanner.assets import Kind
from scanner.renewals.anchors import Anchor
from scanner.renewals.cycle import Days

Before = Annotated[int, Meta(ge=0, le=730)]
DEFAULT = "default"
"""What the settings call the terms of every type."""
MONTH = 30
SHORT_LIVED = 100
"""A certificate valid for so many days at most renews itself about a third before its end."""


class Terms(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The terms of one type or product; `data/terms.toml` says what each field means."""

    source: str = ""
    checked: date | None = None
    thresholds: tuple[Before, ...] = ()
    period_months: Annotated[int, Meta(ge=1, le=240)] | None = None
    renew_from: Before | None = None
    cheap_after: Annotated[int, Meta(ge=-730, le=730)] | None = None
    decide_before: Before | None = None
    stops_after: Before | None = None
    grace: Before | None = None
    lost_after: Before | None = None
    quiet_after: Before | None = None
    stale_after: Before | None = None
    counts: Anchor | None = None
    counts_lapsed: Anchor | None = None


class OwnDays(Struct, frozen=True, kw_only=True, gc=False):
    """Dates that the registry keeps of one object; they win where they belong to the period."""

    renew_from: date | None = None
    cheap_until: date | None = None
    decide_by: date | None = None
    service_stops: date | None = None
    grace_until: date | None = None
    lost_at: date | None = None


class BadTerms(ValueError):
    """Terms in the settings that cannot be; the message says which and why."""


class TermsBook:
    """The terms of every type and product."""

    def __init__(self, own: Mapping[str, Any] | None = None) -> None:
        """Take ours, and the settings' over them. Raises BadTerms."""
        self._tables = {type: _layers(type, table) for type, table in _shipped().items()}
        for type, table in (own or {}).items():
            for product, terms in _layers(type, table).items():
                ours = self._tables.setdefault(type, {})
                ours[product] = _over(terms, ours.get(product, Terms()))
        self._found: dict[tuple[str, str], Terms] = {}
        self._alike: dict[Terms, Terms] = {}

    def terms(self, type: str, product: str = "") -> Terms:
        """Return the terms of a product of a type: its own, then its type's, then the default ones.

        Of two that have the same terms both times the very same are returned.
        """
        key = type, product
        if key not in self._found:
            of_type, default = self._tables.get(type, {}), self._tables[DEFAULT][""]
            found = _over(of_type.get("", Terms()), default)
            for part in _suffixes(product):
                found = _over(of_type.get(part, Terms()), found)
            self._found[key] = self._alike.setdefault(found, found)
        return self._found[key]

    @property
    def losses(self) -> tuple[tuple[str, str, int], ...]:
        """Return what may be anybody's after so many days: type or DEFAULT, product or "", days."""
        return tuple(
            (type, product, terms.lost_after)
            for type, products in self._tables.items()
            for product, terms in products.items()
            if terms.lost_after is not None
        )

    @property
    def horizons(self) -> tuple[int, Mapping[str, int]]:
        """Return how many days before its last day anything is told at the earliest: by default, by type."""
        default = max(self._tables[DEFAULT][""].thresholds)
        by_type = {}
        for type, products in self._tables.items():
            widest = (max(terms.thresholds) for terms in products.values() if terms.thresholds)
            usual = 0 if products.get("", Terms()).thresholds else default
            by_type[type] = max((*widest, usual))
        del by_type[DEFAULT]
        return default, by_type


def days_of(due: date, terms: Terms, own: OwnDays, period: int) -> Days:
    """Return the days of the period of so many months that ends on `due`."""

    def day(said: date | None, after: int | None) -> date | None:
        # A date that was typed in for an earlier period says nothing of this one.
        if said is not None and abs((said - due).days) < period * MONTH:
            return said
        return None if after is None else due + timedelta(days=after)

    return Days(
        due=due,
        renew_from=day(own.renew_from, _negative(terms.renew_from)),
        cheap_until=day(own.cheap_until, terms.cheap_after),
        decide_by=day(own.decide_by, _negative(terms.decide_before)),
        service_stops=day(own.service_stops, terms.stops_after),
        grace_until=day(own.grace_until, terms.grace),
        lost_at=day(own.lost_at, terms.lost_after),
    )


def product_of(kind: str, key: str, provider: str | None) -> str:
    """Return under which suffix or product a thing's terms may be filed."""
    if kind == Kind.DOMAIN:
        return key.partition(".")[2]
    return key.partition("/")[0] if "/" in key else (provider or "").lower()


def last_day(days: Days, today: date) -> date:
    """Return the next last day to act on: of notice, of the reduced price, of the paid term.

    One that has gone by without anybody acting gives way to the next; the end of the term is the last.
    """
    known = (day for day in (days.decide_by, days.cheap_until) if day is not None)
    return min((day for day in known if today <= day < days.due), default=days.due)


def thresholds(terms: Terms, months: int | None, valid_for: int | None = None) -> tuple[int, ...]:
    """Return the thresholds, widest first: no more than half a period, or somebody would always be told.

    Of a certificate that lives `valid_for` days, and few of them, those within its last third.
    """
    kept = sorted(set(terms.thresholds), reverse=True)
    if months is not None:
        kept = [one for one in kept if one * 2 <= months * MONTH] or kept[-1:]
    if valid_for is not None and valid_for <= SHORT_LIVED:
        kept = [one for one in kept if one * 3 < valid_for] or [max(1, valid_for // 4)]
    return tuple(kept)


def quieter(thresholds: tuple[int, ...], auto_renew: bool | None) -> tuple[int, ...]:
    """Return the thresholds of what is not to be paid: the first, and the last two where it may renew itself."""
    return (
        thresholds[:1]
        if auto_renew is False
        else tuple(dict.fromkeys((*thresholds[:1], *thresholds[-2:])))
    )


def tolerance(months: int | None) -> timedelta:
    """Return by how much a renewed date may fall short of a whole period."""
    return timedelta(days=min(30, (months or 1) * MONTH // 4))


@cache
def _shipped() -> dict[str, Any]:
    text = (files("scanner.renewals") / "data" / "terms.toml").read_text("utf-8")
    return tomllib.loads(text)


def _layers(type: str, table: Any) -> dict[str, Terms]:
    """Return the terms of a type under "", and those of its suffixes or products under their names."""
    if not isinstance(table, Mapping):
        raise BadTerms(f"[terms.{type}] must be a table")
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    found = {"": _read(type, plain)}
    for product, inner in table.items():
        if isinstance(inner, Mapping):
            found[product] = _read(f"{type}.{product}", inner)
    return found


def _read(name: str, table: Mapping[str, Any]) -> Terms:
    try:
        return msgspec.convert(table, Terms)
    except msgspec.ValidationError as error:
        raise BadTerms(f"[terms.{name}] cannot be used: {error}") from error


def _over(upper: Terms, lower: Terms) -> Terms:
    said = {
        name: value
        for name in Terms.__struct_fields__
        if (value := getattr(upper, name)) not in (None, (), "")
    }
    return msgspec.structs.replace(lower, **said)


def _suffixes(product: str) -> tuple[str, ...]:
    """Return what a product's terms may be filed under, the widest first: `ru`, `com.ru`."""
    labels = product.split(".") if product else []
    return tuple(".".join(labels[place:]) for place in reversed(range(len(labels))))


def _negative(days: int | None) -> int | None:
    return None if days is None else -days
