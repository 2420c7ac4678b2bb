"""Whose an address is, by sources that may each fail alone."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from probes.address_owner import AutonomousSystem, Network, address_owner
from probes.kit.net import ApiAnswer, ApiQuestion, NetTrouble
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Address, Host
from tests.probes.paper import PaperNet, dns_paper

CAP = 524_288
IP = "192.0.2.10"
PTR = ("10.2.0.192.in-addr.arpa", "PTR")
ORIGIN = ("10.2.0.192.origin.asn.cymru.com", "TXT")
BOOTSTRAP = ApiQuestion("https://data.iana.org/rdap/ipv4.json", max_bytes=CAP)
RDAP = ApiQuestion(
    f"https://rdap.example/ip/{IP}",
    accept="application/rdap+json, application/json",
    max_bytes=CAP,
)
OBJECT = {
    "objectClassName": "ip network",
    "handle": "192.0.2.0 - 192.0.2.255",
    "name": "CLIENT-NET",
    "country": "ru",
    "entities": [
        {"roles": ["abuse"], "vcardArray": ["vcard", [["fn", {}, "text", "Abuse"]]]},
        {
            "roles": ["registrant"],
            "vcardArray": [
                "vcard",
                [["version", {}, "text", "4.0"], ["fn", {}, "text", "Client LLC"]],
            ],
        },
    ],
}


def said(value, status=200):
    """An API answer."""
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return ApiAnswer(status=status, headers=(), body=body, truncated=False)


SERVICES = said(
    {
        "services": [
            [["192.0.0.0/8", "junk"], ["https://wide.example/"]],
            [["192.0.2.0/24"], ["http://plain.example/", "https://rdap.example"]],
        ]
    }
)
PAPER = {BOOTSTRAP: SERVICES, RDAP: said(OBJECT)}


def look(records, paper=PAPER, ip=IP):
    """Look at an address about which the DNS says so; returns the outcome and the net."""
    net = PaperNet({**dns_paper(records), **paper})
    return asyncio.run(address_owner.look(Address(ip), net)), net


ANNOUNCED = {
    ORIGIN: ['"64496 | 192.0.0.0/16 | RU | ripencc | 2010-01-01"', '"64500 64501 | 192.0.2.0/24 | NL | ripencc | 2012-01-01"'],
    ("AS64500.asn.cymru.com", "TXT"): ['"64500 | NL | ripencc | 2010-07-14 | SMALL-NET, NL"'],
}  # fmt: skip


def test_three_sources_tell_whose_an_address_is():
    """Reverse name, the most exact announcement and the registry's holder are all kept."""
    outcome, _ = look({PTR: ["mail.client.example."], **ANNOUNCED})
    fact = outcome.fact

    assert fact.reverse_names == Seen(("mail.client.example",))
    assert fact.system == Seen(AutonomousSystem(64500, "192.0.2.0/24", "NL", "SMALL-NET, NL"))
    assert fact.network == Seen(
        Network("192.0.2.0 - 192.0.2.255", "CLIENT-NET", "Client LLC", "RU")
    )
    assert (fact.provider, fact.provider_name, fact.front) == ("", "Client LLC", False)
    assert list(fact.mentions()) == [Mention(Host("mail.client.example"), "reverse_name_of")]


@pytest.mark.parametrize(
    ("records", "provider", "front"),
    [
        ({PTR: "NXDOMAIN", ORIGIN: ['"198610 | 192.0.2.0/24 | RU | ripencc | 2014-01-01"']}, "beget", False),
        ({PTR: ["vds.timeweb.ru."], ORIGIN: "SERVFAIL"}, "timeweb", False),
        ({PTR: "SERVFAIL", ORIGIN: ['"13335 | 192.0.2.0/24 | US | arin | 2014-01-01"']}, "cloudflare", True),
    ],
)  # fmt: skip
def test_a_known_provider_spares_the_registry_a_question(records, provider, front):
    """RDAP is asked only where nobody else told; the fact says it was not asked."""
    outcome, net = look(records)

    assert (outcome.fact.provider, outcome.fact.front) == (provider, front)
    assert outcome.fact.network.reason is Reason.NOT_ASKED
    assert not [question for question in net.asked if isinstance(question, ApiQuestion)]


