"""What a page says, whatever its author did to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.page import is_html, read, read_page
from probes.kit.web_host import host_of
from tests.hostile.bounds import bounded

HTML = "text/html; charset=utf-8"

SHOP = """<!DOCTYPE html>
<html lang="ru-RU"><head><meta charset="utf-8">
<title>  Магазин &laquo;Ромашка&raquo;
 — цветы</title>
<meta name="generator" content="WordPress 6.8">
<link rel="canonical" href="https://romashka.example/"><link rel=stylesheet href=/wp-content/a.css>
<style>p{color:red}</style>
<script src="//mc.yandex.ru/metrika/tag.js"></script>
<script>ym(41526378, "init", {}); if (a<b) { document.write("<a href='https://no.example/'>"); }
(function(w,d){})(window,document,'script','dataLayer','GTM-AB12CD');</script>
</head><body><!-- <a href="https://hidden.example/">x</a> <p>comment</p> -->
<h1>Цветы</h1><p>Живые&nbsp;розы</p>
<a href="https://Partner.Example/x">p</a><a href='//cdn.example/y'>c</a><a href="/own">o</a>
<a href="mailto:a@b.example">m</a><a href="https://пример.рф/">r</a><a href="http://10.0.0.1/">i</a>
<noscript><img src="https://mc.yandex.ru/watch/41526378"></noscript>
<form><input type="PASSWORD" name="p"></form>
<template><p>never shown</p></template></body></html>"""


def test_a_page_says_what_its_reader_sees():
    """Title, visible text, links, engine and counters are read as a visitor's browser has them."""
    said = read_page(SHOP.encode(), HTML)

    assert said.title == "Магазин «Ромашка» — цветы"
    assert said.text == "Цветы Живые розы p c o m r i"
    assert said.text_length == len(said.text)
    assert (said.generator, said.language) == ("WordPress 6.8", "ru-RU")
    assert said.link_hosts == ("partner.example", "cdn.example", "xn--e1afmkfd.xn--p1ai")
    assert said.script_hosts == ("mc.yandex.ru",)
    assert said.canonical == "https://romashka.example/"
    assert "/wp-content/a.css" in said.assets
    assert said.counters == (("gtm", "GTM-AB12CD"), ("metrika", "41526378"))
    assert said.password_field
    assert not said.script_shell
    assert said.refresh == ""


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        ("Привет".encode(), "text/html; charset=utf-8"),
        ("Привет".encode(), "text/html"),
        ("Привет".encode("cp1251"), "text/html; charset=windows-1251"),
        ("Привет".encode("cp1251"), "text/html; charset='CP1251'"),
        ("Привет".encode("cp1251"), "text/html"),
        ("Привет".encode("cp1251"), "text/html; charset=no-such"),
        ("Привет".encode("koi8-r"), "text/html; charset=koi8-r"),
        ("Привет".encode("utf-16"), "text/html"),
        (b"\xef\xbb\xbf" + "Привет".encode(), "text/html; charset=windows-1251"),
    ],
)
def test_letters_survive_every_usual_charset(raw, content_type):
    """A title is readable in whatever charset it came, declared or not."""
    wrap = raw if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else b"<title>" + raw + b"</title>"
    if wrap is raw:
        wrap = "<title>Привет</title>".encode("utf-16")
    if raw.startswith(b"\xef\xbb\xbf"):
        wrap = b"\xef\xbb\xbf<title>" + raw[3:] + b"</title>"

    assert read_page(wrap, content_type).title == "Привет"


def test_a_charset_in_a_meta_tag_counts():
    """`<meta charset>` and `<meta http-equiv>` declare a charset where the header does not."""
    for meta in (
        '<meta charset="windows-1251">',
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
    ):
        raw = f"{meta}<title>Свежий хлеб</title>".encode("cp1251")
        assert read_page(raw, "text/html").title == "Свежий хлеб"


def test_a_body_cut_inside_a_letter_is_still_utf8():
    """The cap may fall into the middle of a letter; the rest of the page stays readable."""
    raw = "<title>Привет</title><p>мир".encode()[:-1]

    assert read_page(raw, "text/html").title == "Привет"


