"""Whether anything is due at all, asked without loading what would look at it: cron asks every minute."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from scanner.database.columns import Utc
from scanner.database.database import Database

_FIRST = text("SELECT min(due_at) AS due_at FROM due").columns(due_at=Utc)
_UNPLANNED = text(
    "SELECT 1 FROM client WHERE NOT EXISTS (SELECT 1 FROM due WHERE due.client = client.slug) "
    "AND EXISTS (SELECT 1 FROM run WHERE run.client = client.slug AND run.finished_at IS NOT NULL) "
    "LIMIT 1"
)


def idle_until(url: str, at: datetime) -> datetime | None:
    """Return when the first look comes due; None where one may be due by `at`, or nothing is planned."""

    def look(connection: Connection) -> datetime | None:
        first: datetime | None = connection.scalar(_FIRST)
        waits = first is None or first <= at or connection.scalar(_UNPLANNED) is not None
        return None if waits else first

    with Database.open(url) as database:
        return database.read(look)
