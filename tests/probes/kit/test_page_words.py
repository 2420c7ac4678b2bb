"""The first words of a page: those of the whole page, however few are asked for and wherever it breaks off."""

from __future__ import annotations

import random

import pytest

from probes.kit.page import read_page, read_words

PIECES = (
    "<title>Ромашка &amp; Ко</title>",
    "<!-- слово --> ",
    "<script src=/a.js></script>",
    "<script>if (a < b) { c }</script>",
    "<style>p > a {}</style>",
    "<noscript>Включите JavaScript</noscript>",
    "<p>Цветы&nbsp;и букеты &lt; 500 ₽</p>",
    "<p title='<script>'>Доставка",
    "a < b и 5 <6",
    "  \n\t ",
    "&amp",
    "<",
    "</p>",
    '<a href="/">Контакты</a>',
)
"""What pages are made of, and what breaks them."""


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251"])
def test_the_first_words_are_those_of_the_whole_page(charset: str) -> None:
    """Nothing that is passed over on the way to them changes them."""
    chance = random.Random(7)
    kind = f"text/html; charset={charset}"
    for _ in range(300):
        page = "".join(chance.choices(PIECES, k=chance.randrange(60)))
        body = page.encode(charset, "xmlcharrefreplace")
        body = body[: chance.randrange(len(body) + 1)]
        whole = read_page(body, kind)
        for most in (0, 1, 17, 300, 4_096):
            assert read_words(body, kind, most) == (whole.title, whole.text[:most])
