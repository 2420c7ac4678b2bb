"""Files for people: the report in each language, edition and format, each written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path

from msgspec.structs import replace as replace_fields

from reports import pdf, site_pictures, twins
from reports.audit_file import AuditFile, opened
from reports.changes import between
from reports.editions import EDITIONS, edition_of
from reports.outline import Outline, outline
from reports.paper import PAPERS
from reports.render import contents, pieces
from reports.site_pictures import NONE, SitePictures
from reports.workbook import TooLong
from scanner.database import Database
from scanner.evidence.printed import last_printed
from scanner.registry import Registry
from scanner.service.arguments import UnknownThing, client_of, report_languages
from scanner.service.whole_files import replacing
from scanner.settings import Settings

FORMATS = ("html", "pdf", "xlsx", "csv", "json", "ics")
_WRITERS = {"xlsx": twins.xlsx, "csv": twins.csv, "ics": twins.ics}


def _as_it_is(_audit: AuditFile) -> None:
    """Leave what the audit says of the registry."""


def _nothing() -> None:
    """Print what is there."""


def dated_folder(parent: Path, at: datetime) -> Path:
    """Return a new folder's path, named by the day; a second one of that day gets a number."""
    day = at.astimezone().date().isoformat()
    folder, number = parent / day, 1
    while folder.exists():
        number += 1
        folder = parent / f"{day}-{number}"
    return folder


def report(
    audit: Path,
    languages: Iterable[str],
    folder: Path,
    *,
    formats: Iterable[str] = ("html",),
    edition: str = "internal",
    chromium: str = "",
    paper: str = "a4",
    since: Path | None = None,
    freshen: Callable[[AuditFile], None] = _as_it_is,
    first: Callable[[], object] = _nothing,
) -> tuple[Path, ...]:
    """Print a saved audit again; return the files written. The audit itself is left as it is.

    With `since`, an earlier audit, it tells what changed from there, also on a page of its own.
    `freshen` may give the audit a newer extract of the registry. `first` is done once it is known that what
    was asked for can be printed, such as taking pictures of sites.
    `chromium` is the program that prints PDF, on `paper`; empty takes the first on PATH.
    """
    chosen, wanted = report_languages(languages), _formats(formats)
    if edition not in EDITIONS:
        raise UnknownThing(f"there is no edition {edition!r}; choose from {', '.join(EDITIONS)}.")
    if paper not in PAPERS:
        raise UnknownThing(f"there is no paper {paper!r}; choose from {', '.join(PAPERS)}.")
    try:
        program = pdf.browser(chromium) if "pdf" in wanted else ""
        first()
        with opened(audit) as found:
            freshen(found)
            shown = edition_of(found, edition)
            plan = _compared(shown, since) if since else outline(shown)
            shots = site_pictures.beside(audit, found)
            folder.mkdir(parents=True, exist_ok=True)
            files: list[Path] = []
            if since:
                files += _html(shown, replace_fields(plan, anchors={}), chosen, folder, "changed")
            for form in wanted:
                if form == "html":
                    files += _html(shown, plan, chosen, folder, shots=shots)
                elif form == "json":
                    files.append(_json(audit, shown, folder))
                else:
                    files += (
                        _other(form, shown, plan, one, folder, program, paper, shots)
                        for one in chosen
                    )
    except (pdf.NoBrowser, TooLong) as error:
        raise UnknownThing(f"{error}") from error
    return tuple(files)


def _compared(shown: AuditFile, since: Path) -> Outline:
    """Arrange an audit beside an earlier one of the same client."""
    with opened(since) as whole:
        earlier = edition_of(whole, shown.edition)
        theirs, ours = earlier.frame, shown.frame
        if theirs.client.slug != ours.client.slug:
            raise UnknownThing(
                f"{since} is an audit of {theirs.client.slug}, and this one of {ours.client.slug}."
            )
        if theirs.generated_at >= ours.generated_at:
            raise UnknownThing(f"{since} is not earlier than the audit that it is compared with.")
        day = theirs.generated_at.astimezone(UTC).date()
        return outline(shown, changes=between(earlier, shown), since=day)


def print_reports(audit: AuditFile, languages: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """Write a report in each language; return the files."""
    chosen = report_languages(languages)
    plan = outline(audit)
    folder.mkdir(parents=True, exist_ok=True)
    return _html(audit, plan, chosen, folder)


def last_audit(client: str, settings: Settings) -> Path:
    """Return the audit.json of the client's last audit. Raises UnknownThing where there is none."""
    database = Database.open(settings.db)
    try:
        known = client_of(Registry(database), client)
        found = last_printed(database, known.slug)
    finally:
        database.close()
    if found is None:
        raise UnknownThing(
            f"no audit of {known.slug} is known here; run `revizor audit {known.slug} …`, or give the path "
            "of an audit.json."
        )
    if not found.is_file():
        raise UnknownThing(
            f"the last audit of {known.slug} was written to {found}, and is not there any more; give the "
            "path of an audit.json."
        )
    return found


def _formats(words: Iterable[str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(words))
    for word in wanted or ("",):
        if word not in FORMATS:
            raise UnknownThing(f"there is no format {word!r}; choose from {', '.join(FORMATS)}.")
    return wanted


def _html(
    audit: AuditFile,
    plan: Outline,
    languages: tuple[str, ...],
    folder: Path,
    page: str = "cleanup",
    shots: SitePictures = NONE,
) -> tuple[Path, ...]:
    files = tuple(folder / _named(audit, language, "html", page) for language in languages)
    with ExitStack() as stack:
        streams = [stack.enter_context(replacing(file)) for file in files]
        template = "report.html" if page == "cleanup" else f"{page}.html"
        reports = [
            pieces(audit, plan, language, page=template, shots=shots) for language in languages
        ]
        # Side by side, so that a row is read from the audit once for all languages.
        for some in zip_longest(*reports, fillvalue=""):
            for stream, piece in zip(streams, some, strict=True):
                stream.write(piece.encode())
    return files


def _json(source: Path, audit: AuditFile, folder: Path) -> Path:
    """Write the edition's document; the whole audit is not written over itself."""
    client = audit.edition == "client"
    file = folder / ("audit.client.json" if client else "audit.json")
    if file.exists() and file.samefile(source):
        return file
    if file.exists() and not client:
        raise UnknownThing(f"{file} is there already and may be another audit; give another --out.")
    replace(file, twins.audit_lines(audit))
    return file


def _other(
    form: str,
    audit: AuditFile,
    plan: Outline,
    language: str,
    folder: Path,
    program: str,
    paper: str,
    shots: SitePictures,
) -> Path:
    file = folder / _named(audit, language, form)
    if form == "pdf":
        page = pieces(audit, plan, language, paper=paper, shots=shots)
        tagged = len(audit.entries) <= pdf.TAGGED_UP_TO
        pdf.write_pdf(program, page, file, titles=contents(audit, language), tagged=tagged)
    else:
        with replacing(file) as stream:
            _WRITERS[form](stream, audit, plan, language)
    return file


def _named(audit: AuditFile, language: str, ending: str, page: str = "cleanup") -> str:
    edition = "client." if audit.edition == "client" else ""
    return f"{page}.{edition}{language}.{ending}"


def replace(path: Path, content: Iterable[bytes]) -> None:
    """Write a file whole or not at all: a full disk leaves the old one."""
    with replacing(path) as stream:
        stream.writelines(content)
