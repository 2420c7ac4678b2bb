"""Tables of what comes due, what needs a hand, and what is told to whom: each once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from scanner.database.columns import Document, Plain, Utc, Word
from scanner.database.rows import Row, table_of
from scanner.registry.words import Sending
from scanner.renewals.cycle import CycleState

_OPEN = text("closed_at IS NULL")


class CycleRow(Row, table=True):
    """One period of one object. Its date lies in it and may be corrected; its id never changes."""

    __tablename__ = "cycle"
    __table_args__ = (
        UniqueConstraint("object_id", "seq"),
        Index(
            "uq_cycle_open", "object_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("ix_cycle_due", "due", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = Field(default=None, primary_key=True)
    object_id: int = Field(foreign_key="registry_object.id")
    seq: int
    due: date
    """The last day that is paid for."""
    state: CycleState = Field(sa_type=Word(CycleState))
    opened_at: datetime = Field(sa_type=Utc)
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_by: str | None = Field(default=None, sa_type=Plain)
    closed_why: str | None = Field(default=None, sa_type=Plain)
    seen_later: list[dict[str, Any]] = Field(sa_type=Document)
    """Observations of a later date, which may one day prove that it was renewed."""


class TroubleRow(Row, table=True):
    """Something that needs a hand, from the look that met it until it heals."""

    __tablename__ = "trouble"
    __table_args__ = (UniqueConstraint("object_id", "code", "seq"), Index(None, "healed_at"))

    id: int | None = Field(default=None, primary_key=True)
    object_id: int = Field(foreign_key="registry_object.id")
    code: str = Field(sa_type=Plain)
    seq: int
    severity: str = Field(sa_type=Plain)
    params: dict[str, Any] = Field(sa_type=Document)
    since: datetime = Field(sa_type=Utc)
    seen_at: datetime = Field(sa_type=Utc)
    healed_at: datetime | None = Field(default=None, sa_type=Utc)
    run: str | None = Field(default=None, sa_type=Plain)
    settled_by: str | None = Field(default=None, sa_type=Plain)
    """Who said that it is settled, where no look can see that."""
    settled_why: str | None = Field(default=None, sa_type=Plain)


class OutboxRow(Row, table=True):
    """One thing to be told to one place, once: a task to create, a reminder, a digest."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("subject", "rule", "target"),
        Index(None, "state", "not_before"),
    )

    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(sa_type=Plain)
    """`cycle:12`, `trouble:7`, `digest:2026-11-23`."""
    rule: str = Field(sa_type=Plain)
    target: str = Field(sa_type=Plain)
    """A tracker of the settings (`bitrix24`), or a channel and a person (`mail:3`)."""
    state: Sending = Field(sa_type=Word(Sending))
    step: str = Field(sa_type=Plain)
    """The step of the ladder it was planned at."""
    body: dict[str, Any] = Field(sa_type=Document)
    """What a look at the subject would not tell any more when it is sent."""
    attempts: int
    planned_at: datetime = Field(sa_type=Utc)
    not_before: datetime = Field(sa_type=Utc)
    claimed_by: str | None = Field(default=None, sa_type=Plain)
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    sent_at: datetime | None = Field(default=None, sa_type=Utc)
    error: str | None = Field(default=None, sa_type=Plain)


class TaskLinkRow(Row, table=True):
    """The task outside that stands for a cycle or a trouble, and what it was last told."""

    __tablename__ = "task_link"
    __table_args__ = (
        UniqueConstraint("subject", "tracker"),
        UniqueConstraint("marker", "tracker"),
        Index(None, "tracker", "settled_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(sa_type=Plain)
    tracker: str = Field(sa_type=Plain)
    marker: str = Field(sa_type=Plain)
    """`RVZ-7K3Q`: by it the task is found again."""
    ext_id: str | None = Field(default=None, sa_type=Plain)
    ext_url: str | None = Field(default=None, sa_type=Plain)
    ext_status: str | None = Field(default=None, sa_type=Plain)
    deadline: date | None = None
    told: dict[str, Any] = Field(sa_type=Document)
    """What was last written there, so that only a difference is written again."""
    seen_at: datetime | None = Field(default=None, sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    """When it was told that what it stood for is over."""


class JobRunRow(Row, table=True):
    """One run of a job: a missed one is noticed by the next."""

    __tablename__ = "job_run"
    __table_args__ = (Index(None, "job", "started_at"),)

    id: int | None = Field(default=None, primary_key=True)
    job: str = Field(sa_type=Plain)
    started_at: datetime = Field(sa_type=Utc)
    finished_at: datetime | None = Field(default=None, sa_type=Utc)
    counts: dict[str, int] = Field(sa_type=Document)
    error: str | None = Field(default=None, sa_type=Plain)


class InstallationRow(Row, table=True):
    """This registry's own name, by which what it says outside is told from what another says."""

    __tablename__ = "installation"

    id: int = Field(primary_key=True)
    """Always 1."""
    name: str = Field(sa_type=Plain)


CYCLE = table_of(CycleRow)
TROUBLE = table_of(TroubleRow)
OUTBOX = table_of(OutboxRow)
TASK_LINK = table_of(TaskLinkRow)
JOB_RUN = table_of(JobRunRow)
INSTALLATION = table_of(InstallationRow)
