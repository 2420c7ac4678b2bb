"""What is the client's, however little is left of it: two independent things at least."""

from __future__ import annotations

from datetime import timedelta

import pytest

from probes.address_neighbours import AddressNeighbours, ReverseName
from probes.kit.page_relations import Relations
from probes.kit.target import Address
from probes.website import Counter
from scanner.assets import Ownership
from tests.scanner.discovery.told import (
    BRANDED,
    DAY,
    GROUPS,
    GTM,
    INN,
    IT,
    ORG,
    OTHERS,
    PHONE,
    STUDIOS,
    Told,
    bought,
    client,
    logged,
    ownership,
    said,
    start,
)
from tests.scanner.discovery.world import NOW, World, certificate, page, stub


def kept_up_with_the_firms_number(world: World) -> str:
    """Paid for year after year, with the firm's number on a page of its own."""
    client(world)
    world.domain(BRANDED, registered=bought(BRANDED, NOW - timedelta(days=500)))
    world.both(BRANDED, shows=said(inns=(INN,)))
    return BRANDED


def old_certificate_and_name_servers(world: World) -> str:
    """The pair was drawn for the client's account: others have others."""
    pair, other = (("anna", "igor"), ("olga", "petr"))
    client(
        world,
        name_servers=tuple(f"{one}.dns.example.org" for one in pair),
        log=logged("romashka.ru", IT, ended=timedelta(days=900)),
    )
    world.domain(IT, name_servers=tuple(f"{one}.dns.example.org" for one in pair))
    world.domain(BRANDED, name_servers=tuple(f"{one}.dns.example.org" for one in other))
    return IT


def counter_and_batch(world: World) -> str:
    """Under three suffixes a registrar has three names."""
    counter = (Counter("ua", "UA-4477-1"),)
    client(world, shows=page(counters=counter, link_hosts=("tyulpan.su",)))
    other = bought("tyulpan.su", registrar="REGRU-SU")
    world.domain("tyulpan.su", registered=other)
    world.both("tyulpan.su", shows=page(counters=(Counter("ua", "UA-4477-9"),)))
    return "tyulpan.su"


def mail_only(world: World) -> str:
    """No site; its mail goes to the client's own server."""
    client(world).domain(BRANDED, mx=("mail.romashka.ru",)).mail_host("mail.romashka.ru")
    return BRANDED


def closed_firm_of_the_group(world: World) -> str:
    """Another number, which the client's own page gives beside his."""
    shows = page(link_hosts=(IT,), relations=Relations(inns=(INN, GROUPS)))
    client(world, shows=shows)
    tls = certificate("romashka.ru", "www.romashka.ru", IT)
    world.both("romashka.ru", shows=shows, tls=tls)
    world.domain(IT).both(IT, shows=said(inns=(GROUPS,)))
    return IT


def one_account_at_a_reader_of_reports(world: World) -> str:
    """A mailbox with a number in it is one customer's."""
    record = "v=DMARC1; p=none; rua=mailto:c4471@in.reports.example.org"
    client(world, dmarc=record).domain(BRANDED, dmarc=record, registered=bought(BRANDED))
    return BRANDED


def shop_of_the_group(world: World) -> str:
    """The client's page names the sister firm among others; the shop shows her number and his counter."""
    relations = Relations(inns=(INN, GROUPS))
    client(world, shows=page(link_hosts=(IT,), counters=(GTM,), relations=relations))
    shop = page(counters=(GTM,), relations=Relations(inns=(GROUPS,)))
    world.domain(IT).both(IT, shows=shop)
    return IT


def campaign_with_what_dealers_carry(world: World) -> str:
    """A dealer with a number of his own has the same counter, a newspaper the same telephone."""
    links = (IT, BRANDED, "astra.ru")
    relations = Relations(inns=(INN,), phones=(PHONE,))
    client(world, shows=page(link_hosts=links, counters=(GTM,), relations=relations))
    campaign = page(counters=(GTM,), relations=Relations(phones=(PHONE, STUDIOS)))
    world.domain(IT).both(IT, shows=campaign)
    dealer = page(link_hosts=("romashka.ru",), counters=(GTM,), relations=Relations(inns=(OTHERS,)))
    world.domain(BRANDED).both(BRANDED, shows=dealer)
    paper = page(relations=Relations(inns=("7800000033",), phones=(PHONE,)))
    world.domain("astra.ru").both("astra.ru", shows=paper)
    return IT


def certificate_and_a_widget_that_one_who_left_shows(world: World) -> str:
    """He has a number of his own, and links to the firm he was with."""
    widget = (Counter("jivo", "pT5wXk9Rz1"),)
    shows = page(link_hosts=(BRANDED,), counters=widget, relations=Relations(inns=(INN,)))
    client(world, shows=shows, log=(("romashka.ru", IT),))
    world.domain(IT).both(IT, shows=page(counters=widget))
    left = page(link_hosts=("romashka.ru",), counters=widget, relations=Relations(inns=(OTHERS,)))
    world.domain(BRANDED).both(BRANDED, shows=left)
    return IT


