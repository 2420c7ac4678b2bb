"""Papers are laid over what was seen: they fill gaps, add what nobody could see, and overwrite nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from probes.kit.target import Domain, Endpoint
from scanner.assets import (
    Advice,
    Asset,
    Declaration,
    Estate,
    Kind,
    Money,
    Need,
    Ownership,
    Price,
    Use,
)
from scanner.discovery import Seeds, attribute
from scanner.discovery.declared import with_papers
from scanner.verdicts.judging import judge
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.world import (
    NOW,
    NXDOMAIN,
    TIMEOUT,
    World,
    certificate,
    page,
)

RUB = Money(Decimal("1990.00"), "RUB")


def said(asset: str, **more: Any) -> Declaration:
    """One row of a paper."""
    thing = Asset.parse(asset)
    if thing.kind is Kind.HOSTING:
        more.setdefault("provider", thing.key.partition("/")[0])
        more.setdefault("provider_name", more["provider"].title())
    return Declaration(asset=thing, **{"source": "papers.csv", "row": 2, **more})


def world() -> World:
    """One site at Beget, with mail at Yandex and the zone at REG.RU."""
    made = World().domain("romashka.ru", mx=("mx.yandex.net",))
    made.both("romashka.ru", "198.51.100.10", shows=page("Ромашка"))
    return made.mail_host("mx.yandex.net")


def estate(made: World, *rows: Declaration, **seeds: Any) -> Estate:
    """The estate of the client with his papers."""
    begun = Seeds(domains=("romashka.ru",), **seeds)
    return with_papers(attribute(begun, made.looks(), NOW), rows, made.looks(), begun)


def judged(made: World, *rows: Declaration, **seeds: Any) -> dict[str, Verdict]:
    """Verdicts by asset id."""
    verdicts = judge(estate(made, *rows, **seeds), made.looks(), NOW)
    return {str(one.asset): one for one in verdicts}


def codes(verdict: Verdict) -> set[str]:
    """What was found."""
    return {finding.code for finding in verdict.findings}


def test_without_papers_nothing_changes():
    """The estate is the very same."""
    made = world()
    seen = attribute(Seeds(domains=("romashka.ru",)), made.looks(), NOW)

    assert with_papers(seen, (), made.looks(), Seeds()) is seen


def test_a_hosting_on_an_invoice_to_which_nothing_leads_is_an_asset():
    """It is likely the client's, unused as far as names go, and a question: only its panel tells the rest."""
    made = world()
    row = said("hosting:timeweb/ab123", money=RUB, account="ab123")

    found = {str(one.asset): one for one in estate(made, row).holdings}["hosting:timeweb/ab123"]
    verdict = judged(made, row)["hosting:timeweb/ab123"]

    assert found.ownership is Ownership.LIKELY
    assert [reason.group for reason in found.reasons] == ["papers"]
    assert [step.code for step in found.found_by] == ["declared_in_paper"]
    assert (verdict.use, verdict.state) == (Use.UNUSED, "no_names")
    assert verdict.advice is Advice.ASK
    assert set(verdict.needs) == {Need.OWNER_WORD, Need.ACCOUNT_LIST}
    assert {"hosting.known_from_papers", "hosting.no_names"} <= codes(verdict)


def test_names_that_moved_away_leave_a_paid_hosting_behind():
    """The invoice names the site, and the site lives elsewhere: the old hosting is its own thing."""
    row = said("hosting:timeweb/romashka.ru", hosts=("romashka.ru",), money=RUB)

    found = judged(world(), row)

    assert {"hosting:beget/romashka.ru", "hosting:timeweb/romashka.ru"} <= found.keys()
    assert "hosting.names_live_elsewhere" in codes(found["hosting:timeweb/romashka.ru"])
    left = found["hosting:timeweb/romashka.ru"]
    assert left.advice is Advice.SWITCH_OFF
    assert set(left.needs) == {Need.OWNER_WORD, Need.ACCOUNT_LIST, Need.BACKUP}


@pytest.mark.parametrize(
    ("outcome", "state", "advice"),
    [
        (NXDOMAIN, "no_names", Advice.SWITCH_OFF),
        (TIMEOUT, "undetermined", Advice.ASK),
    ],
)
def test_a_paid_hosting_is_left_behind_only_when_its_names_were_read(
    outcome: Any, state: str, advice: Advice
):
    """A name that nobody could read may still lead to it."""
    made = world().domain("romashka-2014.ru")
    made.nowhere("romashka-2014.ru", outcome).nowhere("www.romashka-2014.ru", outcome)
    row = said("hosting:timeweb/co1", account="co1", hosts=("romashka-2014.ru",))
    papers = {"romashka-2014.ru": "papers.csv"}

    verdict = judged(made, row, from_papers=papers)["hosting:timeweb/co1"]

    assert (verdict.state, verdict.advice) == (state, advice)
    assert ("hosting.names_gone" in codes(verdict)) == (outcome is NXDOMAIN)


