"""Who is not the client, however much he looks like him."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from probes.kit.dkim import DkimKey
from probes.kit.observation import Seen
from probes.kit.page_relations import Relations
from probes.kit.target import Domain, Host
from probes.mail_policy import ReportsAccepted, SignerKey
from probes.microsoft_tenant import MicrosoftTenant
from probes.registration import Holder, HolderKind
from probes.site_files import SiteFiles
from probes.website import Counter
from scanner.assets import Ownership
from tests.scanner.discovery.told import (
    BRANDED,
    GROUPS,
    GTM,
    INN,
    IT,
    ORG,
    OTHERS,
    PHONE,
    PIXEL,
    STUDIOS,
    Told,
    bought,
    client,
    icon,
    logged,
    machine,
    ownership,
    policy,
    said,
    start,
)
from tests.scanner.discovery.world import NOW, NXDOMAIN, World, certificate, page, registration


def namesake_of_the_same_name(world: World) -> str:
    """Another firm that is called exactly so, by its number."""
    client(world)
    holder = Holder(HolderKind.ORGANISATION, 'ООО "Ромашка"', OTHERS)
    world.domain(BRANDED, registered=registration(BRANDED, holder=holder))
    return BRANDED


def namesake_of_another_form(world: World) -> str:
    """A company of shares is no limited company."""
    client(world)
    holder = Holder(HolderKind.ORGANISATION, "АО «Ромашка»")
    world.domain(BRANDED, registered=registration(BRANDED, holder=holder))
    return BRANDED


def namesakes_tenant(world: World) -> str:
    """Anybody calls his Microsoft 365 as he likes."""
    client(world).domain(BRANDED)
    tenant = MicrosoftTenant("a-b-c", Seen("ООО Ромашка"))
    world.see("microsoft_tenant", Domain(BRANDED), tenant)
    return BRANDED


def sold_brand(world: World) -> str:
    """An old certificate and a forgotten link are left of it."""
    client(world, log=logged("romashka.ru", IT, ended=timedelta(days=900)), shows=said(inns=(INN,)))
    world.both("romashka.ru", shows=page(link_hosts=(IT,))).domain(IT).both(IT)
    return IT


def agency(world: World) -> str:
    """It is linked in the footer, answers for the zone, gets the reports, and links to its customer."""
    shows = page(link_hosts=(IT,), relations=Relations(mail_domains=(IT,), inns=(INN,)))
    client(world, shows=shows, dmarc=f"v=DMARC1; rua=mailto:dmarc@{IT}")
    start(world, "romashka.ru", f"admin@{IT}")
    world.domain(IT).both(IT, shows=page(link_hosts=("romashka.ru",)))
    return IT


def reader_of_reports(world: World) -> str:
    """It says of each of its customers that it takes his reports."""
    client(world, dmarc=f"v=DMARC1; rua=mailto:d@{IT}")
    world.domain(IT).both(IT, shows=page(link_hosts=("romashka.ru",)))
    was = world.looks()._newest["mail_policy", Domain("romashka.ru")].outcome
    assert isinstance(was, Seen)
    accepted = ReportsAccepted(IT, Seen("v=DMARC1"), NXDOMAIN)
    policy = replace(was.fact, reports_accepted=(accepted,))
    world.see("mail_policy", Domain("romashka.ru"), policy)
    return IT


def partner_of_the_same_day(world: World) -> str:
    """They link to each other, and bought their names on one day."""
    client(world, shows=page(link_hosts=(IT,)))
    shows = page(link_hosts=("romashka.ru",))
    world.domain(IT, registered=bought(IT)).both(IT, shows=shows)
    return IT


def hoster(world: World) -> str:
    """Name servers, the zone's mailbox, and a default certificate with its customer's name."""
    shown = certificate("romashka.ru", "www.romashka.ru", f"srv7.{IT}")
    client(world, name_servers=(f"ns1.{IT}", f"ns2.{IT}"))
    world.both("romashka.ru", shows=said(inns=(INN,)), tls=shown)
    start(world, "romashka.ru", f"hostmaster@{IT}")
    world.domain(IT).both(IT)
    return IT


def partner_with_a_list_of_numbers(world: World) -> str:
    """The client's number stands in a list of his customers."""
    client(world, shows=page(link_hosts=(IT,), relations=Relations(inns=(INN,))))
    world.domain(IT).both(IT, shows=said(inns=(INN, OTHERS, GROUPS)))
    return IT


