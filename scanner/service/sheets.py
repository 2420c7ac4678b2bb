"""The registry as a table: taken in with a preview, given out as CSV or XLSX."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs
from sqlalchemy import Connection

from scanner.database import Database
from scanner.intake.names import UnreadableInput
from scanner.registry.party_changes import By
from scanner.registry.sheet_export import Exported, write_csv, write_xlsx
from scanner.registry.sheet_import import take_sheet
from scanner.registry.sheet_rows import MAX_BYTES, SheetTable, read_sheet
from scanner.registry.sheet_taken import How, Imported, Taken
from scanner.service.answers import Answers
from scanner.service.licence_keys import vault_of
from scanner.service.registering import Said, changing
from scanner.service.seeking import Sought, client_slug, filter_of
from scanner.service.whole_files import replacing
from scanner.settings import Settings

if TYPE_CHECKING:
    from scanner.runs.look import Clock

_TOLD = 30
"""Rows of a preview that are named one by one."""


class _Preview(Exception):
    """Carries out of a transaction what it would have done, so that it is undone."""

    def __init__(self, imported: Imported) -> None:
        super().__init__()
        self.imported = imported


class Import(Struct, frozen=True):
    """What an import did, or would do."""

    imported: Imported
    applied: bool
    by: By | None = None

    @property
    def is_bad(self) -> bool:
        """Whether rows could not be taken."""
        return bool(self.imported.troubles)

    def text(self, settings: Settings) -> str:
        """Return it for a person."""
        return "\n".join(_told(self, Answers(settings)))

    def json(self) -> str:
        """Return it for a program."""
        # `refused` is what `advice` says already, for people of any language.
        troubles = [
            {name: value for name, value in structs.asdict(one).items() if name != "refused"}
            for one in self.imported.troubles
        ]
        told = {
            "applied": self.applied,
            "deed": self.by and self.by.deed,
            **structs.asdict(self.imported),
            "troubles": troubles,
        }
        return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


async def registry_import(
    file: Path,
    how: How,
    said: Said,
    settings: Settings,
    clock: Clock,
    *,
    apply: bool,
    skip_bad: bool = False,
) -> Import:
    """Take a table into the registry, whole or not at all; without `apply` only say what it would do.

    With `skip_bad` rows with errors are left out and the others taken.
    """
    table = read_sheet(_bytes(file), str(file) if str(file) != "-" else "stdin")
    done = await _taken(table, how, said, settings, clock, apply=apply and not skip_bad)
    if not (apply and skip_bad):
        return done
    # Again without the bad rows, so that nothing they asked for is left behind.
    bad = {one.row for one in done.imported.troubles}
    good = structs.replace(table, rows=tuple(row for row in table.rows if row.number not in bad))
    again = await _taken(good, how, said, settings, clock, apply=True)
    troubles = (*done.imported.troubles, *again.imported.troubles)
    imported = structs.replace(again.imported, troubles=troubles)
    return Import(imported, again.applied, again.by)


async def _taken(
    table: SheetTable, how: How, said: Said, settings: Settings, clock: Clock, *, apply: bool
) -> Import:
    vault = vault_of(settings)

    def work(connection: Connection, by: By) -> Imported:
        client = client_slug(connection, how.client) if how.client else ""
        taken = take_sheet(connection, table, structs.replace(how, client=client), vault, by)
        if not apply or taken.troubles:
            raise _Preview(taken)
        return taken

    try:
        imported, by = await changing(settings, said, clock, work)
    except _Preview as preview:
        return Import(preview.imported, False)
    return Import(imported, True, by)


def registry_export(
    sought: Sought, to: Path, settings: Settings, clock: Clock, *, with_keys: bool, language: str
) -> int:
    """Write the objects that are meant, as CSV or XLSX by the file's ending; `-` is CSV on stdout.

    Licence keys are masked unless `with_keys`. Return how many objects were written.
    """
    vault = vault_of(settings)
    database = Database.open(settings.db)
    write = write_xlsx if to.suffix.lower() == ".xlsx" else write_csv
    try:
        with database.reading() as connection:
            wanted = filter_of(connection, sought, clock)
            what = Exported(wanted=wanted, language=language, with_keys=with_keys)
            if str(to) == "-":
                return write_csv(connection, sys.stdout.buffer, what, vault)
            with replacing(to) as stream:
                return write(connection, stream, what, vault)
    finally:
        database.close()


def _bytes(file: Path) -> bytes:
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableInput(f"{file} cannot be read: {error.strerror or error}.") from error


def _told(done: Import, answers: Answers) -> Iterator[str]:
    found, say = done.imported, partial(_say, answers)
    yield f"{found.source}:"
    for heading, code in found.columns:
        yield f"  {heading} → {answers.field(code)}"
    for heading in found.secrets:
        yield f"  {heading}: {say('secret')}"
    bad = len({one.row for one in found.troubles})
    yield say(
        "did" if done.applied else "would", added=len(found.added), changed=len(found.changed),
        same=found.unchanged, bad=bad,
    )  # fmt: skip
    for new in found.made[:_TOLD]:
        what, _, name = new.partition(" ")
        yield f"  {say(f'new_{what}', name=name)}"
    yield from _rows(found.added, "+", answers)
    yield from _rows(found.changed, "~", answers)
    for one in found.troubles[:_TOLD]:
        column = f", {one.column}" if one.column else ""
        shown = f" {one.found!r}" if one.found else ""
        yield f"  ! {say('row', row=one.row)}{column}:{shown} {one.refused.said(answers.wording)}"
    if len(found.troubles) > _TOLD:
        yield f"  ! {say('more_bad', count=len(found.troubles) - _TOLD)}"
    if not (found.added or found.changed or found.made or found.troubles):
        yield say("nothing")
    elif done.by:
        yield answers.undoable(say("done"), done.by)
    elif found.troubles:
        yield say("mend")
    elif found.added or found.changed:
        yield say("not_yet")


def _say(answers: Answers, code: str, **params: str | int) -> str:
    return answers.wording.say(f"table_taken.{code}", params)


def _rows(rows: tuple[Taken, ...], mark: str, answers: Answers) -> Iterator[str]:
    for one in rows[:_TOLD]:
        changes = "; ".join(answers.change(*change) for change in one.changes)
        row = _say(answers, "row", row=one.row)
        yield f"  {mark} {row}: {one.client} {one.asset}" + (f": {changes}" if changes else "")
    if len(rows) > _TOLD:
        yield f"  {mark} {_say(answers, 'more', count=len(rows) - _TOLD)}"
