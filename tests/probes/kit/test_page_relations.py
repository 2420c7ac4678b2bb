"""What a page says of whose it is, and which of it is nobody's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.legal_ids import find_inns, phone, valid_ogrn
from probes.kit.page import read_page
from probes.kit.page_relations import Relations, policy_hosts
from tests.hostile.bounds import bounded

HTML = "text/html; charset=utf-8"

FIRM = """<!DOCTYPE html><html><head><title>Ромашка</title>
<meta property="og:site_name" content="Ромашка &amp; Ко"><meta property="og:url" content="https://romashka.ru/x">
<link rel="alternate" hreflang="en" href="https://romashka.com/"><link rel="alternate" hreflang="ru" href="/ru/">
<link rel="alternate" type="application/rss+xml" href="https://feeds.example/x">
<link rel="alternate" media="only screen" href="https://m.romashka.ru/">
<link rel="shortcut icon" href="/img/fav.png">
<meta name="yandex-verification" content="0a1b2c3d4e5f6071"><meta name="google-site-verification" content="YOUR_CODE">
<meta http-equiv="Content-Security-Policy" content="default-src 'self' https://*.romashka.ru:443; img-src data:">
</head><body><p>Цветы</p><script>var x = "ИНН 7736207543 +7 495 999-11-22 a@b-script.ru";</script>
<footer>© ООО «Торговый дом «Ромашка», ИНН/КПП: 7707083893 / 770701001, <b>ОГРН</b> <i>1027700132195</i><br>
<a href="tel:+7 (495) 123-45-68">8 (495) 123-45-68</a> <a href="mailto:info@romashka.ru?subject=x">пишите</a>
romashka-shop@mail.ru</footer></body></html>"""


def said(html: str) -> Relations:
    """The relations of a page."""
    return read_page(html.encode(), HTML).relations


def test_a_page_says_whose_it_is():
    """Everything that ties a page to its owner is read in one go; what no reader sees is not."""
    assert said(FIRM) == Relations(
        site_name="Ромашка & Ко",
        open_graph_host="romashka.ru",
        legal_names=("ООО «Торговый дом Ромашка»",),
        inns=("7707083893",),
        ogrns=("1027700132195",),
        phones=("+74951234568",),
        mail_domains=("romashka.ru",),
        mailboxes=("romashka-shop@mail.ru",),
        alternate_hosts=("romashka.com", "m.romashka.ru"),
        policy_hosts=("romashka.ru",),
        verifications=(("yandex-verification", "0a1b2c3d4e5f6071"),),
        icon="/img/fav.png",
    )


def test_a_page_in_windows_1251_says_the_same():
    """Words and numbers do not depend on how the page is encoded."""
    page = FIRM.replace("©", "").encode("cp1251")

    assert read_page(page, "text/html; charset=windows-1251").relations == said(FIRM)


def test_a_page_that_says_nothing_of_it_has_no_relations():
    """Silence is an empty record."""
    assert said("<title>x</title><p>Просто текст, 8 марта, 800 рублей</p>") == Relations()


@pytest.mark.parametrize(
    ("text", "inns"),
    [
        ("ИНН 7707083893", ("7707083893",)),
        ("ИНН: 500100732259", ("500100732259",)),
        ("ИНН7707083893", ("7707083893",)),
        ("ИНН / КПП организации — 7707083893 / 770701001", ("7707083893",)),
        ("ОГРН/ИНН 1027700132195/7707083893", ("7707083893",)),
        ("ИНН 7707083894", ()),
        ("ИНН 0000000000", ()),
        ("ИНН 1234567894", ()),
        ("ИНН 77070838930", ()),
        ("ИННОВАЦИИ 7707083893", ()),
        ("Телефон 7707083893", ()),
        ("ИНН указан в договоре. Мы работаем давно и хорошо, звоните 7707083893", ()),
        ("ИНН 7707083893 ИНН 7736207543 ИНН 7707083893", ("7707083893", "7736207543")),
        ("Romashka LLC, INN 7707083893", ("7707083893",)),
    ],
)
def test_a_taxpayer_number_counts_where_it_is_called_so(text, inns):
    """The word, the length and the control digits must all agree."""
    assert said(f"<p>{text}</p>").inns == inns


@pytest.mark.parametrize(
    ("text", "ogrns"),
    [
        ("ОГРН 1027700132195", ("1027700132195",)),
        ("ОГРНИП: 304500116000157", ("304500116000157",)),
        ("ОГРН 1027700132196", ()),
        ("ОГРН 304500116000158", ()),
        ("ОГРН 0000000000000", ()),
        ("1027700132195", ()),
    ],
)
def test_a_registration_number_counts_where_it_is_called_so(text, ogrns):
    """Firms have 13 digits, sole traders 15, each with its control digit."""
    assert said(f"<p>{text}</p>").ogrns == ogrns


@pytest.mark.parametrize(
    ("number", "valid"),
    [("1027700132195", True), ("5077746887312", True), ("2027700132195", False), ("304500116000157", True),
     ("204500116000157", False), ("102770013219", False), ("", False), ("１０２７７００１３２１９５", False)],
)  # fmt: skip
def test_the_control_digit_of_a_registration_number(number, valid):
    """Modulo 11 for firms, 13 for sole traders."""
    assert valid_ogrn(number) is valid


@pytest.mark.parametrize(
    ("html", "phones"),
    [
        ("+7 (495) 123-45-68", ("+74951234568",)),
        ("+7&nbsp;495&nbsp;123–45–68 доб. 5", ("+74951234568",)),
        ("+7(495)1234568", ("+74951234568",)),
        ("8 (495) 123-45-68", ("+74951234568",)),
        ("8-800-555-35-35, 8 800 700 60 08", ("+78005553535", "+78007006008")),
        ("8 (800) 555-35-35", ("+78005553535",)),
        ("<a href='tel:84951234568'>звоните</a>", ("+74951234568",)),
        ("<a href='TEL:%2B7-495-123-45-68;ext=5'>звоните</a>", ("+74951234568",)),
        ("<a href=tel:+375291112233>Минск</a>", ("+375291112233",)),
        ("8 800 000-00-00", ()),
        ("+7 (495) 123-45-67", ()),
        ("+7 (999) 999-99-99", ()),
        ("+7 (000) 000-00-00", ()),
        ("<a href='tel:+70000000000'>x</a><a href='tel:'>y</a>", ()),
        ("18 800 555 35 35", ()),
        ("+7 495 123-45", ()),
        ("+7 495 123-45-68-99", ()),
        ("от 8 (восьми) штук, 1 800 рублей", ()),
    ],
)
def test_a_phone_is_read_however_it_is_written(html, phones):
    """One spelling for all of them; numbers of templates are nobody's."""
    assert said(f"<p>{html}</p>").phones == phones


