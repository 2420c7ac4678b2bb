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
from probes.kit.text_tokens import TextToken
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
            soa=Seen(StartOfAuthority("ns1.h.ru", "support@h.ru", 42, 1, 1, 1, 1)),
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


def test_those_who_answer_for_zone_and_certificates_are_mentioned():
    """The SOA's mailbox with its escaped dot, and CAA contacts by mail and by web; nonsense is dropped."""
    outcome = look(
        dns_page("d.ru", "SOA", r"d.ru SOA ns1.h.ru. dns\.admin.client.ru. 42 1 1 1 1")
        | dns_page(
            "d.ru",
            "CAA",
            'd.ru CAA 0 issue "ca.example; account=mailto:x@y.ru"',
            'd.ru CAA 0 iodef "mailto:pki@client.ru"',
            'd.ru CAA 128 IODEF "https://iodef.client.ru/report"',
            'd.ru CAA 0 contactemail "certs@group.ru"',
            'd.ru CAA 0 contactphone "+7 495 000-00-00"',
            'd.ru CAA 0 iodef "nobody"',
        )
    )

    assert isinstance(outcome, Seen)
    assert outcome.fact.soa == Seen(
        StartOfAuthority("ns1.h.ru", "dns.admin@client.ru", 42, 1, 1, 1, 1)
    )
    assert list(outcome.fact.mentions()) == [
        Mention(Host("client.ru"), "soa_mailbox_of"),
        Mention(Host("iodef.client.ru"), "caa_contact_of"),
        Mention(Host("client.ru"), "caa_contact_of"),
        Mention(Host("group.ru"), "caa_contact_of"),
    ]


@pytest.mark.parametrize(
    ("rname", "domain"),
    [
        ("hostmaster.client.ru.", "client.ru"),
        (r"a\.b\.c.client.ru.", "client.ru"),
        (r"admin\@client.ru.", "client.ru"),
        ("hostmaster.", ""),
        (".", ""),
        (r"x.\000\255.ru.", ""),
    ],
)
def test_a_mailbox_in_a_zone_file_is_read_as_it_was_meant(rname, domain):
    """RFC 1035 3.3.13: the first label is the local part, dots and all."""
    outcome = look(dns_page("d.ru", "SOA", f"d.ru SOA ns1.h.ru. {rname} 42 1 1 1 1"))

    assert isinstance(outcome, Seen)
    assert outcome.fact.mailbox_domain == domain


def test_tokens_of_services_are_told_beside_the_texts():
    """The texts stay as they are; no token is Seen where the texts are not."""
    outcome = look(
        dns_page("d.ru", "TXT", 'd.ru TXT "MS=ms75457885"', 'd.ru TXT "hello"')
        | dns_page("d.ru", "NS", "d.ru NS ns1.h.ru.")
    )

    assert isinstance(outcome, Seen)
    assert outcome.fact.txt == Seen(("MS=ms75457885", "hello"))
    assert outcome.fact.tokens == (TextToken("microsoft", "ms", "ms75457885"),)

    outcome = look(
        dns_page("d.ru", "TXT", rcode="SERVFAIL")
        | dns_page("d.ru", "CAA", rcode="SERVFAIL")
        | dns_page("d.ru", "SOA", rcode="SERVFAIL")
    )
    assert isinstance(outcome, Seen)
    assert (outcome.fact.tokens, outcome.fact.certificate_contacts) == ((), ())
    assert outcome.fact.mailbox_domain == ""
