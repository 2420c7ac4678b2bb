"""What the pages of a site bear that the pages of another may bear, too: counters, numbers, accounts elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from sys import intern

from probes.kit.near_icon import Favicon
from probes.kit.observation import Seen
from probes.kit.web_host import host_of
from probes.legal_pages import LegalPages
from probes.site_files import SiteFiles
from probes.website import Page, Website
from scanner.discovery.mark import AMONG_OTHERS, INN, PHONES, TAXPAYER, Mark
from scanner.discovery.scope import registered
from scanner.discovery.strangers import SERVICE_INNS

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


def own_pages(site: Website, domain: str) -> Iterator[Page]:
    """Yield the pages that speak for the registered name that was visited.

    Not those of another name, where visitors are sent on to; nor what a hoster shows in its place.
    """
    for visit in (site.https, site.http):
        match visit.page:
            case Seen(page) if registered(visit.end_host) == domain:
                if not any(marker.says in _NOBODYS for marker in page.markers):
                    yield page


def links_its_papers(site: Website, domain: str) -> bool:
    """Say whether the pages bear no number of a firm, and link to others of their site that may."""
    return any(page.relations.legal_pages for page in own_pages(site, domain))


def on_legal_pages(said: LegalPages) -> Iterator[Mark]:
    """Yield the numbers on pages that a site's own page links as its legal ones: they count as on it."""
    yield from _numbers(said.inns, said.ogrns)


def _numbers(inns: tuple[str, ...], ogrns: tuple[str, ...]) -> Iterator[Mark]:
    for kind, numbers in ((INN, inns), ("ogrn", ogrns)):
        # Several stand in lists of partners and in requisites of banks.
        read_as = kind if len(numbers) == 1 else f"{kind}{AMONG_OTHERS}"
        for number in numbers:
            if number not in SERVICE_INNS:
                yield Mark(TAXPAYER, read_as, number)


def on_pages(domain: str, site: Website) -> Iterator[Mark]:
    """Yield the marks on the pages that speak for a registered name."""
    for page in own_pages(site, domain):
        said = page.relations
        for counter in page.counters:
            if counter.id:  # else it is keyed by the site's own name
                code = "same_account" if counter.kind in _ACCOUNTS else "same_counter"
                # `UA-1234-7` is the seventh property of the account 1234.
                number = counter.id.rpartition("-")[0] if counter.kind == "ua" else counter.id
                yield Mark(code, intern(counter.kind), number)
        yield from _numbers(said.inns, said.ogrns)
        for number in said.phones:
            read_as = "phone" if len(said.phones) == 1 else f"phone{AMONG_OTHERS}"
            yield Mark(PHONES, read_as, number)
        for profile in said.profiles:
            yield Mark("same_profile", "profile", profile)
        for mailbox in said.mailboxes:
            yield Mark("same_mailbox", "mailbox", mailbox)
        for name, token in said.verifications:
            yield Mark("same_site_proof", name, token)


def in_files(files: SiteFiles) -> Iterator[Mark]:
    """Yield the marks in what a site publishes for machines: its picture, its apps."""
    match files.favicon:
        case Seen(icon):
            yield from of_icon(icon, registered(files.host))
    for said in (files.android_apps, files.apple_apps):
        if isinstance(said, Seen):
            for app in said.fact.apps:
                yield Mark("same_app", app.system, app.id)


def of_icon(icon: Favicon, own: str) -> Iterator[Mark]:
    """A picture that lies at a site builder's is everybody's there."""
    if registered(host_of(icon.url)) == own:
        yield Mark("same_icon", icon.kind, icon.sha256)
