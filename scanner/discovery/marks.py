"""Values that two names may share: counters, tokens, taxpayer numbers, tenants, a day of registration."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from probes.dns_records import DnsRecords
from probes.kit.observation import AnyObservation, Seen
from probes.mail_policy import MailPolicy
from probes.microsoft_tenant import MicrosoftTenant
from probes.registration import Registration
from probes.site_files import SiteFiles
from probes.website import Page, Website
from scanner.assets.estate import Params
from scanner.discovery.lead import name_in
from scanner.discovery.scope import registered
from scanner.discovery.strangers import SERVICE_INNS

TAXPAYER = "taxpayer_number_on_page"
INN = "inn"
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
                return {"registrar": self.kind, "on": self.value}
        return {"value": self.value}


def marks_in(observation: AnyObservation) -> Iterator[Mark]:
    """Yield the marks that an answer bears, some more than once."""
    match observation.outcome:
        case Seen(Website() as site):
            yield from _on_pages(registered(name_in(observation.target)), site)
        case Seen(DnsRecords() as records):
            for token in records.tokens:
                yield Mark("same_proof_token", token.key, token.value)
        case Seen(SiteFiles(favicon=Seen(icon))):
            yield Mark("same_icon", icon.kind, icon.sha256)
        case Seen(MailPolicy() as policy):
            yield from _senders(policy)
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
                yield Mark(code, counter.kind, counter.id)
        for kind, numbers in ((INN, said.inns), ("ogrn", said.ogrns)):
            # Several stand in lists of partners and in requisites of banks.
            read_as = kind if len(numbers) == 1 else f"{kind} among others"
            for number in numbers:
                if number not in SERVICE_INNS:
                    yield Mark(TAXPAYER, read_as, number)
        for number in said.phones:
            yield Mark("same_phone", "phone", number)
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
                    yield Mark("sends_through_client", "address", network.partition("/")[0])


def _batch(registration: Registration) -> Iterator[Mark]:
    """Names bought together: the same day, at the same registrar."""
    created = registration.created
    if created and registration.registrar:
        day = (created.day or created.at.date()).isoformat()
        yield Mark("registered_together", registration.registrar, day)
