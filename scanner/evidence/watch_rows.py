"""Tables of keeping watch: what is to be looked at when, and what was told of each thing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from scanner.database.columns import Document, Plain, Utc, Word
from scanner.database.rows import Row, table_of
from scanner.verdicts.cadence import LookKind


class DueRow(Row, table=True):
    """From when on looks of one kind are due at one thing."""

    __tablename__ = "due"
    __table_args__ = (Index(None, "due_at", "client"), {"sqlite_with_rowid": False})

    client: str = Field(primary_key=True, sa_type=Plain)
    thing: str = Field(primary_key=True, sa_type=Plain)
    """An asset id, or the client's slug for what is looked for anew."""
    looks: LookKind = Field(primary_key=True, sa_type=Word(LookKind))
    due_at: datetime = Field(sa_type=Utc)
    names: list[str] = Field(sa_type=Document)
    """What to look at: `*.` before a name means with everything below it."""


class ToldRow(Row, table=True):
    """What was told of a thing, or of a source, and what was seen since."""

    __tablename__ = "told"
    __table_args__ = ({"sqlite_with_rowid": False},)

    client: str = Field(primary_key=True, sa_type=Plain)
    thing: str = Field(primary_key=True, sa_type=Plain)
    """An asset id; `source:` and its name; empty for the client himself."""
    run: str = Field(sa_type=Plain)
    """The run that changed it last."""
    body: bytes = Field(sa_type=LargeBinary)
    """JSON, compressed."""


DUE = table_of(DueRow)
TOLD = table_of(ToldRow)
