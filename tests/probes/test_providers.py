"""Addresses and names lead to the right provider, and look-alikes to none."""

from __future__ import annotations

import datetime
import ipaddress

import pytest

from probes.kit.providers import all_providers, provider_of_address, provider_of_name

KINDS = {
    "hosting",
    "cloud",
    "mail",
    "dns",
    "registrar",
    "saas",
    "carrier",
    "front",
    "cdn",
    "parking",
}


@pytest.mark.parametrize(
    ("ip", "asn", "reverse", "key"),
    [
        ("198.51.100.1", 198610, (), "beget"),
        ("198.51.100.1", 9123, ("vds-1.timeweb.ru",), "timeweb"),
        ("198.51.100.1", 49505, ("vm1.smartape.ru",), "smartape"),
        ("198.51.100.1", 13335, ("mail.beget.com",), "cloudflare"),
        ("198.51.100.1", 57724, (), "ddos_guard"),
        ("198.51.100.1", 64496, ("host.client.example",), None),
        ("198.51.100.1", None, ("evilbeget.com",), None),
        ("198.51.100.1", None, (), None),
        ("194.58.112.174", 197695, (), "reg_ru_parking"),
        ("91.195.241.7", 47846, (), "sedo"),
        ("2001:db8::1", 24940, (), "hetzner"),
    ],
)
def test_the_most_exact_statement_names_the_provider(ip, asn, reverse, key):
    """A known service's network, then a front's AS, then the reverse name, then the AS."""
    found = provider_of_address(ip, asn, reverse)

    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ns1.beget.com", "beget"),
        ("NS1.BEGET.COM.", "beget"),
        ("ns1.reg.ru", "reg_ru"),
        ("parking.reg.ru", "reg_ru_parking"),
        ("ns1.parking.ru", "parking_ru"),
        ("ns1.dns-parking.com", "hostinger"),
        ("mydns-parking.com", None),
        ("x.yccdn.cloud.yandex.net", "yandex_cloud"),
        ("dns1.yandex.net", "yandex"),
        ("client.example", None),
        ("", None),
    ],
)
def test_a_name_belongs_to_its_longest_known_suffix(name, key):
    """Suffixes are compared label by label; a hosting brand called Parking is no parking."""
    found = provider_of_name(name)

    assert (found.key if found else None) == key


def test_every_provider_is_dated_sourced_and_told_apart():
    """Keys, AS numbers, suffixes and networks belong to one provider each."""
    providers = all_providers()

    assert len({one.key for one in providers}) == len(providers)
    for field in ("asns", "reverse", "names", "networks"):
        said = [value for one in providers for value in getattr(one, field)]
        assert len(said) == len(set(said))
    for one in providers:
        assert one.source
        assert datetime.date(2025, 1, 1) <= one.source_date <= datetime.date(2030, 1, 1)
        assert one.kinds
        assert set(one.kinds) <= KINDS
        assert one.asns or one.reverse or one.names or one.networks
        assert one.front == ("front" in one.kinds)
        for network in one.networks:
            ipaddress.ip_network(network)
