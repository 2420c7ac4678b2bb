"""Names inside a domain: zones of their own, told from ordinary hosts, whoever fails to answer."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest

from probes.delegation import ServerLook, ServerState
from probes.kit.dns import IssuerRule
from probes.kit.net.dns_door import DnsDoor
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Host
from probes.sub_zone import SubZone, sub_zone
from tests.peers import dns_server as peer
from tests.peers.dns_server import DnsServer
from tests.probes.test_delegation import LoopbackOnly

NODATA, NXDOMAIN = Absent("NODATA"), Absent("NXDOMAIN")


def look(resolver: DnsServer, *others: DnsServer) -> Any:
    async def work():
        async with AsyncExitStack() as stack:
            for server in (resolver, *others):
                await stack.enter_async_context(server)
            door = DnsDoor((resolver.place,), LoopbackOnly(), patience=timedelta(seconds=0.2))
            stack.push_async_callback(door.aclose)
            return await sub_zone.look(Host("shop.d.ru"), door)

    return asyncio.run(asyncio.wait_for(work(), 60))


def test_a_host_of_the_zone_has_nothing_of_its_own():
    """Two questions, and nobody else is asked."""
    resolver = DnsServer("shop.d.ru A 192.0.2.1")

    assert look(resolver) == Seen(SubZone(NODATA, NODATA))
    assert len(resolver.asked) == 2


def test_its_own_rules_for_certificates_are_told():
    resolver = DnsServer("shop.d.ru A 192.0.2.1", 'shop.d.ru CAA 0 issue "ca.net"')

    outcome = look(resolver)

    assert outcome == Seen(SubZone(NODATA, Seen((IssuerRule("issue", "ca.net"),))))


def test_an_alias_and_a_name_that_is_not_there():
    """What stands at an alias's end is another's."""
    alias = DnsServer(
        "shop.d.ru CNAME x.h.net.", "x.h.net NS ns1.h.net.", 'x.h.net CAA 0 issue "a"'
    )

    assert look(alias) == Seen(SubZone(Absent("CNAME"), Absent("CNAME")))
    assert look(DnsServer("d.ru A 192.0.2.1")) == NXDOMAIN


@pytest.mark.parametrize(
    ("everything", "state"), [(None, ServerState.AUTHORITATIVE), (peer.REFUSED, ServerState.LAME)]
)
def test_a_zone_of_its_own_is_asked_for_at_its_servers(everything: Any, state: ServerState):
    server = DnsServer("shop.d.ru SOA ns1.h.net. hm.h.net. 1 1 1 1 1", origin="shop.d.ru")
    server.everything = everything
    resolver = DnsServer("shop.d.ru NS ns1.h.net.", f"ns1.h.net A {server.ip}")

    outcome = look(resolver, server)

    assert isinstance(outcome, Seen)
    (seen,) = outcome.fact.servers.fact
    assert (seen.host, seen.state) == ("ns1.h.net", state)
    assert outcome.fact.lame is (state is ServerState.LAME)


def test_of_a_lost_zone_the_one_above_tells_the_servers():
    """A resolver that gets no answer from them says SERVFAIL, and no names."""
    server = DnsServer(origin="other.ru")
    server.everything = peer.REFUSED
    above = DnsServer("shop.d.ru NS ns1.h.net.", origin="d.ru")
    resolver = DnsServer("d.ru NS ns.d.ru.", f"ns.d.ru A {above.ip}", f"ns1.h.net A {server.ip}")
    for kind in ("NS", "CAA"):
        resolver.fault("shop.d.ru", kind, always=peer.SERVFAIL)

    outcome = look(resolver, above, server)

    assert isinstance(outcome, Seen)
    assert outcome.fact.lame
    assert outcome.fact.servers == Seen(
        (ServerLook("ns1.h.net", (server.ip,), ServerState.LAME, "refused 3 times"),)
    )
    assert isinstance(outcome.fact.caa, Unknown)


def test_nothing_is_known_where_nobody_answers():
    resolver = DnsServer()
    resolver.everything = peer.SERVFAIL

    assert isinstance(look(resolver), Unknown)
