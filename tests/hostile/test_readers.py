"""Answers as large and as odd as a network can bring, given straight to those who read them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from probes.certificate_log import certificate_log
from probes.kit.certificate import read_certificate
from probes.kit.net import ApiAnswer, NetTrouble
from probes.kit.net.http_talk import Fetch
from probes.kit.net.trust import TrustStore, TrustVerdict
from probes.kit.observation import Reason
from probes.kit.page import read_page
from probes.kit.registry.rdap_reader import read_rdap
from probes.kit.registry.second_opinion import second_opinion
from probes.kit.registry.whois_reader import decode, read_whois
from probes.kit.spf import read_spf
from probes.kit.target import Domain
from tests.hostile.bounds import bounded
from tests.hostile.cases import Case, played_in
from tests.internet.odd_certificates import Odd, made
from tests.peers.paper_net import PaperNet

WHOIS = 262_144
PAGE = 524_288
LOG = 4_194_304
"""Bytes at which the doors close."""


def _whois(text: str) -> Callable[[], object]:
    raw = text.encode()[:WHOIS]
    return lambda: read_whois(decode(raw, "whois.tcinet.ru"), "ru")


def _second(text: str) -> Callable[[], object]:
    return lambda: asyncio.run(second_opinion(text, "zlo.com"))


def _log(body: str) -> Callable[[], object]:
    """Both searches of certificate logs get this."""
    answer = ApiAnswer(200, (), body.encode()[:LOG], len(body) > LOG)
    net = PaperNet({}, lambda question: answer)

    def look() -> object:
        try:
            return asyncio.run(certificate_log.look(Domain("zlo.ru"), net))
        except NetTrouble as trouble:
            return trouble

    return look


def _log_of_names() -> Callable[[], object]:
    """Rows of two hundred short names each, no name twice."""
    separator = "\\n"
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    names = ("".join(four) + ".ru" for four in itertools.product(letters, repeat=4))
    dates = '"not_before": "2026-01-01T00:00:00", "not_after": "2026-04-01T00:00:00"'
    rows = (
        f'{{"id": {number}, "name_value": "{separator.join(itertools.islice(names, 200))}", {dates}}}'
        for number in range(2_200)
    )
    return _log("[" + ",".join(rows))


def _page(piece: str) -> Callable[[], object]:
    body = (piece * (PAGE // len(piece))).encode()[:PAGE]
    return lambda: read_page(body, "text/html")


def _names(count: int) -> bytes:
    return made("zlo.ru", Odd(names=lambda own: [f"n{number}.{own}" for number in range(count)]))[0]


def _cut_certificates() -> None:
    whole = _names(3)
    for length in range(len(whole)):
        with pytest.raises(ValueError, match="not a readable certificate"):
            read_certificate(whole[:length])


def _chain_of_hundred() -> None:
    store = TrustStore.load(None)
    chain = tuple(_names(1) for _ in range(100))
    verdict = store.verify(chain, "n0.zlo.ru", datetime.now(UTC))
    assert verdict is not TrustVerdict.TRUSTED


def _tiny_chunks() -> None:
    """A page in one-byte chunks, as it would come off a connection."""

    page = Fetch(PAGE)
    page.take(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    page.take(b"1\r\nz\r\n" * PAGE)

    assert page.status == 200


READERS: dict[str, Callable[[], Any]] = {
    "reader.whois_long_line": _whois("remarks: " + "zlo " * 70_000),
    "reader.whois_colons": _whois(":" * WHOIS),
    "reader.whois_blanks": _whois("Domain Name" + " \t" * 130_000),
    "reader.whois_labels": _whois("".join(f"l{n}: z\n" for n in range(40_000))),
    "reader.whois_returns": _whois("domain: ZLO.RU\r" * 17_000),
    "reader.whois_dates": _whois("paid-till: 2026-99-99T99:99:99+99:99\n" * 7_000),
    "reader.whois_brackets": _whois("[a" * 130_000),
    "reader.second_parser_blanks": _second("Domain Name:" + " " * 60_000 + "\nx"),
    "reader.second_parser_lines": _second("Name Server:\n \t" * 4_000 + "Expir" * 1_000),
    "reader.log_rows": _log("[" + "{}," * 1_398_000 + "{}]"),
    "reader.log_arrays": _log("[" + "[]," * 1_398_000 + "[]]"),
    "reader.log_strings": _log("[" + '"zlo",' * 699_000 + '"zlo"]'),
    "reader.log_names": _log_of_names(),
    "reader.rdap_arrays": lambda: read_rdap(200, b"[" + b"[]," * 340_000 + b"[]]", listed=True),
    "reader.tiny_chunks": _tiny_chunks,
    "reader.page_links": _page('<a href="https://zlo.ru/">z</a>'),
    "reader.page_counters": _page('<script>ym(1, "init"); gtag("G-ZLO");</script>'),
    "reader.senders_long": lambda: read_spf("v=spf1 " + "include:zlo.ru " * 4_300),
    "reader.senders_macros": lambda: read_spf("v=spf1 exists:" + "%{i}" * 16_000),
    "reader.ten_thousand_names": lambda: read_certificate(_names(10_000)),
    "reader.cut_certificates": _cut_certificates,
    "reader.chain_of_hundred": _chain_of_hundred,
}


def test_every_case_is_played() -> None:
    """The table and the readers agree."""
    assert {case.name for case in played_in(__file__)} == set(READERS)


@pytest.mark.parametrize("case", played_in(__file__), ids=str)
def test_a_reader_bears_it(case: Case) -> None:
    """It ends without an error of its own, within its memory and its work."""
    with bounded():
        READERS[case.name]()


def test_a_hostile_log_is_never_an_empty_one() -> None:
    """Rows that are none are no proof that there is no certificate."""
    seen: Any = _log("[{}]")()

    assert seen.reason is Reason.SOURCE_FAILED
