"""What a host does for others, weighed by what the host itself was seen to do.

A reference alone is a word: it proves a role only where somebody answers there. A page that loads from a host
which nobody listens at is broken, and so is the host; one that loads from a parked name is in danger. Neither
is a use, and neither may be forgotten when the host or the name above it is to be given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import Any, Final

from msgspec import Struct

from probes.kit.observation import Outcome, Seen, Unknown
from probes.kit.target import Domain, Host
from scanner.assets import Asset, Kind, Use
from scanner.assets.estate import Params
from scanner.assets.use import use_of
from scanner.discovery import Sighting
from scanner.discovery.looks import DELEGATION, DNS_RECORDS, MAIL_POLICY, SERVICE_RECORDS, Ask
from scanner.discovery.presence import Lives, presence
from scanner.discovery.scope import registered
from scanner.verdicts.dossier import Dossier, Opinion
from scanner.verdicts.finding import cannot_tell
from scanner.verdicts.references import ASKED, AT_WORK, DOUBTS, ON_THE_WAY, PARTS, Reference
from scanner.verdicts.verdict import Finding

_TAKEN_OVER: Final = frozenset({"parked", "for_sale", "unclaimed_saas"})
"""Whatever was there once, another's pages stand for it now."""
_OF_DOMAINS: Final = frozenset(
    {"mail", "name_server", "program", "policy", "sender", "reports", "picture_of_mail"}
)
_MOST: Final = 10
_ALIVE: Final = (Use.USED, Use.REDIRECT)


class Weight(IntEnum):
    """What a reference comes to."""

    PROVED = 0
    """The host does its work for another thing."""
    DOUBTFUL = 1
    """It may."""
    DEAD = 2
    """It is to, and does not: nothing answers there."""


class Role(Struct, frozen=True, gc=False):
    """What one other thing needs a host for."""

    host: str
    weight: Weight
    reference: Reference

    @property
    def reason(self) -> str:
        """Why it leaves a doubt, where it does."""
        return DOUBTS.get(self.reference.how, "parts_unseen")


def roles_of(dossier: Dossier, host: str) -> Iterator[Role]:
    """Yield what others need a host for, as far as pages, redirects and records tell."""
    references = dossier.scene.references_to(host)
    if not references:
        return
    state = state_of_host(dossier, host)
    lives = presence(dossier.looks, host).lives
    for one in references:
        weight = _weight(dossier, one, state, lives)
        if weight is not None:
            yield Role(host, weight, one)


def state_of_host(dossier: Dossier, host: str) -> str:
    """Return the state that its own pages give the site at a host; empty where there is none."""
    site = dossier.scene.site_of.get(host)
    opinion = dossier.opinions.get(site) if site else None
    return opinion.state if opinion else ""


def _weight(dossier: Dossier, one: Reference, state: str, lives: Lives) -> Weight | None:
    use = use_of(Kind.SITE, state) if state else None
    if one.how in ON_THE_WAY:
        return Weight.PROVED  # seen at work
    if one.how in DOUBTS:
        return Weight.DOUBTFUL
    if one.how == "alias":
        return _as_the_other(dossier, one.looked_at)
    if lives is Lives.NOWHERE or (one.how in PARTS and use is Use.BROKEN):
        return Weight.DEAD
    if lives is Lives.UNKNOWN:
        return Weight.DOUBTFUL
    if one.how in AT_WORK:
        return Weight.PROVED
    unseen = not state or state in _TAKEN_OVER or state == "no_answer"
    return Weight.DOUBTFUL if unseen else Weight.PROVED


def _as_the_other(dossier: Dossier, host: str) -> Weight | None:
    """A name that another is an alias of is needed as much as that other is."""
    state = state_of_host(dossier, host)
    use = use_of(Kind.SITE, state) if state else Use.UNUSED
    if use in _ALIVE:
        return Weight.PROVED
    return Weight.DOUBTFUL if use is Use.UNKNOWN else None


