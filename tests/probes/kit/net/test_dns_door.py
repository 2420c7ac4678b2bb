"""The DNS door against real servers on loopback: loss, lies, long answers, refusals, dead ports."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import dns.asyncquery
import dns.flags
import dns.message
import pytest

from probes.kit.net import DnsQuestion, NetTrouble
from probes.kit.net.dns_door import DnsDoor
from probes.kit.net.dns_reading import read_answer
from probes.kit.observation import Reason, Seen
from tests.peers import dns_server as peer
from tests.peers.dns_server import DnsServer, unused_place

BRIEFLY = timedelta(seconds=0.1)
LONG = timedelta(seconds=20)


class LoopbackOnly:
    """The guard of these tests."""

    def check(self, ip: str) -> None:
        """Refuse everything but 127.0.0.0/8."""
        if not ip_address(ip).is_loopback:
            raise NetTrouble(Reason.NOT_ALLOWED, ip)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a test's work, for a minute at most."""
    return asyncio.run(asyncio.wait_for(work, 60))


async def asked(question: DnsQuestion, *servers: DnsServer, patience: timedelta = BRIEFLY) -> Any:
    """Ask through a fresh door; return what the answer says."""
    door = DnsDoor(tuple(s.place for s in servers), LoopbackOnly(), patience=patience)
    try:
        answer = await door.ask(question)
        return read_answer(answer, question.name, question.type).outcome
    finally:
        await door.aclose()


A = DnsQuestion("example.ru", "A")
GOOD = Seen(("192.0.2.1",))


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [peer.drop],
        [peer.drop, peer.drop],
        [peer.wrong_id],
        [peer.wrong_question],
        [peer.SERVFAIL],
        [peer.REFUSED],
        [peer.drop, peer.SERVFAIL],
        [peer.no_edns],
    ],
)
def test_one_good_answer_in_three_tries_is_enough(changes):
    """Loss, answers meant for others, and a passing failure are survived."""

    async def work() -> None:
        async with DnsServer("example.ru A 192.0.2.1") as server:
            server.fault("example.ru", "A", *changes)
            assert await asked(A, server) == GOOD
            assert len(server.asked) == len(changes) + 1

    run(work())


@pytest.mark.parametrize("changes", [[], [peer.SERVFAIL], [peer.drop]])
def test_a_resolver_that_always_fails_takes_no_chance_from_the_other(changes):
    """The good one may stumble once, even when the bad one was asked first."""

    async def work() -> None:
        async with DnsServer() as bad, DnsServer("example.ru A 192.0.2.1") as good:
            bad.everything = peer.SERVFAIL
            good.fault("example.ru", "A", *changes)
            assert await asked(A, bad, good) == GOOD

    run(work())


@pytest.mark.parametrize(
    ("always", "reason"),
    [
        (peer.drop, Reason.TIMEOUT),
        (peer.wrong_id, Reason.TIMEOUT),
        (peer.wrong_question, Reason.TIMEOUT),
    ],
)
def test_no_answer_is_a_timeout(always, reason):
    """After three tries, not before, and whatever else came in."""

    async def work() -> None:
        async with DnsServer("example.ru A 192.0.2.1") as server:
            server.fault("example.ru", "A", always=always)
            with pytest.raises(NetTrouble) as caught:
                await asked(A, server)
            assert caught.value.reason is reason
            assert len(server.asked) == 3

    run(work())


@pytest.mark.parametrize(
    ("always", "reason", "asks"),
    [
        (peer.SERVFAIL, Reason.SERVFAIL, 2),
        (peer.REFUSED, Reason.DNS_REFUSED, 2),
        (peer.mangled, Reason.MALFORMED, 1),
    ],
)
def test_a_failure_that_stays_is_an_answer(always, reason, asks):
    """The reading says what it is; a resolver gets one more chance."""

    async def work() -> None:
        async with DnsServer("example.ru A 192.0.2.1") as server:
            server.fault("example.ru", "A", always=always)
            assert (await asked(A, server)).reason is reason
            assert len(server.asked) == asks

    run(work())


def test_the_next_resolver_is_tried():
    """Silence, refusal and a dead port of the first one cost a try, no more."""

    async def work() -> None:
        for everything in (peer.drop, peer.SERVFAIL, peer.REFUSED):
            async with DnsServer() as bad, DnsServer("example.ru A 192.0.2.1") as good:
                bad.everything = everything
                assert await asked(A, bad, good) == GOOD
        async with DnsServer("example.ru A 192.0.2.1") as good:
            assert await asked(A, DnsServer(), good, patience=LONG) == GOOD

    run(work())


