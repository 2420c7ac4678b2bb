"""What is the client's, however little is left of it: two independent things at least."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from probes.address_neighbours import AddressNeighbours, ReverseName
from probes.delegation import Delegation, ServerLook, ServerState
from probes.dns_records import CertificateAuthorityRule
from probes.kit.dkim import DkimKey
from probes.kit.observation import Seen
from probes.kit.page_relations import Relations
from probes.kit.target import Address, Domain, Host
from probes.mail_policy import SignerKey
from probes.registration import Holder, HolderKind
from probes.site_files import SiteFiles
from probes.website import Counter
from probes.zone_chain import Chain, ZoneChain
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
    icon,
    logged,
    machine,
    ownership,
    policy,
    records,
    said,
    start,
)
from tests.scanner.discovery.world import NODATA, NOW, World, certificate, page, stub


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


def signed_with_the_same_key(world: World) -> str:
    """No site, no mail host of the client's: a key that one hand copied into both zones, bought on one day."""
    key = SignerKey("mail", DkimKey("rsa", 2048), "5f3c")
    client(world, shows=page(link_hosts=(IT,)))
    policy(world, "romashka.ru", dkim_keys=(key,))
    policy(world.domain(IT, registered=bought(IT)), IT, dkim_keys=(replace(key, selector="dkim"),))
    return IT


def signed_by_one_account(world: World) -> str:
    """Both zones lead the look-up of the key into the same tenant of a mail service."""
    client(world, shows=page(link_hosts=(IT,)))
    for name in ("romashka.ru", IT):
        host = f"selector1-{name.replace('.', '-')}._domainkey.rmsh.onmicrosoft.com"
        key = SignerKey("selector1", DkimKey("rsa", 2048), f"of {name}", host)
        policy(world if name == "romashka.ru" else world.domain(IT), name, dkim_keys=(key,))
    return IT


def in_charge_of_the_clients_zone(world: World) -> str:
    """Its own record was taken away long ago; the client's zone still says that it takes reports on it."""
    told = ZoneChain(Chain.PLAIN, (), 9, True, (BRANDED,))
    client(world).see("zone_chain", Domain("romashka.ru"), told).domain(BRANDED)
    return BRANDED


def on_the_clients_machine(world: World) -> str:
    """A page of its own, with his counter, at an address that is called by a name of his."""
    client(world, shows=page(link_hosts=(IT,), counters=(GTM,), relations=Relations(inns=(INN,))))
    shows = page("Тюльпан", address="198.51.100.10", counters=(GTM,))
    world.domain(IT).both(IT, shows=shows)
    machine(world, "198.51.100.10", "srv.romashka.ru")
    return IT


def name_servers_in_his_own_network(world: World) -> str:
    """Nobody else uses them; the machine beside them is called by the client's name."""
    servers = (f"ns1.{IT}", f"ns2.{IT}")
    client(world, spf="v=spf1 ip4:203.0.113.64/29 ~all")
    looks = tuple(
        ServerLook(host, (f"203.0.113.{66 + at}",), ServerState.AUTHORITATIVE)
        for at, host in enumerate(servers)
    )
    world.see("delegation", Domain("romashka.ru"), Delegation("ru", looks))
    records(world, "romashka.ru", ns=Seen(servers))
    named = (ReverseName("203.0.113.65", "gw.romashka.ru"), ReverseName("203.0.113.66", servers[0]))
    beside = AddressNeighbours("203.0.113.64/28", named, 0, 0)
    world.see("address_neighbours", Address("203.0.113.64"), beside).domain(IT)
    return IT


def sends_from_the_clients_machine(world: World) -> str:
    """A sender policy that lets the client's mail server send; and it was bought with his name."""
    client(world, shows=page(link_hosts=(IT,)))
    machine(world, "198.51.100.10", "mail.romashka.ru")
    world.domain(IT, spf="v=spf1 ip4:198.51.100.10 -all", registered=bought(IT))
    return IT


def held_by_a_firm_of_the_group(world: World) -> str:
    """The registry names her and her number, which the client's page gives beside his; his counter is on hers."""
    firms = (ORG, "ООО «Ромашка-Самара»")
    told = Relations(inns=(INN, GROUPS), legal_names=firms)
    client(world, shows=page(link_hosts=(IT,), counters=(GTM,), relations=told))
    holder = Holder(HolderKind.ORGANISATION, 'OOO "Romashka-Samara"', GROUPS)
    world.domain(IT, registered=bought(IT, NOW - timedelta(days=700), holder=holder))
    world.both(IT, shows=page(counters=(GTM,)))
    return IT


