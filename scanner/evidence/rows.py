"""Tables of the evidence: runs, observations, exchanges with their large pieces, what was judged. Append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlmodel import Field

from scanner.assets import Use
from scanner.database.columns import Document, Plain, Utc, Word
from scanner.database.rows import Row, table_of


class RunRow(Row, table=True):
    """One scan of one client from one place."""

    __tablename__ = "run"
    __table_args__ = (Index(None, "client", "started_at"),)

    id: str = Field(primary_key=True, sa_type=Plain)
    client: str = Field(sa_type=Plain)
    vantage: str = Field(sa_type=Plain)
    started_at: datetime = Field(sa_type=Utc)
    finished_at: datetime | None = Field(default=None, sa_type=Utc)
    complete: bool
    options: dict[str, Any] = Field(sa_type=Document)


class ObservationRow(Row, table=True):
    """What one probe saw of one target in one run, in the order observations are read back."""

    __tablename__ = "observation"
    __table_args__ = ({"sqlite_with_rowid": False},)

    run: str = Field(primary_key=True, foreign_key="run.id", sa_type=Plain)
    target: str = Field(primary_key=True, sa_type=Plain)
    probe: str = Field(primary_key=True, sa_type=Plain)
    outcome: str = Field(sa_type=Plain)
    """`seen`, `absent` or `unknown`."""
    body: bytes = Field(sa_type=LargeBinary)
    """The Observation as JSON, compressed (see packing)."""


class ExchangeRow(Row, table=True):
    """One recorded exchange; many observations may rest on it. Ids sort by time, and so do rows."""

    __tablename__ = "exchange"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: str = Field(primary_key=True, sa_type=Plain)
    second: int = Field(sa_type=BigInteger)
    """When it was asked, in whole seconds of Unix time; the body says it exactly."""
    truncated: bool
    """True when the raw answer was longer than we keep."""
    page: str | None = Field(default=None, sa_type=Plain)
    chain: str | None = Field(default=None, sa_type=Plain)
    """Pieces of the answer that are not in the body. An exchange without its pieces has aged out."""
    body: bytes = Field(sa_type=LargeBinary)
    """The Exchange as MessagePack, compressed (see packing)."""


class PieceRow(Row, table=True):
    """A page or a certificate chain, once however many exchanges brought it; it goes with the last."""

    __tablename__ = "piece"

    id: str = Field(primary_key=True, sa_type=Plain)
    """32 hex digits of its SHA-256."""
    body: bytes = Field(sa_type=LargeBinary)
    """Compressed (see packing)."""


class AskedRow(Row, table=True):
    """What a person asked an audit for, whole, so that it can be judged again without him."""

    __tablename__ = "asked"

    run: str = Field(primary_key=True, foreign_key="run.id", sa_type=Plain)
    body: bytes = Field(sa_type=LargeBinary)
    """The request as JSON, compressed."""


class StandRow(Row, table=True):
    """What one look from one vantage said of one thing. Of those that count for nothing the newest alone is kept."""

    __tablename__ = "stand"
    __table_args__ = ({"sqlite_with_rowid": False},)

    client: str = Field(primary_key=True, sa_type=Plain)
    asset: str = Field(primary_key=True, sa_type=Plain)
    vantage: str = Field(primary_key=True, sa_type=Plain)
    began: datetime = Field(primary_key=True, sa_type=Utc)
    ended: datetime = Field(sa_type=Utc)
    run: str = Field(foreign_key="run.id", sa_type=Plain)
    use: Use = Field(sa_type=Word(Use))
    state: str = Field(sa_type=Plain)
    judged_at: datetime = Field(sa_type=Utc)
    needs: list[str] = Field(sa_type=Document)
    """What the verdict then wanted before anybody acts."""
    names: list[str] = Field(sa_type=Document)
    """What to look at again, where the verdict wants anything; else empty."""


RUN = table_of(RunRow)
OBSERVATION = table_of(ObservationRow)
EXCHANGE = table_of(ExchangeRow)
PIECE = table_of(PieceRow)
ASKED = table_of(AskedRow)
STAND = table_of(StandRow)
