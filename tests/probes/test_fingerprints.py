"""Known pages are known, and ordinary pages that talk about them are not taken for them."""

from __future__ import annotations

import datetime

import pytest

from probes.kit.fingerprints import (
    Sight,
    all_fingerprints,
    plain_title,
    recognise,
    signs_within,
)
from probes.kit.page import read

HTML = "text/html; charset=utf-8"
TELLING = {
    "placeholder", "parked", "for_sale", "suspended", "unpaid_saas", "unclaimed_saas",
    "maintenance", "challenge", "origin_down", "server_default",
}  # fmt: skip
"""What must never be said of an ordinary page."""


def sight(body, *, host="client.example", status=200, headers=(), cookies=(), redirects=()):
    """One answer as fingerprints see it."""
    kind = dict(headers).get("content-type", HTML)
    raw = body.encode()
    said = read(raw, kind)
    within = signs_within(said, raw)
    return Sight(host, status, tuple(headers), tuple(cookies), said, within, redirects)


def told(**answer):
    """What an answer says, as (says, provider, strength)."""
    return {(one.says, one.provider, how) for one, how in recognise(sight(**answer))}


def titled(title, text="Немного текста."):
    """A small page with a title."""
    return f"<html><head><title>{title}</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"body": titled("Домен не прилинкован ни к одной из директорий на сервере!")}, ("placeholder", "beget", "strong")),
        ({"body": '<div class="dummy-alert__info">Домен припаркован</div>'}, ("placeholder", "timeweb", "strong")),
        ({"body": titled("Сайт только что создан")}, ("placeholder", "", "strong")),
        ({"body": '<p>Хостинг <strong class="mh">.masterhost</strong></p>'}, ("placeholder", "masterhost", "strong")),
        ({"body": "<h1>Site is created successfully!</h1>"}, ("placeholder", "", "strong")),
        ({"body": titled("Apache2 Debian Default Page: It works", "word " * 600)}, ("server_default", "", "strong")),
        ({"body": titled("Welcome to nginx!")}, ("server_default", "", "strong")),
        ({"body": "<html><body><h1>It works!</h1></body></html>"}, ("server_default", "", "strong")),
        ({"body": titled("IIS Windows Server")}, ("server_default", "", "strong")),
        ({"body": titled("Web Server's Default Page")}, ("placeholder", "", "strong")),
        ({"body": "x", "redirects": ("client.example/cgi-sys/defaultwebpage.cgi",)}, ("placeholder", "", "strong")),
        ({"body": '<span class="b-parking-shopfront__header-text">domain</span>'}, ("parked", "reg_ru", "strong")),
        ({"body": titled("client.example — домен продаётся!")}, ("for_sale", "", "strong")),
        ({"body": titled("www.client.example is for sale")}, ("for_sale", "", "strong")),
        ({"body": '<script src="https://img.sedoparking.com/js/x.js"></script>'}, ("parked", "sedo", "strong")),
        ({"body": '<script>window.LANDER_SYSTEM="PW"</script>'}, ("parked", "godaddy", "strong")),
        ({"body": "x", "redirects": ("www.afternic.com/forsale/client.example",)}, ("for_sale", "afternic", "strong")),
        ({"body": "x", "cookies": ("parking_session",)}, ("parked", "bodis", "strong")),
        ({"body": "x", "headers": (("x-adblock-key", "MFww"),)}, ("parked", "", "strong")),
        ({"body": titled("Account Suspended")}, ("suspended", "", "strong")),
        ({"body": "<p>Ваш хостинг-аккаунт заблокирован.</p>"}, ("suspended", "", "strong")),
        ({"body": titled("Срок регистрации домена истек")}, ("suspended", "", "strong")),
        ({"body": titled("Please renew your subscription"), "status": 402}, ("unpaid_saas", "tilda", "strong")),
        ({"body": titled("uKit — сайт не оплачен")}, ("unpaid_saas", "ukit", "strong")),
        ({"body": "Ошибка 402. Сервис Айри.рф не оплачен", "status": 402}, ("unpaid_saas", "airee", "strong")),
        ({"body": "<p>Срок действия вашей лицензии закончился</p>"}, ("unpaid_saas", "1c_bitrix", "strong")),
        ({"body": titled("Site not found · GitHub Pages"), "status": 404}, ("unclaimed_saas", "github_pages", "strong")),
        ({"body": '<iframe src="//www.herokucdn.com/error-pages/no-such-app.html">', "status": 404}, ("unclaimed_saas", "heroku", "strong")),
        ({"body": "<Error><Code>NoSuchBucket</Code></Error>", "status": 404, "headers": (("content-type", "application/xml"),)}, ("unclaimed_saas", "", "strong")),
        ({"body": "<p>Please go to the site settings and put the domain name in the Domain tab.</p>"}, ("unclaimed_saas", "tilda", "strong")),
        ({"body": "<p>Fastly error: unknown domain: client.example.</p>", "status": 500}, ("unclaimed_saas", "fastly", "strong")),
        ({"body": "Not Found - Request ID: 01H", "status": 404, "headers": (("server", "Netlify"), ("content-type", "text/plain"))}, ("unclaimed_saas", "netlify", "strong")),
        ({"body": "x", "status": 404, "headers": (("x-vercel-error", "DEPLOYMENT_NOT_FOUND"),)}, ("unclaimed_saas", "vercel", "strong")),
        ({"body": titled("Сайт на реконструкции"), "status": 503}, ("maintenance", "", "strong")),
        ({"body": "Just a second", "status": 403, "headers": (("cf-mitigated", "challenge"),)}, ("challenge", "cloudflare", "strong")),
        ({"body": titled("Just a moment..."), "status": 403}, ("challenge", "cloudflare", "strong")),
        ({"body": "<script>document.cookie='beget=begetok'; location.reload()</script>"}, ("challenge", "beget", "strong")),
        ({"body": '<script src="/.well-known/ddos-guard/js-challenge/index.js"></script>', "status": 403}, ("challenge", "ddos_guard", "strong")),
        ({"body": '<script src="/__qrator/qauth_utm_v2.js"></script>', "status": 401}, ("challenge", "qrator", "strong")),
        ({"body": "x", "headers": (("x-yandex-captcha", "captcha"),)}, ("challenge", "yandex_cloud", "strong")),
        ({"body": "error code: 521", "status": 521, "headers": (("server", "cloudflare"),)}, ("origin_down", "cloudflare", "strong")),
        ({"body": "x", "cookies": ("BITRIX_SM_GUEST_ID",)}, ("cms", "1c_bitrix", "strong")),
        ({"body": '<link rel="stylesheet" href="/wp-content/themes/a/style.css">'}, ("cms", "wordpress", "strong")),
        ({"body": '<script src="https://static.tildacdn.com/js/tilda-blocks.js"></script>'}, ("saas", "tilda", "strong")),
        ({"body": '<script src="//code.jivo.ru/widget/abc"></script>'}, ("saas", "jivo", "weak")),
        ({"body": titled("Roundcube Webmail :: Welcome to Roundcube Webmail")}, ("login", "", "strong")),
    ],
)  # fmt: skip
def test_a_known_page_is_known(answer, expected):
    """Each kind of page is told from its own sign."""
    assert expected in told(**answer)


