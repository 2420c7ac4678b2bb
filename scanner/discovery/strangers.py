"""Names that anybody's site sends its visitors to: meeting one says nothing about who owns what.

Social networks, messengers, maps, stores, banks, short links and what is built into pages, chosen by hand (2026-11). A name here
is never proposed as the client's unless he names it himself.
"""

from __future__ import annotations

_STRANGERS = """
    2gis.ru apple.com avito.ru bit.ly clck.ru dzen.ru facebook.com figma.com github.com gitlab.com
    google.com google.ru goo.gl hh.ru instagram.com linkedin.com linktr.ee mail.ru max.ru microsoft.com
    microsoftonline.com notion.so ok.ru ozon.ru pinterest.com rutube.ru sberbank.ru t.me taplink.cc
    telegram.me telegram.org tiktok.com tinyurl.com twitter.com viber.com vk.cc vk.com
    vk.me vk.ru wa.me whatsapp.com wildberries.ru wikipedia.org x.com yandex.com yandex.ru ya.ru
    youtube.com youtu.be zoom.us
"""
_FRONTS = """
    akamai.net akamaized.net cdn77.com cdn77.org cloudflare.com cloudflaressl.com ddos-guard.net
    edgecastcdn.net fastly.net gcdn.co gcorelabs.net imperva.com incapsula.com ngenix.net qrator.net
    stackpathdns.com sucuri.net
"""
_VENDORS = """
    addtoany.com amocrm.ru bitrix24.ru bitrix24.com bootstrapcdn.com calltouch.ru carrotquest.app
    carrotquest.io clarity.ms cloudflare.com cloudflareinsights.com comagic.ru doubleclick.net
    envybox.io facebook.net fontawesome.com fonts.net getcourse.ru google-analytics.com
    googleadservices.com googleapis.com googlesyndication.com googletagmanager.com googleusercontent.com
    gravatar.com gstatic.com hotjar.com intercom.io intercomcdn.com jivo.ru jivosite.com jquery.com
    jsdelivr.net livetex.ru marquiz.ru mango-office.ru mindbox.ru polyfill.io rambler.ru recaptcha.net
    retailrocket.ru roistat.com sentry.io smartcaptcha.yandexcloud.net tildacdn.com tinkoff.ru tbank.ru
    typekit.net uiscom.ru unpkg.com userapi.com vimeo.com webvisor.com webvisor.org yadro.ru yastatic.net
    yandexcloud.net yookassa.ru
"""
STRANGERS = frozenset((_STRANGERS + _VENDORS).split())
CERTIFICATE_FRONTS = frozenset(_FRONTS.split())
"""Names a CDN puts into the certificates it shares between its customers."""
SERVICE_INNS = frozenset(
    [
        "7707083893",
        "7702070139",
        "7728168971",
        "7710140679",
        "7736207543",
        "7743001840",
        "7733568767",
    ]
)
"""Taxpayer numbers of banks, search engines and a registrar: they stand on anybody's pages."""
