"""What the client decided, how far each thing is switched off, and who paid for what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

# Frozen here on purpose: a migration must do the same for ever, whatever the models become.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UTC = sa.DateTime(timezone=True)
EXACT = sa.Numeric().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create all tables."""
    _decisions()
    _money()


def _decisions() -> None:
    op.create_table(
        "proposal_list",
        sa.Column("audit", TEXT, nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("proposals", JSON, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("audit", name="pk_proposal_list"),
        sa.ForeignKeyConstraint(["client"], ["client.slug"], name="fk_proposal_list_client"),
    )
    op.create_index("ix_proposal_list_client_at", "proposal_list", ["client", "at"])
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("audit", TEXT, nullable=False),
        sa.Column("list_sha256", TEXT, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("comment", TEXT, nullable=False),
        sa.Column("signed_name", TEXT, nullable=False),
        sa.Column("signed_position", TEXT, nullable=False),
        sa.Column("signed_on", sa.Date()),
        sa.Column("at", UTC, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.ForeignKeyConstraint(
            ["object_id"], ["registry_object.id"], name="fk_decision_object_id"
        ),
    )
    op.create_index("ix_decision_object_id", "decision", ["object_id"])
    op.create_table(
        "decommission_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("need", sa.Text()),
        sa.Column("observe_until", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_decommission_step"),
        sa.ForeignKeyConstraint(
            ["object_id"], ["registry_object.id"], name="fk_decommission_step_object_id"
        ),
    )
    op.create_index("ix_decommission_step_object_id", "decommission_step", ["object_id"])


def _money() -> None:
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer()),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("issued_on", sa.Date()),
        sa.Column("pay_by", sa.Date()),
        sa.Column("amount", EXACT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("withdrawn_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_invoice"),
        sa.ForeignKeyConstraint(["client"], ["client.slug"], name="fk_invoice_client"),
        sa.ForeignKeyConstraint(["object_id"], ["registry_object.id"], name="fk_invoice_object_id"),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name="fk_invoice_cycle_id"),
    )
    op.create_index("ix_invoice_object_id", "invoice", ["object_id"])
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("object_id", sa.Integer()),
        sa.Column("cycle_id", sa.Integer()),
        sa.Column("invoice_id", sa.Integer()),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount", EXACT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("withdrawn_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        sa.ForeignKeyConstraint(["client"], ["client.slug"], name="fk_payment_client"),
        sa.ForeignKeyConstraint(["object_id"], ["registry_object.id"], name="fk_payment_object_id"),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name="fk_payment_cycle_id"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_payment_invoice_id"),
    )
    op.create_index("ix_payment_object_id", "payment", ["object_id"])
    op.create_index("ix_payment_client_paid_on", "payment", ["client", "paid_on"])
    op.create_table(
        "exchange_rate",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("base", TEXT, nullable=False),
        sa.Column("quote", TEXT, nullable=False),
        sa.Column("rate", EXACT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("day", "base", "quote", name="pk_exchange_rate"),
    )
