"""Who refers to which host of the client's: pages that are put together from it, redirects, records.

A host whose own home page is a stub may hold the pictures of a shop, answer its app or take its mail: only those
who need it say so. What is kept is small: of each host that is named, a few who name it, the weightiest first.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Container, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from probes.delegation import ServerState
from probes.kit.observation import Seen
from probes.kit.page_parts import LOOSE, TAKEN
from probes.kit.target import Domain, Host
from probes.kit.web_host import host_of
from probes.website import Page, Visit
from scanner.assets import Holding, Kind, Use
from scanner.assets.use import use_of
from scanner.discovery import Looks
from scanner.discovery.lead import name_in
from scanner.discovery.looks import (
    ADDRESSES,
    DELEGATION,
    DNS_RECORDS,
    MAIL_POLICY,
    SERVICE_RECORDS,
    SITE_FILES,
    WEBSITE,
    Ask,
)
from scanner.discovery.scope import registered
from scanner.verdicts.pages import read_page

PARTS: Final = frozenset(TAKEN)
"""What live pages take from a host: without it they are broken."""
ON_THE_WAY: Final = frozenset({"leads_on", "led_to"})
"""The host sent a visitor on, or showed him a page of its own at the end of a redirect."""
AT_WORK: Final = frozenset({"mail", "name_server", "policy", "alias"})
"""Records of the client's send others there for a service."""
DOUBTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "link": "linked_inside",
        "named": "named_by_pages",
        "listed": "named_by_pages",
        "sent_on": "redirected_here",
        "address": "address_on_pages",
        "picture_of_mail": "named_by_records",
        "sender": "named_by_records",
        "program": "named_by_records",
        "reports": "named_by_records",
    }
)
"""What may be of use, and proves none: by how a host is named, the reason of the doubt."""
ASKED: Final[Mapping[str, Ask[Any, Any]]] = MappingProxyType(
    {
        **dict.fromkeys((*TAKEN, *LOOSE, *ON_THE_WAY, "sent_on", "address"), WEBSITE),
        "listed": SITE_FILES,
        "alias": ADDRESSES,
        "mail": DNS_RECORDS,
        "name_server": DELEGATION,
        "program": SERVICE_RECORDS,
        **dict.fromkeys(("policy", "sender", "reports", "picture_of_mail"), MAIL_POLICY),
    }
)
"""By which look it is known: where the evidence is."""
_WEIGHT: Final = {how: place for place, how in enumerate((*ON_THE_WAY, *TAKEN, *AT_WORK, *DOUBTS))}
_MOST: Final = 6
_ROBUST: Final = (ServerState.AUTHORITATIVE, ServerState.UNKNOWN)


class Reference(Struct, frozen=True, gc=False):
    """One host or domain names a host of the client's."""

    how: str
    """A word of PARTS, ON_THE_WAY, AT_WORK or DOUBTS."""
    source: str
    """Who does: the site whose page it is, or the domain whose record."""
    looked_at: str
    """The host or domain of the look that tells it."""
    url: str = ""
    """The page, or the end of the redirect; empty for records."""


class References:
    """Everything that refers to hosts under the registered names of an estate, as it goes by."""

    def __init__(self, own: Container[str]) -> None:
        """Know nothing yet; `own` are the registered names of the whole estate."""
        self._own = own
        self._to: dict[str, list[tuple[tuple[int, str, str], Reference]]] = {}
        self._under: dict[str, set[str]] = {}

    def to(self, host: str) -> tuple[Reference, ...]:
        """Return who refers to a host, the weightiest first."""
        return tuple(one for _, one in self._to.get(host, ()))

    def under(self, domain: str) -> tuple[str, ...]:
        """Return the hosts at and below a registered name that anybody refers to, sorted."""
        return tuple(sorted(self._under.get(domain, ())))

    def read(self, holding: Holding, looks: Looks) -> None:
        """Take in what a site shows and lists, or what a domain's records name."""
        if holding.asset.kind is Kind.SITE:
            for host in holding.hosts:
                self.read_host(host, looks, holding.asset.key, holding.hosts)
        elif holding.asset.kind is Kind.DOMAIN:
            for name, reference in _of_domain(holding.asset.key, looks):
                self._keep(name, reference)

    def read_host(
        self, host: str, looks: Looks, known_as: str = "", same: Sequence[str] = ()
    ) -> None:
        """Take in what a host shows and lists; `same` are all hosts of its site, which is `known_as`."""
        for name, one in _of_host(host, looks):
            if name not in same and name != host:
                shown_by = known_as if one.source in same else one.source
                self._keep(name, replace(one, source=shown_by))

    def _keep(self, host: str, reference: Reference) -> None:
        domain = registered(host)
        if domain not in self._own:
            return
        self._under.setdefault(domain, set()).add(host)
        known = self._to.setdefault(host, [])
        key = _WEIGHT[reference.how], reference.source, reference.looked_at
        same = [(one.how, one.source) for _, one in known]
        if (reference.how, reference.source) not in same:
            insort(known, (key, reference), key=lambda one: one[0])
            del known[_MOST:]


