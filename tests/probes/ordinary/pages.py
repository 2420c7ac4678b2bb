"""Ordinary pages of many kinds in two languages: what no sign of a stub may be met on.

Twenty-two kinds of page, each built another way, about twenty-four subjects: shops, news, forums,
documentation, doors, feeds, programs' answers, legal texts. The same at every run.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

Words = dict[str, Any]
HTML = "text/html; charset=utf-8"


class Answer(Struct, frozen=True):
    """One answer of an ordinary host."""

    name: str
    body: bytes
    kind: str = HTML
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[str, ...] = ()
    built_with: frozenset[str] = frozenset()
    """Products that may be recognised in it."""


@cache
def subjects() -> tuple[Words, ...]:
    """What the pages are about."""
    raw = (Path(__file__).parent / "subjects.toml").read_text("utf-8")
    return tuple(tomllib.loads(raw)["subjects"])


def said(words: Words, russian: str, english: str) -> str:
    """One phrase in the subject's language."""
    return russian if words["language"] == "ru" else english


def page(words: Words, title: str, body: str, head: str = "") -> str:
    """A document with a head."""
    return (
        f'<!doctype html>\n<html lang="{words["language"]}"><head><meta charset="utf-8">'
        f"<title>{title}</title>{head}</head>\n<body>{body}</body></html>"
    )


def menu(words: Words, *extra: str) -> str:
    """A site's navigation."""
    names = [
        said(words, "Главная", "Home"), said(words, "О нас", "About us"),
        said(words, "Цены", "Prices"), said(words, "Контакты", "Contacts"), *extra,
    ]  # fmt: skip
    return (
        "<nav><ul>"
        + "".join(f'<li><a href="/p{n}">{x}</a>' for n, x in enumerate(names))
        + "</ul></nav>"
    )


def goods(words: Words) -> str:
    """Names with prices."""
    return "".join(f"<li><b>{name}</b> — {price}</li>" for name, price in words["goods"])


def questions(words: Words) -> str:
    """Questions with answers."""
    return "".join(f"<dt>{ask}</dt><dd>{answer}</dd>" for ask, answer in words["questions"])


def news(words: Words) -> str:
    """Days with what happened."""
    return "".join(
        f'<article><time datetime="{day}">{day}</time><p>{text}</p></article>'
        for day, text in words["news"]
    )


def wordpress_home(words: Words) -> Answer:
    """A firm's home page on WordPress."""
    head = (
        '<meta name="generator" content="WordPress 6.8.2">'
        '<link rel="stylesheet" href="/wp-content/themes/firm/style.css?ver=3">'
        '<script src="/wp-includes/js/jquery/jquery.min.js"></script>'
    )
    body = f"{menu(words)}<main><h1>{words['name']}</h1><p>{words['about']}</p><ul>{goods(words)}</ul>{news(words)}</main>"
    title = f"{words['name']} – {words['trade']}"
    return Answer(
        "wordpress_home",
        page(words, title, body, head).encode(),
        built_with=frozenset({"wordpress"}),
    )


def opencart_catalogue(words: Words) -> Answer:
    """A shop's list of goods on OpenCart."""
    cards = "".join(
        f'<div class="product-thumb"><a href="/item-{n}"><img src="/image/{n}.jpg" alt="{name}"></a>'
        f'<h4>{name}</h4><span class="price">{price}</span><button>{said(words, "В корзину", "Add to cart")}</button></div>'
        for n, (name, price) in enumerate(words["goods"] * 3)
    )
    head = '<link rel="stylesheet" href="catalog/view/theme/default/stylesheet/stylesheet.css">'
    title = said(words, f"Каталог: {words['trade']}", f"Catalogue: {words['trade']}")
    return Answer(
        "opencart_catalogue", page(words, title, menu(words) + cards, head).encode(),
        cookies=("OCSESSID", "language", "currency"), built_with=frozenset({"opencart"}),
    )  # fmt: skip


