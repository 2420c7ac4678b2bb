"""Whether anything is due at all, asked without loading what would look at it: cron asks every minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from scanner.database.columns import Utc
from scanner.database.database import Database

_FIRST = text("SELECT min(due_at) AS due_at FROM due").columns(due_at=Utc)
_NEWEST = text("SELECT max(started_at) AS newest FROM run").columns(newest=Utc)
_UNPLANNED = text(
    "SELECT 1 FROM client WHERE NOT EXISTS (SELECT 1 FROM due WHERE due.client = client.slug) "
    "AND EXISTS (SELECT 1 FROM run WHERE run.client = client.slug AND run.finished_at IS NOT NULL) "
    "LIMIT 1"
)
_SKEW = timedelta(days=1)


def idle_until(url: str, at: datetime) -> datetime | None:
    """Return when the first look comes due; None where one may be due by `at`, or nothing is planned."""

    def look(connection: Connection) -> datetime | None:
        first: datetime | None = connection.scalar(_FIRST)
        if first is None or first <= at or connection.scalar(_UNPLANNED) is not None:
            return None
        newest: datetime | None = connection.scalar(_NEWEST)
        # Looks that are yet to come: the clock is wrong or was, which is no time to say that all is well.
        return None if newest is not None and newest - at > _SKEW else first

    with Database.open(url) as database:
        return database.read(look)
