"""Paid services and licences: which traces make a thing, what they prove, and what the client must tell."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from probes.dns_records import DnsRecords
from probes.kit import products
from probes.kit.observation import Seen
from probes.kit.target import Domain
from probes.microsoft_tenant import MicrosoftTenant
from probes.service_records import ServiceHost, ServiceRecords
from probes.website import Counter, Marker
from reports.wording import Wording
from scanner.assets import Asset, Declaration, Ownership
from scanner.discovery.declared import with_papers
from scanner.discovery.scope import Seeds
from scanner.discovery.services import kind_of
from scanner.verdicts.judging import judge
from scanner.verdicts.tenancy import named
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.world import (
    NODATA,
    NOW,
    NXDOMAIN,
    TIMEOUT,
    World,
    mark,
    page,
    stub,
)

YANDEX = "v=spf1 include:_spf.yandex.net -all"
JIVO = Marker("widget_jivo", "saas", "jivo", "weak")
INSALES = Marker("insales_meta", "saas", "insales", "strong")
TILDA = Marker("tilda_asset", "saas", "tilda", "strong")
BITRIX = Marker("bitrix_cookie", "cms", "1c_bitrix", "strong")
OVER = Marker("bitrix_licence_over", "unpaid_saas", "1c_bitrix", "strong")
METRIKA = Marker("widget_metrika", "counter", "yandex_metrica", "weak")
WEAK_STUB = Marker("weak_stub", "placeholder", "", "weak")
WORDPRESS = Marker("wordpress_generator", "cms", "wordpress", "strong")


def records(*texts: str, mx: Any = NODATA) -> DnsRecords:
    """The records of a domain with these texts."""
    return DnsRecords(
        ns=Seen(("ns1.reg.ru",)), soa=NODATA, mx=mx, txt=Seen(texts), caa=NODATA, wildcard=NXDOMAIN
    )


def dns(*texts: str) -> World:
    return World().domain("a.ru", records=records(*texts))


def site(shown: Any, *addresses: str, **said: Any) -> World:
    return World().domain("a.ru").both("a.ru", *addresses, shows=shown, **said)


def verdicts(world: World, *papers: Declaration, names: tuple[str, ...] = ("a.ru",), **said: Any):
    """Services and licences of a client who named these, with their verdicts."""
    seeds = Seeds(domains=names, **said)
    estate = with_papers(world.estate(*names, **said), papers, world.looks(), seeds)
    found = {str(one.asset): one for one in judge(estate, world.looks(), NOW)}
    return {key: one for key, one in found.items() if key.startswith(("saas:", "licence:"))}


def codes(verdict: Verdict) -> set[str]:
    return {finding.code for finding in verdict.findings}


ONE: list[tuple[str, World, str, str, str]] = [
    ("token", dns("atlassian-domain-verification=7Ks0lab"), "saas:atlassian/a.ru", "ghost", "ask"),
    (
        "leave to send",
        World().domain("a.ru", spf="v=spf1 include:spf.unisender.com ~all"),
        "saas:unisender/a.ru", "ghost", "ask",
    ),
    ("key", World().domain("a.ru", dkim=("us",)), "saas:unisender/a.ru", "ghost", "ask"),
    (
        "mail tenant that answers",
        World().domain("a.ru", mx=("mx.yandex.net",), spf=YANDEX).mail_host("mx.yandex.net"),
        "saas:yandex_360/a.ru", "live", "keep",
    ),
    (
        "mail tenant that does not",
        World().domain("a.ru", mx=("mx.yandex.net",)).mail_host("mx.yandex.net", answers=TIMEOUT),
        "saas:yandex_360/a.ru", "ghost", "ask",
    ),
    (
        "alias for programs",
        World().domain("a.ru").see(
            "service_records", Domain("a.ru"),
            ServiceRecords((ServiceHost("autodiscover", "autodiscover.outlook.com"),), True),
        ),
        "saas:microsoft_365/a.ru", "ghost", "ask",
    ),
    (
        "tenant",
        World().domain("a.ru").see(
            "microsoft_tenant", Domain("a.ru"), MicrosoftTenant("guid", NODATA)
        ),
        "saas:microsoft_365/a.ru", "ghost", "ask",
    ),
    ("left script", site(page("A", JIVO)), "saas:jivo/a.ru", "ghost", "ask"),
    ("vendor's server", site(page("A", INSALES)), "saas:insales/a.ru", "live", "keep"),
    ("vendor's files on any hosting", site(page("A", TILDA)), "saas:tilda/a.ru", "ghost", "ask"),
    ("vendor's files at his front", site(page("A", TILDA), "185.215.4.10"),
     "saas:tilda/a.ru", "live", "keep"),
    ("alias to the vendor", site(page("A"), chain=("a.myinsales.ru",)),
     "saas:insales/a.ru", "live", "keep"),
    ("alias, and no shop there", site(stub("unclaimed_saas"), chain=("a.myinsales.ru",)),
     "saas:insales/a.ru", "ghost", "ask"),
    ("content network by alias", site(page("A"), chain=("x.yccdn.cloud.yandex.net",)),
     "saas:yandex_cdn/a.ru", "live", "keep"),
    ("storage by alias", site(page("A"), chain=("a.ru.website.yandexcloud.net",)),
     "saas:yandex_storage/a.ru", "live", "keep"),
    ("a front that is a hosting already", site(page("A"), provider="qrator", front=True,
     chain=("x.qrator.net",)), "", "", ""),
    ("says that it is not paid", site(stub("unpaid_saas")), "", "", ""),
    (
        "unpaid builder",
        site(page("x", mark("unpaid_saas", provider="tilda"), text_length=100)),
        "saas:tilda/a.ru", "unpaid", "ask",
    ),
    (
        "portal by its number",
        site(page("A", counters=(Counter("bitrix24", "b123456"),))),
        "saas:bitrix24/b123456", "ghost", "ask",
    ),
    ("paid engine", site(page("A", BITRIX)), "licence:1c_bitrix/a.ru", "trace", "ask"),
    ("its licence is over", site(page("A", OVER, BITRIX, text_length=100)),
     "licence:1c_bitrix/a.ru", "trace", "ask"),
    ("shop under a word of little weight", site(page("A", WEAK_STUB, INSALES)),
     "saas:insales/a.ru", "live", "keep"),
    ("few words, and the shop's signature", site(page("A", WEAK_STUB, INSALES, text_length=100)),
     "saas:insales/a.ru", "ghost", "ask"),
    ("a script beside words", site(page("A", WEAK_STUB, JIVO)), "saas:jivo/a.ru", "ghost", "ask"),
    ("a script on what may be a stub", site(page("A", WEAK_STUB, JIVO, text_length=100)),
     "", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("world", "asset", "state", "advice"), [row[1:] for row in ONE], ids=[row[0] for row in ONE]
)
def test_what_a_sign_proves(world: World, asset: str, state: str, advice: str):
    """Only the vendor's own answer for this name is use; all the rest is a question to the client."""
    found = verdicts(world)

    assert list(found) == ([asset] if asset else [])
    if asset:
        verdict = found[asset]
        assert (verdict.state, str(verdict.advice)) == (state, advice)
        unsaid = codes(verdict) & {"paper.date_needed", "paper.key_and_date_needed"}
        assert bool(unsaid) == (state != "unpaid" or asset.startswith("licence:"))
        assert (state in ("ghost", "trace")) == ("paid_term" in verdict.needs)
        leaning = next(one for one in verdict.findings if one.leans)
        assert leaning.rests_on
        assert leaning.params["hosts"]