@pytest.mark.parametrize(
    ("paper", "expected"),
    [
        ({BOOTSTRAP: SERVICES, RDAP: said({}, 404)}, Absent("RDAP 404")),
        ({BOOTSTRAP: SERVICES, RDAP: said({}, 429)}, Reason.RATE_LIMITED),
        ({BOOTSTRAP: SERVICES, RDAP: said({}, 403)}, Reason.ACCESS_DENIED),
        ({BOOTSTRAP: SERVICES, RDAP: said({}, 500)}, Reason.SOURCE_FAILED),
        ({BOOTSTRAP: SERVICES, RDAP: said(b"<html>")}, Reason.MALFORMED),
        ({BOOTSTRAP: SERVICES, RDAP: said(b"[" * 100_000)}, Reason.MALFORMED),
        ({BOOTSTRAP: SERVICES, RDAP: said({"objectClassName": "domain"})}, Reason.MALFORMED),
        ({BOOTSTRAP: SERVICES, RDAP: NetTrouble(Reason.TIMEOUT, "t")}, Reason.TIMEOUT),
        ({BOOTSTRAP: said({}, 503)}, Reason.SOURCE_FAILED),
        ({BOOTSTRAP: said(b"[]")}, Reason.MALFORMED),
        ({BOOTSTRAP: said({"services": []})}, Reason.NO_SERVICE),
        ({}, Reason.TIMEOUT),
    ],
)  # fmt: skip
def test_a_failing_registry_leaves_the_rest_standing(paper, expected):
    """Only the network is unknown then; an error page is never an empty network."""
    outcome, _ = look({PTR: ["mail.client.example."], **ANNOUNCED}, paper)
    network = outcome.fact.network

    assert (network if isinstance(network, Absent) else network.reason) == expected
    assert isinstance(outcome.fact.system, Seen)
    assert outcome.fact.provider_name == "SMALL-NET, NL"


@pytest.mark.parametrize(
    ("holder", "entities"),
    [
        ("", None),
        ("", "junk"),
        ("", [1, {"roles": None}, {"roles": 5}, {"roles": "registrant"}, {"roles": ["registrant"]}, {"roles": ["registrant"], "vcardArray": [1]}]),
        ("", [{"roles": ["registrant"], "vcardArray": ["vcard", [["fn"], 5, ["fn", {}, "text", ["a"]]]]}]),
        ("Org", [{"roles": ["registrant"], "vcardArray": ["vcard", [["fn", {}, "text", "Fn"], ["org", {}, "text", "Org"]]]}]),
    ],
)  # fmt: skip
def test_a_strange_registry_object_says_what_it_can(holder, entities):
    """Fields of any shape are read or left empty, without an error."""
    paper = {BOOTSTRAP: SERVICES, RDAP: said({**OBJECT, "entities": entities})}
    outcome, _ = look({PTR: "NXDOMAIN", **ANNOUNCED}, paper)

    assert outcome.fact.network.fact.holder == holder


def test_an_unannounced_address_is_a_statement():
    """Cymru's NXDOMAIN means that nobody announces it; SERVFAIL means nothing."""
    absent, _ = look({PTR: "NXDOMAIN", ORIGIN: "NXDOMAIN"})
    unknown, _ = look({PTR: "NXDOMAIN", ORIGIN: "SERVFAIL"})

    assert absent.fact.system == Absent("NXDOMAIN")
    assert unknown.fact.system.reason is Reason.SERVFAIL


@pytest.mark.parametrize(
    "text",
    [
        '"junk"',
        '"x | y | z"',
        '"64496"',
        '" | | "',
        '"4294967296 | 192.0.2.0/24 | NL"',
        '"-1 | 192.0.2.0/24"',
    ],
)
def test_an_unreadable_origin_is_unknown(text):
    """A changed format of the service is our ignorance, not an absence."""
    outcome, _ = look({PTR: "NXDOMAIN", ORIGIN: [text]})

    assert outcome.fact.system.reason is Reason.UNPARSED


def test_a_nameless_system_is_called_by_its_number():
    """A failed question for the name is no empty name."""
    outcome, _ = look({PTR: "NXDOMAIN", ORIGIN: ANNOUNCED[ORIGIN]})

    assert outcome.fact.system.fact.name == "AS64500"


def test_nobody_knowing_anything_is_unknown():
    """When every source fails the look has failed."""
    outcome, _ = look({}, {})

    assert isinstance(outcome, Unknown)


def test_at_most_five_reverse_names_are_kept():
    """Hundreds of PTR records are a curiosity of shared hosting."""
    outcome, _ = look({PTR: [f"h{n}.client.example." for n in range(9)], **ANNOUNCED})

    assert len(outcome.fact.reverse_names.fact) == 5


def test_ipv6_is_asked_in_nibbles():
    """RFC 3596 for the reverse name, origin6 for the announcement."""
    nibbles = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
    outcome, _ = look(
        {
            (f"{nibbles}.ip6.arpa", "PTR"): ["six.client.example."],
            (f"{nibbles}.origin6.asn.cymru.com", "TXT"): [
                '"24940 | 2001:db8::/32 | DE | ripencc | 2011-01-01"'
            ],
        },
        ip="2001:db8::1",
    )

    assert outcome.fact.reverse_names == Seen(("six.client.example",))
    assert outcome.fact.provider == "hetzner"
