"""What a page takes from other hosts is told from what it links to, and from what its code names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from probes.kit.page import read_page
from probes.kit.page_parts import LOOSE, TAKEN, Part


def parts(markup: str, head: str = "") -> dict[str, str]:
    """What for, by host."""
    page = f"<!doctype html><html><head><title>x</title>{head}</head><body>{markup}</body></html>"
    found = read_page(page.encode(), "text/html; charset=utf-8").parts
    return {one.host: one.what for one in found}


@pytest.mark.parametrize(
    ("markup", "what"),
    [
        ('<script src="https://a.ru/x.js"></script>', "script"),
        ("<script async src=//a.ru/loader?id=1></script>", "script"),
        ('<link rel="stylesheet" href="https://a.ru/css?family=Roboto">', "style"),
        ('<link rel=preload as=font href="//a.ru/r.woff2">', "font"),
        ('<link rel="shortcut icon" href="http://a.ru/favicon.ico">', "picture"),
        ('<img alt="" src="https://a.ru/logo.PNG?v=2">', "picture"),
        ('<img data-src="//a.ru/lazy.webp">', "picture"),
        ('<img src="/own.jpg" srcset="/own.jpg 1x, https://a.ru/big.jpg 2x">', "picture"),
        ('<img src="https://a.ru/thumb/42">', "part"),
        ('<meta property="og:image" content="https://a.ru/share.jpg">', "picture"),
        ("<div style=\"background:url('//a.ru/bg.svg')\">x</div>", "picture"),
        ("<style>@font-face{src:url(//a.ru/f.woff)}</style>", "font"),
        ('<style>body{background:url("https://a.ru/i/1")}</style>', "picture"),
        ('<video poster="https://a.ru/p.jpg"></video>', "picture"),
        ('<video><source src="https://a.ru/film.mp4"></video>', "film"),
        ('<iframe src="https://a.ru/map"></iframe>', "frame"),
        ('<object data="//a.ru/flash"></object>', "part"),
        ('<form action="https://a.ru/send" method=post></form>', "form"),
        ('<button formaction="//a.ru/go">x</button>', "form"),
        ('<noscript><img src="https://a.ru/pixel"></noscript>', "part"),
        ('<base href="https://a.ru/"><img src="logo.png">', "part"),
        ('<a href="https://a.ru/price.xlsx">price</a>', "file"),
        ('<a href="//a.ru/docs/2019/offer.PDF#page=2">offer</a>', "file"),
        ('<a href="https://a.ru/catalogue/lamps">lamps</a>', "link"),
        ("<script>fetch('https://a.ru/v1/orders')</script>", "named"),
        ('<script>var api = "https://a.ru";</script>', "named"),
        ('<script type="application/json">{"api":"https:\\/\\/a.ru\\/v1"}</script>', "named"),
        ('<div data-endpoint="https://a.ru/v1">x</div>', "named"),
    ],
)
def test_each_way_to_take_something_is_known(markup: str, what: str):
    """By the tag's attribute and the ending of the address."""
    assert parts(markup).get("a.ru") == what
    assert what in (*TAKEN, *LOOSE)


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="https://a.ru/">home</a>',
        '<a href="//a.ru">home</a>',
        '<a href="https://a.ru/index.html?from=x">home</a>',
        '<!-- <script src="https://a.ru/old.js"></script> -->',
        '<svg xmlns="http://a.ru/2000/svg"></svg>',
        "<p>See https://a.ru for more</p>",
        '<script type="application/ld+json">{"@context":"https://schema.org","url":"https://a.ru"}</script>',
        '<img src="/own/picture.png"><script src="js/x.js"></script>',
    ],
)
def test_what_no_visitor_would_miss_is_no_part(markup: str):
    """Links to home pages, comments, name spaces, words."""
    assert "a.ru" not in parts(markup)


def test_of_one_host_the_weightiest_is_told_with_its_address():
    """A host that is linked to and loads a script is one of scripts."""
    page = (
        b'<html><body><a href="https://a.ru/deep">x</a><img src="https://a.ru/P.png">'
        b'<script src="https://a.ru/Main.js"></script><a href="//b.ru/deep">y</a></body></html>'
    )
    found = read_page(page, "text/html").parts

    assert found == (Part("a.ru", "script", "//a.ru/Main.js"), Part("b.ru", "link", ""))


def test_a_page_of_nothing_but_addresses_gives_a_short_list():
    """Sixty hosts are more than any page needs; the weightiest stay."""
    many = b"".join(
        b'<a href="//l%d.ru/x">x</a><img src="//h%d.ru/x.png">' % (n, n) for n in range(500)
    )
    found = read_page(b"<html>" + many, "text/html").parts

    assert len(found) == 60
    assert {one.what for one in found} == {"picture"}


@given(some.binary(max_size=400))
def test_no_page_breaks_the_reader(body: bytes):
    """Nonsense gives parts that are canonical hosts, or none."""
    for one in read_page(b"<html>//" + body + b'<img src="//' + body, "text/html").parts:
        assert "." in one.host
        assert one.what in (*TAKEN, *LOOSE)
        assert len(one.url) <= 200
