"""Sums of word lists and whole zones are kept and shown like any other answer."""

from __future__ import annotations

from datetime import UTC, datetime

import dns.message
import dns.rrset
import pytest

from probes.kit.net import (
    DnsAnswer,
    NamesAnswer,
    NamesQuestion,
    ReferralQuestion,
    ZoneAnswer,
    ZoneQuestion,
)
from probes.kit.net.question import Answer, AnyQuestion
from probes.kit.net.tape import Exchange
from scanner.evidence.excerpt import excerpt_of
from scanner.evidence.packing import compress_row, pack, unpack

_ZONE = dns.message.make_response(dns.message.make_query("d.ru", "AXFR"))
_ZONE.answer.append(dns.rrset.from_text("d.ru.", 60, "IN", "SOA", "a. b. 1 2 3 4 5"))
_ZONE.answer.append(dns.rrset.from_text("shop.d.ru.", 60, "IN", "A", "192.0.2.1"))
_WIRE = _ZONE.to_wire()


@pytest.mark.parametrize(
    ("question", "answer", "line", "shown"),
    [
        (
            NamesQuestion("d.ru", ("192.0.2.1",)),
            NamesAnswer(5_000, "abc", ("shop", "lk"), ("txt",), 0, 2, True),
            "DNS A, a word list below d.ru",
            "shop lk",
        ),
        (
            ZoneQuestion("d.ru", "192.0.2.53"),
            ZoneAnswer(len(_WIRE).to_bytes(2, "big") + _WIRE, False, "192.0.2.53"),
            "DNS AXFR d.ru @192.0.2.53",
            "shop.d.ru",
        ),
        (
            ReferralQuestion("d.ru", "192.0.2.53"),
            DnsAnswer(_WIRE, "192.0.2.53"),
            "DNS NS d.ru @192.0.2.53",
            "192.0.2.1",
        ),
    ],
)
def test_what_was_asked_in_bulk_is_kept_and_shown(
    question: AnyQuestion, answer: Answer, line: str, shown: str
) -> None:
    exchange = Exchange(question, datetime(2026, 11, 23, tzinfo=UTC), "here", answer)
    packed = pack(exchange)
    assert unpack(compress_row(packed.row), None, None) == exchange
    excerpt = excerpt_of(exchange)
    assert excerpt.question == line
    assert shown in excerpt.excerpt
