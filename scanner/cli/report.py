"""`revizor report`: an old audit printed again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from scanner.cli import options


@click.command(short_help="Print a saved audit again, in any language, edition and format.")
@click.argument("audit", metavar="AUDIT.JSON|CLIENT")
@click.option(
    "--format",
    "formats",
    metavar="html,pdf,…",
    default="html",
    show_default=True,
    help="Formats, with commas between: html, pdf, xlsx, csv, json, ics.",
)
@click.option(
    "--edition",
    metavar="client|internal",
    default="internal",
    show_default=True,
    help="For the client: without evidence, machines and other firms; or for ourselves.",
)
@click.option(
    "--lang", metavar="ru,en", default="ru,en", show_default=True, help="Languages of the report."
)
@click.option(
    "--paper", metavar="a4|letter", default="a4", show_default=True, help="Size of a PDF's pages."
)
@click.option(
    "--since",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="AUDIT.JSON",
    help="Tell what changed since this earlier audit, also in changed.ru.html and changed.en.html.",
)
@click.option(
    "--site-pictures",
    is_flag=True,
    help="First open the client's confirmed sites in Chromium, and show how they look now.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the reports; the audit's own by default.",
)
@options.common
@options.border
def report(
    audit: str,
    formats: str,
    edition: str,
    lang: str,
    paper: str,
    since: Path | None,
    site_pictures: bool,
    out: Path | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Print cleanup.ru.html and cleanup.en.html again from a saved AUDIT.JSON, or from the last audit of
    CLIENT, and the same report in other formats: the client's edition is called cleanup.client.ru.html and
    so on. Ids are the same in all. For a CLIENT, decisions, switch-off steps and prices are the registry's
    of today; for a file they are those of its day. Needs no network, and for a file no database; PDF is
    printed by Chromium, found on PATH or by the setting `chromium`. With --site-pictures, and only then, the
    client's sites are visited, as the settings allow; the pictures are kept beside audit.json.

    \b
    revizor report romashka --format html,pdf --edition client
    revizor report audits/romashka/2026-11-22/audit.json --format xlsx,csv,ics --lang en
    revizor report romashka --since audits/romashka/2026-05-04/audit.json --edition client
    """
    from scanner.service import clock, printing, reporting
    from scanner.service.site_pictures import picture_sites
    from scanner.settings import load

    settings = load({"db": db}, file=config)
    path = Path(audit)
    is_path = path.suffix == ".json" or len(path.parts) != 1 or path.exists()
    asked: dict[str, Any] = {
        "formats": _words(formats),
        "edition": edition,
        "paper": paper.lower(),
        "since": since,
    }

    def picture(file: Path) -> None:
        from scanner.cli.progress import watcher

        if site_pictures:
            with watcher(quiet=False) as display:
                asyncio.run(picture_sites(file, settings, clock.now, display))

    if is_path:
        written = printing.report(
            path,
            _words(lang),
            out or path.parent,
            chromium=settings.chromium,
            first=lambda: picture(path),
            **asked,
        )
    else:
        written = reporting.report_of_client(
            audit, _words(lang), out, settings, clock.now(), pictures=picture, **asked
        )
    for file in written:
        click.echo(options.clean(str(file)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())
