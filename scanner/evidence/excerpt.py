"""A recorded exchange in a few lines that a person can read."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning
from msgspec import Struct

from probes.kit import page
from probes.kit.net.question import (
    ApiAnswer,
    ApiQuestion,
    DnsAnswer,
    DnsQuestion,
    Handshake,
    HttpAnswer,
    HttpQuestion,
    ListAnswer,
    ListQuestion,
    NamesAnswer,
    NamesQuestion,
    OldTlsQuestion,
    ReferralQuestion,
    ServerQuestion,
    SmtpAnswer,
    SmtpQuestion,
    TlsQuestion,
    WhoisAnswer,
    WhoisQuestion,
    ZoneAnswer,
    ZoneQuestion,
)
from probes.kit.net.tape import Exchange
from scanner.evidence.dns_text import dns_lines

LENGTH = 600
"""Characters of an excerpt at most."""
READ = 16_384
"""Bytes of a page that are read for its excerpt."""

_HEADERS = ("location", "server", "content-type", "last-modified", "retry-after")
_CHARSETS = {"windows-1251": "cp1251", "cp1251": "cp1251", "koi8-r": "koi8-r"}


class Excerpt(Struct, frozen=True):
    """When and from where something was asked, what, and the beginning of what came back."""

    at: datetime
    vantage: str
    question: str
    excerpt: str
    """At most 600 characters; control and direction marks are shown as `�`."""


def excerpt_of(exchange: Exchange) -> Excerpt:
    """Return the excerpt of an exchange, answered or not."""
    if exchange.answer is not None:
        lines = _answer_lines(exchange.answer)
    else:
        lines = iter((str(exchange.failure),))
    return Excerpt(
        at=exchange.at,
        vantage=exchange.vantage,
        question=_plain(question_line(exchange.question))[:LENGTH],
        excerpt=_short(lines),
    )


def transcript_of(exchange: Exchange) -> str:
    """Return an exchange whole, as text: every header, the whole body, nothing shortened."""
    match exchange.answer:
        case HttpAnswer(status=status, address=address, headers=headers, body=body):
            lines = [
                f"{status} from {address}",
                *_all_headers(headers),
                "",
                _in_its_charset(exchange.answer, body),
            ]
        case ApiAnswer(status=status, headers=headers, body=body):
            lines = [str(status), *_all_headers(headers), "", _text(body)]
        case None:
            lines = [str(exchange.failure)]
        case answer:
            lines = list(_answer_lines(answer))
    head = f"{question_line(exchange.question)}\n{exchange.at:%Y-%m-%d %H:%M:%S} UTC from {exchange.vantage}\n"
    return "\n".join((head, *lines))


def _all_headers(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"{name}: {value}" for name, value in headers)


def question_line(question: Any) -> str:
    """Return a question as one line: `DNS MX romashka.ru`, `WHOIS whois.tcinet.ru romashka.ru`."""
    match question:
        case DnsQuestion(name=name, type=kind, server=server):
            return f"DNS {kind} {name}" + (f" @{server}" if server else "")
        case ReferralQuestion(name=name, server=server):
            return f"DNS NS {name} @{server}"
        case ServerQuestion(name=name, type=kind, server=server, recursion=recursion):
            way = "over TCP with recursion" if recursion else "over TCP"
            return f"DNS {kind} {name} @{server} {way}"
        case NamesQuestion(zone=zone):
            return f"DNS A, a word list below {zone}"
        case ZoneQuestion(zone=zone, server=server):
            return f"DNS AXFR {zone} @{server}"
        case WhoisQuestion(server=server, line=line):
            return f"WHOIS {server} {line}"
        case TlsQuestion(name=name, port=port, starttls=starttls, address=address):
            spoken = f" after {starttls.upper()} STARTTLS" if starttls else ""
            return f"TLS {name}:{port}{spoken}{_at(address)}"
        case OldTlsQuestion(name=name, port=port):
            return f"TLS 1.1 or older {name}:{port}"
        case HttpQuestion(url=url, address=address):
            return f"GET {url}{_at(address)}"
        case ApiQuestion(url=url):
            return f"GET {url}"
        case SmtpQuestion(name=name, address=address):
            return f"SMTP {name}:25{_at(address)}"
        case ListQuestion(source=source, name=name):
            return f"{source}: {name}"
    return type(question).__name__


def _at(address: str | None) -> str:
    return f" at {address}" if address else ""


def _answer_lines(answer: Any) -> Iterator[str]:
    match answer:
        case DnsAnswer(wire=wire, server=server):
            yield f"from {server}"
            yield from dns_lines(wire)
        case WhoisAnswer(raw=raw):
            yield from _text(raw).splitlines()
        case Handshake():
            yield from _handshake_lines(answer)
        case HttpAnswer(status=status, address=address):
            yield f"{status} from {address}"
            yield from _header_lines(answer)
            yield _visible_text(answer)
        case ApiAnswer(status=status, body=body):
            yield str(status)
            yield from _header_lines(answer)
            yield _text(body[: 4 * LENGTH])
        case ListAnswer(row=row):
            yield row
        case NamesAnswer():
            yield f"{answer.asked} labels of the list {answer.words}: {len(answer.found)} found, "
            yield f"{answer.same} as every name, {answer.unanswered} without an answer"
            yield " ".join(answer.found)
        case ZoneAnswer(wire=wire, complete=complete, address=address):
            yield f"{len(wire)} bytes from {address}{'' if complete else ', cut short'}"
            yield from dns_lines(wire[2 : 2 + int.from_bytes(wire[:2], "big")])
        case SmtpAnswer(banner=banner, ehlo=ehlo, trouble=trouble, handshake=handshake):
            yield banner
            yield " ".join(ehlo)
            if trouble:
                yield f"STARTTLS: {trouble}"
            if handshake is not None:
                yield from _handshake_lines(handshake)


def _handshake_lines(handshake: Handshake) -> Iterator[str]:
    yield f"{handshake.version} from {handshake.address}"
    yield from map(_certificate_line, handshake.chain)


@lru_cache(maxsize=256)
def _certificate_line(der: bytes) -> str:
    """Name a certificate; those of the authorities come again and again."""
    try:
        with warnings.catch_warnings():
            # An odd serial number is a finding's business, not a line on somebody's terminal.
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            certificate = x509.load_der_x509_certificate(der)
        return (
            f"{certificate.subject.rfc4514_string()[:120]} "
            f"({certificate.not_valid_before_utc:%Y-%m-%d} to "
            f"{certificate.not_valid_after_utc:%Y-%m-%d}), "
            f"issued by {certificate.issuer.rfc4514_string()[:120]}"
        )
    except (ValueError, x509.InvalidVersion):
        return f"an unreadable certificate of {len(der)} bytes"


def _header_lines(answer: HttpAnswer | ApiAnswer) -> Iterator[str]:
    for name in _HEADERS:
        value = answer.header(name)
        if value:
            yield f"{name}: {value[:200]}"


def _in_its_charset(answer: HttpAnswer, body: bytes) -> str:
    charset = answer.header("content-type").lower().partition("charset=")[2].strip(" \"'")
    return body.decode(_CHARSETS.get(charset, "utf-8"), "replace")


def _visible_text(answer: HttpAnswer) -> str:
    kind, body = answer.header("content-type"), answer.body[:READ]
    if not page.is_html(kind, body):
        return _in_its_charset(answer, body)[:LENGTH]
    return _page_text(body, kind)


@lru_cache(maxsize=64)
def _page_text(body: bytes, kind: str) -> str:
    """Say how a page begins; an apex and its www show the same one, and redirects all look alike."""
    return " | ".join(page.read_words(body, kind, 2 * LENGTH))[: 2 * LENGTH].strip(" |")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _short(lines: Iterator[str]) -> str:
    taken: list[str] = []
    left = LENGTH
    for line in lines:
        plain = _plain(" ".join(line.split()))
        if not plain:
            continue
        taken.append(plain[:left])
        left -= len(plain) + 1
        if left <= 0:
            break
    return "\n".join(taken)[:LENGTH]


def _plain(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else "�" for letter in text)
