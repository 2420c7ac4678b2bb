"""Puts together what a registry and a registrar said: the registry's word first, none forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from probes.kit.registry.dates import Stamp
from probes.kit.registry.holder import Holder, HolderKind, same_organisation
from probes.kit.registry.reading import Reading
from probes.kit.registry.replies import Reply
from probes.kit.registry.standing import Standing, standings

V = TypeVar("V")

_RENEWED_AHEAD = timedelta(days=300)
_A_DAY = timedelta(days=1)


class Moment(Struct, frozen=True):
    """A date as a source gave it."""

    at: datetime
    """UTC; midnight when the source gave a day only."""
    precise: bool
    """False when the source gave only a day, or no time zone."""
    source: str
    """`registry rdap`, `registry whois`, `registrar whois`, `registrar rdap`."""
    day: date | None = None
    """The civil day as the source wrote it, before any change of zone."""
    precision: str = ""
    """`second`, `day` or `month`: the smallest part that was given."""
    zone: str = ""
    """`+03:00` as written; empty when the source gave no zone."""


class Claim(Struct, frozen=True):
    """What a further source said otherwise than the one before it."""

    field: str
    """`registrar`, `created`, `name_servers`, `holder`."""
    value: str
    source: str
    """`registry whois`, `registrar rdap` …"""


def first(values: Iterable[V]) -> V | None:
    """Return the first value that says something."""
    return next((value for value in values if value), None)


def moment(stamp: Stamp, source: str) -> Moment:
    """Return a stamp with its source."""
    minutes = stamp.offset
    sign, size = ("-" if (minutes or 0) < 0 else "+"), abs(minutes or 0)
    zone = "" if minutes is None else f"{sign}{size // 60:02}:{size % 60:02}"
    return Moment(stamp.at, stamp.precise, source, stamp.day, stamp.precision, zone)


def first_moment(told: Sequence[Reply], field: str) -> Moment | None:
    """Return the first date that a reply gives for a field of readings."""
    for reply in told:
        stamp: Stamp | None = getattr(reply.reading, field)
        if stamp is not None:
            return moment(stamp, reply.kind)
    return None


def expiries(told: Sequence[Reply]) -> Iterator[Moment]:
    """Yield every expiry: what registries say about their own term, then what concerns registrars."""
    for reply in told:
        if reply.reading.expires is not None:
            yield moment(reply.reading.expires, reply.kind)
    for reply in told:
        stamp = reply.reading.registrar_expires
        if stamp is not None:
            yield moment(stamp, reply.kind.replace("registry", "registrar"))


def paid_until(told: Sequence[Reply], zone: ZoneInfo | None) -> date | None:
    """Return the last civil day, in the registry's zone, of the term that somebody has paid for.

    A registry that renews by itself is up to a year ahead of the registrar's agreement with the
    holder (RFC 3915 autoRenewPeriod): then the registrar's date is the one somebody paid for, and
    where the registrar does not say, the term that was sure to be paid ended a year before.
    """
    moments = list(expiries(told))
    if not moments:
        return None
    chosen = moments[0]
    for other in moments[1:]:
        if chosen.at - other.at > _RENEWED_AHEAD:
            chosen = other
    day = _civil_day(chosen, zone)
    by_itself = any(
        Standing.RENEWED_BY_REGISTRY in standings(reply.reading.statuses) for reply in told
    )
    registrar_says = any(one.source.startswith("registrar") for one in moments)
    return _a_year_before(day) if by_itself and not registrar_says else day


def _civil_day(moment: Moment, zone: ZoneInfo | None) -> date:
    if not moment.precise:
        return moment.day or moment.at.date()
    return moment.at.astimezone(zone).date() if zone else moment.at.date()


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


_SAYS_MOST = (
    HolderKind.ORGANISATION,
    HolderKind.PRIVATE_PERSON,
    HolderKind.PRIVACY_SERVICE,
    HolderKind.WITHHELD,
    HolderKind.UNPUBLISHED,
)


def fullest_holder(readings: Sequence[Reading]) -> Holder:
    """Return what says most about the holder, the registry's word first among equals."""
    return min((one.holder for one in readings), key=lambda holder: _SAYS_MOST.index(holder.kind))


def differing(told: Sequence[Reply]) -> Iterator[Claim]:
    """Yield what later replies say otherwise than the first that says anything about the field."""
    for reply in told[1:]:
        for field in ("registrar", "created", "name_servers", "holder"):
            value = _said(reply.reading, field)
            before = first(_said(one.reading, field) for one in told[: told.index(reply)])
            if value and before and not _agree(field, before, value):
                yield Claim(field, value, reply.kind)


def _said(reading: Reading, field: str) -> str:
    match field:
        case "registrar":
            return reading.registrar
        case "created":
            return reading.created.day.isoformat() if reading.created else ""
        case "name_servers":
            return " ".join(sorted(reading.name_servers))
        case _:
            return reading.holder.name


def _agree(field: str, one: str, other: str) -> bool:
    if field == "created":
        return abs(date.fromisoformat(one) - date.fromisoformat(other)) <= _A_DAY
    if field == "name_servers":
        return one == other
    return _letters(one) == _letters(other) or same_organisation(one, other)


def _letters(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
