"""When each thing is to be looked at again, and what was told of it last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

# Frozen here on purpose: a migration must do the same for ever, whatever the models become.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "due",
        sa.Column("client", TEXT, nullable=False),
        sa.Column("thing", TEXT, nullable=False),
        sa.Column("looks", sa.Text(), nullable=False),
        sa.Column("due_at", UTC, nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.PrimaryKeyConstraint("client", "thing", "looks", name="pk_due"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_due_due_at_client", "due", ["due_at", "client"])
    op.create_table(
        "told",
        sa.Column("client", TEXT, nullable=False),
        sa.Column("thing", TEXT, nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("client", "thing", name="pk_told"),
        sqlite_with_rowid=False,
    )
