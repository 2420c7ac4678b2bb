"""Dates, money, lists, names and choices of form, as each language says them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from babel.numbers import format_currency

from reports.document import Param
from reports.foreign import both_spellings, readable_host, visible
from reports.wording import LOCALES, Wording

RU, EN = Wording("ru", strict=True), Wording("en", strict=True)
NBSP = "\u00a0"


def test_days_moments_and_periods() -> None:
    """Days are said in the language, moments in UTC whatever zone they came in."""
    moscow = timezone(timedelta(hours=3))
    at = datetime(2026, 5, 4, 12, 5, tzinfo=moscow)

    assert RU.day(date(2026, 5, 4)) == f"4{NBSP}мая{NBSP}2026{NBSP}г."
    assert EN.day(date(2026, 5, 4)) == f"4{NBSP}May{NBSP}2026"
    assert RU.moment(at).replace(NBSP, " ") == "4 мая 2026, 09:05 UTC"
    assert (
        EN.period(at, at + timedelta(minutes=7)).replace(NBSP, " ") == "4 May 2026, 09:05–09:12 UTC"
    )
    assert EN.period(at, at + timedelta(seconds=20)) == EN.moment(at)
    assert "–" in EN.period(at, at + timedelta(days=1))
    assert RU.moment(datetime.min.replace(tzinfo=moscow)) == "0001-01-01T00:00:00+03:00"


@pytest.mark.parametrize(
    ("amount", "currency", "ru", "en"),
    [
        ("12400", "RUB", f"12{NBSP}400{NBSP}₽", f"RUB{NBSP}12,400"),
        ("12400.00", "RUB", f"12{NBSP}400{NBSP}₽", f"RUB{NBSP}12,400"),
        ("99.9", "USD", f"99,90{NBSP}$", f"USD{NBSP}99.90"),
        ("5", "горшок", f"5{NBSP}горшок", f"5{NBSP}горшок"),
    ],
)
def test_money(amount: str, currency: str, ru: str, en: str) -> None:
    """Roubles with a space that does not break; kopecks only where there are any."""
    assert RU.money(Decimal(amount), currency) == ru
    assert EN.money(Decimal(amount), currency) == en


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-05-04", f"4{NBSP}May{NBSP}2026"),
        ("2026-13-04", "2026-13-04"),
        ("2026-05-04T09:05:00Z", f"4{NBSP}May{NBSP}2026,{NBSP}09:05{NBSP}UTC"),
        ("xn--80a1acny.xn--p1ai", "почта.рф (xn--80a1acny.xn--p1ai)"),
        ("xn--", "xn--"),
        (1234, "1,234"),
        (True, "yes"),
        (["a", "b"], "a, b"),
        (list("abcdefgh"), "a, b, c, d, e, f and 2 more"),
        ("x" * 300, "x" * 239 + "…"),
        ("a\u202eb", "a\\u202eb"),
    ],
)
def test_parameters_say_themselves(value: Param, said: str) -> None:
    """Dates, names, numbers and lists in parameters need no help from the sentence."""
    assert EN.value(value) == said


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"date": "2026-05-05", "days": 1}, "Paid until 5 May 2026: 1 day left."),
        ({"date": "2026-05-06", "days": 2}, "Paid until 6 May 2026: 2 days left."),
        ({"date": "2026-05-06"}, "The paid term ends soon: 6 May 2026."),
        ({"date": ""}, "The paid term ends soon."),
        ({}, "The paid term ends soon."),
    ],
)
def test_the_most_telling_form_that_can_be_filled_is_said(
    params: dict[str, Param], said: str
) -> None:
    """A missing parameter costs detail, never the sentence."""
    assert EN.say("reason.domain.expires_soon", params).replace(NBSP, " ") == said


def test_a_sentence_that_ends_in_a_date_ends_in_one_full_stop() -> None:
    """«4 мая 2026 г.» brings its own."""
    assert RU.say("reason.certificate.expired", not_after="2026-05-04").endswith("г.")
    assert not RU.say("reason.certificate.expired", not_after="2026-05-04").endswith("..")


def test_what_cannot_be_seen_is_spelt_out() -> None:
    """Controls, bidi marks, zero-width characters and surrogates become visible; letters stay."""
    hidden = "".join(map(chr, (0, 27, 0x9B, 0xAD, 0x200B, 0x202E, 0x2066, 0xFEFF, 0xD800, 0xE0041)))

    shown = visible(hidden + "Ёж 😀\n\t")
    assert shown.isprintable()
    assert shown.startswith(
        "\\x00\\x1b\\x9b\\xad\\u200b\\u202e\\u2066\\ufeff\\ud800\\U000e0041Ёж 😀"
    )
    assert visible("a\nb\r", keep_lines=True) == "a\nb\\x0d"


def test_names_are_shown_in_both_spellings() -> None:
    """Unicode for the reader, ASCII for the check; what is no name stays as it is."""
    assert readable_host("xn--80a1acny.xn--p1ai") == "почта.рф"
    assert both_spellings("romashka.ru") == "romashka.ru"
    assert both_spellings("xn--\u0000.ru") == "xn--\u0000.ru"
    assert readable_host("xn--zzzzzzzzzz99999.ru") == "xn--zzzzzzzzzz99999.ru"


def test_a_moment_said_in_its_own_day() -> None:
    """Midnight in UTC is still that day."""
    assert RU.moment(datetime(2026, 5, 4, tzinfo=UTC)).startswith("4")


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("currency", ["RUB", "USD", "KZT", "XXX"])
@pytest.mark.parametrize(
    "amount",
    ["0", "0.5", "999.995", "1000", "-1000.01", "1234567.125", "98765432109876543210.10", "1E+6"],
)
def test_amounts_are_said_as_the_library_says_them(
    amount: str, currency: str, language: str
) -> None:
    """However large, exact or negative it is: our quicker way differs from the library's in nothing."""
    said = Decimal(amount)
    digits = "#,##0" if said == said.to_integral_value() else "#,##0.00"
    pattern = f"{digits}{NBSP}¤" if language == "ru" else f"¤¤{NBSP}{digits}"

    wanted = format_currency(
        said, currency, pattern, locale=LOCALES[language], currency_digits=False
    )

    assert Wording(language).money(said, currency) == wanted
