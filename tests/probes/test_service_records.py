"""Services in the DNS: where they lead, and that a wildcard or a failure is never taken for one, or for none."""

from __future__ import annotations

import asyncio

import pytest

from probes.kit.dns import control_label
from probes.kit.net import DnsQuestion, NetTrouble
from probes.kit.net.live import LiveNet, NetSettings
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Domain, Host
from probes.service_records import ServiceHost, ServiceRecords, service_records
from tests.peers.dns_server import SERVFAIL as FAILS
from tests.peers.dns_server import DnsServer
from tests.peers.paper_net import PaperNet, dns_page, no_such_name
from tests.probes.kit.net.loopback import LOOPBACK

SERVFAIL = Unknown(Reason.SERVFAIL, "127.0.0.53")
NOTHING = Absent("no service records")
TCP = dns_page("_tcp.d.ru", "SRV")
TLS = dns_page("_tls.d.ru", "SRV")


def srv(name, *hosts):
    return dns_page(name, "SRV", *(f"{name} SRV 0 1 443 {host}." for host in hosts))


def alias(name, target):
    return dns_page(name, "CNAME", f"{name} CNAME {target}.")


def look(*pages, otherwise=no_such_name):
    book = {question: answer for page in pages for question, answer in page.items()}
    net = PaperNet(book, otherwise)
    return asyncio.run(service_records.look(Domain("d.ru"), net)), net


def test_services_and_aliases_lead_to_hosts():
    """Each host is mentioned once; a service that is decidedly not there (RFC 6186) has none."""
    outcome, _ = look(
        TCP,
        TLS,
        srv("_autodiscover._tcp.d.ru", "mail.client.ru"),
        srv("_xmpp-server._tcp.d.ru", "x1.client.ru", "x2.client.ru"),
        dns_page("_imaps._tcp.d.ru", "SRV", "_imaps._tcp.d.ru SRV 0 0 0 ."),
        srv("_sip._tls.d.ru", "sipdir.online.lync.com"),
        alias("autodiscover.d.ru", "mail.client.ru"),
    )

    assert isinstance(outcome, Seen)
    assert outcome.fact == ServiceRecords(
        (
            ServiceHost("_autodiscover._tcp", "mail.client.ru"),
            ServiceHost("_sip._tls", "sipdir.online.lync.com"),
            ServiceHost("_xmpp-server._tcp", "x1.client.ru"),
            ServiceHost("_xmpp-server._tcp", "x2.client.ru"),
            ServiceHost("autodiscover", "mail.client.ru"),
        ),
        complete=True,
    )
    assert list(outcome.fact.mentions()) == [
        Mention(Host("mail.client.ru"), "srv_host_of"),
        Mention(Host("sipdir.online.lync.com"), "srv_host_of"),
        Mention(Host("x1.client.ru"), "srv_host_of"),
        Mention(Host("x2.client.ru"), "srv_host_of"),
    ]


@pytest.mark.parametrize(
    "name",
    ["_matrix._tcp", "_matrix-fed._tcp", "_sip._tcp", "_sips._tcp", "_sip._udp", "_stun._udp",
     "_pop3s._tcp", "_submissions._tcp", "_ldap._tcp", "_kerberos._tcp", "_turn._udp"],
)  # fmt: skip
def test_telephones_chats_and_directories_are_asked_for(name):
    """Each leads to a host that may stand under a name nobody told of."""
    level = dns_page(f"{name.partition('.')[2]}.d.ru", "SRV")

    outcome, _ = look(level, srv(f"{name}.d.ru", "hs.uzel.net"))

    assert isinstance(outcome, Seen)
    assert outcome.fact.hosts == (ServiceHost(name, "hs.uzel.net"),)


def test_where_nothing_is_one_question_for_each_protocol_is_enough():
    """What does not exist has nothing below it (RFC 8020)."""
    outcome, net = look()

    assert outcome == NOTHING
    assert net.asked == [
        DnsQuestion("_tcp.d.ru", "SRV"),
        DnsQuestion("_tls.d.ru", "SRV"),
        DnsQuestion("_udp.d.ru", "SRV"),
        DnsQuestion("autodiscover.d.ru", "CNAME"),
        DnsQuestion("lyncdiscover.d.ru", "CNAME"),
    ]


