"""Which answers were whole, domain by domain: half an answer is told as half."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from probes.certificate_log import CERT_SPOTTER, CRT_SH
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.source import Status
from probes.kit.target import Domain
from scanner.assets import Estate, Kind
from scanner.discovery.looks import (
    CERTIFICATE_LOG,
    NAMES_BELOW,
    REVERSE_WHOIS,
    SECURITY_TRAILS,
    SHODAN,
    WEB_ARCHIVE,
    ZONE_CHAIN,
    ZONE_TRANSFER,
    Ask,
    Looks,
)
from scanner.runs.progress import Tally

LOGS: Mapping[str, str] = {"crt_sh": CRT_SH, "cert_spotter": CERT_SPOTTER}
"""The two certificate logs as sources, and how their probe calls them."""
_MAY_BE_HALVES: tuple[Ask[Domain, Any], ...] = (
    WEB_ARCHIVE,
    NAMES_BELOW,
    ZONE_TRANSFER,
    ZONE_CHAIN,
    REVERSE_WHOIS,
    SECURITY_TRAILS,
    SHODAN,
)


class Count(Struct):
    """How often a source was asked, and what came of it."""

    asked: int = 0
    answered: int = 0
    """In full."""
    halves: int = 0
    """In part: something was told, and there may be more."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why not in full, and how often."""


class Answers(Struct):
    """What the tally of a run cannot tell, because it does not read the answers."""

    logs: dict[str, Count] = field(default_factory=lambda: {name: Count() for name in LOGS})
    """By source."""
    halves: Counter[str] = field(default_factory=Counter)
    """By probe, answers that are not whole."""
    incomplete_logs: list[str] = field(default_factory=list)
    """Domains of which a certificate log told something, but not all."""


def answers_of(estate: Estate, looks: Looks, tally: Tally) -> Answers:
    """Read how whole the answers about the estate's domains were."""
    found = Answers()
    asked = [ask for ask in _MAY_BE_HALVES if tally.done[ask.probe]]
    for holding in estate.holdings:
        if holding.asset.kind is not Kind.DOMAIN:
            continue
        domain = Domain(holding.asset.key)
        _read_log(found, domain, looks)
        for ask in asked:
            match looks.latest(ask, domain).outcome:
                case Seen(fact) if not (fact.whole if ask is NAMES_BELOW else fact.complete):
                    found.halves[ask.probe] += 1
    return found


def _read_log(found: Answers, domain: Domain, looks: Looks) -> None:
    sighting = looks.latest(CERTIFICATE_LOG, domain)
    if not sighting.asked:
        return
    match sighting.outcome:
        case Seen(fact):
            statuses, reasons = dict(fact.sources), dict(fact.reasons)
            for name, called in LOGS.items():
                _add(found.logs[name], statuses.get(called, ""), reasons.get(called, "partial"))
            if not fact.complete:
                found.incomplete_logs.append(domain.name)
        case Absent():
            for name in LOGS:
                _add(found.logs[name], Status.COMPLETED, "")
        case Unknown(reason=reason):
            for name in LOGS:
                _add(found.logs[name], Status.FAILED, reason)


def _add(count: Count, status: str, reason: str) -> None:
    count.asked += 1
    if status == Status.COMPLETED:
        count.answered += 1
        return
    count.halves += status == Status.PARTIAL
    count.reasons[str(reason)] += 1
