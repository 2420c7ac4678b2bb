"""Observations that wait for the same commit go into the tables in one statement each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from scanner.database.columns import add_missing
from scanner.evidence.packing import Packed, compress_piece, compress_row
from scanner.evidence.rows import EXCHANGE, OBSERVATION, PIECE


class Kept(Struct, frozen=True):
    """An observation as it is stored, before it is compressed."""

    run: str
    target: str
    probe: str
    outcome: str
    row: bytes


class Batch:
    """Rows collected until the writer comes for them; after that nothing more gets in.

    The statement of a batch may run twice (see `Database.write`); it stores the same rows.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._observations: list[Kept] = []
        self._exchanges: dict[str, Packed] = {}
        self.waiting: list[asyncio.Future[None]] = []
        """Those who want to know when it is safe on disk."""

    def add(self, observation: Kept, exchanges: dict[str, Packed]) -> bool:
        """Take rows in, or return False when the writer was here already."""
        with self._lock:
            if self._closed:
                return False
            self._observations.append(observation)
            self._exchanges.update(exchanges)
            return True

    @property
    def ids(self) -> Iterator[str]:
        """The exchanges taken in, and their pieces."""
        for id_, packed in self._exchanges.items():
            yield id_
            for piece, _ in packed.pieces:
                yield piece

    def write(self, connection: Connection) -> None:
        """Store the rows; those already stored stay as they are."""
        with self._lock:
            self._closed = True
        pieces = dict(piece for packed in self._exchanges.values() for piece in packed.pieces)
        add_missing(connection, PIECE, ((id_, compress_piece(one)) for id_, one in pieces.items()))
        exchanges = (
            (id_, one.second, one.truncated, one.page, one.chain, compress_row(one.row))
            for id_, one in self._exchanges.items()
        )
        add_missing(connection, EXCHANGE, exchanges)
        add_missing(connection, OBSERVATION, map(_row, self._observations))

    def tell(self, stored: asyncio.Task[None]) -> None:
        """Tell them how the storing of it ended."""
        error = asyncio.CancelledError() if stored.cancelled() else stored.exception()
        for one in self.waiting:
            if not one.done():
                one.set_result(None) if error is None else one.set_exception(error)
        self.waiting.clear()


def _row(kept: Kept) -> tuple[Any, ...]:
    return kept.run, kept.target, kept.probe, kept.outcome, compress_row(kept.row)
