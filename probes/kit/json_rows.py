"""Asks a service for a JSON list of rows, and keeps what can be read of a bad answer.

Searches of logs and archives answer with an HTML page when overloaded, with an object instead of a
list when a quota is used up, break off long answers, or send what only wants our memory. Each row is
read by itself, so that a broken or huge one costs nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from probes.kit.net import ApiAnswer, ApiQuestion, Net, NetTrouble
from probes.kit.observation import Reason
from probes.kit.source import COMPLETED, Ended, Status, ended_by

R = TypeVar("R")

MOST_BYTES: Final = 4_194_304
"""About ten thousand rows. What is longer is read as far as this, and called partial."""
PATIENCES: Final = (30.0, 40.0, 50.0)
"""Seconds for each try; a second question must differ from the first, or it is not asked again."""
_MOST_SIGNS: Final = ((b"{", 25_000), (b"[", 50_000), (b'"', 600_000), (b",", 300_000))
"""More of these than any honest list needs make an answer that only wants our memory."""
_BLANKS: Final = 64
"""Bytes of white space that may stand before a list."""
_PASSING: Final = frozenset({404, 429, 500, 502, 503, 504})
_PASSING_TROUBLES: Final = frozenset(
    {Reason.TIMEOUT, Reason.CONNECTION_LOST, Reason.UNREACHABLE, Reason.MALFORMED}
)
_DENIED: Final = frozenset({401, 403, 451})
_BROKEN: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


class Rows(Struct, Generic[R], frozen=True):
    """The rows of one answer that could be read."""

    read: list[R]
    told: int
    """How many there were, those that could not be read too."""
    ended: Ended
    """Completed, or partial and why: it broke off, was longer than we read, or held odd rows."""
    broke_off: bool


async def ask_rows(
    net: Net,
    url: str,
    read: Callable[[msgspec.Raw], R | None],
    *,
    patiences: Sequence[float] = PATIENCES,
    once: bool = False,
    most_bytes: int = MOST_BYTES,
) -> Rows[R] | Ended:
    """Ask up to three times for a list; `once` does not knock again at a closed quota.

    `read` makes something of one row, or returns None for an odd one.
    """
    best: Rows[R] | Ended = Ended(Status.FAILED, Reason.SOURCE_FAILED)
    for patience in patiences:
        try:
            answer = await net.ask(ApiQuestion(url, max_bytes=most_bytes, patience=patience))
        except NetTrouble as trouble:
            if isinstance(best, Ended):
                best = ended_by(trouble)
            if trouble.reason not in _PASSING_TROUBLES:
                break
            continue
        status, capped, rows = answer.status, answer.truncated, _rows(answer, read)
        del answer  # its megabytes must not wait for those of the next one
        if isinstance(rows, Rows) and (not rows.broke_off or (capped and rows.told)):
            return rows
        if isinstance(rows, Ended) and rows.status is Status.LIMITED and once:
            return rows
        if isinstance(rows, Rows) or isinstance(best, Ended):
            best = rows
        if status not in _PASSING and status != 200:
            break
    return best


def read_row(raw: msgspec.Raw) -> dict[str, Any] | None:
    """Read one row that is an object; None for anything else."""
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except _BROKEN:
        return None


def read_texts(raw: msgspec.Raw) -> list[str] | None:
    """Read one row that is a list of texts; None for anything else."""
    try:
        return msgspec.json.decode(raw, type=list[str])
    except _BROKEN:
        return None


def _rows(answer: ApiAnswer, read: Callable[[msgspec.Raw], R | None]) -> Rows[R] | Ended:
    """Take a list of rows out of an answer; of one that broke off, the rows that are whole."""
    body = answer.body
    if answer.status == 429 or (body[:1] == b"{" and b'"rate_limited"' in body[:400]):
        return Ended(Status.LIMITED, Reason.RATE_LIMITED)
    if answer.status != 200:
        denied = answer.status in _DENIED
        return Ended(Status.FAILED, Reason.ACCESS_DENIED if denied else Reason.SOURCE_FAILED)
    if body[:_BLANKS].lstrip()[:1] != b"[":
        return Ended(Status.FAILED, Reason.MALFORMED)
    if any(body.count(sign) > most for sign, most in _MOST_SIGNS):
        return Ended(Status.FAILED, Reason.OVERSIZED)
    broke_off = answer.truncated
    try:
        told = msgspec.json.decode(body, type=list[msgspec.Raw])
    except _BROKEN:
        broke_off = True
        try:
            told = _whole_rows(body)
        except (ValueError, *_BROKEN):
            return Ended(Status.FAILED, Reason.MALFORMED)
    found = [row for row in map(read, told) if row is not None]
    return Rows(found, len(told), _how(answer, broke_off, len(found) < len(told)), broke_off)


def _whole_rows(body: bytes) -> list[msgspec.Raw]:
    """Return the rows before the break; raise ValueError where there is no whole one."""
    end = max(body.rfind(b"},"), body.rfind(b"],")) + 1
    if not end:
        raise ValueError("not one whole row")
    # Joined, not added: of four megabytes one copy is enough.
    return msgspec.json.decode(b"".join((memoryview(body)[:end], b"]")), type=list[msgspec.Raw])


def _how(answer: ApiAnswer, broke_off: bool, odd: bool) -> Ended:
    if broke_off:
        longer = answer.truncated and len(answer.body) >= MOST_BYTES
        return Ended(Status.PARTIAL, Reason.OVERSIZED if longer else Reason.CONNECTION_LOST)
    return Ended(Status.PARTIAL, Reason.UNPARSED) if odd else COMPLETED
