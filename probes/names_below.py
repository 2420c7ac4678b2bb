"""Hosts that nobody mentioned: likely labels tried below a domain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import timedelta

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.net import NamesQuestion, Net
from probes.kit.observation import Absent, Mention, Outcome, Seen, Unknown
from probes.kit.target import Domain

_CONTROLS = (6, 18)
"""Labels nobody created that are asked first; more of them where the first lead to ever new places."""
_MOST_HOSTS = 2_000
_MOST_EMPTY = 200
_AT_ONCE = 50


class NamesBelow(Struct, frozen=True):
    """The names of a word list that exist below a domain and lead elsewhere than every name does.

    The whole look is Absent("NXDOMAIN") when the domain itself does not exist. A name that is not
    listed may exist all the same, in other words than the list's.
    """

    hosts: tuple[str, ...]
    """Sorted, at most 2,000; each was asked a second time, by itself."""
    asked: int
    """Names tried; none where every name leads somewhere else (see `restless`)."""
    unanswered: int
    """Names for which nothing could be found out."""
    same: int
    """Names that lead where every name leads."""
    wildcard: Outcome[tuple[str, ...]]
    """Addresses and alias targets of every name; Absent means that there is no wildcard."""
    restless: bool
    """True when names that nobody created lead to ever new addresses: real ones cannot be told from them."""
    words: str
    """Which list it was: the first 16 hex digits of its SHA-256."""
    complete: bool
    """False when it was given up halfway, or more was found than is listed."""

    @property
    def whole(self) -> bool:
        """True when every name of the list was told from what every name leads to."""
        return self.complete and not self.unanswered and not self.restless

    def mentions(self) -> Iterator[Mention]:
        """Every host found."""
        for host in dns.hosts(self.hosts):
            yield Mention(host, "found_by_label_below")


@probe(reach=Reach.SEARCH, patience=timedelta(minutes=5))
async def names_below(domain: Domain, net: Net) -> Seen[NamesBelow] | Absent | Unknown:
    """Try several thousand likely host names below a domain, wildcards told apart."""
    zone = domain.name
    match (await dns.look(net, zone, "SOA")).outcome:
        case Unknown() as trouble:
            return trouble
        case Absent("NXDOMAIN") as absent:
            return absent
    for many in _CONTROLS:
        controls = await _ask(net, [_control(zone, number) for number in range(many)])
        for control in controls:
            if isinstance(control.outcome, Unknown):
                return control.outcome
        leads = [_leads_to(control) for control in controls]
        everywhere = tuple(sorted(set().union(*leads)))
        # When its second half brings nothing new we know where every label leads.
        if set(everywhere) == set().union(*leads[: many // 2]):
            break
    else:
        return Seen(NamesBelow((), 0, 0, 0, Seen(everywhere), True, "", True))
    answer = await net.ask(NamesQuestion(zone, everywhere))
    tried = answer.found[:_MOST_HOSTS]
    if all(control.outcome == Absent("NXDOMAIN") for control in controls):
        # Only where a missing name is said to be missing does an empty answer mean that there is one.
        tried += answer.empty[:_MOST_EMPTY]
    hosts, silent = await _confirmed(net, zone, tried)
    return Seen(
        NamesBelow(
            hosts=hosts,
            asked=answer.asked,
            unanswered=answer.unanswered + silent,
            same=answer.same,
            wildcard=Seen(everywhere) if everywhere else Absent("NXDOMAIN"),
            restless=False,
            words=answer.words,
            complete=answer.complete and len(answer.found) <= _MOST_HOSTS,
        )
    )


def _control(zone: str, number: int = 0) -> str:
    return f"{dns.control_label(f'{number} {zone}')}.{zone}"


def _leads_to(reading: dns.Reading) -> set[str]:
    """Where a name leads: its alias, whose addresses may change, or else its addresses."""
    if reading.chain:
        return {reading.chain[0]}
    return set(reading.outcome.fact) if isinstance(reading.outcome, Seen) else set()


async def _confirmed(net: Net, zone: str, labels: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """Return the names that a second, single question finds, too, and that no wildcard of their level makes.

    And how many of them found no answer to it: those are not gone.
    """
    names = [f"{label}.{zone}" for label in labels]
    levels = sorted({name.partition(".")[2] for name in names} - {zone})
    made = dict(zip(levels, await _ask(net, [_control(level) for level in levels]), strict=True))
    found, silent = [], 0
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        looks = await asyncio.gather(*(dns.addresses(net, name) for name in some))
        for name, look in zip(some, looks, strict=True):
            control = made.get(name.partition(".")[2])
            known = _leads_to(control) if control else set()
            leads = {look.chain[0]} if look.chain else set(look.found)
            if leads and not leads <= known:
                found.append(name)
            elif not leads and (isinstance(look.v4, Unknown) or isinstance(look.v6, Unknown)):
                silent += 1
    return tuple(sorted(found)), silent


async def _ask(net: Net, names: list[str]) -> list[dns.Reading]:
    readings: list[dns.Reading] = []
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        readings += await asyncio.gather(*(dns.look(net, name, "A") for name in some))
    return readings
