"""Tables of the evidence: runs, observations, recorded exchanges. Append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from scanner.database.columns import Document, Plain, Row, Utc, table_of


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
    """One recorded exchange; many observations may rest on it."""

    __tablename__ = "exchange"

    id: str = Field(primary_key=True, sa_type=Plain)
    at: datetime = Field(sa_type=Utc)
    truncated: bool
    """True when the raw answer was longer than we keep."""
    body: bytes = Field(sa_type=LargeBinary)
    """The Exchange as MessagePack, compressed (see packing)."""


RUN = table_of(RunRow)
OBSERVATION = table_of(ObservationRow)
EXCHANGE = table_of(ExchangeRow)
