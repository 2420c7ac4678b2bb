"""Zone transfers on loopback: whole, in pieces, cut, refused, forged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.net.question import NetTrouble, ZoneAnswer, ZoneQuestion
from probes.kit.net.zone_door import CAP, ZoneDoor
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.zone_reading import possible_hosts, read_zone
from tests.probes.kit.net.loopback import Behaviour, Names, dialer, own_address, run, server

ZONE = "d.ru"
SOA = "d.ru. SOA ns1.d.ru. hm.d.ru. 1 2 3 4 5"
BODY = [
    "d.ru. NS ns1.d.ru.",
    "ns1.d.ru. A 192.0.2.1",
    "*.d.ru. A 192.0.2.2",
    "_dmarc.d.ru. TXT v=DMARC1",
    "Shop.d.ru. CNAME far.example.",
    "a.b.d.ru. AAAA 2001:db8::1",
    "stranger.example. A 192.0.2.3",
]
NAMES = ("*.d.ru", "_dmarc.d.ru", "a.b.d.ru", "d.ru", "ns1.d.ru", "shop.d.ru")

Messages = Callable[[dns.message.Message], list[bytes]]


def transfer(*groups: list[str], question_once: bool = True, ident: int | None = None) -> Messages:
    """One message for each group of records."""

    def write(query: dns.message.Message) -> list[bytes]:
        wires = []
        for number, group in enumerate(groups):
            message = dns.message.make_response(query)
            if number and question_once:
                message.question = []
            for line in group:
                owner, kind, data = line.split(" ", 2)
                message.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, data))
            message.id = query.id if ident is None else ident
            wires.append(message.to_wire())
        return wires

    return write


def refusal(code: dns.rcode.Rcode) -> Messages:
    def write(query: dns.message.Message) -> list[bytes]:
        message = dns.message.make_response(query)
        message.set_rcode(code)
        return [message.to_wire()]

    return write


def gives(messages: Messages, piece: int = 1 << 16, stay: bool = False) -> Behaviour:
    """A name server that answers one question with these messages, `piece` bytes at a time."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(2), "big")
        query = dns.message.from_wire(await reader.readexactly(size))
        assert query.question[0].name == dns.name.from_text(ZONE)
        text = b"".join(len(wire).to_bytes(2, "big") + wire for wire in messages(query))
        for start in range(0, len(text), piece):
            writer.write(text[start : start + piece])
            await writer.drain()
            await asyncio.sleep(0)
        if stay:
            await reader.read()

    return behave


def asked(behave: Behaviour, patience: timedelta = timedelta(seconds=10)) -> ZoneAnswer:
    async def story() -> ZoneAnswer:
        async with server(behave, 53) as address:
            return await ZoneDoor(dialer(Names()), patience).ask(ZoneQuestion(ZONE, address))

    return run(story())


@pytest.mark.parametrize("piece", [1 << 16, 100, 1])
@pytest.mark.parametrize(
    "messages",
    [
        transfer([SOA, *BODY, SOA]),
        transfer([SOA], BODY[:3], BODY[3:], [SOA]),
        transfer([SOA, *BODY], [SOA], question_once=False),
    ],
    ids=["one message", "many messages", "question in each"],
)
def test_a_zone_is_read_to_its_second_soa(messages: Messages, piece: int) -> None:
    answer = asked(gives(messages, piece, stay=True))
    assert answer.complete
    assert read_zone(answer, ZONE) == Seen(NAMES)


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        (dns.rcode.REFUSED, "refused"),
        (dns.rcode.NOTAUTH, "not its zone"),
        (dns.rcode.NOTIMP, "not implemented"),
        (dns.rcode.NOERROR, "an empty answer"),
    ],
)
def test_a_refusal_is_a_statement_about_the_server(code: dns.rcode.Rcode, statement: str) -> None:
    answer = asked(gives(refusal(code), stay=True))
    assert answer.complete
    assert read_zone(answer, ZONE) == Absent(statement)


def test_a_failure_is_no_refusal() -> None:
    said = read_zone(asked(gives(refusal(dns.rcode.SERVFAIL))), ZONE)
    assert isinstance(said, Unknown)
    assert said.reason is Reason.SERVFAIL


def test_what_breaks_off_is_kept_and_says_so() -> None:
    answer = asked(gives(transfer([SOA, *BODY])))
    assert not answer.complete
    assert read_zone(answer, ZONE) == Seen(NAMES)


def test_who_stops_sending_is_not_waited_for_for_ever() -> None:
    answer = asked(gives(transfer([SOA, *BODY]), stay=True), timedelta(seconds=0.3))
    assert not answer.complete
    assert read_zone(answer, ZONE) == Seen(NAMES)


def test_an_endless_zone_is_cut_at_the_cap() -> None:
    many = [
        [f"n{group}-{number}.d.ru. A 192.0.2.1" for number in range(500)] for group in range(90)
    ]
    answer = asked(gives(transfer([SOA], *many)), timedelta(minutes=2))  # the peer builds it long
    assert not answer.complete
    assert CAP - 70_000 < len(answer.wire) <= CAP


@pytest.mark.parametrize(
    "behave",
    [
        gives(transfer([SOA, *BODY, SOA], ident=7)),
        gives(lambda query: []),
        gives(lambda query: [b"HTTP/1.0 400 Bad Request\r\n\r\n"]),
        gives(lambda query: [query.to_wire()]),
    ],
    ids=["another id", "silence", "another protocol", "our own question"],
)
def test_what_is_no_answer_is_a_trouble(behave: Behaviour) -> None:
    with pytest.raises(NetTrouble) as met:
        asked(behave)
    assert met.value.reason is Reason.CONNECTION_LOST


def test_nobody_at_the_port_is_no_listener() -> None:
    with pytest.raises(NetTrouble) as met:
        run(ZoneDoor(dialer(Names())).ask(ZoneQuestion(ZONE, own_address())))
    assert met.value.reason is Reason.NO_LISTENER


def test_the_guard_is_asked_first() -> None:
    with pytest.raises(NetTrouble) as met:
        run(ZoneDoor(dialer(Names())).ask(ZoneQuestion(ZONE, "10.0.0.1")))
    assert met.value.reason is Reason.NOT_ALLOWED


def test_only_what_can_be_a_host_below_the_zone_is_one() -> None:
    assert possible_hosts(NAMES, ZONE) == ("a.b.d.ru", "ns1.d.ru", "shop.d.ru")


@given(st.lists(st.binary(max_size=60)), st.binary(max_size=5))
def test_no_bytes_upset_the_reader(messages: list[bytes], rest: bytes) -> None:
    wire = b"".join(len(one).to_bytes(2, "big") + one for one in messages) + rest
    said = read_zone(ZoneAnswer(wire, True, "192.0.2.1"), ZONE)
    assert isinstance(said, Seen | Absent | Unknown)
