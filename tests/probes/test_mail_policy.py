"""The mail policy probe: SPF trees counted as a receiver would, tagged records, DKIM selectors."""

from __future__ import annotations

import asyncio

import pytest

from probes.kit.dns import control_label
from probes.kit.net import NetTrouble
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.spf import read_spf
from probes.kit.target import Domain, Host
from probes.mail_policy import MailPolicy, ReportsAccepted, SenderPolicy, mail_policy
from tests.peers.paper_net import PaperNet, dns_page, no_such_name

SERVFAIL = Unknown(Reason.SERVFAIL, "127.0.0.53")
ABOVE = "_domainkey.d.ru"
CONTROL = f"{control_label(ABOVE)}.{ABOVE}"
KEY = "v=DKIM1; k=rsa; p=MIGfMA0"


def txt(name, *texts):
    return dns_page(name, "TXT", *(f'{name} TXT "{text}"' for text in texts))


def failing(name, type="TXT"):
    return dns_page(name, type, rcode="SERVFAIL")


def look(*pages, otherwise=no_such_name):
    book = {question: answer for page in pages for question, answer in page.items()}
    return asyncio.run(mail_policy.look(Domain("d.ru"), PaperNet(book, otherwise)))


def seen(*pages) -> MailPolicy:
    outcome = look(*pages)
    assert isinstance(outcome, Seen)
    return outcome.fact


def sender(*pages) -> SenderPolicy:
    spf = seen(*pages).spf
    assert isinstance(spf, Seen)
    return spf.fact


def test_a_tree_is_walked_as_a_whole():
    """Networks, names and look-ups of every included record; the outer `all` decides."""
    policy = sender(
        txt("d.ru", "v=spf1 ip4:192.0.2.1 a mx include:_spf.h.ru exists:%{i}.x.ru ~all", "other"),
        txt("_spf.h.ru", "v=spf1 ip4:198.51.100.0/24 include:b.h.ru -all"),
        txt("b.h.ru", "v=spf1 ip6:2001:db8::/32 a:out.h.ru ?all"),
        dns_page("d.ru", "A", "d.ru A 192.0.2.1"),
        dns_page("d.ru", "AAAA"),
        dns_page("d.ru", "MX", "d.ru MX 5 mx.h.ru."),
        dns_page("mx.h.ru", "A", "mx.h.ru A 198.51.100.3"),
        dns_page("out.h.ru", "A", "out.h.ru A 198.51.100.2"),
        dns_page("out.h.ru", "AAAA"),
    )

    assert policy == SenderPolicy(
        record="v=spf1 ip4:192.0.2.1 a mx include:_spf.h.ru exists:%{i}.x.ru ~all",
        all="~",
        networks=("192.0.2.1", "198.51.100.0/24", "2001:db8::/32"),
        includes=("_spf.h.ru", "b.h.ru"),
        hosts=("d.ru", "out.h.ru", "%{i}.x.ru"),
        lookups=6,
        void_lookups=0,
        problems=(),
        complete=True,
        addresses=("192.0.2.1", "198.51.100.2", "198.51.100.3"),
    )


def test_what_could_not_be_looked_up_leaves_the_lists_open():
    """An include, a host, a mail host; and more terms than are read. A macro is no failure."""
    broken = [
        ("v=spf1 include:_spf.h.ru -all", failing("_spf.h.ru"), Reason.SERVFAIL),
        ("v=spf1 a:out.h.ru -all", failing("out.h.ru", "A"), Reason.SERVFAIL),
        ("v=spf1 mx:h.ru -all", {**dns_page("h.ru", "MX", "h.ru MX 5 mx.h.ru."),
                                 **failing("mx.h.ru", "A")}, Reason.SERVFAIL),
    ]  # fmt: skip
    for record, failure, reason in broken:
        policy = sender(txt("d.ru", record), failure)
        assert (policy.complete, policy.failures) == (False, (reason,)), record

    macro = sender(txt("d.ru", "v=spf1 include:%{i}.h.ru -all"))
    assert (macro.complete, macro.failures) == (False, ())

    long = read_spf("v=spf1 " + "ip4:192.0.2.1 " * 201 + "-all")
    assert (long.whole, long.all) == (False, "")


