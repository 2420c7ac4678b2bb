"""How names really hang together, and how strangers come to look as if they did: one table of each.

Every row is a small world, gone through by the same survey as an audit's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from probes.delegation import ServerState
from probes.dns_records import CertificateAuthorityRule
from probes.kit.dkim import DkimKey
from probes.kit.observation import Seen
from probes.kit.page_relations import Relations
from probes.kit.target import Host
from probes.legal_pages import LegalPages
from probes.mail_policy import ReportsAccepted, SignerKey
from probes.registration import Holder, HolderKind
from probes.website import Counter, Page
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
    Told,
    bought,
    client,
    logged,
    ownership,
    policy,
    records,
    said,
    start,
)  # fmt: skip
from tests.scanner.discovery.world import NOW, NXDOMAIN, World, certificate, page

LONG_AGO = NOW - timedelta(days=700)
THIRD = "vasilyok.ru"
FORGOTTEN: list[Told] = []
STRANGERS: list[Told] = []


def forgotten(tell: Told) -> Told:
    """The name in question is the client's."""
    FORGOTTEN.append(tell)
    return tell


def stranger(tell: Told) -> Told:
    """The name in question is not, or nobody can tell."""
    STRANGERS.append(tell)
    return tell


def linking(*names: str, **more: Any) -> Page:
    """A page with links, and whatever else it says of whose it is."""
    counters = more.pop("counters", ())
    return page(link_hosts=names, counters=counters, relations=Relations(**more))


def papers(world: World, name: str, **more: Any) -> World:
    """What stands on the page of requisites that a home page links to."""
    return world.see("legal_pages", Host(name), LegalPages((f"https://{name}/privacy",), **more))


@forgotten
def number_in_the_policy(world: World) -> str:
    """A landing page that says nothing of whose it is, but who works with what visitors leave there."""
    client(world, linking(IT, inns=(INN,)))
    world.domain(IT).both(IT, shows=said(legal_pages=("/privacy",)))
    papers(world, IT, inns=(INN,), legal_names=(ORG,))
    return IT


@forgotten
def number_in_the_clients_own_policy(world: World) -> str:
    """His shop's page of requisites names the firm of the shop, and so does the campaign's."""
    client(world, linking(IT, THIRD, legal_pages=("/oferta",)))
    papers(world, "romashka.ru", inns=(GROUPS,))
    world.domain(IT).both(IT, shows=said(inns=(GROUPS,)))
    return IT


@forgotten
def signed_through_an_alias_into_the_clients_zone(world: World) -> str:
    """No mail host of his: only the look-up of its signing key ends there."""
    client(world, linking(IT))
    key = SignerKey("mail", DkimKey("rsa", 2048), "5f3c", "mail._domainkey.romashka.ru")
    policy(world.domain(IT), IT, dkim_keys=(key,))
    return IT


@forgotten
def sends_by_a_host_of_the_clients(world: World) -> str:
    """`a:` in its sender policy, and bought on his day."""
    client(world, linking(IT))
    world.domain(IT, spf="v=spf1 a:mail.romashka.ru -all", registered=bought(IT))
    return IT


@forgotten
def sends_from_the_same_small_network(world: World) -> str:
    """Sixteen addresses that both policies write out."""
    own = "v=spf1 ip4:203.0.113.64/28 -all"
    client(world, linking(IT), spf=own).domain(IT, spf=own, registered=bought(IT))
    return IT


@forgotten
def forwards_and_was_bought_with_it(world: World) -> str:
    """A forward is anybody's; the day is not."""
    client(world, linking(IT)).domain(IT, registered=bought(IT))
    world.both(IT, to="https://romashka.ru/")
    return IT


@forgotten
def left_at_the_clients_name_servers(world: World) -> str:
    """They do not have the zone any more."""
    client(world)
    servers = ("ns1.romashka.ru", "ns2.romashka.ru")
    world.domain(BRANDED, name_servers=servers, servers=ServerState.LAME)
    return BRANDED


