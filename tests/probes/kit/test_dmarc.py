"""DMARC records and the tree walk, RFC 9989 (reports to other domains: RFC 9990)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from probes.kit.dmarc import (
    Handling,
    applicable,
    is_dmarc,
    organisational_domain,
    read_dmarc,
    reports_question,
    tree_walk,
)
from probes.kit.mail_address import Destination

NONE, QUARANTINE, REJECT = Handling


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("v=DMARC1; p=none", True),
        ("v=DMARC1", True),
        ("v = DMARC1 ;p=none", True),
        ("v=dmarc1; p=none", False),
        ("v=DMARC2; p=none", False),
        ("p=none; v=DMARC1", False),
        ("V=DMARC1; p=none", False),
        ("", False),
    ],
)
def test_a_record_begins_with_its_version(text, is_one):
    """Section 4.8: the version stands first, the value in capitals."""
    assert is_dmarc(text) is is_one


@pytest.mark.parametrize(
    ("tags", "policies"),
    [
        ("p=reject", (REJECT, REJECT, REJECT)),
        ("p=REJECT", (REJECT, REJECT, REJECT)),
        ("p=reject; sp=none", (REJECT, NONE, NONE)),
        ("p=reject; sp=none; np=reject", (REJECT, NONE, REJECT)),
        ("p=none; np=reject", (NONE, NONE, REJECT)),
        ("p=quarantine; sp=reject", (QUARANTINE, REJECT, REJECT)),
        ("rua=mailto:a@d.ru", (NONE, NONE, NONE)),
        ("", (NONE, NONE, NONE)),
    ],
)
def test_np_falls_back_to_sp_and_that_to_p(tags, policies):
    """Section 4.7; a missing `p` is none."""
    record = read_dmarc(f"v=DMARC1; {tags}")

    assert (record.policy, record.subdomains, record.nonexistent) == policies
    assert record.applies
    assert record.says_policy is ("p=" in tags.lower().replace("sp=", "").replace("np=", ""))


@pytest.mark.parametrize(
    ("tags", "applies", "errors"),
    [
        ("p=rejct; rua=mailto:a@d.ru", True, ("p",)),
        ("p=rejct", False, ("p",)),
        ("p=reject; sp=maybe; rua=mailto:a@d.ru", True, ("sp",)),
        ("p=reject; np=", False, ("np",)),
    ],
)
def test_a_wrong_policy_is_none_where_reports_are_asked_for(tags, applies, errors):
    """And no record at all where they are not."""
    record = read_dmarc(f"v=DMARC1; {tags}")

    assert (record.policy, record.applies, record.errors) == (NONE, applies, errors)


@pytest.mark.parametrize(
    ("tags", "field", "value", "errors"),
    [
        ("adkim=s", "strict_dkim", True, ()),
        ("adkim=r", "strict_dkim", False, ()),
        ("adkim=x", "strict_dkim", False, ("adkim",)),
        ("aspf=S", "strict_spf", True, ()),
        ("aspf=strict", "strict_spf", False, ("aspf",)),
        ("t=y", "testing", True, ()),
        ("t=n", "testing", False, ()),
        ("t=1", "testing", False, ("t",)),
        ("psd=y", "psd", "y", ()),
        ("psd=n", "psd", "n", ()),
        ("psd=u", "psd", "u", ()),
        ("psd=", "psd", "u", ("psd",)),
        ("fo=1:d:s", "failure_options", ("1", "d", "s"), ()),
        ("fo=2", "failure_options", ("0",), ("fo",)),
        ("rua=mailto:a@d.ru,mailto:b@e.ru", "reports",
         (Destination("mailto", "d.ru"), Destination("mailto", "e.ru")), ()),
        ("rua=mailto:a@d.ru!10m", "reports", (Destination("mailto", "d.ru"),), ()),
        ("rua=https://d.ru/", "reports", (), ("rua",)),
        ("rua=a@d.ru", "reports", (), ("rua",)),
        ("ruf=mailto:a@d.ru", "failure_reports", (Destination("mailto", "d.ru"),), ()),
        ("pct=50; rf=afrf; ri=3600", "removed", ("pct", "rf", "ri"), ()),
        ("pct=900", "removed", ("pct",), ()),
        ("x=1", "errors", (), ()),
        ("nonsense", "errors", ("broken",), ("broken",)),
        ("aspf=s; aspf=r", "errors", ("repeated",), ("repeated",)),
    ],
)  # fmt: skip
def test_each_tag_is_read(tags, field, value, errors):
    """Section 4.7; removed and unknown tags mean nothing, whatever they say."""
    record = read_dmarc(f"v=DMARC1; p=reject; {tags}")

    assert getattr(record, field) == value
    assert record.errors == errors
    assert record.policy is REJECT


@pytest.mark.parametrize(
    ("policy", "effective"), [("reject", QUARANTINE), ("quarantine", NONE), ("none", NONE)]
)
def test_testing_weakens_by_one_step(policy, effective):
    """Section 4.7, tag t."""
    assert read_dmarc(f"v=DMARC1; p={policy}; t=y").effective is effective


@pytest.mark.parametrize(
    ("name", "walk"),
    [
        ("d.ru", ("d.ru", "ru")),
        ("a.b.d.ru", ("a.b.d.ru", "b.d.ru", "d.ru", "ru")),
        (
            "a.b.c.d.e.f.g.h.i.j.mail.example.com",
            (
                "a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com",
                "h.i.j.mail.example.com", "i.j.mail.example.com", "j.mail.example.com",
                "mail.example.com", "example.com", "com",
            ),
        ),
        (
            "a.b.c.d.e.f.g.com",
            ("a.b.c.d.e.f.g.com", "b.c.d.e.f.g.com", "c.d.e.f.g.com", "d.e.f.g.com", "e.f.g.com",
             "f.g.com", "g.com", "com"),
        ),
    ],
)  # fmt: skip
def test_the_walk_takes_at_most_eight_questions(name, walk):
    """Section 4.10: a longer name is cut to seven labels after the first question."""
    assert tree_walk(name) == walk
    assert len(walk) <= 8


@pytest.mark.parametrize(
    ("name", "records", "owner"),
    [
        ("a.mail.d.com", {}, "a.mail.d.com"),
        ("a.mail.d.com", {"d.com": ""}, "d.com"),
        ("a.mail.d.com", {"mail.d.com": "psd=n", "d.com": ""}, "mail.d.com"),
        ("a.mail.d.com", {"mail.d.com": "", "d.com": ""}, "d.com"),
        ("a.d.bank", {"bank": "psd=y"}, "d.bank"),
        ("d.bank", {"bank": "psd=y"}, "d.bank"),
        ("a.mega.bank", {"a.mega.bank": "psd=y", "bank": "psd=y"}, "mega.bank"),
    ],
)
def test_the_organisation_is_found_by_the_records(name, records, owner):
    """Section 4.10.2."""
    read = {at: read_dmarc(f"v=DMARC1; p=none; {tags}") for at, tags in records.items()}

    assert organisational_domain(name, read) == owner


@pytest.mark.parametrize(
    ("name", "records", "said"),
    [
        ("d.ru", {"d.ru": "p=reject"}, ("d.ru", REJECT)),
        ("a.d.ru", {"d.ru": "p=reject; sp=quarantine"}, ("d.ru", QUARANTINE)),
        ("a.d.ru", {"d.ru": "p=reject; t=y"}, ("d.ru", QUARANTINE)),
        ("a.d.ru", {"a.d.ru": "p=none", "d.ru": "p=reject"}, ("a.d.ru", NONE)),
        ("d.bank", {"bank": "p=reject; psd=y"}, ("bank", REJECT)),
        ("d.ru", {}, None),
    ],
)
def test_the_nearest_policy_counts(name, records, said):
    """Section 4.10.1: the domain's own, the organisation's, the public suffix's."""
    read = {at: read_dmarc(f"v=DMARC1; {tags}") for at, tags in records.items()}

    assert applicable(name, read) == said


def test_reports_are_allowed_at_a_name_of_the_receiver():
    """RFC 9990."""
    assert reports_question("d.ru", "e.com") == "d.ru._report._dmarc.e.com"


@given(some.text('v=DMARC1;psntrua :ф\0"\\%,!@.y', max_size=200))
def test_reading_never_raises(text):
    """Whatever is published."""
    is_dmarc(text)
    read_dmarc(text)
