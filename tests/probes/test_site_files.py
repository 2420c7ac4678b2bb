"""What a site publishes for machines, and what may not be concluded from an answer."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from datetime import UTC, date, datetime

import pytest

from probes.kit.favicon import favicon_hash
from probes.kit.net import HttpQuestion, NetTrouble
from probes.kit.net.live import LiveNet, NetSettings
from probes.kit.net.tape import Player, Recorder
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.public_files import App
from probes.kit.target import Host
from probes.site_files import Favicon, SiteFiles, Sitemap, site_files
from tests.peers.dns_server import DnsServer
from tests.probes.kit.net.loopback import LOOPBACK, own_address, server
from tests.probes.paper import PaperNet, page

HOST = "romashka.ru"
BASE = f"https://{HOST}"
ICON = b"\x00\x00\x01\x00\x01\x00" + bytes(200)
MISSING = page("<title>404</title>", 404)
SOFT = page("<!doctype html><title>Ничего не нашлось</title>")
DOWN = NetTrouble(Reason.NO_LISTENER, "192.0.2.10 port 443 resets")
PATHS = {
    "robots": "/robots.txt",
    "sitemap": "/sitemap.xml",
    "security": "/.well-known/security.txt",
    "favicon": "/favicon.ico",
    "android_apps": "/.well-known/assetlinks.json",
    "apple_apps": "/.well-known/apple-app-site-association",
}


def ask(url: str) -> HttpQuestion:
    """The question that the probe puts."""
    return HttpQuestion(url, max_bytes=262_144)


def look(answers, otherwise=MISSING, host=HOST):
    """Look at a host; whatever is not written down is missing there. Returns the outcome and the net."""
    written = {
        ask(f"{scheme}://{host}{path}"): otherwise
        for scheme in ("https", "http")
        for path in PATHS.values()
    }
    written |= {
        ask(f"{scheme}://{host}/"): page("<title>Дом</title>") for scheme in ("https", "http")
    }
    written |= {ask(key if "://" in key else BASE + key): said for key, said in answers.items()}
    net = PaperNet(written)
    return asyncio.run(site_files.look(Host(host), net)), net


def seen(answers, otherwise=MISSING) -> SiteFiles:
    """The fact of a look that brought one."""
    outcome, _ = look(answers, otherwise)
    assert isinstance(outcome, Seen), outcome
    return outcome.fact


def urls(*hosts: str) -> str:
    """A sitemap with a page of each host."""
    return "<urlset>" + "".join(f"<loc>https://{host}/p</loc>" for host in hosts) + "</urlset>"


WHOLE = {
    "/robots.txt": page(
        "User-agent: *\nSitemap: https://romashka.ru/map.xml\nHost: www.romashka.ru"
    ),
    "/map.xml": page(
        "<urlset><loc>https://romashka.ru/</loc><lastmod>2026-05-01</lastmod><loc>https://old-shop.ru/</loc>"
        '<xhtml:link hreflang="en" href="https://romashka.com/"/></urlset>'
    ),
    "/.well-known/security.txt": page(
        "Contact: mailto:it@romashka-group.ru\nCanonical: https://romashka.ru/x"
    ),
    "/favicon.ico": page(ICON, content_type="image/x-icon"),
    "/.well-known/assetlinks.json": page(
        '[{"target":{"namespace":"android_app","package_name":"ru.romashka"}},'
        '{"target":{"namespace":"web","site":"https://lk-romashka.ru"}}]'
    ),
    "/.well-known/apple-app-site-association": page(
        '{"webcredentials":{"apps":["A1B2C3D4E5.ru.romashka"]}}'
    ),
}


def test_everything_a_site_publishes_is_read():
    """Every file brings its fact, and every host named its lead."""
    fact = seen(WHOLE)

    assert fact.scheme == "https"
    assert fact.robots.fact.mirror == "www.romashka.ru"
    assert fact.sitemap == Seen(
        Sitemap(1, 2, ("old-shop.ru",), ("romashka.com",), date(2026, 5, 1), complete=True)
    )
    assert fact.favicon == Seen(
        Favicon(
            f"{BASE}/favicon.ico",
            "ico",
            len(ICON),
            hashlib.sha256(ICON).hexdigest(),
            favicon_hash(ICON),
        )
    )
    assert fact.android_apps.fact.apps == (App("android", "ru.romashka"),)
    assert fact.apple_apps.fact.apps == (App("apple", "A1B2C3D4E5.ru.romashka"),)
    assert set(fact.mentions()) == {
        Mention(Host("www.romashka.ru"), "canonical_of"),
        Mention(Host("old-shop.ru"), "in_sitemap_of"),
        Mention(Host("romashka.com"), "alternate_of"),
        Mention(Host("romashka-group.ru"), "in_security_txt_of"),
        Mention(Host("lk-romashka.ru"), "in_app_links_of"),
    }


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (MISSING, Absent("HTTP 404")),
        (page("", 410), Absent("HTTP 410")),
        (SOFT, Reason.MALFORMED),
        (page("", 401), Reason.ACCESS_DENIED),
        (page("", 403), Reason.ACCESS_DENIED),
        (page("", 429), Reason.RATE_LIMITED),
        (page("", 500), Reason.SOURCE_FAILED),
        (page("", 204), Reason.SOURCE_FAILED),
        (page("", 301), Reason.SOURCE_FAILED),
        (page("", 302, location="https://stranger.ru/"), Reason.NOT_ASKED),
        (page("", 302, location="http://a b\\c"), Reason.MALFORMED),
        (NetTrouble(Reason.TIMEOUT, "t"), Reason.TIMEOUT),
        (NetTrouble(Reason.CONNECTION_LOST, "c"), Reason.CONNECTION_LOST),
    ],
)
@pytest.mark.parametrize("name", sorted(set(PATHS) - {"robots"}))
def test_only_the_server_can_say_that_a_file_is_missing(name, answer, outcome):
    """404 and 410 are its word; a page in place of the file, a refusal and any trouble are "don't know"."""
    found = getattr(seen({PATHS[name]: answer}), name)

    assert (found if isinstance(outcome, Absent) else found.reason) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (MISSING, Absent("HTTP 404")),
        (SOFT, Reason.MALFORMED),
        (page("", 403), Reason.ACCESS_DENIED),
    ],
)
def test_without_robots_the_other_files_are_still_asked_for(answer, outcome):
    """Each file speaks for itself."""
    fact = seen({**WHOLE, "/robots.txt": answer, "/sitemap.xml": page(urls("b.ru"))})

    assert (fact.robots if isinstance(outcome, Absent) else fact.robots.reason) == outcome
    assert fact.sitemap.fact.hosts == ("b.ru",)
    assert isinstance(fact.favicon, Seen)


def test_half_a_file_is_not_read_as_a_whole_one():
    """A picture or contacts that were cut off are no facts; hosts of half a sitemap are."""
    fact = seen(
        {
            "/favicon.ico": page(ICON, truncated=True),
            "/.well-known/security.txt": page("Contact: mailto:a@b.ru", truncated=True),
            "/sitemap.xml": page(urls("b.ru"), truncated=True),
        }
    )

    assert fact.favicon.reason is Reason.OVERSIZED
    assert fact.security.reason is Reason.OVERSIZED
    assert (fact.sitemap.fact.hosts, fact.sitemap.fact.complete) == (("b.ru",), False)


def test_an_index_leads_to_its_first_children_only():
    """At most three sitemap files are asked for; what is left over is said."""
    index = "".join(f"<loc>{BASE}/{n}.xml</loc>" for n in range(9))
    outcome, net = look(
        {
            "/sitemap.xml": page(f"<sitemapindex>{index}</sitemapindex>"),
            **{f"/{n}.xml": page(urls(f"h{n}.ru")) for n in range(9)},
        }
    )

    found = outcome.fact.sitemap.fact
    assert (found.files, found.pages, found.complete) == (3, 2, False)
    assert found.hosts == ("h0.ru", "h1.ru")
    assert sum(question.url.endswith(".xml") for question in net.asked) == 3


def test_a_sitemap_of_others_is_told_and_not_fetched():
    """A map that lies at another owner's is a lead; his server is not asked in this one's name."""
    outcome, net = look({"/robots.txt": page("Sitemap: https://sister.ru/map.xml")})

    assert Mention(Host("sister.ru"), "in_sitemap_of") in set(outcome.fact.mentions())
    assert not any("sister.ru" in question.url for question in net.asked)


def test_a_missing_map_proves_nothing_while_another_is_silent():
    """Absent only where every map was said to be missing."""
    robots = page(f"Sitemap: {BASE}/a.xml\nSitemap: {BASE}/b.xml")
    silent = NetTrouble(Reason.TIMEOUT, "t")

    assert seen({"/robots.txt": robots, "/a.xml": MISSING, "/b.xml": silent}).sitemap == Unknown(
        Reason.TIMEOUT, "t"
    )
    assert seen({"/robots.txt": robots, "/a.xml": MISSING, "/b.xml": MISSING}).sitemap == Absent(
        "HTTP 404"
    )


def test_redirects_within_the_domain_are_followed():
    """Apex to www is the same owner."""
    fact = seen(
        {
            "/favicon.ico": page("", 301, location="https://www.romashka.ru/favicon.ico"),
            "https://www.romashka.ru/favicon.ico": page(ICON),
            "/robots.txt": page("", 302, location="/robots.txt"),
        }
    )

    assert isinstance(fact.favicon, Seen)
    assert fact.robots.reason is Reason.LOOP


def test_http_is_asked_where_https_does_not_answer():
    """The scheme that answers serves all files."""
    http = {f"http://{HOST}{path}": said for path, said in WHOLE.items()}
    outcome, net = look({**http, "/robots.txt": DOWN})

    assert outcome.fact.scheme == "http"
    assert isinstance(outcome.fact.favicon, Seen)
    assert [question.url for question in net.asked if question.url.startswith("https")] == [
        f"{BASE}/robots.txt", f"{BASE}/map.xml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("https", "http", "expected"),
    [
        (NetTrouble(Reason.NO_ADDRESS, "NXDOMAIN"), NetTrouble(Reason.NO_ADDRESS, "NXDOMAIN"), Absent("NXDOMAIN")),
        (NetTrouble(Reason.NO_ADDRESS, "NODATA"), NetTrouble(Reason.NO_ADDRESS, "NXDOMAIN"), Absent("NODATA")),
        (DOWN, DOWN, Absent("no listener")),
        (DOWN, NetTrouble(Reason.TIMEOUT, "t"), Reason.TIMEOUT),
        (NetTrouble(Reason.TLS_FAILED, "x"), DOWN, Reason.TLS_FAILED),
        (NetTrouble(Reason.SERVFAIL, "s"), NetTrouble(Reason.SERVFAIL, "s"), Reason.SERVFAIL),
    ],
)  # fmt: skip
def test_only_two_statements_make_an_absence(https, http, expected):
    """A silent port or a broken handshake leaves the whole look unknown."""
    outcome, net = look({f"{BASE}/robots.txt": https, f"http://{HOST}/robots.txt": http})

    assert (outcome if isinstance(expected, Absent) else outcome.reason) == expected
    assert len(net.asked) == 2


async def _site(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A site over http: robots with a packed sitemap, a favicon, and a web page for everything else."""
    request = await reader.readuntil(b"\r\n\r\n")
    path = request.split(b" ")[1]
    files = {
        b"/robots.txt": b"Sitemap: http://romashka.ru/map.xml.gz\n",
        b"/map.xml.gz": gzip.compress(urls("romashka.ru", "old-shop.ru").encode()),
        b"/favicon.ico": ICON,
        b"/.well-known/security.txt": b"",
    }
    body = files.get(path, b"<html><title>Home</title></html>")
    status = b"404 Not Found" if path.startswith(b"/.well-known/sec") else b"200 OK"
    writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body)
    await writer.drain()


