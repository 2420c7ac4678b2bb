"""MTA-STS records and policy files (RFC 8461), and TLS-RPT records (RFC 8460)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from probes.kit.mail_address import Destination
from probes.kit.mta_sts import StsPolicy, is_sts, matches, read_sts_policy, read_sts_record
from probes.kit.tls_rpt import TlsReporting, is_tls_rpt, read_tls_rpt

POLICY = "version: STSv1\r\nmode: enforce\r\nmx: mail.d.ru\r\nmx: *.d.net\r\nmax_age: 604800\r\n"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("v=STSv1; id=1", True),
        ("v=STSv1 ; id=1", True),
        ("v=STSv1", True),
        ("v=STSv2; id=1", False),
        (" v=STSv1; id=1", False),
        ("v= STSv1; id=1", False),
        ("v=stsv1; id=1", False),
        ("id=1; v=STSv1", False),
    ],
)
def test_a_record_begins_with_its_version(text, is_one):
    """Section 3.1."""
    assert is_sts(text) is is_one


@pytest.mark.parametrize(
    ("text", "id", "errors"),
    [
        ("v=STSv1; id=20160831085700Z;", "20160831085700Z", ()),
        ("v=STSv1; id=a; other=b", "a", ()),
        ("v=STSv1;", "", ("id",)),
        ("v=STSv1; id=", "", ("id",)),
        ("v=STSv1; id=2026-11-23", "", ("id",)),
        ("v=STSv1; id=" + "1" * 33, "", ("id",)),
        ("v=STSv1; id=1; junk", "1", ("broken",)),
        ("v=STSv1; ID=1", "", ("id",)),
    ],
)
def test_a_record_has_an_id(text, id, errors):
    """One to 32 letters and digits."""
    record = read_sts_record(text)

    assert (record.id, record.errors) == (id, errors)


def test_a_policy_is_read():
    """Section 3.2; line ends of either kind, unknown fields pass."""
    expected = StsPolicy("enforce", 604_800, ("mail.d.ru", "*.d.net"))

    assert read_sts_policy(POLICY) == expected
    assert read_sts_policy(POLICY.replace("\r", "")) == expected
    assert read_sts_policy(POLICY + "x: y\r\n\r\n") == expected
    assert read_sts_policy(POLICY + "mode: none\r\n") == expected


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("version: STSv1", "version: STSv2", "version"),
        ("version: STSv1\r\n", "", "version"),
        ("mode: enforce", "mode: strict", "mode"),
        ("mode: enforce\r\n", "", "mode"),
        ("max_age: 604800", "max_age: week", "max_age"),
        ("max_age: 604800", "max_age: 31557601", "max_age"),
        ("max_age: 604800", "max_age: -1", "max_age"),
        ("max_age: 604800\r\n", "", "max_age"),
        ("mx: mail.d.ru\r\nmx: *.d.net\r\n", "", "mx"),
        ("mx: mail.d.ru", "mx: m*.d.ru", "mx"),
        ("mx: mail.d.ru", "mx: *.*.d.ru", "mx"),
        ("mx: mail.d.ru", "mx mail.d.ru", "line"),
        ("mx: mail.d.ru", "mx:", "line"),
    ],
)
def test_what_breaks_a_policy_is_named(old, new, error):
    """Senders ignore such a file."""
    assert error in read_sts_policy(POLICY.replace(old, new)).errors


def test_a_policy_of_none_needs_no_hosts():
    assert read_sts_policy("version: STSv1\nmode: none\nmax_age: 86400\n").errors == ()


def test_the_longest_term_is_a_year():
    assert read_sts_policy(POLICY.replace("604800", "31557600")).max_age == 31_557_600


@pytest.mark.parametrize(
    ("host", "pattern", "fits"),
    [
        ("mail.d.ru", "mail.d.ru", True),
        ("Mail.D.ru", "mail.d.ru", True),
        ("mx.d.ru", "*.d.ru", True),
        ("a.mx.d.ru", "*.d.ru", False),
        ("d.ru", "*.d.ru", False),
        ("evild.ru", "d.ru", False),
        (".d.ru", "*.d.ru", False),
    ],
)
def test_a_wildcard_stands_for_one_label(host, pattern, fits):
    """Section 4.1."""
    assert matches(host, pattern) is fits


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("v=TLSRPTv1; rua=mailto:a@d.ru", TlsReporting((Destination("mailto", "d.ru"),))),
        (
            "v=TLSRPTv1;rua=https://r.d.ru/x,mailto:a@e.ru;",
            TlsReporting((Destination("https", "r.d.ru"), Destination("mailto", "e.ru"))),
        ),
        ("v=TLSRPTv1; rua=http://r.d.ru/", TlsReporting((), ("rua",))),
        ("v=TLSRPTv1;", TlsReporting((), ("rua",))),
        ("v=TLSRPTv1; rua=mailto:a@d.ru; junk", TlsReporting((Destination("mailto", "d.ru"),), ("broken",))),
        ("v=TLSRPTv1; ext=1; rua=mailto:a@d.ru", TlsReporting((Destination("mailto", "d.ru"),))),
    ],
)  # fmt: skip
def test_a_reporting_record_names_somebody(text, record):
    """RFC 8460 section 3."""
    assert is_tls_rpt(text)
    assert read_tls_rpt(text) == record


@pytest.mark.parametrize("text", ["v=TLSRPTv2; rua=mailto:a@d.ru", "rua=mailto:a@d.ru; v=TLSRPTv1"])
def test_other_texts_ask_for_no_reports(text):
    assert not is_tls_rpt(text)


@given(some.text("version: STSv1\n\rmodeax_g0*.;=ж\0", max_size=200))
def test_reading_never_raises(text):
    """Whatever is published."""
    read_sts_record(text)
    read_sts_policy(text)
    read_tls_rpt(text)