@pytest.mark.parametrize(
    "answer",
    [
        {"body": "error code: 521", "status": 521, "headers": (("server", "nginx"),)},
        {"body": "Not Found - Request ID: 01H", "status": 404, "headers": (("server", "nginx"),)},
        {"body": titled("Site not found · GitHub Pages"), "status": 200},
        {"body": '<script src="/cdn-cgi/challenge-platform/h/b/x.js"></script>', "status": 200},
    ],
)
def test_a_bound_sign_counts_only_with_its_server_and_status(answer):
    """A text that only one provider may say is nothing from anybody else."""
    assert not {says for says, _, _ in told(**answer)} & TELLING


def test_a_text_is_weak_beside_other_words():
    """The same sentence condemns a page that says nothing else, and hardly one that does."""
    alone = "<p>This account has been suspended.</p>"
    beside = f"<p>This account has been suspended.</p><p>{'word ' * 90}</p>"
    article = f"<p>This account has been suspended.</p><p>{'word ' * 300}</p>"

    assert ("suspended", "", "strong") in told(body=alone)
    assert ("suspended", "", "weak") in told(body=beside)
    assert not told(body=article)


def test_a_default_title_over_a_long_page_is_weak():
    """A site that forgot to change its title is not a stub."""
    assert told(body=titled("Under construction", "слово " * 1_000)) == {
        ("maintenance", "", "weak")
    }


def test_a_redirect_host_is_compared_by_labels():
    """`notdan.com` is not `dan.com`."""
    assert not told(body="x", redirects=("notdan.com/client",))
    assert told(body="x", redirects=("www.dan.com/buy-domain/client",))