def test_a_real_site_is_read_and_replays_the_same():
    """Over real sockets; what was recorded gives the same fact without the network."""

    async def story():
        address = own_address()
        async with DnsServer(f"{HOST} A {address}") as dns, server(_site, 80, at=address):
            settings = NetSettings(resolvers=(dns.ip,), allow_nets=LOOPBACK, paces={"*": "1000/s"})
            async with LiveNet(settings) as net:
                recorder = Recorder(net, lambda: datetime.now(UTC), "here")
                return await site_files.look(Host(HOST), recorder), recorder.exchanges

    outcome, exchanges = asyncio.run(story())
    again = asyncio.run(site_files.look(Host(HOST), Player(exchanges)))

    fact = outcome.fact
    assert fact.scheme == "http"
    assert fact.sitemap == Seen(Sitemap(1, 2, ("old-shop.ru",), (), None, complete=True))
    assert fact.favicon.fact.mmh3 == favicon_hash(ICON)
    assert fact.security == Absent("HTTP 404")
    assert fact.android_apps.reason is Reason.MALFORMED
    assert again == outcome


def test_a_name_that_only_forwards_borrows_no_marks():
    """A look-alike that sends every visitor to the client does not share his picture or his apps."""
    away = {path: page("", 301, location=f"https://client.ru{path}") for path in PATHS.values()}
    outcome, net = look(
        {**away, **{f"https://client.ru{path}": said for path, said in WHOLE.items()}}
    )

    assert outcome.fact.scheme == "https"
    assert {getattr(outcome.fact, name).reason for name in PATHS} == {Reason.NOT_ASKED}
    assert not list(outcome.fact.mentions())
    assert not any("client.ru" in question.url for question in net.asked)