def test_what_belongs_to_another_account_says_nothing_of_this_one():
    """Both are at Timeweb: the zone there is that of the account which has the name."""
    made = World().domain("romashka.ru", name_servers=("ns1.timeweb.ru",), mx=("mx1.timeweb.ru",))
    made.both("romashka.ru", "198.51.100.10", provider="timeweb").mail_host("mx1.timeweb.ru")
    rows = (
        said("hosting:timeweb/live", account="live", hosts=("romashka.ru",)),
        said("hosting:timeweb/old", account="old", hosts=("romashka-2014.ru",)),
    )

    hanging = {one.subject for one in estate(made, *rows).relations
               if one.object == Asset(Kind.HOSTING, "timeweb/old")}  # fmt: skip
    roles = {one.object for one in estate(made, *rows).relations
             if one.subject == Asset(Kind.HOSTING, "timeweb/old")}  # fmt: skip

    assert hanging == roles == set()


@pytest.mark.parametrize(
    "row",
    [
        said("hosting:beget/romashka1", account="romashka1", hosts=("romashka.ru",)),
        said("hosting:beget/romashka1", account="romashka1"),
        said("hosting:ip-sidorov/romashka1", account="romashka1", hosts=("romashka.ru",)),
    ],
    ids=["by its names", "the only one at its provider", "from a reseller, by its names"],
)
def test_a_hosting_that_was_seen_is_known_by_its_account(row: Declaration):
    """One hosting, not two; everything that hung on it still does."""
    found = estate(world(), row)
    hostings = [one for one in found.holdings if one.asset.kind is Kind.HOSTING]

    assert [one.asset for one in hostings] == [row.asset]
    assert hostings[0].said is not None
    assert hostings[0].addresses == ("198.51.100.10",)
    assert hostings[0].provider == "beget"
    assert {str(one.object) for one in found.relations if one.kind == "on_hosting"} == {
        str(row.asset)
    }
    assert judged(world(), row)[str(row.asset)].use is Use.USED


def test_two_accounts_at_one_provider_are_not_told_apart_by_guessing():
    """One hosting was seen, two are paid, no name tells which: both stay in doubt, and questions."""
    rows = (said("hosting:beget/one", account="one"), said("hosting:beget/two", account="two"))

    found = judged(world(), *rows)

    for row in rows:
        verdict = found[str(row.asset)]
        assert (verdict.use, verdict.advice) == (Use.UNKNOWN, Advice.ASK)
    assert found["hosting:beget/romashka.ru"].use is Use.USED


def test_mail_at_the_provider_keeps_a_declared_hosting():
    """No site lives there, but its mail servers take the client's mail."""
    made = World().domain("romashka.ru", mx=("mx1.beget.com",))
    made.mail_host("mx1.beget.com", provider="beget")

    verdict = judged(made, said("hosting:beget/romashka1"))["hosting:beget/romashka1"]

    assert verdict.use is not Use.UNUSED
    assert "hosting.no_names" not in codes(verdict)


def test_a_zone_at_the_provider_keeps_a_declared_hosting():
    """With the account the zone would go, and all the names in it."""
    made = World().domain("romashka.ru", name_servers=("ns1.beget.com", "ns2.beget.com"))

    verdict = judged(made, said("hosting:beget/romashka1"))["hosting:beget/romashka1"]

    assert (verdict.use, verdict.state) == (Use.USED, "serves_role")


def test_a_registrars_free_name_servers_say_nothing_of_a_hosting_there():
    """Every domain of a registrar may use them."""
    verdict = judged(world(), said("hosting:reg_ru/u123"))["hosting:reg_ru/u123"]

    assert verdict.state == "no_names"


def test_senders_at_the_provider_are_a_doubt():
    """Mail may leave from there."""
    made = World().domain("romashka.ru", mx=("mx.yandex.net",), spf="v=spf1 include:beget.com -all")
    made.mail_host("mx.yandex.net")

    verdict = judged(made, said("hosting:beget/romashka1"))["hosting:beget/romashka1"]

    assert verdict.use is Use.UNKNOWN


