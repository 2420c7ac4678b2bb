"""What a proposal to give something up rests on: its signs, each with its day, and the last sign of life.

Signs of one thing are few. What was seen of others that stand or fall with it counts too: a domain without a
website is one sign, and that it has no mail another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

from msgspec import Struct

from reports.audit_file import AuditFile, Entry
from reports.document import Asset, Finding

MOST = 3
"""Signs that are told of one thing."""
_DEAD = ("idle", "unused", "lapsed")
_BESIDE = ("site.same_as_unknown_host",)
"""Remarks that bear a sign out by another look."""
_LAST_SEEN = ".last_seen_alive"
_OF_A_HOSTING = 2
"""Names of a hosting whose signs are told."""


class Sign(Struct, frozen=True):
    """One thing that was seen, and when."""

    finding: Finding
    on: date


class Grounds(Struct, frozen=True):
    """Everything that speaks for giving one thing up."""

    signs: tuple[Sign, ...]
    last_alive: str = ""
    """The day of the last sign of life, as its source spells it; empty where no source knows one."""


def grounds_of(
    audit: AuditFile, told: Iterable[Entry], ours: Iterable[Entry]
) -> dict[str, Grounds]:
    """Return the grounds of the things that are `told`, by id."""
    shown = tuple(told)
    besides = {entry.id: tuple(_beside(audit.asset(entry))) for entry in shown}
    wanted = {id_ for ids in besides.values() for id_ in ids}
    known = {entry.id: entry for entry in ours if entry.id in wanted}
    day = audit.frame.generated_at.astimezone(UTC).date()
    return {entry.id: _grounds(audit, entry, besides[entry.id], known, day) for entry in shown}


def _beside(asset: Asset) -> Iterator[str]:
    """Yield ids of things whose signs are this one's as well."""
    match asset.kind:
        case "domain":
            yield f"mail:{asset.name}"
            yield f"site:{asset.name}"
        case "site":
            yield f"domain:{asset.name}"
        case "hosting":
            serves = asset.facts.get("serves")
            names = (
                [one for one in serves if isinstance(one, str)] if isinstance(serves, list) else []
            )
            for one in [one for one in names if one.startswith("site:")][:_OF_A_HOSTING]:
                yield one
                yield f"mail:{one.partition(':')[2]}"


def _grounds(
    audit: AuditFile, entry: Entry, beside: tuple[str, ...], known: Mapping[str, Entry], day: date
) -> Grounds:
    asset = audit.asset(entry)
    signs = [*_own(asset, day)]
    codes = {one.finding.code.partition(".")[2] for one in signs}
    last = _last_alive(asset)
    for id_ in beside:
        if other := known.get(id_):
            seen = audit.asset(other)
            last = max(last, _last_alive(seen))
            if entry.kind == "site" or other.use not in _DEAD:
                continue
            # A parked domain and its parked website are one sign, and not two.
            fresh = [
                one for one in _own(seen, day) if one.finding.code.partition(".")[2] not in codes
            ]
            signs += fresh[:1]
            codes |= {one.finding.code.partition(".")[2] for one in fresh[:1]}
    return Grounds(tuple(signs[:MOST]), last)


def _own(asset: Asset, day: date) -> Iterator[Sign]:
    met: set[str] = set()
    for one in asset.reasons:
        speaks = one.leans in _DEAD or one.code in _BESIDE
        if speaks and one.code not in met:
            met.add(one.code)
            yield Sign(one, _day(one.at) or day)


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


def _last_alive(asset: Asset) -> str:
    days = (str(o.params.get("on", "")) for o in asset.reasons if o.code.endswith(_LAST_SEEN))
    return max(days, default="")
