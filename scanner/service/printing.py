"""Files for people: audit.json and a report for each language, each written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from reports import document as doc
from reports.document import NotAnAudit
from reports.render import render
from scanner.service.arguments import report_languages


def dated_folder(parent: Path, at: datetime) -> Path:
    """Return a new folder's path, named by the day; a second one of that day gets a number."""
    day = at.astimezone().date().isoformat()
    folder, number = parent / day, 1
    while folder.exists():
        number += 1
        folder = parent / f"{day}-{number}"
    return folder


def print_audit(written: doc.Document, languages: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """Write audit.json and the reports; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    audit = folder / "audit.json"
    _replace(audit, doc.write(written))
    return (audit, *_print_reports(written, languages, folder))


def _print_reports(
    written: doc.Document, languages: Iterable[str], folder: Path
) -> tuple[Path, ...]:
    files = []
    for language in report_languages(languages):
        files.append(folder / f"cleanup.{language}.html")
        _replace(files[-1], render(written, language).encode())
    return tuple(files)


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a full disk leaves the old one."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)


def report(audit: Path, languages: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """Print a saved audit again; return the files written. The audit itself is left as it is."""
    chosen = report_languages(languages)
    try:
        content = audit.read_bytes()
    except OSError as error:
        raise NotAnAudit(
            f"{audit} cannot be read ({error.strerror}); give an audit.json."
        ) from error
    written = doc.read(content)
    folder.mkdir(parents=True, exist_ok=True)
    return _print_reports(written, chosen, folder)
