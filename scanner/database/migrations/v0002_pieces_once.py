"""Large pieces of answers are stored once, beside the exchanges that brought them; exchanges lie in the order of their ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Frozen here on purpose: a migration must do the same for ever, whatever the models become.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table of pieces; exchanges stored before keep theirs inside."""
    op.create_table(
        "piece",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_piece"),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("exchange", sa.Column("page", TEXT))
    op.add_column("exchange", sa.Column("chain", TEXT))
    op.add_column("exchange", sa.Column("second", sa.BigInteger()))
    if sqlite:
        op.execute("UPDATE exchange SET second = CAST(strftime('%s', at) AS INTEGER)")
    else:
        op.execute("UPDATE exchange SET second = floor(extract(epoch FROM at))")
    with op.batch_alter_table(
        "exchange",
        recreate="always" if sqlite else "never",
        table_kwargs={"sqlite_with_rowid": False},
    ) as batch:
        batch.alter_column("second", existing_type=sa.BigInteger(), nullable=False)
        batch.drop_column("at")