def _of_host(host: str, looks: Looks) -> Iterator[tuple[str, Reference]]:
    match looks.latest(WEBSITE, Host(host)).outcome:
        case Seen(site):
            for visit in (site.https, site.http):
                yield from _of_visit(host, visit)
    match looks.latest(SITE_FILES, Host(host)).outcome:
        case Seen(files):
            for mention in files.mentions():
                yield name_in(mention.target), Reference("listed", host, host)
    match looks.latest(ADDRESSES, Host(host)).outcome:
        case Seen(way):
            for name in way.chain:
                yield name, Reference("alias", host, host)


def _of_visit(host: str, visit: Visit) -> Iterator[tuple[str, Reference]]:
    for hop in visit.hops:
        yield host_of(hop.url), Reference("leads_on", host, host, hop.url)
    match visit.page:
        case Seen(page):
            live = _is_live(page)
            if visit.hops:
                how = "led_to" if live else "sent_on"
                yield visit.end_host, Reference(how, host, host, page.url)
            yield from _on_page(page, visit.end_host, host, live)
        case _ if visit.hops:
            yield visit.end_host, Reference("sent_on", host, host, visit.hops[-1].to)


def _on_page(page: Page, shown_by: str, host: str, live: bool) -> Iterator[tuple[str, Reference]]:
    """What a live page is made of counts as such; what a stub, or a page of errors, names is a hint."""
    parts = {part.host: part.what for part in page.parts}
    # Looks of former releases told the hosts, and of scripts alone what they were for.
    parts |= dict.fromkeys(page.script_hosts, "script")
    said = page.relations
    named = (*said.part_hosts, *said.policy_hosts, *said.alternate_hosts)
    for name in (*named, page.canonical_host, said.open_graph_host):
        parts.setdefault(name, "named")
    for name, what in parts.items():
        if name not in ("", shown_by):
            yield name, Reference(what if live else "named", shown_by, host, page.url)
    if live:
        for name in said.mail_domains:
            yield name, Reference("address", shown_by, host, page.url)


def _is_live(page: Page) -> bool:
    state, _ = read_page(page, False, ())
    return use_of(Kind.SITE, state) is Use.USED


def _of_domain(domain: str, looks: Looks) -> Iterator[tuple[str, Reference]]:
    asked = Domain(domain)
    match looks.latest(DNS_RECORDS, asked).outcome:
        case Seen(records):
            match records.mx:
                case Seen(exchanges):
                    for one in exchanges:
                        yield one.host, Reference("mail", domain, domain)
    match looks.latest(DELEGATION, asked).outcome:
        case Seen(delegation):
            for server in delegation.servers:
                if server.state in _ROBUST:
                    yield server.host, Reference("name_server", domain, domain)
    match looks.latest(SERVICE_RECORDS, asked).outcome:
        case Seen(services):
            for service in services.hosts:
                yield service.host, Reference("program", domain, domain)
    match looks.latest(MAIL_POLICY, asked).outcome:
        case Seen(policy):
            if isinstance(policy.mta_sts, Seen):
                yield f"mta-sts.{domain}", Reference("policy", domain, domain)
            for name in policy.pictured_at:
                yield name, Reference("picture_of_mail", domain, domain)
            for name in (*policy.dmarc_reports_to, *policy.tls_reports_to):
                yield name, Reference("reports", domain, domain)
            match policy.spf:
                case Seen(spf):
                    for name in spf.hosts:
                        if name != domain:
                            yield name, Reference("sender", domain, domain)
