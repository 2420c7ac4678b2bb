"""Values that two names may share: counters, tokens, taxpayer numbers, tenants, a day of registration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from probes.dns_records import DnsRecords
from probes.kit import signs
from probes.kit.observation import AnyObservation, Seen
from probes.kit.products import all_products
from probes.kit.registry.plan import civil_zone
from probes.mail_policy import MailPolicy
from probes.microsoft_tenant import MicrosoftTenant
from probes.registration import HolderKind, Moment, Registration
from probes.site_files import SiteFiles
from probes.website import Page, Website
from scanner.assets.estate import Params
from scanner.discovery.lead import name_in
from scanner.discovery.scope import registered
from scanner.discovery.strangers import SERVICE_INNS

TAXPAYER = "taxpayer_number_on_page"
INN = "inn"
PHONES = "same_phone"
AMONG_OTHERS = " among others"
"""What the kind of a number says where several stand on a page: partners', a bank's, a whole group's, the
telephone of the agency that made it."""
BATCH = "registered_together"
SENDS = "sends_through_client"
NAME_SERVERS = "same_name_servers"
_NAMED_ALIKE = ("ns", "dns", "name", "alfa", "alpha", "beta", "first", "second", "primary", "slave")
_ACCOUNTS = frozenset(
    [
        "adsense",
        "amocrm",
        "bitrix24",
        "calltouch",
        "comagic",
        "recaptcha",
        "roistat",
        "tilda",
        "vk",
        "uis",
        "callgear",
    ]
)
"""Services in which a firm has one account of its own; counters are often an agency's."""
_NOBODYS = frozenset(
    {
        "placeholder",
        "parked",
        "for_sale",
        "suspended",
        "unpaid_saas",
        "unclaimed_saas",
        "server_default",
    }
)
"""Pages that a hoster or a service shows: what they bear is theirs."""


class Mark(Struct, frozen=True, order=True, gc=False):
    """A value by which two names may be known as one owner's."""

    code: str
    """What sharing it comes to; see `weights`."""
    kind: str
    value: str

    @property
    def told(self) -> Params:
        """What fills in the code's sentence."""
        match self.code:
            case "same_counter" | "same_account":
                return {"counter": f"{self.kind} {self.value}"}
            case "registered_together":
                return {"registrar": self.kind, "on": self.value.partition(" ")[0]}
            case "sends_through_client":
                return {"to": self.value}
        return {"value": self.value}


def marks_in(observation: AnyObservation) -> Iterator[Mark]:
    """Yield the marks that an answer bears, some more than once."""
    match observation.outcome:
        case Seen(Website() as site):
            yield from _on_pages(registered(name_in(observation.target)), site)
        case Seen(DnsRecords() as records):
            for token in records.tokens:
                yield Mark("same_proof_token", token.key, token.value)
            match records.ns:
                case Seen(hosts):
                    yield from _account_servers(hosts)
        case Seen(SiteFiles(favicon=Seen(icon))):
            yield Mark("same_icon", icon.kind, icon.sha256)
        case Seen(MailPolicy() as policy):
            yield from _senders(policy)
            yield from _report_mailboxes(policy, registered(name_in(observation.target)))
        case Seen(MicrosoftTenant() as tenant):
            yield Mark("same_mail_tenant", "microsoft", tenant.tenant_id)
        case Seen(Registration() as registration):
            yield from _batch(registration)


def own_pages(site: Website, domain: str) -> Iterator[Page]:
    """Yield the pages that speak for the registered name that was visited.

    Not those of another name, where visitors are sent on to; nor what a hoster shows in its place.
    """
    for visit in (site.https, site.http):
        match visit.page:
            case Seen(page) if registered(visit.end_host) == domain:
                if not any(marker.says in _NOBODYS for marker in page.markers):
                    yield page