def test_a_wildcard_is_no_service():
    """What any name gets is left out, and what differs from it is not."""
    host = "every.host.ru"

    def wild(question):
        name = question.name
        if question.type == "SRV" and name.count(".") > 2:
            return srv(name, host)[question]
        if question.type == "CNAME":
            return alias(name, host)[question]
        return dns_page(name, question.type)[question]

    assert look(otherwise=wild)[0] == NOTHING
    outcome, _ = look(
        srv("_imaps._tcp.d.ru", "imap.client.ru"),
        alias("lyncdiscover.d.ru", "l.client.ru"),
        otherwise=wild,
    )
    assert isinstance(outcome, Seen)
    assert [one.host for one in outcome.fact.hosts] == ["imap.client.ru", "l.client.ru"]


@pytest.mark.parametrize(
    ("pages", "outcome"),
    [
        ([dns_page("_tcp.d.ru", "SRV", rcode="SERVFAIL")], SERVFAIL),
        ([TCP, dns_page("_imaps._tcp.d.ru", "SRV", rcode="SERVFAIL")], SERVFAIL),
        ([dns_page("autodiscover.d.ru", "CNAME", rcode="SERVFAIL")], SERVFAIL),
        (
            [TCP, srv("_imaps._tcp.d.ru", "i.client.ru"),
             dns_page("_tls.d.ru", "SRV", rcode="SERVFAIL")],
            Seen(ServiceRecords((ServiceHost("_imaps._tcp", "i.client.ru"),), False, (Reason.SERVFAIL,))),
        ),
        (
            [TLS, srv("_sip._tls.d.ru", "s.client.ru"),
             dns_page(f"_{control_label('_tls.d.ru')}._tls.d.ru", "SRV", rcode="SERVFAIL")],
            SERVFAIL,
        ),
        (
            [TCP, srv("_imaps._tcp.d.ru", "i.client.ru"),
             dns_page(f"_{control_label('_tcp.d.ru')}._tcp.d.ru", "SRV", rcode="SERVFAIL")],
            Seen(ServiceRecords((ServiceHost("_imaps._tcp", "i.client.ru"),), True)),
        ),
    ],
)  # fmt: skip
def test_a_failure_is_never_an_absence(pages, outcome):
    """Nor is a record one's own while it is unknown what any other name would get."""
    assert look(*pages)[0] == outcome


def test_when_nothing_answers_the_look_is_unknown():
    """A timeout each time."""
    timeout = NetTrouble(Reason.TIMEOUT, "127.0.0.53")

    assert look(otherwise=lambda question: timeout)[0] == Unknown(Reason.TIMEOUT, "127.0.0.53")


def test_names_that_can_be_no_hosts_are_not_mentioned():
    outcome, _ = look(
        TCP, dns_page("_imaps._tcp.d.ru", "SRV", r"_imaps._tcp.d.ru SRV 0 1 1 i\(x.client.ru.")
    )

    assert isinstance(outcome, Seen)
    assert list(outcome.fact.mentions()) == []


def test_it_works_over_the_wire():
    """Against a server on loopback, one of its answers a failure at first."""

    async def story():
        async with DnsServer(
            "_imaps._tcp.d.ru SRV 0 1 993 imap.client.ru.",
            "autodiscover.d.ru CNAME mail.client.ru.",
        ) as server:
            server.fault("_imaps._tcp.d.ru", "SRV", FAILS)
            settings = NetSettings(resolvers=(server.ip,), allow_nets=LOOPBACK)
            async with LiveNet(settings) as net:
                return await service_records.look(Domain("d.ru"), net)

    assert asyncio.run(story()) == Seen(
        ServiceRecords(
            (
                ServiceHost("_imaps._tcp", "imap.client.ru"),
                ServiceHost("autodiscover", "mail.client.ru"),
            ),
            complete=True,
        )
    )
