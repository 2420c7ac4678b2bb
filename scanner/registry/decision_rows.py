"""Tables of what the client decided, of switching off step by step, and of money. All append-only."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as Amount

from sqlalchemy import Index
from sqlmodel import Field

from scanner.assets import Advice, Need
from scanner.database.columns import Document, Exact, Plain, Utc, Word
from scanner.database.rows import Row, table_of
from scanner.registry.words import Decision
from scanner.renewals.owed import Payer, Purpose
from scanner.renewals.switching_off import OffStep


class ProposalListRow(Row, table=True):
    """The list that the report of one audit asked the client to sign."""

    __tablename__ = "proposal_list"
    __table_args__ = (Index(None, "client", "at"),)

    audit: str = Field(primary_key=True, sa_type=Plain)
    """Id of the audit's run."""
    client: str = Field(foreign_key="client.slug", sa_type=Plain)
    sha256: str = Field(sa_type=Plain)
    proposals: list[list[str]] = Field(sa_type=Document)
    at: datetime = Field(sa_type=Utc)


class DecisionRow(Row, table=True):
    """The client's word on one proposal, with the list he signed."""

    __tablename__ = "decision"
    __table_args__ = (Index(None, "object_id"),)

    id: int | None = Field(default=None, primary_key=True)
    object_id: int = Field(foreign_key="registry_object.id")
    audit: str = Field(sa_type=Plain)
    list_sha256: str = Field(sa_type=Plain)
    verdict: Advice = Field(sa_type=Word(Advice))
    """The proposal that he answered."""
    decision: Decision = Field(sa_type=Word(Decision))
    until: date | None = None
    comment: str = Field(sa_type=Plain)
    signed_name: str = Field(sa_type=Plain)
    signed_position: str = Field(sa_type=Plain)
    signed_on: date | None = None
    at: datetime = Field(sa_type=Utc)
    who: str = Field(sa_type=Plain)
    """Who took it in."""


class DecommissionStepRow(Row, table=True):
    """One step of switching a thing off."""

    __tablename__ = "decommission_step"
    __table_args__ = (Index(None, "object_id"),)

    id: int | None = Field(default=None, primary_key=True)
    object_id: int = Field(foreign_key="registry_object.id")
    step: OffStep = Field(sa_type=Word(OffStep))
    at: datetime = Field(sa_type=Utc)
    who: str = Field(sa_type=Plain)
    note: str = Field(sa_type=Plain)
    need: Need | None = Field(default=None, sa_type=Word(Need))
    """What a person says is had now, where the step is that."""
    observe_until: date | None = None


class InvoiceRow(Row, table=True):
    """What a provider asks for one period of one thing."""

    __tablename__ = "invoice"
    __table_args__ = (Index(None, "object_id"),)

    id: int | None = Field(default=None, primary_key=True)
    client: str = Field(foreign_key="client.slug", sa_type=Plain)
    object_id: int = Field(foreign_key="registry_object.id")
    cycle_id: int | None = Field(default=None, foreign_key="cycle.id")
    number: str = Field(sa_type=Plain)
    issued_on: date | None = None
    pay_by: date | None = None
    amount: Amount = Field(sa_type=Exact)
    currency: str = Field(sa_type=Plain)
    payer: Payer = Field(sa_type=Word(Payer))
    document: str = Field(sa_type=Plain)
    at: datetime = Field(sa_type=Utc)
    who: str = Field(sa_type=Plain)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Utc)


class PaymentRow(Row, table=True):
    """Money that went: to a provider for a thing, or back to the agency that had laid it out."""

    __tablename__ = "payment"
    __table_args__ = (Index(None, "object_id"), Index(None, "client", "paid_on"))

    id: int | None = Field(default=None, primary_key=True)
    client: str = Field(foreign_key="client.slug", sa_type=Plain)
    object_id: int | None = Field(default=None, foreign_key="registry_object.id")
    cycle_id: int | None = Field(default=None, foreign_key="cycle.id")
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id")
    purpose: Purpose = Field(sa_type=Word(Purpose))
    paid_on: date
    amount: Amount = Field(sa_type=Exact)
    currency: str = Field(sa_type=Plain)
    payer: Payer = Field(sa_type=Word(Payer))
    document: str = Field(sa_type=Plain)
    at: datetime = Field(sa_type=Utc)
    who: str = Field(sa_type=Plain)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Utc)


class ExchangeRateRow(Row, table=True):
    """How much of `quote` one unit of `base` was worth on a day."""

    __tablename__ = "exchange_rate"

    day: date = Field(primary_key=True)
    base: str = Field(primary_key=True, sa_type=Plain)
    quote: str = Field(primary_key=True, sa_type=Plain)
    rate: Amount = Field(sa_type=Exact)
    source: str = Field(sa_type=Plain)


PROPOSAL_LIST = table_of(ProposalListRow)
DECISION = table_of(DecisionRow)
DECOMMISSION_STEP = table_of(DecommissionStepRow)
INVOICE = table_of(InvoiceRow)
PAYMENT = table_of(PaymentRow)
EXCHANGE_RATE = table_of(ExchangeRateRow)
