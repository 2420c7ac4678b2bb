"""The guard: what the world's answers may make us dial."""

from __future__ import annotations

import ipaddress
import tomllib
from importlib.resources import files
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.net.guard import Guard
from probes.kit.net.question import NetTrouble
from probes.kit.observation import Reason

PUBLIC = ["1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.1", "223.255.255.254",
          "192.0.0.9", "2606:4700::1111", "2a02:6b8::2:242", "64:ff9b::101:101",
          "2002:101:101::1", "2001:3::1"]  # fmt: skip
FORBIDDEN = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.1.2.3",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.171", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "64:ff9b:1::101:101", "100::1", "100:0:0:1::1",
    "2001::1", "2001:0:7f00:1::fefe:fefe", "2001:0:101:101::f5ff:fffe", "2001:2::1", "2001:10::1",
    "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "4000::1", "5f00::1", "fc00::1",
    "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1", "fe80::1%eth0",
    "2606:4700::1111%eth0", "127.1", "0x7f000001", "2130706433", "017700000001", "", "localhost",
]  # fmt: skip


def refuses(guard: Guard, ip: str) -> bool:
    try:
        guard.check(ip)
    except NetTrouble as trouble:
        return trouble.reason is Reason.NOT_ALLOWED
    return False


@pytest.mark.parametrize("ip", PUBLIC)
def test_global_addresses_are_dialled(ip: str) -> None:
    Guard().check(ip)


@pytest.mark.parametrize("ip", FORBIDDEN)
def test_everything_else_is_refused(ip: str) -> None:
    assert refuses(Guard(), ip)


@pytest.mark.parametrize(
    ("ip", "refused"),
    [
        ("198.18.5.5", False),
        ("::ffff:198.18.5.5", False),
        ("64:ff9b::c612:505", False),
        ("2002:c612:505::1", False),
        ("fd00::5", False),
        ("198.20.0.1", False),
        ("10.0.0.1", True),
        ("64:ff9b::a00:1", True),
        ("fd01::5", True),
    ],
)
def test_the_operators_nets_win_also_inside_other_forms(ip: str, refused: bool) -> None:
    guard = Guard((ip_network("198.18.0.0/15"), ip_network("fd00::/64")))

    assert refuses(guard, ip) is refused


def test_one_forbidden_answer_condemns_the_set() -> None:
    guard = Guard()

    assert guard.choose(("2a02:6b8::1", "1.1.1.1")) == ("1.1.1.1", "2a02:6b8::1")
    with pytest.raises(NetTrouble) as met:
        guard.choose(("1.1.1.1", "169.254.169.254"))
    assert met.value.reason is Reason.NOT_ALLOWED
    assert "Link Local" in met.value.detail


def embeddings(ip: IPv4Address) -> list[IPv6Address]:
    bits = int(ip)
    return [
        IPv6Address(0xFFFF << 32 | bits),
        IPv6Address((0x64FF9B << 96) | bits),
        IPv6Address((0x2002 << 112) | bits << 80 | 1),
        IPv6Address((0x20010000 << 96) | bits << 64 | 0xFEFEFEFE),
        IPv6Address((0x20010000 << 96) | 0x01010101 << 64 | (~bits & 0xFFFFFFFF)),
    ]


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_in_every_disguise(ip: IPv4Address) -> None:
    guard = Guard()

    verdicts = {refuses(guard, str(form)) for form in embeddings(ip)}

    assert verdicts == {refuses(guard, str(ip))}


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_nothing_is_allowed_that_the_standard_library_calls_local(
    ip: IPv4Address | IPv6Address,
) -> None:
    if not refuses(Guard(), str(ip)) and str(ip) not in ("192.0.0.9", "192.0.0.10"):
        assert not ip.is_multicast
        assert not ip.is_loopback
        assert not ip.is_link_local
        assert not ip.is_unspecified
        if ip.version == 4 or ip in ipaddress.ip_network("2000::/3"):
            assert ip.is_global or ip in ip_network("2001::/23")


@given(st.text(max_size=40))
def test_no_text_makes_the_guard_fail(text: str) -> None:
    if not refuses(Guard(), text):
        ipaddress.ip_address(text)


def test_the_registries_say_where_and_when_they_come_from() -> None:
    folder = files("probes.kit") / "data"

    origin = tomllib.loads((folder / "iana_special_source.toml").read_text("utf-8"))

    for part in ("ipv4", "ipv6"):
        assert (folder / origin[part]["file"]).is_file()
        assert origin[part]["source"].startswith("https://www.iana.org/")
        assert len(origin[part]["date"].split("-")) == 2
