"""The table of changes that people are told of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from scanner.database.columns import Document, Plain, Utc
from scanner.database.rows import Row, table_of


class NoticeRow(Row, table=True):
    """A change that somebody is told of: in his next digest, or by a task until it is over."""

    __tablename__ = "notice"
    __table_args__ = (Index(None, "is_task", "over_at"), Index(None, "at"))

    id: int | None = Field(default=None, primary_key=True)
    client: str = Field(sa_type=Plain)
    object_id: int | None = Field(default=None, foreign_key="registry_object.id")
    """Whose people are told: of several things the first; none of a source."""
    code: str = Field(sa_type=Plain)
    rule: str = Field(sa_type=Plain)
    is_task: bool
    severity: str = Field(sa_type=Plain)
    params: dict[str, Any] = Field(sa_type=Document)
    names: dict[str, str] = Field(sa_type=Document)
    """How people call the things, by asset id; all the things that it is about."""
    before: str = Field(sa_type=Plain)
    run: str = Field(sa_type=Plain)
    at: datetime = Field(sa_type=Utc)
    told_in: str | None = Field(default=None, sa_type=Plain)
    """The digest that told it."""
    over_at: datetime | None = Field(default=None, sa_type=Utc)
    over_by: str | None = Field(default=None, sa_type=Plain)
    """A person, or the task manager in which he closed the task; nobody where a look saw it undone."""
    over_why: str | None = Field(default=None, sa_type=Plain)


NOTICE = table_of(NoticeRow)
