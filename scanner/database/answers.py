"""Answers that stay good beyond a run, shared by every process that uses this database."""

from __future__ import annotations

from sqlalchemy import Connection, Text, delete, insert, select
from sqlmodel import Field

from scanner.database.database import Database
from scanner.database.rows import Row, table_of


class AnswerRow(Row, table=True):
    """One answer and until when it is good."""

    __tablename__ = "answer"

    key: str = Field(primary_key=True, sa_type=Text)
    """What was asked, such as `whois.iana.org ru`."""
    body: bytes
    until: float
    """Unix time."""


_ANSWER = table_of(AnswerRow)


class SqlAnswers:
    """An AnswerStore (see probes.kit.net.long_memory) in the database."""

    def __init__(self, database: Database) -> None:
        """Keep answers in `database`."""
        self._database = database

    async def recall(self, key: str, now: float) -> bytes | None:
        """Return what is kept under a key and good at that moment, or None."""
        wanted = select(_ANSWER.c.body).where(_ANSWER.c.key == key, _ANSWER.c.until > now)
        found: bytes | None = self._database.read(lambda connection: connection.scalar(wanted))
        return found

    async def keep(self, key: str, body: bytes, until: float) -> None:
        """Keep it, in the place of what was kept before."""

        def work(connection: Connection) -> None:
            connection.execute(delete(_ANSWER).where(_ANSWER.c.key == key))
            connection.execute(insert(_ANSWER).values(key=key, body=body, until=until))

        await self._database.write(work, order=key)
