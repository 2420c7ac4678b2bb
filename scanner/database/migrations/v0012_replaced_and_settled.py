"""Which object took another's place, and who settled a trouble that no look can see."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"

# Frozen here on purpose: a migration must do the same for ever, whatever the models become.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns; nothing is replaced or settled yet."""
    with op.batch_alter_table("registry_object") as table:
        table.add_column(sa.Column("replaced_by", sa.Integer()))
        table.create_foreign_key(
            "fk_registry_object_replaced_by", "registry_object", ["replaced_by"], ["id"]
        )
    with op.batch_alter_table("trouble") as table:
        table.add_column(sa.Column("settled_by", TEXT))
        table.add_column(sa.Column("settled_why", TEXT))
