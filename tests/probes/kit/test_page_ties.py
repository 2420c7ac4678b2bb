"""What a page says of its makers, its accounts elsewhere, its parts and, for machines, of its firm."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.page import read_page
from probes.kit.page_data import said_in_data
from probes.kit.page_relations import Relations

TYPE = "text/html; charset={}"


def said(markup: str, charset: str = "utf-8") -> Relations:
    """What a page with this in its body says."""
    whole = f"<html><head><title>Ромашка</title></head><body>{markup}</body></html>"
    return read_page(whole.encode(charset), TYPE.format(charset)).relations


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251"])
@pytest.mark.parametrize(
    ("markup", "makers"),
    [
        ('Разработка сайта — <a href="https://studio.ru/">Студия</a>', ("studio.ru",)),
        ('<a href="//studio.ru"><img alt="Создание и продвижение сайтов" src="/a.png"></a>', ("studio.ru",)),
        ("Сделано в <b><a class=x href='https://studio.ru/?from=1'>Студии</a></b>", ("studio.ru",)),
        ('<a title="Сайт разработан веб-студией" href="https://studio.ru">С</a>', ("studio.ru",)),
        ('Made by <a href="https://x.dev">X</a>', ("x.dev",)),
        ('Поддержка сайта: <a href="https://a.ru">А</a>, соседи: <a href="https://b.ru">Б</a>', ("a.ru",)),
        ('Разработка мебели <a href="https://mebel.ru">Мебель</a>', ()),
        ('Сделано в России <a href="https://zavod.ru">Завод</a>', ()),
        ('Разработка сайта: в 2019 году. <p>' + "О нас. " * 20 + '<a href="https://b.ru">Б</a>', ()),
        ('Сайт: <a href="https://studio.ru">студия «Околица»</a>', ("studio.ru",)),
        ('Сайт сделала <a href="https://studio.ru">студия «Веретено»</a>', ("studio.ru",)),
        ('Дизайн и разработка — <a href="https://studio.ru">Веретено</a>', ("studio.ru",)),
        ('Наш сайт <a href="https://b.ru">Б</a>', ()),
        ('Студия танцев <a href="https://b.ru">«Веретено»</a>', ()),
    ],
)  # fmt: skip
def test_who_made_a_site_is_told_by_the_words_at_the_link(markup, makers, charset):
    """In the text right before it, in its own, or in what its picture is said to be."""
    assert said(markup, charset).maker_hosts == makers


@pytest.mark.parametrize(
    ("address", "profile"),
    [
        ("https://vk.com/romashka_tea", "vk.com/romashka_tea"),
        ("//m.vk.ru/Romashka_Tea?w=1", "vk.com/romashka_tea"),
        ("https://t.me/s/romashka", "t.me/romashka"),
        ("https://ok.ru/group/53123", "ok.ru/53123"),
        ("https://www.youtube.com/@romashka", "youtube.com/@romashka"),
        ("https://youtube.com/channel/UCab12", "youtube.com/ucab12"),
        ("https://yandex.ru/maps/org/romashka/12345678/", "yandex.ru/12345678"),
        ("https://2gis.ru/kazan/firm/70000001000000", "2gis.ru/70000001000000"),
        ("https://apps.apple.com/ru/app/romashka/id123456789", "apps.apple.com/id123456789"),
        ("https://play.google.com/store/apps/details?id=ru.romashka.app&hl=ru",
         "play.google.com/ru.romashka.app"),
        ("https://vk.com/share.php?url=https://romashka.ru", ""),
        ("https://t.me/share/url?url=x", ""),
        ("https://vk.com/wall-1_2", ""),
        ("https://www.youtube.com/watch?v=abc", ""),
        ("https://yandex.ru/search/?text=x", ""),
        ("https://www.facebook.com/sharer/sharer.php?u=x", ""),
        ("https://instagram.com/p/Cxyz123/", ""),
        ("https://vk.com/", ""),
    ],
)  # fmt: skip
def test_an_account_elsewhere_is_known_by_its_address(address, profile):
    """Buttons that share, single posts and films are nobody's."""
    assert said(f'<a href="{address}">x</a>').profiles == ((profile,) if profile else ())


@pytest.mark.parametrize(
    "link", ["https://wa.me/78432003071?text=hi", "https://api.whatsapp.com/send?phone=78432003071",
             "viber://chat?number=%2B78432003071"],
)  # fmt: skip
def test_a_messengers_link_dials_a_number(link):
    """It is as good as one that a telephone dials."""
    assert said(f'<a href="{link}">x</a>').phones == ("+78432003071",)


def test_what_a_page_is_put_together_from_is_told_by_host():
    """Pictures, forms, frames; what lies at the site itself has no host."""
    markup = (
        '<img src="//img.uzel.net/1.png"><img src="/2.png"><iframe src="https://zapis.ru/w"></iframe>'
        "<form action='https://crm.uzel.net/f'></form>"
    )

    assert set(said(markup).part_hosts) == {"img.uzel.net", "crm.uzel.net", "zapis.ru"}


def test_what_is_said_to_machines_is_said():
    """Names, contacts and pages elsewhere in JSON-LD; broken data says nothing."""
    data = (
        '{"@context": "https://schema.org", "@graph": [{"@type": "Organization", "legalName": "ООО «Ромашка»",'
        '"sameAs": ["https://vk.com/romashka_tea"], "contactPoint": {"telephone": "+7 843 200-30-71",'
        '"email": "a@romashka-mail.ru"}}]}'
    )

    for markup, names in ((data, ("ООО «Ромашка»",)), (data[:-1], ())):
        found = said(f'<script type="application/ld+json">{markup}</script>')
        assert found.legal_names == names
        assert bool(found.profiles and found.phones and found.mail_domains) is bool(names)


def test_hostile_markup_is_read_once():
    """Whatever stands in it, each kind is looked for in a bounded number of places."""
    for text in ("<a href=//x.ru>" * 9_000, "//vk.com/" * 9_000, "src=" * 9_000, '{"a":' * 9_000):
        assert len(said(text).profiles) <= 20


PIECES = st.lists(
    st.sampled_from(
        ['<a href="//', "vk.com/", "x.ru", '">', "</a>", "Разработка сайта: ", 'alt="', "src=", "wa.me/7", "<", "\0",
         "%", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "id1234567"]
    ),
    max_size=60,
)  # fmt: skip


@given(PIECES)
def test_whatever_is_glued_together_is_read(pieces: list[str]):
    """Nothing on a page makes its reader fail."""
    found = said("".join(pieces))

    assert all("." in host for host in (*found.maker_hosts, *found.part_hosts))


@given(st.recursive(st.text(max_size=9) | st.none() | st.integers(), lambda one: st.lists(one) | st.dictionaries(
    st.sampled_from(["legalName", "taxID", "sameAs", "@graph", "email"]), one)))  # fmt: skip
def test_whatever_data_says_is_read(data: object):
    """Of any shape, and cut off anywhere."""
    raw = msgspec.json.encode({"@context": "https://schema.org", "x": data})

    for script in (raw, raw[: len(raw) // 2]):
        text, markup = said_in_data([script])
        assert isinstance(text, str)
        assert markup == markup.lower()
