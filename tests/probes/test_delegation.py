"""The delegation probe against real servers: a resolver, a parent zone, and name servers of all kinds."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from ipaddress import ip_address

import dns.flags
import dns.message
import pytest

from probes.delegation import Delegation, ServerLook, ServerState, delegation
from probes.kit.net import NetTrouble
from probes.kit.net.dns_door import DnsDoor
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Domain, Host
from tests.peers import dns_server as peer
from tests.peers.dns_server import DnsServer, unused_place


class LoopbackOnly:
    """The guard of these tests."""

    def check(self, ip: str) -> None:
        """Refuse everything but 127.0.0.0/8."""
        if not ip_address(ip).is_loopback:
            raise NetTrouble(Reason.NOT_ALLOWED, ip)


class World:
    """A resolver, two servers of the zone `ru`, and one name server of `d.ru`."""

    def __init__(self) -> None:
        self.parents = [DnsServer("d.ru NS ns1.h.net.", origin="ru") for _ in range(2)]
        self.server = DnsServer("d.ru SOA ns1.h.net. hm.h.net. 1 1 1 1 1", origin="d.ru")
        self.resolver = DnsServer(
            "ru NS a.dns.net.",
            "ru NS b.dns.net.",
            f"a.dns.net A {self.parents[0].ip}",
            f"b.dns.net A {self.parents[1].ip}",
            f"ns1.h.net A {self.server.ip}",
        )

    def look(self, name: str = "d.ru"):
        """Run the probe in this world."""

        async def work():
            async with AsyncExitStack() as stack:
                for server in (*self.parents, self.server, self.resolver):
                    await stack.enter_async_context(server)
                door = DnsDoor(
                    (self.resolver.place,), LoopbackOnly(), patience=timedelta(seconds=0.2)
                )
                stack.push_async_callback(door.aclose)
                return await delegation.look(Domain(name), door)

        return asyncio.run(asyncio.wait_for(work(), 60))

    def one_server(self, state: ServerState, detail: str = "") -> Seen[Delegation]:
        """The outcome with this one server."""
        return Seen(Delegation("ru", (ServerLook("ns1.h.net", (self.server.ip,), state, detail),)))


def test_the_parents_servers_say_who_serves():
    """One parent server is asked, and the name server has the zone."""
    world = World()

    assert world.look() == world.one_server(ServerState.AUTHORITATIVE)
    assert sum(len(parent.asked) for parent in world.parents) == 1


@pytest.mark.parametrize("refusing", [0, 1])
def test_another_parent_server_is_asked_when_one_fails(refusing):
    """Whichever comes first."""
    world = World()
    world.parents[refusing].everything = peer.REFUSED

    assert world.look() == world.one_server(ServerState.AUTHORITATIVE)


def test_the_parent_says_the_name_does_not_exist():
    """With authority."""
    assert World().look("gone.ru") == Absent("NXDOMAIN at ru")


def test_the_parent_knows_the_name_but_delegates_it_nowhere():
    """NODATA with the parent's SOA."""
    world = World()
    for parent in world.parents:
        parent.add("held.ru TXT on-hold")

    assert world.look("held.ru") == Absent("not delegated by ru")


def without_authority(wire: bytes, query: dns.message.Message) -> bytes:
    response = dns.message.from_wire(wire)
    response.flags &= ~dns.flags.AA
    response.flags |= dns.flags.RA
    return response.to_wire()


@pytest.mark.parametrize("change", [without_authority, peer.SERVFAIL, peer.drop, peer.mangled])
def test_a_no_without_authority_is_no_statement(change):
    """A resolver in the way, a failing or silent parent: nothing is known."""
    world = World()
    for parent in world.parents:
        parent.everything = change

    assert isinstance(world.look("gone.ru"), Unknown)


def test_the_resolver_may_add_but_not_take_away():
    """With a silent parent the resolver's NS records count, its NXDOMAIN does not."""
    world = World()
    for parent in world.parents:
        parent.everything = peer.drop
    world.resolver.add("d.ru NS ns1.h.net.")

    assert world.look() == world.one_server(ServerState.AUTHORITATIVE)
    assert isinstance(world.look("gone.ru"), Unknown)