@forgotten
def reports_of_both_sides(world: World) -> str:
    """It sends its reports to the client, who takes them expressly."""
    client(world).domain(BRANDED)
    accepted = ReportsAccepted("romashka.ru", Seen("v=DMARC1"), NXDOMAIN)
    dmarc = Seen("v=DMARC1; rua=mailto:d@romashka.ru")
    policy(world, BRANDED, dmarc=dmarc, reports_accepted=(accepted,))
    return BRANDED


@forgotten
def moved_shop(world: World) -> str:
    """The shop below the client's name forwards to it."""
    client(world, log=(("shop.romashka.ru",),)).host("shop.romashka.ru", to=f"https://{IT}/")
    world.domain(IT, registered=bought(IT)).both(IT)
    return IT


@forgotten
def held_under_the_number(world: World) -> str:
    """The registry gives the number alone, without a name."""
    holder = Holder(HolderKind.ORGANISATION, "", INN)
    client(world).domain(BRANDED, registered=bought(BRANDED, LONG_AGO, holder=holder))
    return BRANDED


@forgotten
def alias_that_the_clients_machine_knows(world: World) -> str:
    """It has a page and a certificate for it."""
    client(world).domain(BRANDED)
    tls = certificate(BRANDED, f"www.{BRANDED}", address="198.51.100.10")
    shows = page("Опт", address="198.51.100.10")
    world.both(BRANDED, chain=("romashka.ru",), shows=shows, tls=tls)
    return BRANDED


@forgotten
def every_suffix_bought_at_once(world: World) -> str:
    """Whoever holds .com keeps that to himself; a private person holds .ru, undelegated."""
    kept = bought("romashka.ru", holder=Holder(HolderKind.WITHHELD))
    client(world, registered=kept)
    person = Holder(HolderKind.PRIVATE_PERSON)
    world.domain(BRANDED, registered=bought(BRANDED, holder=person, delegated=False))
    return BRANDED


@forgotten
def its_firm_beside_a_lender(world: World) -> str:
    """The lender's number stands on the pages of others, too, each beside a number of its own."""
    lender, tag = "7709009550", (Counter("amocrm", "2306518"),)
    client(world, linking(IT, inns=(INN, GROUPS), counters=tag))
    for name, number in (("bulka.ru", OTHERS), ("ochki.ru", "7800000033")):
        world.domain(name).both(name, shows=said(inns=(number, lender)))
    world.both(
        "romashka.ru", shows=linking(IT, "bulka.ru", "ochki.ru", inns=(INN, GROUPS), counters=tag)
    )
    shop = page(counters=tag, relations=Relations(inns=(GROUPS, lender)))
    world.domain(IT, name_servers=("ns1.romashka.ru",)).both(IT, shows=shop)
    return IT


@forgotten
def third_remove_by_certificate(world: World) -> str:
    """A proved name's certificate names it; it shows the client's counter."""
    client(world, linking(IT, inns=(INN,), counters=(GTM,)))
    world.domain(IT, name_servers=("ns1.romashka.ru",)).both(IT, tls=certificate(IT, THIRD))
    world.domain(THIRD).both(THIRD, shows=page(counters=(GTM,)))
    return THIRD


@forgotten
def one_account_for_certificates_and_the_number(world: World) -> str:
    """The client links to it as well."""
    uri = "letsencrypt.org; accounturi=https://acme.example.org/acct/71"
    rules = (CertificateAuthorityRule("issue", uri),)
    records(client(world, linking(IT, inns=(INN,))), "romashka.ru", caa=Seen(rules))
    records(world.domain(IT).both(IT, shows=said(inns=(INN,))), IT, caa=Seen(rules))
    return IT