@pytest.mark.parametrize("type", ["backup_hosting", "cloud_storage", "cdn"])
def test_a_service_that_needs_no_name_is_never_called_unused(type: str):
    """Backups lie where no name leads."""
    verdict = judged(world(), said("hosting:selectel/b1", type=type))["hosting:selectel/b1"]

    assert (verdict.use, verdict.advice) == (Use.UNKNOWN, Advice.ASK)


def test_a_silent_domain_makes_a_question_of_every_declared_hosting():
    """What could not be read may lead there."""
    made = world().domain("shop.ru", records=TIMEOUT).see("mail_policy", Domain("shop.ru"), TIMEOUT)

    found = judged(made, said("hosting:timeweb/a"), from_papers={"shop.ru": "papers.csv"})
    verdict = found["hosting:timeweb/a"]

    assert verdict.use is Use.UNKNOWN
    assert verdict.advice is Advice.ASK


@pytest.mark.parametrize(
    ("asset", "more", "expected"),
    [
        ("licence:1c_bitrix/romashka.ru", {}, ("declared", Advice.KEEP)),
        ("licence:1c_bitrix", {"paid_until": date(2026, 12, 1)}, ("declared", Advice.RENEW)),
        ("other:zadarma", {}, ("declared", Advice.KEEP)),
        ("other:zadarma", {"type": "phone_number", "money": RUB}, ("declared", Advice.KEEP)),
        ("other:reg-ru", {"money": RUB}, ("undetermined", Advice.ASK)),
        ("other:certificate-a", {"type": "certificate"}, ("undetermined", Advice.ASK)),
        ("saas:moysklad/admin", {}, ("ghost", Advice.ASK)),
        ("account:reg_ru/romashka", {}, ("unknown", Advice.ASK)),
        ("account:reg_ru/romashka", {"leaver": "уволен"}, ("ex_employee", Advice.TRANSFER)),
    ],
)
def test_what_only_papers_know_of_gets_its_verdict(asset: str, more: Any, expected: Any):
    """Licences and the rest are kept until somebody says otherwise; what a leaver holds is transferred.

    A payment that does not say what for, and a certificate that nobody shows, are questions.
    """
    verdict = judged(world(), said(asset, **more))[asset]

    assert (verdict.state, verdict.advice) == expected
    assert "rule.crashed" not in codes(verdict)


def test_a_domain_in_a_leavers_account_is_transferred():
    """It works, and whoever left can switch it off."""
    row = said("domain:romashka.ru", leaver="уволен", holder="Петров", account="petrov")

    verdict = judged(world(), row)["domain:romashka.ru"]

    assert verdict.advice is Advice.TRANSFER
    told = next(one for one in verdict.findings if one.code == "paper.holder_left").params
    assert told == {"account": "petrov", "source": "papers.csv"}


def test_a_paper_and_a_registry_that_disagree_are_both_told():
    """Neither is believed in silence; a day's difference is a time zone's."""
    near = judged(world(), said("domain:romashka.ru", paid_until=date(2027, 10, 2)))
    far = judged(world(), said("domain:romashka.ru", paid_until=date(2026, 10, 1)))

    code = "paper.registry_says_otherwise"
    assert code not in codes(near["domain:romashka.ru"])
    told = next(one for one in far["domain:romashka.ru"].findings if one.code == code)
    assert told.params == {
        "date": "2026-10-01", "paid_until": "2027-10-01", "source": "papers.csv",
    }  # fmt: skip


def test_papers_that_disagree_are_told():
    """The first paper counts, the other is kept beside it; people are not named."""
    rows = (
        said("domain:romashka.ru", paid_until=date(2027, 10, 1), holder="Петров"),
        said("domain:romashka.ru", paid_until=date(2026, 1, 1), holder="Сидоров", source="old.csv"),
    )

    found = judged(world(), *rows)["domain:romashka.ru"]
    holding = {str(one.asset): one for one in estate(world(), *rows).holdings}["domain:romashka.ru"]

    told = [one.params for one in found.findings if one.code == "paper.papers_disagree"]
    assert told == [
        {
            "field": "paid_until",
            "kept": "2027-10-01",
            "other": "2026-01-01",
            "source": "old.csv, 2",
        },
        {"field": "holder", "source": "old.csv, 2"},
    ]
    assert holding.said is not None
    assert holding.said.paid_until == date(2027, 10, 1)


