"""Money: rates never looked up in the future, debts by month, savings that count what is unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.assets import Asset, Declaration, Kind, Money, Price
from scanner.renewals.owed import Month, Paid, Payer, Purpose, owed
from scanner.renewals.paid_for import Known, Matcher
from scanner.renewals.rates import Exchanged, Rate, Rates, UnreadableRates, read_rates
from scanner.renewals.savings import Ending, Replacement, Saving, savings

MARCH = date(2026, 3, 1)
USD = Rate(date(2026, 3, 1), "USD", "RUB", D("90"))
LATER = Rate(date(2026, 3, 10), "USD", "RUB", D("100"))
RATES = Rates([LATER, USD])


@pytest.mark.parametrize(
    ("money", "into", "on", "told"),
    [
        (Money(D(10), "USD"), "RUB", date(2026, 3, 9), Exchanged(Money(D("900.00"), "RUB"), USD)),
        (
            Money(D(10), "USD"),
            "RUB",
            date(2026, 3, 10),
            Exchanged(Money(D("1000.00"), "RUB"), LATER),
        ),
        (Money(D(10), "USD"), "RUB", date(2026, 2, 28), None),
        (Money(D(900), "RUB"), "USD", date(2026, 3, 2), Exchanged(Money(D("10.00"), "USD"), USD)),
        (Money(D(10), "USD"), "USD", date(2026, 1, 1), Exchanged(Money(D(10), "USD"))),
        (Money(D(10), "EUR"), "RUB", date(2026, 3, 9), None),
    ],
)
def test_a_rate_of_tomorrow_is_not_known_today(
    money: Money, into: str, on: date, told: Exchanged | None
) -> None:
    """The newest rate of the day or before counts; without one there is no amount."""
    assert RATES.exchange(money, into, on) == told


def test_an_old_rate_is_told_as_old() -> None:
    """After a fortnight it is stale; the same currency never is."""
    found = RATES.exchange(Money(D(1), "USD"), "RUB", date(2026, 6, 1))
    assert found is not None
    assert found.is_stale(date(2026, 6, 1))
    assert not found.is_stale(date(2026, 3, 24))
    assert not Exchanged(Money(D(1), "RUB")).is_stale(date(2099, 1, 1))


def test_rates_are_read_as_people_save_them() -> None:
    """Comma or semicolon, any order of columns, decimal comma."""
    text = "Base;Quote;Date;Rate;Note\nusd;RUB;2026-03-01;92,50;x\nEUR;RUB;2026-03-01;101.7\n"

    assert read_rates(text, "rates.csv") == (
        Rate(MARCH, "USD", "RUB", D("92.50"), "rates.csv"),
        Rate(MARCH, "EUR", "RUB", D("101.7"), "rates.csv"),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column date, base, quote, rate"),
        ("date,base\n", "no column quote, rate"),
        ("date,base,quote,rate\n2026-03-01,USD,RUB,0\n", "row 2: '0' is no rate"),
        ("date,base,quote,rate\n2026-03-01,USD,RUB,NaN\n", "row 2"),
        ("date,base,quote,rate\n2026-03-01,USD,RUB,1e99\n", "row 2"),
        ("date,base,quote,rate\n2026-03-01,USD,USD,1\n", "USD has no rate to itself"),
        ("date,base,quote,rate\n2026-03-01,ДОЛ,RUB,1\n", "is no currency code"),
        ("date,base,quote,rate\n01.03.2026,USD,RUB,1\n", "row 2"),
        ("date,base,quote,rate\n2026-03-01,USD,RUB\n", "row 2"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(text: str, says: str) -> None:
    """Nothing of the file is taken then."""
    with pytest.raises(UnreadableRates, match=says):
        read_rates(text, "rates.csv")


def paid(
    day: str, amount: str, payer: str = "agency", purpose: str = "renewal", currency: str = "RUB"
) -> Paid:
    return Paid(date.fromisoformat(day), Money(D(amount), currency), Payer(payer), Purpose(purpose))


def test_a_debt_is_carried_from_month_to_month() -> None:
    """Laid out by the agency, paid back by the client; what he paid himself is nobody's debt."""
    told = owed([
        paid("2026-01-10", "1000"),
        paid("2026-01-20", "500.50"),
        paid("2026-01-21", "9999", payer="client"),
        paid("2026-02-05", "1200", payer="client", purpose="reimbursement"),
        paid("2026-04-01", "400", payer="client", purpose="reimbursement"),
        paid("2026-04-02", "99.50", payer="agency", purpose="reimbursement"),
        paid("2026-02-07", "15", currency="EUR"),
    ])  # fmt: skip

    assert told == (
        Month(date(2026, 1, 1), "RUB", D("1500.50"), D(0), D("1500.50")),
        Month(date(2026, 2, 1), "EUR", D(15), D(0), D(15)),
        Month(date(2026, 2, 1), "RUB", D(0), D(1200), D("300.50")),
        Month(date(2026, 4, 1), "RUB", D(0), D("300.50"), D(0)),
    )


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 400), st.booleans()), max_size=30))
def test_the_last_balance_is_the_sum_of_all(rows: list[tuple[int, int, bool]]) -> None:
    """Whatever the order, nothing is lost between months."""
    payments = [
        Paid(
            date.fromordinal(MARCH.toordinal() + day), Money(D(cents) / 100, "RUB"),
            Payer.CLIENT if back else Payer.AGENCY,
            Purpose.REIMBURSEMENT if back else Purpose.RENEWAL,
        )
        for cents, day, back in rows
    ]  # fmt: skip
    months = owed(payments)

    total = sum((-D(cents) if back else D(cents)) / 100 for cents, _, back in rows)
    assert (months[-1].balance if months else D(0)) == total


