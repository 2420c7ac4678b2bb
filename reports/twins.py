"""What goes with the report in other formats: the same edition, the same ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from reports import document, sheets
from reports.audit_file import AuditFile
from reports.calendar_file import calendar_file
from reports.csv_file import write_csv
from reports.outline import Outline
from reports.render import version
from reports.wording import Wording
from reports.workbook import write_xlsx


def audit_lines(audit: AuditFile) -> Iterator[bytes]:
    """Yield the audit as the edition shows it, as a document of its own."""
    return document.lines(
        audit.frame,
        assets=audit.assets(audit.entries),
        relations=audit.relations(),
        evidence=((id_, audit.evidence(id_)) for id_ in audit.evidence_ids),
        not_seen=audit.frame.not_seen,
    )


def csv(stream: BinaryIO, audit: AuditFile, plan: Outline, language: str) -> None:
    """Write every thing and registry line as separated values."""
    wording = Wording(language)
    write_csv(stream, sheets.objects(audit, plan, wording), wording)


def xlsx(stream: BinaryIO, audit: AuditFile, plan: Outline, language: str) -> None:
    """Write every table of the report as a workbook."""
    wording, frame = Wording(language), audit.frame
    tables = sheets.tables(audit, plan, wording, version=version())
    title = wording.say("page.title", client=frame.client.name)
    write_xlsx(stream, tables, wording, title=title, at=frame.generated_at)


def ics(stream: BinaryIO, audit: AuditFile, plan: Outline, language: str) -> None:
    """Write the calendar of renewals."""
    stream.write(calendar_file(audit, plan, Wording(language)))