@pytest.mark.parametrize(
    ("written", "number"),
    [("84951234568", "+74951234568"), ("+84951234568", ""), ("4951234568", ""),
     ("+491701234568", "+491701234568"), ("+4917", ""), ("", ""), ("+7 195 123-45-68", "")],
)  # fmt: skip
def test_an_eight_is_the_way_out_only_at_home(written, number):
    """8 in front is how a Russian number is dialled at home; after a plus it is a slip or another country."""
    assert phone(written) == number


@pytest.mark.parametrize(
    ("html", "domains", "mailboxes"),
    [
        ("info@romashka.ru", ("romashka.ru",), ()),
        ("<a href='mailto:Info@Romashka.RU'>x</a>", ("romashka.ru",), ()),
        ("инфо: info@пример.рф.", ("xn--e1afmkfd.xn--p1ai",), ()),
        ("«info@romashka.ru»", ("romashka.ru",), ()),
        ("a@romashka.ru&nbsp;", ("romashka.ru",), ()),
        ("Petrov@Yandex.ru", (), ("petrov@yandex.ru",)),
        ("info@example.com, your@site.ru", (), ()),
        ("<img src='/logo@2x.png'><link href='/npm/swiper@11.0.5/swiper.css'>", (), ()),
        ("@romashka.ru на канале, user@localhost, a@b", (), ()),
        ("<script>x='a@b-script.ru'</script><!-- c@comment.ru -->", (), ()),
    ],
)
def test_an_address_gives_its_domain_unless_anybody_may_have_it(html, domains, mailboxes):
    """A firm's own mail domain is kin; at a public provider the whole mailbox is what ties."""
    found = said(f"<p>{html}</p>")

    assert (found.mail_domains, found.mailboxes) == (domains, mailboxes)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("© ООО «Ромашка»", ("ООО «Ромашка»",)),
        ('ООО "Ромашка"', ("ООО «Ромашка»",)),
        ("(АО “Лютик”)", ("АО «Лютик»",)),
        ("Общество с ограниченной ответственностью «Ромашка»", ("ООО «Ромашка»",)),
        ("Публичное акционерное общество «Лютик»", ("ПАО «Лютик»",)),
        ("ООО Ромашка, все права защищены", ("ООО Ромашка",)),
        ("ООО РОМАШКА ИНН 7707083893", ("ООО РОМАШКА",)),
        ("ИП Иванов Иван Иванович ОГРНИП 304500116000157", ("ИП Иванов Иван Иванович",)),
        ("ИП Иванов И. И. приглашает", ("ИП Иванов И. И.",)),
        ("ООО «Название»", ()),
        ("Кафе «Ромашка»", ()),
        ("СКИП Иванов Иван", ()),
        ("ООО и ИП скидки", ()),
        ("«" * 300, ()),
    ],
)
def test_a_legal_name_has_a_form(text, names):
    """A name in quotes after a legal form, or a capitalised one after ООО and ИП."""
    assert said(f"<p>{text}</p>").legal_names == names


