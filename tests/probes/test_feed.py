"""News feeds: what came when, and what may not be concluded from an answer."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from probes.feed import feed
from probes.kit.net import HttpQuestion, NetTrouble
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.public_files import NewsFeed, Unreadable, read_feed
from probes.kit.target import Host
from tests.probes.paper import PaperNet, page

HOST = "romashka.ru"
DOWN = NetTrouble(Reason.NO_LISTENER, "192.0.2.10 port 443 resets")
RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<lastBuildDate>Mon, 23 Nov 2026 06:00:00 +0300</lastBuildDate><pubDate>Mon, 23 Nov 2026 06:00:00 +0300</pubDate>
<item><title>B</title><pubDate>Tue, 05 Mar 2013 10:00:00 +0400</pubDate></item>
<item><title>A</title><pubDate>Fri, 01 Feb 2013 10:00:00 +0400</pubDate></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><updated>2026-11-23T06:00:00Z</updated>
<entry><published>2014-01-02T03:04:05Z</published><updated>2015-06-07T08:09:10+03:00</updated></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><dc:date>2026-11-23</dc:date></channel>
<item rdf:about="x"><dc:date>2012-12-31T23:00+03:00</dc:date></item></rdf:RDF>"""


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (RSS, NewsFeed(2, date(2013, 3, 5))),
        (ATOM, NewsFeed(1, date(2015, 6, 7))),
        (RDF, NewsFeed(1, date(2012, 12, 31))),
        (b"<rss><channel><pubDate>Mon, 23 Nov 2026</pubDate></channel></rss>", NewsFeed(0, None)),
        (b"<rss><item><pubDate>yesterday</pubDate></item></rss>", NewsFeed(1, None)),
        (b"<rss><item><pubDate>Tue, 99 Zzz 2013</pubDate></item></rss>", NewsFeed(1, None)),
        (RSS[:-60], NewsFeed(2, date(2013, 3, 5))),
    ],
    ids=["RSS 2.0", "Atom", "RSS 1.0", "no items", "no day", "a day that is none", "cut off"],
)
def test_the_day_is_that_of_an_item(body: bytes, told: NewsFeed):
    """The feed's own date is set by its program at every visit."""
    assert read_feed(body) == told


@pytest.mark.parametrize("body", [b"", b"<html><title>404</title></html>", b"{}", b"\0\xff" * 99])
def test_what_is_no_feed_is_not_read(body: bytes):
    with pytest.raises(Unreadable):
        read_feed(body)


def look(answers: dict[str, Any], named: str = "/rss") -> Any:
    """Look at a host whose home page names a feed there."""
    link = f'<link rel="alternate" type="application/rss+xml" href="{named}">' if named else ""
    home = page(f"<html><head><title>A</title>{link}</head><body>A</body></html>")
    written = {f"https://{HOST}/": home, **answers}
    net = PaperNet({HttpQuestion(url, max_bytes=262_144): said for url, said in written.items()})
    return asyncio.run(feed.look(Host(HOST), net))


@pytest.mark.parametrize(
    ("answers", "named", "outcome"),
    [
        ({f"https://{HOST}/rss": page(RSS)}, "/rss", Seen(NewsFeed(2, date(2013, 3, 5)))),
        ({f"https://blog.{HOST}/rss": page(RSS)}, f"//blog.{HOST}/rss",
         Seen(NewsFeed(2, date(2013, 3, 5)))),
        ({}, "", Absent("no feed")),
        ({f"https://{HOST}/rss": page("<title>404</title>", 404)}, "/rss", Absent("HTTP 404")),
        ({f"https://{HOST}/rss": page("<title>Главная</title>")}, "/rss", Reason.MALFORMED),
        ({f"https://{HOST}/rss": page("", 403)}, "/rss", Reason.ACCESS_DENIED),
        ({f"https://{HOST}/rss": NetTrouble(Reason.TIMEOUT, "")}, "/rss", Reason.TIMEOUT),
        ({}, "https://feeds.example.com/romashka", Reason.NOT_ASKED),
        ({}, "http://[/", Reason.MALFORMED),
        ({f"https://{HOST}/": page("", 500)}, "", Reason.SOURCE_FAILED),
        ({f"https://{HOST}/": DOWN, f"http://{HOST}/": DOWN}, "", Absent("no listener")),
    ],
    ids=[
        "a feed", "on a host beside", "none named", "gone", "a page in its place", "refused",
        "no answer", "at another's name", "an address that is none", "no home page", "nobody there",
    ],
)  # fmt: skip
def test_a_feed_is_read_from_the_home_page_on(
    answers: dict[str, Any], named: str, outcome: Seen[NewsFeed] | Absent | Reason
):
    """A failure is never an absence, and a stranger's feed is not this site's."""
    found = look(answers, named)

    if isinstance(outcome, Reason):
        assert isinstance(found, Unknown)
        assert found.reason is outcome
    else:
        assert found == outcome