def fresh_look_alike(world: World) -> str:
    """Bought last month; the client's own page with his numbers."""
    client(world)
    new = bought(BRANDED, NOW - timedelta(days=33))
    world.domain(BRANDED, registered=new).both(BRANDED, shows=said(inns=(INN,), legal_names=(ORG,)))
    return BRANDED


def certified_under_the_same_name(world: World) -> str:
    """A clinic in another town, called exactly so; its page states its own number."""
    client(world).domain(BRANDED)
    firms = certificate(BRANDED, organisation="OOO Romashka")
    world.both(BRANDED, shows=said(inns=(OTHERS,), legal_names=(ORG,)), tls=firms)
    return BRANDED


def registered_and_certified_under_the_same_name(world: World) -> str:
    """The registry gives another number, the page none."""
    client(world)
    holder = Holder(HolderKind.ORGANISATION, ORG, OTHERS)
    world.domain(BRANDED, registered=registration(BRANDED, holder=holder))
    world.both(BRANDED, tls=certificate(BRANDED, organisation="OOO Romashka"))
    return BRANDED


def list_of_clinics_with_his_state_number(world: World) -> str:
    """He links to his place there; its own number, of the other kind, stands in the footer."""
    state = "1027700132195"
    told = Relations(inns=(INN,), ogrns=(state,), legal_names=(ORG,))
    client(world, shows=page(link_hosts=(IT,), relations=told)).domain(IT)
    firms = (ORG, "АО «Врачи рядом»")
    lists = Relations(inns=(OTHERS,), ogrns=(state,), legal_names=firms)
    world.both(IT, shows=page(link_hosts=("romashka.ru",), relations=lists))
    return IT


def list_of_clinics_with_his_number_alone(world: World) -> str:
    """Other firms are named there, too, without a number."""
    told = Relations(inns=(INN,), legal_names=(ORG,))
    client(world, shows=page(link_hosts=(IT,), relations=told)).domain(IT)
    world.both(IT, shows=said(inns=(INN,), legal_names=(ORG, "ООО «Незабудка»")))
    return IT


def franchisee_who_names_the_owner_of_the_mark(world: World) -> str:
    """For years: the brand, the network's counter, the number of the client's firm beside his own."""
    told = Relations(inns=(INN, GROUPS), legal_names=(ORG, "ООО «Ромашка-Франшиза»"))
    client(world, shows=page(counters=(GTM,), link_hosts=(BRANDED,), relations=told))
    world.domain(BRANDED, registered=bought(BRANDED, NOW - timedelta(days=700)))
    his = Relations(inns=(OTHERS, GROUPS), legal_names=("ООО «Астра»", "ООО «Ромашка-Франшиза»"))
    world.both(BRANDED, shows=page(counters=(GTM,), relations=his))
    return BRANDED


def franchisee_with_the_clients_own_number(world: World) -> str:
    """It is the client who owns the mark."""
    told = Relations(inns=(INN,), legal_names=(ORG,))
    client(world, shows=page(counters=(GTM,), relations=told))
    world.domain(BRANDED, registered=bought(BRANDED, NOW - timedelta(days=700)))
    his = Relations(inns=(OTHERS, INN), legal_names=("ООО «Астра»", ORG))
    world.both(BRANDED, shows=page(counters=(GTM,), relations=his))
    return BRANDED


def dealer_whom_he_lists_by_number(world: World) -> str:
    """For years, under the brand, with the network's counter; his firm has another name."""
    told = Relations(inns=(INN, GROUPS), legal_names=(ORG, "ООО «Астра»"))
    client(world, shows=page(counters=(GTM,), relations=told))
    world.domain(BRANDED, registered=bought(BRANDED, NOW - timedelta(days=700)))
    his = Relations(inns=(GROUPS,), legal_names=("ООО «Астра»",))
    world.both(BRANDED, shows=page(counters=(GTM,), relations=his))
    return BRANDED


