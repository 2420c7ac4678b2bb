"""In which order a client carries out what is proposed, and what of its conditions is met already. Pure.

First what he does not hold himself becomes his, for nothing can be changed in another's account. Then what
strangers could take is mended; then records go, so that nothing points at what is given up; then things
are switched off, which can be undone; and last a term runs out, which cannot.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from scanner.assets import Advice, Kind, Need
from scanner.verdicts.agreement import LOOKS
from scanner.verdicts.needs_hand import Hand
from scanner.verdicts.verdict import Verdict
from scanner.verdicts.weigh import RESTS_ON


class Step(StrEnum):
    """One step of the work, in the order in which they are taken."""

    TRANSFER = "transfer"
    FIX_TAKEOVERS = "fix_takeovers"
    REMOVE_DNS = "remove_dns"
    SWITCH_OFF = "switch_off"
    LET_EXPIRE = "let_expire"


_OF_PROPOSAL: dict[tuple[Advice, Kind], tuple[Step, ...]] = {
    (Advice.LET_EXPIRE, Kind.DOMAIN): (Step.REMOVE_DNS, Step.LET_EXPIRE),
    (Advice.SWITCH_OFF, Kind.SITE): (Step.REMOVE_DNS, Step.SWITCH_OFF),
}
_OF_ADVICE: dict[Advice, tuple[Step, ...]] = {
    Advice.TRANSFER: (Step.TRANSFER,),
    Advice.CONSOLIDATE: (Step.SWITCH_OFF,),
    Advice.SWITCH_OFF: (Step.SWITCH_OFF,),
    Advice.LET_EXPIRE: (Step.LET_EXPIRE,),
}
_ENDING = (Advice.SWITCH_OFF, Advice.LET_EXPIRE)
_BY_LOOKS = (Need.SECOND_LOOK, Need.OTHER_VANTAGE)


def steps(verdict: Verdict, hands: Iterable[Hand]) -> tuple[Step, ...]:
    """Return the steps that a thing comes up in, in their order; none for what stays as it is."""
    proposed = _OF_PROPOSAL.get((verdict.advice, verdict.asset.kind))
    if proposed is None:
        proposed = _OF_ADVICE.get(verdict.advice, ())
    elif verdict.state == "undelegated":  # there are no records to remove
        proposed = proposed[1:]
    if any(hand.code.startswith("takeover_") for hand in hands):
        at = proposed[:1] == (Step.TRANSFER,)
        proposed = (*proposed[:at], Step.FIX_TAKEOVERS, *proposed[at:])
    return proposed


def done(verdict: Verdict) -> tuple[Need, ...]:
    """Return the conditions of an end that the looks made so far have met."""
    if verdict.advice not in _ENDING:
        return ()
    borne_out = next((one.params for one in verdict.findings if one.code == RESTS_ON), {})
    looks, places = borne_out.get("looks"), borne_out.get("vantages")
    if not isinstance(looks, int) or looks < LOOKS:
        return ()
    met = _BY_LOOKS if isinstance(places, list) and len(places) > 1 else _BY_LOOKS[:1]
    return tuple(need for need in met if need not in verdict.needs)
