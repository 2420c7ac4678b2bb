"""What the certificate logs hold, and when their silence means nothing."""

from __future__ import annotations

import asyncio
import tracemalloc
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import quote

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from probes.certificate_log import certificate_log
from probes.kit.net import ApiAnswer, ApiQuestion, NetTrouble
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Domain, Host
from tests.probes.paper import PaperNet

CRT = "https://crt.sh/?q=%25.client.example&output=json"
SPOTTER = (
    "https://api.certspotter.com/v1/issuances?domain=client.example"
    "&include_subdomains=true&expand=dns_names&expand=issuer"
)
ITSELF = "https://crt.sh/?q=client.example&output=json"
CAP = 4_194_304
START = datetime(2024, 1, 1, tzinfo=UTC)


def said(value, status=200, truncated=False):
    """An API answer."""
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return ApiAnswer(status=status, headers=(), body=body, truncated=truncated)


ROWS = {}
"""The names that each row tells, by its number."""


@cache
def pem(*names, organisation=""):
    """A certificate in PEM, as crt.sh gives one by its number."""
    key = ec.generate_private_key(ec.SECP256R1())
    told = [x509.NameAttribute(NameOID.COMMON_NAME, names[0][:60])]
    if organisation:
        told.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(told))
        .issuer_name(x509.Name(told))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def row(number, names, day=0, **more):
    """One row of crt.sh."""
    ROWS[number] = tuple(name for name in names if name.isascii() and " " not in name)
    begin = START + timedelta(days=day)
    return {
        "issuer_ca_id": 7,
        "issuer_name": "C=US, O=Let's Encrypt, CN=R3",
        "common_name": names[0],
        "name_value": "\n".join(names),
        "id": number,
        "not_before": f"{begin:%Y-%m-%dT%H:%M:%S}",
        "not_after": f"{begin + timedelta(days=90):%Y-%m-%dT%H:%M:%S}",
        "serial_number": f"{number:x}",
        **more,
    }


def issuance(number, names, day=0):
    """One issuance of Cert Spotter."""
    begin = START + timedelta(days=day)
    return {
        "id": str(number),
        "dns_names": names,
        "not_before": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
        "not_after": f"{begin + timedelta(days=90):%Y-%m-%dT%H:%M:%SZ}",
        "issuer": {"friendly_name": "Let's Encrypt", "name": "C=US, O=Let's Encrypt, CN=R3"},
    }


NOTHING = said([])
HTML = said(b"<html>502 Bad Gateway</html>", 502)
LIMIT = said({"code": "rate_limited", "message": "You have exceeded the limit"}, 429)


class Logs(PaperNet):
    """Both logs on paper; of any certificate by its number, one with the names of its row."""

    async def ask(self, question):
        number = question.url.partition("https://crt.sh/?d=")[2]
        if not number or super().knows(question):
            return await super().ask(question)
        self.asked.append(question)
        return said(pem(*ROWS[int(number)]))


def look(crt, spotter=NOTHING, itself=NOTHING, wholes=None, theirs=None, **pages):
    """Look at a domain that the logs answer so about; returns the outcome and the net."""
    paper = {CRT: crt, SPOTTER: spotter, ITSELF: itself}
    paper |= {f"{SPOTTER}&after={key[1:]}": value for key, value in pages.items()}
    # Of the certificates of the bare name alone less is read.
    exact = "https://crt.sh/?q=client.example&"
    answers = {
        ApiQuestion(url, max_bytes=2**20 if url.startswith(exact) else CAP): value
        for url, value in paper.items()
    }
    for number, value in (wholes or {}).items():
        url = f"https://crt.sh/?d={number}"
        answers[ApiQuestion(url, "application/pkix-cert, */*;q=0.1", 131_072)] = value
    for name, value in (theirs or {}).items():
        answers[ApiQuestion(f"https://crt.sh/?O={name}&output=json", max_bytes=CAP)] = value
    net = Logs(answers)
    return asyncio.run(certificate_log.look(Domain("client.example"), net)), net


