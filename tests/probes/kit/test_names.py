"""Who registered what: the one place where a host name becomes a domain."""

from __future__ import annotations

import pytest

from probes.kit.names import platform, registrable, suffix
from probes.kit.target import Domain


@pytest.mark.parametrize(
    ("name", "domain", "end"),
    [
        ("romashka.ru", "romashka.ru", "ru"),
        ("www.shop.romashka.ru", "romashka.ru", "ru"),
        ("Mail.Romashka.RU.", "romashka.ru", "ru"),
        ("www.ромашка.рф", "xn--80aa3agjl3d.xn--p1ai", "xn--p1ai"),
        ("xn--80aa3agjl3d.xn--p1ai", "xn--80aa3agjl3d.xn--p1ai", "xn--p1ai"),
        ("a.b.co.uk", "b.co.uk", "co.uk"),
        ("city.kawasaki.jp", "city.kawasaki.jp", "kawasaki.jp"),
        ("w.x.y.kawasaki.jp", "x.y.kawasaki.jp", "y.kawasaki.jp"),
        ("shop.msk.ru", "shop.msk.ru", "msk.ru"),
        ("www.shop.com.ru", "shop.com.ru", "com.ru"),
        ("x.pp.ua", "x.pp.ua", "pp.ua"),
        ("x.ru.com", "x.ru.com", "ru.com"),
        ("x.nowhere-listed", "x.nowhere-listed", "nowhere-listed"),
    ],
)
def test_a_name_leads_to_what_somebody_registered(name: str, domain: str, end: str) -> None:
    """Registries that sell third levels count as registries; the parent's domain is not touched."""
    assert registrable(name) == Domain(domain)
    assert suffix(name) == end
    assert platform(name) is None


@pytest.mark.parametrize(
    ("name", "rented_from"),
    [
        ("x.github.io", "github.io"),
        ("github.io", "github.io"),
        ("firma.bitrix24.ru", "bitrix24.ru"),
        ("a.website.yandexcloud.net", "website.yandexcloud.net"),
        ("tenant.sharepoint.com", "sharepoint.com"),
    ],
)
def test_a_platform_is_never_the_clients_domain(name: str, rented_from: str) -> None:
    """What a platform rents out has no registration, and the platform's own is not ours to audit."""
    assert registrable(name) is None
    assert platform(name) == rented_from


@pytest.mark.parametrize(
    "name",
    [
        "ru",
        "co.uk",
        "y.kawasaki.jp",
        "msk.ru",
        "com.ru",
        "printer.local",
        "localhost",
        "1.0.0.127.in-addr.arpa",
        "192.0.2.1",
        "",
        ".",
        "..",
        "a..b",
        "-x.ru",
        "x" * 64 + ".ru",
        "x." * 130 + "ru",
        "\x00.ru",
    ],
)
def test_suffixes_reserved_names_and_nonsense_are_no_domains(name: str) -> None:
    """None, never an exception and never somebody else's domain."""
    assert registrable(name) is None
