"""Periods that are renewed one by one, troubles until they heal, and what is told to whom, once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

# Frozen here on purpose: a migration must do the same for ever, whatever the models become.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create all tables."""
    _subjects()
    _messages()


def _subjects() -> None:
    op.create_table(
        "cycle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.Column("closed_at", UTC),
        sa.Column("closed_by", TEXT),
        sa.Column("closed_why", TEXT),
        sa.Column("seen_later", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cycle"),
        sa.ForeignKeyConstraint(["object_id"], ["registry_object.id"], name="fk_cycle_object_id"),
        sa.UniqueConstraint("object_id", "seq", name="uq_cycle_object_id_seq"),
    )
    op.create_index("ix_cycle_closed_at_due", "cycle", ["closed_at", "due"])
    op.create_table(
        "trouble",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("since", UTC, nullable=False),
        sa.Column("seen_at", UTC, nullable=False),
        sa.Column("healed_at", UTC),
        sa.Column("run", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_trouble"),
        sa.ForeignKeyConstraint(["object_id"], ["registry_object.id"], name="fk_trouble_object_id"),
        sa.UniqueConstraint("object_id", "code", "seq", name="uq_trouble_object_id_code_seq"),
    )
    op.create_index("ix_trouble_healed_at", "trouble", ["healed_at"])


def _messages() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("planned_at", UTC, nullable=False),
        sa.Column("not_before", UTC, nullable=False),
        sa.Column("claimed_by", TEXT),
        sa.Column("lease_until", UTC),
        sa.Column("sent_at", UTC),
        sa.Column("error", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("subject", "rule", "target", name="uq_outbox_subject_rule_target"),
    )
    op.create_index("ix_outbox_state_not_before", "outbox", ["state", "not_before"])
    op.create_table(
        "task_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("tracker", TEXT, nullable=False),
        sa.Column("marker", TEXT, nullable=False),
        sa.Column("ext_id", TEXT),
        sa.Column("ext_url", TEXT),
        sa.Column("ext_status", TEXT),
        sa.Column("deadline", sa.Date()),
        sa.Column("told", JSON, nullable=False),
        sa.Column("seen_at", UTC),
        sa.Column("settled_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_task_link"),
        sa.UniqueConstraint("subject", "tracker", name="uq_task_link_subject_tracker"),
        sa.UniqueConstraint("marker", "tracker", name="uq_task_link_marker_tracker"),
    )
    op.create_index("ix_task_link_tracker_settled_at", "task_link", ["tracker", "settled_at"])
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", TEXT, nullable=False),
        sa.Column("started_at", UTC, nullable=False),
        sa.Column("finished_at", UTC),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("error", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_job_run"),
    )
    op.create_index("ix_job_run_job_started_at", "job_run", ["job", "started_at"])
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
