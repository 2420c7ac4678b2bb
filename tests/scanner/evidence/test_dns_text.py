"""DNS answers as text: the same lines as dnspython writes, for everything a name server may send."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence.dns_text import dns_lines, everyday_lines

_RECORDS = [
    ("A", "192.0.2.1"),
    ("AAAA", "2001:db8::1:0:0:1"),
    ("AAAA", "2001:db8:0:1:1:1:1:1"),
    ("AAAA", "::ffff:192.0.2.1"),
    ("AAAA", "::1"),
    ("NS", "ns1.example.net."),
    ("CNAME", "a\\.b.example.net."),
    ("PTR", "."),
    ("MX", "10 mx.example.net."),
    ("MX", "0 ."),
    ("SOA", "ns.example.net. host\\.master.example.net. 2026030100 3600 900 1209600 86400"),
    ("TXT", '"v=spf1 -all"'),
    ("TXT", '"one" "two \\"quoted\\" \\\\ and" "\\200\\001"'),
    ("CAA", '0 issue "letsencrypt.org"'),
    ("DS", "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118"),
    ("SRV", "0 5 5060 sip.example.net."),
    ("TYPE65280", "\\# 2 abcd"),
]


def _oracle(wire: bytes) -> list[str]:
    message = dns.message.from_wire(wire, ignore_trailing=True)
    records = (one for section in (message.answer, message.authority) for one in section)
    return [message.rcode().name, *(line for one in records for line in one.to_text().splitlines())]


def _answer(records: list[tuple[str, str, str, int]], rcode: int = 0, edns: bool = True) -> bytes:
    query = dns.message.make_query("romashka.ru", "A", use_edns=edns)
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.Rcode(rcode))
    for number, (owner, kind, data, ttl) in enumerate(records):
        section = response.authority if number % 3 == 2 else response.answer
        section.append(dns.rrset.from_text(owner, ttl, "IN", kind, data))
    return response.to_wire()


@pytest.mark.parametrize(("kind", "data"), _RECORDS)
def test_every_type_reads_as_in_a_zone_file(kind: str, data: str) -> None:
    """Those read here and those left to dnspython."""
    wire = _answer([("romashka.ru.", kind, data, 300)])

    assert list(dns_lines(wire)) == _oracle(wire)
    assert list(dns_lines(wire))[1].startswith(f"romashka.ru. 300 IN {kind} ")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["romashka.ru.", "www.romashka.ru.", "_dmarc.romashka.ru.", "."]),
            st.sampled_from(_RECORDS),
            st.integers(0, 2**31 - 1),
        ),
        max_size=6,
        unique_by=lambda one: (one[0], one[1][0]),
    ),
    st.sampled_from([0, 1, 2, 3, 4, 5, 9, 16, 23]),
)
def test_a_whole_answer_reads_as_in_a_zone_file(
    records: list[tuple[str, tuple[str, str], int]], rcode: int
) -> None:
    """Any records, any response code."""
    wire = _answer([(owner, kind, data, ttl) for owner, (kind, data), ttl in records], rcode)

    assert list(dns_lines(wire)) == _oracle(wire)


@given(st.data())
def test_a_damaged_answer_reads_as_what_it_is(data: st.DataObject) -> None:
    """A message with a changed or missing octet breaks nothing, whoever reads it."""
    wire = bytearray(_answer([("romashka.ru.", kind, text, 300) for kind, text in _RECORDS[:12:3]]))
    at = data.draw(st.integers(0, len(wire) - 1))
    wire[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(at, len(wire)))

    lines = list(dns_lines(bytes(wire[:cut])))

    assert lines


def test_everyday_answers_do_not_need_dnspython() -> None:
    """A report quotes thousands of them."""
    everyday = [(kind, text) for kind, text in _RECORDS[:13] if not text.startswith("::")]
    wire = _answer([("romashka.ru.", kind, text, 300) for kind, text in everyday])

    assert everyday_lines(wire) == _oracle(wire)