def _on_pages(domain: str, site: Website) -> Iterator[Mark]:
    for page in own_pages(site, domain):
        said = page.relations
        for counter in page.counters:
            if counter.id:  # else it is keyed by the site's own name
                code = "same_account" if counter.kind in _ACCOUNTS else "same_counter"
                # `UA-1234-7` is the seventh property of the account 1234.
                number = counter.id.rpartition("-")[0] if counter.kind == "ua" else counter.id
                yield Mark(code, counter.kind, number)
        for kind, numbers in ((INN, said.inns), ("ogrn", said.ogrns)):
            # Several stand in lists of partners and in requisites of banks.
            read_as = kind if len(numbers) == 1 else f"{kind}{AMONG_OTHERS}"
            for number in numbers:
                if number not in SERVICE_INNS:
                    yield Mark(TAXPAYER, read_as, number)
        for number in said.phones:
            read_as = "phone" if len(said.phones) == 1 else f"phone{AMONG_OTHERS}"
            yield Mark(PHONES, read_as, number)
        for mailbox in said.mailboxes:
            yield Mark("same_mailbox", "mailbox", mailbox)
        for name, token in said.verifications:
            yield Mark("same_site_proof", name, token)


def _senders(policy: MailPolicy) -> Iterator[Mark]:
    """Single addresses that mail may come from; a whole network is a service's."""
    match policy.spf:
        case Seen(spf):
            for network in spf.own_networks:
                if "/" not in network or network.endswith(("/32", "/128")):
                    yield Mark(SENDS, "address", network.partition("/")[0])


def _report_mailboxes(policy: MailPolicy, own: str) -> Iterator[Mark]:
    """Mailboxes at a service that reads reports; one with a number in it is an account of its own there."""
    for address in policy.dmarc_mailboxes:
        local, _, domain = address.rpartition("@")
        if registered(domain) not in ("", own) and any(char.isdigit() for char in local):
            yield Mark("same_report_mailbox", "mailbox", address)


def _account_servers(hosts: tuple[str, ...]) -> Iterator[Mark]:
    """Two name servers with names like people's, `ada` and `bob`: drawn for an account out of many.

    Servers that a service numbers, or has but two of, are everybody's there.
    """
    labels = [host.partition(".")[0] for host in hosts]
    above = {host.partition(".")[2] for host in hosts}
    drawn = all(one.isalpha() and not one.startswith(_NAMED_ALIKE) for one in labels)
    if len(hosts) == 2 and len(above) == 1 and drawn:
        yield Mark(NAME_SERVERS, above.pop(), " ".join(sorted(hosts)))


def _batch(registration: Registration) -> Iterator[Mark]:
    """Names bought together: the same day, at the same registrar, for a firm or for a person.

    Until when they are paid tells no more: a stranger who bought on that day pays by the year, too.
    """
    created = registration.created
    if created and registration.registrar:
        day = _day(created).isoformat()
        person = registration.holder.kind is HolderKind.PRIVATE_PERSON
        told, bought = _one_name(registration.registrar), f"{day} person" if person else day
        yield Mark(BATCH, told, bought)


def _day(moment: Moment) -> date:
    """Return the day in Moscow, where a day of .ru begins three hours before the one that .com is dated by."""
    if moment.day and not moment.precise:
        return moment.day
    return moment.at.astimezone(civil_zone("ru")).date()


def _one_name(registrar: str) -> str:
    """Return one name for a registrar that has one for every suffix: REGRU-RU, REGRU-SU, REG.RU LLC."""
    name, dash, suffix = registrar.rpartition("-")
    of_russia = bool(dash) and suffix in ("RU", "SU", "RF")
    found = signs.read("registrar", f"{name}-RU" if of_russia else registrar)
    known = {one.product for one in found}
    if len(known) == 1 and (product := all_products().get(known.pop())):
        return product.name
    return name if of_russia else registrar


def printed_so(mark: Mark) -> Iterator[Mark]:
    """Yield the ways in which a value may stand on pages: alone, and among others."""
    yield mark
    if mark.code in (TAXPAYER, PHONES):
        alone = mark.kind.removesuffix(AMONG_OTHERS)
        other = alone if alone != mark.kind else f"{alone}{AMONG_OTHERS}"
        yield Mark(mark.code, other, mark.value)
