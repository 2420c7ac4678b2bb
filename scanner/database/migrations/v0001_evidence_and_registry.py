"""The first schema: paces, evidence, clients, objects and their history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

# Frozen here on purpose: a migration must do the same for ever, whatever the models become.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UTC = sa.DateTime(timezone=True)
EXACT = sa.Numeric().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create all tables."""
    _pace()
    _evidence()
    _registry()


def _pace() -> None:
    op.create_table(
        "pace",
        sa.Column("servers", sa.Text(), nullable=False),
        sa.Column("turn", sa.Float(), nullable=False),
        sa.Column("free", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("servers", name="pk_pace"),
    )


def _evidence() -> None:
    op.create_table(
        "run",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("vantage", TEXT, nullable=False),
        sa.Column("started_at", UTC, nullable=False),
        sa.Column("finished_at", UTC),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_index("ix_run_client_started_at", "run", ["client", "started_at"])
    op.create_table(
        "observation",
        sa.Column("run", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("probe", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", "target", "probe", name="pk_observation"),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_observation_run"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "exchange",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exchange"),
    )


def _registry() -> None:
    op.create_table(
        "client",
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("org", JSON, nullable=False),
        sa.Column("brands", JSON, nullable=False),
        sa.Column("inns", JSON, nullable=False),
        sa.Column("since", UTC, nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_client"),
    )
    op.create_table(
        "registry_object",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text()),
        sa.Column("name", TEXT),
        sa.Column("display_name", TEXT),
        sa.Column("provider", TEXT),
        sa.Column("registrar", TEXT),
        sa.Column("paid_until", sa.Date()),
        sa.Column("auto_renew", sa.Boolean()),
        sa.Column("cost_amount", EXACT),
        sa.Column("cost_currency", TEXT),
        sa.Column("cost_months", sa.Integer()),
        sa.Column("ownership", sa.Text()),
        sa.Column("use", sa.Text()),
        sa.Column("state", TEXT),
        sa.Column("verdict", sa.Text()),
        sa.Column("confidence", sa.Text()),
        sa.Column("hosts", JSON, nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("origins", JSON, nullable=False),
        sa.Column("first_seen_at", UTC, nullable=False),
        sa.Column("last_seen_at", UTC, nullable=False),
        sa.Column("last_run", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_registry_object"),
        sa.ForeignKeyConstraint(["client"], ["client.slug"], name="fk_registry_object_client"),
        sa.UniqueConstraint("client", "kind", "key", name="uq_registry_object_client_kind_key"),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("before", TEXT),
        sa.Column("after", TEXT),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("run", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
        sa.ForeignKeyConstraint(["object_id"], ["registry_object.id"], name="fk_change_object_id"),
    )
    op.create_index("ix_change_object_id", "change", ["object_id"])
    op.create_table(
        "contradiction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("kept", TEXT, nullable=False),
        sa.Column("offered", TEXT, nullable=False),
        sa.Column("first_at", UTC, nullable=False),
        sa.Column("last_at", UTC, nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("settled_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_contradiction"),
        sa.ForeignKeyConstraint(
            ["object_id"], ["registry_object.id"], name="fk_contradiction_object_id"
        ),
        sa.UniqueConstraint(
            "object_id", "field", "offered", name="uq_contradiction_object_id_field_offered"
        ),
    )
    op.create_table(
        "owner_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("ownership", sa.Text(), nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_owner_word"),
        sa.ForeignKeyConstraint(["client"], ["client.slug"], name="fk_owner_word_client"),
    )
    op.create_index("ix_owner_word_client", "owner_word", ["client"])