RUSSIAN = [
    ("Парковка доменов: что это и зачем", "Статья о том, как припарковать домен. На странице обычно пишут: «домен припаркован», «этот домен продается», «домен продаётся». Иногда хостер показывает «Ваш хостинг-аккаунт заблокирован» или «Сайт только что создан»."),
    ("Домен продаётся слишком дорого? Как торговаться", "Разбираем, почему на витрине домена указана такая цена, и что значит надпись «домен продается»."),
    ("Как снять блокировку: сайт заблокирован хостером", "Если вы видите «сайт заблокирован» или «действие аккаунта приостановлено», обратитесь в поддержку. Срок регистрации домена истек — ещё одна причина."),
    ("Интернет-магазин цветов", "Розы, тюльпаны, доставка по городу. Сайт в разработке уже пять лет, но букеты свежие."),
    ("Строительная компания «Фундамент»", "Объекты на реконструкции, технические работы, строительство под ключ. Сайт находится на реконструкции не бывает: мы строим дома."),
    ("Парковка у вокзала", "Охраняемая парковка, парковочная страница с тарифами, парковочные места для клиентов."),
    ("Юридическая фирма", "Приостановка деятельности, аккаунт заблокирован банком по 115-ФЗ, доступ ограничен: поможем восстановить."),
    ("Хостинг для сайтов", "Закажите хостинг. Если домен не прилинкован ни к одной из директорий на сервере, откройте панель и прилинкуйте его. FASTPANEL и ISPmanager в подарок."),
    ("Продление домена", "Для восстановления работы сайта необходимо продлить домен: пошаговая инструкция со скриншотами."),
    ("Документация сервера", "После установки nginx вы увидите Welcome to nginx! а у Apache — It works! Это страницы по умолчанию."),
    ("Купить квартиру в новостройке", "Квартиры на продажу, for sale, is for sale, ипотека."),
    ("Проверка, как устроена капча", "Доступ запрещён, вы не робот? Разбираем, как работает SmartCaptcha и DDoS-Guard."),
    ("Битрикс: лицензии", "Срок действия вашей лицензии закончился? Продлим. Пробный период работы продукта составляет 30 дней."),
    ("Тильда: инструкция", "Если вы видите Please renew your subscription, оплатите тариф. Please go to the site settings and put the domain name in the Domain tab."),
    ("Новости района", "Сайт временно недоступен был вчера из-за аварии, сегодня всё работает. Технические работы завершены."),
    ("Автосервис", "Ремонт, диагностика, шиномонтаж. Скоро открытие второго бокса."),
    ("Детский сад № 5", "Меню, расписание, заявление на приём, контакты, родительский комитет и график работы."),
    ("Стоматология", "Лечение, протезирование, имплантация. Запись по телефону, приём с 9 до 21."),
    ("Форум вебмастеров", "Тема: запрошенный сайт отсутствует на нашем хостинге. Ответ: пропишите А-запись и подождите сутки."),
    ("Блог разработчика", "project not found, no site for domain, domain not configured: сборник ошибок и что они значат."),
]  # fmt: skip
ENGLISH = [
    ("Domain parking explained", "What does 'this domain is parked' mean? A parked page for a name shows ads. 'This domain is for sale' and 'buy or lease this domain' are typical."),
    ("Why was my account suspended?", "When you see 'This account has been suspended' ask your host. 'This domain name has been suspended' is a registrar's message."),
    ("Houses for sale in Kent", "Three bedrooms, garden, this property is for sale. Under construction: two more by spring."),
    ("How GitHub Pages works", "There isn't a GitHub Pages site here. is shown when no branch is published. Heroku says no such app, S3 says Code: NoSuchBucket."),
    ("Parking garage downtown", "Parking, monthly parking, parked cars, courtesy of the city. This lot is parked full on weekdays."),
    ("Maintenance services Ltd", "We do building maintenance. Down for maintenance? Our plumbers come under maintenance contracts."),
    ("Cloudflare error codes", "Just a moment... and Attention Required are challenges; 521 and 523 mean the origin is down."),
    ("Server administration course", "Apache2 Debian Default Page: It works, Welcome to nginx!, IIS Windows Server: default pages you will meet."),
    ("A photographer's portfolio", "Weddings, portraits, coming soon: a new gallery. Contact me for prices."),
    ("Software licence help", "Your license has expired. To continue using the product renew it. Your Bitrix24 has been blocked is another message."),
    ("Online shop for toys", "Trains, dolls and blocks, free delivery. Sorry, this shop is currently unavailable on Sundays."),
    ("University library", "Catalogue, opening hours, access denied to remote users without a card, security check at the door."),
    ("Status page of a start-up", "All systems operational. Briefly unavailable for scheduled maintenance. Check back in a minute was shown on Monday."),
    ("Netlify and Vercel compared", "Not Found - Request ID: appears on one, DEPLOYMENT_NOT_FOUND on the other, Fastly error: unknown domain on a third."),
    ("Law office", "Suspended licences, blocked accounts, captcha of the land register: we represent you in court."),
    ("Recipes", "Cake, bread and soup. The site is created successfully every morning by our cook."),
    ("Travel blog", "One moment, please... we are parked at the lake. The van is for sale."),
    ("Hotel by the sea", "Rooms, prices, free parking, pool, restaurant, how to reach us."),
    ("API documentation", "Express, Jetty, Tomcat. Welcome to Express is printed by the first example. 404 error unknown site! is Pantheon's."),
    ("Car dealer", "Used cars for sale. Domain for sale signs at the entrance are a joke of our neighbour."),
]  # fmt: skip


