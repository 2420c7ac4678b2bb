"""The probe of signatures: three answers put together, and what each failure means."""

from __future__ import annotations

import asyncio

from probes.dnssec import dnssec
from probes.kit.net import DnsAnswer, NetTrouble, ServerQuestion
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain
from tests.peers.paper_net import PaperNet, dns_page, no_such_name
from tests.probes.kit.test_dnssec import KEY, SOA, answer, ds, keys, signed

SERVER = "192.0.2.1"
PARENT = (
    dns_page("ru", "NS", "ru NS a.dns.ripn.net.")
    | dns_page("a.dns.ripn.net", "A", "a.dns.ripn.net A 192.0.2.9")
    | dns_page("a.dns.ripn.net", "AAAA")
    | dns_page("d.ru", "NS", "d.ru NS ns1.h.net.", server="192.0.2.9", flags="")
    | dns_page("ns1.h.net", "A", f"ns1.h.net A {SERVER}")
    | dns_page("ns1.h.net", "AAAA")
)
POINTED = dns_page("d.ru", "DS", f"d.ru DS {ds()}")
KEYED = dns_page("d.ru", "DNSKEY", f"d.ru DNSKEY {KEY.to_text()}")
NO_DS, NO_KEYS = dns_page("d.ru", "DS"), dns_page("d.ru", "DNSKEY")


def direct(type, wire) -> dict:
    said = wire if isinstance(wire, NetTrouble) else DnsAnswer(wire, SERVER)
    return {ServerQuestion("d.ru", type, SERVER, signatures=True): said}


SIGNED = (
    direct("DNSKEY", answer(keys(), signed(keys())))
    | direct("SOA", answer(SOA, signed(SOA)))
    | direct("NSEC3PARAM", answer(None))
)
BARE = (
    direct("DNSKEY", answer(None)) | direct("SOA", answer(SOA)) | direct("NSEC3PARAM", answer(None))
)


def look(*pages):
    book = {question: said for page in pages for question, said in page.items()}
    net = PaperNet(book, no_such_name)
    return asyncio.run(dnssec.look(Domain("d.ru"), net)), net


def failing(type):
    return dns_page("d.ru", type, rcode="SERVFAIL")


def test_a_signed_zone_below_its_ds_is_whole():
    outcome, _ = look(PARENT, POINTED, KEYED, SIGNED)

    assert isinstance(outcome, Seen)
    assert outcome.fact.linked
    assert {one.covers for one in outcome.fact.signatures if one.verifies} == {"DNSKEY", "SOA"}
    assert (outcome.fact.server, outcome.fact.iterations) == (SERVER, None)


def test_an_unsigned_zone_costs_two_questions():
    """Nine names in ten are unsigned."""
    outcome, net = look(NO_DS, NO_KEYS)

    assert outcome == Absent("unsigned")
    assert len(net.asked) == 2


def test_a_zone_that_resolvers_refuse_is_read_at_its_own_server():
    """A validating resolver fails over broken signatures: what is broken is seen behind it."""
    outcome, _ = look(PARENT, POINTED, failing("DNSKEY"), BARE)

    assert isinstance(outcome, Seen)
    assert (outcome.fact.keys, outcome.fact.linked) == ((), False)
    assert len(outcome.fact.signers) == 1


def test_keys_without_a_ds_are_seen():
    outcome, _ = look(PARENT, NO_DS, KEYED, SIGNED)

    assert isinstance(outcome, Seen)
    assert outcome.fact.signers == ()
    assert not outcome.fact.linked


def test_a_failure_is_no_absence():
    """Whichever of the questions fails."""
    silent = {question: NetTrouble(Reason.TIMEOUT) for question in SIGNED}

    assert look(failing("DS"), NO_KEYS)[0] == Unknown(Reason.SERVFAIL, "127.0.0.53")
    assert look(NO_DS, failing("DNSKEY"))[0] == Unknown(Reason.SERVFAIL, "127.0.0.53")
    assert look(PARENT, POINTED, KEYED, silent)[0] == Unknown(Reason.TIMEOUT)
    assert isinstance(look(POINTED, KEYED)[0], Unknown)
