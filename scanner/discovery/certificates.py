"""What the names in a certificate prove about who owns what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from probes.certificate_log import LoggedCertificates
from probes.kit.names import registrable
from probes.tls_certificate import ServedCertificate
from scanner.discovery.strangers import CERTIFICATE_FRONTS

MOST_REGISTRABLE_NAMES = 25
"""A certificate with more registered names than this belongs to a hoster or a CDN."""


def covers(names: Iterable[str], host: str) -> bool:
    """Say whether a certificate with these names is good for a host (RFC 9525, section 6.3)."""
    parent = host.partition(".")[2]
    return any(name == host or (parent and name == f"*.{parent}") for name in names)


def plain_names(fact: ServedCertificate | LoggedCertificates) -> frozenset[str]:
    """Return the hosts that are named as such; a wildcard names none."""
    return frozenset(
        name for names in _certificates(fact) for name in names if not name.startswith("*.")
    )


def siblings(fact: ServedCertificate | LoggedCertificates, about: str) -> frozenset[str]:
    """Return other registered names that share a certificate with `about`, where that says a thing.

    It says nothing when the certificate is not good for `about` (a neighbour's default on a shared
    address), names more than 25 registered names, or carries a name of a CDN.
    """
    own = _registered(about)
    found: set[str] = set()
    for names in _certificates(fact):
        together = {name for name in map(_registered, names) if name}
        good = covers(names, about) or (isinstance(fact, LoggedCertificates) and own in together)
        shared = len(together) > MOST_REGISTRABLE_NAMES or together & CERTIFICATE_FRONTS
        if good and not shared:
            found |= together
    if isinstance(fact, ServedCertificate) and fact.name_count > len(fact.names):
        return frozenset()
    return frozenset(found - {own})


def _certificates(fact: ServedCertificate | LoggedCertificates) -> Iterator[tuple[str, ...]]:
    match fact:
        case ServedCertificate(names=names):
            yield names
        case LoggedCertificates(certificates=certificates):
            for certificate in certificates:
                yield certificate.names


def _registered(name: str) -> str:
    domain = registrable(name.removeprefix("*."))
    return domain.name if domain else ""
