"""The renewal registry's own part: people, projects, what they renew, and how it is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

# Frozen here on purpose: a migration must do the same for ever, whatever the models become.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of people and projects, and widen objects and their history."""
    _people_and_projects()
    _objects()


def _people_and_projects() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("email", TEXT),
        sa.Column("trackers", JSON, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("name", name="uq_person_name"),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("manager", sa.Integer()),
        sa.Column("trackers", JSON, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_project"),
        sa.ForeignKeyConstraint(["client"], ["client.slug"], name="fk_project_client"),
        sa.ForeignKeyConstraint(["manager"], ["person.id"], name="fk_project_manager"),
        sa.UniqueConstraint("client", "name", name="uq_project_client_name"),
    )
    op.create_table(
        "project_object",
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("object_id", "project_id", name="pk_project_object"),
        sa.ForeignKeyConstraint(
            ["object_id"], ["registry_object.id"], name="fk_project_object_object_id"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name="fk_project_object_project_id"
        ),
    )
    op.create_index("ix_project_object_project_id", "project_object", ["project_id"])
    op.create_table(
        "party_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("before", TEXT),
        sa.Column("after", TEXT),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("deed", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_party_change"),
    )
    op.create_index("ix_party_change_subject", "party_change", ["subject"])
    op.create_table(
        "own_type",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("ru", TEXT, nullable=False),
        sa.Column("en", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_own_type"),
    )


def _objects() -> None:
    with op.batch_alter_table("registry_object") as table:
        for column in (
            sa.Column("responsible", sa.Integer()),
            sa.Column("account", TEXT),
            sa.Column("period_months", sa.Integer()),
            sa.Column("renew_from", sa.Date()),
            sa.Column("cheap_until", sa.Date()),
            sa.Column("decide_by", sa.Date()),
            sa.Column("service_stops", sa.Date()),
            sa.Column("grace_until", sa.Date()),
            sa.Column("lost_at", sa.Date()),
            sa.Column("anchor", sa.Text()),
            sa.Column("holder", sa.Text()),
            sa.Column("access", sa.Text()),
            sa.Column("secret_ref", TEXT),
            sa.Column("licence_key", sa.LargeBinary()),
            sa.Column("licence_key_tail", TEXT),
            sa.Column("notes", TEXT),
            sa.Column("dated_at", UTC),
            sa.Column("custom", JSON, nullable=False, server_default="{}"),
            sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        ):
            table.add_column(column)
        table.create_foreign_key(
            "fk_registry_object_responsible", "person", ["responsible"], ["id"]
        )
        table.create_index("ix_registry_object_paid_until", ["paid_until"])
    with op.batch_alter_table("change") as table:
        for column in (
            sa.Column("deed", TEXT),
            sa.Column("origin", TEXT),
            sa.Column("version", sa.Integer()),
            sa.Column("sealed", sa.LargeBinary()),
        ):
            table.add_column(column)
        table.create_index("ix_change_deed", ["deed"])