def test_a_dead_port_is_said_at_once():
    """The system's "port unreachable" on every try is NO_LISTENER, long before the patience ends."""

    async def work() -> None:
        door = DnsDoor((unused_place(),), LoopbackOnly(), patience=LONG)
        async with asyncio.timeout(10):
            with pytest.raises(NetTrouble) as caught:
                await door.ask(A)
        assert caught.value.reason is Reason.NO_LISTENER
        await door.aclose()

    run(work())


def test_an_answer_to_an_earlier_try_still_counts():
    """A slow server is heard although the question was sent again meanwhile."""

    async def work() -> None:
        first_wires: list[bytes] = []

        def keep(wire: bytes, _query: dns.message.Message) -> None:
            first_wires.append(wire)

        def the_first(_wire: bytes, _query: dns.message.Message) -> bytes:
            return first_wires[0]

        async with DnsServer("example.ru A 192.0.2.1") as server:
            server.fault("example.ru", "A", keep, peer.drop, the_first)
            # All tries over one socket, as to a server that is asked directly.
            assert await asked(DnsQuestion("example.ru", "A", server.ip), server) == GOOD

    run(work())


def test_long_answers_come_over_tcp():
    """Two hundred truncated answers at once, none lost, none shortened."""

    async def work() -> None:
        async with DnsServer() as server:
            for i in range(200):
                for part in range(12):
                    server.add(f'n{i}.ru TXT "{i}-{part}-{"x" * 240}"')
            door = DnsDoor((server.place,), LoopbackOnly(), patience=LONG)
            answers = await asyncio.gather(
                *(door.ask(DnsQuestion(f"n{i}.ru", "TXT")) for i in range(200))
            )
            for i, answer in enumerate(answers):
                outcome = read_answer(answer, f"n{i}.ru", "TXT").outcome
                assert isinstance(outcome, Seen)
                assert len(outcome.fact) == 12
                assert all(text.startswith(f"{i}-") for text in outcome.fact)
            assert {transport for _, _, transport in server.asked} == {"udp", "tcp"}
            await door.aclose()

    run(work())


def test_a_server_is_asked_directly_without_recursion():
    """RD is off, the port is 53, and its refusal is its answer."""

    async def work() -> None:
        flags: list[int] = []

        def note(wire: bytes, query: dns.message.Message) -> bytes:
            flags.append(query.flags & dns.flags.RD)
            return wire

        async with DnsServer("example.ru A 192.0.2.1") as server, DnsServer() as resolver:
            server.fault("example.ru", "A", note)
            direct = DnsQuestion("example.ru", "A", server.ip)
            assert await asked(direct, resolver) == GOOD
            assert flags == [0]
            server.fault("example.ru", "A", always=peer.REFUSED)
            assert (await asked(direct, resolver)).reason is Reason.DNS_REFUSED
            assert len(server.asked) == 2
            assert not resolver.asked

    run(work())


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (DnsQuestion("example.ru", "A", "198.51.100.1"), Reason.NOT_ALLOWED),
        (DnsQuestion("example.ru", "A", "ns.example.ru"), Reason.INVALID_QUERY),
        (DnsQuestion("a" * 64 + ".ru", "A"), Reason.INVALID_QUERY),
        (DnsQuestion("example.ru", "ANYTHING"), Reason.INVALID_QUERY),
    ],
)
def test_some_questions_are_never_sent(question, reason):
    """The guard's business, names instead of addresses, impossible names and types."""

    async def work() -> None:
        with pytest.raises(NetTrouble) as caught:
            await asked(question, DnsServer())
        assert caught.value.reason is reason

    run(work())