@pytest.mark.parametrize(
    ("policy", "hosts"),
    [
        ("default-src 'self' https://*.romashka.ru:443/x; frame-ancestors webvisor.com", ("romashka.ru", "webvisor.com")),
        ("script-src 'nonce-a.b' 'sha256-x.y=' blob: data: https: wss://ws.romashka.ru", ("ws.romashka.ru",)),
        ("*", ()),
        ("https://romashka.ru, https://romashka.ru", ("romashka.ru",)),
        ("img-src 192.0.2.1 localhost report-uri /csp", ()),
        ("connect-src https://ПРИМЕР.рф", ("xn--e1afmkfd.xn--p1ai",)),
        ("", ()),
    ],
)  # fmt: skip
def test_a_policy_names_hosts(policy, hosts):
    """Hosts of every directive, without wildcard and port; keywords, schemes and addresses are none."""
    assert policy_hosts(policy) == hosts


def test_lists_are_bounded():
    """A page of requisites of a hundred firms gives a few of each."""
    html = "".join(
        f"<a href='tel:+7495{n:07}'>x</a> a@firm{n}.ru <link rel=alternate hreflang=x href=https://a{n}.ru/>"
        f"<meta name='x-verification{n}' content='0a1b2c3d{n}'> ООО «Фирма {n}»"
        for n in range(200, 300)
    )
    found = said(html)

    assert [len(one) for one in (found.phones, found.mail_domains, found.verifications)] == [
        10,
        10,
        10,
    ]
    assert (len(found.alternate_hosts), len(found.legal_names)) == (40, 5)


@pytest.mark.parametrize(
    "piece",
    ["ИНН", "ИНН 7", "ИНН 7707083893 ", "ОГРН", "ОГРН 1", "+7", "+7 (", "8 (", "8 800", "800", "@", "a@", "a@b.",
     "a@b.ru", "«", "ООО «", "ООО ", "ИП И. ", '"', 'ООО "', "tel:", "tel:+7", "INN ",
     "<meta name=verify content=", "<link rel=alternate hreflang=x href=//a.ru>",
     "<meta http-equiv=content-security-policy content='a.ru "],
)  # fmt: skip
def test_a_heap_of_marks_costs_no_more_than_its_length(piece):
    """A hundred kilobytes of one mark cost bounded work."""
    with bounded():
        said("<p>" + piece * (100_000 // len(piece)))


@given(st.text(alphabet='ИНОГРП «»"@.+78045-() abru<>=', max_size=300))
def test_no_text_can_break_the_reader(text):
    """Any heap of marks gives a record within its bounds."""
    found = said(f"<p>{text}</p>")

    assert all(number.isdigit() for number in found.inns + found.ogrns)
    assert all(one[0] == "+" and one[1:].isdigit() for one in found.phones)


@given(st.text(max_size=200))
def test_no_policy_can_break_the_reader(policy):
    """Any header gives hosts or nothing."""
    assert all("." in host for host in policy_hosts(policy))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("© ООО «Ромашка», ИНН 7707083893", ["7707083893"]),
        (
            "ООО «Луг», ИНН 7728168971. Товарный знак принадлежит ООО «Ромашка», ИНН 7707083893",
            ["7728168971"],
        ),
        (
            "ИП Иванов, ИНН 500100732259, по договору коммерческой концессии с ООО «Ромашка», ИНН 7707083893",
            ["500100732259"],
        ),
        ("Товарный знак принадлежит ООО «Ромашка», ИНН 7707083893", ["7707083893"]),
        (
            "ООО «Ромашка», ИНН 7707083893. В группе: ООО «Луг», ИНН 7728168971",
            ["7707083893", "7728168971"],
        ),
        (
            "Товарный знак зарегистрирован. ООО «Ромашка», ИНН 7707083893; ООО «Луг», ИНН 7728168971",
            ["7707083893", "7728168971"],
        ),
        ("Licensed by ООО «Ромашка», ИНН 7707083893. ООО «Луг», ИНН 7728168971", ["7728168971"]),
    ],
)
def test_a_franchisees_page_speaks_of_the_franchisee(text: str, numbers: list[str]) -> None:
    """Where its own number stands, that of the one whose mark it uses is not its own."""
    assert [*find_inns(text)] == numbers
