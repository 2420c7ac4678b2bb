"""How rows are packed: small, whole again, and readable for ever."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from importlib import resources
from typing import Any

import msgspec
import pytest

from probes.kit.net.question import (
    Answer,
    ApiAnswer,
    ApiQuestion,
    DnsAnswer,
    DnsQuestion,
    Handshake,
    HttpAnswer,
    HttpQuestion,
    SmtpAnswer,
    SmtpQuestion,
    TlsQuestion,
    WhoisAnswer,
    WhoisQuestion,
)
from probes.kit.net.tape import Exchange
from scanner.evidence.packing import (
    PAGE,
    RAW_CAP,
    Packed,
    compress_piece,
    compress_row,
    decompress,
    pack,
    unpack,
)

AT = datetime(2026, 3, 1, 9, 0, 0, 250_000, UTC)


def _page(body: bytes) -> Exchange:
    question = HttpQuestion("http://a.ru/")
    return Exchange(question, AT, "office", HttpAnswer(200, (), body, False, "192.0.2.1"))


def test_a_released_dictionary_is_never_changed() -> None:
    """Rows packed with it could not be read any more."""
    shipped = resources.files("scanner.evidence").joinpath("data/rows-1.zdict").read_bytes()

    assert sha256(shipped).hexdigest() == (
        "68b703e8e609d06c1faa9d9f0ad458173ef9727f8f5fc77f91d3a9daea09dded"
    )


def _again(packed: Packed) -> Exchange:
    pieces = {id_: compress_piece(piece) for id_, piece in packed.pieces}
    page = None if packed.page is None else pieces[packed.page]
    chain = None if packed.chain is None else pieces[packed.chain]
    return unpack(compress_row(packed.row), page, chain)


@pytest.mark.parametrize("most", [1, PAGE, 250_000, 1_000_000])
def test_a_page_may_be_read_in_part(most: int) -> None:
    """Its beginning is given, and all else of the exchange."""
    body = b"page " * 50_000
    packed = pack(_page(body))
    ((_, piece),) = packed.pieces

    read = unpack(compress_row(packed.row), compress_piece(piece), None, most)

    assert read == _page(body[:most])


@pytest.mark.parametrize("body", [b"", b"<p>", bytes(PAGE - 1), bytes(PAGE), b"page " * 50_000])
def test_an_exchange_is_whole_again(body: bytes) -> None:
    """Whether its page lies in the row or beside it."""
    exchange = _page(body)
    packed = pack(exchange)

    assert _again(packed) == exchange
    assert (packed.page is not None) == (len(body) >= PAGE)
    assert packed.second == int(AT.timestamp())


_SHAKEN = Handshake((b"leaf", b"issuer"), "TLSv1.3", "192.0.2.1", "trusted")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (TlsQuestion("a.ru", 443), _SHAKEN),
        (
            HttpQuestion("https://a.ru/"),
            HttpAnswer(200, (), b"x" * PAGE, False, "192.0.2.1", _SHAKEN),
        ),
        (SmtpQuestion("a.ru"), SmtpAnswer("192.0.2.1", "220", (), True, _SHAKEN)),
        (TlsQuestion("a.ru", 443), Handshake((), "TLSv1.3", "192.0.2.1")),
    ],
)
def test_a_chain_lies_beside_its_exchange(question: Any, answer: Any) -> None:
    """Wherever it was shown, in one place."""
    exchange = Exchange(question, AT, "office", answer)
    packed = pack(exchange)

    assert _again(packed) == exchange
    assert packed.chain in (None, pack(Exchange(TlsQuestion("b.ru", 443), AT, "x", _SHAKEN)).chain)
    assert (packed.chain is None) == (b"leaf" not in msgspec.msgpack.encode(exchange))


def test_the_same_page_has_the_same_place() -> None:
    """Whoever shows it, and whenever."""
    here, there = pack(_page(b"x" * PAGE)), pack(_page(b"y" * PAGE))
    later = Exchange(
        HttpQuestion("http://www.a.ru/"),
        datetime(2027, 1, 1, tzinfo=UTC),
        "elsewhere",
        HttpAnswer(404, (("server", "nginx"),), b"x" * PAGE, True, "192.0.2.2"),
    )

    assert pack(later).page == here.page != there.page


@pytest.mark.parametrize(
    ("question", "answer", "says_so"),
    [
        (
            HttpQuestion("http://a.ru/"),
            HttpAnswer(200, (), bytes(RAW_CAP + 1), False, "192.0.2.1"),
            "truncated",
        ),
        (ApiQuestion("http://a.ru/"), ApiAnswer(200, (), bytes(RAW_CAP + 1), False), "truncated"),
        (
            WhoisQuestion("whois.example", "a.ru"),
            WhoisAnswer(bytes(RAW_CAP + 1), True, "192.0.2.1"),
            "complete",
        ),
    ],
)
def test_a_long_answer_is_cut_to_the_cap(question: Any, answer: Answer, says_so: str) -> None:
    """It says so itself, so that it is never read as the whole."""
    packed = pack(Exchange(question, AT, "office", answer))
    cut: Any = _again(packed).answer

    assert packed.truncated
    assert len(getattr(cut, "raw", getattr(cut, "body", b""))) == RAW_CAP
    assert getattr(cut, says_so) is not getattr(answer, says_so)


def test_an_everyday_dns_answer_takes_about_a_hundred_bytes() -> None:
    """Hundreds of thousands of them are kept."""
    wire = bytes.fromhex(
        "8180000100010000000008726f6d6173686b610272750000010001c00c000100010000012c0004c0000201"
    )
    packed = pack(
        Exchange(DnsQuestion("romashka.ru", "A"), AT, "office", DnsAnswer(wire, "192.0.2.53"))
    )

    assert len(compress_row(packed.row)) < 120 < len(packed.row)
    assert decompress(compress_row(packed.row)) == packed.row
