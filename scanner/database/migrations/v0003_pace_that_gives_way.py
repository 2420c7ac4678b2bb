"""The pace of a group of servers remembers how it was refused. Turns live for seconds: old ones are dropped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Begin the table anew."""
    op.drop_table("pace")
    op.create_table(
        "pace",
        sa.Column("servers", sa.Text(), nullable=False),
        sa.Column("free", sa.Float(), nullable=False),
        sa.Column("closed", sa.Float(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("servers", name="pk_pace"),
    )
