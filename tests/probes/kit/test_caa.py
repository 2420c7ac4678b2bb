"""Who may issue certificates, RFC 8659."""

from __future__ import annotations

import pytest

from probes.dns_records import CertificateAuthorityRule as Rule
from probes.kit.caa import authorities, identities_of, issuer_of, permission, relevant

LE, SECTIGO = ("letsencrypt.org",), ("sectigo.com", "comodoca.com")


def issue(value, tag="issue", flags=0):
    return Rule(tag, value, flags)


@pytest.mark.parametrize(
    ("records", "wildcard", "who", "may"),
    [
        ((), False, LE, True),
        ((issue("letsencrypt.org"),), False, LE, True),
        ((issue("letsencrypt.org"),), False, SECTIGO, False),
        ((issue("letsencrypt.org"),), True, LE, True),
        ((issue("comodoca.com"),), False, SECTIGO, True),
        ((issue("letsencrypt.org"), issue("sectigo.com")), False, SECTIGO, True),
        ((issue(";"),), False, LE, False),
        ((issue(";"), issue("letsencrypt.org")), False, LE, True),
        ((issue("letsencrypt.org"), issue(";", "issuewild")), False, LE, True),
        ((issue("letsencrypt.org"), issue(";", "issuewild")), True, LE, False),
        ((issue(";"), issue("letsencrypt.org", "issuewild")), True, LE, True),
        ((issue(";"), issue("letsencrypt.org", "issuewild")), False, LE, False),
        ((issue("letsencrypt.org", "issuewild"),), False, SECTIGO, True),
        ((issue("mailto:a@d.ru", "iodef"),), False, LE, True),
        ((issue("letsencrypt.org; validationmethods=dns-01"),), False, LE, True),
        ((issue("LetsEncrypt.ORG"),), False, LE, True),
        ((issue("%%%%"),), False, LE, False),
        ((issue("letsencrypt.org; junk"),), False, LE, False),
        ((issue("letsencrypt.org", flags=128),), False, LE, True),
        ((issue("x", "tbs", 128), issue("letsencrypt.org")), False, LE, False),
        ((issue("x", "tbs", 0), issue("letsencrypt.org")), False, LE, True),
        ((issue("a@d.ru", "contactemail", 128),), False, LE, True),
    ],
)
def test_an_authority_may_issue_or_not(records, wildcard, who, may):
    """Sections 4.2, 4.3 and 4.5."""
    assert permission(records, wildcard=wildcard).allows(who) is may


@pytest.mark.parametrize(
    ("value", "issuer"),
    [
        ("ca.example.net", "ca.example.net"),
        (" ca.example.net ; account=230123", "ca.example.net"),
        (";", ""),
        ("", ""),
        ("; a=b", ""),
        ("ca.example.net; nothing", None),
        ("two words", None),
    ],
)
def test_an_issue_value_names_one_authority(value, issuer):
    """Section 4.2."""
    assert issuer_of(value) == issuer


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("x.y.d.ru", "y.d.ru"),
        ("*.y.d.ru", "y.d.ru"),
        ("y.d.ru", "y.d.ru"),
        ("z.d.ru", "d.ru"),
        ("e.ru", ""),
    ],
)
def test_the_closest_records_above_count(name, found):
    """Section 3; an empty set is climbed over."""
    records = {"d.ru": (issue("a.ru"),), "y.d.ru": (issue("b.ru"),), "x.y.d.ru": ()}

    assert relevant(records, name)[0] == found


def test_who_wants_to_be_told_is_noted():
    said = permission((issue("mailto:a@d.ru", "iodef"), issue("https://d.ru/", "IODEF")))

    assert said.told == ("mailto:a@d.ru", "https://d.ru/")


def test_the_data_are_whole():
    """Each authority has a source, names in canonical spelling, and is found by its own name."""
    for one in authorities():
        assert one.issuer == one.issuer.lower()
        assert one.identities == tuple(map(str.lower, one.identities))
        assert identities_of(one.issuer.title())
    assert identities_of("Let's Encrypt") == LE
    assert identities_of("Some Firm's Own CA") == ()
