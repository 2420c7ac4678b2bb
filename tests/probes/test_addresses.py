"""The addresses probe tells "no such name" from "could not find out", along every chain."""

from __future__ import annotations

import asyncio

import pytest

from probes.addresses import HostAddresses, addresses
from probes.kit.net import NetTrouble
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Address, Host
from tests.peers.paper_net import PaperNet, dns_page

NX = {"rcode": "NXDOMAIN"}
FAILS = {"rcode": "SERVFAIL"}
SERVFAIL = Unknown(Reason.SERVFAIL, "127.0.0.53")
ALIAS = "d.ru CNAME gone.shop."


def look(a, aaaa):
    pages = dns_page("d.ru", "CNAME", rcode="SERVFAIL")
    for type, (records, how) in (("A", a), ("AAAA", aaaa)):
        pages |= dns_page("d.ru", type, *records, **how)
    return asyncio.run(addresses.look(Host("d.ru"), PaperNet(pages)))


@pytest.mark.parametrize(
    ("a", "aaaa", "outcome"),
    [
        (
            (["d.ru A 192.0.2.2", "d.ru A 192.0.2.1"], {}),
            (["d.ru AAAA 2001:db8::1"], {}),
            Seen(
                HostAddresses((), False, Seen(("192.0.2.1", "192.0.2.2")), Seen(("2001:db8::1",)))
            ),
        ),
        (
            (["d.ru A 192.0.2.1"], {}),
            ([], {}),
            Seen(HostAddresses((), False, Seen(("192.0.2.1",)), Absent("NODATA"))),
        ),
        (
            (["d.ru A 192.0.2.1"], {}),
            ([], FAILS),
            Seen(HostAddresses((), False, Seen(("192.0.2.1",)), SERVFAIL)),
        ),
        (([], {}), ([], FAILS), Seen(HostAddresses((), False, Absent("NODATA"), SERVFAIL))),
        (([], {}), ([], {}), Seen(HostAddresses((), False, Absent("NODATA"), Absent("NODATA")))),
        (([], NX), ([], NX), Absent("NXDOMAIN")),
        (([], NX), ([], FAILS), Absent("NXDOMAIN")),
        # Balancers that know no AAAA answer NXDOMAIN for it: the name may well have addresses.
        (([], FAILS), ([], NX), Seen(HostAddresses((), False, SERVFAIL, Absent("NXDOMAIN")))),
        (([], FAILS), ([], FAILS), SERVFAIL),
        (
            ([ALIAS], NX),
            ([ALIAS], NX),
            Seen(HostAddresses(("gone.shop",), True, Absent("NXDOMAIN"), Absent("NXDOMAIN"))),
        ),
        (
            ([ALIAS], NX),
            ([], FAILS),
            Seen(HostAddresses(("gone.shop",), True, Absent("NXDOMAIN"), Absent("NXDOMAIN"))),
        ),
    ],
)
def test_each_family_has_its_own_outcome(a, aaaa, outcome):
    """NXDOMAIN of the name itself ends the look; of a chain's end it means dangling."""
    assert look(a, aaaa) == outcome


def test_aliases_in_a_circle_are_a_loop_whatever_the_resolver_calls_it():
    """Resolvers say SERVFAIL; the aliases themselves say that nobody else gets any further."""
    pages = {}
    for type in ("A", "AAAA"):
        pages |= dns_page("d.ru", type, rcode="SERVFAIL")
    pages |= dns_page("d.ru", "CNAME", "d.ru CNAME e.ru.")
    net = PaperNet(pages | dns_page("e.ru", "CNAME", "e.ru CNAME d.ru."))
    assert asyncio.run(addresses.look(Host("d.ru"), net)) == Unknown(
        Reason.LOOP, "aliases without an end: d.ru"
    )

    net = PaperNet(pages | dns_page("e.ru", "CNAME", rcode="SERVFAIL"))
    assert asyncio.run(addresses.look(Host("d.ru"), net)) == SERVFAIL


def test_a_timeout_is_unknown():
    """No answer for either family."""
    net = PaperNet({}, lambda question: NetTrouble(Reason.TIMEOUT, "127.0.0.53"))

    outcome = asyncio.run(addresses.look(Host("d.ru"), net))

    assert outcome == Unknown(Reason.TIMEOUT, "127.0.0.53")


def test_chain_and_addresses_are_mentioned():
    """A chain name that can be no host is not."""
    fact = HostAddresses(("a.shop", "b\\032c.shop"), False, Seen(("192.0.2.1",)), Absent("NODATA"))

    assert list(fact.mentions()) == [
        Mention(Host("a.shop"), "cname_of"),
        Mention(Address("192.0.2.1"), "address_of"),
    ]
