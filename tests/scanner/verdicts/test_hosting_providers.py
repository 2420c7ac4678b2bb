"""Whose a hosting is: by its address first, by other signs where that is silent, and never by half of two."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from probes.address_owner import AddressOwner, AutonomousSystem
from probes.kit.observation import Seen
from probes.kit.target import Address
from probes.website import Marker
from scanner.assets import Asset, Declaration
from scanner.discovery import Seeds
from scanner.discovery.declared import with_papers
from scanner.verdicts.judging import judge
from tests.scanner.discovery.world import NODATA, NOW, NXDOMAIN, TIMEOUT, World, page, stub

SILENT, UNLISTED, CARRIER = "", "AS64500", "rostelecom"
BEGET_NS, BEGET_MX = ("ns1.beget.com", "ns2.beget.pro"), ("mx1.beget.com",)
STUB = stub("placeholder")
OLD_STUB = stub("placeholder", markers=(Marker("x", "placeholder", "beget", "weak"),))
HEADER = page("A", Marker("beget_server", "panel", "beget", "weak"))
CAPTCHA = page("A", Marker("yandex_captcha", "challenge", "yandex_cloud", "strong"))
PLESK = page("A", Marker("plesk_header", "panel", "plesk", "strong"))
LOGIN = page("A", Marker("login_ispmanager", "login", "ispmanager", "strong"))


def world(owner: str, *, ip: str = "198.51.100.10", shows: Any = None, **said: Any) -> World:
    """One site at an address of this owner."""
    made = World().domain("a.ru", **said).both("a.ru", ip, shows=shows or page("A"))
    known = owner in (SILENT, UNLISTED)
    system = AutonomousSystem(64500, "198.51.100.0/24", "RU", "KREPOST")
    return made.see(
        "address_owner",
        Address(ip),
        AddressOwner(
            reverse_names=NXDOMAIN,
            system=Seen(system) if owner == UNLISTED else NODATA,
            network=NODATA,
            provider="" if known else owner,
            provider_name="" if known else owner.title(),
            front=owner == "cloudflare",
        ),
    )


def told(made: World) -> tuple[str, dict[str, dict[str, Any]]]:
    """The provider of the one hosting, and what is said of it."""
    estate = made.estate("a.ru")
    (hosting,) = (one for one in estate.holdings if str(one.asset).startswith("hosting:"))
    (verdict,) = (one for one in judge(estate, made.looks(), NOW) if one.asset == hosting.asset)
    codes = {"hosting.provider_by_signs", "hosting.provider_disputed", "hosting.panel"}
    said = {one.code.partition(".")[2]: one.params for one in verdict.findings if one.code in codes}
    assert all(one.leans is None for one in verdict.findings if one.code in codes)
    return hosting.provider, said


@pytest.mark.parametrize(
    ("made", "provider", "signs"),
    [
        (world(SILENT, name_servers=BEGET_NS), "beget", ["name_servers"]),
        (world(SILENT, mx=BEGET_MX), "beget", ["mail"]),
        (world(SILENT, name_servers=BEGET_NS, mx=BEGET_MX), "beget", ["mail", "name_servers"]),
        (world(SILENT, shows=STUB), "beget", ["page"]),
        (world(SILENT, shows=HEADER, name_servers=BEGET_NS), "beget", ["name_servers", "page"]),
        (world(CARRIER, name_servers=BEGET_NS), "beget", ["name_servers"]),
        (world(UNLISTED, shows=STUB), "beget", ["page"]),
    ],
    ids=[
        "name servers", "mail", "both", "his own page", "his server and name servers",
        "on a carrier's line", "his own page in a network we do not know",
    ],
)  # fmt: skip
def test_signs_name_the_hoster_where_the_address_does_not(
    made: World, provider: str, signs: list[str]
):
    """And it is said which."""
    named, said = told(made)

    assert named == provider
    assert said == {"provider_by_signs": {"provider": "Beget", "signs": signs}}


@pytest.mark.parametrize(
    ("made", "provider"),
    [
        (world(SILENT), "unknown"),
        (world(SILENT, name_servers=("ns1.reg.ru", "ns2.reg.ru")), "unknown"),
        (world(SILENT, name_servers=("amy.ns.cloudflare.com",)), "unknown"),
        (world(SILENT, mx=("mx.yandex.net",)), "unknown"),
        (world(SILENT, shows=HEADER), "unknown"),
        (world(SILENT, shows=OLD_STUB), "unknown"),
        (world(SILENT, shows=CAPTCHA), "unknown"),
        (world(SILENT, shows=TIMEOUT), "unknown"),
        (world(SILENT, ip="192.168.1.5", name_servers=BEGET_NS), "unknown"),
        (world("beget", name_servers=BEGET_NS, mx=BEGET_MX), "beget"),
        (world("yandex_cloud", name_servers=("dns1.yandex.net",)), "yandex_cloud"),
        (world("hetzner", mx=("mx.yandex.net",)), "hetzner"),
    ],
    ids=[
        "no signs", "a registrar's name servers", "a front's name servers", "a mail service",
        "a header alone", "a weak sign alone", "a hoster's captcha, which anybody may use", "no answer", "an address inside", "the same",
        "another service of the firm", "a mail service elsewhere",
    ],
)  # fmt: skip
def test_what_names_nobody(made: World, provider: str):
    """Registrars, fronts and mail services come with any hosting; a weak sign needs another."""
    assert told(made) == (provider, {})


@pytest.mark.parametrize(
    ("made", "provider", "others"),
    [
        (world("hetzner", name_servers=BEGET_NS), "hetzner", ["Beget"]),
        (world(UNLISTED, name_servers=BEGET_NS, mx=BEGET_MX), "as64500", ["Beget"]),
        (world("cloudflare", mx=BEGET_MX), "cloudflare", ["Beget"]),
        (world(SILENT, name_servers=BEGET_NS, mx=("mx1.timeweb.ru",)), "unknown",
         ["Beget", "Timeweb"]),
    ],
    ids=["another hoster", "a network we do not know", "a front", "two hosters"],
)  # fmt: skip
def test_signs_of_another_hoster_stay_apart(made: World, provider: str, others: list[str]):
    """The address is not overruled: both may be paid, and somebody is to look."""
    named, said = told(made)

    assert named == provider
    assert list(said) == ["provider_disputed"]
    assert said["provider_disputed"]["others"] == others


@pytest.mark.parametrize(("others", "named"), [(0, True), (1, True), (2, False), (9, False)])
def test_half_of_the_names_must_agree(others: int, named: bool):
    """One name of many with its zone elsewhere says nothing of a hosting they share."""
    made = world("hetzner", name_servers=BEGET_NS)
    names = [f"b{number}.ru" for number in range(others)]
    for name in names:
        made.domain(name).both(name, provider="hetzner")

    (verdict,) = (
        one
        for one in judge(made.estate("a.ru", *names), made.looks(), NOW)
        if str(one.asset).startswith("hosting:")
    )

    assert ("hosting.provider_disputed" in {one.code for one in verdict.findings}) is named


@pytest.mark.parametrize(("shows", "panel"), [(PLESK, "Plesk"), (LOGIN, "ispmanager")])
def test_a_control_panel_is_told(shows: Any, panel: str):
    """It is no hoster: it holds the list that only the client can open."""
    assert told(world("hetzner", shows=shows)) == ("hetzner", {"panel": {"panels": [panel]}})


def test_a_paper_finds_the_hosting_that_signs_name():
    """The bill is the hoster's, whatever the address says of itself."""
    made = world(SILENT, name_servers=BEGET_NS)
    bill = Declaration(
        asset=Asset.parse("hosting:beget/boss"), source="papers.csv", row=2, provider="beget",
        provider_name="Beget", account="boss", paid_until=date(2027, 1, 1),
    )  # fmt: skip

    estate = with_papers(made.estate("a.ru"), [bill], made.looks(), Seeds(domains=("a.ru",)))

    (hosting,) = (one for one in estate.holdings if str(one.asset).startswith("hosting:"))
    assert str(hosting.asset) == "hosting:beget/boss"
    assert hosting.said
    assert hosting.addresses
