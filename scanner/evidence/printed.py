"""Where the audit.json of a run was written, so that its report can be printed again by the client's name."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, select, update

from scanner.database import Database
from scanner.evidence.rows import RUN

_OPTION = "audit"


async def keep_printed(database: Database, run_id: str, audit: Path) -> None:
    """Note where a run's audit.json lies."""
    this = RUN.c.id == run_id

    def write(connection: Connection) -> None:
        options = connection.scalar(select(RUN.c.options).where(this)) or {}
        after = {**options, _OPTION: str(audit.resolve())}
        connection.execute(update(RUN).where(this).values(options=after))

    await database.write(write)


def last_printed(database: Database, client: str) -> Path | None:
    """Return the newest audit.json of a client (its slug); None where none was written."""
    runs = select(RUN.c.options).where(RUN.c.client == client).order_by(RUN.c.started_at.desc())

    def read(connection: Connection) -> Path | None:
        for options in connection.scalars(runs):
            if place := options.get(_OPTION):
                return Path(place)
        return None

    return database.read(read)
