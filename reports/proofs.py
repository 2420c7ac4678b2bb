"""The evidence of a report in numbers: how it was asked for, how much of it there is, when and from where."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from reports.audit_file import AuditFile
from reports.foreign import shortened

_MOST = 12
_LONGEST = 24
_PLACES = 6


class Proofs(Struct):
    """Pieces of evidence that were asked for in one way."""

    how: str
    """The first word of the questions: `DNS`, `GET`, `WHOIS`."""
    count: int
    first: datetime
    last: datetime
    places: list[str]
    """From where; at most six."""


def proofs_of(audit: AuditFile, ids: Iterable[str]) -> tuple[Proofs, ...]:
    """Sum up the pieces of evidence that are cited, the commonest way of asking first."""
    found: dict[str, Proofs] = {}
    for id_ in ids:
        piece = audit.evidence(id_)
        how = shortened(piece.question.partition(" ")[0], _LONGEST)
        one = found.get(how)
        if one is None:
            if len(found) == _MOST:
                continue
            one = found[how] = Proofs(how, 0, piece.at, piece.at, [])
        one.count += 1
        one.first, one.last = min(one.first, piece.at), max(one.last, piece.at)
        if piece.vantage and piece.vantage not in one.places and len(one.places) < _PLACES:
            one.places.append(piece.vantage)
    return tuple(sorted(found.values(), key=lambda one: (-one.count, one.how)))
