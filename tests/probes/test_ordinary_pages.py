"""No sign of a stub is met on ordinary pages, whatever they are about and whatever they quote."""

from __future__ import annotations

import pytest

from probes.kit.fingerprints import Sight, all_fingerprints, recognise, signs_within
from probes.kit.page import read
from tests.probes.ordinary.pages import KINDS, Answer, ordinary_pages, page, subjects

TELLING = frozenset({
    "placeholder", "parked", "for_sale", "suspended", "unpaid_saas", "unclaimed_saas",
    "maintenance", "challenge", "origin_down", "server_default",
})  # fmt: skip
PAGES = list(ordinary_pages())
QUOTED = [one for one in all_fingerprints() if one.signal in ("text", "title")]


def found_on(answer: Answer):
    """The signs that an answer bears."""
    reading = read(answer.body, answer.kind)
    within = signs_within(reading, answer.body)
    headers = (("content-type", answer.kind), *answer.headers)
    return [
        one
        for one, _ in recognise(
            Sight("client.example", answer.status, headers, answer.cookies, reading, within)
        )
    ]


def test_the_corpus_is_large_and_no_page_is_another():
    """At least three hundred pages, of twenty kinds, in both languages, no two the same."""
    assert len(PAGES) >= 300
    assert len({answer.body for answer in PAGES}) == len(PAGES)
    assert len(KINDS) >= 20
    assert {words["language"] for words in subjects()} == {"ru", "en"}


@pytest.mark.parametrize("words", subjects(), ids=lambda words: words["name"])
def test_no_sign_but_that_of_its_engine_is_met_on_an_ordinary_page(words):
    """Neither a stub nor a service it has nothing to do with is seen in it."""
    for make in KINDS:
        answer = make(words)
        met = found_on(answer)
        assert [one.id for one in met if one.says in TELLING] == [], answer.name
        assert {one.provider for one in met} <= answer.built_with, answer.name


@pytest.mark.parametrize("words", subjects()[::2], ids=lambda words: words["name"])
def test_an_article_may_quote_any_stub(words):
    """Who writes about parking, unpaid sites and challenges, and quotes them word for word, is none."""
    filler = " ".join((words["about"], *(answer for _, answer in words["questions"]))) * 4
    for number in range(0, len(QUOTED), 6):
        some = QUOTED[number : number + 6]
        quotes = "".join(f"<blockquote>{one.text}</blockquote><p>{filler}</p>" for one in some)
        article = page(words, f"{words['name']}: {number}", f"<h1>{some[0].text}</h1>{quotes}")
        for status in (200, 403, 404):
            met = found_on(Answer("article", article.encode(), status=status))
            assert [one.id for one in met] == []


@pytest.mark.parametrize(
    "one", [one for one in QUOTED if one.signal == "title"], ids=lambda one: one.id
)
@pytest.mark.parametrize(
    "wording",
    ["Что значит «{}» и что делать", 'Why do I see "{}"?', "{}: 7 советов", "Форум — {} — ответы"],
)
def test_a_title_that_quotes_a_stub_is_not_its_title(one, wording):
    """Only the whole title speaks, or on a page without other words a part of it, and weakly."""
    said = (
        "Мы разобрали этот случай. Here is what we found, and what you can do about it today. " * 9
    )
    body = page({"language": "ru"}, wording.format(one.text), f"<p>{said}</p>")

    met = found_on(Answer("article", body.encode()))

    # Nobody but the server itself writes its name with a slash and a version.
    assert {found.id for found in met if found.says in TELLING} <= {"default_tomcat"}


@pytest.mark.parametrize(
    "body",
    [
        "<title>Ателье</title><p>Шьём и чиним. Звоните.</p>",
        "<title>Скоро открытие!</title><p>Кафе на набережной открывается 1 мая. Ждём всех.</p>",
        "<title>Парковка «Центр»</title><p>Свободно 12 мест, въезд с улицы Мира.</p>",
        "<title>Продажа домов</title><p>Домен? Нет, мы продаём дома.</p>",
        "<title>Студия</title><p>Портфолио в нашей группе. Заявки по телефону.</p>",
        "<title>Express bus</title><p>Departures every hour.</p>",
        "<title>Construction Ltd</title><p>We build bridges. Two are under construction.</p>",
        "<title>Bookings</title><p>Fully booked until June. This page is kept by hand.</p>",
        "<title>The Parked Car</title><p>A novel in three parts.</p>",
        "<title>Sale</title><p>Our sofa is for sale.</p>",
        "<title>Works</title><p>It works! A gym on the second floor.</p>",
        "<title>Robots</title><p>Are you a robot? Then this museum is about you.</p>",
        "<title>API</title><p>v2 is up. See the documentation.</p>",
        "<title>Status</title><p>All systems operational.</p>",
        "<title>OK</title>",
        "ok",
        '{"status":"ok"}',
        "<html><body><h1>Welcome</h1></body></html>",
        "User-agent: *\nDisallow:",
    ],
)
def test_a_short_ordinary_page_is_none_either(body: str):
    """A page may be short without being a stub."""
    assert found_on(Answer("short", body.encode())) == []