@pytest.mark.parametrize(
    ("html", "target"),
    [
        ('<meta http-equiv="refresh" content="0; url=/next">', "/next"),
        (
            "<META HTTP-EQUIV=Refresh CONTENT='5;URL=https://a.example/?a=1&amp;b=2'>",
            "https://a.example/?a=1&b=2",
        ),
        ('<meta http-equiv="refresh" content="0,url=\'/q\'">', "/q"),
        ('<meta http-equiv="refresh" content="30; url=/news">', ""),
        ('<meta http-equiv="refresh" content="5">', ""),
        ('<meta http-equiv="refresh" content="nan; url=/x">', ""),
        ('<meta http-equiv="refresh" content="soon; url=/x">', ""),
        ('<script>window.location.href="/lander"</script>', "/lander"),
        (
            "<html><script>location.replace('https://b.example/');</script></html>",
            "https://b.example/",
        ),
        ("<script>location = '/a'; track();</script>", ""),
        ("<script>if (x) location = '/a'</script>", ""),
        ("<script>a()</script><script>location='/a'</script>", ""),
        (f"<p>{'слово ' * 60}</p><script>location='/a'</script>", ""),
    ],
)
def test_only_a_page_that_does_nothing_else_sends_its_reader_on(html, target):
    """A refresh within 5 seconds and a lone jump are redirects; anything conditional is not."""
    assert read_page(html.encode(), HTML).refresh == target


@pytest.mark.parametrize(
    ("html", "shell"),
    [
        ('<div id="root"></div><script src="/app.js"></script>', True),
        ("<div id=app></div><script src=/app.js></script>", True),
        ("<noscript>You need to enable JavaScript to run this app.</noscript>", True),
        ("<noscript>Включите JavaScript</noscript><script src=a.js></script>", True),
        ('<div id="root"></div>', False),
        (f'<div id="root">{"текст " * 100}</div><script src="/app.js"></script>', False),
        ("<p>пусто</p>", False),
    ],
)
def test_an_empty_page_of_scripts_is_a_shell(html, shell):
    """A page that scripts build looks empty to us and is not."""
    assert read_page(html.encode(), HTML).script_shell is shell


@pytest.mark.parametrize(
    ("html", "hosts"),
    [
        ("<A HREF='https://One.Example/'>1</A>", ("one.example",)),
        ("<a class=x href=//one.example>1</a>", ("one.example",)),
        ('<a\n title="2 > 1 <b>" href = " http://one.example?q">1</a>', ("one.example",)),
        ('<a data-href="//no.example" href="//one.example/">1</a>', ("one.example",)),
        ('<a hreflang="ru" h href="//one.example:8080/">1</a>', ("one.example",)),
        ('<a href="/x"><a href="//one.example">1</a>', ("one.example",)),
        ('<a href="//a.example"><a href="//b.example"><a href="//A.example">', ("a.example", "b.example")),
        ('<a href="/go?to=https://no.example/">1</a>', ()),
        ('<a href="ftp://no.example/">1</a><a href="/own">2</a><a href>3</a>', ()),
        ('<abbr href="//no.example">1</abbr><img src="//no.example/">', ()),
        ('<script>var a = "<a href=//no.example/>";</script>', ()),
        ("<!-- <a href=//no.example/>x</a> --><a href=//one.example/>", ("one.example",)),
        ("<a href=//" + "a" * 400 + ".example/>1</a>", ()),
    ],
)  # fmt: skip
def test_a_link_counts_however_it_is_written(html, hosts):
    """Quotes, case, spaces and other attributes do not matter; what is no link of the page does."""
    assert read_page(html.encode(), HTML).link_hosts == hosts


def test_a_host_cut_off_by_the_end_of_the_page_is_none():
    """Half a name is another name, and perhaps somebody else's."""
    whole = '<a href="//partner.example/">p</a><a href="//shop.example.partner.example/">s</a>'

    for end in range(len(whole)):
        found = read_page(whole[:end].encode(), HTML).link_hosts
        assert set(found) <= {"partner.example", "shop.example.partner.example"}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Нет такой страницы", "Нет такой страницы"),
        ("до<p>после", "до после"),
        ("<p>2 < 3 и 5 > 4</p>", "2 < 3 и 5 > 4"),
        ("<p>< 5 лет</p><", "< 5 лет <"),
        ("<p>a<<b>c</b>", "a< c"),
        ("<p>один\n  <b>\n два </b>\n\t три</p>", "один два три"),
        ("один<!-- нет -->два<script>нет</script>три", "один два три"),
        ("один<script>нет", "один"),
        ("один<noscript>два", "один два"),
        ("<!DOCTYPE html><?xml version='1'?><p>да</p", "да"),
        ("<p>a&nbsp;&amp;\u2003b&lt;</p>", "a & b<"),
    ],
)
def test_what_stands_between_tags_is_text(html, text):
    """Every word that a reader sees is there once, one space between two."""
    said = read_page(html.encode(), HTML)

    assert (said.text, said.text_length) == (text, len(text))