def test_a_redirect_takes_the_others_all():
    """RFC 7208 section 6.1."""
    policy = sender(txt("d.ru", "v=spf1 redirect=_spf.h.ru"), txt("_spf.h.ru", "v=spf1 -all"))

    assert (policy.all, policy.includes, policy.lookups) == ("-", ("_spf.h.ru",), 1)


@pytest.mark.parametrize(
    ("record", "pages", "problem"),
    [
        ("v=spf1 include:no.h.ru -all", [], "include_without_record"),
        ("v=spf1 redirect=no.h.ru", [], "redirect_without_record"),
        ("v=spf1 include:h.ru -all", [txt("h.ru", "hello")], "include_without_record"),
        (
            "v=spf1 include:h.ru -all",
            [txt("h.ru", "v=spf1 -all", "v=spf1 ~all")],
            "several_records",
        ),
        ("v=spf1 include:h.ru -all", [txt("h.ru", "v=spf1 include:d.ru -all")], "loop"),
        ("v=spf1 include:d.ru -all", [], "loop"),
        ("v=spf1 include:h.ru -all", [txt("h.ru", "v=spf1 ipv4:192.0.2.1")], "syntax"),
        ("v=spf1 a:n1.ru a:n2.ru mx:n3.ru -all", [], "too_many_void_lookups"),
        ("v=spf1 " + "ptr " * 11 + "-all", [], "too_many_lookups"),
        (
            "v=spf1 mx -all",
            [dns_page("d.ru", "MX", *(f"d.ru MX 5 m{i}.ru." for i in range(11)))],
            "too_many_mx",
        ),
    ],
)
def test_a_permanent_error_is_named(record, pages, problem):
    """And such a record never counts as one that denies all mail."""
    policy = sender(txt("d.ru", record), *pages)

    assert policy.problems == (problem,)
    assert not policy.denies_all


def test_the_same_include_twice_is_no_loop():
    """Only a record inside itself is."""
    policy = sender(
        txt("d.ru", "v=spf1 include:a.ru include:b.ru -all"),
        txt("a.ru", "v=spf1 include:b.ru"),
        txt("b.ru", "v=spf1 ip4:192.0.2.1"),
    )

    assert (policy.problems, policy.lookups, policy.networks) == ((), 3, ("192.0.2.1",))


def test_two_records_are_an_error_and_both_are_read():
    """What either names may still send today."""
    policy = sender(txt("d.ru", "v=spf1 ip4:192.0.2.1 -all", "v=spf1 ip4:192.0.2.2 ~all"))

    assert policy.problems == ("several_records",)
    assert policy.networks == ("192.0.2.1", "192.0.2.2")


@pytest.mark.parametrize(
    ("record", "page"),
    [
        ("v=spf1 include:h.ru -all", failing("h.ru")),
        ("v=spf1 redirect=h.ru", failing("h.ru")),
        ("v=spf1 a:h.ru -all", failing("h.ru", "A")),
        ("v=spf1 mx -all", failing("d.ru", "MX")),
        ("v=spf1 include:%{l}.h.ru -all", {}),
    ],
)
def test_what_could_not_be_looked_up_leaves_the_tree_incomplete(record, page):
    """Not a problem of the record, and not a denial either."""
    policy = sender(txt("d.ru", record), page)

    assert not policy.complete
    assert policy.problems == ()
    assert not policy.denies_all