def test_every_answer_is_right_with_a_thousand_in_flight_and_loss():
    """One datagram in a hundred is dropped, both ways; each answer equals dnspython's."""

    async def work() -> None:
        chance = random.Random(7)
        async with DnsServer() as server:
            for i in range(1000):
                server.add(f"n{i}.ru A 192.0.{i // 250}.{i % 250}")
                server.add(f"n{i}.ru MX {i} m{i}.ru.")
            questions = [
                DnsQuestion(f"n{i % 1300}.ru", "A" if i < 2000 else "MX") for i in range(3000)
            ]
            chance.shuffle(questions)
            server.loss = lambda: chance.random() < 0.01
            door = DnsDoor(
                (server.place,),
                LoopbackOnly(),
                patience=timedelta(seconds=2),
                tries=6,  # three would all be lost once in forty runs
                in_flight=1000,
            )
            answers = await asyncio.gather(*(door.ask(question) for question in questions))
            server.loss = lambda: False
            for question, answer in zip(questions, answers, strict=True):
                query = dns.message.make_query(question.name, question.type, use_edns=0)
                oracle = dns.message.from_wire(server.respond(query.to_wire(), "udp") or b"")
                ours = dns.message.from_wire(answer.wire)
                assert (ours.rcode(), ours.answer) == (oracle.rcode(), oracle.answer)
            await door.aclose()

    run(work())


def test_nothing_is_left_behind():
    """Message ids are given back after answers, timeouts and cancelled questions; sockets close."""

    async def work() -> None:
        async with DnsServer("example.ru A 192.0.2.1") as server:
            door = DnsDoor((server.place,), LoopbackOnly(), patience=BRIEFLY)
            await door.ask(A)
            server.everything = peer.drop
            with pytest.raises(NetTrouble):
                await door.ask(DnsQuestion("example.ru", "MX"))
            pending = asyncio.create_task(door.ask(DnsQuestion("example.ru", "TXT")))
            await asyncio.sleep(0)
            pending.cancel()
            await asyncio.gather(pending, return_exceptions=True)
            assert not any(line.waits for line in door._shared.values())
            assert not door._waiting
            pending = asyncio.create_task(door.ask(DnsQuestion("example.ru", "NS")))
            await asyncio.sleep(0)
            await door.aclose()
            with pytest.raises(NetTrouble) as caught:
                await pending
            assert caught.value.reason is Reason.CONNECTION_LOST

    run(work())


def test_lines_to_servers_are_bounded(monkeypatch):
    """The longest idle socket makes room for a new server."""

    async def work() -> None:
        monkeypatch.setattr("probes.kit.net.dns_door._DIRECT_LINES", 2)
        door = DnsDoor((unused_place(),), LoopbackOnly(), patience=LONG)
        for i in range(5):
            with pytest.raises(NetTrouble):
                await door.ask(DnsQuestion("example.ru", "SOA", f"127.251.0.{i + 1}"))
        assert list(door._direct) == ["127.251.0.4", "127.251.0.5"]
        await door.aclose()

    run(work())


@pytest.mark.parametrize(
    ("records", "faults", "expected"),
    [
        (["d.ru A 192.0.2.1", "d.ru AAAA 2001:db8::1"], {}, ("192.0.2.1", "2001:db8::1")),
        (["d.ru CNAME e.ru.", "e.ru A 192.0.2.1"], {}, ("192.0.2.1",)),
        (["d.ru A 192.0.2.1"], {"AAAA": peer.SERVFAIL}, ("192.0.2.1",)),
        (["d.ru A 192.0.2.1"], {"A": peer.SERVFAIL}, Reason.SERVFAIL),
        (["d.ru A 192.0.2.1"], {"A": peer.drop}, Reason.TIMEOUT),
        (["d.ru A 192.0.2.1"], {"A": peer.REFUSED}, Reason.DNS_REFUSED),
        (["d.ru MX 5 m.ru."], {}, (Reason.NO_ADDRESS, "NODATA")),
        (["x.ru MX 5 m.ru."], {}, (Reason.NO_ADDRESS, "NXDOMAIN")),
        (["x.ru MX 5 m.ru."], {"AAAA": peer.SERVFAIL}, (Reason.NO_ADDRESS, "NXDOMAIN")),
        (["x.ru MX 5 m.ru."], {"A": peer.SERVFAIL}, Reason.SERVFAIL),
    ],
)
def test_addresses_or_the_reason_why_not(records, faults, expected):
    """NO_ADDRESS is an authority's word for both families; anything less is trouble."""

    async def work() -> None:
        async with DnsServer(*records) as server:
            for type, change in faults.items():
                server.fault("d.ru", type, always=change)
            door = DnsDoor((server.place,), LoopbackOnly(), patience=BRIEFLY)
            try:
                found: Any = await door.addresses("d.ru")
            except NetTrouble as trouble:
                found = (
                    trouble.reason
                    if isinstance(expected, Reason)
                    else (trouble.reason, trouble.detail)
                )
            assert found == expected
            await door.aclose()

    run(work())