@pytest.mark.parametrize(
    ("home", "outcome"),
    [
        (page("<link rel='shortcut icon' href='img/f.png'>"), f"{BASE}/img/f.png"),
        (page("<link rel=icon href=https://cdn.example/f.svg>"), "https://cdn.example/f.svg"),
        (page("<link rel=icon href=/missing.png>"), Absent("HTTP 404")),
        (page("<link rel=icon href=data:image/png;base64,AAAA>"), Absent("HTTP 404")),
        (page("<title>Дом</title>"), Absent("HTTP 404")),
        (page("", 404), Absent("HTTP 404")),
        (page("", 403), Reason.ACCESS_DENIED),
        (NetTrouble(Reason.TIMEOUT, "t"), Reason.TIMEOUT),
    ],
)
def test_a_picture_that_only_the_home_page_names_is_found(home, outcome):
    """Where /favicon.ico is missing, the page says which picture a browser shows."""
    png = page(b"\x89PNG" + bytes(50))
    svg = page("<svg xmlns='http://www.w3.org/2000/svg'></svg>")
    found = seen({
        "/": home, "/img/f.png": png, "https://cdn.example/f.svg": svg, "/missing.png": MISSING,
    }).favicon  # fmt: skip

    match found:
        case Seen(icon):
            assert icon.url == outcome
        case Absent():
            assert found == outcome
        case Unknown(reason=reason):
            assert reason == outcome
