"""Certificates that public logs hold for a domain, expired ones too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from probes.kit.certificate_search import Entry, Status, cert_spotter, crt_sh
from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Domain, Host

_MOST: Final = 2_000


class LoggedCertificate(Struct, frozen=True):
    """One certificate in a log."""

    id: str
    names: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime


class LoggedCertificates(Struct, frozen=True):
    """What the logs hold; Absent("certificate log") when a complete answer held nothing."""

    certificates: tuple[LoggedCertificate, ...]
    """Newest first, at most 2,000."""
    complete: bool
    """False when a source failed, was cut off or capped: there may be more."""
    sources: tuple[tuple[str, str], ...]
    """Each source with its status: completed, partial, failed, limited, skipped."""

    def mentions(self) -> Iterator[Mention]:
        """Every host named, each once."""
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


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=150))
async def certificate_log(domain: Domain, net: Net) -> Seen[LoggedCertificates] | Absent | Unknown:
    """Find the certificates that public logs hold for a domain and the names below it."""
    below, unexpired = await asyncio.gather(
        crt_sh(domain.name, net), cert_spotter(domain.name, net)
    )
    found = _newest_first(_merged(below.entries, unexpired.entries))
    complete = {below.status, unexpired.status} == {Status.COMPLETED}
    sources = (("crt.sh", below.status.value), ("certspotter", unexpired.status.value))
    if not found and complete:
        return Absent("certificate log")
    if not found and Status.COMPLETED not in (below.status, unexpired.status):
        told = ", ".join(f"{name} {status}" for name, status in sources)
        return Unknown(Reason.SOURCE_FAILED, told)
    certificates = tuple(
        LoggedCertificate(one.id, one.names, one.issuer, one.not_before, one.not_after)
        for one in found[:_MOST]
    )
    return Seen(LoggedCertificates(certificates, complete and len(found) <= _MOST, sources))


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
        merged.append(msgspec.structs.replace(entry, names=same.names) if same else entry)
    return merged + [one for rest in wholes.values() for one in rest]


def _newest_first(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda one: (one.not_before, one.not_after, one.id), reverse=True)
