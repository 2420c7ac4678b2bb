"""Looks from another place: what is wanted from there, making them there, and bringing them home.

Home writes a list of what it wants looked at from elsewhere. The other place needs no registry: it takes
the list, looks, and writes a file. Home takes that in, and judges with it at its next second look. Both
files are signed with the key that the two places share.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from probes.kit.net import Net
from probes.kit.target import canonical_name
from scanner.database import Database
from scanner.discovery import Frontier, Seeds
from scanner.evidence import Evidence, Purpose, Run, Standings
from scanner.evidence.exchanging import SKEW, lines_of, take_in
from scanner.evidence.parcel import SCHEMA, BadParcel, Heading, Parcel, WantedLine, write_parcel
from scanner.evidence.run import OWN
from scanner.registry import Registry
from scanner.runs.again import OnlyProbes
from scanner.runs.look import Clock
from scanner.service.arguments import UnknownThing, client_of, slug_of
from scanner.service.auditing import RESUMABLE
from scanner.service.network import usable
from scanner.service.pending import names_elsewhere, wanted_elsewhere
from scanner.service.rescanning import last_audit
from scanner.service.scanning import Display, Looker, live, over
from scanner.settings import BadSettings, Settings

OBSERVATIONS = "observations"
WANTED = "wanted"
_LONGEST_NAME = 60


class Handed(Struct, frozen=True):
    """A file that was written or taken in, told to a person."""

    file: str
    count: int
    said: str

    def text(self) -> str:
        """Return it for a person."""
        return self.said


async def export_wanted(client: str, out: Path, settings: Settings, clock: Clock) -> Handed:
    """Write the list of what the client's last audit wants looked at from another place."""
    key = _key(settings)
    with Database.open(settings.db) as database:
        slug = client_of(Registry(database), client).slug
        base = last_audit(Evidence(database).runs(slug), slug)
        things = wanted_elsewhere(Standings(database), slug, base)
        names: dict[str, datetime | None] = {}
        for thing in things:
            for name in names_elsewhere(thing):
                known = names.get(name, thing.due)
                names[name] = min(known, thing.due) if known and thing.due else None
        heading = Heading(SCHEMA, WANTED, slug, base.vantage, clock())
        lines = (WantedLine(name, names[name]) for name in sorted(names))
        count = write_parcel(out, key, heading, lines)
    early = max(
        (thing.due for thing in things if thing.due and not thing.is_due(clock())), default=None
    )
    said = (
        f"{out}: {count} names to look at from another place, for {len(things)} things of {slug}."
    )
    if early:
        said += (
            f" Looks made before {early:%Y-%m-%d %H:%M} UTC show differences, and count for no end."
        )
    return Handed(str(out), count, said)


async def export(
    client: str, since: datetime | None, out: Path, settings: Settings, clock: Clock
) -> Handed:
    """Write all looks that were made here for a client, begun at or after `since`."""
    key, slug = _key(settings), slug_of(client)
    with Database.open(settings.db) as database:
        evidence = Evidence(database)
        runs = [
            run
            for run in evidence.runs(slug)
            if run.purpose in OWN | {Purpose.WANTED}
            and run.vantage == settings.vantage
            and (since is None or run.started_at >= since)
        ]
        return _hand_over(evidence, runs, slug, out, key, settings, clock)


async def look_for(
    wanted: Path, out: Path, settings: Settings, clock: Clock, display: Display
) -> Handed:
    """Look at what a list wants, and write the looks; needs no registry.

    Goes on with looks that were interrupted less than 24 h ago. Raises BadParcel for a list that cannot
    be used, Busy when another process works at the same.
    """
    return await _look_for(
        wanted, out, settings, clock, display, live(settings, clock, display, fresh=True)
    )


async def look_for_over(
    net: Net, wanted: Path, out: Path, settings: Settings, clock: Clock, display: Display
) -> Handed:
    """Do the same over a net that is given."""
    looker = over(net, settings, clock, display, fresh=True)
    return await _look_for(wanted, out, settings, clock, display, looker)


async def _look_for(
    wanted: Path, out: Path, settings: Settings, clock: Clock, display: Display, looker: Looker
) -> Handed:
    usable(settings)
    key = _key(settings)
    parcel = Parcel(wanted, key)
    heading = parcel.heading
    _check_list(parcel, wanted, settings, clock())
    names = tuple(_names(parcel, wanted))
    if not names:
        raise BadParcel(f"{wanted.name} wants nothing to be looked at.")
    with Database.open(settings.db) as database, database.lock(f"look {heading.client}"):
        evidence = Evidence(database)
        options = {"purpose": Purpose.WANTED, "asked_at": heading.made_at.isoformat()}
        since = clock() - RESUMABLE
        run = evidence.unfinished(heading.client, since, Purpose.WANTED)
        if run is None or (run.options, run.vantage) != (options, settings.vantage):
            run = await evidence.begin(heading.client, options, settings.vantage, clock())
        frontier = Frontier(Seeds(domains=names), depth=0, max_hosts=settings.max_hosts)
        await looker(OnlyProbes(frontier), evidence, database, run)
        await evidence.finish(run.id, clock(), True)
        done = evidence.run(run.id)
        assert done is not None
        return _hand_over(
            evidence, [done], heading.client, out, key, settings, clock, heading.made_at
        )


