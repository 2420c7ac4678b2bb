"""The DNS records probe keeps the three answers apart, type by type."""

from __future__ import annotations

import asyncio

import pytest

from probes.dns_records import (
    CertificateAuthorityRule,
    DnsRecords,
    MailExchange,
    StartOfAuthority,
    dns_records,
)
from probes.kit.dns import control_label
from probes.kit.net import NetTrouble
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Domain, Host
from tests.peers.paper_net import PaperNet, dns_page, no_such_name

CONTROL = f"{control_label('d.ru')}.d.ru"
TYPES = ("NS", "SOA", "MX", "TXT", "CAA")


def look(pages, otherwise=no_such_name):
    return asyncio.run(dns_records.look(Domain("d.ru"), PaperNet(pages, otherwise)))


def test_a_whole_apex_is_read():
    """Every type in its own shape."""
    pages = (
        dns_page("d.ru", "NS", "d.ru NS ns1.h.ru.", "d.ru NS ns2.h.ru.")
        | dns_page("d.ru", "SOA", "d.ru SOA ns1.h.ru. support.h.ru. 42 1 1 1 1")
        | dns_page("d.ru", "MX", "d.ru MX 10 mx.h.ru.", "d.ru MX 5 mx0.h.ru.")
        | dns_page("d.ru", "TXT", 'd.ru TXT "v=spf1 -all"')
        | dns_page("d.ru", "CAA", 'd.ru CAA 0 issue "ca.example"')
    )

    assert look(pages) == Seen(
        DnsRecords(
            ns=Seen(("ns1.h.ru", "ns2.h.ru")),
            soa=Seen(StartOfAuthority("ns1.h.ru", "support@h.ru", 42)),
            mx=Seen((MailExchange(5, "mx0.h.ru"), MailExchange(10, "mx.h.ru"))),
            txt=Seen(("v=spf1 -all",)),
            caa=Seen((CertificateAuthorityRule("issue", "ca.example"),)),
            wildcard=Absent("NXDOMAIN"),
        )
    )


def test_a_name_that_does_not_exist_is_absent():
    """All of the apex types must say so."""
    assert look({}) == Absent("NXDOMAIN")


@pytest.mark.parametrize("type", TYPES)
def test_one_failure_keeps_the_name_in_doubt(type):
    """NXDOMAIN for four types and SERVFAIL for the fifth does not make the domain disappear."""
    outcome = look(dns_page("d.ru", type, rcode="SERVFAIL"))

    assert isinstance(outcome, Seen)
    assert getattr(outcome.fact, type.lower()) == Unknown(Reason.SERVFAIL, "127.0.0.53")


def test_when_nothing_answers_the_look_is_unknown():
    """Whatever the control said."""
    timeout = NetTrouble(Reason.TIMEOUT, "127.0.0.53")

    assert look({}, lambda question: timeout) == Unknown(Reason.TIMEOUT, "127.0.0.53")


def test_an_alias_has_no_zone_of_its_own():
    """The NS and SOA at the end of a CNAME are another domain's; its MX and TXT count."""
    alias = "d.ru CNAME shop.example."
    pages = (
        dns_page("d.ru", "NS", alias, "shop.example NS ns.example.")
        | dns_page("d.ru", "SOA", alias, "shop.example SOA a. b. 1 1 1 1 1")
        | dns_page("d.ru", "MX", alias, "shop.example MX 1 mx.example.")
    )

    outcome = look(pages)

    assert isinstance(outcome, Seen)
    assert outcome.fact.ns == Absent("CNAME")
    assert outcome.fact.soa == Absent("CNAME")
    assert outcome.fact.mx == Seen((MailExchange(1, "mx.example"),))


def test_a_wildcard_is_seen():
    """The control label has addresses."""
    outcome = look(
        dns_page("d.ru", "NS", "d.ru NS ns1.h.ru.")
        | dns_page(CONTROL, "A", f"{CONTROL} A 192.0.2.7")
    )

    assert isinstance(outcome, Seen)
    assert outcome.fact.wildcard == Seen(("192.0.2.7",))


def test_null_mx_and_mentions():
    """A null MX mentions nobody; names that can be no hosts are dropped."""
    outcome = look(
        dns_page("d.ru", "MX", "d.ru MX 0 .")
        | dns_page("d.ru", "NS", "d.ru NS ns1.h.ru.", r"d.ru NS n\(s.h.ru.")
    )

    assert isinstance(outcome, Seen)
    assert outcome.fact.null_mx
    assert list(outcome.fact.mentions()) == [Mention(Host("ns1.h.ru"), "ns_host_of")]
