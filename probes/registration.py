"""What the registry knows about a domain: holder's kind, registrar, dates, statuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.names import platform, registrable, suffix
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.registry import plan
from probes.kit.registry.asking import Reply, ask_iana, ask_rdap, ask_whois, bootstrap
from probes.kit.registry.dates import Stamp
from probes.kit.registry.holder import Holder, HolderKind
from probes.kit.registry.reading import Ending, Reading
from probes.kit.target import Domain, Host

__all__ = ["Holder", "HolderKind", "Moment", "Registration", "Source", "registration"]

V = TypeVar("V")


class Moment(Struct, frozen=True):
    """A date as a source gave it."""

    at: datetime
    """UTC; midnight when the source gave a day only."""
    precise: bool
    """False when the source gave only a day, or no time zone."""
    source: str
    """`registry rdap`, `registry whois`, `registrar whois`, `registrar rdap`."""


class Source(Struct, frozen=True):
    """One place that was asked, and how it ended."""

    name: str
    """Server or URL host."""
    kind: str
    """`registry rdap`, `registry whois`, `registrar rdap`, `registrar whois`."""
    outcome: str
    """registered, not_registered, reserved, rate_limited, access_denied, service_closed, no_service,
    invalid_query, timeout, network_error, oversized, unparsed."""


class Registration(Struct, frozen=True):
    """A registered domain. The whole look is Absent when a registry says it is not registered."""

    domain: str
    registrar: str
    created: Moment | None
    updated: Moment | None
    expires: tuple[Moment, ...]
    """Every expiry given, the registry's first; registry and registrar may differ."""
    paid_until: date | None
    """The civil day, where the registry decides (.ru: Moscow), on which the paid term ends."""
    free_on: date | None
    """The day the name is released if nobody pays (.ru free-date)."""
    expiry_published: bool
    """False for registries that publish no expiry at all (.de, .eu, .kz, .nl …)."""
    statuses: tuple[str, ...]
    """EPP spelling in lower camel case (`clientHold`), or the registry's own words for ccTLDs."""
    name_servers: tuple[str, ...]
    delegated: bool | None
    """What the registry says (.ru state); None when it does not say."""
    holder: Holder
    dnssec: bool | None
    sources: tuple[Source, ...]
    registrar_id: str = ""
    """IANA number, handle or tag of the registrar."""

    def mentions(self) -> Iterator[Mention]:
        """Name servers in the registry."""
        return (Mention(Host(host), "ns_host_of") for host in self.name_servers)


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=600))
async def registration(domain: Domain, net: Net) -> Seen[Registration] | Absent | Unknown:
    """Ask the registry, by RDAP or WHOIS, who holds a domain and until when it is paid."""
    if registrable(domain.name) != domain:
        rented = platform(domain.name)
        if rented:
            return Unknown(Reason.NO_SERVICE, f"a name of the platform {rented}, not registered")
        return Unknown(Reason.INVALID_QUERY, "not a name that a registry registers")
    replies = await _ask_registry(domain, net)
    held = [reply for reply in replies if reply.ending is Ending.REGISTERED]
    if not held:
        return _unheld(replies)
    more = await _ask_registrar(domain, held, replies, net)
    return Seen(_merged(domain, [*held, *more], [*replies, *more]))


async def _ask_registry(domain: Domain, net: Net) -> list[Reply]:
    """Ask RDAP first; WHOIS where that failed, denies the name, or leaves out the expiry."""
    end = suffix(domain.name)
    replies: list[Reply] = []
    for base in plan.rdap_bases(end, await bootstrap(net))[:2]:
        url = f"{base}domain/{domain.name}"
        reply = await ask_rdap(url, "registry rdap", domain.name, net, listed=True)
        replies.append(reply)
        if reply.ending in (Ending.REGISTERED, Ending.NOT_REGISTERED, Ending.RESERVED):
            break
    told = replies[-1].reading if replies else None
    if told is not None and told.ending is Ending.RESERVED:
        return replies
    if (
        told is not None
        and told.ending is Ending.REGISTERED
        and (told.expires or not plan.publishes_expiry(end))
    ):
        return replies
    return [*replies, *await _ask_registry_whois(domain, end, net)]


async def _ask_registry_whois(domain: Domain, end: str, net: Net) -> list[Reply]:
    """Ask the server we know; where there is none, or it is gone, the one that IANA names."""
    replies: list[Reply] = []
    tld = domain.name.rpartition(".")[2]
    known = plan.whois_server(end)
    if known:
        reply = await ask_whois(known, "registry whois", domain.name, end, net)
        replies.append(reply)
        if reply.ending not in (Ending.NETWORK_ERROR, Ending.SERVICE_CLOSED, Ending.NO_SERVICE):
            return replies
        if plan.is_registry_run(end):
            return replies  # IANA knows its parent's registry only
    elif plan.has_no_service(end):
        words = f"the registry of .{tld} answers on its web pages only"
        return [Reply(tld, "registry whois", Reading(Ending.NO_SERVICE, words))]
    found = await ask_iana(tld, net)
    if isinstance(found, Reply):
        return [*replies, found]
    if found != known:
        replies.append(await ask_whois(found, "registry whois", domain.name, end, net))
    return replies


def _unheld(replies: Sequence[Reply]) -> Absent | Unknown:
    """Say what it means that nobody told of a registration."""
    reserved = next((one for one in replies if one.ending is Ending.RESERVED), None)
    denials = [one for one in replies if one.ending is Ending.NOT_REGISTERED]
    if denials and reserved is None:
        return Absent("; ".join(map(_denial, denials)))
    telling = min(replies, key=lambda one: _TELLING.index(one.ending))
    return Unknown(telling.reason, "; ".join(one.story for one in replies)[:500])