def bitrix_product(words: Words) -> Answer:
    """One thing for sale on 1C-Bitrix, with what search engines read."""
    name, price = words["goods"][0]
    offer = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": name,
        "offers": {"price": price},
    }
    head = (
        '<link rel="stylesheet" href="/bitrix/cache/css/s1/shop/page.css">'
        '<script src="/bitrix/js/main/core/core.min.js"></script>'
        f'<script type="application/ld+json">{json.dumps(offer, ensure_ascii=False)}</script>'
    )
    body = f"{menu(words)}<h1>{name}</h1><p>{price}</p><p>{words['about']}</p><h2>{said(words, 'Вопросы', 'Questions')}</h2><dl>{questions(words)}</dl>"
    return Answer(
        "bitrix_product", page(words, f"{name} — {words['name']}", body, head).encode(),
        headers=(("x-powered-cms", "Bitrix Site Manager (0a1b)"),),
        cookies=("PHPSESSID", "BITRIX_SM_GUEST_ID"), built_with=frozenset({"1c_bitrix"}),
    )  # fmt: skip


def joomla_post(words: Words) -> Answer:
    """An article of a blog on Joomla."""
    day, text = words["news"][0]
    body = f"<div id='wrap'>{menu(words)}<article><h2>{text}</h2><time>{day}</time><p>{words['about']}</p><p>{text}</p></article><div class='comments'>{questions(words)}</div></div>"
    head = '<meta name="generator" content="Joomla! - Open Source Content Management">'
    return Answer(
        "joomla_post",
        page(words, f"{text} - {words['name']}", body, head).encode(),
        built_with=frozenset({"joomla"}),
    )


def drupal_news(words: Words) -> Answer:
    """A list of news on Drupal."""
    body = f"<header>{menu(words)}</header><h1>{said(words, 'Новости', 'News')}</h1>{news(words) * 2}<aside><p>{words['about']}</p></aside>"
    return Answer(
        "drupal_news", page(words, f"{said(words, 'Новости', 'News')} | {words['name']}", body).encode(),
        headers=(("x-drupal-cache", "HIT"),), built_with=frozenset({"drupal"}),
    )  # fmt: skip


def forum_thread(words: Words) -> Answer:
    """A thread of a forum in tables, as forums were built long ago."""
    posts = [words["about"], *(f"{ask} {answer}" for ask, answer in words["questions"])]
    rows = "".join(
        f'<tr><td width="20%">{said(words, "Участник", "Member")} {n + 1}</td><td>{text}</td></tr>'
        for n, text in enumerate(posts)
    )
    title = said(words, f"Форум: {words['trade']}", f"Forum: {words['trade']}")
    return Answer(
        "forum_thread",
        page(words, title, f'<table border="1">{rows}</table><a href="?page=2">2</a>').encode(),
    )


def documentation(words: Words) -> Answer:
    """A page of documentation with code."""
    steps = "".join(
        f"<li><code>set {n} = {price}</code> {name}</li>"
        for n, (name, price) in enumerate(words["goods"])
    )
    title = said(words, "Руководство: первые шаги", "Manual: first steps")
    body = f'<div class="sphinxsidebar">{menu(words)}</div><div class="body"><h1>{title}</h1><pre>GET /api/v2/items HTTP/1.1\n200 OK</pre><ol>{steps}</ol><p>{words["about"]}</p></div>'
    return Answer("documentation", page(words, f"{title} — {words['name']} 2.4", body).encode())


def staff_door(words: Words) -> Answer:
    """A form that asks for a password."""
    form = (
        f'<form method="post"><label>{said(words, "Логин", "User name")} <input name="login"></label>'
        f'<label>{said(words, "Пароль", "Password")} <input type="password" name="password"></label>'
        f"<button>{said(words, 'Войти', 'Sign in')}</button></form>"
    )
    title = said(
        words, f"Вход для сотрудников — {words['name']}", f"Staff sign-in — {words['name']}"
    )
    return Answer("staff_door", page(words, title, f"<h1>{words['name']}</h1>{form}").encode())


