"""How a rule says what it found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from probes.kit.observation import Reason
from scanner.assets import Kind, Use
from scanner.assets.estate import Params
from scanner.assets.use import STATES
from scanner.discovery import Sighting
from scanner.verdicts.verdict import Finding

FACET_UNKNOWN = "facet.unknown"
RULE_CRASHED = "rule.crashed"
POSTURE_CRASHED = "posture.rule_crashed"
"""A rule on posture that broke: it casts no doubt on anything's use."""
Param = str | int | float | bool | list[str]
_DOUBTS = {FACET_UNKNOWN, RULE_CRASHED}
_UNDECIDED = {Kind.SAAS: "ghost", Kind.LICENCE: "trace", Kind.ACCOUNT: "unknown"}


def say(
    code: str, *sightings: Sighting[Any], facet: str = "", params: Mapping[str, Param] | None = None
) -> Finding:
    """Make a finding; one whose code names a state speaks for the use that state means.

    The rule's name is filled in by the judge. The moment is that of the newest look it rests on.
    """
    evidence = dict.fromkeys(one for sighting in sightings for one in sighting.evidence)
    moments = [sighting.at for sighting in sightings if sighting.at]
    return Finding(
        rule="",
        leans=_leans(code),
        code=code,
        params=dict(params or {}),
        rests_on=tuple(evidence),
        at=max(moments, default=None),
        facet=facet,
    )


def cannot_tell(
    facet: str, reason: Reason | str, *sightings: Sighting[Any], **params: Param
) -> Finding:
    """Say that a side of the thing could not be seen. It keeps every proposal back."""
    told: Params = {"facet": facet, "reason": str(reason), **params}
    return say(FACET_UNKNOWN, *sightings, facet=facet, params=told)


def state_of(kind: Kind, finding: Finding) -> str:
    """Return the state of a kind that a finding speaks for; empty for mere remarks."""
    if finding.code in _DOUBTS:
        return undecided(kind)
    about, state, _ = _meaning(finding.code)
    return state if about is kind else ""


def undecided(kind: Kind) -> str:
    """Return the state that means: we could not find out."""
    return _UNDECIDED.get(kind, "undetermined")


def _leans(code: str) -> Use | None:
    return Use.UNKNOWN if code in _DOUBTS else _meaning(code)[2]


@lru_cache(maxsize=1_024)
def _meaning(code: str) -> tuple[Kind | None, str, Use | None]:
    """Return the kind and the state a code names, and the use that means; nothing for mere remarks."""
    prefix, _, tail = code.partition(".")
    for kind in Kind:
        if kind == prefix and tail in STATES[kind]:
            return kind, tail, STATES[kind][tail]
    return None, "", None
