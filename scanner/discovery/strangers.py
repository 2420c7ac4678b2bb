"""Names that anybody's site sends its visitors to: meeting one says nothing about who owns what.

Social networks, messengers, maps, stores, banks and short links, chosen by hand (2026-11). A name here
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
STRANGERS = frozenset(_STRANGERS.split())
CERTIFICATE_FRONTS = frozenset(_FRONTS.split())
"""Names a CDN puts into the certificates it shares between its customers."""
