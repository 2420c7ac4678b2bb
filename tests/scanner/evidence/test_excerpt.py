"""A recorded exchange in a few lines a person can read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import dns.message
import dns.rrset
import pytest
import trustme
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.net.question import (
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
from probes.kit.net.tape import Exchange, Failure
from probes.kit.observation import Reason
from scanner.evidence.excerpt import LENGTH, excerpt_of

AT = datetime(2026, 3, 1, tzinfo=UTC)


def _mx() -> bytes:
    response = dns.message.make_response(dns.message.make_query("romashka.ru", "MX"))
    response.answer.append(dns.rrset.from_text("romashka.ru.", 300, "IN", "MX", "10 mx.yandex.ru."))
    return response.to_wire()


def _certificate() -> bytes:
    issued = trustme.CA().issue_cert(
        "romashka.ru", common_name="romashka.ru", not_after=AT + timedelta(1)
    )
    pem = issued.cert_chain_pems[0].bytes()
    return load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


_PAGE = "<title>Ромашка</title><script>var x</script><p>Мы на <b>каникулах</b>"
_HTML = (("content-type", "text/html; charset=windows-1251"), ("location", "/ru/"))


@pytest.mark.parametrize(
    ("question", "answer", "asked", "lines"),
    [
        (
            DnsQuestion("romashka.ru", "MX", "192.0.2.53"),
            DnsAnswer(_mx(), "192.0.2.53"),
            "DNS MX romashka.ru @192.0.2.53",
            ["from 192.0.2.53", "NOERROR", "romashka.ru. 300 IN MX 10 mx.yandex.ru."],
        ),
        (
            DnsQuestion("romashka.ru", "A"),
            DnsAnswer(b"\x00\x01garbage", "192.0.2.53"),
            "DNS A romashka.ru",
            ["from 192.0.2.53", "unreadable answer of 9 bytes: ShortHeader"],
        ),
        (
            WhoisQuestion("whois.tcinet.ru", "romashka.ru"),
            WhoisAnswer(b"domain:  ROMASHKA.RU\r\n\r\nstate: REGISTERED\r\n", True, "192.0.2.1"),
            "WHOIS whois.tcinet.ru romashka.ru",
            ["domain: ROMASHKA.RU", "state: REGISTERED"],
        ),
        (
            HttpQuestion("http://romashka.ru/", "192.0.2.1"),
            HttpAnswer(302, _HTML, _PAGE.encode("cp1251"), False, "192.0.2.1"),
            "GET http://romashka.ru/ at 192.0.2.1",
            [
                "302 from 192.0.2.1",
                "location: /ru/",
                "content-type: text/html; charset=windows-1251",
                "Ромашка | Мы на каникулах",
            ],
        ),
        (
            ApiQuestion("https://rdap.example/domain/romashka.com"),
            ApiAnswer(404, (), b'{"errorCode": 404}', False),
            "GET https://rdap.example/domain/romashka.com",
            ["404", '{"errorCode": 404}'],
        ),
        (
            SmtpQuestion("mx.romashka.ru", "192.0.2.25"),
            SmtpAnswer(
                "192.0.2.25", "220 mx ESMTP", ("PIPELINING", "STARTTLS"), True, None, "no cipher"
            ),
            "SMTP mx.romashka.ru:25 at 192.0.2.25",
            ["220 mx ESMTP", "PIPELINING STARTTLS", "STARTTLS: no cipher"],
        ),
        (
            TlsQuestion("mx.romashka.ru", 25, "smtp"),
            Handshake((b"nonsense",), "TLSv1.3", "192.0.2.25"),
            "TLS mx.romashka.ru:25 after SMTP STARTTLS",
            ["TLSv1.3 from 192.0.2.25", "an unreadable certificate of 8 bytes"],
        ),
    ],
)
def test_every_protocol_reads_as_text(
    question: Any, answer: Any, asked: str, lines: list[str]
) -> None:
    """One line for the question, the beginning of the answer below."""
    excerpt = excerpt_of(Exchange(question, AT, "office", answer))

    assert (excerpt.at, excerpt.vantage, excerpt.question) == (AT, "office", asked)
    assert excerpt.excerpt.splitlines() == lines


def test_certificates_are_named_with_their_dates() -> None:
    """Subject, days, issuer: what one looks for first."""
    answer = Handshake((_certificate(),), "TLSv1.3", "192.0.2.1")

    text = excerpt_of(Exchange(TlsQuestion("romashka.ru", 443), AT, "office", answer)).excerpt

    assert "CN=romashka.ru" in text
    assert "to 2026-03-02), issued by" in text


def test_a_failure_reads_as_its_reason() -> None:
    """No answer is said, not shown as an empty one."""
    failure = Failure(Reason.TIMEOUT, "3 tries")

    excerpt = excerpt_of(Exchange(DnsQuestion("a.ru", "A"), AT, "office", failure=failure))

    assert excerpt.excerpt == "timeout: 3 tries"


@given(
    st.binary(max_size=3000),
    st.sampled_from(["dns", "whois", "http", "html", "api", "tls", "smtp"]),
)
def test_whatever_came_is_short_and_harmless(raw: bytes, kind: str) -> None:
    """Hostile bytes become at most 600 printable characters in lines."""
    html = (("content-type", "text/html"),)
    exchange = {
        "dns": lambda: (DnsQuestion("a.ru", "A"), DnsAnswer(raw, "192.0.2.1")),
        "whois": lambda: (WhoisQuestion("w", "a.ru"), WhoisAnswer(raw, True, "192.0.2.1")),
        "http": lambda: (HttpQuestion("http://a"), HttpAnswer(200, (), raw, False, "192.0.2.1")),
        "html": lambda: (HttpQuestion("http://a"), HttpAnswer(200, html, raw, False, "192.0.2.1")),
        "api": lambda: (ApiQuestion("http://a"), ApiAnswer(200, (), raw, False)),
        "tls": lambda: (TlsQuestion("a", 443), Handshake((raw,), "TLSv1.3", "192.0.2.1")),
        "smtp": lambda: (
            SmtpQuestion("a"),
            SmtpAnswer("192.0.2.1", raw.decode("latin-1"), (), False),
        ),
    }[kind]()

    excerpt = excerpt_of(Exchange(exchange[0], AT, "office", exchange[1]))  # type: ignore[arg-type]

    assert len(excerpt.excerpt) <= LENGTH
    assert excerpt.excerpt.replace("\n", "").isprintable()
