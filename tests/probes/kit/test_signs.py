"""Signs of records: each is met where it stands, none where it only looks so."""

from __future__ import annotations

import datetime
import ipaddress
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some

from probes.kit import products, signs
from probes.kit.sign import Caveat, Sign, Signal

ON_PAGES = ("cookie", "header", "meta", "js", "title", "body", "redirect", "status")
IN_RECORDS = [one for one in get_args(Signal) if one not in ON_PAGES]
ALL = signs.all_signs()
RECORDS = [one for one in ALL if one.signal in IN_RECORDS]
NAMED = [one for one in RECORDS if one.match == "suffix"]


def read(signal: Signal, value: str) -> set[tuple[str, str, str]]:
    """What a value says: kind, effect, product."""
    return {(one.kind, one.effect, one.product) for one in signs.read(signal, value)}


@pytest.mark.parametrize(
    ("signal", "value", "meaning"),
    [
        ("mx", "mx.yandex.net.", ("mail", "used", "yandex_360")),
        ("mx", "EMX.mail.ru", ("mail", "used", "vk_workspace")),
        ("mx", "mx1.beget.com", ("mail", "used", "beget")),
        ("mx", ".", ("mail_off", "unused", "")),
        ("mx", "client-ru.mail.protection.outlook.com", ("mail", "used", "microsoft_365")),
        ("spf", "v=spf1 redirect=_spf.yandex.net", ("mail", "licence", "yandex_360")),
        ("spf", "v=spf1 a ip4:192.0.2.1 include:spf.unisender.com ~all", ("mail", "licence", "unisender")),
        ("spf", "v=spf1 include:u123.gca.to -all", ("saas", "licence", "getcourse")),
        ("spf", "V=SPF1   -ALL", ("mail_off", "unused", "")),
        ("spf", "_spf.amocrmmail.com", ("mail", "licence", "amocrm")),
        ("dkim", "us", ("mail", "licence", "unisender")),
        ("dkim", "getcourse._domainkey.client.example", ("mail", "licence", "getcourse")),
        ("txt", "mailru-verification: 43e81e646c1675e5", ("saas", "licence", "mailru_postmaster")),
        ("txt", "mailruverify-43e81e646c1675e5", ("mail", "licence", "vk_workspace")),
        ("txt", "HARICA-a1b2c3d4e5", ("ca", "licence", "harica")),
        ("txt", '"MS=ms75457885"', ("saas", "licence", "microsoft_365")),
        ("txt_name", "_github-challenge-client.client.example", ("saas", "licence", "github")),
        ("txt_name", "_acme-challenge.client.example", ("ca", "used", "")),
        ("cname", "bucket.website.yandexcloud.net", ("hosting", "owner", "yandex_storage")),
        ("cname", "shop.myinsales.ru", ("hosting", "owner", "insales")),
        ("cname", "lb.bitrix24.site", ("hosting", "owner", "bitrix24")),
        ("cname", "client.github.io", ("saas", "owner", "github_pages")),
        ("cname", "expired.namebright.com", ("expired", "unused", "namebright")),
        ("ns", "ns3-l2.nic.ru", ("dns", "owner", "ru_center")),
        ("ns", "ns-2048.awsdns-64.co.uk", ("dns", "owner", "route53")),
        ("ns", "ns1.snparking.ru", ("parking", "unused", "snparking")),
        ("ns", "expired1.domainshop.ru", ("expired", "unused", "domainshop")),
        ("ns", "ns1.renewyourname.net", ("expired", "expired", "tucows")),
        ("ns", "ns1.verification-hold.suspended-domain.com", ("suspended", "fix", "")),
        ("soa", "ns1.hosting.reg.ru", ("dns", "owner", "reg_ru")),
        ("ptr", "vds-1.timeweb.ru", ("hosting", "owner", "timeweb")),
        ("asn", "AS57724", ("cdn", "owner", "ddos_guard")),
        ("asn", "198610", ("hosting", "owner", "beget")),
        ("a_net", "194.58.112.174", ("parking", "unused", "reg_ru_parking")),
        ("a_net", "185.199.108.153", ("hosting", "owner", "github_pages")),
        ("a_net", "185.215.4.30", ("cdn", "owner", "ddos_guard")),
        ("registrar", "REGRU-RU", ("registrar", "owner", "reg_ru")),
        ("registrar", "R01-RU", ("registrar", "owner", "r01")),
        ("registrar", "Registrar of Domain Names REG.RU LLC", ("registrar", "owner", "reg_ru")),
        ("issuer", "Let's Encrypt", ("ca", "owner", "lets_encrypt")),
        ("issuer", "Russian Trusted Sub CA", ("ca", "owner", "russian_trusted_ca")),
    ],
)  # fmt: skip
def test_a_record_says_whose_it_is_and_what_it_speaks_for(signal, value, meaning):
    """Each sort of record is read in the spelling it comes in."""
    assert meaning in read(signal, value)