def fetched(net):
    """The numbers of the certificates that were fetched, in order."""
    return [
        int(question.url.partition("?d=")[2]) for question in net.asked if "?d=" in question.url
    ]


def statuses(outcome):
    """How the sources did."""
    return dict(outcome.fact.sources)


def test_both_logs_are_read_as_one():
    """Precertificates fall together with their certificates, both sources with each other."""
    crt = said(
        [
            row(1, ["www.client.example"]),
            row(2, ["www.client.example", "a.client.example"], serial_number="1"),
            row(3, ["old.client.example"], day=-400),
        ]
    )
    outcome, _ = look(
        crt,
        said(
            [
                issuance(
                    9,
                    ["client.example", "www.client.example", "a.client.example", "sibling.example"],
                )
            ]
        ),
        _9=NOTHING,
    )
    first, second = outcome.fact.certificates

    assert first.names == (
        "client.example",
        "www.client.example",
        "a.client.example",
        "sibling.example",
    )
    assert (first.id, first.issuer, first.not_before) == ("crt.sh:1", "Let's Encrypt", START)
    assert second.names == ("old.client.example",)
    assert outcome.fact.complete
    assert statuses(outcome) == {"crt.sh": "completed", "certspotter": "completed"}
    assert Mention(Host("sibling.example"), "named_in_certificate_log_of") in set(
        outcome.fact.mentions()
    )


def test_more_names_than_are_kept_leave_the_log_incomplete():
    """The two hundred and first name may be the one that lives."""
    many = [f"n{number}.client.example" for number in range(230)]

    for crt, spotter in (
        (said([row(1, many)]), NOTHING),
        (NOTHING, said([issuance(9, many)])),
    ):
        outcome, _ = look(crt, spotter, _9=NOTHING)
        assert len(outcome.fact.certificates[0].names) == 200
        assert not outcome.fact.complete


def test_a_row_that_cannot_be_read_counts_on_every_page():
    """Also when the last page is in order."""
    first = said([{"id": "8", "dns_names": "no list"}, issuance(9, ["a.client.example"])])

    outcome, _ = look(NOTHING, first, _9=NOTHING)

    assert statuses(outcome)["certspotter"] == "partial"
    assert not outcome.fact.complete


def test_two_complete_empty_answers_are_absence():
    """Only when both logs answered and held nothing is nothing there."""
    outcome, _ = look(NOTHING)

    assert outcome == Absent("certificate log")


@pytest.mark.parametrize(
    ("crt", "status"),
    [
        (HTML, "failed"),
        (said(b"<html>busy</html>"), "failed"),
        (said({}, 404), "failed"),
        (said({}, 403), "failed"),
        (said({"error": "x"}), "failed"),
        (said(b"[{"), "failed"),
        (said(b"[" * 100_000), "failed"),
        (said(b"", 429), "limited"),
        (NetTrouble(Reason.TIMEOUT, "t"), "failed"),
        (NetTrouble(Reason.RATE_LIMITED, "t"), "limited"),
        (NetTrouble(Reason.NOT_ALLOWED, "off"), "skipped"),
        (NetTrouble(Reason.SERVICE_SILENT, "rests"), "skipped"),
    ],
)
def test_a_failed_log_is_never_an_empty_one(crt, status):
    """Nothing found by a half of the sources is incomplete; by none of them, unknown."""
    one, _ = look(crt, NOTHING, itself=crt)
    none, _ = look(crt, HTML, itself=crt)

    assert isinstance(one, Seen)
    assert (one.fact.certificates, one.fact.complete) == ((), False)
    assert statuses(one)["crt.sh"] == status
    assert set(dict(one.fact.reasons)) == {"crt.sh"}
    assert isinstance(none, Unknown)
    assert none.reason is Reason.SOURCE_FAILED


