"""What the web archive remembers, and when its silence means nothing."""

from __future__ import annotations

import asyncio
from datetime import date
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from probes.kit.net import ApiAnswer, NetTrouble
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Domain, Host
from probes.web_archive import web_archive
from tests.peers.paper_net import PaperNet


def said(value, status=200, truncated=False):
    """An answer of the archive."""
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return ApiAnswer(status=status, headers=(), body=body, truncated=truncated)


def captures(*timestamps):
    """Months in which the home page was captured."""
    return said([["timestamp"], *([one] for one in timestamps)] if timestamps else [])


def hosts(*originals):
    """Home pages below the domain."""
    return said([["original"], *([one] for one in originals)] if originals else [])


HTML = said(b"<html>504 Gateway Time-out</html>", 504)
NONE = said([])


def look(alive, below):
    """Look at a domain of which the archive says so."""
    net = PaperNet({}, lambda q: below if "matchType=domain" in q.url else alive)
    return asyncio.run(web_archive.look(Domain("client.ru"), net)), net


def test_the_archive_tells_when_a_site_was_alive_and_which_hosts_it_had():
    outcome, _ = look(
        captures("20090514010203", "20090601000000", "20240302112233"),
        hosts("http://shop.client.ru:80/", "https://old.shop.client.ru/", "http://shop.client.ru/"),
    )

    assert isinstance(outcome, Seen)
    fact = outcome.fact
    assert (fact.first_seen, fact.last_seen) == (date(2009, 5, 14), date(2024, 3, 2))
    assert fact.months == 3
    assert fact.hosts == ("shop.client.ru", "old.shop.client.ru")
    assert fact.complete
    assert list(fact.mentions()) == [
        Mention(Host("shop.client.ru"), "archived_below"),
        Mention(Host("old.shop.client.ru"), "archived_below"),
    ]


def test_both_questions_are_bounded_and_differ():
    """Whole listings of large sites are never asked for."""
    _, net = look(captures("20090514010203"), NONE)
    asked = [parse_qs(urlsplit(question.url).query) for question in net.asked]

    assert [(one["url"], one["output"]) for one in asked] == [(["client.ru"], ["json"])] * 2
    assert [(one["matchType"], one["limit"]) for one in asked] == [
        (["exact"], ["1000"]),
        (["domain"], ["500"]),
    ]
    assert asked[1]["filter"] == ["urlkey:ru,client,[^)]*\\)/$", "statuscode:[23].."]
    assert [one["collapse"] for one in asked] == [["timestamp:6"], ["urlkey"]]
    assert all(question.url.isascii() and "\\" not in question.url for question in net.asked)


def test_two_empty_answers_are_absence():
    assert look(NONE, NONE)[0] == Absent("web archive")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (HTML, Reason.SOURCE_FAILED),
        (said(b"Blocked Site Error", 403), Reason.ACCESS_DENIED),
        (said(b"", 429), Reason.RATE_LIMITED),
        (said(b"<html>"), Reason.MALFORMED),
        (said(b""), Reason.MALFORMED),
        (said({"error": "x"}), Reason.MALFORMED),
        (said(b"[" * 100_000), Reason.OVERSIZED),
        (NetTrouble(Reason.TIMEOUT, "t"), Reason.TIMEOUT),
        (NetTrouble(Reason.SERVICE_SILENT, "rests"), Reason.SERVICE_SILENT),
    ],
)
def test_a_failed_archive_is_never_an_empty_one(answer, reason):
    """By no answer, unknown; by half of one, what was told and no more."""
    none, _ = look(answer, answer)
    half, _ = look(captures("20240302112233"), answer)
    other, _ = look(answer, NONE)

    assert isinstance(none, Unknown)
    assert none.reason is reason
    assert (half.fact.last_seen, half.fact.hosts) == (date(2024, 3, 2), ())
    assert (half.fact.complete, half.fact.reasons) == (False, (reason,))
    assert isinstance(other, Seen)
    assert (other.fact.last_seen, other.fact.complete) == (None, False)


def test_of_an_answer_that_broke_off_the_whole_rows_are_kept():
    whole = msgspec.json.encode([["timestamp"], ["20090514010203"], ["20240302112233"]])
    outcome, _ = look(said(whole[:-8]), NONE)

    assert outcome.fact.last_seen == date(2009, 5, 14)
    assert outcome.fact.reasons == (Reason.CONNECTION_LOST,)


def test_a_full_list_of_hosts_may_not_be_all():
    outcome, _ = look(NONE, hosts(*(f"http://h{n}.client.ru/" for n in range(500))))

    assert len(outcome.fact.hosts) == 500
    assert outcome.fact.reasons == ("row_cap",)


@pytest.mark.parametrize(
    "original",
    ["http://evil.ru/", "http://notclient.ru/", "client.ru", "http://www.client.ru/", "http://[::1/", "http://a..client.ru/", "", "http://client.ru/"],
)  # fmt: skip
def test_only_hosts_below_the_domain_are_taken(original):
    outcome, _ = look(captures("20240302112233"), hosts(original))

    assert outcome.fact.hosts == ()
    assert outcome.fact.complete


@pytest.mark.parametrize(
    "timestamp", ["", "soon", "19000101000000", "20241301", "٢٠٢٤٠١٠١", "2024"]
)
def test_only_moments_since_the_archive_began_are_taken(timestamp):
    outcome, _ = look(captures("20240302112233", timestamp), NONE)

    assert outcome.fact.last_seen == date(2024, 3, 2)
    assert outcome.fact.months == 1


@pytest.mark.parametrize("row", [5, None, {}, [5], "x"])
def test_an_odd_row_costs_itself(row):
    outcome, _ = look(said([["timestamp"], ["20240302112233"], row]), NONE)

    assert outcome.fact.last_seen == date(2024, 3, 2)
    assert outcome.fact.reasons == (Reason.UNPARSED,)