def pictures_of_the_clients_pages(world: World) -> str:
    """No page of its own: the client's pages take theirs from it, and a certificate is for both."""
    shows = page(script_hosts=(f"s.{IT}",), relations=Relations(inns=(INN,)))
    client(world, shows=shows, log=(("romashka.ru", f"s.{IT}"),)).domain(IT).host(f"s.{IT}")
    return IT


def bought_on_one_day_and_led_to_one_group_in_a_network(world: World) -> str:
    """Its page leads to the client's page at a social network."""
    told = Relations(inns=(INN,), profiles=("vk.com/romashka_tea",))
    client(world, shows=page(link_hosts=(IT,), relations=told))
    world.domain(IT, registered=bought(IT)).both(IT, shows=said(profiles=told.profiles))
    return IT


def under_the_clients_picture(world: World) -> str:
    """Alone with him in a certificate; in the browser's tab is the client's flower."""
    client(world, shows=said(inns=(INN,)), log=(("romashka.ru", IT),))
    files = SiteFiles(
        "romashka.ru", "https", *[NODATA] * 3, Seen(icon("romashka.ru")), NODATA, NODATA
    )
    world.see("site_files", Host("romashka.ru"), files)
    world.domain(IT).both(IT).see("site_icon", Host(IT), icon(IT))
    return IT


def certified_by_one_account_alone(world: World) -> str:
    """Both zones let the same account at an authority have certificates issued (RFC 8657)."""
    account = "https://acme.example.org/acct/71"
    rules = (CertificateAuthorityRule("issue", f"letsencrypt.org; accounturi={account}"),)
    records(client(world, shows=page(link_hosts=(IT,))), "romashka.ru", caa=Seen(rules))
    records(world.domain(IT, registered=bought(IT)), IT, caa=Seen(rules))
    return IT


def one_mailbox_answers_for_both_zones(world: World) -> str:
    """It is at a public provider, so it tells of a person; and they were bought on one day."""
    client(world, shows=page(link_hosts=(IT,))).domain(IT, registered=bought(IT))
    for name in ("romashka.ru", IT):
        start(world, name, "romashka.admin@mail.ru")
    return IT


def firm_of_the_group_beside_its_bank(world: World) -> str:
    """Her number, which the client's page gives beside his, and that of a bank that he has nothing with."""
    told = Relations(inns=(INN, GROUPS))
    client(
        world,
        shows=page(link_hosts=(IT,), counters=(GTM,), relations=told),
        log=(("romashka.ru", IT),),
    )
    shop = page(counters=(GTM,), relations=Relations(inns=(GROUPS, OTHERS)))
    world.domain(IT).both(IT, shows=shop)
    return IT


def mail_server_of_its_own_name_on_the_clients_machine(world: World) -> str:
    """Each domain calls the machine after itself; the machine calls itself after the client."""
    client(world, shows=page(link_hosts=(IT,)))
    world.domain(IT, mx=(f"mail.{IT}",), registered=bought(IT))
    world.addresses(f"mail.{IT}", "198.51.100.10")
    machine(world, "198.51.100.10", "mail.romashka.ru")
    return IT


def named_by_one_whose_mail_lies_at_a_proved_name(world: World) -> str:
    """The school, a firm of the group, takes mail at the client's mail domain; its courses show its number and
    its counter."""
    mail, school, number = "pochta-r.ru", "shkola-r.ru", "3600923119"
    counter = Counter("metrika", "71450341")
    shows = page(relations=Relations(inns=(INN, number)), link_hosts=(mail, school))
    client(world, shows=shows)
    world.domain(mail, name_servers=("ns1.romashka.ru", "ns2.romashka.ru"), mx=("mx.romashka.ru",))
    world.domain(school, mx=(f"mx.{mail}",))
    world.both(
        school,
        shows=page(
            relations=Relations(inns=(number,)), counters=(counter,), link_hosts=("romashka.ru", IT)
        ),
    )
    world.domain(IT)
    world.both(IT, shows=page(relations=Relations(inns=(number,)), counters=(counter,)))
    return IT


FORGOTTEN: tuple[Told, ...] = (
    named_by_one_whose_mail_lies_at_a_proved_name,
    mail_server_of_its_own_name_on_the_clients_machine,
    firm_of_the_group_beside_its_bank,
    signed_with_the_same_key, signed_by_one_account, in_charge_of_the_clients_zone, on_the_clients_machine,
    name_servers_in_his_own_network, sends_from_the_clients_machine,
    held_by_a_firm_of_the_group, pictures_of_the_clients_pages, under_the_clients_picture,
    bought_on_one_day_and_led_to_one_group_in_a_network, certified_by_one_account_alone,
    one_mailbox_answers_for_both_zones,
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
