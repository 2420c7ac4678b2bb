"""From findings to one state: the best side of a thing decides, and a doubt outweighs a silence."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.assets import Kind, Use
from scanner.assets.use import STATES, use_of
from scanner.verdicts.finding import state_of, undecided
from scanner.verdicts.verdict import Finding

_BEST_FIRST = (
    Use.LAPSED,  # a registration or certificate that ran out, whatever still answers
    Use.USED,
    Use.REDIRECT,
    Use.UNKNOWN,
    Use.BROKEN,
    Use.IDLE,
    Use.UNUSED,
)
_RANK = {
    kind: {
        state: (_BEST_FIRST.index(use_of(kind, state)), position)
        for position, state in enumerate(STATES[kind])
    }
    for kind in Kind
}


def decide(kind: Kind, findings: Iterable[Finding]) -> str:
    """Return the state a thing is in. Without any finding that speaks for a use: undecided."""
    states = {state for finding in findings if (state := state_of(kind, finding))}
    return min(states, key=_RANK[kind].__getitem__, default=undecided(kind))