def tilda_landing(words: Words) -> Answer:
    """A landing page on Tilda."""
    head = '<script src="https://static.tildacdn.com/js/tilda-scripts-3.0.min.js"></script>'
    blocks = "".join(
        f'<div class="t-rec"><div class="t-title">{name}</div><div class="t-descr">{price}</div></div>'
        for name, price in words["goods"]
    )
    body = f'<div id="allrecords" class="t-records"><div class="t-cover">{words["about"]}</div>{blocks}<div class="t-form">{said(words, "Оставьте заявку", "Leave a request")}</div></div>'
    return Answer(
        "tilda_landing",
        page(words, words["name"], body, head).encode(),
        built_with=frozenset({"tilda"}),
    )


def modx_faq(words: Words) -> Answer:
    """Questions and answers on MODX."""
    title = said(words, "Вопросы и ответы", "Questions and answers")
    body = f"{menu(words)}<h1>{title}</h1><dl>{questions(words)}</dl><p>{words['about']}</p>"
    return Answer(
        "modx_faq",
        page(words, title, body).encode(),
        headers=(("x-powered-by", "MODX Revolution"),),
        built_with=frozenset({"modx"}),
    )


def old_contacts(words: Words) -> Answer:
    """A page of the nineties in the encoding of its day."""
    text = (
        f'<HTML><HEAD><TITLE>{said(words, "Контакты", "Contacts")}: {words["name"]}</TITLE></HEAD><BODY BGCOLOR="#FFFFFF">'
        f"<CENTER><H2>{words['name']}</H2></CENTER><P>{words['about']}<HR><FONT SIZE=2>{said(words, 'Пн–Пт с 9 до 18', 'Mon to Fri, 9 to 6')}</FONT></BODY></HTML>"
    )
    encoding = said(words, "windows-1251", "iso-8859-1")
    return Answer(
        "old_contacts", text.encode(encoding, "replace"), kind=f"text/html; charset={encoding}"
    )


def missing_page(words: Words) -> Answer:
    """A site's own page for what it does not have."""
    title = said(words, "Страница не найдена", "Page not found")
    body = f"{menu(words)}<h1>404</h1><p>{title}. {said(words, 'Возможно, её перенесли: посмотрите в каталоге.', 'It may have moved: have a look at the catalogue.')}</p><ul>{goods(words)}</ul>"
    return Answer(
        "missing_page", page(words, f"{title} — {words['name']}", body).encode(), status=404
    )


def privacy(words: Words) -> Answer:
    """A legal text."""
    clauses = [
        said(
            words,
            "Оператор обрабатывает данные, которые вы оставили в форме.",
            "We process the data you leave in the form.",
        ),
        said(
            words,
            "Согласие можно отозвать письмом; обработка будет приостановлена.",
            "Consent may be withdrawn by letter; processing is then suspended.",
        ),
        said(words, "Срок хранения истекает через три года.", "Data expire after three years."),
        said(words, "Доступ к данным ограничен кругом сотрудников.", "Access is limited to staff."),
    ]
    title = said(words, "Политика конфиденциальности", "Privacy policy")
    body = f"<h1>{title}</h1><p>{words['name']}</p>" + "".join(
        f"<h3>{n}.</h3><p>{text} {words['about']}</p>" for n, text in enumerate(clauses, 1)
    )
    return Answer("privacy", page(words, title, body).encode())


def programs_answer(words: Words) -> Answer:
    """What an API gives a program."""
    rows = [
        {"id": n, "name": name, "price": price, "status": "ok"}
        for n, (name, price) in enumerate(words["goods"])
    ]
    return Answer(
        "programs_answer",
        json.dumps({"items": rows, "next": None}, ensure_ascii=False).encode(),
        kind="application/json",
    )


def refusal_of_api(words: Words) -> Answer:
    """What an API says to who is not known to it."""
    text = {
        "error": "unauthorized",
        "message": said(words, "Нужен ключ", "A key is required"),
        "api": words["name"],
    }
    return Answer(
        "refusal_of_api",
        json.dumps(text, ensure_ascii=False).encode(),
        kind="application/json",
        status=401,
    )


