"""What a page tells of work on it: the newest year, forms, and a sample of words to know a copy by."""

from __future__ import annotations

import random

import pytest

from probes.kit.page import read_page
from probes.kit.upkeep import Upkeep, likeness, sample

TEXT = (
    "Собираем клюкву на верховых болотах с сентября по первый снег и морозим её в день сбора урожая"
)


def upkeep(body: str) -> Upkeep:
    """What a page with this body tells."""
    return read_page(f"<html><body>{body}</body></html>".encode(), "text/html").upkeep


@pytest.mark.parametrize(
    ("body", "text_year", "any_year"),
    [
        ("<p>12.03.2013 Открыта запись</p><p>© 2010–2012</p>", 2013, 2013),
        ("<p>© 2012</p><script src=/a.js?v=20240501></script>", 2012, 2024),
        ("<p>© 2012</p><script src=/a.js?v=2024.5></script>", 2012, 2024),
        ("<p>© 2012</p><!-- 2025 -->", 2012, 2025),
        ("<p>Телефон 220-20-20, с 1998 года</p>", 0, 0),
        ("<p>Ничего</p>", 0, 0),
        ("<p>План до 2030 года</p>", 2030, 2030),
    ],
)
def test_the_latest_year_counts(body: str, text_year: int, any_year: int):
    """As visitors read it, and as it stands anywhere in the page."""
    found = upkeep(body)

    assert (found.text_year, found.any_year) == (text_year, any_year)


@pytest.mark.parametrize(
    ("body", "year"),
    [
        ("<p>2024</p><p>© 2010–2012 Клюква</p>", 2012),
        ("<p>Copyright (c) 2011, ООО Клюква, 2013</p>", 2013),
        ("<p>&copy; Клюква</p>", 0),
        ("<p>© 2009 О знаке</p><p>текст</p><p>© 2014</p>", 2014),
        ("<p>2013</p>", 0),
        (f"<p>© {'слово ' * 20} 2014</p>", 0),
    ],
)
def test_the_year_of_copyright_is_the_one_beside_its_mark(body: str, year: int):
    """Of several marks the last: it stands at the foot of the page."""
    assert upkeep(body).copyright_year == year


@pytest.mark.parametrize(
    ("link", "feed"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed/?a=1&amp;b=2">', "/feed/?a=1&b=2"),
        ("<LINK REL=alternate TYPE=application/atom+xml HREF=//a.ru/atom>", "//a.ru/atom"),
        ('<link rel="alternate" type="application/json" href="/wp-json">', ""),
        ('<link rel="alternate" hreflang="en" href="/en">', ""),
        ('<link rel="alternate" type="application/rss+xml">', ""),
    ],
)  # fmt: skip
def test_a_feed_is_one_that_the_head_names(link: str, feed: str):
    """The first of several, as written."""
    page = f"<html><head>{link}</head><body>{link.replace('/', '/other')}</body></html>"

    assert read_page(page.encode(), "text/html").upkeep.feed == feed


def test_a_form_is_noted():
    """Whatever can be filled in."""
    assert upkeep("<FORM action=/ask><input name=q></FORM>").form
    assert upkeep("<TEXTAREA></TEXTAREA>").form
    assert not upkeep("<p>input</p>").form


@pytest.mark.parametrize(
    ("other", "least", "most"),
    [
        (TEXT, 1.0, 1.0),
        (TEXT + " ждём вас", 0.8, 0.95),
        (TEXT.replace("снег", "мороз"), 0.8, 0.95),
        (TEXT[::-1], 0.0, 0.2),
        ("Клюква", 0.0, 0.0),
    ],
)
def test_likeness_is_the_share_of_common_words(other: str, least: float, most: float):
    """From none to all; a text of few words is like nothing."""
    assert least <= likeness(sample(TEXT), sample(other)) <= most
    assert likeness(sample(TEXT), sample(other)) == likeness(sample(other), sample(TEXT))


def test_any_stored_sample_can_be_compared():
    """What another installation sent may be cut or made up."""
    chance = random.Random(3)
    for length in range(130):
        assert 0.0 <= likeness(chance.randbytes(length), sample(TEXT)) <= 1.0
