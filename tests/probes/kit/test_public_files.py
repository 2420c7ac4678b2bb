"""What the files say that a site publishes for machines, and what is none of them."""

from __future__ import annotations

import contextlib
import gzip
import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.public_files import (
    App,
    AppLinks,
    Robots,
    SecurityText,
    SitemapPart,
    Unreadable,
    read_apple_association,
    read_asset_links,
    read_robots,
    read_security_text,
    read_sitemap,
)
from tests.hostile.bounds import bounded

PAGE = b"\n<!DOCTYPE html><title>404</title>Contact: Sitemap: https://a.ru/"
READERS = [read_robots, read_sitemap, read_security_text, read_asset_links, read_apple_association]


@pytest.mark.parametrize(
    ("text", "robots"),
    [
        ("", Robots()),
        ("User-agent: *\nDisallow: /admin", Robots()),
        (
            "\ufeffUser-Agent: *\r\nSITEMAP : https://Romashka.ru/map.xml # the map\r\nHost: www.romashka.ru",
            Robots(("https://Romashka.ru/map.xml",), ("romashka.ru",), "www.romashka.ru"),
        ),
        ("Host: https://romashka.ru\nHost: other.ru", Robots(mirror="romashka.ru")),
        ("Host: \nSitemap:\nSitemap: /map.xml", Robots(("/map.xml",))),
        ("Disallow: /\nSitemap: https://пример.рф/m.xml", Robots(("https://пример.рф/m.xml",), ("xn--e1afmkfd.xn--p1ai",))),
    ],
)  # fmt: skip
def test_robots_tell_where_the_maps_are(text, robots):
    """Sitemaps and the old line that names the main mirror, however they are spelled."""
    assert read_robots(text.encode()) == robots


