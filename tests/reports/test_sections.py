"""The sections beside the list to sign: each counts what is there, and says so where there is nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from reports.audit_file import AuditFile
from reports.changes import between, sorts_of
from reports.departures import departures_of
from reports.document import Answer, Asset, Change, Document, Registry, RegistryObject, StepDone
from reports.editions import edition_of
from reports.outline import Outline, outline
from reports.render import pieces, render
from reports.terms import Sums
from reports.wording import LANGUAGES
from tests.reports import estates
from tests.reports.browser import INSTALLED, browser
from tests.reports.hostile import PAYLOADS, spoiled
from tests.reports.test_render import shape, words

KEPT = estates.registered()


def plan(document: Document) -> Outline:
    return outline(AuditFile.of(document))


def page(document: Document, language: str = "en", **more: Any) -> LexborHTMLParser:
    return LexborHTMLParser(render(document, language, strict=True, **more))


def with_assets(*assets: Asset, **more: Any) -> Document:
    return replace(estates.empty(), assets=assets, **more)


def hosting(name: str, verdict: str = "keep", **more: Any) -> Asset:
    return estates.asset(f"hosting:{name}", name, verdict, "used", "serves_sites", **more)


def in_all(sums: Sums) -> dict[str, str]:
    return {f"{currency} {source}": str(amount) for (currency, source), amount in sums.items()}


# The calendar.


def test_what_is_paid_by_the_month_comes_up_in_every_month() -> None:
    """And what is paid once a year in one; grounds stay apart, and an unknown price is counted."""
    document = with_assets(
        hosting("a/1", cost=estates.cost("480", "price_list", 1), paid_until=date(2026, 5, 20)),
        hosting("b/1", cost=estates.cost("1200"), paid_until=date(2026, 7, 1), auto_renew=True),
        hosting("c/1", paid_until=date(2026, 7, 9)),
        hosting("d/1", "switch_off", cost=estates.cost("300", "invoice", 6), paid_until=date(2026, 8, 1)),
    )  # fmt: skip

    months = plan(document).calendar.months
    told = {month.first: month for month in months}

    assert [month.first for month in months][:2] == [date(2026, 5, 1), date(2026, 6, 1)]
    assert len(months) == 12
    assert all(in_all(month.of("pay"))["RUB price_list"] == "480" for month in months)
    july = told[date(2026, 7, 1)]
    assert in_all(july.of("pay")) == {"RUB price_list": "480", "RUB invoice": "1200"}
    assert (july.count, july.unpriced, july.by_itself) == (3, 1, 1)
    assert [first for first, month in told.items() if month.of("end")] == [
        date(2026, 8, 1),
        date(2027, 2, 1),
    ]


def test_what_is_overdue_has_a_line_of_its_own() -> None:
    """And without any price the months say nothing."""
    late = hosting("a/1", cost=estates.cost("600"), paid_until=date(2026, 4, 1))

    months = plan(with_assets(late)).calendar.months

    assert (months[0].first, in_all(months[0].of("pay"))) == (None, {"RUB invoice": "600"})
    assert plan(with_assets(replace(late, cost=None))).calendar.months == ()


def test_the_registry_outranks_what_was_seen() -> None:
    """A person's price and day take the place of the machine's, in the calendar and in the row."""
    asset = hosting("a/1", cost=estates.cost("600", "estimate"), paid_until=date(2026, 9, 1))
    line = RegistryObject(
        id="7", type="hosting", name="A", asset="hosting:a/1", paid_until=date(2026, 6, 1),
        cost=estates.cost("700", "declared"), payer="agency", manager="Мария С.", projects=("Витрина",),
    )  # fmt: skip
    document = with_assets(asset, registry=Registry(objects=(line,)))

    (term,) = plan(document).calendar.lines
    tree = page(document)

    assert (term.on, term.cost and term.cost.amount) == (date(2026, 6, 1), Decimal(700))
    assert "the agency pays, Мария С." in words(tree, ".dates-table")
    assert "RUB 700 a year, as the client says" in words(tree, "#inventory table")
    assert "Витрина" in words(tree, "#projects")


# Money.


def test_every_row_of_the_money_table_is_there_and_unknown_is_not_zero() -> None:
    """Sums on different grounds have rows of their own; what has no price is told beside them."""
    rows = {row.code: row for row in plan(KEPT).money.rows}
    told = {
        code: [(str(line.amount), line.source) for line in row.lines] for code, row in rows.items()
    }

    assert told["spending"] == [("58640", "invoice"), ("5760", "price_list")]
    assert told["proposed"] == [("2580", "invoice"), ("4188", "estimate")]
    assert [line.percent for line in rows["proposed"].lines] == [Decimal(4), None]
    assert told["agreed"] == [("1290.00", "invoice")]
    assert rows["agreed"].unpriced == 1
    assert told["realised"] == [("4188.00", "invoice")]
    assert told["saved"] == [("1390.50", "invoice")]
    assert told["refused"] == [("9000.00", "declared")]
    assert told["replacements"] == [("1188.00", "declared")]
    assert told["one_off"] == [("20", ""), ("500", "invoice")]
    sunk = rows["sunk"].lines[0]
    assert (sunk.until, 0 < sunk.amount < 2580) == (date(2026, 11, 30), True)
    text = words(page(KEPT), "#money")
    for said in ("Known cost a year", "−RUB 500", "without 1 thing whose price is not known"):
        assert said in text
    assert "Coverage of pricesthe price is known for 9 things of 20" in text


def test_a_row_without_a_sum_says_why() -> None:
    """Nothing agreed, nothing refused: never a zero."""
    text = words(page(estates.varied()), "#money")

    for said in ("nothing is agreed yet", "nothing is switched off yet", "nothing is rejected"):
        assert said in text
    assert "RUB 0" not in text


# The map.


def test_things_are_counted_by_provider_and_the_nameless_come_last() -> None:
    """A domain is its registrar's, a hosting its provider's; the rest is counted, whatever its number."""
    assets = [
        hosting(f"p{number}/{one}", "ask", provider=f"P{number:02}")
        for number in range(25)
        for one in range(2)
    ]
    assets += [hosting(f"unknown/{one}") for one in range(9)]

    providers = plan(with_assets(*assets)).tallies.providers

    assert [one.name for one in providers.shown] == [*(f"P{n:02}" for n in range(20)), ""]
    assert (providers.left, providers.things_left) == (5, 10)
    assert (providers.shown[0].asking, providers.shown[-1].count, providers.shown[-1].used) == (
        2,
        9,
        9,
    )


def test_an_account_of_one_who_left_is_told_first() -> None:
    """With what hangs on it; where the report knows of no account, it asks for them."""
    tallies = plan(KEPT).tallies

    assert tallies.holders == (("ex_employee", 1, 1),)
    assert [one.name for one in tallies.orphans] == ["beget, вход rom1"]
    assert "A former employee holds access" in words(page(KEPT), "#map")
    assert "Send us the list" in words(page(estates.varied()), "#map")


# What a proposal rests on.


def test_a_parked_domain_and_its_parked_site_are_one_sign_and_no_mail_another() -> None:
    """Each sign bears its day; the last sign of life is told where a source knows it."""
    seen = estates.says("domain.last_seen_alive", on="2019-04-02")
    site, domain, mail = (
        estates.asset(f"{kind}:a.ru", "a.ru", "let_expire", "idle", state, reasons=reasons)
        for kind, state, reasons in (
            ("site", "parked", (estates.says("site.parked", "idle"), seen)),
            ("domain", "parked", (estates.says("domain.parked", "idle"),)),
            ("mail", "none", (estates.says("mail.none", "unused"),)),
        )
    )

    alone = plan(with_assets(domain, site)).grounds["domain:a.ru"]
    both = plan(with_assets(domain, site, mail)).grounds["domain:a.ru"]

    assert [sign.finding.code for sign in alone.signs] == ["domain.parked"]
    assert [sign.finding.code for sign in both.signs] == ["domain.parked", "mail.none"]
    assert {sign.on for sign in both.signs} == {estates.DAY}
    assert both.last_alive == "2019-04-02"
    assert "This is one sign only" in words(page(with_assets(domain, site)), "#do-let_expire")


# What changed.


def test_changes_are_sorted_by_what_they_call_for() -> None:
    """What came back to life first; a code that nobody sorted is a change."""
    codes = ("appeared", "source_failing", "gone", "renewed", "came_back", "some_new_code")

    sorts = sorts_of(Change(code=code) for code in codes)

    assert [(one.id, one.count) for one in sorts] == [
        ("back", 1),
        ("gone", 1),
        ("new", 1),
        ("changed", 2),
        ("sources", 1),
    ]


@pytest.mark.parametrize(
    ("was", "now", "codes"),
    [
        ({}, {}, []),
        (None, {}, ["appeared"]),
        ({}, None, ["not_met"]),
        ({"use": "idle", "verdict": "let_expire"}, {"use": "used"}, ["came_back"]),
        ({"use": "used"}, {"use": "lapsed"}, ["use_changed"]),
        ({"state": "content"}, {"state": "login"}, ["state_changed"]),
        ({"verdict": "keep"}, {"verdict": "fix"}, ["verdict_changed"]),
        ({"paid_until": date(2026, 1, 1)}, {"paid_until": date(2027, 1, 1)}, ["renewed"]),
        ({"paid_until": date(2027, 1, 1)}, {"paid_until": date(2026, 1, 1)}, ["paid_until_changed"]),
        ({"paid_until": date(2027, 1, 1)}, {"paid_until": None}, []),
        ({"registrar": "A"}, {"registrar": "B"}, ["registrar_changed"]),
        ({"registrar": "A"}, {"registrar": None}, []),
        ({"ownership": "possible"}, {"ownership": "foreign"}, []),
    ],
)  # fmt: skip
def test_two_audits_are_compared_thing_by_thing(was: Any, now: Any, codes: list[str]) -> None:
    """What the later did not meet is not called gone, and what it could not see changes nothing."""
    thing = estates.asset("site:a.ru", "a.ru", "keep", "used", "content")
    earlier, later = (
        AuditFile.of(with_assets() if one is None else with_assets(replace(thing, **one)))
        for one in (was, now)
    )

    assert [one.code for one in between(earlier, later)] == codes


def test_what_was_never_asked_before_cannot_be_overdue() -> None:
    """A decision is overdue when its day is over, it was asked for, and there is none; or it was put off."""
    overdue = plan(KEPT).overdue

    assert [(one.entry.id, one.by, one.deferred) for one in overdue] == [
        ("domain:romawka.ru", date(2026, 4, 15), False),
        ("domain:romashka.shop", date(2026, 5, 1), True),
    ]
    fresh = tuple(replace(one, asked_on=None) for one in KEPT.registry.objects)
    first = plan(replace(KEPT, registry=Registry(objects=fresh)))
    assert [one.entry.id for one in first.overdue] == ["domain:romashka.shop"]
    assert "Was put off until 1 May 2026" in words(page(KEPT), "#changes")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_changed_makes_a_page_of_its_own(language: str) -> None:
    """With nothing to click that is not there, and nothing but our style."""
    audit = AuditFile.of(KEPT)
    arranged = replace(outline(audit, since=date(2026, 3, 1)), anchors={})

    tree = LexborHTMLParser("".join(pieces(audit, arranged, language, page="changed.html")))

    assert [link.attributes["href"] for link in tree.css("[href]")] == ["#main"]
    assert tree.css("script") == []
    assert len(tree.css("#changes .changes li")) == 8
    assert words(tree, "#changes .lead")


def test_a_change_names_the_thing_its_kind_and_what_is_different() -> None:
    """What is new is named; a link leads to what the report shows."""
    tree = page(KEPT)

    told = [" ".join(one.text().split()) for one in tree.css("#changes .changes li")]
    links = [one.text() for one in tree.css("#changes .changes li a")]

    assert "promo.romashka.ru Website" in told
    assert any(one.startswith("romashka.ru Domain name") and "renewed" in one for one in told)
    assert any(one.endswith("n.romashka.ru. Website") for one in told)
    assert {"promo.romashka.ru", "romashka.ru", "romashka.shop"} <= set(links)


# What the client decided before.


def test_what_is_decided_already_is_not_asked_again() -> None:
    """A decision on the same proposal holds; one that is put off holds until its day; a question is open."""
    day = estates.DAY
    answers = {
        "domain:romashka-sale.ru": Answer(decision="approved", verdict="let_expire", on=day),
        "domain:romawka.ru": Answer(decision="rejected", verdict="switch_off", on=day),
        "domain:romashka.shop": Answer(decision="deferred", verdict="ask", on=day, until=day),
        "site:promo.romashka.ru": Answer(
            decision="deferred", verdict="switch_off", on=day, until=date(2026, 6, 1)
        ),
        "saas:tilda/romashka": Answer(decision="ask", verdict="ask", on=day),
    }
    lines = tuple(
        RegistryObject(id=id_, type="other", name=id_, asset=id_, answer=answer)
        for id_, answer in answers.items()
    )

    document = replace(estates.varied(), registry=Registry(objects=lines))
    sheet = plan(document).sheet
    tree = page(document)

    assert set(sheet.answers) == {"domain:romashka-sale.ru", "site:promo.romashka.ru"}
    assert (sheet.count, sheet.unanswered) == (11, 9)
    assert len(tree.css("#sign tr[data-was]")) == 2
    assert "9 proposals await your decision" in words(tree, "#summary")
    assert "Your answer of 4 May 2026: “Let it expire”" in words(tree, "#sign")
    assert "Your answer of 4 May 2026: put off until 1 June 2026" in words(tree, "#sign")


def test_when_everything_is_decided_nothing_is_asked() -> None:
    """It is said on the first page, and no date is pressing."""
    asked = [
        e for part in plan(estates.varied()).sheet.parts for g in part.groups for e in g.entries
    ]
    lines = tuple(
        RegistryObject(
            id=one.id, type="other", name=one.id, asset=one.id,
            answer=Answer(decision="approved", verdict=one.verdict, on=estates.DAY),
        )
        for one in asked
    )  # fmt: skip

    document = replace(estates.varied(), registry=Registry(objects=lines))

    assert plan(document).sheet.first is None
    said = "You have answered all 11 proposals already"
    assert said in words(page(document), "#summary")
    assert said in words(page(document), "#sign")


# The switch-off log.


@pytest.mark.parametrize(
    ("steps", "state", "follows"),
    [
        ((), "approved", "backup"),
        (("signed",), "going", "backup"),
        (("signed", "backup", "switched_off"), "watched", "backup"),
        (("signed", "held"), "held", ""),
        (("signed", "held", "backup"), "going", "backup"),
        (("switched_off", "observed", "deleted"), "ended", ""),
        (("auto_renew_off", "verified_gone"), "ended", ""),
    ],
)
def test_how_far_a_thing_has_got(steps: tuple[str, ...], state: str, follows: str) -> None:
    """What is held waits for somebody, whatever comes next."""
    line = RegistryObject(
        id="1", type="hosting", name="a", left=("backup",),
        answer=Answer(decision="approved", verdict="switch_off", on=estates.DAY),
        steps=tuple(StepDone(step=step, on=estates.DAY) for step in steps),
    )  # fmt: skip

    (one,) = departures_of((line,), {}).shown

    assert (one.state, one.next) == (state, follows)


def test_what_the_client_agreed_to_and_nobody_began_is_to_be_begun() -> None:
    """He is not asked to sign what he has signed."""
    answer = Answer(decision="approved", verdict="switch_off", on=estates.DAY)
    line = RegistryObject(
        id="1", type="hosting", name="a", left=("signed", "backup"), answer=answer
    )

    (one,) = departures_of((line,), {}).all

    assert (one.state, one.next) == ("approved", "begun")


def test_only_what_was_approved_or_begun_is_on_its_way_out() -> None:
    """A refusal, a transfer and an open question are not."""
    lines = tuple(
        RegistryObject(
            id=f"{decision}-{verdict}", type="other", name="a",
            answer=Answer(decision=decision, verdict=verdict, on=estates.DAY),
        )
        for decision, verdict in (
            ("rejected", "switch_off"), ("approved", "transfer"), ("ask", "let_expire"), ("approved", "let_expire"),
        )
    )  # fmt: skip

    assert [one.line.id for one in departures_of(lines, {}).shown] == ["approved-let_expire"]


def test_the_client_is_not_told_where_a_backup_lies() -> None:
    """Notes beside steps are for ourselves; who did what and when is his."""
    ours, his = (words(page(KEPT, edition=one), "#departures") for one in ("internal", "client"))

    assert "папка 4" in ours
    assert "папка 4" not in his
    assert "Backup made" in his


def test_the_appendix_of_evidence_is_for_ourselves() -> None:
    """It sums up all that is quoted; the client's edition has neither it nor a link to it."""
    found = plan(KEPT).proofs

    assert sum(one.count for one in found) == 15
    assert {one.how: one.places for one in found}["GET"] == ["Москва", "Франкфурт"]
    assert page(KEPT).css_first("#proofs") is not None
    assert page(KEPT, edition="client").css("#proofs, [href='#proofs']") == []
    assert outline(edition_of(AuditFile.of(KEPT), "client")).proofs == ()


