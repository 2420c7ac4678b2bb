"""Who is not the client, however much he looks like him."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from probes.kit.observation import Seen
from probes.kit.page_relations import Relations
from probes.kit.target import Domain
from probes.mail_policy import ReportsAccepted
from probes.microsoft_tenant import MicrosoftTenant
from probes.registration import Holder, HolderKind
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
    logged,
    ownership,
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


STRANGERS: tuple[Told, ...] = (
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
