"""What a person asked an audit for, kept beside its run, so that it can be judged again without him."""

from __future__ import annotations

from sqlalchemy import Connection, select

from scanner.database import Database
from scanner.database.columns import insert
from scanner.evidence.packing import compress_piece, decompress
from scanner.evidence.rows import ASKED


async def keep_asked(database: Database, run_id: str, body: bytes) -> None:
    """Keep the request of a run; one already kept stays as it is."""
    row = {"run": run_id, "body": compress_piece(body)}

    def write(connection: Connection) -> None:
        connection.execute(insert(connection, ASKED).on_conflict_do_nothing(), [row])

    await database.write(write)


def asked_of(database: Database, run_id: str) -> bytes | None:
    """Return the request of a run; None where none was kept."""
    wanted = select(ASKED.c.body).where(ASKED.c.run == run_id)
    body = database.read(lambda connection: connection.scalar(wanted))
    return None if body is None else decompress(body)
