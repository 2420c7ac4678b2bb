"""What is open is found without what is over; one open period for each thing; costs that are paid once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

# Frozen here on purpose: a migration must do the same for ever, whatever the models become.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
AMOUNT = sa.Text().with_variant(sa.Numeric(), "postgresql")


def upgrade() -> None:
    """Add the columns, and indexes that hold only what somebody may still have to be told of."""
    with op.batch_alter_table("registry_object") as table:
        table.add_column(sa.Column("one_off_amount", AMOUNT))
        table.add_column(sa.Column("one_off_currency", TEXT))
    op.drop_index("ix_cycle_closed_at_due", "cycle")
    _index("uq_cycle_open", "cycle", "object_id", "closed_at IS NULL", unique=True)
    _index("ix_cycle_due", "cycle", "due", "closed_at IS NULL")
    for day in ("decide_by", "cheap_until"):
        _index(f"ix_registry_object_{day}", "registry_object", day, f"{day} IS NOT NULL")


def _index(name: str, table: str, column: str, where: str, *, unique: bool = False) -> None:
    only = sa.text(where)
    op.create_index(name, table, [column], unique=unique, sqlite_where=only, postgresql_where=only)