@pytest.mark.parametrize(
    ("crt", "reason"),
    [
        (HTML, "source_failed"),
        (said(b"<html>busy</html>"), "malformed"),
        (said({}, 403), "access_denied"),
        (said(b"[" * 100_000), "oversized"),
        (said(b"", 429), "rate_limited"),
        (NetTrouble(Reason.TIMEOUT, "t"), "timeout"),
        (NetTrouble(Reason.SERVICE_SILENT, "rests"), "service_silent"),
    ],
)
def test_a_log_that_did_not_answer_says_why(crt, reason):
    """A code that the report has words for."""
    outcome, _ = look(crt, NOTHING, itself=crt)

    assert dict(outcome.fact.reasons) == {"crt.sh": reason}


def test_logs_that_fail_alike_give_their_reason():
    """Two closed quotas are a limit, not a failure of another kind."""
    outcome, _ = look(LIMIT, LIMIT, itself=LIMIT)

    assert isinstance(outcome, Unknown)
    assert outcome.reason is Reason.RATE_LIMITED


@pytest.mark.parametrize(
    "hiccup",
    [HTML, said({}, 404), said(b"", 429), said(b"<html>"), said(b'[{"id":'), NetTrouble(Reason.TIMEOUT, "t"), NetTrouble(Reason.CONNECTION_LOST, "c")],
)  # fmt: skip
def test_a_log_is_asked_three_times(hiccup):
    """The third answer counts as if it had been the first, and no question equals another."""
    outcome, net = look([hiccup, hiccup, said([row(1, ["www.client.example"])])])
    asked = [question for question in net.asked if question.url == CRT]

    assert statuses(outcome)["crt.sh"] == "completed"
    assert outcome.fact.complete
    assert len(set(asked)) == 3


