"""Which links of a page lead to what says whose its site is."""

from __future__ import annotations

import time

import pytest

from probes.kit.page import read_page

KIND = "text/html; charset=utf-8"


def legal(markup: str) -> tuple[str, ...]:
    """The legal pages that a home page links."""
    return read_page(f"<html><body>{markup}</body></html>".encode(), KIND).relations.legal_pages


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<a href="/privacy">x</a>', ("/privacy",)),
        ("<a class=b href=/rekvizity/>x</a>", ("/rekvizity/",)),
        ('<a href="/page7.html">Политика&nbsp;конфиденциальности</a>', ("/page7.html",)),
        ('<a href="/p7"><span>Реквизиты</span></a>', ("/p7",)),
        ('<a href="https://firm.ru/legal/">x</a>', ("https://firm.ru/legal/",)),
        ('<a href="/contacts">x</a><a href="/oferta">y</a>', ("/oferta", "/contacts")),
        ('<a href="/catalog">Каталог</a>', ()),
        ('<a href="https://privacy.firm.ru/">x</a>', ()),
        ('<a href="/politika.pdf">Политика</a>', ()),
        ('<a href="mailto:privacy@firm.ru">x</a><a href="/">О компании</a>', ()),
        ('<a href="#privacy">Политика</a>', ()),
        ('<a href="/privacy">x</a> ИНН 3600923119', ()),
    ],
)
def test_the_most_telling_first_and_none_where_a_number_stands(markup: str, found: tuple[str, ...]):
    """By address or by words; files, other schemes and the page itself are none."""
    assert legal(markup) == found


def test_no_more_than_four():
    """However many a footer has."""
    assert len(legal("".join(f'<a href="/policy-{number}">x</a>' for number in range(50)))) == 4


@pytest.mark.parametrize(
    "piece", ["<a ", "<a href=", '<a href="/privacy', "<a x href =' ", "<a>политика"]
)
def test_hostile_markup_is_read_in_one_pass(piece: str):
    """Four times the page takes no more than some four times as long."""

    def spent(times: int) -> float:
        before = time.process_time()
        legal(piece * (times // len(piece)))
        return time.process_time() - before

    assert spent(800_000) < 12 * spent(200_000) + 0.5