def platform(world: World) -> str:
    """The client has a place there, and it links to him."""
    client(world).domain(IT).both(IT, shows=page(link_hosts=("romashka.ru",)))
    world.both("romashka.ru", to=f"https://romashka.{IT}/")
    return IT


def customer(world: World) -> str:
    """The client sells mail; others whom he serves are known to be other firms."""
    client(world, shows=page(link_hosts=(IT,), relations=Relations(inns=(INN,))))
    for name, number in ((IT, ""), (BRANDED, OTHERS)):
        world.domain(name, mx=("mail.romashka.ru",))
        world.both(name, shows=said(inns=(number,) if number else ()))
    world.mail_host("mail.romashka.ru")
    return IT


def neighbour(world: World) -> str:
    """The hoster wrote the address of the machine into the sender policy of both."""
    client(world, spf="v=spf1 ip4:198.51.100.10 a mx ~all")
    world.domain(BRANDED, spf="v=spf1 ip4:198.51.100.10 a mx ~all").both(BRANDED)
    return BRANDED


def persons_of_the_same_day(world: World) -> str:
    """The client buys as a firm."""
    client(world)
    person = Holder(HolderKind.PRIVATE_PERSON)
    world.domain(BRANDED, registered=bought(BRANDED, holder=person))
    return BRANDED


def with_the_only_pair_of_servers(world: World) -> str:
    """Everybody at that service has it."""
    pair = ("anna.dns.example.org", "igor.dns.example.org")
    client(world, name_servers=pair)
    world.domain(BRANDED, name_servers=pair).both(BRANDED)
    return BRANDED


def namesake_on_numbered_servers(world: World) -> str:
    """They are the hoster's, not the account's."""
    pair = ("ns1.hoster.example.org", "ns2.hoster.example.org")
    client(world, name_servers=pair)
    world.domain(BRANDED, name_servers=pair).both(BRANDED)
    world.domain("astra.ru", name_servers=("ns3.hoster.example.org", "ns4.hoster.example.org"))
    return BRANDED


def agency_with_its_telephone_in_the_footer(world: World) -> str:
    """Its counter is on the client's page, too; nobody met its other customers."""
    tag = (Counter("ga4", "G-STUDIO1"),)
    shows = page(
        link_hosts=(IT,), counters=tag, relations=Relations(inns=(INN,), phones=(PHONE, STUDIOS))
    )
    client(world, shows=shows).domain(IT)
    its = page(link_hosts=("romashka.ru",), counters=tag, relations=Relations(phones=(STUDIOS,)))
    world.both(IT, shows=its)
    return IT


def agency_with_a_list_of_customers(world: World) -> str:
    """The client's firm stands in it, and the client links to it and shows its counter."""
    tag = (Counter("ga4", "G-STUDIO1"),)
    client(world, shows=page(link_hosts=(IT,), counters=tag, relations=Relations(inns=(INN,))))
    names = (ORG, "ООО «Тюльпан»", "АО «Василёк»")
    world.domain(IT).both(IT, shows=page(counters=tag, relations=Relations(legal_names=names)))
    return IT


def agency_that_counts_and_answers(world: World) -> str:
    """It signs the footer, answers for the zone, gets the reports, and counts the visitors with a tag of its own."""
    tag = (Counter("ga4", "G-STUDIO1"), Counter("roistat", "0a1b2c"))
    shows = page(link_hosts=(IT,), counters=tag, relations=Relations(inns=(INN,)))
    client(world, shows=shows, dmarc=f"v=DMARC1; rua=mailto:dmarc@{IT}")
    start(world, "romashka.ru", f"admin@{IT}")
    world.domain(IT).both(IT, shows=page(link_hosts=("romashka.ru",), counters=tag))
    return IT


def newspaper_with_the_pixel(world: World) -> str:
    """The press page links to it, it links back, and gathers readers for the client's advertising."""
    shows = page(link_hosts=(IT,), counters=(PIXEL,), relations=Relations(inns=(INN,)))
    client(world, shows=shows).domain(IT)
    world.both(IT, shows=page(link_hosts=("romashka.ru",), counters=(PIXEL,)))
    return IT


