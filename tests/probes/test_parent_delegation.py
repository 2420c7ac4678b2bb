"""One question to the zone above: registered, not registered, or not known."""

from __future__ import annotations

import asyncio

import pytest

from probes.kit.net import DnsAnswer, DnsQuestion, NetTrouble, ReferralQuestion
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain
from probes.parent_delegation import ParentDelegation, parent_delegation
from tests.peers.paper_net import PaperNet, dns_page

SERVER = "192.0.2.53"
RU = dns_page("ru", "NS", "ru NS a.dns.net.") | dns_page("a.dns.net", "A", f"a.dns.net A {SERVER}")
RU |= dns_page("a.dns.net", "AAAA")


def said(name: str, *referral: str, rcode: str = "NOERROR", flags: str = "AA") -> dict:
    authority = referral or ("ru SOA a. b. 1 2 3 4 5",)
    pages = dns_page(
        name,
        "NS",
        rcode=rcode,
        authority=authority,
        server=SERVER,
        flags=flags if not referral else "",
    )
    (answer,) = pages.values()
    return {ReferralQuestion(name, SERVER): answer}


def nobody(question) -> DnsAnswer:
    assert isinstance(question, ReferralQuestion)
    return said(question.name, rcode="NXDOMAIN")[question]


def look(pages: dict, otherwise=nobody, name: str = "d.ru"):
    net = PaperNet(RU | pages, otherwise)
    return asyncio.run(parent_delegation.look(Domain(name), net)), net


def test_a_referral_means_registered() -> None:
    outcome, _ = look(said("d.ru", "d.ru NS ns1.h.net.", "d.ru NS ns2.h.net."))
    assert outcome == Seen(ParentDelegation("ru", ("ns1.h.net", "ns2.h.net")))


def test_the_parents_no_means_not_delegated_and_costs_one_question() -> None:
    outcome, net = look({})
    assert outcome == Absent("NXDOMAIN at ru")
    assert [q for q in net.asked if isinstance(q, ReferralQuestion)] == [
        ReferralQuestion("d.ru", SERVER)
    ]


def test_a_wildcard_address_in_the_parent_zone_registers_nothing() -> None:
    outcome, _ = look(said("d.ru"))
    assert outcome == Absent("not delegated by ru")


def test_a_suffix_that_delegates_everything_tells_nothing() -> None:
    def all_of_them(question: ReferralQuestion) -> DnsAnswer:
        return said(question.name, f"{question.name} NS ns.all.ru.")[question]

    outcome, _ = look({}, all_of_them)
    assert isinstance(outcome, Unknown)
    assert outcome.reason is Reason.MALFORMED


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.NOT_ALLOWED, Reason.RATE_LIMITED])
def test_a_server_that_does_not_answer_says_nothing_of_the_name(reason: Reason) -> None:
    outcome, _ = look({}, lambda _question: NetTrouble(reason))
    assert isinstance(outcome, Unknown)
    assert outcome.reason is reason


def test_refusals_and_a_resolvers_answer_say_nothing() -> None:
    outcome, _ = look(said("d.ru", rcode="REFUSED"))
    assert isinstance(outcome, Unknown)
    outcome, _ = look(said("d.ru", rcode="NXDOMAIN", flags="RA"))
    assert isinstance(outcome, Unknown)


def test_the_parents_servers_are_found_through_the_resolver() -> None:
    _, net = look({})
    assert DnsQuestion("ru", "NS") in net.asked
