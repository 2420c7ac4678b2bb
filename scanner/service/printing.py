"""Files for people: audit.json and a report for each language, each written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

from reports.audit_file import AuditFile, opened
from reports.outline import outline
from reports.render import pieces
from scanner.service.arguments import report_languages


def dated_folder(parent: Path, at: datetime) -> Path:
    """Return a new folder's path, named by the day; a second one of that day gets a number."""
    day = at.astimezone().date().isoformat()
    folder, number = parent / day, 1
    while folder.exists():
        number += 1
        folder = parent / f"{day}-{number}"
    return folder


def report(audit: Path, languages: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """Print a saved audit again; return the files written. The audit itself is left as it is."""
    chosen = report_languages(languages)
    with opened(audit) as found:
        return print_reports(found, chosen, folder)


def print_reports(audit: AuditFile, languages: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """Write a report in each language; return the files."""
    chosen = report_languages(languages)
    plan = outline(audit)
    folder.mkdir(parents=True, exist_ok=True)
    files = tuple(folder / f"cleanup.{language}.html" for language in chosen)
    with ExitStack() as stack:
        streams = [stack.enter_context(replacing(file)) for file in files]
        reports = [pieces(audit, plan, language) for language in chosen]
        # Side by side, so that a row is read from the audit once for all languages.
        for some in zip_longest(*reports, fillvalue=""):
            for stream, piece in zip(streams, some, strict=True):
                stream.write(piece.encode())
    return files


def replace(path: Path, content: Iterable[bytes]) -> None:
    """Write a file whole or not at all: a full disk leaves the old one."""
    with replacing(path) as stream:
        stream.writelines(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Lend a stream that becomes the file when all went well; else the old one stays."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
