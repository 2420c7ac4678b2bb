"""What somebody is told to do about a period: renew it, decide, or not pay. Pure."""

from __future__ import annotations

from enum import StrEnum

from scanner.assets import Advice, Ownership
from scanner.renewals.switching_off import ENDING

DEAD = frozenset({"deleted", "archived", "not_ours", "transferred", "lost"})
"""Lifecycles of things that nobody renews any more."""
_SETTLED = frozenset({"rejected"})


class Stance(StrEnum):
    """What is asked of the person who is told."""

    RENEW = "renew"
    CONFIRM = "confirm"  # it looks renewed: say whether it was paid
    DECIDE = "decide"  # the client has not answered: silence must not lose it
    DO_NOT_PAY = "do_not_pay"  # on its way out
    PAY = "invoice"  # an invoice that comes due before its period ends


def is_alive(lifecycle: str, ownership: Ownership | None) -> bool:
    """Say whether a thing is one that may have to be renewed."""
    return lifecycle not in DEAD and ownership is not Ownership.FOREIGN


def stance(
    *,
    lifecycle: str,
    verdict: str | None,
    decision: str | None,
    given_up: bool,
    probably: bool,
    replaced: bool = False,
) -> Stance:
    """Return what to ask for. `given_up`: the client approved its end, and nothing has stopped that.

    What another thing has replaced may not be needed any more, which nobody has decided. A proposal that he rejected is no question any more, nor is the use that a person has stated.
    """
    if given_up:
        return Stance.DO_NOT_PAY
    if probably:
        return Stance.CONFIRM
    if replaced:
        return Stance.DECIDE
    undecided = verdict in ENDING or verdict == Advice.ASK
    if undecided and decision not in _SETTLED and lifecycle != "in_use":
        return Stance.DECIDE
    return Stance.RENEW
