"""What papers say reaches the registry as declared, and never over what was seen or said by a person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from scanner.assets import Asset, Kind, Money, Price
from scanner.registry import Incoming, ObjectType, Origin
from scanner.registry.merge import merge, new_object

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOSTING = Asset(Kind.HOSTING, "beget/romashka1")
PRICE = Price(Money(Decimal("3480.00"), "RUB"), 12)


def after(*offers: Incoming):
    """What one object is after these offers, a day apart, and what the last of them met."""
    thing = new_object("romashka", offers[0], "run", AT)
    for day, offer in enumerate(offers):
        merged = merge(thing, offer, f"run {day}", AT + timedelta(days=day))
        thing = merged.thing
    return merged


def declared(**values) -> Incoming:
    """An offer of a paper."""
    return Incoming(asset=HOSTING, declared=frozenset(values), **values)


def test_a_declared_thing_has_its_type_its_price_and_their_origin():
    """A virtual server on an invoice is a server, and what it costs is declared."""
    offer = Incoming(
        asset=HOSTING, type=ObjectType.SERVER, cost=PRICE, declared=frozenset({"cost"})
    )

    thing = after(offer).thing

    assert thing.type is ObjectType.SERVER
    assert thing.cost == PRICE
    assert thing.origins == {"cost": Origin.DECLARED}


@pytest.mark.parametrize(
    ("field", "seen", "said"),
    [
        ("paid_until", date(2027, 5, 4), date(2026, 5, 4)),
        ("registrar", "REGRU-RU", "RU-CENTER"),
        ("auto_renew", True, False),
    ],
)
def test_a_paper_against_what_was_seen_is_a_contradiction(field, seen, said):
    """Also in a later run that saw nothing: the value seen stands, the paper's is filed."""
    merged = after(Incoming(asset=HOSTING, **{field: seen}), declared(**{field: said}))

    assert getattr(merged.thing, field) == seen
    assert merged.thing.origins[field] is Origin.OBSERVED
    assert merged.contradicted == {field: said}


def test_what_is_seen_later_replaces_what_a_paper_said():
    """A paper fills a gap until somebody can see."""
    merged = after(
        declared(paid_until=date(2026, 5, 4)),
        Incoming(asset=HOSTING, paid_until=date(2027, 5, 4)),
    )

    assert merged.thing.paid_until == date(2027, 5, 4)
    assert merged.thing.origins["paid_until"] is Origin.OBSERVED
    assert merged.contradicted == {}


def test_a_newer_paper_replaces_an_older_one():
    """Two papers are of one rank: the last one counts."""
    merged = after(declared(cost=PRICE), declared(cost=Price(Money(Decimal(90), "RUB"), 1)))

    assert merged.thing.cost == Price(Money(Decimal(90), "RUB"), 1)