def magazine_that_prints_his_telephone(world: World) -> str:
    """And his firm's name; the newsroom links to it."""
    shows = page(link_hosts=(IT,), relations=Relations(inns=(INN,), phones=(PHONE,)))
    client(world, shows=shows).domain(IT)
    world.both(IT, shows=said(phones=(PHONE,), legal_names=(ORG,)))
    return IT


def franchisee_without_a_number(world: World) -> str:
    """The brand, the network's counter and widget, links both ways."""
    tags = (GTM, Counter("bitrix24", "b7731004"))
    client(
        world, shows=page(link_hosts=(BRANDED,), counters=tags, relations=Relations(inns=(INN,)))
    )
    world.domain(BRANDED).both(BRANDED, shows=page(link_hosts=("romashka.ru",), counters=tags))
    return BRANDED


def place_on_a_platform(world: World) -> str:
    """The platform's own name leads nowhere; on the client's place stand his number and his counter."""
    shows = page(counters=(GTM,), relations=Relations(inns=(INN,), legal_names=(ORG,)))
    client(world, shows=shows, log=(("kassa.romashka.ru",),))
    world.host("kassa.romashka.ru", chain=(f"romashka.{IT}",), shows=shows).domain(IT)
    world.host(f"romashka.{IT}", "203.0.113.9", shows=shows)
    return IT


def alone_with_him_behind_one_front(world: World, *others: str) -> str:
    """It gives out pairs of name servers and certificates, each to several of its customers."""
    pair, other = (("anna", "igor"), ("olga", "petr"))
    shown = certificate("sni7.front-ssl.com", "romashka.ru", "www.romashka.ru", IT, *others)
    of_his = tuple(f"{one}.ns.front.com" for one in pair)
    shows = page(link_hosts=("astra.ru",), relations=Relations(inns=(INN,)))
    client(world, name_servers=of_his).both("romashka.ru", shows=shows, tls=shown)
    world.domain(IT, name_servers=of_his).both(IT)
    world.domain("astra.ru", name_servers=tuple(f"{one}.ns.front.com" for one in other))
    return IT


def one_of_many_behind_the_same_front(world: World) -> str:
    """The certificate names four."""
    return alone_with_him_behind_one_front(world, "astra.ru")


def mirror_on_the_same_hoster(world: World) -> str:
    """The hoster wrote the address of the machine into the sender policy of both."""
    policy = "v=spf1 ip4:198.51.100.10 a mx ~all"
    shows = page(counters=(GTM,), relations=Relations(inns=(INN,), legal_names=(ORG,)))
    new = bought(BRANDED, NOW - timedelta(days=33))
    client(world, shows=shows, spf=policy).domain(BRANDED, spf=policy, registered=new)
    world.both(BRANDED, shows=shows)
    return BRANDED


def pointed_at_the_clients_machine(world: World) -> str:
    """Bought last month, called like him: whatever the client's own server shows is shown there."""
    shows = page(counters=(GTM,), relations=Relations(inns=(INN,), legal_names=(ORG,)))
    client(world, shows=shows, spf="v=spf1 ip4:203.0.113.64/29 ~all")
    new = bought(BRANDED, NOW - timedelta(days=33))
    world.domain(BRANDED, registered=new).both(BRANDED, "203.0.113.66", shows=shows)
    return BRANDED


def agency_alone_with_him_in_a_certificate(world: World) -> str:
    """It tried his new site out under both names; the footer says who made it."""
    told = Relations(inns=(INN,), maker_hosts=(IT,))
    shows = page(link_hosts=(IT,), relations=told)
    client(world, shows=shows, log=(("romashka.ru", f"test.{IT}"),))
    world.domain(IT).both(IT, shows=page(link_hosts=("romashka.ru",)))
    return IT


def another_customer_in_the_makers_certificate(world: World) -> str:
    """The maker's own name stands in it, too."""
    told = Relations(inns=(INN,), maker_hosts=(IT,))
    client(world, shows=page(link_hosts=(IT, "astra.ru"), relations=told))
    world.both("romashka.ru", shows=page(link_hosts=(IT, "astra.ru"), relations=told),
               tls=certificate("romashka.ru", "www.romashka.ru", IT, "astra.ru"))  # fmt: skip
    world.domain(IT).both(IT).domain("astra.ru").both("astra.ru")
    return "astra.ru"


