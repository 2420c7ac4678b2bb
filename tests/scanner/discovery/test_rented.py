"""A site that lives at the vendor of its service is one thing to pay for, not a service and a hosting."""

from __future__ import annotations

from typing import Any

import pytest

from probes.website import Marker
from scanner.assets import Asset, Declaration
from scanner.discovery.declared import with_papers
from scanner.discovery.scope import Seeds
from tests.scanner.discovery.world import TIMEOUT, World, page, stub

SHOP = Marker("insales_meta", "saas", "insales", "strong")
TILDA = Marker("tilda_asset", "saas", "tilda", "strong")
JIVO = Marker("widget_jivo", "saas", "jivo", "weak")
ALIAS = ("a.myinsales.ru",)


def world(*addresses: str, **said: Any) -> World:
    return World().domain("a.ru").both("a.ru", *addresses, **said)


def things(made: World, *papers: Declaration) -> set[str]:
    """Hostings and services of a client who named a.ru."""
    seeds = Seeds(domains=("a.ru",))
    estate = with_papers(made.estate("a.ru"), papers, made.looks(), seeds)
    found = {str(one.asset) for one in estate.holdings}
    return {one for one in found if one.startswith(("hosting:", "saas:"))}


def apex_beside_an_alias(provider: str, *, front: bool) -> World:
    """The www is an alias of the vendor's, the apex has his address."""
    made = World().domain("a.ru").host("a.ru", provider=provider, front=front)
    return made.host("www.a.ru", chain=ALIAS, provider=provider, front=front)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (world(chain=ALIAS, provider=""), {"saas:insales/a.ru"}),
        (world(chain=("a.herokudns.com",), provider="aws"), {"saas:heroku/a.ru"}),
        (world(chain=("a.herokudns.com",), shows=stub("unclaimed_saas")), {"saas:heroku/a.ru"}),
        (world(chain=("a.ru.website.yandexcloud.net",)), {"saas:yandex_storage/a.ru"}),
        (world(chain=ALIAS, shows=TIMEOUT), {"saas:insales/a.ru"}),
        (world("185.215.4.10", shows=page("A", TILDA), provider="ddos_guard", front=True),
         {"saas:tilda/a.ru"}),
        (world(shows=page("A", SHOP), provider="insales"), {"saas:insales/a.ru"}),
        (apex_beside_an_alias("", front=False), {"saas:insales/www.a.ru"}),
        # Somebody's machine, whatever was put on it.
        (world(shows=page("A", TILDA)), {"hosting:beget/a.ru", "saas:tilda/a.ru"}),
        (world(shows=page("A", SHOP)), {"hosting:beget/a.ru", "saas:insales/a.ru"}),
        (world(shows=page("A", JIVO)), {"hosting:beget/a.ru", "saas:jivo/a.ru"}),
        (world("185.215.4.10", provider="ddos_guard", front=True), {"hosting:ddos_guard/a.ru"}),
        (world("185.215.4.10", "198.51.100.7", shows=page("A", TILDA)),
         {"hosting:beget/a.ru", "saas:tilda/a.ru"}),
        (world(chain=("x.yccdn.cloud.yandex.net",), provider="yandex_cloud"),
         {"hosting:yandex_cloud/a.ru", "saas:yandex_cdn/a.ru"}),
        (world(chain=("a.amazonaws.com",), provider="aws"), {"hosting:aws/a.ru"}),
        (apex_beside_an_alias("cloudflare", front=True),
         {"hosting:cloudflare/a.ru", "saas:insales/www.a.ru"}),
    ],
    ids=[
        "shop by alias", "application by alias", "application gone", "storage by alias",
        "alias, and no answer", "builder behind its front", "vendor's own network",
        "apex at the address of the alias", "exported pages", "a shop's signature alone",
        "a widget", "a front without a builder", "one address at another machine",
        "a front by alias", "a cloud by alias", "apex at a front that others share",
    ],
)  # fmt: skip
def test_what_a_vendor_serves_is_no_hosting_beside_it(made: World, expected: set[str]):
    """One row where the vendor answers by alias or address; two where a machine stands beside the service."""
    hosting = {one.partition("/")[0] for one in expected}

    found = things(made)

    assert {one.partition("/")[0] for one in found} == hosting


def test_a_site_hangs_on_the_service_it_lives_on():
    """So that a paper on a hosting there can be told to be about it."""
    estate = world(chain=ALIAS).estate("a.ru")

    assert {
        (str(r.subject), str(r.object)) for r in estate.relations if r.kind == "on_service"
    } == {("site:a.ru", "saas:insales/a.ru")}


def said(asset: str, **more: Any) -> Declaration:
    provider = asset.partition(":")[2].partition("/")[0]
    told = {"source": "papers.csv", "row": 2, "provider": provider, **more}
    return Declaration(asset=Asset.parse(asset), **told)


SERVICE = {"saas:insales/a.ru"}


@pytest.mark.parametrize(
    ("paper", "expected"),
    [
        (said("hosting:insales/a.ru", hosts=("a.ru",)), SERVICE),
        (said("hosting:insales/hosting"), SERVICE),
        (said("hosting:insales/boss", account="boss"), SERVICE),
        (said("hosting:ooo-lavka/a.ru", hosts=("a.ru",)), SERVICE),
        (said("saas:insales/a.ru", hosts=("a.ru",)), SERVICE),
        (said("saas:insales/boss", account="boss"), {"saas:insales/boss"}),
        # Another's bill, or nobody can tell whose.
        (said("hosting:beget/a.ru", hosts=("a.ru",)), {*SERVICE, "hosting:beget/a.ru"}),
        (said("hosting:ooo-lavka/hosting"), {*SERVICE, "hosting:ooo-lavka/hosting"}),
        (said("hosting:insales/b.ru", hosts=("b.ru",)), {*SERVICE, "hosting:insales/b.ru"}),
    ],
    ids=[
        "called a hosting", "without a name", "by its account", "by a seller nobody knows",
        "called a service", "service by its account", "a hoster's", "no name, unknown seller",
        "for another name",
    ],
)  # fmt: skip
def test_a_bill_for_such_a_site_is_the_services(paper: Declaration, expected: set[str]):
    """Whatever the paper calls it, it is paid once; an account renames a thing to one of its kind alone."""
    assert things(world(chain=ALIAS, provider=""), paper) == expected
