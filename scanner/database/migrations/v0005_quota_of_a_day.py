"""The pace of a group of servers counts the turns of a day: some registries limit these too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Begin to count."""
    for column in (sa.Column("day", sa.Float()), sa.Column("today", sa.Integer())):
        column.nullable, column.server_default = False, sa.DefaultClause("0")
        op.add_column("pace", column)