def test_a_tree_without_end_is_left():
    """A hundred nested includes cost a bounded number of questions."""
    records = [txt(f"n{i}.ru", f"v=spf1 include:n{i + 1}.ru") for i in range(100)]

    policy = sender(txt("d.ru", "v=spf1 include:n0.ru"), *records)

    assert not policy.complete
    assert "too_many_lookups" in policy.problems
    assert policy.lookups < 60


@pytest.mark.parametrize(
    ("record", "denies"),
    [
        ("v=spf1 -all", True),
        ("v=spf1 ~all", False),
        ("v=spf1", False),
        ("v=spf1 a -all", False),
        ("v=spf1 ptr -all", False),
        ("v=spf1 ip4:999 -all", False),
    ],
)
def test_only_a_bare_minus_all_denies_all(record, denies):
    """A record with anything else in it, even a broken term, was meant for something."""
    here = dns_page("d.ru", "A", "d.ru A 192.0.2.1") | dns_page("d.ru", "AAAA")

    assert sender(txt("d.ru", record), here).denies_all is denies


@pytest.mark.parametrize(
    ("texts", "outcome"),
    [
        (["v=DMARC1; p=none"], Seen("v=DMARC1; p=none")),
        ([" v = DMARC1 ;p=none", "x"], Seen(" v = DMARC1 ;p=none")),
        (["p=none; v=DMARC1"], Absent("no v=DMARC1")),
        (["v=DMARC2; p=none"], Absent("no v=DMARC1")),
        (
            ["v=DMARC1; p=none", "v=DMARC1; p=reject"],
            Unknown(Reason.MALFORMED, "2 records with v=DMARC1 at _dmarc.d.ru"),
        ),
    ],
)
def test_a_dmarc_record_begins_with_its_version(texts, outcome):
    """RFC 9989."""
    assert seen(txt("d.ru", "x"), txt("_dmarc.d.ru", *texts)).dmarc == outcome


def test_each_record_has_its_own_outcome():
    """A failure for one says nothing about the others."""
    fact = seen(
        txt("d.ru", "hello"),
        failing("_dmarc.d.ru"),
        txt("_mta-sts.d.ru", "v=STSv1; id=1"),
        dns_page("_smtp._tls.d.ru", "TXT"),
    )

    assert fact.spf == Absent("no v=spf1")
    assert fact.dmarc == SERVFAIL
    assert fact.mta_sts == Seen("v=STSv1; id=1")
    assert fact.tls_rpt == Absent("NODATA")
    assert fact.dkim == Absent("NXDOMAIN")


@pytest.mark.parametrize(
    ("pages", "outcome"),
    [
        ([txt(f"mail.{ABOVE}", KEY), txt(f"s1.{ABOVE}", "p=MIG")], Seen(("mail", "s1"))),
        ([txt(f"mail.{ABOVE}", "v=DKIM1; p=")], Absent("no key under common selectors")),
        ([txt(f"mail.{ABOVE}", "hello")], Absent("no key under common selectors")),
        ([failing(f"mail.{ABOVE}")], SERVFAIL),
        ([failing(f"mail.{ABOVE}"), txt(f"s1.{ABOVE}", KEY)], Seen(("s1",))),
        ([failing(CONTROL), txt(f"s1.{ABOVE}", KEY)], Seen(("s1",))),
    ],
)
def test_dkim_is_known_by_a_key(pages, outcome):
    """A revoked key is none, a failure hides what might be there."""
    assert seen(txt("d.ru", "x"), *pages).dkim == outcome


def test_a_wildcard_is_no_key_but_hides_none():
    """An answer that every label gets proves nothing; one that differs is a key of its own."""

    def wild(question):
        if question.type == "TXT" and question.name.endswith(ABOVE):
            return txt(question.name, KEY)[question]
        return no_such_name(question)

    other = txt(f"mail.{ABOVE}", "v=DKIM1; p=OTHER")

    assert look(txt("d.ru", "x"), otherwise=wild).fact.dkim == Absent("wildcard")
    assert look(txt("d.ru", "x"), other, otherwise=wild).fact.dkim == Seen(("mail",))
    assert look(txt("d.ru", "x"), failing(CONTROL), otherwise=wild).fact.dkim == SERVFAIL