def feed(words: Words) -> Answer:
    """News for readers of feeds."""
    items = "".join(
        f"<item><title>{text}</title><pubDate>{day}</pubDate></item>" for day, text in words["news"]
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{words["name"]}</title>{items}</channel></rss>'
    return Answer("feed", text.encode(), kind="application/rss+xml")


def price_list(words: Words) -> Answer:
    """Prices in a table, printed from an office program."""
    rows = "".join(
        f"<tr><td>{n}</td><td>{name}</td><td>{price}</td></tr>"
        for n, (name, price) in enumerate(words["goods"] * 6)
    )
    title = said(words, "Прайс-лист", "Price list")
    return Answer(
        "price_list",
        page(
            words,
            f"{title} {words['name']}",
            f"<table>{rows}</table><p>{words['about']}</p>",
            '<meta name="generator" content="Microsoft Excel 15">',
        ).encode(),
    )


def script_shell(words: Words) -> Answer:
    """A page that scripts build in the browser."""
    head = '<script defer src="/static/js/main.4f2a.js"></script><link rel="stylesheet" href="/static/css/main.css">'
    body = (
        '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>'
    )
    return Answer("script_shell", page(words, words["name"], body, head).encode())


def search_results(words: Words) -> Answer:
    """What a site's own search found."""
    found = "".join(
        f'<li><a href="/{n}">{name}</a> <em>{price}</em></li>'
        for n, (name, price) in enumerate(words["goods"])
    )
    title = said(words, "Результаты поиска", "Search results")
    return Answer(
        "search_results",
        page(
            words,
            f"{title} | {words['name']}",
            f"{menu(words)}<p>{title}: {len(words['goods'])}</p><ol>{found}</ol>{news(words)}",
        ).encode(),
    )


def vacancy(words: Words) -> Answer:
    """A firm looks for people."""
    title = said(words, "Вакансии", "Vacancies")
    offer = said(
        words,
        "Ищем человека на полный день. Домен знаний — наше дело: научим.",
        "We look for somebody full time. The domain is ours to teach.",
    )
    return Answer(
        "vacancy",
        page(
            words,
            f"{title} — {words['name']}",
            f"{menu(words, title)}<h1>{title}</h1><p>{offer}</p><p>{words['about']}</p>",
        ).encode(),
    )


def site_with_notice(words: Words) -> Answer:
    """A living site that announces works."""
    notice = said(
        words,
        "В ночь на субботу ведутся технические работы, сайт будет временно недоступен.",
        "Site under maintenance on Saturday night; parts of it will be down for maintenance.",
    )
    head = '<script src="https://mc.yandex.ru/metrika/tag.js"></script><script src="https://code.jivo.ru/widget/AbC"></script>'
    body = f'<div class="notice">{notice}</div>{menu(words)}<h1>{words["name"]}</h1><p>{words["about"] * 2}</p><ul>{goods(words)}</ul>{news(words)}<dl>{questions(words)}</dl>'
    return Answer(
        "site_with_notice",
        page(words, f"{words['name']}: {words['trade']}", body, head).encode(),
        built_with=frozenset({"yandex_metrica", "jivo"}),
    )


def gallery(words: Words) -> Answer:
    """Pictures with few words."""
    pictures = "".join(
        f'<figure><img src="/photo/{n}.webp" alt="{name}"><figcaption>{name}</figcaption></figure>'
        for n, (name, _) in enumerate(words["goods"])
    )
    title = said(words, "Фотогалерея", "Gallery")
    return Answer(
        "gallery",
        page(words, f"{title}. {words['name']}", f"<h1>{title}</h1>{pictures}").encode(),
        headers=(("server", "nginx"),),
    )


KINDS: tuple[Callable[[Words], Answer], ...] = (
    wordpress_home, opencart_catalogue, bitrix_product, joomla_post, drupal_news, forum_thread,
    documentation, staff_door, tilda_landing, modx_faq, old_contacts, missing_page, privacy,
    programs_answer, refusal_of_api, feed, price_list, script_shell, search_results, vacancy,
    site_with_notice, gallery,
)  # fmt: skip


def ordinary_pages() -> Iterator[Answer]:
    """Each kind about each subject."""
    for words in subjects():
        for kind in KINDS:
            yield kind(words)
