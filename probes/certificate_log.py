"""Certificates that public logs hold for a domain, expired ones too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from probes.kit.certificate_search import Entry, cert_spotter, crt_sh
from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Seen, Unknown
from probes.kit.organisation_certificates import Certified, certified_for
from probes.kit.source import COMPLETED, Ended, unknown_reason
from probes.kit.target import Domain, Host
from probes.kit.whole_certificates import whole_certificates

CRT_SH: Final = "crt.sh"
CERT_SPOTTER: Final = "certspotter"
_MOST: Final = 2_000
_PATIENCE: Final = timedelta(seconds=260)
"""140 s for the searches, 60 s for whole certificates, 40 s for those of the same organisation."""


class LoggedCertificate(Struct, frozen=True):
    """One certificate in a log."""

    id: str
    names: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime
    organisation: str = ""
    """Subject organisation (OV and EV certificates); empty where there is none or it was not read."""
    all_names: bool = False
    """True when `names` are all it has; else there may be others that are not below the domain."""
    sha256: str = ""
    """Hex digest of it, or of its precertificate (RFC 6962); empty where no log told."""
    automated: bool = False
    """True when the issuer is an automatic, free one."""


class LoggedCertificates(Struct, frozen=True):
    """What the logs hold; Absent("certificate log") when a complete answer held nothing."""

    certificates: tuple[LoggedCertificate, ...]
    """Newest first, at most 2,000."""
    complete: bool
    """False when a source failed, was cut off or capped: there may be more."""
    sources: tuple[tuple[str, str], ...]
    """Each source with its status: completed, partial, failed, limited, skipped."""
    reasons: tuple[tuple[str, str], ...] = ()
    """Each source that did not complete, with a code that says why."""
    unread: int = 0
    """Sets of names of which no whole certificate was read: siblings may stand there."""
    same_organisation: tuple[Certified, ...] = ()
    """What else was certified for the organisations that these certificates name."""

    def mentions(self) -> Iterator[Mention]:
        """Every host named, each once; then every host certified for the same organisation."""
        seen: set[str] = set()
        for certificate in self.certificates:
            for name in certificate.names:
                bare = name.removeprefix("*.")
                if bare not in seen:
                    seen.add(bare)
                    try:
                        yield Mention(Host.of(bare), "named_in_certificate_log_of")
                    except ValueError:
                        continue
        for certified in self.same_organisation:
            for name in certified.hosts:
                yield Mention(Host(name.removeprefix("*.")), "certified_for_organisation_of")


@probe(reach=Reach.PUBLIC, patience=_PATIENCE)
async def certificate_log(domain: Domain, net: Net) -> Seen[LoggedCertificates] | Absent | Unknown:
    """Find the certificates that public logs hold for a domain and the names below it."""
    below, unexpired = await asyncio.gather(
        crt_sh(domain.name, net), cert_spotter(domain.name, net)
    )
    found = _newest_first(_merged(below.entries, unexpired.entries))
    wholes = await whole_certificates(found, net)
    theirs = await certified_for(
        (one.organisation for one in wholes.entries.values() if one.organisation), net
    )
    ends = {
        CRT_SH: _worst(below.ended, wholes.ended, theirs.ended),
        CERT_SPOTTER: unexpired.ended,
    }
    complete = all(end == COMPLETED for end in ends.values())
    if not found and complete:
        return Absent("certificate log")
    if not found and COMPLETED not in ends.values():
        told = ", ".join(f"{name} {end.status} ({end.reason})" for name, end in ends.items())
        return Unknown(unknown_reason(*ends.values()), told)
    certificates = tuple(_logged(wholes.entries.get(one.id, one)) for one in found[:_MOST])
    return Seen(
        LoggedCertificates(
            certificates,
            complete and len(found) <= _MOST,
            tuple((name, end.status.value) for name, end in ends.items()),
            tuple((name, end.reason) for name, end in ends.items() if end.reason),
            wholes.left,
            theirs.certified,
        )
    )


def _worst(*ends: Ended) -> Ended:
    """How crt.sh did in all: a search that completed is worth less without the certificates."""
    return next((end for end in ends if end != COMPLETED), COMPLETED)


def _logged(one: Entry) -> LoggedCertificate:
    return LoggedCertificate(
        one.id,
        one.names,
        one.issuer,
        one.not_before,
        one.not_after,
        one.organisation,
        one.all_names,
        one.sha256,
        one.automated,
    )


def _merged(below: Iterable[Entry], unexpired: Iterable[Entry]) -> list[Entry]:
    """Both sources' certificates, one that both know only once.

    crt.sh tells only the names that match the question, Cert Spotter all of them: the same validity
    and a subset of the names mean the same certificate.
    """
    wholes: dict[tuple[datetime, datetime], list[Entry]] = {}
    for whole in unexpired:
        wholes.setdefault((whole.not_before, whole.not_after), []).append(whole)
    merged = []
    for entry in below:
        rivals = wholes.get((entry.not_before, entry.not_after), [])
        same = next((one for one in rivals if set(entry.names) <= set(one.names)), None)
        if same:
            rivals.remove(same)
            entry = msgspec.structs.replace(
                entry, names=same.names, all_names=same.all_names, sha256=same.sha256
            )
        merged.append(entry)
    return merged + [one for rest in wholes.values() for one in rest]


def _newest_first(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda one: (one.not_before, one.not_after, one.id), reverse=True)