async def take_home(file: Path, settings: Settings, clock: Clock) -> Handed:
    """Take in looks that were made elsewhere: all of the file or nothing; twice is as good as once."""
    parcel = Parcel(file, _key(settings))
    heading = parcel.heading
    if heading.holds != OBSERVATIONS:
        raise BadParcel(
            f"{file.name} is a list of what is wanted; `revizor observations look` answers it."
        )
    if not _is_name(heading.vantage):
        raise BadParcel(f"{file.name} does not say from where its looks were made.")
    at = clock()
    if heading.made_at > at + SKEW:
        raise BadParcel(_ahead(file, heading.made_at))
    with Database.open(settings.db) as database:
        evidence, registry = Evidence(database), Registry(database)
        if registry.client(heading.client) is None:
            raise BadParcel(
                f"{file.name} is about {heading.client[:_LONGEST_NAME]!r}, which is no client here."
            )
        with database.lock(f"audit {heading.client}"):
            _check_place(heading, evidence.runs(heading.client), file)
            taken = await take_in(evidence, database, parcel, at)
    if not taken.new:
        said = f"{file.name}: its {taken.known} looks are here already; nothing has changed."
    else:
        said = (
            f"{file.name}: {taken.new} looks from {heading.vantage} taken in. "
            f"Judge with them: revizor rescan --second-look {heading.client}"
        )
    return Handed(str(file), taken.new, said)


def _hand_over(
    evidence: Evidence,
    runs: list[Run],
    client: str,
    out: Path,
    key: bytes,
    settings: Settings,
    clock: Clock,
    asked_at: datetime | None = None,
) -> Handed:
    if not runs:
        raise UnknownThing(f"no looks of {client} were made here from {settings.vantage!r}.")
    heading = Heading(SCHEMA, OBSERVATIONS, client, settings.vantage, clock(), asked_at)
    count = write_parcel(out, key, heading, lines_of(evidence, runs))
    return Handed(
        str(out), count, f"{out}: {count} lines of looks from {settings.vantage}, signed."
    )


def _key(settings: Settings) -> bytes:
    if not settings.observations_key.secret:
        raise BadSettings(
            "there is no key to sign with: set REVIZOR_OBSERVATIONS_KEY, or observations_key_file in "
            "revizor.toml, to the same secret in both places."
        )
    return settings.observations_key.secret


def _check_list(parcel: Parcel, file: Path, settings: Settings, at: datetime) -> None:
    heading = parcel.heading
    if slug_of(heading.client) != heading.client:
        raise BadParcel(
            f"{file.name} is about {heading.client[:_LONGEST_NAME]!r}: no client's name."
        )
    if heading.holds != WANTED:
        raise BadParcel(f"{file.name} holds looks; `revizor observations import` takes them in.")
    if heading.vantage == settings.vantage:
        raise BadParcel(
            f"{file.name} was made at {heading.vantage!r} too: give this place a name of its own "
            "with --vantage."
        )
    if heading.made_at > at + SKEW:
        raise BadParcel(_ahead(file, heading.made_at))


def _check_place(heading: Heading, runs: tuple[Run, ...], file: Path) -> None:
    ours = {run.vantage for run in runs if run.purpose in OWN}
    if heading.vantage in ours:
        raise BadParcel(
            f"{file.name} says it was made at {heading.vantage!r}, as our own looks are: "
            "give each place a name of its own with --vantage."
        )


def _ahead(file: Path, moment: datetime) -> str:
    return (
        f"{file.name} was made at {moment:%Y-%m-%d %H:%M} UTC, which is yet to come here: "
        "set the clocks of both places."
    )


def _names(parcel: Parcel, file: Path) -> Iterator[str]:
    for line in parcel.lines():
        if not isinstance(line, WantedLine):
            raise BadParcel(f"{file.name} holds something else than names.")
        try:
            yield canonical_name(line.name)
        except ValueError as error:
            raise BadParcel(f"{file.name} wants to look at what is no name: {error}.") from error


def _is_name(vantage: str) -> bool:
    return 0 < len(vantage) <= _LONGEST_NAME and vantage.isprintable()