@pytest.mark.parametrize(
    "world",
    [
        dns("google-site-verification=abc123lab", "yandex-verification: 0123456789abcdef"),
        dns("v=spf1 include:spf.unisender.com -all"),  # read with the policy, or not at all
        World().domain("a.ru", mx=("mx1.beget.com",), spf="v=spf1 include:beget.com -all"),
        World().domain("a.ru", dkim=("mail",)),
        World().domain("a.ru", dkim=("default", "google", "selector1")),
        site(page("A", METRIKA)),
        site(page("A", WORDPRESS)),
        site(stub("placeholder", markers=(mark("placeholder"), JIVO, BITRIX))),
        site(page("A", JIVO), to="https://elsewhere.com/"),
        site(page("A", Marker("x", "unpaid_saas", "bitrix24", "weak"))),
        World().domain("a.ru", records=TIMEOUT),
    ],
    ids=[
        "free tokens", "a text about senders", "a hoster's defaults", "anybody's key",
        "keys of nobody in particular", "a free counter", "a free engine", "a hoster's page",
        "another's page", "a word of little weight", "nothing seen",
    ],
)  # fmt: skip
def test_what_makes_no_thing_to_renew(world: World):
    """Free accounts, hosters' defaults and pages of others propose nothing."""
    assert verdicts(world) == {}