def _denial(reply: Reply) -> str:
    if reply.kind.endswith("rdap"):
        return f"RDAP 404 {reply.name}"
    return f"WHOIS {reply.name}: no entries"


# Which of several failures says most about what to do next.
_TELLING = (
    Ending.RESERVED,
    Ending.RATE_LIMITED,
    Ending.ACCESS_DENIED,
    Ending.INVALID_QUERY,
    Ending.UNPARSED,
    Ending.OVERSIZED,
    Ending.TIMEOUT,
    Ending.NETWORK_ERROR,
    Ending.SERVICE_CLOSED,
    Ending.NO_SERVICE,
    Ending.NOT_REGISTERED,
)


async def _ask_registrar(
    domain: Domain, held: Sequence[Reply], asked: Sequence[Reply], net: Net
) -> list[Reply]:
    """Follow one referral to the registrar, if the registry left something out."""
    end = suffix(domain.name)
    if _complete([one.reading for one in held], end):
        return []
    visited = {one.name for one in asked} | {plan.IANA}
    for reply in held:
        link = reply.reading.referral
        if reply.kind.endswith("rdap") and link:
            found = await ask_rdap(link, "registrar rdap", domain.name, net, listed=False)
        elif link and link not in visited:
            found = await ask_whois(link, "registrar whois", domain.name, end, net)
        else:
            continue
        return [found]
    return []


def _complete(readings: Sequence[Reading], end: str) -> bool:
    """Say whether the registry told everything that a registrar could add."""
    renewed_by_itself = any("autoRenewPeriod" in one.statuses for one in readings)
    if renewed_by_itself and not any(one.registrar_expires for one in readings):
        return False  # the registry's date is a year ahead of what anybody has paid for
    return (
        any(one.registrar for one in readings)
        and any(one.created for one in readings)
        and (any(one.expires for one in readings) or not plan.publishes_expiry(end))
        and any(one.holder.kind is not HolderKind.UNPUBLISHED for one in readings)
    )


def _merged(domain: Domain, told: Sequence[Reply], asked: Sequence[Reply]) -> Registration:
    """Put together what the replies say, the registry's word before the registrar's."""
    told = [one for one in told if one.ending is Ending.REGISTERED]
    readings = [one.reading for one in told]
    end = suffix(domain.name)
    expires = tuple(_expiries(told))
    statuses = _first(one.statuses for one in readings) or ()
    delegated = [one.delegated for one in readings if one.delegated is not None]
    signed = [one.dnssec for one in readings if one.dnssec is not None]
    return Registration(
        domain=domain.name,
        registrar=_first(one.registrar for one in readings) or "",
        created=_moment(told, "created"),
        updated=_moment(told, "updated"),
        expires=expires,
        paid_until=_paid_until(told, end),
        free_on=_first(one.free_on for one in readings),
        expiry_published=bool(expires) or plan.publishes_expiry(end),
        statuses=statuses,
        name_servers=_first(one.name_servers for one in readings) or (),
        delegated=delegated[0] if delegated else None,
        holder=_holder(readings),
        dnssec=signed[0] if signed else None,
        sources=tuple(Source(one.name, one.kind, one.ending.value) for one in asked),
        registrar_id=_first(one.registrar_id for one in readings) or "",
    )


def _first(values: Iterable[V]) -> V | None:
    """Return the first value that says something."""
    return next((value for value in values if value), None)


def _moment(told: Sequence[Reply], field: str) -> Moment | None:
    for reply in told:
        stamp: Stamp | None = getattr(reply.reading, field)
        if stamp is not None:
            return Moment(stamp.at, stamp.precise, reply.kind)
    return None


def _expiries(told: Sequence[Reply]) -> Iterator[Moment]:
    """Yield every expiry: what registries say about their own term, then what concerns registrars."""
    for reply in told:
        if reply.reading.expires is not None:
            yield Moment(reply.reading.expires.at, reply.reading.expires.precise, reply.kind)
    for reply in told:
        stamp = reply.reading.registrar_expires
        if stamp is not None:
            yield Moment(stamp.at, stamp.precise, reply.kind.replace("registry", "registrar"))


_RENEWED_AHEAD = timedelta(days=300)


def _paid_until(told: Sequence[Reply], end: str) -> date | None:
    """Return the last civil day of the paid term.

    A registry that renews by itself is up to a year ahead of the registrar's agreement with the
    holder (RFC 3915 autoRenewPeriod); the registrar's date is then the one somebody paid for.
    """
    stamps = [one.reading.expires for one in told if one.reading.expires is not None]
    stamps += [s for one in told if (s := one.reading.registrar_expires) is not None]
    if not stamps:
        return None
    chosen = stamps[0]
    for other in stamps[1:]:
        if chosen.at - other.at > _RENEWED_AHEAD:
            chosen = other
    zone = plan.civil_zone(end)
    if not chosen.precise:
        return chosen.day
    return chosen.at.astimezone(zone).date() if zone else chosen.at.date()


_SAYS_MOST = (
    HolderKind.ORGANISATION,
    HolderKind.PRIVATE_PERSON,
    HolderKind.PRIVACY_SERVICE,
    HolderKind.WITHHELD,
    HolderKind.UNPUBLISHED,
)


def _holder(readings: Sequence[Reading]) -> Holder:
    """Return what says most about the holder, the registry's word first among equals."""
    return min((one.holder for one in readings), key=lambda holder: _SAYS_MOST.index(holder.kind))
