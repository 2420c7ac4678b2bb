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
    2gis.com addthis.com addtoany.com adhigh.net admitad.com adriver.ru akamaihd.net alloka.ru amocrm.ru
    amplitude.com ampproject.org anyquery.io appsflyer.com bitrix24.com bitrix24.ru bnovo.ru bootcss.com
    bootstrapcdn.com branch.io cackle.me callback-free.ru callbackhunter.com callbackkiller.com callibri.ru
    callkeeper.ru calltouch.ru calltracking.ru carrotquest.app carrotquest.io cdnjs.com chaport.com
    chatra.io clarity.ms cloudflare.com cloudflareinsights.com cloudfront.net cloudpayments.ru comagic.ru
    convead.io cookiebot.com criteo.com criteo.net dadata.ru diginetica.net disqus.com disquscdn.com
    dolyame.ru doubleclick.net elfsight.com embedly.com envybox.io facebook.net fbcdn.net flexbe.com
    flocktory.com fontawesome.com fonts.net fontshare.com freshchat.com getcourse.ru getsitecontrol.com
    google-analytics.com googleadservices.com googleapis.com googlesyndication.com googletagmanager.com
    googletagservices.com googleusercontent.com gosuslugi.ru gravatar.com gstatic.com hcaptcha.com here.com
    hotjar.com hybrid.ai insales-cdn.com insales.ru intercom.io intercomcdn.com jivo.ru jivosite.com
    jquery.com jsdelivr.net kinescope.io leadback.ru leadhit.io leadhit.ru linguise.com livetex.ru
    lpgenerator.ru mango-office.ru mapbox.com maps.me marquiz.ru mc-yandex.ru mindbox.cloud mindbox.ru
    mytarget.ru newrelic.com nr-data.net onesignal.com onicon.ru openstreetmap.org optimizely.com
    payanyway.ru paykeeper.ru pluso.ru polyfill.io prodamus.ru pushwoosh.com qoopler.ru rambler.ru
    recaptcha.net rees46.com rees46.ru retailrocket.ru robokassa.ru roistat.com segment.com sendpulse.com
    sendsay.ru sentry.io sharethis.com shikari.do smartcaptcha.yandexcloud.net soloway.ru statcounter.com
    talk-me.ru taplink.ru targetads.io tawk.to tbank.ru tildaapi.com tildacdn.com tinkoff.ru tns-counter.ru
    travelline.ru typekit.net uiscom.ru unisender.com unitpay.ru unpkg.com uptolike.com usedesk.ru
    userapi.com varioqub.ru verbox.ru vimeo.com weborama-tech.ru weborama.fr webvisor.com webvisor.org
    witget.com wix.com wixstatic.com wp.com yadro.ru yandex.net yandex.st yandexcloud.net yastatic.net
    yclients.com yookassa.ru youtube-nocookie.com ytimg.com zdassets.com zendesk.com
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
