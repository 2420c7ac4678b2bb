"""What the proposals would save: prices of papers, a sum for each currency and ground; no price is not zero."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reports import document as doc
from scanner.document.savings import Proposals


def asset(verdict: str, cost: doc.Cost | None, ownership: str = "likely") -> doc.Asset:
    """A thing with this verdict and price."""
    return doc.Asset(
        id="hosting:beget/a", kind="hosting", name="a", display_name="a", ownership=ownership, use="unused",
        state="no_names", verdict=verdict, confidence="weak", cost=cost,
    )  # fmt: skip


def price(amount: str, months: int, currency: str = "RUB", source: str = "invoice") -> doc.Cost:
    """A price for so many months."""
    return doc.Cost(amount=Decimal(amount), currency=currency, period_months=months, source=source)


def told(*assets: doc.Asset) -> doc.Savings:
    """What is said after these."""
    proposals = Proposals()
    for one in assets:
        proposals.pass_by(one)
    return proposals.added_to(doc.Savings(priced=3, total=9))


@pytest.mark.parametrize("verdict", ["keep", "ask", "renew", "fix", "transfer", "no_data"])
def test_what_is_kept_saves_nothing(verdict: str):
    """A question is no proposal."""
    saved = told(asset(verdict, price("100", 1)))

    assert (saved.proposed, saved.proposed_total, saved.priced) == ((), 0, 3)


def test_proposals_are_summed_a_year_by_currency_and_ground():
    """A monthly invoice counts twelve times; a declared price is another ground."""
    saved = told(
        asset("switch_off", price("300.00", 1)),
        asset("let_expire", price("199.00", 12)),
        asset("let_expire", price("10.00", 12, "USD", "declared")),
    )

    sums = [(one.amount, one.currency, one.source) for one in saved.proposed]
    assert sums == [
        (Decimal("3799.00"), "RUB", "invoice"),
        (Decimal("10.00"), "USD", "declared"),
    ]
    assert (saved.proposed_priced, saved.proposed_total) == (3, 3)


def test_a_proposal_without_a_price_is_counted_and_not_zero():
    """Of two things one has a price; a stranger's is none of the client's."""
    saved = told(
        asset("switch_off", None),
        asset("switch_off", price("300.00", 12)),
        asset("switch_off", price("999.00", 12), "possible"),
    )

    assert [one.amount for one in saved.proposed] == [Decimal("300.00")]
    assert (saved.proposed_priced, saved.proposed_total) == (1, 2)
