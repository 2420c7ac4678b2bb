"""Changes that people are told of, by a task or in a digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

# Frozen here on purpose: a migration must do the same for ever, whatever the models become.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table; what changed before was told as it was then."""
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("object_id", sa.Integer()),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("is_task", sa.Boolean(), nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("before", TEXT, nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("told_in", TEXT),
        sa.Column("over_at", UTC),
        sa.Column("over_by", TEXT),
        sa.Column("over_why", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.ForeignKeyConstraint(["object_id"], ["registry_object.id"], name="fk_notice_object_id"),
    )
    op.create_index("ix_notice_is_task_over_at", "notice", ["is_task", "over_at"])
    op.create_index("ix_notice_at", "notice", ["at"])
