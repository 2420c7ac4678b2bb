"""What the names in a certificate prove about who owns what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import IntEnum

from msgspec import Struct

from probes.certificate_log import LoggedCertificates
from probes.kit.names import registrable
from probes.tls_certificate import ServedCertificate
from scanner.discovery.client_words import SHORT
from scanner.discovery.strangers import CERTIFICATE_FRONTS
from scanner.discovery.working_names import is_for_work

MOST_REGISTRABLE_NAMES = 25
"""A certificate with more registered names than this belongs to a hoster or a CDN."""
_SMALL, _SMALL_REGISTRABLE = 10, 3
"""Names, and registered names, of a certificate that somebody made for these alone."""
_YEARS = timedelta(days=2 * 365)


def covers(names: Iterable[str], host: str) -> bool:
    """Say whether a certificate with these names is good for a host (RFC 9525, section 6.3)."""
    parent = host.partition(".")[2]
    return any(name == host or (parent and name == f"*.{parent}") for name in names)


def plain_names(fact: ServedCertificate | LoggedCertificates) -> frozenset[str]:
    """Return the hosts that are named as such; a wildcard names none."""
    return frozenset(
        name for names, *_ in _certificates(fact) for name in names if not name.startswith("*.")
    )


class Close(IntEnum):
    """How close two registered names stand in certificates."""

    MANY = 1
    """One certificate names both, and a good many more."""
    ALONE = 2
    """A small certificate names both, or several do over the years: somebody keeps them together."""


class Company(Struct, frozen=True, gc=False):
    """How a registered name stands in certificates beside another."""

    close: Close
    among: tuple[str, ...]
    """The registered names beside these two in the smallest certificate that names both."""
    until: datetime
    """When the last certificate that names both ran out, or will."""
    trial: bool
    """It is named by nothing but hosts at which sites are tried out: `test.studio.ru` beside a customer's name, or
    `romashka.studio.ru` beside romashka.ru."""
    below: bool
    """It is named by nothing but hosts below it, as one is who lets the other in: `cabinet.partner.ru`."""


def company(fact: ServedCertificate | LoggedCertificates, about: str) -> dict[str, Company]:
    """Return other registered names that share a certificate with `about`, where that says a thing.

    It says nothing when the certificate is not good for `about` (a neighbour's default on a shared
    address), names more than 25 registered names, or carries a name of a CDN.
    """
    own = _registered(about)
    if isinstance(fact, ServedCertificate) and fact.name_count > len(fact.names):
        return {}
    found: dict[str, Company] = {}
    since: dict[str, datetime] = {}
    for names, begin, end in _certificates(fact):
        together = {name for name in map(_registered, names) if name}
        good = covers(names, about) or (isinstance(fact, LoggedCertificates) and own in together)
        shared = len(together) > MOST_REGISTRABLE_NAMES or together & CERTIFICATE_FRONTS
        if not good or shared:
            continue
        small = len(names) <= _SMALL and len(together) <= _SMALL_REGISTRABLE
        tried: dict[str, bool] = {}
        low: dict[str, bool] = {}
        for host in names:
            name = _registered(host)
            for_work = is_for_work(host) or (name != own and _is_placed_for(own, host, name))
            tried[name] = tried.get(name, True) and for_work
            low[name] = low.get(name, True) and host.removeprefix("*.") not in (name, f"www.{name}")
        for name in together - {own}:
            kept = abs(since.setdefault(name, begin) - begin) >= _YEARS
            close = Close.ALONE if small or kept else Close.MANY
            among = tuple(sorted(together - {own, name}))
            trial, below = tried[name], low[name]
            known = found.get(name)
            if known:
                trial, below = trial and known.trial, below and known.below
                close = max(close, known.close)
                among = min(among, known.among, key=lambda names: (len(names), names))
            until = max(end, known.until) if known else end
            found[name] = Company(close, among, until, trial, below)
    return found


def _is_placed_for(own: str, host: str, name: str) -> bool:
    """Say whether a host below another name is called like one that has a place there."""
    label = own.partition(".")[0]
    below = host.removesuffix(name).strip(".").split(".")
    return len(label) > SHORT and label in below


def siblings(fact: ServedCertificate | LoggedCertificates, about: str) -> frozenset[str]:
    """Return the registered names that stand in telling certificates together with `about`."""
    return frozenset(company(fact, about))


def _certificates(
    fact: ServedCertificate | LoggedCertificates,
) -> Iterator[tuple[tuple[str, ...], datetime, datetime]]:
    match fact:
        case ServedCertificate(names=names, not_before=begin, not_after=end):
            yield names, begin, end
        case LoggedCertificates(certificates=certificates):
            for certificate in certificates:
                yield certificate.names, certificate.not_before, certificate.not_after


def _registered(name: str) -> str:
    domain = registrable(name.removeprefix("*."))
    return domain.name if domain else ""