YEAR = Price(Money(D(1200), "RUB"), 12)
MONTHLY = Price(Money(D(5), "USD"), 1)


def ending(id_: str, saving: str = "potential", **other: object) -> Ending:
    values: dict[str, object] = {"cost": YEAR, **other}
    return Ending(id=id_, saving=Saving(saving), **values)  # type: ignore[arg-type]


def test_check_11_an_unknown_price_lowers_coverage_and_not_the_sum() -> None:
    """Check 11: it is counted and named; it is never nothing."""
    with_it = savings([ending("a"), ending("b", cost=None)], MARCH)
    without = savings([ending("a")], MARCH)

    assert with_it.sums == without.sums
    assert (with_it.things, with_it.priced, with_it.unpriced) == (2, 1, ("b",))


def test_check_11_currencies_without_a_rate_are_not_added() -> None:
    """Check 11: they stay beside one another, and the one without a rate is named."""
    both = [ending("a"), ending("b", cost=MONTHLY), ending("c", cost=Price(Money(D(1), "EUR"), 12))]
    told = savings(both, date(2026, 3, 10), RATES, "RUB")

    assert {(one.currency, one.a_year) for one in told.sums} == {
        ("RUB", D("1200.00")), ("USD", D("60.00")), ("EUR", D("1.00")),
    }  # fmt: skip
    assert [(one.a_year, one.things) for one in told.together] == [(D("7200.00"), 2)]
    assert told.not_exchanged == ("EUR",)


def test_a_sum_at_an_old_rate_names_the_rate() -> None:
    """After a fortnight the rate is told with its day; a fresh one is told of by nobody."""
    dollars = [ending("a", cost=MONTHLY)]
    rate = Rate(date(2026, 3, 10), "USD", "RUB", D(90))

    fresh = savings(dollars, date(2026, 3, 24), Rates([rate]), "RUB")
    old = savings(dollars, date(2026, 3, 25), Rates([rate]), "RUB")

    assert (fresh.old_rates, old.old_rates) == ((), (rate,))
    assert fresh.together == old.together


def test_what_is_paid_once_stands_apart() -> None:
    """It is summed by currency, but for what the client keeps, and taken off no saving."""
    transfer, room = Money(D(500), "RUB"), Money(D(20), "EUR")
    both = [ending("a", one_off=(transfer, room)), ending("b", "agreed", one_off=(transfer,))]
    told = savings([*both, ending("c", "refused", one_off=(transfer,))], MARCH)

    assert told.one_off == (room, Money(D(1000), "RUB"))
    assert (
        told.sums
        == savings([ending("a"), ending("b", "agreed"), ending("c", "refused")], MARCH).sums
    )


def test_check_11_an_estimate_stands_apart_from_what_is_sure() -> None:
    """Check 11: an invoice and a guess are two lines."""
    told = savings([ending("a"), ending("b", sure=False)], MARCH)
    assert [(one.sure, one.a_year) for one in told.sums] == [(False, D(1200)), (True, D(1200))]