def partner_whom_he_lists_by_number(world: World) -> str:
    """The registry names the partner, too, and a cabinet of both had one certificate with others."""
    told = Relations(inns=(INN, GROUPS), legal_names=(ORG, "ООО «Астра»"))
    shown = certificate("romashka.ru", "www.romashka.ru", IT, "mak.ru", "lilia.ru", "iris.ru")
    client(world)
    world.both("romashka.ru", shows=page(link_hosts=(IT,), relations=told), tls=shown)
    holder = Holder(HolderKind.ORGANISATION, "ООО «Астра»", GROUPS)
    world.domain(IT, registered=bought(IT, NOW - timedelta(days=700), holder=holder))
    return IT


def pointed_at_the_clients_named_machine(world: World) -> str:
    """Its address is called by the client's name; what is shown there is the client's own page."""
    shows = page(address="198.51.100.10", relations=Relations(inns=(INN,), legal_names=(ORG,)))
    client(world, shows=shows)
    new = bought(BRANDED, NOW - timedelta(days=33))
    world.domain(BRANDED, registered=new).both(BRANDED, "198.51.100.10", shows=shows)
    machine(world, "198.51.100.10", "srv.romashka.ru")
    return BRANDED


def shown_to_any_name_on_the_clients_machine(world: World) -> str:
    """Another page than the client's, and yet only what the machine shows to whoever asks."""
    client(world, shows=page(link_hosts=(IT,)))
    shows = page("Скоро", address="198.51.100.10")
    world.domain(IT).both(IT, shows=shows, same_as_unknown=True)
    machine(world, "198.51.100.10", "srv.romashka.ru")
    return IT


def supplier_of_a_widget(world: World) -> str:
    """The client's pages load it from there, and the supplier shows the account on a page of examples."""
    tag = (Counter("roistat", "0a1b2c"),)
    shows = page(script_hosts=(f"w.{IT}",), counters=tag, relations=Relations(inns=(INN,)))
    client(world, shows=shows).domain(IT).both(IT, shows=page(counters=tag))
    return IT


def customer_of_the_same_mailing_service(world: World) -> str:
    """It gives every customer one key under its own selector."""
    key = SignerKey("us", DkimKey("rsa", 1024), "77aa")
    client(world, shows=page(link_hosts=(IT,)))
    policy(world, "romashka.ru", dkim_keys=(key,))
    policy(world.domain(IT), IT, dkim_keys=(key,))
    return IT


def newspaper_that_names_his_group(world: World) -> str:
    """It links to him and to his page at a social network; he links to what it wrote."""
    told = Relations(inns=(INN,), profiles=("vk.com/romashka_tea",))
    client(world, shows=page(link_hosts=(IT,), relations=told)).domain(IT)
    its = Relations(profiles=told.profiles)
    world.both(IT, shows=page(link_hosts=("romashka.ru",), relations=its))
    return IT


def look_alike_that_letters_come_from(world: World) -> str:
    """It shows his logo beside them, and his page."""
    client(world).domain(BRANDED, registered=bought(BRANDED, NOW - timedelta(days=33)))
    policy(world, BRANDED, bimi=Seen("v=BIMI1; l=https://romashka.ru/logo.svg"))
    world.both(BRANDED, shows=said(inns=(INN,), legal_names=(ORG,)))
    return BRANDED


def built_with_the_same_kit(world: World) -> str:
    """The picture in the tab is the builder's, and lies there."""
    shown = certificate("romashka.ru", "www.romashka.ru", IT, "astra.ru", "mak.ru", "lilia.ru")
    client(world)
    world.both("romashka.ru", shows=said(inns=(INN,)), tls=shown).domain(IT).both(IT)
    for name in ("romashka.ru", IT):
        said_by = icon(name, at="static.konstruktor.ru")
        files = SiteFiles(name, "https", *[NXDOMAIN] * 3, Seen(said_by), NXDOMAIN, NXDOMAIN)
        world.see("site_files", Host(name), files).see("site_icon", Host(name), said_by)
    return IT


