"""What the registry knows about a domain: holder's kind, registrar, dates, statuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.names import platform, registrable, suffix
from probes.kit.net import Net
from probes.kit.net.tape import Exchange
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.registry import plan
from probes.kit.registry.asking import ask_iana, ask_rdap, ask_whois, bootstrap
from probes.kit.registry.holder import Holder, HolderKind
from probes.kit.registry.merging import (
    Claim,
    Moment,
    differing,
    expiries,
    first,
    first_moment,
    fullest_holder,
    paid_until,
)
from probes.kit.registry.reading import Ending, Reading
from probes.kit.registry.replies import Reply
from probes.kit.registry.standing import Standing, standings
from probes.kit.registry.stored import stored_replies
from probes.kit.target import Domain, Host

__all__ = [
    "Claim",
    "Holder",
    "HolderKind",
    "Moment",
    "Registration",
    "Source",
    "Standing",
    "read_stored",
    "registration",
    "standings",
]


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
    unclear: tuple[str, ...] = ()
    """Dates that could be two days (`expires: 03/08/2026`), as written; they are in no other field."""
    differing: tuple[Claim, ...] = ()
    """What a further source said otherwise; `expires` holds every expiry already."""

    @property
    def standings(self) -> tuple[Standing, ...]:
        """What the statuses mean for whoever pays: redemption, holds, renewed by the registry …"""
        return standings(self.statuses)

    def mentions(self) -> Iterator[Mention]:
        """Name servers in the registry."""
        return (Mention(Host(host), "ns_host_of") for host in self.name_servers)


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=600))
async def registration(domain: Domain, net: Net) -> Seen[Registration] | Absent | Unknown:
    """Ask the registry, by RDAP or WHOIS, who holds a domain and until when it is paid."""
    nobodys = _unregistrable(domain)
    if nobodys is not None:
        return nobodys
    replies = await _ask_registry(domain, net)
    held = [reply for reply in replies if reply.ending is Ending.REGISTERED]
    if held:
        replies = [*replies, *await _ask_registrar(domain, held, replies, net)]
    return _concluded(domain, replies)


async def read_stored(
    domain: Domain, exchanges: Iterable[Exchange]
) -> Seen[Registration] | Absent | Unknown:
    """Read what registries and registrars said in an earlier look again, with today's reader.

    `exchanges` are those of one look at the domain, in the order they were asked. Nothing is asked:
    what was not asked then stays unknown. (A text that our reader cannot make out is shown to the
    second one, in a local process.)
    """
    nobodys = _unregistrable(domain)
    if nobodys is not None:
        return nobodys
    replies = await stored_replies(domain.name, exchanges)
    return _concluded(domain, replies or _web_only(domain))


def _unregistrable(domain: Domain) -> Unknown | None:
    """Say why nobody can have registered a name, or None where somebody can."""
    if registrable(domain.name) == domain:
        return None
    rented = platform(domain.name)
    if rented:
        return Unknown(Reason.NO_SERVICE, f"a name of the platform {rented}, not registered")
    return Unknown(Reason.INVALID_QUERY, "not a name that a registry registers")


def _concluded(domain: Domain, replies: Sequence[Reply]) -> Seen[Registration] | Absent | Unknown:
    """Return what all replies come to: only a registry says whether a name is held."""
    registry = [one for one in replies if one.kind.startswith("registry")]
    if any(one.ending is Ending.REGISTERED for one in registry):
        return Seen(_merged(domain, replies))
    return _unheld(registry)


async def _ask_registry(domain: Domain, net: Net) -> list[Reply]:
    """Ask RDAP first; WHOIS where that failed, denies the name, or leaves out the expiry."""
    end = suffix(domain.name)
    replies: list[Reply] = []
    for base in plan.rdap_bases(end, await bootstrap(net))[:2]:
        url = f"{base}domain/{domain.name}"
        reply = await ask_rdap(url, "registry rdap", domain.name, net)
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
        return _web_only(domain)
    found = await ask_iana(tld, net)
    if isinstance(found, Reply):
        return [*replies, found]
    if found != known:
        replies.append(await ask_whois(found, "registry whois", domain.name, end, net))
    return replies


def _web_only(domain: Domain) -> list[Reply]:
    """Return the reply of a registry that answers on web pages only; none for every other registry."""
    end = suffix(domain.name)
    if plan.whois_server(end) or not plan.has_no_service(end):
        return []
    tld = domain.name.rpartition(".")[2]
    words = f"the registry of .{tld} answers on its web pages only"
    return [Reply(tld, "registry whois", Reading(Ending.NO_SERVICE, words))]


def _unheld(replies: Sequence[Reply]) -> Absent | Unknown:
    """Say what it means that nobody told of a registration."""
    if not replies:
        return Unknown(Reason.NOT_ASKED, "no registry was asked")
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
            found = await ask_rdap(link, "registrar rdap", domain.name, net)
        elif link and link not in visited:
            found = await ask_whois(link, "registrar whois", domain.name, end, net)
        else:
            continue
        return [found]
    return []


def _complete(readings: Sequence[Reading], end: str) -> bool:
    """Say whether the registry told everything that a registrar could add."""
    renewed_by_itself = any(
        Standing.RENEWED_BY_REGISTRY in standings(one.statuses) for one in readings
    )
    if renewed_by_itself and not any(one.registrar_expires for one in readings):
        return False  # the registry's date is a year ahead of what anybody has paid for
    return (
        any(one.registrar for one in readings)
        and any(one.created for one in readings)
        and (any(one.expires for one in readings) or not plan.publishes_expiry(end))
        and any(one.holder.kind is not HolderKind.UNPUBLISHED for one in readings)
    )


def _merged(domain: Domain, asked: Sequence[Reply]) -> Registration:
    """Put together what the replies say, the registry's word before the registrar's."""
    told = [one for one in asked if one.ending is Ending.REGISTERED]
    readings = [one.reading for one in told]
    end = suffix(domain.name)
    expires = tuple(expiries(told))
    delegated = [one.delegated for one in readings if one.delegated is not None]
    signed = [one.dnssec for one in readings if one.dnssec is not None]
    return Registration(
        domain=domain.name,
        registrar=first(one.registrar for one in readings) or "",
        created=first_moment(told, "created"),
        updated=first_moment(told, "updated"),
        expires=expires,
        paid_until=paid_until(told, plan.civil_zone(end)),
        free_on=first(one.free_on for one in readings),
        expiry_published=bool(expires) or plan.publishes_expiry(end),
        statuses=first(one.statuses for one in readings) or (),
        name_servers=first(one.name_servers for one in readings) or (),
        delegated=delegated[0] if delegated else None,
        holder=fullest_holder(readings),
        dnssec=signed[0] if signed else None,
        sources=tuple(Source(one.name, one.kind, one.ending.value) for one in asked),
        registrar_id=first(one.registrar_id for one in readings) or "",
        unclear=tuple(dict.fromkeys(line for one in readings for line in one.unclear)),
        differing=tuple(differing(told)),
    )