def ordinary(title, text, language):
    """An ordinary page of some size with navigation, a form and a footer."""
    filler = {
        "ru": "Мы работаем с 2009 года и любим своё дело. Посмотрите отзывы, цены и примеры работ. ",
        "en": "We have been in business since 2009 and love our work. See reviews, prices and samples. ",
    }[language]
    return (
        f'<!doctype html><html lang="{language}"><head><title>{title}</title>'
        '<script src="/js/app.js"></script></head><body><nav><a href="/about">1</a></nav>'
        f"<h1>{title}</h1><article><p>{text}</p><p>{filler * 9}</p></article>"
        '<form><input name="q"></form><footer>© 2026</footer></body></html>'
    )


ORDINARY = [ordinary(*page, "ru") for page in RUSSIAN] + [ordinary(*page, "en") for page in ENGLISH]


@pytest.mark.parametrize("body", ORDINARY)
def test_an_ordinary_page_is_not_taken_for_a_stub(body):
    """An article about parking is no parking page, whatever words it quotes."""
    assert not {(says, who) for says, who, _ in told(body=body) if says in TELLING}


@pytest.mark.parametrize(
    "body",
    [
        titled("Свежий хлеб", "Пекарня на углу. Открыто с 7 до 21."),
        titled("client.example", "Скоро здесь будет новое меню. Звоните."),
        '{"status": "ok", "version": "1.2"}',
        '{"error": "not found"}',
        "<html></html>",
        "",
        titled("Вход", '<form><input type="password"></form>'),
        titled("Парковка", "Свободно 12 мест."),
        titled("Express delivery", "Parcels overnight."),
        titled("Captcha services", "We solve nothing."),
    ],
)
def test_a_small_ordinary_page_is_not_taken_for_a_stub(body):
    """A page may be short without being a stub."""
    assert not {(says, who) for says, who, _ in told(body=body) if says in TELLING}


def test_every_sign_is_dated_sourced_and_careful():
    """Each fact says where and when it was read; a text inside a body is never bound by itself."""
    signs = all_fingerprints()

    assert len({one.id for one in signs}) == len(signs)
    assert len({(one.signal, one.match, one.text, one.status, one.server) for one in signs}) == len(
        signs
    )
    for one in signs:
        assert one.source
        assert datetime.date(2025, 1, 1) <= one.source_date <= datetime.date(2030, 1, 1)
        assert one.text == one.text.strip() or one.signal == "title"
        if one.signal == "title" and one.match == "contains":
            assert one.strength == "weak"
        if one.signal == "text":
            assert len(one.text) > 8
        if one.signal == "header":
            assert one.text.partition(":")[1]
        if one.signal == "status":
            assert one.server


@pytest.mark.parametrize("one", all_fingerprints(), ids=lambda one: one.id)
def test_every_sign_can_be_met(one):
    """No entry is dead: an answer made from its own text fits it."""
    text = one.text
    answer = {"body": "x", "status": one.status or 200, "headers": ()}
    match one.signal:
        case "title":
            answer["body"] = titled(text)
        case "text":
            answer["body"] = f"<p>{text}</p>"
        case "markup" | "meta":
            answer["body"] = text
        case "js":
            answer["body"] = f"<script>var u='https://{text}';</script>"
        case "asset":
            start = {"suffix": f"https://a.{text}/x.js", "label": f"//b.{text}.example/"}
            source = start.get(one.match, f"https://a.example/{text}")
            answer["body"] = f'<script src="{source}"></script>'
        case "generator":
            answer["body"] = f'<meta name="generator" content="{text}">'
        case "header":
            name, _, value = text.partition(":")
            answer["headers"] = ((name, value.strip() or "1"),)
        case "cookie":
            answer["cookies"] = (text,)
        case "status":
            answer["status"] = int(text)
        case "redirect":
            answer["redirects"] = ("host.example" + text if text.startswith("/") else f"{text}/x",)
    if one.server:
        answer["headers"] += (("server", one.server),)

    assert one.id in {found.id for found, _ in recognise(sight(**answer))}


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("  ЁЛКА — client.example! ", "елка"),
        ("www.client.example is for sale", "is for sale"),
        ("«Сайт»", "сайт"),
        ("", ""),
    ],
)
def test_a_title_is_reduced_to_its_message(title, plain):
    """The host's name, case, ё and punctuation at the edges are no part of the message."""
    assert plain_title(title, "www.client.example") == plain