def neighbour_bought_on_the_same_day(world: World) -> str:
    """On the name servers that the registrar gives to whoever asks for none, and paid by the year as well."""
    usual: dict[str, Any] = {"name_servers": ("ns1.reg.ru", "ns2.reg.ru")}
    client(world, shows=page(link_hosts=(IT,)), registered=bought("romashka.ru", **usual))
    world.domain(IT, registered=bought(IT, **usual)).both(IT)
    return IT


def agency_whose_tags_and_certificate_he_shares(world: World) -> str:
    """Its own number stands on its page; whose the tags are nobody can tell by them."""
    tags = (Counter("ga4", "G-STUDIO1"), Counter("calltouch", "okl7m2xd"))
    shows = page(link_hosts=(IT,), counters=tags, relations=Relations(inns=(INN,)))
    client(
        world, shows=shows, log=(("romashka.ru", f"show.{IT}", "astra.ru", "mak.ru", "iris.ru"),)
    )
    its = Relations(inns=(OTHERS,))
    world.domain(IT).both(IT, shows=page(link_hosts=("romashka.ru",), counters=tags, relations=its))
    return IT


def customer_of_his_agency_and_of_his_bank(world: World) -> str:
    """The bank's number stands on the client's page among others, and on those of many."""
    bank, tags = GROUPS, (Counter("calltouch", "okl7m2xd"),)
    told = Relations(inns=(INN, bank))
    shows = page(link_hosts=(IT,), counters=tags, relations=told)
    names = ("romashka.ru", IT, "astra.ru", "mak.ru", "iris.ru")
    client(world, shows=shows, log=(names,))
    for name, number in ((IT, OTHERS), ("astra.ru", "7800000033")):
        its = page(
            link_hosts=("romashka.ru",), counters=tags, relations=Relations(inns=(number, bank))
        )
        world.domain(name).both(name, shows=its)
    return IT


def customer_of_his_sites_maker(world: World) -> str:
    """Without a number of its own; the tags are those of the maker's own page."""
    tags = (Counter("calltouch", "okl7m2xd"),)
    told = Relations(inns=(INN,), maker_hosts=(IT,))
    shown = certificate("romashka.ru", "www.romashka.ru", "astra.ru", "mak.ru", "iris.ru")
    client(world)
    world.both(
        "romashka.ru", shows=page(link_hosts=(IT,), counters=tags, relations=told), tls=shown
    )
    for name in (IT, "astra.ru"):
        world.domain(name).both(name, shows=page(counters=tags))
    return "astra.ru"


def hobby_of_who_keeps_his_zones(world: World) -> str:
    """One person answers for both, and keeps them in one account at the servers that go out in pairs."""
    pair, other = (("anna", "igor"), ("olga", "petr"))
    client(world, name_servers=tuple(f"{one}.dns.example.org" for one in pair))
    world.domain(IT, name_servers=tuple(f"{one}.dns.example.org" for one in pair)).both(IT)
    world.domain(BRANDED, name_servers=tuple(f"{one}.dns.example.org" for one in other))
    for name in ("romashka.ru", IT):
        start(world, name, "igor.admin@mail.ru")
    return IT


def agency_that_tried_his_site_out(world: World) -> str:
    """Nobody says who made it; a certificate alone for his name and the agency's place for trials."""
    client(world, shows=page(link_hosts=(IT,)), log=(("romashka.ru", f"test7.{IT}"),))
    world.domain(IT).both(IT, shows=page(link_hosts=("romashka.ru",)))
    return IT


def hosters_name_for_the_clients_machine(world: World) -> str:
    """It numbers the machines that it lets; the client's mail goes to his by that name."""
    client(world, mx=(f"vps4117.{IT}",))
    world.mail_host(f"vps4117.{IT}", "203.0.113.25").domain(IT).both(IT)
    machine(world, "203.0.113.25", "mail.romashka.ru")
    return IT