HOSTILE = [
    b"<div>", b"<b id=x><p>", b"<a ", b'<a "', b"<a b=c ", b"<", b"<!--", b"<!---->", b"<script>",
    b"<noscript>", b"<template>", b"<title>", b"&", b"&#1", b"\0", b'"', b"<meta charset", b"ym(",
    b"cloud.roistat.com ", b"location=", b' id="', b"<table><tr>", b"<svg><style>", b"<a href=//x.",
    b"<a '\"", b'<a "<a \'', b"<a\th", b"<a href", b'<a href="//', b"<a href='//x ", b"<a x=''",
    b"> ", b"><", b">\n<a", b"<p>x\n\n", b"-", b"G-", b"//", "<a href=//ж".encode(), b"<input ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_page_costs_no_more_than_its_length(piece):
    """Half a megabyte of any nonsense is read; the suite's own time limit is the only clock."""
    body = (piece * (524_288 // len(piece) + 1))[:524_288]

    assert read_page(body, HTML).text_length <= len(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000 + b"</div>" * 100_000,
        b"<p><a href='//" + b"x" * 500_000,
        b"<a href=//" + "ж".encode() * 200_000 + b"/>",
        b'<p title="' + b"x>" * 250_000,
        b"<meta content='" + b"x" * 500_000 + b"'>",
        b"<!--" + b"--" * 250_000,
        b"<script" + b" src=//x" * 60_000 + b">",
        b"<a " + b"'\"'\"" * 100_000,
    ],
    ids=["nested", "open link", "long host", "open quote", "long value", "open comment", "sources", "quotes"],
)  # fmt: skip
def test_one_giant_thing_costs_no_more_than_many(body):
    """Neither depth nor length of a single piece of markup costs more than reading it."""
    with bounded():
        read_page(body, HTML)


@given(st.binary(max_size=400), st.sampled_from(["text/html", "text/html; charset=\x00zip", ""]))
def test_no_page_can_break_the_reader(body, content_type):
    """Any bytes give a Reading."""
    said = read(body, content_type)

    assert len(said.title) <= 200
    assert len(said.text) <= 4_096


@given(st.text(alphabet="<>/ab =\"'!-scriptnohmelu&;", max_size=200))
def test_no_markup_can_break_the_reader(text):
    """Any heap of tags gives a Reading whose text is no longer than the page."""
    assert read_page(text.encode(), HTML).text_length <= max(len(text), 1) * 2


@pytest.mark.parametrize(
    ("content_type", "body", "page"),
    [
        ("text/html", b"", True),
        ("application/xhtml+xml; charset=utf-8", b"", True),
        ("", b" \n<!DOCTYPE html>", True),
        ("", b"{}", False),
        ("application/json", b"<html>", False),
        ("application/pdf", b"%PDF", False),
    ],
)
def test_a_page_is_what_says_so(content_type, body, page):
    """The declared type decides; only where there is none do the first characters."""
    assert is_html(content_type, body) is page


def test_an_answer_for_machines_has_text_too():
    """JSON is text that somebody reads; a picture is not."""
    assert read(b'{"status": "ok"}', "application/json").text_length == 16
    assert read(b"\x89PNG\r\n\0\0", "image/png").text_length == 0


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Пример.рф./x", "www.xn--e1afmkfd.xn--p1ai"),
        ("//cdn.example", "cdn.example"),
        ("http://[::1", ""),
        ("http://[::1]/", ""),
        ("http://192.0.2.1/", ""),
        ("javascript:alert(1)", ""),
        ("/path", ""),
        ("https://user:p@host.example:8443/", "host.example"),
        ("https://" + "a" * 64 + ".example/", ""),
    ],
)
def test_a_host_is_read_from_a_url_or_not_at_all(url, host):
    """Junk in a URL gives no host, and no error."""
    assert host_of(url) == host
