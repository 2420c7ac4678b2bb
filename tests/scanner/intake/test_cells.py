"""A cell is a day, an amount, a term, a number of a taxpayer, or it is not: nothing is guessed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.intake.cells import (
    Amount,
    Order,
    currency_in,
    day_parts,
    names_in,
    period_in,
    read_amount,
    read_day,
    read_inn,
    read_period,
    read_yes,
)

DAYS = st.dates(date(1995, 1, 1), date(2099, 12, 31))
SUMS = st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2)


@pytest.mark.parametrize(
    ("text", "value", "currency", "months"),
    [
        ("1 990,00 ₽", "1990.00", "RUB", None),
        ("1\u00a0990,00\u202f₽", "1990.00", "RUB", None),
        ("$12.98", "12.98", "USD", None),
        ("12.98 USD", "12.98", "USD", None),
        ("1.990,00 EUR", "1990.00", "EUR", None),
        ("€1,990.00", "1990.00", "EUR", None),
        ("1'990.50", "1990.50", "", None),
        ("1,234,567.89", "1234567.89", "", None),
        ("1.234.567", "1234567.00", "", None),
        ("1 990-00", "1990.00", "", None),
        ("1990=50 руб.", "1990.50", "RUB", None),
        ("-1 990,00", "-1990.00", "", None),
        ("(1 990,00)", "-1990.00", "", None),
        ("1 990 руб.", "1990.00", "RUB", None),
        ("150 руб./мес.", "150.00", "RUB", 1),
        ("1 990 ₽ / год", "1990.00", "RUB", 12),
        ("0,00", "0.00", "", None),
        ("12.5", "12.50", "", None),
    ],
)
def test_money_is_read_as_people_write_it(text: str, value: str, currency: str, months: int | None):
    """Thousands by space, point, comma or apostrophe; kopecks after whichever mark comes last."""
    assert read_amount(text) == Amount(Decimal(value), currency, months)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "12.05.2027", "2027-05-12", "1.2.3.4", "10 12 штук", "₽", "12 ₽ $", "1,23,4",
     "1990/2000", "счёт 123", "+7 495 123-45-67", "1" * 30, "1990 ₽ скидка"],
)  # fmt: skip
def test_what_is_no_amount_is_none(text: str):
    """Days, addresses, telephone numbers and sentences are no money."""
    assert read_amount(text) is None


@given(SUMS, st.sampled_from(["₽", "руб.", "RUB"]), st.sampled_from([" ", "\u00a0", "."]))
def test_every_russian_amount_comes_back(value: Decimal, sign: str, group: str):
    """However thousands are parted."""
    text = f"{value:,.2f}".replace(",", "_").replace(".", ",").replace("_", group)

    assert read_amount(f"{text} {sign}") == Amount(value, "RUB")


@given(SUMS)
def test_every_american_amount_comes_back(value: Decimal):
    """The sign before, the point for cents."""
    assert read_amount(f"${value:,.2f}") == Amount(value, "USD")


@given(st.text(max_size=80))
def test_no_text_breaks_a_reader(text: str):
    """Whatever a cell holds."""
    read_amount(text)
    day_parts(text)
    read_day(text, Order.DAY_FIRST)
    read_period(text)
    period_in(text)
    read_inn(text)
    read_yes(text)
    names_in(text)
    currency_in(text)


@given(DAYS)
def test_every_day_comes_back_in_its_columns_order(day: date):
    """Day first, month first, year first: the column says which."""
    shown = {
        Order.DAY_FIRST: f"{day:%d/%m/%Y}",
        Order.MONTH_FIRST: f"{day:%m/%d/%Y}",
        Order.YEAR_FIRST: day.isoformat(),
    }
    for order, text in shown.items():
        assert read_day(text, order) == day
    assert read_day(f"{day:%d.%m.%Y}", Order.DAY_FIRST) == day
    assert read_day(f"{day.isoformat()}T10:00:00Z", Order.YEAR_FIRST) == day


@given(DAYS)
def test_a_day_that_could_be_two_is_none_without_an_order(day: date):
    """`5/12/2027` is one of two days; `25/12/2027` is one."""
    text = f"{day:%d/%m/%Y}"
    sure = day.day > 12

    assert (read_day(text, None) == day) is sure
    if sure:
        assert read_day(text, Order.MONTH_FIRST) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12 мая 2027 г.", date(2027, 5, 12)),
        ("May 12, 2027", date(2027, 5, 12)),
        ("12-May-2027", date(2027, 5, 12)),
        ("12.05.27", date(2027, 5, 12)),
        ("12.05.2027 10:15:00", date(2027, 5, 12)),
        ("2027/05/12", date(2027, 5, 12)),
        ("29.02.2027", None),
        ("99.99.2027", None),
        ("192.168.1.1", None),
        ("1.10.2", None),
        ("12.05.2027a", None),
        ("00.00.0000", None),
        ("30/11/-0001", None),
        ("1970-01-01", None),
    ],
)
def test_days_are_read_as_people_write_them(text: str, day: date | None):
    """Names of months in two languages; impossible days and stand-ins for none are none."""
    assert read_day(text, Order.DAY_FIRST) == day


@pytest.mark.parametrize(
    ("text", "months"),
    [("12 мес.", 12), ("1 год", 12), ("2 years", 24), ("monthly", 1), ("в год", 12), ("квартал", 3),
     ("ежегодно", 12), ("2026 года", None), ("год рождения", None), ("", None), ("120 лет", None)],
)  # fmt: skip
def test_terms_are_months(text: str, months: int | None):
    """Nobody pays for a hundred years."""
    assert read_period(text) == months


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("Оплата хостинга на 1 год", 12),
        ("за март 2026 г.", 1),
        ("за период 01.01.2026 - 31.12.2026", 12),
        ("продление на 12 месяцев", 12),
        ("Абонентская плата за месяц", 1),
        ("Оплата по счёту 123 от 12.05.2026 г.", None),
        ("Оплата за 2026 год", None),
    ],
)
def test_a_sentence_tells_the_term_it_pays(text: str, months: int | None):
    """A day of a bill and a number of a year are no terms."""
    assert period_in(text) == months


@given(st.integers(0, 999_999_999))
def test_one_tax_number_in_ten_is_good(number: int):
    """Of ten numbers that differ in the last digit, exactly one has the right check digit."""
    stem = f"{number:09}"
    good = [stem + str(digit) for digit in range(10) if read_inn(stem + str(digit))]

    assert len(good) == (0 if stem == "0" * 9 else 1)


def test_tax_numbers_of_persons_have_two_check_digits():
    """Twelve digits."""
    assert read_inn("500100732259") == "500100732259"
    assert read_inn("500100732258") == ""
    assert read_inn("7707083893") == "7707083893"
    assert read_inn("١٢٣٤٥٦٧٨٩٠") == ""


@given(DAYS, st.integers(1, 40))
def test_a_day_is_no_amount_and_an_amount_is_no_day(day: date, more: int):
    """A column is one or the other."""
    later = day + timedelta(days=more)
    assert read_amount(f"{later:%d.%m.%Y}") is None
    assert day_parts(f"{more * 100},00 ₽") is None