def test_a_name_that_does_not_exist_is_absent():
    """Everything below it says so too."""
    assert look() == Absent("NXDOMAIN")


def test_one_failure_keeps_the_name_in_doubt():
    """NXDOMAIN everywhere else is not enough."""
    assert isinstance(look(failing("_dmarc.d.ru")), Seen)


def test_when_nothing_answers_the_look_is_unknown():
    """A timeout each time."""
    timeout = NetTrouble(Reason.TIMEOUT, "127.0.0.53")

    outcome = look(otherwise=lambda question: timeout)

    assert outcome == Unknown(Reason.TIMEOUT, "127.0.0.53")


def test_names_in_the_record_itself_are_mentioned():
    """Those that can be hosts; what an included record names, the domain did not."""
    fact = seen(
        txt("d.ru", "v=spf1 a:out.client.ru include:_spf.h.ru include:%{l}.g.ru mx -all"),
        txt("_spf.h.ru", "v=spf1 include:_spf.i.ru -all"),
        txt("_spf.i.ru", "v=spf1 -all"),
    )

    assert list(fact.mentions()) == [
        Mention(Host("out.client.ru"), "spf_include_of"),
        Mention(Host("_spf.h.ru"), "spf_include_of"),
        Mention(Host("g.ru"), "spf_include_of"),
    ]


def test_redirects_and_exists_are_kept_with_the_rest():
    """A redirect is an include that decides; an exists names a host; a redirect beside `all` is void."""
    policy = sender(
        txt("d.ru", "v=spf1 exists:ok.client.ru redirect=_spf.client.ru"),
        txt("_spf.client.ru", "v=spf1 ip4:192.0.2.0/24 include:b.client.ru -all redirect=no.ru"),
        txt("b.client.ru", "v=spf1 -all"),
        dns_page("ok.client.ru", "A", "ok.client.ru A 127.0.0.2"),
        dns_page("ok.client.ru", "AAAA"),
    )

    assert policy.includes == ("_spf.client.ru", "b.client.ru")
    assert (policy.hosts, policy.networks) == (("ok.client.ru",), ("192.0.2.0/24",))
    assert policy.own_networks == ()
    own = sender(txt("d.ru", "v=spf1 ip4:192.0.2.7 ip6:2001:db8::/32 include:h.ru -all"))
    assert own.own_networks == ("192.0.2.7", "2001:db8::/32")


def report_name(by, of="d.ru"):
    return f"{of}._report._dmarc.{by}"


def anybodys(by):
    above = f"_report._dmarc.{by}"
    return f"{control_label(above)}.{above}"


def test_reports_lead_to_domains_and_these_are_mentioned():
    """By mail, and for reports on encryption by https; each once, nonsense dropped."""
    fact = seen(
        txt("_dmarc.d.ru", "v=DMARC1; rua=mailto:a@client.ru!10m,mailto:b@client.ru,x; ruf=mailto:f@d.ru"),
        txt("_smtp._tls.d.ru", "v=TLSRPTv1; rua=mailto:t@client.ru,https://tls.group.ru/in"),
    )  # fmt: skip

    assert list(fact.mentions()) == [
        Mention(Host("client.ru"), "dmarc_report_of"),
        Mention(Host("d.ru"), "dmarc_report_of"),
        Mention(Host("client.ru"), "tls_report_of"),
        Mention(Host("tls.group.ru"), "tls_report_of"),
    ]


RUA = txt("_dmarc.d.ru", "v=DMARC1; p=none; rua=mailto:dmarc@client.ru")
NONE = Absent("NXDOMAIN")


