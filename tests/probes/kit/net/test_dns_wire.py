"""Our wire format agrees with dnspython's, and junk is None, never an exception."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as some

from probes.kit.net import DnsAnswer
from probes.kit.net.dns_authority import read_authority, read_referral
from probes.kit.net.dns_reading import open_message, read_answer
from probes.kit.net.dns_wire import (
    TYPES,
    answers_to,
    decode_name,
    encode_name,
    encode_query,
    encode_question,
    read_head,
    read_name,
    read_records,
    type_number,
)

labels = some.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=20)
names = some.lists(labels, min_size=1, max_size=8).map(".".join)
types = some.sampled_from(sorted(set(TYPES) - {"OPT"}))


@given(names, types, some.integers(0, 65535), some.booleans(), some.booleans())
def test_a_query_is_the_one_dnspython_would_send(name, type, ident, recursion, edns):
    """Same octets, whatever the name, type and options."""
    oracle = dns.message.make_query(name + ".", type, id=ident)
    oracle.use_edns(0 if edns else -1, payload=1232)
    oracle.flags = dns.flags.RD if recursion else 0

    question = encode_question(name.upper(), type)
    assert question is not None
    ours = encode_query(ident, question, recursion=recursion, edns=edns)

    assert ours == oracle.to_wire()


@pytest.mark.parametrize("name", ["a..b", ".a", "a" * 64 + ".ru", "a." * 128, "пример.рф", "a\\.b"])
def test_what_no_name_can_be_is_not_encoded(name):
    """Lengths, empty labels, other alphabets and escapes are refused."""
    assert encode_name(name) is None


@pytest.mark.parametrize(
    ("mnemonic", "number"),
    [
        ("A", 1),
        ("CAA", 257),
        ("TYPE65534", 65534),
        ("TYPE65536", None),
        ("TYPE", None),
        ("X", None),
    ],
)
def test_types_have_numbers(mnemonic, number):
    """Known mnemonics and RFC 3597 spellings."""
    assert type_number(mnemonic) == number


def test_odd_octets_are_escaped_like_dnspython_does():
    """RFC 1035 section 5.1."""
    wire = b"\x05a.b c\x03\xd0\xb6\\\x02ru\x00"
    name, _ = dns.name.from_wire(wire, 0)

    assert decode_name(wire) == name.to_text(omit_final_dot=True).lower()


def response_to(name: str, *lines: str, type: str = "MX") -> dns.message.Message:
    query = dns.message.make_query(name, type, use_edns=0)
    response = dns.message.make_response(query, recursion_available=True)
    for line in lines:
        owner, kind, data = line.split(" ", 2)
        response.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, data))
    response.authority.append(dns.rrset.from_text("ru.", 60, "IN", "SOA", "a.ru. hm.ru. 1 2 3 4 5"))
    return response


SAMPLE = response_to(
    "www.example.ru.",
    "www.example.ru. CNAME mail.example.ru.",
    "mail.example.ru. MX 10 a.example.ru.",
    'mail.example.ru. TXT "v=spf1 -all" "more"',
).to_wire()


@given(names, some.lists(some.tuples(names, some.integers(0, 65535)), min_size=1, max_size=6))
def test_records_lie_where_dnspython_finds_them(name, hosts):
    """Owners, types, lifetimes and data of compressed messages."""
    response = response_to(name + ".", *(f"{host}. MX {n} mx.{name}." for host, n in hosts))
    wire = response.to_wire()

    records = read_records(wire)

    assert records is not None
    ours = [
        (r.section, decode_name(read_name(wire, r.owner) or b""), r.type, r.ttl)
        for r in records
        if r.section < 2
    ]
    oracle = dns.message.from_wire(wire, one_rr_per_rrset=True)
    assert ours == [
        (number, rrset.name.to_text(omit_final_dot=True), int(rrset.rdtype), rrset.ttl)
        for number, section in enumerate((oracle.answer, oracle.authority))
        for rrset in section
    ]


def read_all(wire: bytes) -> None:
    read_head(wire)
    read_records(wire)
    open_message(wire)
    for at in range(0, len(wire), 7):
        read_name(wire, at)
    answer = DnsAnswer(wire, "127.0.0.1")
    for type in ("MX", "TXT", "NS", "SOA", "CAA", "A"):
        read_answer(answer, "www.example.ru", type)
    read_referral(answer, "www.example.ru")
    read_authority(answer, "www.example.ru")


@given(some.binary(max_size=200))
def test_junk_never_raises(wire):
    """Any octets at all."""
    read_all(wire)


@given(some.data())
def test_spoiled_answers_never_raise(data):
    """A good answer with octets changed, cut or repeated, its question and id intact."""
    start = 12 + len(encode_name("www.example.ru") or b"") + 4
    body = bytearray(SAMPLE)
    for _ in range(data.draw(some.integers(1, 12))):
        body[data.draw(some.integers(start, len(body) - 1))] = data.draw(some.integers(0, 255))
    cut = data.draw(some.integers(start, len(body)))
    type = data.draw(some.sampled_from(["MX", "TXT", "A", "CNAME"]))
    body[start - 4 : start - 2] = type_number(type).to_bytes(2, "big")
    body[6:8] = data.draw(some.integers(0, 9)).to_bytes(2, "big")

    read_all(bytes(body[:cut]))
    read_answer(DnsAnswer(bytes(body), "127.0.0.1"), "www.example.ru", type)


def test_pointers_may_not_run_forward_or_on_and_on():
    """A name that points at itself, ahead, or through too many pointers is no name."""
    assert read_name(b"\xc0\x00", 0) is None
    assert read_name(b"\xc0\x02\x01a\x00", 0) is None
    ladder = b"\x00" + b"".join((0xC000 | max(0, 2 * i - 1)).to_bytes(2, "big") for i in range(40))
    assert read_name(ladder, 1 + 2 * 10) == b"\x00"
    assert read_name(ladder, 1 + 2 * 39) is None


@pytest.mark.parametrize(
    ("spoil", "accepted"),
    [
        (lambda wire: wire, True),
        (lambda wire: wire[:12] + wire[12:28].upper() + wire[28:], True),
        (lambda wire: wire[:29] + b"\x10" + wire[30:], False),  # another type
        (lambda wire: wire[:31] + b"\x03" + wire[32:], False),  # another class
        (lambda wire: wire[:2] + b"\x01" + wire[3:], False),  # a query, not a response
        (lambda wire: wire[:13] + b"x" + wire[14:], False),
        (lambda wire: wire[:2] + b"\x81\x85" + bytes(8), True),  # REFUSED without the question
        (lambda wire: wire[:2] + b"\x81\x80" + bytes(8), False),  # NOERROR without it says nothing
        (lambda wire: wire[:11], False),
    ],
)
def test_an_answer_is_known_by_its_question(spoil, accepted):
    """Name in any case, type and class exactly."""
    question = encode_question("www.example.ru", "MX")

    assert question is not None
    assert answers_to(spoil(SAMPLE), question) is accepted