@pytest.mark.parametrize(
    ("days", "cost"),
    [
        ([date(2026, month, 5) for month in range(1, 7)], Price(RUB, 1)),
        ([date(2024, 3, 1), date(2025, 3, 4), date(2026, 2, 27)], Price(RUB, 12)),
        ([date(2026, 3, 1)], None),
        ([date(2026, 1, 1), date(2026, 1, 20), date(2026, 6, 1)], None),
    ],
    ids=["monthly", "yearly", "once", "now and then"],
)
def test_payments_tell_their_rhythm_when_they_keep_one(days: list[date], cost: Price | None):
    """A payment whose term nobody says is a payment; its price a year is not made up."""
    rows = [said("hosting:timeweb/a", money=RUB, paid_on=day) for day in days]

    holding = {str(one.asset): one for one in estate(world(), *rows).holdings}["hosting:timeweb/a"]

    assert holding.said is not None
    assert holding.said.cost == cost
    assert holding.said.paid[0] == (max(days), RUB)


@pytest.mark.parametrize("asset", ["site:old.romashka.ru", "domain:shop.ru", "mail:shop.ru"])
def test_a_declared_name_that_no_look_met_breaks_no_rule(asset: str):
    """It is in the estate, in doubt."""
    verdict = judged(world(), said(asset, paid_until=date(2026, 12, 1), money=RUB))[asset]

    assert verdict.use is Use.UNKNOWN
    assert "rule.crashed" not in codes(verdict)


@pytest.mark.parametrize("word", ["foreign", "confirmed"])
def test_a_persons_word_on_a_declared_thing_counts(word: str):
    """Also for what no look ever met."""
    asset = "hosting:timeweb/a"
    found = estate(world(), said(asset), **{word: frozenset({asset})})

    holding = {str(one.asset): one for one in found.holdings}[asset]
    assert holding.ownership is Ownership(word)
    assert holding.reasons[0].group == "person"


BOUGHT = certificate(
    "romashka.ru", sha="c1", issuer="Sectigo Limited", automated=False,
    not_after=datetime(2027, 3, 1, tzinfo=UTC),
)  # fmt: skip
ANOTHER = replace(BOUGHT, sha256="c2", names=("www.romashka.ru",), not_after=NOW)
FREE = certificate(
    "romashka.ru", "www.romashka.ru", sha="free", not_after=datetime(2026, 12, 25, tzinfo=UTC)
)
NARROW = replace(FREE, names=("romashka.ru",))


@pytest.mark.parametrize(
    ("shown", "beside", "row", "meant"),
    [
        (BOUGHT, BOUGHT, {}, "c1"),
        (BOUGHT, BOUGHT, {"name": "SSL Sectigo PositiveSSL"}, "c1"),
        (BOUGHT, BOUGHT, {"name": "SSL GlobalSign DomainSSL"}, ""),
        (BOUGHT, BOUGHT, {"paid_until": date(2029, 1, 1)}, "c1"),  # an order for three years
        (BOUGHT, FREE, {}, "c1"),
        (BOUGHT, ANOTHER, {}, ""),
        (BOUGHT, ANOTHER, {"paid_until": date(2027, 3, 2)}, "c1"),
        (FREE, FREE, {}, ""),
        (FREE, FREE, {"paid_until": date(2026, 12, 25)}, ""),
        (FREE, FREE, {"name": "SSL Sectigo", "paid_until": date(2026, 12, 25)}, ""),
        (FREE, FREE, {"name": "Let's Encrypt, установка", "paid_until": date(2027, 5, 1)}, ""),
        (FREE, FREE, {"name": "Let's Encrypt, установка", "paid_until": date(2026, 12, 25)}, "free"),
        (NARROW, NARROW, {"name": "Let's Encrypt", "paid_until": date(2026, 12, 25)}, ""),
        (TIMEOUT, TIMEOUT, {}, ""),
    ],
    ids=[
        "the only one", "by its authority", "of another authority", "of a longer term",
        "beside a free one", "one of two", "one of two, by its term", "a lone free one",
        "a free one of that term", "a free one, and another authority", "a free one of another term",
        "a free one by all it says", "a free one for fewer names", "none seen",
    ],
)  # fmt: skip
def test_a_certificate_on_an_invoice_is_one_that_was_bought(
    shown: Any, beside: Any, row: dict[str, Any], meant: str
):
    """Nobody is billed for one that is free and renews itself: beside it the paid one is another thing."""
    made = World().domain("romashka.ru").both("romashka.ru", tls=shown)
    made.see("tls_certificate", Endpoint("www.romashka.ru", 443), beside)
    paper = said(
        "other:certificate-romashka-ru",
        **{"type": "certificate", "hosts": ("romashka.ru", "www.romashka.ru"), "money": RUB, **row},
    )

    found = {str(one.asset): one for one in estate(made, paper).holdings if one.said}

    assert list(found) == [f"certificate:{meant}" if meant else "other:certificate-romashka-ru"]
