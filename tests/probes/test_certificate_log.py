"""What the certificate logs hold, and when their silence means nothing."""

from __future__ import annotations

import asyncio
import tracemalloc
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

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
CAP = 4_194_304
START = datetime(2024, 1, 1, tzinfo=UTC)


def said(value, status=200, truncated=False):
    """An API answer."""
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return ApiAnswer(status=status, headers=(), body=body, truncated=truncated)


def row(number, names, day=0, **more):
    """One row of crt.sh."""
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


def look(crt, spotter=NOTHING, **pages):
    """Look at a domain that the logs answer so about; returns the outcome and the net."""
    paper = {CRT: crt, SPOTTER: spotter}
    paper |= {f"{SPOTTER}&after={key[1:]}": value for key, value in pages.items()}
    net = PaperNet({ApiQuestion(url, max_bytes=CAP): value for url, value in paper.items()})
    return asyncio.run(certificate_log.look(Domain("client.example"), net)), net


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
    ],
)
def test_a_failed_log_is_never_an_empty_one(crt, status):
    """Nothing found by a half of the sources is incomplete; by none of them, unknown."""
    one, _ = look(crt, NOTHING)
    none, _ = look(crt, LIMIT)

    assert isinstance(one, Seen)
    assert (one.fact.certificates, one.fact.complete) == ((), False)
    assert statuses(one)["crt.sh"] == status
    assert isinstance(none, Unknown)
    assert none.reason is Reason.SOURCE_FAILED


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

    assert len(kept) == 20_000
    assert statuses(outcome)["crt.sh"] == "partial"

    same = [row(number, ["www.client.example"], day=number) for number in range(300)]
    repeated, _ = look(said(same))
    assert statuses(repeated)["crt.sh"] == "completed"
    assert len({id(one.names[0]) for one in repeated.fact.certificates}) == 1


def test_an_answer_is_let_go_before_the_next_is_asked_for():
    """Three megabytes that say nothing are held once, not three times."""

    class Talker:
        async def ask(self, question):
            if question.url == CRT:
                return said(b'[{"id": "' + b"z" * 3_000_000)
            return NOTHING

    tracemalloc.start()
    outcome = asyncio.run(certificate_log.look(Domain("client.example"), Talker()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert statuses(outcome)["crt.sh"] == "failed"
    assert peak < 7_000_000