def proof(dossier: Dossier, roles: Iterable[Role]) -> list[Sighting[Any]]:
    """Return the looks that roles rest on, each once."""
    found: dict[tuple[str, str], Sighting[Any]] = {}
    for role in roles:
        how, name = role.reference.how, role.reference.looked_at
        ask = ASKED[how]
        target = Domain(name) if how in _OF_DOMAINS else Host(name)
        found.setdefault((ask.probe, name), dossier.see(ask, target))
    return list(found.values())


def told(roles: Sequence[Role]) -> Params:
    """Return what fills in the sentence on proved roles: pages and what they take, or records and for what."""
    parts = [one for one in roles if one.reference.how in PARTS]
    work = [one for one in roles if one.reference.how in AT_WORK]
    params: Params = {"hosts": _each(one.host for one in roles)}
    if parts:
        params["pages"] = _each(one.reference.source for one in parts)
        params["parts"] = _each(one.reference.how for one in parts)
        params["urls"] = _each(one.reference.url for one in parts)
    elif work:
        params["works_as"] = _each(one.reference.how for one in work)
        params["for"] = _each(one.reference.source for one in work)
    return params


def doubts(dossier: Dossier, roles: Iterable[Role]) -> Iterator[Finding]:
    """Yield one doubt for each reason why something may be needed, with who refers to it."""
    by_reason: dict[str, list[Role]] = {}
    for role in roles:
        by_reason.setdefault(role.reason, []).append(role)
    for reason, same in sorted(by_reason.items()):
        sources = _each(one.reference.source for one in same)
        yield cannot_tell("role", reason, *proof(dossier, same), hosts=sources)


def records_unread(dossier: Dossier, host: str) -> Iterator[Finding]:
    """Say which records of the domain above could not be read: they may name this host for mail or programs."""
    domain = registered(host)
    below = host.removeprefix("www.") != domain
    seen = dossier.see(DNS_RECORDS, Domain(domain))
    match seen.outcome:
        case Seen(records):
            yield from _unread(records.mx, seen, domain)
        case failed:
            yield from _unread(failed, seen, domain)
    policy = dossier.see(MAIL_POLICY, Domain(domain))
    match policy.outcome:
        case Seen(said):
            if below:
                spf = said.spf
                failures = spf.fact.failures if isinstance(spf, Seen) else ()
                yield from _unread(Unknown(failures[0]) if failures else spf, policy, domain)
            if host == f"mta-sts.{domain}":
                yield from _unread(said.mta_sts, policy, domain)
        case failed_too if below:
            yield from _unread(failed_too, policy, domain)
    asked: tuple[Ask[Domain, Any], ...] = (DELEGATION, SERVICE_RECORDS)
    for ask in asked if below else ():
        sighting = dossier.see(ask, Domain(domain))
        yield from _unread(sighting.outcome, sighting, domain)


def _unread(part: Outcome[Any], sighting: Sighting[Any], domain: str) -> Iterator[Finding]:
    if isinstance(part, Unknown) and sighting.asked:
        yield cannot_tell("role", part.reason, sighting, domain=domain)


def pages_unread(dossier: Dossier, host: str) -> Iterator[Finding]:
    """Say which sites of the same domain could not be read: they may be put together from this host."""
    domain, own = registered(host), dossier.scene.site_of.get(host)
    unread: dict[str, list[str]] = {}
    for site in dossier.scene.subjects(Asset(Kind.DOMAIN, domain), "of_domain"):
        opinion = dossier.opinions.get(site)
        beside = site.kind is Kind.SITE and site != own
        if beside and opinion and opinion.asked and _is_unknown(opinion):
            unread.setdefault(opinion.doubt, []).append(site.key)
    for reason, sites in sorted(unread.items()):
        yield cannot_tell("role", reason, sites=sites[:_MOST], count=len(sites))


def _is_unknown(site: Opinion) -> bool:
    return use_of(Kind.SITE, site.state) is Use.UNKNOWN


def _each(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, values)))[:_MOST]
