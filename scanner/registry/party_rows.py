"""Tables of people and projects: who answers for what. Nobody is deleted; a person who left is inactive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from scanner.database.columns import Document, Plain, Utc
from scanner.database.rows import Row, table_of


class PersonRow(Row, table=True):
    """Somebody who answers for renewals."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("name"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=Plain)
    email: str | None = Field(default=None, sa_type=Plain)
    trackers: dict[str, str] = Field(sa_type=Document)
    """His id in each task manager, by the tracker's name in the settings."""
    active: bool
    since: datetime = Field(sa_type=Utc)


class ProjectRow(Row, table=True):
    """A project of a client."""

    __tablename__ = "project"
    __table_args__ = (UniqueConstraint("client", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    client: str = Field(foreign_key="client.slug", sa_type=Plain)
    name: str = Field(sa_type=Plain)
    manager: int | None = Field(default=None, foreign_key="person.id")
    trackers: dict[str, str] = Field(sa_type=Document)
    """Its group or project in each task manager."""
    active: bool
    since: datetime = Field(sa_type=Utc)


class ProjectObjectRow(Row, table=True):
    """An object belongs to a project; to one of its projects in the first place."""

    __tablename__ = "project_object"
    __table_args__ = (Index(None, "project_id"),)

    object_id: int = Field(foreign_key="registry_object.id", primary_key=True)
    project_id: int = Field(foreign_key="project.id", primary_key=True)
    lead: bool


class PartyChangeRow(Row, table=True):
    """One change of a client, a project, a person or an own type. Append-only."""

    __tablename__ = "party_change"
    __table_args__ = (Index(None, "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(sa_type=Plain)
    """`person:3`, `project:4`, `client:romashka`, `type:vpn`."""
    at: datetime = Field(sa_type=Utc)
    who: str = Field(sa_type=Plain)
    field: str = Field(sa_type=Plain)
    before: str | None = Field(default=None, sa_type=Plain)
    after: str | None = Field(default=None, sa_type=Plain)
    why: str = Field(sa_type=Plain)
    deed: str | None = Field(default=None, sa_type=Plain)


class OwnTypeRow(Row, table=True):
    """A type of object that the agency added to ours."""

    __tablename__ = "own_type"

    code: str = Field(primary_key=True, sa_type=Plain)
    ru: str = Field(sa_type=Plain)
    en: str = Field(sa_type=Plain)


PERSON = table_of(PersonRow)
PROJECT = table_of(ProjectRow)
PROJECT_OBJECT = table_of(ProjectObjectRow)
PARTY_CHANGE = table_of(PartyChangeRow)
OWN_TYPE = table_of(OwnTypeRow)
