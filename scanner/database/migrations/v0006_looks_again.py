"""What each look said of each thing, so that looks can be compared; and what an audit was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

# Frozen here on purpose: a migration must do the same for ever, whatever the models become.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "asked",
        sa.Column("run", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_asked"),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_asked_run"),
    )
    op.create_table(
        "stand",
        sa.Column("client", TEXT, nullable=False),
        sa.Column("asset", TEXT, nullable=False),
        sa.Column("vantage", TEXT, nullable=False),
        sa.Column("began", UTC, nullable=False),
        sa.Column("ended", UTC, nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("judged_at", UTC, nullable=False),
        sa.Column("needs", JSON, nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.PrimaryKeyConstraint("client", "asset", "vantage", "began", name="pk_stand"),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_stand_run"),
        sqlite_with_rowid=False,
    )