def test_of_an_answer_that_broke_off_the_whole_rows_are_kept():
    """Half an answer is partial, not nothing and not all."""
    whole = msgspec.json.encode([row(n, [f"h{n}.client.example"]) for n in range(10)])
    outcome, _ = look(said(whole[: len(whole) // 2]))

    assert statuses(outcome)["crt.sh"] == "partial"
    assert 3 <= len(outcome.fact.certificates) <= 5
    assert not outcome.fact.complete


def test_an_answer_at_our_own_cap_is_not_asked_again():
    """What the cap cut, a second question would bring no whole."""
    whole = msgspec.json.encode([row(n, [f"h{n}.client.example"]) for n in range(10)])
    outcome, net = look(said(whole[:-5], truncated=True))

    assert statuses(outcome)["crt.sh"] == "partial"
    assert len([question for question in net.asked if question.url == CRT]) == 1


def test_ten_thousand_rows_are_a_cap():
    """crt.sh never gives more: the answer is partial. The newest 2,000 certificates are kept."""
    outcome, _ = look(said([row(n, ["www.client.example"], day=n % 3_000) for n in range(10_000)]))

    assert statuses(outcome)["crt.sh"] == "partial"
    assert len(outcome.fact.certificates) == 2_000
    assert not outcome.fact.complete
    moments = [one.not_before for one in outcome.fact.certificates]
    assert moments == sorted(moments, reverse=True)


def test_a_used_up_quota_is_not_knocked_at_again():
    """Cert Spotter's limit ends its search at once; what crt.sh found stands, incomplete."""
    outcome, net = look(said([row(1, ["www.client.example"])]), LIMIT)

    assert statuses(outcome) == {"crt.sh": "completed", "certspotter": "limited"}
    assert not outcome.fact.complete
    assert len([question for question in net.asked if question.url.startswith(SPOTTER)]) == 1


def test_pages_are_asked_for_until_an_empty_one():
    """Cert Spotter's pages are joined; a server that repeats itself ends the search too."""
    joined, _ = look(
        NOTHING,
        said([issuance(1, ["a.client.example"])]),
        _1=said([issuance(2, ["b.client.example"], day=1)]),
        _2=NOTHING,
    )
    same = said([issuance(1, ["a.client.example"])])
    repeated, _ = look(NOTHING, same, _1=same)
    broken, _ = look(NOTHING, same, _1=HTML)

    assert len(joined.fact.certificates) == 2
    assert statuses(joined)["certspotter"] == "completed"
    assert statuses(repeated)["certspotter"] == "completed"
    assert statuses(broken)["certspotter"] == "partial"


def test_only_host_names_are_kept():
    """Mail addresses, organisations and junk in the name column are dropped; wildcards stay."""
    names = [
        "*.client.example",
        "boss@client.example",
        "Client LLC",
        "Ünï.client.example",
        "-bad-.client.example",
        "WWW.Client.Example",
    ]
    outcome, _ = look(said([row(1, names)]))

    assert outcome.fact.certificates[0].names == (
        "*.client.example",
        "xn--n-nga1b.client.example",
        "www.client.example",
    )


@pytest.mark.parametrize(
    "junk",
    [5, None, {}, row(2, ["x.client.example"], not_before=None), row(2, ["x.client.example"], not_after="soon"), row(2, ["x.client.example"], not_before="0001-01-01T00:00:00+23:59")],
)  # fmt: skip
def test_a_row_of_junk_makes_the_answer_partial(junk):
    """One odd row costs itself and the word "complete", not the others."""
    outcome, _ = look(said([row(1, ["www.client.example"]), junk]))

    assert [one.id for one in outcome.fact.certificates] == ["crt.sh:1"]
    assert statuses(outcome)["crt.sh"] == "partial"


def test_of_a_flood_of_names_so_many_are_kept():
    """Twenty thousand that differ, and the log counts as partial; each is held once, however often it comes."""
    crowd = [[f"n{day}-{number}.client.example" for number in range(200)] for day in range(120)]
    outcome, _ = look(said([row(day, names, day=day) for day, names in enumerate(crowd)]))
    kept = [name for one in outcome.fact.certificates for name in one.names]

    assert 20_000 <= len(kept) <= 22_000  # ten whole certificates may add theirs
    assert statuses(outcome)["crt.sh"] == "partial"

    same = [row(number, ["www.client.example"], day=number) for number in range(300)]
    repeated, _ = look(said(same))
    assert statuses(repeated)["crt.sh"] == "completed"
    assert len({id(one.names[0]) for one in repeated.fact.certificates}) == 1


def test_an_answer_is_let_go_before_the_next_is_asked_for():
    """Three megabytes that say nothing are held once, not three times."""

    class Talker:
        async def ask(self, question):
            if "crt.sh" in question.url:
                return said(b'[{"id": "' + b"z" * 3_000_000)
            return NOTHING

    tracemalloc.start()
    outcome = asyncio.run(certificate_log.look(Domain("client.example"), Talker()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert statuses(outcome)["crt.sh"] == "failed"
    assert peak < 7_000_000


def test_a_certificate_for_the_bare_domain_is_found_too():
    """It matches no `%.domain`; when only that question fails, the log is partial."""
    found, _ = look(NOTHING, itself=said([row(5, ["client.example", "old.example"])]))
    missed, net = look(said([row(1, ["www.client.example"])]), itself=HTML)

    assert found.fact.certificates[0].names == ("client.example", "old.example")
    assert found.fact.complete
    assert statuses(missed)["crt.sh"] == "partial"
    assert len([one for one in net.asked if one.url == ITSELF]) == 3


def test_siblings_stand_in_the_whole_certificate():
    """crt.sh tells the names that match; the certificate tells all, and whose it is."""
    whole = pem("www.client.example", "sibling.example", organisation="Client LLC")
    outcome, _ = look(
        said([row(1, ["www.client.example"])]),
        wholes={1: said(whole)},
        theirs={"Client%20LLC": NOTHING},
    )
    (one,) = outcome.fact.certificates

    assert one.names == ("www.client.example", "sibling.example")
    assert (one.organisation, one.all_names) == ("Client LLC", True)
    assert Mention(Host("sibling.example"), "named_in_certificate_log_of") in set(
        outcome.fact.mentions()
    )
    assert (outcome.fact.complete, outcome.fact.unread) == (True, 0)


@pytest.mark.parametrize(
    ("issuer", "digest", "kept", "automated"),
    [
        ("C=US, O=Let's Encrypt, CN=R3", "AB" * 32, "ab" * 32, True),
        ("C=BE, O=GlobalSign nv-sa, CN=GlobalSign R3 DV", "ab" * 32, "ab" * 32, False),
        ("C=US, O=DigiCert Inc, CN=Encryption Everywhere DV TLS CA", "junk", "", True),
        ("C=US, O=DigiCert Inc, CN=DigiCert EV RSA CA", None, "", False),
    ],
)
def test_what_a_certificate_is_known_by_and_whether_it_renews_itself(
    issuer, digest, kept, automated
):
    """A digest is 64 hexadecimal digits; both names of the issuer tell whether it was bought."""
    told = issuance(9, ["www.client.example"]) | {"issuer": {"name": issuer}}
    if digest is not None:
        told["cert_sha256"] = digest
    both, _ = look(
        said([row(1, ["www.client.example"], issuer_name=issuer)]), said([told]), _9=NOTHING
    )

    (one,) = both.fact.certificates
    assert (one.sha256, one.automated, one.all_names) == (kept, automated, True)


def test_what_cert_spotter_tells_whole_is_not_fetched():
    """Only what it cannot know, or did not say, costs a turn at crt.sh."""
    rows = [row(1, ["www.client.example"]), row(2, ["www.client.example"], day=-900)]
    _, net = look(
        said(rows), said([issuance(9, ["www.client.example", "sibling.example"])]), _9=NOTHING
    )

    assert fetched(net) == [2]


def test_the_newest_of_each_set_then_the_oldest_issuers_in_turn():
    """Renewals say the same; a name that a later one dropped stands in the oldest."""
    other = {"issuer_name": "C=RU, O=Other CA, CN=x"}
    rows = [row(n, ["www.client.example"], day=-n) for n in range(1, 6)]
    rows += [row(n, [f"h{n}.client.example"], day=-n) for n in (20, 21)]
    rows += [row(n, ["www.client.example"], day=-n, **other) for n in (30, 31)]
    wholes = {n: said(pem("www.client.example", f"s{n}.example")) for n in (1, 5, 20, 21, 30, 31)}
    outcome, net = look(said(rows), wholes=wholes)

    assert fetched(net) == [1, 30, 20, 21, 31, 5]
    assert outcome.fact.unread == 0


def test_every_bought_one_is_read_before_the_oldest():
    """A firm buys one a year, and each may name another site that it had that year."""
    bought = {"issuer_name": "C=BE, O=GlobalSign nv-sa, CN=x"}
    rows = [row(n, ["client.example"], day=-400 * n, **bought) for n in (1, 2, 3)]
    rows += [row(n, ["client.example"], day=-n) for n in (10, 11, 12)]
    wholes = {n: said(pem("client.example", f"s{n}.example")) for n in (1, 2, 3, 10, 12)}
    outcome, net = look(said(rows), wholes=wholes)

    assert fetched(net) == [10, 1, 2, 3, 12]
    named = {name for one in outcome.fact.certificates for name in one.names}
    assert {"s2.example", "s3.example"} <= named


def test_twelve_certificates_are_fetched_at_most():
    """The rest is counted: names may stand there that nobody read."""
    rows = [row(n, [f"h{n}.client.example"], day=-n) for n in range(40)]
    wholes = {n: said(pem(f"h{n}.client.example", f"s{n}.example")) for n in range(40)}
    outcome, net = look(said(rows), wholes=wholes)

    assert fetched(net) == list(range(12))
    assert (outcome.fact.complete, outcome.fact.unread) == (True, 28)


def test_five_that_tell_nothing_new_are_enough():
    """Each costs a turn at a service that bears few."""
    _, net = look(said([row(n, [f"h{n}.client.example"], day=-n) for n in range(40)]))

    assert fetched(net) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("whole", "reason", "tries"),
    [
        (HTML, "source_failed", 2),
        (said(b"Certificate not found", 404), "source_failed", 2),
        (said(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"), "malformed", 2),
        (said(b"<html>busy</html>"), "malformed", 2),
        (said(b"", 429), "rate_limited", 1),
        (NetTrouble(Reason.TIMEOUT, "t"), "timeout", 2),
        (NetTrouble(Reason.SERVICE_SILENT, "rests"), "service_silent", 1),
    ],
)
def test_a_search_without_its_certificates_is_partial(whole, reason, tries):
    """What the search found stands; siblings may be missing, and that is said."""
    rows = [row(n, [f"h{n}.client.example"], day=-n) for n in range(5)]
    outcome, net = look(said(rows), wholes=dict.fromkeys(range(5), whole))

    assert len(outcome.fact.certificates) == 5
    assert statuses(outcome)["crt.sh"] == "partial"
    assert dict(outcome.fact.reasons) == {"crt.sh": reason}
    assert len(fetched(net)) == tries
    assert outcome.fact.unread == 5


@pytest.mark.parametrize("number", ["1&output=json", "../x", "\u0663", -1, 1.5, None, [1]])
def test_only_numbers_are_asked_for(number):
    """What a log calls an id goes into no address unless it is one."""
    outcome, net = look(said([row(1, ["www.client.example"]) | {"id": number}]))

    assert [one for one in net.asked if "?d=" in one.url] == []
    assert outcome.fact.unread == 0


def test_rows_are_capped_and_broken_with_a_reason():
    """Ten thousand rows, a broken list, odd rows: each has its own."""
    whole = msgspec.json.encode([row(n, [f"h{n}.client.example"]) for n in range(10)])
    cases = {
        "row_cap": said([row(n, ["www.client.example"], day=n % 3_000) for n in range(10_000)]),
        "connection_lost": said(whole[: len(whole) // 2]),
        "unparsed": said([row(1, ["www.client.example"]), 5]),
        "oversized": said(whole[:-5] + b" " * CAP, truncated=True),
    }

    for reason, crt in cases.items():
        assert dict(look(crt)[0].fact.reasons)["crt.sh"] == reason


def organisation(theirs, name="Client LLC"):
    """A look at a domain with one certificate of an organisation, of which crt.sh tells this."""
    whole = pem("www.client.example", organisation=name)
    return look(
        said([row(1, ["www.client.example"])]),
        wholes={1: said(whole)},
        theirs={quote(name, safe=""): theirs},
    )[0]


def test_what_else_the_organisation_had_certified_is_found():
    """Its certificates bear the organisation's name, not the domain's."""
    rows = [row(n, [f"d{n}.example", "ООО «Ромашка»"]) for n in (5, 6)] + [row(7, ["*.d5.example"])]
    found = organisation(said(rows), "ООО «Ромашка»").fact
    (certified,) = found.same_organisation

    assert certified.hosts == ("d5.example", "d6.example", "*.d5.example")
    assert (certified.organisation, certified.certificates) == ("ООО «Ромашка»", 3)
    assert Mention(Host("d6.example"), "certified_for_organisation_of") in set(found.mentions())
    assert found.complete


def test_a_cdns_other_customers_are_strangers():
    """An organisation with thousands of certificates certifies for others: they are counted only."""
    found = organisation(said([row(n, [f"d{n}.example"]) for n in range(2_001)]), "CDN, Inc.").fact

    assert [(one.hosts, one.certificates) for one in found.same_organisation] == [((), 2_001)]


@pytest.mark.parametrize(
    ("theirs", "reason"),
    [(HTML, "source_failed"), (LIMIT, "rate_limited"), (said([5]), "unparsed")],
)
def test_a_search_without_the_organisations_is_partial(theirs, reason):
    """Its own certificates stand."""
    found = organisation(theirs).fact

    assert len(found.certificates) == 1
    assert dict(found.sources)["crt.sh"] == "partial"
    assert dict(found.reasons) == {"crt.sh": reason}