@stranger
def partner_with_a_policy_of_his_own(world: World) -> str:
    """Nothing on his home page; certified with the client and others, and under his counter."""
    shown = certificate("romashka.ru", "www.romashka.ru", IT, "mak.ru", "lilia.ru", "iris.ru")
    client(world)
    world.both("romashka.ru", shows=linking(IT, inns=(INN,), counters=(GTM,)), tls=shown)
    its = page(counters=(GTM,), relations=Relations(legal_pages=("/rekvizity",)))
    papers(world.domain(IT).both(IT, shows=its), IT, inns=(OTHERS,))
    return IT


@stranger
def look_alike_with_the_clients_policy(world: World) -> str:
    """Copied with the rest."""
    client(world).domain(BRANDED, registered=bought(BRANDED, NOW - timedelta(days=33)))
    world.both(BRANDED, shows=said(legal_pages=("/privacy",)))
    papers(world, BRANDED, inns=(INN,), legal_names=(ORG,))
    return BRANDED


@stranger
def franchisee_who_prints_both_numbers(world: World) -> str:
    """His own and the client's; the brand and the network's counter for years; each links to the other."""
    client(world, linking(BRANDED, inns=(INN,), legal_names=(ORG,), counters=(GTM,)))
    world.domain(BRANDED, registered=bought(BRANDED, LONG_AGO))
    his = {"inns": (OTHERS, INN), "legal_names": ("ООО «Астра»", ORG)}
    world.both(BRANDED, shows=linking("romashka.ru", counters=(GTM,), **his))
    return BRANDED


@stranger
def staged_at_the_agencys_under_his_name(world: World) -> str:
    """`romashka.agency.ru` in one certificate with romashka.ru; nobody says who made the site."""
    log = (("romashka.ru", "www.romashka.ru", f"romashka.{IT}"),)
    client(world, linking(IT, inns=(INN,)), log=log).domain(IT).both(IT)
    return IT


@stranger
def partner_with_a_common_cabinet(world: World) -> str:
    """A certificate for both, and they link to each other."""
    client(world, linking(IT, inns=(INN,)), log=(("romashka.ru", f"kabinet.{IT}"),))
    world.domain(IT).both(IT, shows=linking("romashka.ru"))
    return IT


@stranger
def fair_whose_invitations_he_sends(world: World) -> str:
    """Its sender policy lets him send beside its own service; they link to each other."""
    client(world, linking(IT, inns=(INN,)))
    world.domain(IT, spf="v=spf1 include:_spf.yandex.net include:romashka.ru -all")
    world.both(IT, shows=linking("romashka.ru"))
    return IT


@stranger
def look_alike_by_alias(world: World) -> str:
    """Whatever the client's machine shows to any name, it shows."""
    client(world).domain(BRANDED, registered=bought(BRANDED, NOW - timedelta(days=33)))
    shows = said(inns=(INN,), legal_names=(ORG,))
    world.both(BRANDED, chain=("romashka.ru",), shows=shows)
    return BRANDED


@stranger
def look_alike_by_alias_forwarded(world: World) -> str:
    """The client's machine sends any name on to his own."""
    client(world).domain(BRANDED, registered=bought(BRANDED, NOW - timedelta(days=33)))
    to = "https://romashka.ru/"
    world.both(BRANDED, chain=("romashka.ru",), to=to, same_as_unknown=True)
    return BRANDED


@stranger
def sold_and_forwarded_to_its_buyer(world: World) -> str:
    """Bought by the client on one day with his own name, certified with it once, and still linked."""
    log = logged("romashka.ru", IT, ended=timedelta(days=900))
    client(world, linking(IT, inns=(INN,)), log=log)
    tls = certificate(IT, f"www.{IT}")
    world.domain(IT, registered=bought(IT)).both(IT, to="https://buyer.ru/", tls=tls)
    return IT


@stranger
def sold_to_one_with_a_number(world: World) -> str:
    """The same, with a page of the buyer's."""
    log = logged("romashka.ru", IT, ended=timedelta(days=900))
    client(world, linking(IT, inns=(INN,)), log=log)
    world.domain(IT, registered=bought(IT)).both(IT, shows=said(inns=(OTHERS,)))
    return IT


