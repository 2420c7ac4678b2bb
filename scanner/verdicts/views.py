"""One thing seen from several vantages: what its verdict is when they do not see the same. Pure.

A sign of life from anywhere counts. Where none is seen and the views differ, somebody is shown
something else than we are: that never speaks for an end.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from scanner.assets import Advice, Confidence, Need, Ownership, Use
from scanner.assets.estate import Params
from scanner.verdicts.finding import say, undecided
from scanner.verdicts.verdict import Finding, Verdict

DISAGREE = "vantage.disagree"
_OUTRANKS = (Use.LAPSED, Use.USED, Use.REDIRECT)
"""Uses that hold although another vantage sees something else, the strongest first."""


class View(Struct, frozen=True, gc=False):
    """The verdict on a thing as one vantage sees it."""

    vantage: str
    verdict: Verdict


def seen_from_all(ours: View, others: Iterable[View], ownership: Ownership) -> Verdict:
    """Return the verdict of all views of one thing; ours where all see the same use."""
    views = (ours, *others)
    different = [view for view in views if view.verdict.use is not ours.verdict.use]
    if not different:
        return ours.verdict
    notes = tuple(_disagreement(ours, view) for view in different)
    for use in _OUTRANKS:
        proof = next((view for view in views if view.verdict.use is use), None)
        if proof is not None:
            return replace(proof.verdict, findings=(*proof.verdict.findings, *notes))
    return _undecided(ours.verdict, notes, ownership)


def _undecided(verdict: Verdict, notes: tuple[Finding, ...], ownership: Ownership) -> Verdict:
    advice = Advice.NO_DATA if ownership is Ownership.FOREIGN else Advice.ASK
    facets = {finding.facet for finding in notes} - {""}
    return Verdict(
        asset=verdict.asset,
        use=Use.UNKNOWN,
        state=undecided(verdict.asset.kind),
        advice=advice,
        confidence=Confidence.WEAK,
        needs=(Need.OWNER_WORD, Need.OTHER_VANTAGE),
        findings=(*notes, *_remarks(verdict)),
        blocked_by=tuple(sorted({*verdict.blocked_by, *facets})),
    )


def _remarks(verdict: Verdict) -> Iterable[Finding]:
    """What our own view tells beside the use: dates, holders, things to mend."""
    return (finding for finding in verdict.findings if finding.leans is None)


def _disagreement(ours: View, theirs: View) -> Finding:
    kind = ours.verdict.asset.kind
    params: Params = {
        "here": ours.vantage,
        "here_state": f"{kind}.{ours.verdict.state}",
        "there": theirs.vantage,
        "there_state": f"{kind}.{theirs.verdict.state}",
    }
    grounds = (*_grounds(ours.verdict), *_grounds(theirs.verdict))
    found = say(DISAGREE, params=params)
    moments = [finding.at for finding in grounds if finding.at]
    return replace(
        found,
        rule="views",
        rests_on=tuple(dict.fromkeys(id_ for one in grounds for id_ in one.rests_on[:1])),
        at=max(moments, default=None),
        facet="vantage",
    )


def _grounds(verdict: Verdict) -> tuple[Finding, ...]:
    """The findings that decide a view's use, the first of each view's evidence first."""
    return tuple(finding for finding in verdict.findings if finding.leans is verdict.use)
