"""Certificates that public logs hold for a domain, expired ones too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from probes.kit.observation import Mention
from probes.kit.target import Host


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