def many(names: int, **said: Any) -> tuple[World, tuple[str, ...]]:
    """So many domains with the same mail, the same mailings and the same window for chats."""
    world, all_names = World(), tuple(f"d{number:02}.ru" for number in range(names))
    world.mail_host("mx.yandex.net")
    for name in all_names:
        world.domain(name, mx=("mx.yandex.net",), spf="v=spf1 include:spf.unisender.com -all")
        world.both(name, shows=page("A", JIVO, BITRIX), **said)
    return world, all_names


def test_many_names_of_one_service_are_one_line():
    """One account serves all names of a firm; a licence belongs to a site."""
    world, names = many(40)

    found = verdicts(world, names=names)

    assert sorted(key for key in found if key.startswith("saas:")) == [
        "saas:jivo/d00.ru", "saas:unisender/d00.ru", "saas:yandex_360/d00.ru",
    ]  # fmt: skip
    assert sum(key.startswith("licence:") for key in found) == 40
    estate = world.estate(*names)
    held = {str(one.asset): one for one in estate.holdings}
    assert set(names) <= set(held["saas:unisender/d00.ru"].hosts)
    assert held["saas:unisender/d00.ru"].ownership is Ownership.CONFIRMED


def test_a_builder_is_paid_for_site_by_site():
    """One site unpaid and another alive are two contracts."""
    world = site(page("x", mark("unpaid_saas", provider="tilda"), text_length=100))
    world.domain("b.ru").both("b.ru", "185.215.4.10", shows=page("B", TILDA))

    found = verdicts(world, names=("a.ru", "b.ru"))

    assert {key: one.state for key, one in found.items()} == {
        "saas:tilda/a.ru": "unpaid", "saas:tilda/b.ru": "live",
    }  # fmt: skip


def test_signs_without_a_tenant_belong_to_the_only_one():
    """A portal that is known by its number, and a script of its chat, are one portal; of two, neither."""
    script = Marker("widget_bitrix24_cdn", "saas", "bitrix24", "weak")
    one = site(page("A", script, counters=(Counter("bitrix24", "b111222"),)))
    two = site(page("A", counters=(Counter("bitrix24", "b111222"),)))
    two.domain("b.ru").both("b.ru", shows=page("B", counters=(Counter("bitrix24", "b333444"),)))
    two.domain("c.ru").both("c.ru", shows=page("C", script))

    assert set(verdicts(one)) == {"saas:bitrix24/b111222"}
    assert set(verdicts(two, names=("a.ru", "b.ru", "c.ru"))) == {
        "saas:bitrix24/b111222", "saas:bitrix24/b333444", "saas:bitrix24/c.ru",
    }  # fmt: skip


def test_a_strangers_records_make_nothing_of_the_clients():
    """A domain that was only met, and a person's word that it is another's, bring no service."""
    linked = site(page("A", link_hosts=("b.ru",)))
    linked.domain("b.ru", spf="v=spf1 include:spf.unisender.com -all")

    assert verdicts(linked) == {}
    assert verdicts(linked, foreign=frozenset({"domain:b.ru"})) == {}
    assert set(verdicts(linked, names=("a.ru", "b.ru"))) == {"saas:unisender/b.ru"}


def said(asset: str, **more: Any) -> Declaration:
    return Declaration(asset=Asset.parse(asset), source="papers.csv", row=2, **more)


UNISENDER = World().domain("a.ru", spf="v=spf1 include:spf.unisender.com -all")


