"""The grammar of SPF records, RFC 7208."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from probes.kit.spf import Term, expand, is_spf, names_in, read_spf


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("v=spf1", True),
        ("V=SPF1 -ALL", True),
        ("v=spf10 -all", False),
        ("v=spf1-all", False),
        (" v=spf1 -all", False),
        ("spf2.0/pra", False),
    ],
)
def test_a_record_begins_with_its_version(text, is_one):
    """Section 4.5."""
    assert is_spf(text) is is_one


@pytest.mark.parametrize(
    ("word", "term"),
    [
        ("-all", Term("all", "-")),
        ("ALL", Term("all", "+")),
        ("?a", Term("a", "?")),
        ("a:Mail.D.ru/24//64", Term("a", "+", "mail.d.ru")),
        ("a/24", Term("a")),
        ("a//64", Term("a")),
        ("mx:d.ru", Term("mx", "+", "d.ru")),
        ("ptr", Term("ptr")),
        ("exists:%{i}._spf.d.ru", Term("exists", "+", "%{i}._spf.d.ru")),
        ("include:_spf.d.ru", Term("include", "+", "_spf.d.ru")),
        ("ip4:192.0.2.1", Term("ip4", "+", network="192.0.2.1")),
        ("ip4:192.0.2.1/32", Term("ip4", "+", network="192.0.2.1")),
        ("ip4:192.0.2.77/24", Term("ip4", "+", network="192.0.2.0/24")),
        ("~ip6:2001:DB8::/32", Term("ip6", "~", network="2001:db8::/32")),
        ("redirect=_spf.d.ru", Term("redirect", "", "_spf.d.ru")),
    ],
)
def test_terms_are_read(word, term):
    """One of each kind, letter case aside."""
    record = read_spf(f"v=spf1 {word}")

    assert record.terms == (term,)
    assert not record.syntax_errors


@pytest.mark.parametrize(
    "word",
    [
        "al",
        "all:d.ru",
        "-",
        "ip4",
        "ip4:",
        "ip4:192.0.2.256",
        "ip4:192.0.2.1/33",
        "ip4:192.0.02.1",
        "ip4:2001:db8::1",
        "ip6:192.0.2.1",
        "ip4:192.0.2.0/24/24",
        "include",
        "include:",
        "include:d",
        "include:d..ru",
        "a:d.ru/33",
        "a:",
        "a:d.ru/x",
        "a:d.ru//129",
        "ptr:",
        "exists:%{x}.d.ru",
        "exists:%{i",
        "exists:d.ru%",
        "redirect=",
        "ipv4:192.0.2.1",
    ],
)
def test_what_breaks_the_grammar_is_listed(word):
    """It is a permanent error; the rest is still read."""
    record = read_spf(f"v=spf1 {word} -all")

    assert record.syntax_errors == (word,)
    assert record.all == "-"


def test_unknown_modifiers_change_nothing():
    """Section 6; `exp` is of no interest."""
    assert read_spf("v=spf1 exp=x.d.ru ra=postmaster -all").terms == (Term("all", "-"),)


def test_nothing_counts_after_all():
    """Mechanisms are never reached, and a redirect is ignored (sections 5.1 and 6.1)."""
    record = read_spf("v=spf1 ~all a redirect=d.ru")

    assert record.terms == (Term("all", "~"),)


def test_two_redirects_are_an_error():
    """Section 6."""
    record = read_spf("v=spf1 redirect=a.ru redirect=b.ru")

    assert record.terms == (Term("redirect", "", "a.ru"),)
    assert record.syntax_errors == ("b.ru",)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "sub.d.ru"),
        ("x.ru", "x.ru"),
        ("%{d}._spf.x.ru", "sub.d.ru._spf.x.ru"),
        ("%{o}.x.ru", "d.ru.x.ru"),
        ("%{i}.x.ru", None),
        ("%{d1}.x.ru", "ru.x.ru"),
    ],
)
def test_macros_are_expanded_where_they_do_not_depend_on_the_sender(text, name):
    """Section 7, without sender or address."""
    assert expand(text, "sub.d.ru", "d.ru") == name


@given(some.text("v=spf1 +-~?aipx46:/%{}.redct0123ж\\\0", max_size=120))
def test_reading_never_raises(text):
    """Whatever is published."""
    record = read_spf("v=spf1 " + text)
    for term in record.terms:
        expand(term.name, "d.ru", "d.ru")
    names_in("v=spf1 " + text)


@pytest.mark.parametrize(
    ("terms", "names"),
    [
        ("include:_spf.A.ru a:out.b.ru/24 mx:c.ru exists:e.ru ptr:p.ru redirect=r.ru",
         ("_spf.a.ru", "out.b.ru", "c.ru", "e.ru", "p.ru", "r.ru")),
        ("include:a.ru ?include:a.ru", ("a.ru",)),
        ("include:%{i}._ip.%{h}._ehlo.%{d}._spf.v.ru", ("_spf.v.ru",)),
        ("exists:%{l1r-}.x.ru", ("x.ru",)),
        ("exists:x.%{d}", ()),
        ("exists:a%{d}b.x.ru", ()),
        ("exists:a%-.x.ru", ("x.ru",)),
        ("a mx ip4:192.0.2.1 -all", ()),
        ("redirect=r.ru -all", ()),
        ("include:no_dots", ()),
    ],
)  # fmt: skip
def test_a_record_names_what_no_macro_changes(terms, names):
    assert names_in(f"v=spf1 {terms}") == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("%{d}", "email.example.com"),
        ("%{d4}.x", "email.example.com.x"),
        ("%{d3}.x", "email.example.com.x"),
        ("%{d2}.x", "example.com.x"),
        ("%{d1}.x", "com.x"),
        ("%{dr}.x", "com.example.email.x"),
        ("%{d2r}.x", "example.email.x"),
        ("%{D2R}.x", "example.email.x"),
        ("%{o1}.x", "com.x"),
        ("a.%{d}._spf.%{d2}", "a.email.example.com._spf.example.com"),
        ("%%x.%{d}", None),
        ("%{s}.x", None),
        ("%{l1r-}.lp._spf.%{d2}", None),
        ("%{ir}.%{v}._spf.%{d2}", None),
    ],
)
def test_macros_are_transformed(text, name):
    """The examples of section 7.4, as far as no sender is needed."""
    assert expand(text, "email.example.com", "example.com") == name


def test_a_name_that_grows_too_long_loses_labels_on_the_left():
    """Section 7.3."""
    long = ".".join(["a" * 60] * 4)

    assert (
        expand("%{d}.b.c.example.com", long, long)
        == f"{'a' * 60}.{'a' * 60}.{'a' * 60}.b.c.example.com"
    )


@pytest.mark.parametrize(
    ("word", "good"),
    [
        ("exists:%{ir}.x.ru", True),
        ("exists:%{l1r-+=_/,.}.x.ru", True),
        ("exists:%{p}.x.ru", True),
        ("exists:%%_%-.x.ru", True),
        ("exists:x.%{d}", True),
        ("exists:%{i}.x.ru.", True),
        ("exists:%{d0}.x.ru", False),
        ("exists:%{d1234}.x.ru", False),
        ("exists:%{c}.x.ru", False),
        ("exists:%{r}.x.ru", False),
        ("exists:%{t}.x.ru", False),
        ("exists:%{d*}.x.ru", False),
        ("exists:%{}.x.ru", False),
        ("exists:%d.x.ru", False),
        ("exists:%{i}.x.123", False),
        ("exists:%{i}x", False),
    ],
)
def test_macros_have_a_grammar(word, good):
    """Section 7.1: letter, digits, `r`, delimiters; c, r and t are for explanations only."""
    assert (read_spf(f"v=spf1 {word} -all").syntax_errors == ()) is good