@stranger
def sister_firm_of_the_holding(world: World) -> str:
    """One marketing department, one day; a number that the client never gave."""
    client(world, linking(IT, inns=(INN,), counters=(GTM,))).domain(IT, registered=bought(IT))
    world.both(IT, shows=linking("romashka.ru", inns=(OTHERS,), counters=(GTM,)))
    return IT


@stranger
def dealer_with_the_clients_hotline(world: World) -> str:
    """Beside a number of his own; a private person holds the name, bought on the client's day."""
    client(world, linking(BRANDED, inns=(INN,), phones=(PHONE,)))
    person = Holder(HolderKind.PRIVATE_PERSON)
    world.domain(BRANDED, registered=bought(BRANDED, holder=person))
    world.both(BRANDED, shows=linking("romashka.ru", phones=("+78452003071", PHONE)))
    return BRANDED


@stranger
def customer_in_the_agencys_account(world: World) -> str:
    """The agency's pair of name servers and its tag; its page shows the tag, too."""
    tag, pair, other = (Counter("gtm", "GTM-AGNT5Q1"),), ("anna", "igor"), ("olga", "petr")
    at = {"name_servers": tuple(f"{one}.ns.front.com" for one in pair)}
    his = {"inns": (INN,), "maker_hosts": (THIRD,)}
    client(world, linking(THIRD, IT, counters=tag, **his), **at)
    world.domain(THIRD, **at).both(THIRD, shows=linking(IT, counters=tag))
    world.domain("astra.ru", name_servers=tuple(f"{one}.ns.front.com" for one in other))
    world.domain(IT, **at).both(IT, shows=page(counters=tag))
    return IT


@stranger
def page_of_payment(world: World) -> str:
    """The brand, the telephone and the number, but the money goes to another's."""
    client(world, said(inns=(INN,), phones=(PHONE,)))
    world.domain(BRANDED, registered=bought(BRANDED, LONG_AGO))
    his = {"inns": (INN, OTHERS), "phones": (PHONE,)}
    world.both(BRANDED, shows=linking("romashka.ru", **his))
    return BRANDED


@stranger
def squatter_of_the_same_day(world: World) -> str:
    """The registry says that the client is a firm, and he none."""
    person = Holder(HolderKind.PRIVATE_PERSON)
    client(world).domain(BRANDED, registered=bought(BRANDED, DAY, holder=person))
    return BRANDED


@stranger
def agency_with_everything(world: World) -> str:
    """Name servers, mailbox of the zone, a cabinet in the certificate, links both ways."""
    servers = (f"ns1.{IT}", f"ns2.{IT}")
    log = (("romashka.ru", f"panel.{IT}"),)
    client(world, linking(IT, inns=(INN,)), name_servers=servers, log=log)
    start(world, "romashka.ru", f"admin@{IT}")
    world.domain(IT).both(IT, shows=linking("romashka.ru"))
    return IT


@stranger
def mailbox_provider_of_his_key(world: World) -> str:
    """The client's look-up of a signing key ends there, and its page names him as a customer."""
    client(world, linking(IT, inns=(INN,)))
    key = SignerKey("mail", DkimKey("rsa", 2048), "5f3c", f"romashka._domainkey.{IT}")
    policy(world, "romashka.ru", dkim_keys=(key,))
    world.domain(IT).both(IT, shows=linking("romashka.ru"))
    return IT


@pytest.mark.parametrize("tell", FORGOTTEN, ids=lambda tell: tell.__name__)
def test_what_hangs_together_is_likely(tell: Told):
    """Two independent things are left of each."""
    assert ownership(tell)[0] in (Ownership.LIKELY, Ownership.CONFIRMED)


@pytest.mark.parametrize("tell", STRANGERS, ids=lambda tell: tell.__name__)
def test_who_only_looks_so_is_possible(tell: Told):
    """Whatever a careless reader takes for proof."""
    assert ownership(tell)[0] is Ownership.POSSIBLE