def exchange_certified_with_a_proved_name(world: World) -> str:
    """Mail goes there; its certificate names a machine of a domain that was certified for the firm."""
    client(world, mx=(f"ats.{IT}", "mx.astra.ru"))
    firms = certificate("mx.astra.ru", "astra.ru", organisation=ORG)
    world.domain("astra.ru").both("astra.ru", tls=firms).mail_host("mx.astra.ru")
    shown = certificate(f"ats.{IT}", IT, "pochta.astra.ru")
    world.domain(IT).both(IT, tls=shown).mail_host(f"ats.{IT}")
    return IT


def behind_an_alias_with_numbers_of_two_firms(world: World) -> str:
    """Both are the client's: his own, and one of the group that his page names."""
    client(world, shows=said(inns=(INN, GROUPS)), log=(("zakaz.romashka.ru",),))
    world.host("zakaz.romashka.ru", chain=(f"korob.{IT}",)).domain(IT)
    world.both(IT, shows=said(inns=(GROUPS, INN)))
    return IT


def in_the_offices_network(world: World) -> str:
    """Nothing of the client's stands there but what he may send from; a reverse name tells of a shop."""
    relations = Relations(inns=(INN, GROUPS))
    shows = page(counters=(GTM,), relations=relations)
    client(world, shows=shows, spf="v=spf1 ip4:203.0.113.64/29 ~all")
    named = (ReverseName("203.0.113.67", f"gw.{IT}"),)
    beside = AddressNeighbours("203.0.113.64/28", named, 0, 0)
    world.see("address_neighbours", Address("203.0.113.64"), beside)
    shop = page(counters=(GTM,), relations=Relations(inns=(GROUPS,)))
    world.domain(IT).both(IT, "203.0.113.67", shows=shop)
    return IT


def certified_with_him_and_in_his_network(world: World) -> str:
    """It shows nothing, and was bought and named elsewhere."""
    client(world, spf="v=spf1 ip4:203.0.113.64/29 ~all", log=((f"hs.{IT}", "romashka.ru"),))
    world.domain(IT).both(IT, "203.0.113.66", shows=stub())
    return IT


def two_counters_one_of_them_an_agencys(world: World) -> str:
    """The other is the client's own: that the first is many firms' takes nothing from it."""
    tags = (Counter("ga4", "G-STUDIO1"), Counter("metrika", "51720031"))
    shows = page(link_hosts=(IT,), counters=tags, relations=Relations(inns=(INN,)))
    client(world, shows=shows, log=(("romashka.ru", IT),))
    world.domain(IT).both(IT, shows=page(counters=tags))
    others = page(counters=tags[:1], relations=Relations(inns=(OTHERS,)))
    shown = certificate("romashka.ru", "www.romashka.ru", BRANDED, "astra.ru", "tyulpan.su")
    world.both("romashka.ru", shows=shows, tls=shown)
    world.domain("astra.ru").both("astra.ru", shows=others)
    return IT


def branch_with_a_number_of_its_own(world: World) -> str:
    """The client names it beside his; its firm is called like him, its page counted with him for years."""
    firms = (ORG, "ООО «Ромашка-Самара»")
    told = Relations(inns=(INN, GROUPS), legal_names=firms)
    client(world, shows=page(counters=(GTM,), relations=told))
    world.domain(BRANDED, registered=bought(BRANDED, NOW - timedelta(days=700)))
    its = Relations(inns=(GROUPS,), legal_names=firms[1:])
    world.both(BRANDED, shows=page(counters=(GTM,), relations=its))
    return BRANDED


def name_servers_bought_with_the_clients_name(world: World) -> str:
    """Called after nothing, without a site; the zone's mailbox is at a name that is but likely."""
    name = "rmk-uzel.net"
    shows = page(link_hosts=(IT,), relations=Relations(inns=(INN,)))
    client(world, shows, name_servers=(f"ns1.{name}", f"ns2.{name}"))
    world.domain(IT).both(IT, shows=said(inns=(INN,)))
    early = DAY - timedelta(hours=11)  # on the day before in London, and on one day in Moscow
    registrar = "Registrar of Domain Names REG.RU LLC"
    world.domain(name, registered=bought(name, early, registrar=registrar))
    start(world, name, f"root@{IT}")
    return name


FORGOTTEN: tuple[Told, ...] = (
    kept_up_with_the_firms_number, old_certificate_and_name_servers, counter_and_batch, mail_only,
    closed_firm_of_the_group, one_account_at_a_reader_of_reports, shop_of_the_group,
    campaign_with_what_dealers_carry, certificate_and_a_widget_that_one_who_left_shows,
    exchange_certified_with_a_proved_name, behind_an_alias_with_numbers_of_two_firms,
    two_counters_one_of_them_an_agencys, in_the_offices_network, certified_with_him_and_in_his_network,
    branch_with_a_number_of_its_own, name_servers_bought_with_the_clients_name,
)  # fmt: skip


@pytest.mark.parametrize("tell", FORGOTTEN, ids=lambda tell: tell.__name__)
def test_what_was_forgotten_is_likely_all_the_same(tell: Told):
    """Two independent things are left of each."""
    found, reasons = ownership(tell)

    assert found is Ownership.LIKELY
    assert "another_taxpayer_number_on_page" not in reasons