def guest_on_the_clients_machine(world: World) -> str:
    """A friend's site, which the client lets live there, and which thanks him with a link."""
    client(world, shows=page(link_hosts=(IT,)))
    shows = page("Тюльпан", address="198.51.100.10", link_hosts=("romashka.ru",))
    world.domain(IT).both(IT, shows=shows)
    machine(world, "198.51.100.10", "srv.romashka.ru")
    return IT


def partner_with_the_hosters_key_and_picture(world: World) -> str:
    """The hoster signs for all its customers with one key, and shows one picture for them."""
    key = SignerKey("mail", DkimKey("rsa", 2048), "5f3c")
    client(world, shows=page(link_hosts=(IT,)))
    policy(world, "romashka.ru", dkim_keys=(key,))
    policy(world.domain(IT), IT, dkim_keys=(key,)).both(IT)
    files = SiteFiles(
        "romashka.ru", "https", *[NXDOMAIN] * 3, Seen(icon("romashka.ru")), NXDOMAIN, NXDOMAIN
    )
    world.see("site_files", Host("romashka.ru"), files).see("site_icon", Host(IT), icon(IT))
    return IT


def dealer_who_is_called_like_him(world: World) -> str:
    """Independent, and listed by name and number; the registry names his firm."""
    told = Relations(inns=(INN, GROUPS), legal_names=(ORG, "ООО «Ромашка-Самара»"))
    client(world, shows=page(link_hosts=(BRANDED,), relations=told))
    holder = Holder(HolderKind.ORGANISATION, 'OOO "Romashka-Samara"', GROUPS)
    new = bought(BRANDED, NOW - timedelta(days=700), holder=holder)
    world.domain("romashka-samara.ru", registered=new)
    world.both("romashka-samara.ru", shows=page(link_hosts=("romashka.ru",)))
    world.both("romashka.ru", shows=page(link_hosts=("romashka-samara.ru",), relations=told))
    return "romashka-samara.ru"


STRANGERS: tuple[Told, ...] = (
    hosters_name_for_the_clients_machine, guest_on_the_clients_machine,
    partner_with_the_hosters_key_and_picture, dealer_who_is_called_like_him,
    agency_that_tried_his_site_out,
    customer_of_his_sites_maker, hobby_of_who_keeps_his_zones,
    agency_whose_tags_and_certificate_he_shares, customer_of_his_agency_and_of_his_bank,
    agency_alone_with_him_in_a_certificate, another_customer_in_the_makers_certificate,
    partner_whom_he_lists_by_number, pointed_at_the_clients_named_machine, supplier_of_a_widget,
    shown_to_any_name_on_the_clients_machine, customer_of_the_same_mailing_service,
    newspaper_that_names_his_group, look_alike_that_letters_come_from, built_with_the_same_kit,
    neighbour_bought_on_the_same_day,
    namesake_of_the_same_name, namesake_of_another_form, namesakes_tenant, sold_brand, agency,
    reader_of_reports, partner_of_the_same_day, hoster, partner_with_a_list_of_numbers,
    fresh_look_alike, platform, customer, neighbour, persons_of_the_same_day,
    with_the_only_pair_of_servers, namesake_on_numbered_servers,
    agency_with_its_telephone_in_the_footer, agency_with_a_list_of_customers,
    agency_that_counts_and_answers,
    newspaper_with_the_pixel, magazine_that_prints_his_telephone, franchisee_without_a_number,
    place_on_a_platform, alone_with_him_behind_one_front, one_of_many_behind_the_same_front,
    mirror_on_the_same_hoster, pointed_at_the_clients_machine, certified_under_the_same_name,
    registered_and_certified_under_the_same_name, list_of_clinics_with_his_state_number,
    list_of_clinics_with_his_number_alone, franchisee_who_names_the_owner_of_the_mark,
    franchisee_with_the_clients_own_number, dealer_whom_he_lists_by_number,
)  # fmt: skip


@pytest.mark.parametrize("tell", STRANGERS, ids=lambda tell: tell.__name__)
def test_a_stranger_is_never_more_than_possible(tell: Told):
    """Each has what a careless reader takes for proof."""
    assert ownership(tell)[0] is Ownership.POSSIBLE
