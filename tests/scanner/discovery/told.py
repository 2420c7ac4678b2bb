"""The client of the tables of strangers and forgotten names, what may be said of him, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from probes.certificate_log import LoggedCertificate, LoggedCertificates
from probes.dns_records import DnsRecords, StartOfAuthority
from probes.kit.near_icon import Favicon
from probes.kit.observation import Seen
from probes.kit.page_relations import Relations
from probes.kit.target import Address, Domain
from probes.registration import Holder, HolderKind, Moment
from probes.website import Counter, Page
from scanner.assets import Ownership
from scanner.discovery.scope import Listed
from tests.scanner.discovery.world import NOW, World, page, registration

ORG, INN, OTHERS, GROUPS = "ООО «Ромашка»", "7700000018", "7800000019", "7800000026"
IT = "tyulpan.ru"
BRANDED = "romashka-dom.ru"
FIRM = Holder(HolderKind.ORGANISATION)
DAY = datetime(2019, 4, 2, 9, tzinfo=UTC)
Told = Callable[[World], str]
"""Lays out a world, and returns the name that is in question."""
GTM, PIXEL = Counter("gtm", "GTM-RMSHK1"), Counter("vk", "VK-RTRG-77-r0m")
"""A counter and an advertising account of the client's."""
PHONE, STUDIOS = "+78432003071", "+78005550199"


def said(**more: Any) -> Page:
    """A page that says this of whose it is."""
    return page(relations=Relations(**more))


def bought(name: str, day: datetime = DAY, **more: Any) -> Any:
    """A registration of that day, for a firm unless told otherwise."""
    created = Moment(day, False, "registry whois")
    return registration(name, created=created, **{"holder": FIRM, **more})


def client(world: World, shows: Page | None = None, **more: Any) -> World:
    """The client's own domain."""
    more.setdefault("registered", bought("romashka.ru"))
    world.domain("romashka.ru", **more)
    return world.both("romashka.ru", shows=shows or said(inns=(INN,), legal_names=(ORG,)))


def start(world: World, name: str, mailbox: str) -> None:
    """Who answers for a zone, by its SOA."""
    was = world.looks()._newest["dns_records", Domain(name)].outcome
    assert isinstance(was, Seen)
    records: DnsRecords = was.fact
    soa = Seen(StartOfAuthority("ns1.reg.ru", mailbox, 1))
    world.see("dns_records", Domain(name), replace(records, soa=soa))


def policy(world: World, name: str, **more: Any) -> World:
    """What else a domain says about its mail."""
    was = world.looks()._newest["mail_policy", Domain(name)].outcome
    assert isinstance(was, Seen)
    return world.see("mail_policy", Domain(name), replace(was.fact, **more))


def records(world: World, name: str, **more: Any) -> World:
    """What else a domain publishes at its apex."""
    was = world.looks()._newest["dns_records", Domain(name)].outcome
    assert isinstance(was, Seen)
    return world.see("dns_records", Domain(name), replace(was.fact, **more))


def machine(world: World, ip: str, called: str) -> None:
    """Who runs an address, and what it is called."""
    owner = world.looks()._newest["address_owner", Address(ip)].outcome
    assert isinstance(owner, Seen)
    world.see("address_owner", Address(ip), replace(owner.fact, reverse_names=Seen((called,))))


def icon(name: str, picture: str = "ours", at: str = "") -> Favicon:
    """A picture that a site shows."""
    return Favicon(f"https://{at or name}/favicon.ico", "ico", 318, picture, 0)


def logged(*names: str, ended: timedelta) -> LoggedCertificates:
    """One certificate of the past."""
    end = NOW - ended
    one = LoggedCertificate("1", names, "Let's Encrypt", end - timedelta(days=90), end)
    return LoggedCertificates((one,), True, (("crt.sh", "completed"),))


def ownership(tell: Told) -> tuple[Ownership, set[str]]:
    """What is said of the name in question, and why."""
    world = World()
    name = tell(world)
    listed = {BRANDED: Listed("ru.gz", "ромашка", 3)}
    estate = world.estate("romashka.ru", orgs=(ORG,), inns=(INN,), listed=listed, searches=True)
    found = [one for one in estate.holdings if str(one.asset) == f"domain:{name}"]
    if not found:
        return Ownership.POSSIBLE, set()
    return found[0].ownership, {reason.code for reason in found[0].reasons}
