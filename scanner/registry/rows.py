"""Tables of the registry. An object is never deleted; its lifecycle says that it is gone."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as Amount
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from scanner.assets import Advice, Confidence, Kind, Ownership, Use
from scanner.database.columns import Document, Exact, OpenWord, Plain, Utc, Word
from scanner.database.rows import Row, table_of
from scanner.registry.words import Access, Decision, Holder, Lifecycle, ObjectType
from scanner.renewals.anchors import Anchor


class ClientRow(Row, table=True):
    """A client."""

    __tablename__ = "client"

    slug: str = Field(primary_key=True, sa_type=Plain)
    name: str = Field(sa_type=Plain)
    org: list[str] = Field(sa_type=Document)
    brands: list[str] = Field(sa_type=Document)
    inns: list[str] = Field(sa_type=Document)
    since: datetime = Field(sa_type=Utc)


_EARLY_DAYS = {day: text(f"{day} IS NOT NULL") for day in ("decide_by", "cheap_until")}
"""Days before the last one that few things have."""


class ObjectRow(Row, table=True):
    """An object: its identity, three statuses that never mix, and values with their origins."""

    __tablename__ = "registry_object"
    __table_args__ = (
        UniqueConstraint("client", "kind", "key"),
        Index(None, "paid_until"),
        *(
            Index(f"ix_registry_object_{day}", day, sqlite_where=only, postgresql_where=only)
            for day, only in _EARLY_DAYS.items()
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    client: str = Field(foreign_key="client.slug", sa_type=Plain)
    kind: Kind = Field(sa_type=Word(Kind))
    key: str = Field(sa_type=Plain)
    type: str = Field(sa_type=OpenWord(ObjectType))
    lifecycle: Lifecycle = Field(sa_type=Word(Lifecycle))
    decision: Decision | None = Field(default=None, sa_type=Word(Decision))
    name: str | None = Field(default=None, sa_type=Plain)
    display_name: str | None = Field(default=None, sa_type=Plain)
    provider: str | None = Field(default=None, sa_type=Plain)
    registrar: str | None = Field(default=None, sa_type=Plain)
    paid_until: date | None = None
    auto_renew: bool | None = None
    cost_amount: Amount | None = Field(default=None, sa_type=Exact)
    cost_currency: str | None = Field(default=None, sa_type=Plain)
    cost_months: int | None = None
    one_off_amount: Amount | None = Field(default=None, sa_type=Exact)
    """What ending it or handing it over costs once."""
    one_off_currency: str | None = Field(default=None, sa_type=Plain)
    ownership: Ownership | None = Field(default=None, sa_type=Word(Ownership))
    use: Use | None = Field(default=None, sa_type=Word(Use))
    state: str | None = Field(default=None, sa_type=Plain)
    verdict: Advice | None = Field(default=None, sa_type=Word(Advice))
    confidence: Confidence | None = Field(default=None, sa_type=Word(Confidence))
    hosts: list[str] = Field(sa_type=Document)
    facts: dict[str, Any] = Field(sa_type=Document)
    origins: dict[str, str] = Field(sa_type=Document)
    first_seen_at: datetime = Field(sa_type=Utc)
    last_seen_at: datetime = Field(sa_type=Utc)
    last_run: str = Field(sa_type=Plain)
    responsible: int | None = Field(default=None, foreign_key="person.id")
    account: str | None = Field(default=None, sa_type=Plain)
    period_months: int | None = None
    renew_from: date | None = None
    cheap_until: date | None = None
    decide_by: date | None = None
    service_stops: date | None = None
    grace_until: date | None = None
    lost_at: date | None = None
    anchor: Anchor | None = Field(default=None, sa_type=Word(Anchor))
    holder: Holder | None = Field(default=None, sa_type=Word(Holder))
    access: Access | None = Field(default=None, sa_type=Word(Access))
    secret_ref: str | None = Field(default=None, sa_type=Plain)
    licence_key: bytes | None = None
    licence_key_tail: str | None = Field(default=None, sa_type=Plain)
    notes: str | None = Field(default=None, sa_type=Plain)
    dated_at: datetime | None = Field(default=None, sa_type=Utc)
    replaced_by: int | None = Field(default=None, foreign_key="registry_object.id")
    custom: dict[str, Any] = Field(sa_type=Document)
    version: int = 1


class ChangeRow(Row, table=True):
    """One change of one field. Append-only."""

    __tablename__ = "change"
    __table_args__ = (Index(None, "object_id"), Index(None, "deed"))

    id: int | None = Field(default=None, primary_key=True)
    object_id: int = Field(foreign_key="registry_object.id")
    at: datetime = Field(sa_type=Utc)
    who: str = Field(sa_type=Plain)
    field: str = Field(sa_type=Plain)
    before: str | None = Field(default=None, sa_type=Plain)
    after: str | None = Field(default=None, sa_type=Plain)
    why: str = Field(sa_type=Plain)
    run: str | None = Field(default=None, sa_type=Plain)
    deed: str | None = Field(default=None, sa_type=Plain)
    """What one command of a person's changed together, so that it can be undone together."""
    origin: str | None = Field(default=None, sa_type=Plain)
    """How the value before was known."""
    version: int | None = None
    """The object's version since this change."""
    sealed: bytes | None = None
    """The licence key before, encrypted; the history itself tells no more than its tail."""


class ContradictionRow(Row, table=True):
    """What a run offered against a person's value. One row for each value offered."""

    __tablename__ = "contradiction"
    __table_args__ = (UniqueConstraint("object_id", "field", "offered"),)

    id: int | None = Field(default=None, primary_key=True)
    object_id: int = Field(foreign_key="registry_object.id")
    field: str = Field(sa_type=Plain)
    kept: str = Field(sa_type=Plain)
    offered: str = Field(sa_type=Plain)
    first_at: datetime = Field(sa_type=Utc)
    last_at: datetime = Field(sa_type=Utc)
    run: str = Field(sa_type=Plain)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    """When a person spoke again, or the runs came to agree with him."""


class OwnerWordRow(Row, table=True):
    """A person's word on ownership, also of what the registry has not met yet. Append-only."""

    __tablename__ = "owner_word"
    __table_args__ = (Index(None, "client"),)

    id: int | None = Field(default=None, primary_key=True)
    client: str = Field(foreign_key="client.slug", sa_type=Plain)
    kind: Kind = Field(sa_type=Word(Kind))
    key: str = Field(sa_type=Plain)
    ownership: Ownership = Field(sa_type=Word(Ownership))
    who: str = Field(sa_type=Plain)
    why: str = Field(sa_type=Plain)
    at: datetime = Field(sa_type=Utc)


CLIENT = table_of(ClientRow)
OBJECT = table_of(ObjectRow)
CHANGE = table_of(ChangeRow)
CONTRADICTION = table_of(ContradictionRow)
OWNER_WORD = table_of(OwnerWordRow)