@pytest.mark.parametrize(
    ("world", "papers", "expected"),
    [
        (UNISENDER, [said("saas:unisender/a.ru")], {"saas:unisender/a.ru": ("ghost", "ask")}),
        (UNISENDER, [said("saas:unisender")], {"saas:unisender/a.ru": ("ghost", "ask")}),
        (
            UNISENDER,
            [said("saas:unisender/boss", account="boss", paid_until=date(2027, 5, 1))],
            {"saas:unisender/boss": ("ghost", "ask")},
        ),
        (
            UNISENDER,
            [said("saas:unisender/one"), said("saas:unisender/two")],
            {
                "saas:unisender/a.ru": ("ghost", "ask"),
                "saas:unisender/one": ("ghost", "ask"),
                "saas:unisender/two": ("ghost", "ask"),
            },
        ),
        (
            site(page("A", BITRIX)),
            [said("licence:1c_bitrix", paid_until=date(2027, 5, 1))],
            {"licence:1c_bitrix/a.ru": ("declared", "keep")},
        ),
        (
            site(page("A", OVER, text_length=100)),
            [said("licence:1c_bitrix/a.ru", hosts=("a.ru",))],
            {"licence:1c_bitrix/a.ru": ("declared", "renew")},
        ),
        (
            site(page("A", INSALES)),
            [said("saas:insales/shop", hosts=("a.ru",), paid_until=date(2026, 12, 1))],
            {"saas:insales/a.ru": ("live", "renew")},
        ),
        (World().domain("a.ru"), [said("saas:moysklad/x")], {"saas:moysklad/x": ("ghost", "ask")}),
    ],
)
def test_papers_and_traces_of_one_product_are_one_thing(
    world: World, papers: list[Declaration], expected: dict[str, tuple[str, str]]
):
    """A paper that names the site, or no site where there is one service, is about that service."""
    found = verdicts(world, *papers)

    assert {key: (one.state, str(one.advice)) for key, one in found.items()} == expected
    for key, verdict in found.items():
        dated = any(row.paid_until for row in papers)
        unsaid = codes(verdict) & {"paper.date_needed", "paper.key_and_date_needed"}
        assert bool(unsaid) != dated, key


def test_life_at_one_name_is_life():
    """Of a mail service for several domains one that answers proves the tenant; the others add no doubt."""
    world = World().domain("a.ru", spf=YANDEX)
    world.domain("bbb.ru", mx=("mx.yandex.net",), spf=YANDEX).mail_host("mx.yandex.net")

    found = verdicts(world, names=("a.ru", "bbb.ru"))["saas:yandex_360/a.ru"]

    assert found.state == "live"
    assert "saas.ghost" not in codes(found)


def test_every_look_may_fail():
    """Where nothing can be read any more, nothing is said of a service but that it must be asked of."""
    world, names = many(2)
    whole = verdicts(world, names=names)
    for observation in world.observations:
        world.see(observation.probe, observation.target, TIMEOUT)

    assert whole
    assert verdicts(world, names=names) == {}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_product_with_two_names_is_called_by_the_readers(language: str):
    """A finding gives the id of such a product, and both languages have a word for it."""
    wording = Wording(language)
    sold = [one for one in products.all_products().values() if kind_of(one)]

    assert len(sold) > 100
    unworded = [
        one.id for one in sold if named(one) != one.name and not wording.has(f"provider.{one.id}")
    ]
    assert unworded == []


def test_what_is_met_is_told_with_its_place():
    """The sentence names the product, the names and the sorts of signs."""
    verdict = verdicts(
        World().domain("a.ru", spf="v=spf1 include:spf.unisender.com -all", dkim=("us",))
    )["saas:unisender/a.ru"]
    finding = next(one for one in verdict.findings if one.code == "saas.ghost")

    assert finding.params == {"provider": "Unisender", "hosts": ["a.ru"], "signs": ["spf", "dkim"]}
    told = Wording("en", strict=True).say("reason.saas.ghost", finding.params)
    assert "Unisender" in told
    assert "a.ru" in told
    assert "SPF" in told