@pytest.mark.parametrize(
    ("pages", "outcome", "of_any", "by_name"),
    [
        ([], NONE, NONE, False),
        ([txt(report_name("client.ru"), "v=DMARC1")], Seen("v=DMARC1"), NONE, True),
        (
            [txt(report_name("client.ru"), "v=DMARC1"), txt(anybodys("client.ru"), "v=DMARC1")],
            Seen("v=DMARC1"),
            Seen("v=DMARC1"),
            False,
        ),
        (
            [txt(report_name("client.ru"), "v=DMARC1; rua=mailto:x@client.ru"),
             txt(anybodys("client.ru"), "v=DMARC1")],
            Seen("v=DMARC1; rua=mailto:x@client.ru"),
            Seen("v=DMARC1"),
            True,
        ),
        (
            [txt(report_name("client.ru"), "v=DMARC1"), failing(anybodys("client.ru"))],
            Seen("v=DMARC1"),
            SERVFAIL,
            False,
        ),
        ([failing(report_name("client.ru"))], SERVFAIL, NONE, False),
        ([txt(report_name("client.ru"), "hello")], Absent("no v=DMARC1"), NONE, False),
    ],
)  # fmt: skip
def test_another_domain_takes_reports_by_name_or_from_anybody(pages, outcome, of_any, by_name):
    """RFC 7489 7.1; only a record for this very domain says that somebody knows it."""
    fact = seen(txt("d.ru", "x"), RUA, *pages)

    assert fact.reports_accepted == (ReportsAccepted("client.ru", outcome, of_any),)
    assert fact.reports_accepted[0].by_name is by_name


def test_only_strangers_are_asked_and_five_at_most():
    """A domain needs no leave to send reports to itself or to a name below it."""
    many = ",".join(f"mailto:a@n{number}.ru" for number in range(9))
    own = txt("_dmarc.d.ru", f"v=DMARC1; rua=mailto:a@d.ru,mailto:a@mail.d.ru,{many}")

    assert [one.by for one in seen(own).reports_accepted] == [
        f"n{number}.ru" for number in range(5)
    ]
    assert seen(txt("d.ru", "x"), failing("_dmarc.d.ru")).reports_accepted == ()


def test_a_signers_key_is_known_again_and_where_it_really_lies():
    """The same key under any selector; an alias tells the service's account."""
    far = "selector1-d-ru._domainkey.rmsh.onmicrosoft.com"
    alias = dns_page(
        f"selector1.{ABOVE}", "TXT", f"selector1.{ABOVE} CNAME {far}.", f'{far} TXT "{KEY}"'
    )

    one, other, third = seen(
        txt("d.ru", "x"), txt(f"mail.{ABOVE}", KEY), txt(f"s1.{ABOVE}", "p=MIG"), alias
    ).dkim_keys

    assert [one.selector, other.selector, third.selector] == ["mail", "selector1", "s1"]
    assert one.digest == other.digest != third.digest
    assert (one.alias, other.alias) == ("", far)


@pytest.mark.parametrize(
    ("record", "hosts"),
    [
        ("v=BIMI1; l=https://logo.client.ru/l.svg; a=https://vmc.firm.ru/c.pem",
         ("logo.client.ru", "vmc.firm.ru")),
        ("v=BIMI1; l=; a=", ()),
        ("hello", ()),
    ],
)  # fmt: skip
def test_the_picture_beside_letters_leads_to_where_it_lies(record, hosts):
    """A record that declines to show one leads nowhere (BIMI, section 4.2)."""
    policy = seen(txt("d.ru", "x"), txt("default._bimi.d.ru", record))

    assert policy.pictured_at == hosts
    found = [one for one in policy.mentions() if one.how == "mail_picture_of"]
    assert found == [Mention(Host(host), "mail_picture_of") for host in hosts]


def test_an_unanswered_question_for_the_picture_is_no_absence():
    assert seen(txt("d.ru", "x"), failing("default._bimi.d.ru")).bimi == SERVFAIL
