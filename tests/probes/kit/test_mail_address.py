"""Whom a zone file names: mail domains out of addresses, mailboxes and URIs, written well or badly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from probes.kit.mail_address import (
    Destination,
    destination,
    destinations,
    mail_domain,
    mailbox_domain,
)
from probes.kit.mail_reports import dmarc_destinations, tls_destinations
from probes.kit.target import canonical_name


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ops@Romashka.RU", "romashka.ru"),
        (" ops@romashka.ru. ", "romashka.ru"),
        ('"a@b"@romashka.ru', "romashka.ru"),
        ("почта@ромашка.рф", canonical_name("ромашка.рф")),
        ("ops@localhost", ""),
        ("ops@[192.0.2.1]", ""),
        ("ops@192.0.2.1", ""),
        ("@romashka.ru", ""),
        ("romashka.ru", ""),
        ("ops@", ""),
        ("ops@rom ashka.ru", ""),
        ("o" * 600 + "@romashka.ru", ""),
    ],
)
def test_the_domain_of_an_address(address: str, domain: str) -> None:
    assert mail_domain(address) == domain


@pytest.mark.parametrize(
    ("mailbox", "domain"),
    [
        ("hostmaster@romashka.ru", "romashka.ru"),
        ("dns.admin@romashka.ru", "romashka.ru"),  # written `dns\.admin.romashka.ru.`
        ("admin@a@ru", "a.ru"),  # somebody wrote `admin@a.ru.` into the zone
        ("hostmaster@ru", ""),
        ("hostmaster", ""),
        ("", ""),
        ("a@\ufffd\x00.ru", ""),
    ],
)
def test_the_domain_of_an_soa_mailbox(mailbox: str, domain: str) -> None:
    """RFC 1035 3.3.13, as the DNS reader spells it."""
    assert mailbox_domain(mailbox) == domain


@pytest.mark.parametrize(
    ("uri", "leads"),
    [
        ("mailto:d@romashka.ru", ("mailto", "romashka.ru")),
        (" MAILTO:d@Romashka.ru!10m ", ("mailto", "romashka.ru")),
        ("mailto:d%40romashka.ru", ("mailto", "romashka.ru")),
        ("mailto:a%21b@romashka.ru?subject=x!y", ("mailto", "romashka.ru")),
        ("https://tls.romashka.ru/v1?a=b", ("https", "tls.romashka.ru")),
        ("http://iodef.romashka.ru", ("http", "iodef.romashka.ru")),
        ("https://192.0.2.1/", None),
        ("https://user@romashka.ru/", None),
        ("https://", None),
        ("mailto:", None),
        ("tel:+74950000000", None),
        ("d@romashka.ru", None),
        ("", None),
    ],
)
def test_where_a_uri_leads(uri: str, leads: tuple[str, str] | None) -> None:
    assert destination(uri) == (Destination(*leads) if leads else None)


def test_destinations_come_once_and_in_order_twenty_at_most() -> None:
    assert [one.host for one in destinations(["mailto:a@b.ru", "x:", "mailto:c@b.ru"])] == ["b.ru"]
    assert len(destinations(f"mailto:a@n{n}.ru" for n in range(100))) == 20


@given(some.text())
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    for read in (mail_domain, mailbox_domain, dmarc_destinations, tls_destinations):
        read(text)
    destination(text)
    destination(f"mailto:{text}")
    destination(f"https://{text}")


@pytest.mark.parametrize(
    ("record", "hosts"),
    [
        ("v=DMARC1; p=none; rua=mailto:a@b.ru", ["b.ru"]),
        ("v=DMARC1;RUA = mailto:a@b.ru!5m , mailto:c@d.ru;ruf=mailto:e@f.ru", ["b.ru", "d.ru", "f.ru"]),
        ("v=DMARC1; ruf=mailto:e@f.ru; rua=mailto:a@b.ru, mailto:e@f.ru", ["b.ru", "f.ru"]),
        ("v=DMARC1; rua=https://reports.b.ru/", []),
        ("v=DMARC1; rua=", []),
        ("v=DMARC1; xrua=mailto:a@b.ru", []),
        ("v=DMARC1; rua=a@b.ru", []),
        ("v=DMARC1; rua=mailto:a@b.ru; rua=mailto:c@d.ru", ["b.ru"]),
        ("v=DMARC1;" + "x;" * 3_000 + "rua=mailto:a@b.ru", []),
    ],
)  # fmt: skip
def test_dmarc_reports_go_by_mail(record: str, hosts: list[str]) -> None:
    assert [one.host for one in dmarc_destinations(record)] == hosts


@pytest.mark.parametrize(
    ("record", "hosts"),
    [
        ("v=TLSRPTv1; rua=mailto:t@b.ru,https://tls.c.ru/in", ["b.ru", "tls.c.ru"]),
        ("v=TLSRPTv1;rua=http://tls.c.ru/in", []),
        ("v=TLSRPTv1", []),
    ],
)
def test_tls_reports_go_by_mail_or_https(record: str, hosts: list[str]) -> None:
    """RFC 8460 section 3."""
    assert [one.host for one in tls_destinations(record)] == hosts
