"""The catalogue of what is sold under a name."""

from __future__ import annotations

import datetime

import pytest

from probes.kit.fingerprints import all_fingerprints
from probes.kit.products import all_products, product
from probes.kit.providers import all_providers
from probes.kit.text_tokens import all_token_services

ALL = all_products().values()


@pytest.mark.parametrize(
    ("key", "name", "english", "object_type", "asks"),
    [
        ("1c_bitrix", "1С-Битрикс: Управление сайтом", "1C-Bitrix Site Manager", "cms_licence", ("key", "paid_until")),
        ("bitrix_marketplace", "Подписка Маркетплейса 1С-Битрикс", "1C-Bitrix Marketplace subscription", "marketplace_sub", ("key", "paid_until")),
        ("bitrix24", "Битрикс24", "Bitrix24", "saas_sub", ("paid_until",)),
        ("tilda", "Tilda", "Tilda", "saas_sub", ("paid_until",)),
        ("moysklad", "МойСклад", "MoySklad", "saas_sub", ("paid_until",)),
        ("yandex_360", "Яндекс 360", "Yandex 360", "saas_sub", ("paid_until",)),
        ("yandex_storage", "Yandex Object Storage", "Yandex Object Storage", "cloud_storage", ("paid_until",)),
        ("ddos_guard", "DDoS-Guard", "DDoS-Guard", "cdn", ("paid_until",)),
        ("beget", "Beget", "Beget", "hosting", ("paid_until",)),
        ("selectel", "Selectel", "Selectel", "server", ("paid_until",)),
        ("yandex_webmaster", "Яндекс Вебмастер", "Yandex Webmaster", "account", ()),
        ("wordpress", "WordPress", "WordPress", "", ()),
        ("sedo", "Sedo", "Sedo", "", ()),
    ],
)  # fmt: skip
def test_a_product_says_what_it_would_be_in_the_registry(key, name, english, object_type, asks):
    """Its names, the type of the object to propose, what only the client can tell of it."""
    found = product(key)

    assert found is not None
    assert (found.named("ru"), found.named("en")) == (name, english)
    assert (found.object_type, found.asks) == (object_type, asks)
    assert found.needs_key_and_date == ("key" in asks)


def test_an_unknown_product_is_none():
    """Nothing is made up."""
    assert product("nobody sells this") is None


def test_every_product_is_dated_sourced_and_told_apart():
    """Ids are plain, names are one product's each, addresses of accounts are safe ones."""
    assert len(all_products()) >= 400
    assert len({one.name for one in ALL}) == len(all_products())
    for one in ALL:
        assert one.id.isascii()
        assert one.id.replace("_", "").isalnum()
        assert one.id == one.id.lower()
        assert one.name == one.name.strip() != ""
        assert one.name_en.isascii() or not one.name.isascii()
        assert one.sells
        assert one.source
        assert datetime.date(2025, 1, 1) <= one.source_date <= datetime.date(2030, 1, 1)
        assert one.account == "" or one.account.startswith("https://")


def test_nothing_free_or_foreign_asks_for_a_date():
    """What the client does not pay for is never proposed for renewal."""
    for one in ALL:
        if one.object_type in ("", "account"):
            assert one.asks == ()
        if "parking" in one.sells:
            assert one.object_type == ""


def test_everything_that_names_a_product_names_one_of_the_catalogue():
    """Providers, services of tokens and pages lead somewhere."""
    named = {one.key for one in all_providers()}
    named |= {one.product or one.key for one in all_token_services().values()}
    named |= {one.provider for one in all_fingerprints()} - {""}

    assert named - set(all_products()) == set()