@pytest.mark.parametrize("one", NAMED, ids=lambda one: one.id)
def test_a_name_is_met_by_whole_labels(one: Sign):
    """Below the suffix and at it, in any case; never glued to it, inside another, or under it."""
    found = one.signal
    assert one in signs.read(found, one.pattern)
    assert one in signs.read(found, f"NS7.{one.pattern.upper()}.") or any(
        len(other.pattern) > len(one.pattern) for other in signs.read(found, f"ns7.{one.pattern}")
    )
    for stranger in (f"evil{one.pattern}", f"{one.pattern}.client.example", f"x-{one.pattern}"):
        assert one not in signs.read(found, stranger)


@pytest.mark.parametrize(
    "name",
    [
        "parking.client.ru", "ns1.parking-lot.example", "parked.example", "parkinggarage.com", "dns1.parkovka.ru",
        "ns1.mydns-parking.com", "sedoparking.com.example.org", "notsedoparking.com", "sedoparking.community",
        "evilbeget.com", "beget.com.ru.example", "mybeget.ru", "reg.ru.example", "notreg.ru", "xreg.ru",
        "timeweb.ru.example.com", "ns1.atimeweb.ru", "yandex.net.example", "notyandex.net", "myandex.ru",
        "mail.ru.example", "gmail.ru.net", "hotmail.run", "outlook.com.example", "myoutlook.com",
        "google.com.client.example", "googleusercontent.com.example", "awsdns.example", "awsdns-x1.example",
        "awsdns-.example", "xawsdns-12.com", "dan.company", "jordan.com", "sudan.com", "bodis.community",
        "voodoo.company", "alter.community", "saving.com", "sav.company", "above.community",
        "name.company", "surname.com", "filename.com", "phone.com", "someone.com", "stone.com",
        "wordpress.community", "mywordpress.com", "github.iot.example", "mygithub.io", "herokuapp.community",
        "cloudflare.community", "notcloudflare.com", "ns.cloudflare.com.example", "qrator.network",
        "tilda.ws", "tilda.cc", "shop.ru", "nic.run", "panic.ru", "clinic.ru", "picnic.ru", "cosmetic.ru",
        "hostland.rus", "majino.ru", "jino.rus", "sweb.rus", "crosweb.ru", "com", "ru", "", ".", "a", "-", "..", "localhost.example",
    ],
)  # fmt: skip
def test_an_ordinary_name_that_looks_like_a_known_one_bears_no_sign(name: str):
    """Neither as a part of a label, nor with another ending, nor under somebody's own domain."""
    for signal in ("ns", "soa", "cname", "ptr", "spf"):
        assert read(signal, name) == set()
    assert read("mx", name) in (set(), {("mail_off", "unused", "")} if name == "." else set())


@pytest.mark.parametrize(("name", "owner"), [
    ("ns1.dns-parking.com", "hostinger"), ("dns1.registrar-servers.com", "namecheap"),
    ("ns1.name.com", "name_com"), ("ns01.one.com", "one_com"), ("ns2.wordpress.com", "wordpress_com"),
    ("ns1.parking.ru", "parking_ru"), ("ns1.dnsowl.com", "namesilo"), ("docks03.rzone.de", "strato"),
])  # fmt: skip
def test_what_only_looks_like_parking_is_its_owners(name: str, owner: str):
    """A live zone on these is as likely as anywhere; lists that call them parking are wrong."""
    met = signs.read("ns", name)

    assert {one.effect for one in met} == {"none", "owner"}
    assert {one.product for one in met} == {owner}


def test_nothing_condemns_a_name_of_the_list_of_collisions():
    """No sign that speaks of non-use fits such a name, or stands above one."""
    for name in signs.collisions():
        for signal in ("ns", "soa", "cname", "ptr", "mx"):
            for one in signs.read(signal, f"ns1.{name}"):
                assert one.effect in ("owner", "none", "used")


@pytest.mark.parametrize(("signal", "value"), [
    ("a_net", "not an address"), ("a_net", ""), ("asn", "ASX"), ("registrar", "XR01 Ltd"), ("registrar", "BEGETTER"),
    ("issuer", "Mydigicert"), ("issuer", "Let Us Encrypt"), ("dkim", "mailer"), ("dkim", ""), ("txt", "yandex-verification"),
    ("txt", "my google-site-verification=abcdefghijk"), ("txt_name", "acme-challenge.client.example"),
    ("spf", "v=spf10 include:_spf.yandex.net"), ("spf", "v=spf1 exp=_spf.yandex.net -all"), ("mx", "x" * 300 + ".mx.yandex.net"),
])  # fmt: skip
def test_what_is_none_of_a_kind_bears_no_sign_of_it(signal, value):
    """Broken values are no error: nothing is known of them."""
    assert signs.read(signal, value) == ()