def test_check_11_what_is_paid_instead_is_taken_off() -> None:
    """Check 11: a replacement is netted, in its own currency."""
    instead = Replacement("b", Price(Money(D(300), "RUB"), 12))
    told = savings([ending("a", replacement=instead)], MARCH)
    assert [(one.a_year, one.things) for one in told.sums] == [(D(900), 1)]
    told = savings([ending("a", replacement=Replacement("b", MONTHLY))], MARCH)
    assert {(one.currency, one.a_year) for one in told.sums} == {("RUB", D(1200)), ("USD", D(-60))}


def test_check_11_what_replaced_several_things_is_paid_once() -> None:
    """Check 11: taken off the saving that has got farthest, and off no other."""
    instead = Replacement("c", Price(Money(D(300), "RUB"), 12))
    told = savings(
        [
            ending("a", saving=Saving.POTENTIAL, replacement=instead),
            ending("b", saving=Saving.REALISED, replacement=instead),
        ],
        MARCH,
    )
    assert {one.saving: one.a_year for one in told.sums} == {
        "realised": D(900),
        "potential": D(1200),
    }


def test_check_11_a_saving_less_an_unknown_price_is_unknown() -> None:
    """Check 11: where nobody knows what is paid instead, the thing is counted and its saving is not."""
    told = savings([ending("a", replacement=Replacement("b", None))], MARCH)
    assert (told.sums, told.unpriced, told.priced, told.things) == ((), ("a",), 0, 1)


@pytest.mark.parametrize(
    ("saving", "paid_until", "to_date"),
    [
        ("realised", date(2026, 3, 1), "0"),
        ("realised", date(2025, 3, 1), "1200.00"),
        ("realised", date(2026, 2, 1), "92.05"),
        ("realised", date(2026, 12, 1), "0"),
        ("realised", None, "0"),
        ("agreed", date(2025, 3, 1), "0"),
        ("potential", date(2025, 3, 1), "0"),
    ],
)
def test_check_11_a_saving_begins_when_the_paid_term_ends(
    saving: str, paid_until: date | None, to_date: str
) -> None:
    """Check 11: what is paid is spent; what is only agreed has saved nothing yet."""
    (told,) = savings([ending("a", saving, paid_until=paid_until)], MARCH).sums
    assert told.to_date == D(to_date)


THINGS = [
    Known(number=1, asset=Asset(Kind.DOMAIN, "romashka.ru"), provider="regru", account="regru/7"),
    Known(number=2, asset=Asset(Kind.HOSTING, "beget/a"), provider="Beget", account="beget/rom1", hosts=("a.ru",)),
    Known(number=3, asset=Asset(Kind.HOSTING, "beget/b"), provider="Beget", account="beget/rom2", hosts=("b.ru",)),
    Known(number=4, asset=Asset(Kind.HOSTING, "fv/x"), provider="FirstVDS", hosts=("c.ru",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "account", "numbers"),
    [
        ({"asset": Asset(Kind.DOMAIN, "romashka.ru")}, "", {1}),
        ({"asset": Asset(Kind.DOMAIN, "other.ru"), "provider": "regru"}, "regru/7", set()),
        ({"asset": Asset(Kind.HOSTING, "beget/rom2"), "provider": "beget"}, "beget/ROM2", {3}),
        (
            {"asset": Asset(Kind.HOSTING, "beget/?"), "provider": "beget", "hosts": ("a.ru",)},
            "",
            {2},
        ),
        ({"asset": Asset(Kind.HOSTING, "beget/?"), "provider": "beget"}, "", {2, 3}),
        ({"asset": Asset(Kind.HOSTING, "fv/?"), "provider_name": "firstvds"}, "", {4}),
        ({"asset": Asset(Kind.HOSTING, "??"), "hosts": ("b.ru", "c.ru")}, "", {3, 4}),
        ({"asset": Asset(Kind.HOSTING, "zz/?"), "provider": "zz"}, "", set()),
        ({"asset": Asset(Kind.OTHER, "thing")}, "", set()),
    ],
)
def test_a_payment_is_for_what_it_names(
    line: dict[str, object], account: str, numbers: set[int]
) -> None:
    """What fits several things fits none for sure."""
    found = Matcher(THINGS).find(Declaration(source="bank.csv", **line), account)  # type: ignore[arg-type]
    assert {one.number for one in found} == numbers