def test_the_parent_is_the_closest_zone_above():
    """`co.ru` has name servers of its own; `spb.ru` has none, so `ru` is asked."""
    world = World()
    third = DnsServer("d.co.ru NS ns1.h.net.", origin="co.ru")
    world.parents.append(third)
    world.resolver.add("co.ru NS c.dns.net.")
    world.resolver.add(f"c.dns.net A {third.ip}")
    world.resolver.add("spb.ru TXT nothing-here")

    assert world.look("gone.co.ru") == Absent("NXDOMAIN at co.ru")
    assert world.look("gone.spb.ru") == Absent("NXDOMAIN at ru")


@pytest.mark.parametrize(
    ("changes", "state", "detail"),
    [
        ([peer.REFUSED] * 3, ServerState.LAME, "refused 3 times"),
        ([peer.REFUSED] * 2, ServerState.AUTHORITATIVE, ""),
        ([peer.drop] * 3, ServerState.UNKNOWN, "timeout"),
        ([peer.REFUSED, *[peer.drop] * 3], ServerState.UNKNOWN, "timeout"),
        ([peer.SERVFAIL], ServerState.UNKNOWN, "servfail: {ip}"),
        ([without_authority], ServerState.UNKNOWN, "malformed: answered as a resolver does"),
    ],
)
def test_a_server_is_lame_only_by_its_own_word(changes, state, detail):
    """Three refusals; silence and failures prove nothing, nor does a resolver in the way."""
    world = World()
    world.server.fault("d.ru", "SOA", *changes)

    assert world.look() == world.one_server(state, detail.format(ip=world.server.ip))


@pytest.mark.parametrize("origin", ["ru", "."])
def test_a_server_of_another_zone_is_lame(origin):
    """It answers with authority, or refers elsewhere, but does not have the zone."""
    world = World()
    world.server.origin = dns.name.from_text(origin)
    world.server.records.clear()
    if origin == ".":
        world.server.add("ru NS a.dns.net.")

    assert world.look() == world.one_server(ServerState.LAME, "answered, but not with the zone")


@pytest.mark.parametrize(
    ("address", "fault", "state", "detail"),
    [
        (None, None, ServerState.NO_ADDRESS, "NXDOMAIN"),
        (None, peer.SERVFAIL, ServerState.UNKNOWN, "address: servfail"),
        ("198.51.100.7", None, ServerState.UNKNOWN, "not_allowed"),
        (unused_place()[0], None, ServerState.UNKNOWN, "no_listener"),
    ],
)
def test_a_server_that_cannot_be_dialled(address, fault, state, detail):
    """No address is the DNS's word; a failure to find or reach it is ours."""
    world = World()
    world.resolver = DnsServer(
        "ru NS a.dns.net.",
        f"a.dns.net A {world.parents[0].ip}",
        *([f"ns1.h.net A {address}"] if address else []),
    )
    if fault:
        world.resolver.fault("ns1.h.net", "A", always=fault)

    outcome = world.look()

    assert isinstance(outcome, Seen)
    [server] = outcome.fact.servers
    assert (server.state, server.detail) == (state, detail)


def test_at_most_eight_servers_are_asked():
    """A zone file of a hundred name servers does not make us ask a hundred; the rest is unknown."""
    world = World()
    for parent in world.parents:
        for i in range(20):
            parent.add(f"many.ru NS n{i}.h.net.")

    outcome = world.look("many.ru")

    assert isinstance(outcome, Seen)
    states = [server.state for server in outcome.fact.servers]
    assert states == [ServerState.NO_ADDRESS] * 8 + [ServerState.UNKNOWN] * 12
    assert not outcome.fact.lame


@pytest.mark.parametrize("fault", [None, peer.SERVFAIL])
def test_a_server_is_not_lame_while_an_address_of_it_was_not_asked(fault):
    """It refuses at two addresses; it has a third, or one that could not be found out."""
    world = World()
    world.server.everything = peer.REFUSED
    if fault:
        world.resolver.fault("ns1.h.net", "AAAA", always=fault)
    else:
        world.resolver.add("ns1.h.net A 198.51.100.7")
        world.resolver.add("ns1.h.net A 198.51.100.8")

    outcome = world.look()

    assert isinstance(outcome, Seen)
    assert outcome.fact.servers[0].state is ServerState.UNKNOWN


def test_name_servers_are_mentioned():
    """In canonical spelling."""
    outcome = World().look()

    assert isinstance(outcome, Seen)
    assert list(outcome.fact.mentions()) == [Mention(Host("ns1.h.net"), "ns_host_of")]
