"""Where a registry is asked: the longest suffix wins, and only real host names are dialled."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from probes.kit.registry import plan


@pytest.mark.parametrize(
    ("suffix", "server"),
    [
        ("ru", "whois.tcinet.ru"),
        ("xn--p1ai", "whois.tcinet.ru"),
        ("msk.ru", "whois.flexireg.net"),
        ("org.ru", "whois.nic.net.ru"),
        ("co.uk", "whois.nic.uk"),
        ("com.ua", "whois.ua"),
        ("pp.ua", "whois.pp.ua"),
        ("bid", ""),
        ("madrid", ""),
        ("city", ""),
    ],
)
def test_the_whois_server_of_a_suffix(suffix: str, server: str) -> None:
    """Whole labels count: .bid is no .id."""
    assert plan.whois_server(suffix) == server


def test_the_line_a_server_wants() -> None:
    """DENIC and Verisign have their own."""
    assert plan.query_line("whois.denic.de", "romashka.de") == "-T dn,ace romashka.de"
    assert plan.query_line("whois.verisign-grs.com", "romashka.com") == "domain romashka.com"
    assert plan.query_line("whois.tcinet.ru", "romashka.ru") == "romashka.ru"


def bootstrap(*services: Any) -> bytes:
    return json.dumps({"version": "1.0", "services": services}).encode()


def test_rdap_bases_prefer_https_and_the_longest_suffix() -> None:
    """A registry-run third level never asks its parent's RDAP."""
    listed = plan.read_bootstrap(
        bootstrap(
            [["ru", "KG"], ["http://rdap.example/", "https://rdap.example"]],
            [["co.uk"], ["https://rdap.co.example/x/"]],
            [["uk"], ["https://rdap.uk.example/"]],
            [["bad"], ["https://192.0.2.1/", "ftp://rdap.example/", "https://[", ""]],
        )
    )

    assert listed is not None
    assert plan.rdap_bases("ru", listed) == ("https://rdap.example/", "http://rdap.example/")
    assert plan.rdap_bases("msk.ru", listed) == ()
    assert plan.rdap_bases("co.uk", listed) == ("https://rdap.co.example/x/",)
    assert plan.rdap_bases("org.uk", listed) == ("https://rdap.uk.example/",)
    assert plan.rdap_bases("bad", listed) == ()
    assert plan.rdap_bases("io", listed) == ("https://rdap.identitydigital.services/rdap/",)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"<html>", b"[" * 99_999, bootstrap(), bootstrap(["x"], 5)]
)
def test_a_broken_bootstrap_is_no_bootstrap(body: bytes) -> None:
    """Then the shipped one serves."""
    assert plan.read_bootstrap(body) is None


def test_the_shipped_bootstrap_knows_the_great_suffixes() -> None:
    """And no .ru, which has no RDAP."""
    shipped = plan.shipped_bootstrap()

    assert plan.rdap_bases("com", shipped) == ("https://rdap.verisign.com/com/v1/",)
    assert plan.rdap_bases("ru", shipped) == ()


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("% IANA WHOIS server\n\nrefer:        whois.nic.example\n\ndomain:       EXAMPLE\n", "whois.nic.example"),
        ("domain:       EXAMPLE\nwhois:        whois.nic.example\n", "whois.nic.example"),
        ("domain:       EXAMPLE\nwhois:\n\nstatus: ACTIVE\n", ""),
        ("whois: 127.0.0.1\n", ""),
        ("refer: 169.254.169.254\n", ""),
        ("refer: localhost\n", ""),
        ("refer: http://whois.nic.example/\n", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_iana_may_only_name_a_host(text: str, server: str) -> None:
    """An address literal or a URL is no referral."""
    assert plan.iana_referral(text) == server


def test_policies_of_registries() -> None:
    """Who publishes expiries, and where days are counted."""
    assert plan.publishes_expiry("ru")
    assert not plan.publishes_expiry("de")
    assert not plan.publishes_expiry("com.au")
    assert str(plan.civil_zone("msk.ru")) == "Europe/Moscow"
    assert plan.civil_zone("com") is None


@pytest.mark.parametrize(
    "name",
    [
        "whois_suffixes",
        "whois_servers",
        "whois_dialects",
        "whois_dates",
        "whois_phrases",
        "whois_wordings",
        "whois_statuses",
        "whois_redaction",
    ],
)
def test_every_table_says_where_it_comes_from(name: str) -> None:
    """Source and date."""
    table = tomllib.loads((files("probes.kit.data") / f"{name}.toml").read_text("utf-8"))

    assert table["source"]
    assert table["date"]
