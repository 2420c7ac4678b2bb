"""Which DNS hosts let strangers open a zone: each with where that is from, or it weighs little."""

from __future__ import annotations

from datetime import date

import pytest

from probes.kit.zone_hosts import ZoneHost, all_zone_hosts, zone_host


@pytest.mark.parametrize(
    ("server", "strength"),
    [
        ("ns1.reg.ru", "strong"),
        ("NS1.DigitalOcean.com.", "strong"),
        ("ns3-07.azure-dns.org", "strong"),
        ("ns-cloud-a1.googledomains.com", "weak"),
        ("ns1.dnsimple-edge.net", "weak"),
        ("yns1.yahoo.com", "weak"),
        ("ns1.yahoo.com", ""),
        ("dns1.easydns.com", ""),
        ("ns1.mydomain.com", ""),
        ("ns1.dns-parking.com", ""),
        ("ns-1.awsdns-01.org", ""),
        ("ns1.evilreg.ru", ""),
        ("ns1.beget.com", ""),
        ("", ""),
    ],
)
def test_a_name_server_is_known_by_its_labels(server: str, strength: str):
    """What looks like one, and what refuses such zones, is none."""
    found = zone_host(server)

    assert (found.strength if found else "") == strength


@pytest.mark.parametrize("one", all_zone_hosts(), ids=lambda one: one.names[0])
def test_every_strong_entry_has_a_source_and_its_day(one: ZoneHost):
    """And none was read, or spoke, on a day to come."""
    days = [day for day in (one.source_date, one.told) if day]

    assert one.strength == "weak" or len(days) == 2
    assert all(day <= date(2026, 11, 23) for day in days)
    assert all(name == name.lower() for name in one.names)


def test_no_entry_is_strong_without_a_source():
    """The data cannot say otherwise."""
    with pytest.raises(ValueError, match="weak at most"):
        ZoneHost(names=("dns.example",), strength="strong")