# All of them.


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("edition", ["client", "internal"])
def test_a_report_with_a_registry_says_everything_in_words(language: str, edition: str) -> None:
    """No code without a text, no link into nothing, no table without its heads."""
    tree = page(KEPT, language, edition=edition)
    ids = {one.attributes["id"] for one in tree.css("[id]")}

    assert {(link.attributes["href"] or "")[1:] for link in tree.css("a[href]")} <= ids
    assert len(tree.css("table")) == len(tree.css("table > caption"))
    assert [one for one in tree.css("th") if one.attributes.get("scope") is None] == []


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("map", "nothing to draw"),
        ("money", "a zero would be untrue"),
        ("departures", "Nothing is agreed yet"),
        ("proofs", "holds no evidence"),
        ("glossary", "Silence, a refusal or an error"),
        ("next", "You mark your decisions"),
    ],
)
def test_an_empty_estate_is_told_of_in_sentences(section: str, says: str) -> None:
    """Zero is content."""
    assert says in words(page(estates.empty()), f"#{section}")


@pytest.mark.parametrize("turn", range(0, len(PAYLOADS), 5))
def test_no_string_of_the_registry_changes_what_the_page_is_made_of(turn: int) -> None:
    """Names, notes, managers and remarks stay text."""
    harmless = shape(render(spoiled(KEPT, lambda _place: " zz"), "en"))

    printed = render(spoiled(KEPT, lambda place: PAYLOADS[(place + turn) % len(PAYLOADS)]), "en")

    assert shape(printed) == harmless


@pytest.mark.skipif(not INSTALLED, reason="Chromium and ChromeDriver are not installed")
def test_the_sections_fit_a_phone(tmp_path: Path) -> None:
    """With everything unfolded, from the narrowest window to a wide one."""
    file = tmp_path / "report.html"
    file.write_text(render(KEPT, "ru"), encoding="utf-8")

    with browser() as window:
        window.open(file)
        window.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        for width in (320, 375, 768, 1280):
            window.resize(width, 900)
            assert window.run("return document.documentElement.scrollWidth") == width
        assert window.console() == []
