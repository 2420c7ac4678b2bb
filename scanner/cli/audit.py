"""`revizor audit`: the whole job, from a few names to the report."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from scanner.cli import options


@click.command(short_help="Find what a client owns, judge what is used, write the report.")
@click.argument("client")
@click.argument("domains", nargs=-1, metavar="[DOMAIN]...")
@click.option(
    "--from",
    "files",
    multiple=True,
    metavar="FILE",
    help="The client's papers: a list of names, a registrar's, hoster's or bank's export (CSV, XLSX), "
    "a zone file; - reads stdin. Or a registry's zone list (TSV, .gz).",
)
@click.option("--org", multiple=True, metavar="NAME", help="Legal name of the client.")
@click.option("--brand", multiple=True, metavar="NAME", help="A brand of the client.")
@click.option("--inn", multiple=True, metavar="N", help="Taxpayer number of the client.")
@click.option(
    "--words",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Host labels to try first under the client's own domains, one a line.",
)
@options.reach
@options.place
@click.option("--depth", type=click.IntRange(0, 6), help="How many hops leads are followed.")
@click.option(
    "--guesses",
    type=click.IntRange(0, 20_000),
    metavar="N",
    help="How many registered names like the client's are looked for; 2000 unless told, 0 for none.",
)
@click.option(
    "--search/--no-search",
    default=None,
    help="Try host names and ask for zones below the domains named, or do not.",
)
@click.option(
    "--fresh", is_flag=True, help="Ask registries again where a recent answer is still good."
)
@click.option(
    "--site-pictures",
    is_flag=True,
    help="Also open the client's confirmed sites in Chromium, and show in the report how they look.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be contacted; send nothing.")
@click.option(
    "--yes", is_flag=True, help="Ask nothing: not how papers were read, nor before a large audit."
)
@click.option("--out", metavar="DIR", help="Folder for the reports instead of audits/CLIENT/DATE.")
@click.option("--lang", metavar="ru,en", help="Languages of the report.")
@click.option(
    "--fail-on", metavar="VERDICT", help="Exit with 10 when a verdict is at or above this one."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@options.common
@options.border
def audit(
    client: str,
    domains: tuple[str, ...],
    files: tuple[str, ...],
    org: tuple[str, ...],
    brand: tuple[str, ...],
    inn: tuple[str, ...],
    words: Path | None,
    allow_net: tuple[str, ...],
    resolver: tuple[str, ...],
    second_resolver: tuple[str, ...],
    vantage: str | None,
    depth: int | None,
    guesses: int | None,
    search: bool | None,
    fresh: bool,
    site_pictures: bool,
    dry_run: bool,
    yes: bool,
    out: str | None,
    lang: str | None,
    fail_on: str | None,
    as_json: bool,
    quiet: bool,
    db: str | None,
    config: Path | None,
) -> None:
    """Find everything CLIENT owns on the internet, starting from the DOMAINs given, judge what is
    really used, and write audit.json and the report in each language.

    Names you type or list in a plain text file are your word: they are the client's. The same command
    goes on with a run that was interrupted less than 24 hours ago.

    \b
    revizor audit romashka romashka.ru
    revizor audit romashka --from domains.txt --org 'ООО Ромашка'
    """
    from scanner.cli import papers
    from scanner.cli.phrasebook import confirmed
    from scanner.cli.progress import watcher
    from scanner.service import auditing, clock, requesting
    from scanner.service.result import threshold as threshold_of

    settings = options.settings_of(
        db=db,
        config=config,
        allow_net=allow_net,
        resolver=resolver,
        second_resolver=second_resolver,
        vantage=vantage,
        depth=depth,
        guesses=guesses,
        search=search,
        lang=lang.replace(",", " ").split() if lang else None,
    )
    threshold = threshold_of(fail_on) if fail_on else None
    zone_lists = [Path(file) for file in files if _is_zone_list(file)]
    for path in zone_lists:
        said = f"{path.name} is read as a registry's list of its zone: its names are not taken for the client's."
        options.say(said, err=True)
    request = requesting.request(
        client=client,
        typed=domains,
        lists=tuple(
            (_read(file, "--from"), file) for file in files if Path(file) not in zone_lists
        ),
        orgs=org,
        brands=brand,
        inns=inn,
        words=(_read(str(words), "--words"), words.name) if words else None,
        zone_lists=zone_lists,
        fresh=fresh,
    )
    for said in request.sifted.told():
        options.say(said, err=True)
    papers.confirm(request.readings, yes=yes or dry_run, quiet=quiet)
    reach = auditing.reach(request, settings)
    if dry_run:
        options.say(reach.text())
        return
    if reach.large and not yes and sys.stdin.isatty():
        options.say(reach.text(), err=True)
        confirmed("Go on?", abort=True)
    with watcher(quiet) as display:
        result = asyncio.run(
            auditing.audit(
                request,
                settings,
                clock.now,
                display,
                folder=Path(out) if out else None,
                pictures=site_pictures,
            )
        )
    if as_json:
        click.echo(options.clean_json(result.json()))
    else:
        options.say(result.text())
    if not result.complete:
        sys.exit(options.EXIT_INCOMPLETE)
    if threshold and result.reaches(threshold):
        sys.exit(options.EXIT_FINDINGS)


def _read(file: str, option: str) -> bytes:
    from scanner.intake.names import UnreadableInput
    from scanner.intake.paper import MAX_BYTES

    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableInput(
            f"{file} cannot be read ({reason}); check the name given to {option}."
        ) from error


def _is_zone_list(file: str) -> bool:
    from scanner.intake.zone_list import is_zone_list

    try:
        with Path(file).open("rb") as stream:
            return is_zone_list(stream.read(65_536))
    except (OSError, ValueError):
        return False  # said where it is read as a list of names
