"""The registry as a table: taken in with a preview, given out as CSV or XLSX."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs
from sqlalchemy import Connection

from scanner.database import Database
from scanner.intake.names import UnreadableInput
from scanner.registry.keys import NoKey
from scanner.registry.party_changes import By
from scanner.registry.sheet_export import Exported, write_csv, write_xlsx
from scanner.registry.sheet_import import take_sheet
from scanner.registry.sheet_rows import MAX_BYTES, SheetTable, read_sheet
from scanner.registry.sheet_taken import How, Imported, Taken
from scanner.service.arguments import UnknownThing
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
    deed: str | None = None

    @property
    def is_bad(self) -> bool:
        """Whether rows could not be taken."""
        return bool(self.imported.troubles)

    def text(self) -> str:
        """Return it for a person."""
        return "\n".join(_told(self))

    def json(self) -> str:
        """Return it for a program."""
        told = {"applied": self.applied, "deed": self.deed, **structs.asdict(self.imported)}
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
    return Import(imported, again.applied, again.deed)


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
    return Import(imported, True, by.deed)


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
    except NoKey as error:
        raise UnknownThing(f"{error}.") from None
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


def _told(done: Import) -> Iterator[str]:
    found = done.imported
    yield f"{found.source}:"
    for heading, code in found.columns:
        yield f"  {heading} → {code}"
    for heading in found.secrets:
        yield f"  {heading}: a secret, not kept; say where it is in a column “Где хранится пароль”"
    would = "" if done.applied else "would be "
    yield (
        f"{len(found.added)} {would}added, {len(found.changed)} {would}changed, "
        f"{found.unchanged} as they are, {len({one.row for one in found.troubles})} rows with errors."
    )
    yield from (f"  new {one}" for one in found.made[:_TOLD])
    yield from _rows(found.added, "+")
    yield from _rows(found.changed, "~")
    for one in found.troubles[:_TOLD]:
        column = f", {one.column}" if one.column else ""
        shown = f" {one.found!r}" if one.found else ""
        yield f"  ! row {one.row}{column}:{shown} {one.advice}"
    if len(found.troubles) > _TOLD:
        yield f"  ! … and {len(found.troubles) - _TOLD} more; --json prints all."
    if not (found.added or found.changed or found.made or found.troubles):
        yield "Nothing differs: nothing was changed."
    elif done.applied:
        yield f"Done. `revizor registry undo {done.deed}` takes it back."
    elif found.troubles:
        yield "Nothing was changed. Mend these rows, or leave them out with --skip-bad."
    elif found.added or found.changed:
        yield "Nothing was changed yet: run it again with --yes."


def _rows(rows: tuple[Taken, ...], mark: str) -> Iterator[str]:
    for one in rows[:_TOLD]:
        changes = "; ".join(f"{field} {before} → {after}" for field, before, after in one.changes)
        yield f"  {mark} row {one.row}: {one.client} {one.asset}" + (
            f": {changes}" if changes else ""
        )
    if len(rows) > _TOLD:
        yield f"  {mark} … and {len(rows) - _TOLD} more"