URLSET = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://romashka.ru/</loc><lastmod>2026-05-01T10:00:00+03:00</lastmod>
<xhtml:link rel="alternate" hreflang="en" href="https://romashka.com/"/></url>
<url><loc>
 <![CDATA[https://shop.romashka.ru/a?b=1&c]]></loc><lastmod>2026-13-99</lastmod>
<image:image><image:loc>https://cdn.example/x.jpg</image:loc></image:image></url>
<url><loc>/relative</loc><lastmod>2025-01-01</lastmod></url></urlset>"""
MAP = SitemapPart(
    (), ("romashka.ru", "shop.romashka.ru"), ("romashka.com",), 3, date(2026, 5, 1)
)  # fmt: skip


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (URLSET.encode(), MAP),
        (gzip.compress(URLSET.encode()), MAP),
        (
            b"<sitemapindex><sitemap><loc>https://romashka.ru/1.xml</loc></sitemap>"
            b"<sitemap><loc>https://a.ru/2.xml.gz</loc></sitemap></sitemapindex>",
            SitemapPart(("https://romashka.ru/1.xml", "https://a.ru/2.xml.gz"), ("romashka.ru", "a.ru"), (), 0, None),
        ),
        (b"https://romashka.ru/\r\nhttps://romashka.ru/a\nhttps://b.ru/",
         SitemapPart((), ("romashka.ru", "b.ru"), (), 3, None)),
        (b"<urlset></urlset>", SitemapPart((), (), (), 0, None)),
    ],
)  # fmt: skip
def test_a_sitemap_lists_hosts(body, part):
    """XML, packed, an index or plain lines; pictures and their hosts are no pages."""
    assert read_sitemap(body) == part


def test_a_cut_packed_sitemap_gives_what_came():
    """Half a gzip file is half a list."""
    body = gzip.compress(
        b"<urlset>" + b"".join(b"<loc>https://h%d.ru/</loc>" % n for n in range(900))
    )

    found = read_sitemap(body[: len(body) // 2])
    assert found.hosts[:2] == ("h0.ru", "h1.ru")
    assert found.pages < 900


SECURITY = """-----BEGIN PGP SIGNED MESSAGE-----
# our contacts
Contact: mailto:security@romashka.ru
contact: https://bugs.example/romashka
Canonical: https://www.romashka.ru/.well-known/security.txt
Policy: https://romashka.com/policy
Expires: 2027-01-01T00:00:00+03:00
Contact: tel:+7-495-123-45-68
"""


def test_security_contacts_are_hosts_and_mail_domains():
    """RFC 9116, signed or not."""
    assert read_security_text(SECURITY.encode()) == SecurityText(
        canonical_hosts=("www.romashka.ru",),
        contact_hosts=("romashka.ru", "bugs.example"),
        policy_hosts=("romashka.com",),
        expires=datetime(2026, 12, 31, 21, tzinfo=UTC),
    )


@pytest.mark.parametrize("expires", ["", "soon", "2027", "2027-13-01T00:00:00Z"])
def test_an_odd_expiry_is_none(expires):
    """The rest of the file still counts."""
    said = read_security_text(f"Contact: mailto:a@b.ru\nExpires: {expires}".encode())

    assert (said.contact_hosts, said.expires) == (("b.ru",), None)


def test_asset_links_name_apps_and_sites():
    """Packages with the certificate they are signed with; sites that share logins."""
    links = [
        {"relation": ["x"], "target": {"namespace": "android_app", "package_name": "ru.romashka.app",
         "sha256_cert_fingerprints": ["AB:CD:EF", "00"]}},
        {"target": {"namespace": "web", "site": "https://romashka.com"}},
        {"target": {"namespace": "android_app", "package_name": "com.example.app"}},
        {"target": {"namespace": "android_app", "package_name": "no such package"}},
        {"target": {}},
    ]  # fmt: skip

    assert read_asset_links(json.dumps(links).encode()) == AppLinks(
        (App("android", "ru.romashka.app", "abcdef"),), ("romashka.com",)
    )


@pytest.mark.parametrize(
    "said",
    [
        {"applinks": {"apps": [], "details": [{"appID": "A1B2C3D4E5.ru.romashka", "paths": ["*"]}]}},
        {"applinks": {"details": [{"appIDs": ["A1B2C3D4E5.ru.romashka", "TEAMID.com.x"], "components": []}]}},
        {"applinks": {"details": {"A1B2C3D4E5.ru.romashka": {"paths": []}}}},
        {"webcredentials": {"apps": ["A1B2C3D4E5.ru.romashka"]}},
        {"appclips": {"apps": ["A1B2C3D4E5.ru.romashka", "ABCDE12345.com.example.app"]}},
    ],
)  # fmt: skip
def test_an_apple_association_names_apps(said):
    """Every shape the file has had; names of the instructions are nobody's."""
    found = read_apple_association(json.dumps(said).encode())

    assert found == AppLinks((App("apple", "A1B2C3D4E5.ru.romashka"),))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("body", [PAGE, b"Not found, but here is 200"])
def test_a_page_in_its_place_is_not_the_file(reader, body):
    """A soft 404 says neither that the file exists nor that it does not."""
    with pytest.raises(Unreadable):
        reader(body)


@pytest.mark.parametrize(
    "reader", [read_sitemap, read_security_text, read_asset_links, read_apple_association]
)
@pytest.mark.parametrize(
    "body", [b"", b"{", b'"x"', b"[1]", b"\x1f\x8bnonsense", b"[" * 100_000, b'{"a":' * 100_000]
)
def test_nonsense_is_not_the_file(reader, body):
    """Broken, empty and endlessly nested bodies are told from the file."""
    with pytest.raises(Unreadable):
        reader(body)


@pytest.mark.parametrize("reader", READERS)
@given(body=st.binary(max_size=300))
def test_no_bytes_can_break_a_reader(reader, body):
    """Any bytes are the file or are not."""
    with contextlib.suppress(Unreadable):
        reader(body)


@pytest.mark.parametrize(
    ("reader", "start", "piece"),
    [
        (read_robots, b"", b"Sitemap: https://a.ru/\n"),
        (read_robots, b"", b"Host: \n"),
        (read_sitemap, b"<urlset>", b"<loc>"),
        (read_sitemap, b"<urlset>", b"<loc> "),
        (read_sitemap, b"<urlset>", "<loc>https://ж\u200d".encode()),
        (read_sitemap, b"<urlset>", b"<xhtml:link "),
        (read_sitemap, b"<urlset>", b"<xhtml:link href='https://a"),
        (read_sitemap, b"<urlset>", b"<lastmod>2026-01-01"),
        (read_sitemap, b"<sitemapindex>", b"<loc>https://a"),
        (read_sitemap, b"http://a.ru\n", b"http://\xd0\xb6\n"),
        (read_security_text, b"Contact: x\n", b"Contact: mailto:a@b.ru\n"),
        (read_asset_links, b"[", b'{"target":{}},'),
    ],
)  # fmt: skip
def test_a_giant_file_costs_no_more_than_its_length(reader, start, piece):
    """A quarter of a megabyte of one mark is read in bounded work."""
    body = (start + piece * (262_144 // len(piece)))[:262_144]
    with bounded(), contextlib.suppress(Unreadable):
        reader(body)


def test_a_packed_bomb_costs_its_cap():
    """A gzip file that unpacks to gigabytes is read for a mebibyte."""
    body = gzip.compress(b"<urlset>" + b"<loc>https://a.ru/</loc>" * 2_000_000)
    with bounded():
        assert read_sitemap(body[:262_144]).hosts == ("a.ru",)
