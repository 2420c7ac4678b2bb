"""What to do in which order, what it saves and from when, and what a mistake would mean."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from selectolax.lexbor import LexborHTMLParser

from reports.audit_file import AuditFile, Entry
from reports.document import Asset, Cost, Document, Finding, NotSeen
from reports.order import STEPS
from reports.outline import Outline, outline, title
from reports.render import render
from reports.rows import IN_FULL_UP_TO
from reports.saving import Saving, a_year, saving_of
from reports.wording import LANGUAGES
from tests.reports import estates

DAY = date(2026, 5, 4)
VARIED = estates.varied()


def plan_of(document: Document) -> Outline:
    return outline(AuditFile.of(document))


def page(document: Document, language: str) -> LexborHTMLParser:
    return LexborHTMLParser(render(document, language, strict=True))


def words(tree: LexborHTMLParser, selector: str) -> str:
    found = tree.css_first(selector)
    assert found is not None, selector
    return re.sub(r"\s+", " ", found.text().replace("\u00a0", " ")).strip()


def test_every_step_stands_in_its_place_with_its_things() -> None:
    """Five steps, numbered; a site is not told beside the domain whose records go anyway."""
    stages = plan_of(VARIED).stages

    assert [stage.step for stage in stages] == list(STEPS)
    assert [[one.name for one in stage.shown] for stage in stages] == [
        ["romashka-mail.com"],
        ["shop.romashka.ru"],
        ["romashka-sale.ru", "romashka2014.ru", "promo.romashka.ru"],
        ["promo.romashka.ru", "timeweb/1"],
        ["romashka-sale.ru", "romashka2014.ru"],
    ]


def test_records_of_a_domain_take_its_sites_with_them() -> None:
    """`shop.` goes with the domain above it, a site of its own does not."""

    def site(name: str) -> Asset:
        return Asset(
            id=f"site:{name}", kind="site", name=name, display_name=name, ownership="likely",
            verdict="switch_off", work=estates.work("remove_dns", if_wrong="site_off", undo="site_off"),
        )  # fmt: skip

    assets = (*VARIED.assets, *map(site, ("shop.romashka2014.ru", "xromashka2014.ru")))
    (records,) = (
        stage
        for stage in plan_of(msgspec.structs.replace(VARIED, assets=assets)).stages
        if stage.step == "remove_dns"
    )

    names = {one.name for one in records.shown}
    assert "xromashka2014.ru" in names
    assert "shop.romashka2014.ru" not in names


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("ru", "оставлять без продления ничего не предлагаем"),
        ("en", "we propose to let nothing expire"),
    ],
)
def test_an_empty_step_says_that_nothing_is_to_be_done(language: str, says: str) -> None:
    """A gap in the numbers would look like something forgotten."""
    kept = tuple(
        one
        if one.verdict != "let_expire"
        else msgspec.structs.replace(one, work=None, verdict="keep")
        for one in VARIED.assets
    )
    tree = page(msgspec.structs.replace(VARIED, assets=kept), language)

    assert says in words(tree, "#step-5")
    assert len(tree.css("#order .step")) == 5


def test_steps_lead_to_the_lines_of_their_things() -> None:
    """Each name is a link that arrives."""
    tree = page(VARIED, "ru")
    ids = {one.attributes["id"] for one in tree.css("[id]")}
    links = [one.attributes["href"][1:] for one in tree.css("#order a")]

    assert len(links) == 9
    assert set(links) <= ids


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_proposal_says_what_a_mistake_means(language: str) -> None:
    """Beside the thing in a report of ordinary size, and in notes with their numbers."""
    tree = page(VARIED, language)
    stops = {"ru": "Если мы ошиблись", "en": "If we are wrong"}[language]
    undone = {
        "ru": "Вернуть можно до 2 июля 2026 г., позже нельзя.",
        "en": "until 2 July 2026, not later.",
    }
    proposed = [one for one in VARIED.assets if one.work and one.work.consequence]

    rows = [row.text() for row in tree.css("#inventory tbody tr") if row.css_first(".if")]
    assert len(rows) == len(proposed) == 6
    assert all(stops in row for row in rows)
    sale = next(row.replace("\u00a0", " ") for row in rows if "romashka-sale.ru" in row)
    assert undone[language] in sale
    assert len(tree.css(".note")) == 6
    assert {link.attributes["href"] for link in tree.css("#decide small a")} == {
        f"#if-{number}" for number in range(1, 7)
    }


def test_a_long_report_says_once_what_a_mistake_means() -> None:
    """There each thing leads to the note, and only its own days are told beside it."""
    tree = page(estates.large(IN_FULL_UP_TO + 200), "en")
    told = tree.css("#inventory .if")

    assert len(tree.css(".note")) == 6
    assert len(told) > 100
    assert {one.css_first("a").attributes["href"][:4] for one in told} == {"#if-"}
    assert all(len(one.text()) < 120 for one in told)


def test_conditions_tell_what_is_done_and_what_is_open() -> None:
    """A need that is met stands there as met."""
    text = words(page(VARIED, "en"), "#do-switch_off .conditions")

    assert (
        "Three agreeing looks are needed, at least three days apart. done for 1, still open for 1"
        in text
    )
    assert "You confirm that it is not needed" in text
    assert "Done already: a second look" in words(page(VARIED, "en"), "#kind-3")


def test_what_needs_a_hand_is_marked() -> None:
    """In the state's column; what no reason beside it tells is said."""
    tree = page(VARIED, "en")

    assert "1 thing needs a hand right now" in words(tree, "#summary .hand")
    marked = [row.text() for row in tree.css("#inventory tbody tr") if row.css_first("td b.hand")]
    assert len(marked) == 1
    assert "The name is not claimed at the service" in marked[0]
    assert "Browsers keep people from" not in marked[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_gap_that_many_things_share_is_said_once_and_first(language: str) -> None:
    """Not beside each of a thousand things; a question it keeps open says so."""
    doubt = Finding(
        code="facet.unknown",
        leans="unknown",
        params={"facet": "role", "reason": "domains_unread", "domains": ["broken.ru"], "count": 1},
    )
    assets = tuple(
        msgspec.structs.replace(one, reasons=(*one.reasons, doubt)) for one in VARIED.assets
    )
    gap = NotSeen(
        code="domains_unread", params={"domains": ["broken.ru"], "count": 1, "things": 20}
    )
    tree = page(msgspec.structs.replace(VARIED, assets=assets, not_seen=(gap,)), language)

    assert "broken.ru" in words(tree, "#summary .alarm")
    assert "broken.ru" not in words(tree, "#inventory")
    assert "broken.ru" not in words(tree, "#decide")
    above = {"ru": "о котором сказано в начале отчёта", "en": "told at the head of this report"}
    said = [one.text() for one in tree.css("#inventory li") if above[language] in one.text()]
    questions = [one for one in VARIED.assets if one.verdict in ("ask", "no_data")]
    assert len(said) == len([one for one in questions if one.ownership == "confirmed"])


def test_what_is_bought_is_called_in_the_language_of_the_report() -> None:
    """A product has a Russian and an English name."""
    asset = next(one for one in VARIED.assets if one.kind == "licence")

    assert title(asset) == title(asset, "ru") == "1С-Битрикс, romashka.ru"
    assert title(asset, "en") == "1C-Bitrix, romashka.ru"
    assert "1С-Битрикс, romashka.ru" not in render(VARIED, "en")
    assert "1C-Bitrix, romashka.ru" in render(VARIED, "en")


def test_what_registry_and_registrar_tell_differently_is_told() -> None:
    """In plain words, and without the name of a person."""
    told = words(page(VARIED, "en"), "#kind-1")

    assert "Unclear dates in the answer expires: 03/08/2026" in told
    assert "registrar (WHOIS): another registrant" in told
    assert "registrar (RDAP): registered 3 February 2014" in told


def entry(verdict: str, cost: Cost | None, paid_until: date | None, **more: Any) -> Entry:
    settled = {"id": "hosting:a/b", "kind": "hosting", "name": "a", **more}
    return Entry(
        row=0, display_name="a", ownership="likely", use="unused", state="none", verdict=verdict,
        needs=(), paid_until=paid_until, registrar=None, provider=None, provider_names={},
        auto_renew=None, cost=cost, projects=(), steps=(), done=(), if_wrong=None, in_hand=False, **settled,
    )  # fmt: skip


def price(amount: str, months: int, currency: str = "RUB", source: str = "invoice") -> Cost:
    return Cost(amount=Decimal(amount), currency=currency, period_months=months, source=source)


@pytest.mark.parametrize(
    ("months", "paid_until", "within"),
    [
        (12, date(2026, 6, 2), "100"),  # one payment falls due within a year
        (12, date(2027, 5, 3), "100"),
        (12, date(2027, 5, 4), "0"),  # already paid for the whole of it
        (24, date(2026, 6, 2), "100"),
        (1, date(2026, 5, 31), "1200"),  # the 31st stays a month's last day
        (3, date(2027, 1, 1), "200"),
        (1, date(2026, 5, 4), "1200"),
        (12, date(2026, 4, 1), "100"),  # ran out: the next falls due next April
    ],
)
def test_a_saving_begins_when_what_is_paid_runs_out(
    months: int, paid_until: date, within: str
) -> None:
    """What is paid already comes back to nobody."""
    saved = saving_of([entry("switch_off", price("100", months), paid_until)], DAY)

    assert [one.within for one in saved.sums] == [Decimal(within)]
    assert [one.a_year for one in saved.sums] == [a_year(price("100", months))]


def test_savings_are_told_by_currency_and_ground_and_never_as_zero() -> None:
    """Things without a price or a day are counted; what nobody pays for by itself is not."""
    saved = saving_of(
        [
            entry("switch_off", price("10", 1), None, id="hosting:a/1"),
            entry("let_expire", price("900", 12), DAY, id="domain:b.ru"),
            entry("let_expire", price("5", 12, "USD", "declared"), DAY, id="domain:c.com"),
            entry("switch_off", None, None, id="hosting:a/2"),
            entry("switch_off", None, None, id="site:d.ru", kind="site"),
            entry("switch_off", price("NaN", 12), None, id="hosting:a/3"),
            entry("ask", price("7000", 12), DAY, id="hosting:a/4"),
        ],
        DAY,
    )

    assert [(one.currency, one.source, one.a_year) for one in saved.sums] == [
        ("RUB", "invoice", Decimal(1020)),
        ("USD", "declared", Decimal(5)),
    ]
    assert [one.id for one in saved.lines] == ["domain:b.ru", "hosting:a/1", "domain:c.com"]
    assert (saved.unpriced, saved.undated) == (2, 1)
    assert saving_of([], DAY) == Saving((), (), 0, 0)


def test_a_price_beyond_measure_is_no_crash() -> None:
    """An audit may come from anybody."""
    vast = price("1e5000", 1)

    assert a_year(vast) > Decimal(10) ** 20
    assert saving_of([entry("switch_off", vast, date.max)], DAY).undated == 0


def test_each_proposal_shows_its_saving_and_when_it_begins() -> None:
    """With what is paid already, and honestly where the price is not known."""
    tree = page(VARIED, "en")
    ending, off = words(tree, "#do-let_expire .items"), words(tree, "#do-switch_off .items")

    assert "Saving: RUB 1,290 a year, from 2 June 2026: until that day it is paid already" in ending
    assert "Saving: RUB 4,188 a year. Until when it is paid already is not known" in off
    assert "price is not known" not in off
    assert "Of it in the next twelve months invoice" not in words(tree, "#money")
    assert words(tree, "#money .gains tbody tr").startswith("Timeweb, 203.0.113.10")
