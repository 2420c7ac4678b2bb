"""Who changes something and why, and the history of people, projects, clients and own types."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, insert, select

from scanner.registry.party_rows import PARTY_CHANGE


class By(Struct, frozen=True, kw_only=True):
    """Who does it, when, why, and in which deed: what one command changes is one deed."""

    who: str
    at: datetime
    why: str = ""
    deed: str | None = None


class PartyChange(Struct, frozen=True):
    """One change of one field; values as text, None for no value."""

    subject: str
    """`person:3`, `project:4`, `client:romashka`, `type:vpn`."""
    at: datetime
    who: str
    field: str
    before: str | None
    after: str | None
    why: str
    deed: str | None


def record_party_change(
    connection: Connection, subject: str, field: str, before: str | None, after: str | None, by: By
) -> None:
    """Write one change into history."""
    connection.execute(
        insert(PARTY_CHANGE).values(
            subject=subject, at=by.at, who=by.who, field=field, before=before, after=after,
            why=by.why, deed=by.deed,
        )
    )  # fmt: skip


def party_history(
    connection: Connection, subject: str | None = None, deed: str | None = None
) -> tuple[PartyChange, ...]:
    """Return the changes of one subject, of a deed, or of both, oldest first."""
    column = PARTY_CHANGE.c
    query = select(*(column[name] for name in PartyChange.__struct_fields__)).order_by(column.id)
    if subject is not None:
        query = query.where(column.subject == subject)
    if deed is not None:
        query = query.where(column.deed == deed)
    return tuple(PartyChange(*row) for row in connection.execute(query))
