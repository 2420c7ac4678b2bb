"""What stands beside an address is asked of the DNS; a hoster's numbering says nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from probes.address_neighbours import AddressNeighbours, ReverseName, address_neighbours
from probes.kit.net import DnsQuestion
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Address, Host
from tests.probes.paper import PaperNet, dns_paper


def look(names: dict[int, Any], otherwise: str | None = "NXDOMAIN", ip: str = "192.0.2.35") -> Any:
    """Look round an address; `names` are the reverse names by last octet."""
    told = {} if otherwise is None else dict.fromkeys(range(256), otherwise)
    paper = {
        (f"{octet}.2.0.192.in-addr.arpa", "PTR"): answer
        for octet, answer in {**told, **names}.items()
    }
    net = PaperNet(dns_paper(paper))
    return asyncio.run(address_neighbours.look(Address(ip), net)), net


def test_the_sixteen_addresses_of_the_block_are_asked_for():
    """From 32 to 47 round 35, each once, and every name is mentioned."""
    outcome, net = look({34: ["office.vasilek.ru."], 40: ["office.vasilek.ru.", "romashka.ru."]})

    asked = [question for question in net.asked if isinstance(question, DnsQuestion)]
    assert {question.name for question in asked} == {
        f"{octet}.2.0.192.in-addr.arpa" for octet in range(32, 48)
    }
    assert outcome == Seen(
        AddressNeighbours(
            "192.0.2.32/28",
            (
                ReverseName("192.0.2.34", "office.vasilek.ru"),
                ReverseName("192.0.2.40", "office.vasilek.ru"),
                ReverseName("192.0.2.40", "romashka.ru"),
            ),
            numbered=0,
            unanswered=0,
        )
    )
    assert list(outcome.fact.mentions()) == [
        Mention(Host("office.vasilek.ru"), "reverse_name_beside"),
        Mention(Host("romashka.ru"), "reverse_name_beside"),
    ]


@pytest.mark.parametrize(
    ("name", "tells"),
    [
        ("mail.vasilek.ru.", True),
        ("ns1.vasilek.ru.", True),
        ("mail2.vasilek.ru.", True),
        ("vasilek2010.ru.", True),
        ("vps123.hoster.ru.", False),
        ("host-192-0-2-34.hoster.ru.", False),
        ("34.hoster.ru.", False),
        ("ip34.hoster.ru.", False),
        ("c0000222.hoster.ru.", False),
        ("localhost.", False),
        ("ru.", False),
    ],
)
def test_numbering_says_nothing(name: str, tells: bool):
    """Names that hold the address, or a long number, are counted and left out."""
    outcome, _ = look({34: [name]})

    assert [one.name for one in outcome.fact.names] == ([name.rstrip(".")] if tells else [])
    assert outcome.fact.numbered == (0 if tells else 1)


@pytest.mark.parametrize(("many", "told"), [(11, 11), (12, 0)])
def test_a_block_that_one_owner_named_says_nothing(many: int, told: int):
    """A dozen of sixteen names under one registered name are the hoster's."""
    words = ["".join(chr(97 + (octet >> bit) % 7) for bit in range(4)) for octet in range(32, 48)]
    outcome, _ = look({32 + n: [f"{words[n]}.hoster.ru."] for n in range(many)})

    assert len(outcome.fact.names) == told
    assert outcome.fact.numbered == many - told


def test_where_nobody_has_a_name_there_is_none():
    """A statement by the owner of the network."""
    assert look({})[0] == Absent("no reverse name")


def test_what_was_not_answered_is_told():
    """Half a block is no whole one, and silence is no absence."""
    outcome, _ = look({34: ["mail.vasilek.ru."], 35: "SERVFAIL", 36: "SERVFAIL"})
    silent, _ = look({}, otherwise="SERVFAIL")
    partly, _ = look({36: "SERVFAIL"})

    assert outcome.fact.unanswered == 2
    assert isinstance(silent, Unknown)
    assert silent.reason is Reason.SERVFAIL
    assert partly.fact.unanswered == 1


def test_networks_of_ipv6_are_not_gone_through():
    """They are too large."""
    outcome, net = look({}, ip="2001:db8::1")

    assert outcome.reason is Reason.NOT_ASKED
    assert net.asked == []
