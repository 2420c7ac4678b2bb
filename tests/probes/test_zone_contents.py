"""Zones that can be read whole: by transfer, and along the chain of their signatures."""

from __future__ import annotations

import asyncio

import dns.message
import dns.rcode
import dns.rrset
import pytest

from probes.kit.net import DnsQuestion, NetTrouble, ZoneAnswer, ZoneQuestion
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Domain, Host
from probes.zone_chain import Chain, zone_chain
from probes.zone_transfer import Transfer, zone_transfer
from tests.peers.paper_net import PaperNet, dns_page, no_such_name

SERVERS = {"ns1.h.net": "192.0.2.1", "ns2.h.net": "192.0.2.2"}
NS = dns_page("d.ru", "NS", *(f"d.ru NS {host}." for host in SERVERS))
for _host, _ip in SERVERS.items():
    NS |= dns_page(_host, "A", f"{_host} A {_ip}") | dns_page(_host, "AAAA")


def zone(*lines: str, ip: str = "192.0.2.1", complete: bool = True) -> dict:
    soa = "d.ru. SOA a. b. 1 2 3 4 5"
    message = dns.message.make_response(dns.message.make_query("d.ru", "AXFR"))
    for line in (soa, *lines):
        owner, kind, data = line.split(" ", 2)
        message.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, data))
    wire = message.to_wire()
    return {ZoneQuestion("d.ru", ip): ZoneAnswer(len(wire).to_bytes(2, "big") + wire, complete, ip)}


def refused(ip: str) -> dict:
    message = dns.message.make_response(dns.message.make_query("d.ru", "AXFR"))
    message.set_rcode(dns.rcode.REFUSED)
    wire = message.to_wire()
    return {ZoneQuestion("d.ru", ip): ZoneAnswer(len(wire).to_bytes(2, "big") + wire, True, ip)}


def transferred(pages: dict):
    return asyncio.run(zone_transfer.look(Domain("d.ru"), PaperNet(NS | pages)))


def test_one_generous_server_gives_the_zone_away() -> None:
    outcome = transferred(zone("shop.d.ru. A 192.0.2.9", "_x.d.ru. TXT x") | refused("192.0.2.2"))
    assert outcome.fact.given
    assert [(one.host, one.said) for one in outcome.fact.servers] == [
        ("ns1.h.net", Transfer.GIVEN),
        ("ns2.h.net", Transfer.REFUSED),
    ]
    assert list(outcome.fact.mentions()) == [Mention(Host("shop.d.ru"), "transferred_from_zone")]


def test_a_refusal_is_seen_and_says_nothing_of_names() -> None:
    outcome = transferred(refused("192.0.2.1") | refused("192.0.2.2"))
    assert isinstance(outcome, Seen)
    assert not outcome.fact.given
    assert outcome.fact.hosts == ()


def test_a_server_without_tcp_gives_nothing() -> None:
    dead = {ZoneQuestion("d.ru", ip): NetTrouble(Reason.NO_LISTENER) for ip in SERVERS.values()}
    outcome = transferred(dead)
    assert {one.said for one in outcome.fact.servers} == {Transfer.REFUSED}


def test_where_no_server_was_reached_nothing_is_known() -> None:
    silent = {ZoneQuestion("d.ru", ip): NetTrouble(Reason.TIMEOUT) for ip in SERVERS.values()}
    assert transferred(silent) == Unknown(Reason.TIMEOUT)


def test_a_zone_that_broke_off_is_incomplete() -> None:
    outcome = transferred(zone("a.d.ru. A 192.0.2.9", complete=False) | refused("192.0.2.2"))
    assert not outcome.fact.complete


def chain(*links: tuple[str, str], zone_name: str = "d.ru") -> dict:
    pages: dict = {}
    for name, after in links:
        pages |= dns_page(name, "NSEC", f"{name} NSEC {after}. A RRSIG NSEC")
    return pages


def walked(pages: dict, otherwise=None):
    return asyncio.run(zone_chain.look(Domain("d.ru"), PaperNet(pages, otherwise)))


