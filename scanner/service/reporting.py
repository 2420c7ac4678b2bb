"""The report on a client's last audit, with the registry as it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from reports.audit_file import AuditFile
from reports.document import Registry
from scanner import document
from scanner.database import Database
from scanner.service.printing import last_audit, report
from scanner.settings import Settings


def report_of_client(
    client: str,
    languages: Iterable[str],
    folder: Path | None,
    settings: Settings,
    at: datetime,
    *,
    formats: Iterable[str] = ("html",),
    edition: str = "internal",
    paper: str = "a4",
    since: Path | None = None,
    pictures: Callable[[Path], object] | None = None,
) -> tuple[Path, ...]:
    """Print the client's last audit again, beside it unless a folder is given; return the files written.

    Decisions, steps and prices are the registry's of today; what was seen is the audit's.
    `pictures` takes pictures of the sites of that audit.json first.
    """
    audit = last_audit(client, settings)

    def freshen(found: AuditFile) -> None:
        found.heed(Registry())  # what the file says of the registry may be old
        frame = found.frame
        database = Database.open(settings.db)
        try:
            registry = document.registry_extract(
                database,
                frame.client.slug,
                run=frame.run.id,
                audited_at=frame.generated_at,
                assets={entry.id: entry for entry in found.entries},
                at=at,
                zone=ZoneInfo(settings.agency.zone),
            )
        finally:
            database.close()
        found.heed(registry)
        savings = document.with_registry(frame.savings, found.entries, registry)
        found.frame = replace(found.frame, savings=savings)

    return report(
        audit,
        languages,
        folder or audit.parent,
        formats=formats,
        edition=edition,
        chromium=settings.chromium,
        paper=paper,
        since=since,
        freshen=freshen,
        first=lambda: pictures(audit) if pictures else None,
    )
