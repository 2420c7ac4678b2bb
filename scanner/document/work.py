"""What is to be done about a thing, and what needs a hand, as the document tells it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from reports import document as doc
from scanner.verdicts.if_wrong import Told, consequence, undo
from scanner.verdicts.needs_hand import Hand
from scanner.verdicts.order_of_work import done, steps
from scanner.verdicts.verdict import Verdict


def work_of(verdict: Verdict, hands: Iterable[Hand], paid_until: date | None) -> doc.Work | None:
    """Return the steps a thing comes up in and what a mistake would mean; None for what just stays."""
    taken, stops = steps(verdict, hands), consequence(verdict)
    if not taken and stops is None:
        return None
    return doc.Work(
        steps=taken,
        done=done(verdict),
        consequence=_told(stops),
        undo=_told(undo(verdict, paid_until)),
    )


def told_hands(hands: Iterable[Hand]) -> tuple[doc.Hand, ...]:
    """Return the troubles in the document's words."""
    return tuple(doc.Hand(code=one.code, severity=one.severity, params=one.params) for one in hands)


def _told(said: Told | None) -> doc.Told | None:
    return doc.Told(code=said.code, params=said.params) if said else None
