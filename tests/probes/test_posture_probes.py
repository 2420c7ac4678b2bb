"""Small looks at how things are kept: name servers' manners, a policy file, old TLS, domains leant on."""

from __future__ import annotations

import asyncio

import dns.flags
import dns.message
import dns.rrset
import pytest

from probes.kit.mta_sts import StsPolicy
from probes.kit.net import (
    DnsAnswer,
    DnsQuestion,
    Handshake,
    HttpAnswer,
    HttpQuestion,
    NetTrouble,
    OldTlsQuestion,
    ServerQuestion,
    TlsQuestion,
)
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain, Endpoint
from probes.mta_sts_policy import PolicyFile, mta_sts_policy
from probes.name_servers import NameServer, name_servers
from probes.old_tls import OldTls, old_tls
from probes.relied_domain import ReliedDomain, relied_domain
from tests.peers.paper_net import PaperNet, dns_page, no_such_name

SERVER = "192.0.2.1"


def looked(look):
    """What the runner makes of a look: a trouble that a probe passes on is Unknown."""
    try:
        return asyncio.run(look)
    except NetTrouble as trouble:
        return Unknown(trouble.reason, trouble.detail)


NS = (
    dns_page("d.ru", "NS", "d.ru NS ns1.h.net.")
    | dns_page("ns1.h.net", "A", f"ns1.h.net A {SERVER}")
    | dns_page("ns1.h.net", "AAAA")
)
SOA = "SOA a. b. 42 2 3 4 5"


def said(name, *records, flags="AA", recursion=False, rcode=0) -> dict:
    message = dns.message.make_response(dns.message.make_query(name, "SOA"))
    message.flags |= dns.flags.from_text(flags) if flags else 0
    message.set_rcode(rcode)
    for line in records:
        owner, kind, data = line.split(" ", 2)
        message.answer.append(dns.rrset.from_text(owner + ".", 60, "IN", kind, data))
    question = ServerQuestion(name, "SOA", SERVER, recursion=recursion)
    return {question: DnsAnswer(message.to_wire(), SERVER)}


def manners(*pages) -> NameServer:
    book = {question: answer for page in pages for question, answer in page.items()}
    outcome = asyncio.run(name_servers.look(Domain("d.ru"), PaperNet(book)))
    assert isinstance(outcome, Seen)
    (one,) = outcome.fact.servers
    return one


def test_a_name_server_that_keeps_its_duties():
    """It answers over TCP and does not offer recursion: nobody else's name is asked for."""
    one = manners(NS, said("d.ru", f"d.ru {SOA}"))

    assert one == NameServer("ns1.h.net", SERVER, Seen(42), False, False)


@pytest.mark.parametrize(
    ("answer", "recurses"),
    [
        (said("example.com", f"example.com {SOA}", flags="RA", recursion=True), True),
        (said("example.com", flags="RA", recursion=True, rcode=3), True),
        (said("example.com", flags="RA", recursion=True, rcode=5), False),
        (said("example.com", flags="RA", recursion=True, rcode=2), None),
        (said("example.com", f"example.com {SOA}", flags="AA RA", recursion=True), None),
        ({ServerQuestion("example.com", "SOA", SERVER, recursion=True):
          NetTrouble(Reason.TIMEOUT)}, None),
    ],
)  # fmt: skip
def test_only_who_looks_up_a_strangers_name_is_open(answer, recurses):
    """An offer is not yet a deed, and a failure says nothing."""
    one = manners(NS, said("d.ru", f"d.ru {SOA}", flags="AA RA"), answer)

    assert one.recurses is recurses


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (Reason.NO_LISTENER, Absent("no listener")),
        (Reason.TIMEOUT, Unknown(Reason.TIMEOUT)),
    ],
)
def test_only_a_closed_port_proves_that_there_is_no_tcp(reason, outcome):
    one = manners(NS, {ServerQuestion("d.ru", "SOA", SERVER): NetTrouble(reason)})

    assert (one.by_tcp, one.recurses) == (outcome, None)


def test_a_name_server_behind_an_alias_is_told():
    alias = (
        dns_page("d.ru", "NS", "d.ru NS ns1.h.net.")
        | dns_page("ns1.h.net", "A", "ns1.h.net CNAME x.h.net.", f"x.h.net A {SERVER}")
        | dns_page("ns1.h.net", "AAAA", "ns1.h.net CNAME x.h.net.", rcode="NOERROR")
        | dns_page("x.h.net", "AAAA")
    )

    assert manners(alias, said("d.ru", f"d.ru {SOA}")).alias


URL = "https://mta-sts.d.ru/.well-known/mta-sts.txt"
FILE = b"version: STSv1\nmode: enforce\nmx: mx.d.ru\nmax_age: 604800\n"