@pytest.mark.parametrize("signal", ON_PAGES)
def test_signs_of_pages_are_not_read_from_texts(signal):
    """They come by the marker, which the look at the page made."""
    with pytest.raises(ValueError, match="of_marker"):
        signs.read(signal, "x")


@given(some.sampled_from(IN_RECORDS), some.text(max_size=400))
def test_no_value_is_too_odd_to_be_read(signal, value):
    """Whatever stands in a record, reading it ends, without an error."""
    signs.read(signal, value)


def test_a_page_says_more_beside_a_name_of_the_same_product():
    """A text that anybody may quote counts where a name or an address of the host is the same product's."""
    missing = signs.of_marker("canny_missing")
    unpaid = signs.of_marker("tilda_unpaid")
    assert missing is not None
    assert unpaid is not None

    assert (missing.caveat, missing.kind, missing.effect) == ("needs_binding", "unclaimed", "fix")
    assert (unpaid.kind, unpaid.effect, unpaid.product) == ("expired", "expired", "tilda")
    github = signs.of_marker("github_pages_title")
    assert github is not None
    assert signs.is_borne_out(github, signs.read("cname", "client.github.io"))
    assert not signs.is_borne_out(github, signs.read("cname", "client.gitlab.io"))
    assert not signs.is_borne_out(github, signs.read("txt", "github-verification=abcdefgh"))
    assert signs.of_marker("no such sign") is None


def test_every_sign_is_dated_sourced_told_apart_and_leads_to_a_product():
    """The data are whole."""
    assert len({one.id for one in ALL}) == len(ALL)
    told = [(one.signal, one.match, one.pattern.lower(), one.effect) for one in RECORDS]
    assert len(set(told)) == len(told)
    for one in ALL:
        assert one.source
        assert datetime.date(2025, 1, 1) <= one.source_date <= datetime.date(2030, 1, 1)
        assert one.product == "" or products.product(one.product), one.id
        assert one.caveat in get_args(Caveat)
    for one in RECORDS:
        assert one.pattern == one.pattern.strip()
        if one.match == "suffix":
            assert one.pattern == one.pattern.lower().strip(".")
        if one.match == "network":
            ipaddress.ip_network(one.pattern)


COVERED = {
    "a_net": {("owner", "cdn"), ("owner", "hosting"), ("owner", "saas"), ("unused", "parking"), ("unused", "placeholder")},
    "asn": {("owner", "cdn"), ("owner", "hosting")},
    "cname": {("owner", "hosting"), ("owner", "saas"), ("unused", "expired"), ("unused", "parking")},
    "dkim": {("licence", "mail")},
    "body": {
        ("blocker", "challenge"), ("expired", "expired"), ("fix", "suspended"), ("fix", "unclaimed"), ("licence", "saas"),
        ("unused", "parking"), ("unused", "placeholder"), ("used", "cms"), ("used", "saas"),
    },
    "meta": {("used", "cms"), ("used", "hosting"), ("used", "saas")},
    "title": {("blocker", "challenge"), ("expired", "expired"), ("fix", "suspended"), ("unused", "parking"), ("unused", "placeholder")},
    "cookie": {("owner", "cms"), ("owner", "hosting"), ("unused", "parking"), ("used", "cms")},
    "header": {("blocker", "challenge"), ("owner", "cms"), ("owner", "hosting"), ("used", "cms")},
    "redirect": {("unused", "parking")},
    "status": {("fix", "origin_error")},
    "js": {("unused", "parking"), ("used", "saas")},
    "mx": {("unused", "mail_off"), ("used", "mail")},
    "ns": {
        ("expired", "expired"), ("fix", "suspended"), ("none", "parking"), ("owner", "dns"), ("unused", "expired"),
        ("unused", "parking"), ("unused", "placeholder"),
    },
    "ptr": {("owner", "hosting")},
    "soa": {("owner", "dns")},
    "spf": {("licence", "mail"), ("licence", "saas"), ("unused", "mail_off")},
    "issuer": {("owner", "ca")},
    "txt": {("licence", "ca"), ("licence", "mail"), ("licence", "saas")},
    "txt_name": {("licence", "saas"), ("used", "ca")},
    "registrar": {("owner", "registrar")},
}  # fmt: skip
"""What each place may say: effect and kind."""


@pytest.mark.parametrize("signal", COVERED)
def test_each_place_says_each_thing_it_can(signal):
    """No combination of place, effect and kind is without a sign."""
    held = {(one.effect, one.kind) for one in ALL if one.signal == signal}

    assert COVERED[signal] - held == set()