def test_a_plain_chain_is_followed_round_to_the_apex() -> None:
    outcome = walked(
        chain(
            ("d.ru", "*.d.ru"),
            ("*.d.ru", "_dmarc.d.ru"),
            ("_dmarc.d.ru", "shop.d.ru"),
            ("shop.d.ru", "d.ru"),
        )
    )
    assert (outcome.fact.chain, outcome.fact.complete, outcome.fact.steps) == (Chain.PLAIN, True, 4)
    assert list(outcome.fact.mentions()) == [Mention(Host("shop.d.ru"), "listed_in_zone_chain_of")]


@pytest.mark.parametrize(
    ("links", "stopped"),
    [
        ([("d.ru", "a.d.ru"), ("a.d.ru", "b.d.ru"), ("b.d.ru", "a.d.ru")], "loop"),
        ([("d.ru", "a.d.ru"), ("a.d.ru", "evil.example")], "outside"),
        ([("d.ru", "a.d.ru"), ("a.d.ru", "\\000.a.d.ru")], "outside"),
    ],
)
def test_a_chain_that_leads_astray_is_left(links: list[tuple[str, str]], stopped: str) -> None:
    fact = walked(chain(*links)).fact
    assert (fact.complete, fact.stopped) == (False, stopped)
    assert all(host.endswith(".d.ru") for host in fact.hosts)


def test_an_endless_chain_is_left_after_three_thousand_names() -> None:
    def one_more(question: DnsQuestion):
        name = question.name
        after = f"n{int(name[1:5]) + 1:04d}.d.ru" if name != "d.ru" else "n0000.d.ru"
        return dns_page(name, "NSEC", f"{name} NSEC {after}. A")[question]

    fact = walked({}, one_more).fact
    assert (len(fact.hosts), fact.stopped) == (3_000, "too_long")


def test_made_up_next_names_list_nothing() -> None:
    fact = walked(chain(("d.ru", "\\000.d.ru"))).fact
    assert (fact.chain, fact.hosts, fact.complete) == (Chain.MINIMAL, (), True)


def test_a_delegated_name_ends_the_walk_and_keeps_what_was_met() -> None:
    fact = walked(chain(("d.ru", "a.d.ru"), ("a.d.ru", "sub.d.ru")), no_such_name).fact
    assert (fact.hosts, fact.stopped) == (("a.d.ru", "sub.d.ru"), "delegation")


def test_trouble_on_the_way_keeps_what_was_met() -> None:
    fact = walked(chain(("d.ru", "a.d.ru")), lambda _question: NetTrouble(Reason.TIMEOUT)).fact
    assert (fact.hosts, fact.complete, fact.stopped) == (("a.d.ru",), False, "timeout")


@pytest.mark.parametrize(
    ("keys", "hashes", "kind"),
    [
        ((), (), Chain.UNSIGNED),
        (("d.ru DNSKEY 257 3 13 AAAA",), ("d.ru NSEC3PARAM 1 0 0 -",), Chain.HASHED),
        (("d.ru DNSKEY 257 3 13 AAAA",), (), Chain.HIDDEN),
    ],
)
def test_zones_without_a_plain_chain_say_which_kind_they_are(keys, hashes, kind: Chain) -> None:
    pages = dns_page("d.ru", "NSEC") | dns_page("d.ru", "DNSKEY", *keys)
    pages |= dns_page("d.ru", "NSEC3PARAM", *hashes)
    fact = walked(pages).fact
    assert (fact.chain, fact.hosts, fact.complete) == (kind, (), True)


def test_a_domain_that_does_not_exist_has_no_chain() -> None:
    assert walked({}, no_such_name) == Absent("NXDOMAIN")


CHARGED = ("vasilek.ru._report._dmarc.d.ru", "*._report._dmarc.d.ru", "x.d.ru._report._dmarc.d.ru")


def test_a_zone_tells_whose_reports_it_takes_by_transfer_and_by_chain() -> None:
    """For one domain of others; not what any domain at all gets, nor its own (RFC 9990)."""
    given = transferred(zone(*(f'{one}. TXT "v=DMARC1"' for one in CHARGED)) | refused("192.0.2.2"))
    names = ("d.ru", *CHARGED)
    followed = walked(chain(*zip(names, (*CHARGED, "d.ru"), strict=True)))

    for outcome in (given, followed):
        assert outcome.fact.charges == ("vasilek.ru",)
        assert list(outcome.fact.mentions()) == [Mention(Host("vasilek.ru"), "takes_reports_on")]
