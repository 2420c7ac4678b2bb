"""A copy of an SQLite database while it is in use, whole and checked, or none."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from scanner.database.engine import Place
from scanner.database.trouble import StorageTrouble

_PAGES = 4_096
"""Pages copied at a time; others may write in between."""


def back_up(url: str, to: Path) -> int:
    """Copy the database into a new file beside its final name, check it, then name it; return its bytes.

    Raises StorageTrouble, with advice, for PostgreSQL, for a name that is taken, and where the copy is not
    whole. Only its owner can read the file.
    """
    place = Place(url)
    if place.file is None:
        raise StorageTrouble(
            f"{place.name} is PostgreSQL: back it up with pg_dump, or into a file with "
            f"`revizor db copy {place.name} sqlite:///FILE`."
        )
    if not place.file.exists():
        raise StorageTrouble(f"{place.file}: there is no such database; check --db or REVIZOR_DB.")
    if to.exists():
        raise StorageTrouble(f"{to} is there already: give the copy another name.")
    part = to.with_name(f"{to.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))
        _copy(place.file, part)
        part.replace(to)
        return to.stat().st_size
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        full = "full" in str(reason) or "No space" in str(reason)
        advice = "the disk is full; free some space" if full else "the copy failed"
        raise StorageTrouble(
            f"{to}: {advice} (the database itself is untouched, no copy was made): {reason}."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _copy(file: Path, part: Path) -> None:
    source = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    try:
        target = sqlite3.connect(part)
        try:
            source.backup(target, pages=_PAGES)
            damage = [str(row[0]) for row in target.execute("PRAGMA integrity_check(3)")]
            if damage != ["ok"]:
                raise StorageTrouble(f"{file} is damaged, so no copy was made: {damage[0]}.")
            # One file that can be moved about, without a log beside it.
            target.execute("PRAGMA journal_mode = DELETE")
        finally:
            target.close()
    finally:
        source.close()
