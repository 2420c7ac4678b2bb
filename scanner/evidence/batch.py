"""Observations that wait for the same commit go into the tables in one statement each."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from scanner.database.columns import add_missing
from scanner.evidence.packing import compress, compressor
from scanner.evidence.rows import EXCHANGE, OBSERVATION


class Batch:
    """Rows collected until the writer comes for them; after that nothing more gets in.

    The statement of a batch may run twice (see `Database.write`); it stores the same rows.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._observations: list[dict[str, Any]] = []
        self._exchanges: dict[str, tuple[datetime, bool, bytes]] = {}

    def add(
        self,
        observation: dict[str, Any],
        exchanges: dict[str, tuple[datetime, bool, bytes]],
    ) -> bool:
        """Take rows in, or return False when the writer was here already."""
        with self._lock:
            if self._closed:
                return False
            self._observations.append(observation)
            self._exchanges.update(exchanges)
            return True

    def write(self, connection: Connection) -> None:
        """Store the rows; those already stored stay as they are."""
        with self._lock:
            self._closed = True
        zstd = compressor()
        add_missing(
            connection,
            EXCHANGE,
            (
                {"id": key, "at": at, "truncated": truncated, "body": compress(body, zstd)}
                for key, (at, truncated, body) in self._exchanges.items()
            ),
        )
        add_missing(
            connection,
            OBSERVATION,
            (row | {"body": compress(row["body"], zstd)} for row in self._observations),
        )