def test_addresses_are_remembered_for_their_life():
    """A second call asks nothing; an answer with no life is asked for again."""

    async def work() -> None:
        async with DnsServer("long.ru A 192.0.2.1") as server:
            server.add("short.ru A 192.0.2.2", ttl=0)
            door = DnsDoor((server.place,), LoopbackOnly())
            for name in ("long.ru", "long.ru", "short.ru", "short.ru"):
                await door.addresses(name)
            assert [name for name, type, _ in server.asked if type == "A"] == [
                "long.ru",
                "short.ru",
                "short.ru",
            ]
            await door.aclose()

    run(work())


def test_a_chain_the_resolver_left_hanging_is_asked_on():
    """Some resolvers return the alias alone; the last name is then asked for itself."""

    async def work() -> None:
        def alias_alone(wire: bytes, query: dns.message.Message) -> bytes:
            response = dns.message.from_wire(wire)
            del response.answer[1:]
            response.authority.clear()
            return response.to_wire()

        async with DnsServer("d.ru CNAME e.ru.", "e.ru A 192.0.2.1") as server:
            server.fault("d.ru", "A", always=alias_alone)
            server.fault("d.ru", "AAAA", always=alias_alone)
            door = DnsDoor((server.place,), LoopbackOnly())
            assert await door.addresses("d.ru") == ("192.0.2.1",)
            await door.aclose()

    run(work())


@pytest.mark.parametrize("type", ["A", "AAAA"])
def test_addresses_are_asked_for_once_while_they_live(type):
    """Records for their TTL, a "no" for as long as the zone's SOA says; at once, in any case."""

    async def work() -> None:
        async with DnsServer("d.ru A 192.0.2.1") as server:
            server.add("brief.ru A 192.0.2.2", ttl=0)
            server.add("brief.ru AAAA 2001:db8::2", ttl=0)
            door = DnsDoor((server.place,), LoopbackOnly())
            for name in ("d.ru", "d.ru", "brief.ru", "brief.ru"):
                await asyncio.gather(*(door.ask(DnsQuestion(name, type)) for _ in range(5)))
            assert [name for name, _, _ in server.asked] == ["d.ru", "brief.ru", "brief.ru"]
            await door.aclose()

    run(work())


def test_a_look_and_the_visits_of_a_host_share_its_addresses():
    """Whoever comes first, and however many at once: one question for each address family."""

    async def work() -> None:
        async with DnsServer("d.ru A 192.0.2.1", "e.ru AAAA 2001:db8::1") as server:
            door = DnsDoor((server.place,), LoopbackOnly())
            look = [DnsQuestion("d.ru", type) for type in ("A", "AAAA")]
            await asyncio.gather(*map(door.ask, look), *(door.addresses("d.ru") for _ in range(3)))
            await door.addresses("e.ru")
            await asyncio.gather(*(door.ask(DnsQuestion("e.ru", one.type)) for one in look))
            assert sorted(server.asked) == sorted(
                (name, type, "udp") for name in ("d.ru", "e.ru") for type in ("A", "AAAA")
            )
            await door.aclose()

    run(work())


@pytest.mark.parametrize("failure", [peer.SERVFAIL, peer.REFUSED, peer.mangled])
def test_a_failure_is_not_remembered(failure):
    """The next one asks again, and may be luckier."""

    async def work() -> None:
        async with DnsServer("example.ru A 192.0.2.1") as server:
            door = DnsDoor((server.place,), LoopbackOnly())
            server.everything = failure
            said = [await door.ask(A)]
            server.everything = None
            said.append(await door.ask(A))
            assert [read_answer(one, "example.ru", "A").outcome == GOOD for one in said] == [
                False,
                True,
            ]
            await door.aclose()

    run(work())


def test_a_server_asked_directly_is_asked_each_time():
    """Its third refusal is a finding, and not the first one's echo."""

    async def work() -> None:
        async with DnsServer("example.ru A 192.0.2.1") as server:
            door = DnsDoor((unused_place(),), LoopbackOnly())
            for _ in range(3):
                await door.ask(DnsQuestion("example.ru", "A", server.ip))
            assert len(server.asked) == 3
            await door.aclose()

    run(work())
