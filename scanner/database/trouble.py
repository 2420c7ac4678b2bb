"""What can go wrong with the storage, in words that tell a person what to do."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

_TRANSIENT = frozenset({"40001", "40P01"})
"""PostgreSQL: serialization failure, deadlock. The same transaction tried again succeeds."""


class StorageTrouble(Exception):
    """The database could not be opened, read or written; what was saved before is intact."""


class Busy(StorageTrouble):
    """Somebody else is at it; trying again later helps."""


def is_transient(error: DBAPIError) -> bool:
    """Say whether running the same transaction again can succeed."""
    return getattr(error.orig, "sqlstate", None) in _TRANSIENT


def in_words(error: DBAPIError, place: str) -> StorageTrouble | None:
    """Return the trouble an error of the driver means; None when it is a mistake of our own."""
    sqlite = getattr(error.orig, "sqlite_errorname", None)
    if isinstance(sqlite, str):
        return _of_sqlite(sqlite, str(error.orig), place)
    state = getattr(error.orig, "sqlstate", None) or ""
    lost = error.connection_invalidated or (
        not state and isinstance(error, OperationalError | InterfaceError)
    )
    return _of_postgresql(state, str(error.orig), place, lost=lost)


def _of_sqlite(name: str, text: str, place: str) -> StorageTrouble | None:
    kind = "_".join(name.split("_")[:2])  # SQLITE_IOERR_WRITE is a kind of SQLITE_IOERR
    advice = {
        "SQLITE_FULL": "the disk is full; free some space and run the same command again",
        "SQLITE_IOERR": "the disk is full, or cannot be read or written; check it and run the same command again",
        "SQLITE_READONLY": "it may not be written; check the rights of the file and of its folder",
        "SQLITE_PERM": "it may not be opened; check the rights of the file and of its folder",
        "SQLITE_CANTOPEN": "it cannot be opened; check that its folder exists and may be written",
        "SQLITE_NOTADB": "it is not a Revizor database; check --db or REVIZOR_DB",
        "SQLITE_CORRUPT": "the file is damaged; restore it from a backup copy",
    }
    if kind in ("SQLITE_BUSY", "SQLITE_LOCKED"):
        return Busy(f"{place}: another program holds the database; try again when it has finished.")
    if kind in advice:
        return StorageTrouble(f"{place}: {advice[kind]} (everything saved so far is kept): {text}.")
    return None


def _of_postgresql(state: str, text: str, place: str, *, lost: bool) -> StorageTrouble | None:
    first = text.strip().splitlines()[0] if text.strip() else "no reason given"
    if state == "53100":
        return StorageTrouble(f"{place}: the server's disk is full; free some space: {first}.")
    if state in ("55P03", "40P01", "40001"):
        return Busy(f"{place}: others are writing the same rows; try again later: {first}.")
    if state.startswith("53"):
        return Busy(f"{place}: the server is at its limit; try again later: {first}.")
    if state.startswith("28"):
        return StorageTrouble(f"{place}: the server refused the login; check REVIZOR_DB: {first}.")
    if state == "3D000":
        return StorageTrouble(f"{place}: there is no such database; create it first: {first}.")
    if state in ("XX001", "XX002"):
        return StorageTrouble(
            f"{place}: data are damaged; restore them from a backup copy: {first}."
        )
    if state == "42501":
        return StorageTrouble(f"{place}: the login lacks a right: {first}.")
    if lost or state in ("57P01", "57P02", "57P03", "25P03") or state.startswith("08"):
        return StorageTrouble(
            f"{place}: PostgreSQL cannot be reached or broke off; check that it runs and that "
            f"REVIZOR_DB is right (everything saved so far is kept): {first}."
        )
    return None