def fetched(answer, trust="trusted"):
    pages = {
        HttpQuestion(URL, max_bytes=65_536): answer,
        TlsQuestion("mta-sts.d.ru", 443): Handshake((), "TLSv1.3", SERVER, trust),
    }
    return looked(mta_sts_policy.look(Domain("d.ru"), PaperNet(pages)))


def http(status=200, body=FILE, truncated=False, kind="text/plain; charset=utf-8"):
    return HttpAnswer(status, (("content-type", kind),), body, truncated, SERVER)


def test_a_policy_is_fetched_as_a_sender_would():
    policy = StsPolicy("enforce", 604_800, ("mx.d.ru",))

    assert fetched(http()) == Seen(PolicyFile(policy, "trusted", "text/plain"))
    assert fetched(http(), "expired").fact.trust == "expired"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (http(404), Absent("status 404")),
        (http(410), Absent("status 410")),
        (NetTrouble(Reason.NO_ADDRESS, "NXDOMAIN"), Absent("NXDOMAIN")),
        (NetTrouble(Reason.NO_LISTENER, "x"), Absent("no listener")),
        (http(301), Unknown(Reason.ACCESS_DENIED, "status 301")),
        (http(403), Unknown(Reason.ACCESS_DENIED, "status 403")),
        (http(503), Unknown(Reason.ACCESS_DENIED, "status 503")),
        (http(truncated=True), Unknown(Reason.OVERSIZED, URL)),
        (NetTrouble(Reason.TIMEOUT, "x"), Unknown(Reason.TIMEOUT, "x")),
        (NetTrouble(Reason.TLS_FAILED, "x"), Unknown(Reason.TLS_FAILED, "x")),
    ],
)
def test_a_policy_is_absent_only_where_somebody_says_so(answer, outcome):
    assert fetched(answer) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Handshake((), "TLSv1.1", SERVER), Seen(OldTls("TLSv1.1"))),
        (NetTrouble(Reason.TLS_FAILED, "tlsv1 alert protocol version"), Absent("refused")),
        (NetTrouble(Reason.TLS_FAILED, "sslv3 alert handshake failure"), Absent("refused")),
        (NetTrouble(Reason.NO_LISTENER, "x"), Absent("no listener")),
        (NetTrouble(Reason.TLS_FAILED, "connection closed in the handshake"),
         Unknown(Reason.TLS_FAILED, "connection closed in the handshake")),
        (NetTrouble(Reason.TIMEOUT, "x"), Unknown(Reason.TIMEOUT, "x")),
    ],
)  # fmt: skip
def test_only_an_alert_is_a_refusal(answer, outcome):
    """A server that hangs up says nothing about versions."""
    net = PaperNet({OldTlsQuestion("d.ru"): answer})

    assert looked(old_tls.look(Endpoint("d.ru", 443), net)) == outcome


def parent(*records, rcode="NOERROR", flags="AA", authority=("ru SOA a. b. 1 2 3 4 5",)) -> dict:
    above = (
        dns_page("ru", "NS", "ru NS a.dns.ripn.net.")
        | dns_page("a.dns.ripn.net", "A", "a.dns.ripn.net A 192.0.2.9")
        | dns_page("a.dns.ripn.net", "AAAA")
    )
    asked = dns_page(
        "d.ru", "NS", *records, rcode=rcode, server="192.0.2.9", flags=flags, authority=authority
    )
    return above | asked


@pytest.mark.parametrize(
    ("pages", "outcome"),
    [
        (dns_page("d.ru", "NS", "d.ru NS ns1.h.net."), Seen(ReliedDomain(("ns1.h.net",)))),
        (dns_page("d.ru", "NS"), Seen(ReliedDomain(()))),
        (dns_page("d.ru", "NS", rcode="SERVFAIL"), Unknown(Reason.SERVFAIL, "127.0.0.53")),
        (dns_page("d.ru", "NS", rcode="NXDOMAIN") | parent(rcode="NXDOMAIN"),
         Absent("NXDOMAIN at ru")),
        (dns_page("d.ru", "NS", rcode="NXDOMAIN") | parent("d.ru NS ns1.h.net.", flags=""),
         Seen(ReliedDomain(("ns1.h.net",)))),
    ],
)  # fmt: skip
def test_a_domain_is_missing_only_by_its_parents_word(pages, outcome):
    """A resolver that filters is overruled; one that fails proves nothing."""
    net = PaperNet(pages, no_such_name)

    assert asyncio.run(relied_domain.look(Domain("d.ru"), net)) == outcome


def test_a_domain_that_exists_costs_one_question():
    net = PaperNet(dns_page("d.ru", "NS", "d.ru NS ns1.h.net."))
    asyncio.run(relied_domain.look(Domain("d.ru"), net))

    assert net.asked == [DnsQuestion("d.ru", "NS")]
