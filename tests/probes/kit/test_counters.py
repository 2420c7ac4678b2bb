"""Which counters, tags and widgets a page carries, and whose account each of them is."""

from __future__ import annotations

import pytest

from probes.kit.counters import find_counters
from tests.hostile.bounds import bounded

HASH = "75d149f7f7b61c0163915f8e2bf508f7"
SITE_KEY = "6LcA1b2c3d4e5f6g7h8i9j0kQwErTyUiOpAsDfGh"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("ym(98765432, 'init')", ("metrika", "98765432")),
        ("gym(98765432, 'init')", None),
        ("new Ya.Metrika2({ id:45678901, clickmap:true})", ("metrika", "45678901")),
        ("new Ya.Metrika(572921)", ("metrika", "572921")),
        ('src="https://mc.yandex.ru/watch/4152637"', ("metrika", "4152637")),
        ('src="https://evil.example/watch/4152637"', None),
        ("'https://mc.yandex.ru/metrika/tag.js?id=105270439', 'ym'", ("metrika", "105270439")),
        ("'dataLayer','GTM-5TVWXK8'", ("gtm", "GTM-5TVWXK8")),
        ("gtag('config', 'G-ABCDE12345')", ("ga4", "G-ABCDE12345")),
        ("gtag/js?id=G-ABCDE12345", ("ga4", "G-ABCDE12345")),
        ("MSG-ABCDE12345", None),
        ("gtag('config', 'AW-987612345')", ("ads", "AW-987612345")),
        ("ga('create', 'UA-4152637-1')", ("ua", "UA-4152637-1")),
        ("adsbygoogle.js?client=ca-pub-4217856301924785", ("adsense", "ca-pub-4217856301924785")),
        ("VK-RTRG-431265-egnQ4", ("vk", "VK-RTRG-431265-egnQ4")),
        ('VK.Retargeting.Init("VK-RTRG-1000039157")', ("vk", "VK-RTRG-1000039157")),
        ("_tmr.push({id: '3141592', type:", ("top_mail_ru", "3141592")),
        ("https://top-fwz1.mail.ru/counter?id=3141592;js=na", ("top_mail_ru", "3141592")),
        ("http://counter.rambler.ru/top100.jcn?2416929", ("rambler", "2416929")),
        ("http://counter.rambler.ru/top100.cnt?2416929", ("rambler", "2416929")),
        (f"'script', 'cloud.roistat.com', '{HASH}');", ("roistat", HASH)),
        ("'cloud.roistat.com', 'd85084ea3f7be9b79a70a65b27ceaf25'", ("roistat", "d85084ea3f7be9b79a70a65b27ceaf25")),
        (f"https://cloud.roistat.com/api/site/1.0/{HASH}/init", ("roistat", HASH)),
        ("//code.jivo.ru/widget/QDbblcMLJ0", ("jivo", "QDbblcMLJ0")),
        ("//mod.calltouch.ru/init.js?id=ab12cd34", ("calltouch", "ab12cd34")),
        ('})(window,document,"ct","qpdnl9xy");', ("calltouch", "qpdnl9xy")),
        ("https://app.uiscom.ru/static/cs.min.js?k=if02ewgEvY95V_mh-KLExPfM0ipC6i1u",
         ("comagic", "if02ewgEvY95V_mh-KLExPfM0ipC6i1u")),
        ("carrotquest.connect('7133-b8bd2e320f9d0a7743362aae6a4');", ("carrotquest", "7133-b8bd2e320f9d0a7743362aae6a4")),
        ("https://cdn-ru.bitrix24.ru/b34192886/crm/site_button/loader_5_wlrv90.js", ("bitrix24", "b34192886")),
        ("https://cdn.bitrix24.com/b11907515/crm/form/loader_4.js", ("bitrix24", "b11907515")),
        ("'https://CRM.firm.ru/upload/crm/site_button/loader_1_1hr91m.js'", ("bitrix24", "crm.firm.ru")),
        ("'/upload/crm/site_button/loader_1_1hr91m.js'", None),
        ('a[o+r]({id:"1144806",hash:"15d2bdf2e7568ba10a2608d68d73ca50",locale:"ru"})', ("amocrm", "1144806")),
        ('a[m]={id:"4009",hash:"f8f8284b4bfb0a4600a985dc4d76d76e2ab7097a0dd0c3061b62634e7139bde6",locale:"ru"',
         ("amocrm", "4009")),
        ('{id:"4009",hash:"some cache"}', None),
        ("https://static.tildacdn.com/ws/project4027012/tilda-blocks-page1.min.css", ("tilda", "4027012")),
        ("https://evil.example/ws/project4027012/", None),
        ("fbq('init', '465227594038012');", ("facebook", "465227594038012")),
        ("https://www.facebook.com/tr?id=465227594038012&ev=PageView", ("facebook", "465227594038012")),
        ("h._hjSettings={hjid:1142399,hjsv:6};", ("hotjar", "1142399")),
        ('(window, document, "clarity", "script", "citqpaqzqd");', ("clarity", "citqpaqzqd")),
        ('(window,document,"clarity","script","59riunqvfm");', ("clarity", "59riunqvfm")),
        (f"https://www.google.com/recaptcha/api.js?render={SITE_KEY}", ("recaptcha", SITE_KEY)),
        ("//counter.yadro.ru/hit;Shops?t14", ("liveinternet", "Shops")),
        ("//counter.yadro.ru/hit?t14", ("liveinternet", "")),
        ("GTM-", None),
        ("ym(1234567890123, 'init')", None),
    ],
)  # fmt: skip
def test_a_counter_is_known_by_its_account(code, found):
    """Each kind is found with its number, and nothing that only resembles one."""
    assert find_counters(code.encode()) == ((found,) if found else ())


@pytest.mark.parametrize(
    "code",
    [
        "ym(12345678, 'init')", "ym(00000000, 'init')", "ym(123456, 'init')", "ym(99999999, 'init')",
        "'GTM-XXXX'", "'GTM-XXXXXXX'", "'GTM-000000'", "'G-XXXXXXXXXX'", "gtag('config', 'AW-123456789')",
        "'UA-000000-1'", "'UA-123456-1'", "'UA-00000000-1'", "'UA-1234567-1'", "'ca-pub-0000000000000000'",
        "'VK-RTRG-000000-aaaaa'", "_tmr.push({id: '1234567'", "fbq('init', '123456789012345')",
        "'cloud.roistat.com', '0123456789abcdef0123456789abcdef'",
    ],
)  # fmt: skip
def test_an_account_of_the_instructions_is_nobodys(code):
    """What is copied from an example ties nobody to anybody."""
    assert find_counters(code.encode()) == ()


def test_all_counters_of_a_page_are_found_each_once():
    """Several kinds stand side by side, and the same one twice counts once."""
    code = "ym(41526378,'init');ym(41526378,'reachGoal');ym(98765432,'init');'GTM-5TVWXK8'"

    assert find_counters(code.encode()) == (
        ("gtm", "GTM-5TVWXK8"), ("metrika", "41526378"), ("metrika", "98765432"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "piece",
    [b"ym(", b"G-", b"'UA-", b'",hash:"', b'id:"', b"/crm/form/loader_", b"/upload/crm/form/loader_",
     b"counter.yadro.ru/hit;", b"cloud.roistat.com ", b"fbq(", b'"clarity","script","', b"-", b"A-"],
)  # fmt: skip
def test_a_heap_of_marks_costs_no_more_than_its_length(piece):
    """Half a megabyte of one mark is read in bounded work."""
    with bounded():
        find_counters((piece * (524_288 // len(piece) + 1))[:524_288])
