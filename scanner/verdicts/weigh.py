"""What earlier looks, and looks from elsewhere, add to a verdict: confidence, and needs that are met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from scanner.assets import Advice, Confidence, Need, Use
from scanner.assets.estate import Params
from scanner.verdicts.agreement import EXPIRES, Agreement, Stand, agreement
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding, Verdict
from scanner.verdicts.views import DISAGREE

RESTS_ON = "verdict.rests_on"
EARLIER = "verdict.earlier"
EXPIRED = "verdict.expired"
VOID = "verdict.void"
TOO_MANY = "verdict.too_many"
FACTS_FROM = "verdict.facts_from"
WEIGHED = frozenset({RESTS_ON, EARLIER, EXPIRED, VOID, TOO_MANY, FACTS_FROM})
"""The codes that say what a verdict, and what is told beside it, rests on."""
_ENDING = (Advice.SWITCH_OFF, Advice.LET_EXPIRE)
ENDABLE = (Use.IDLE, Use.UNUSED, Use.BROKEN)
"""Uses that a second look is made for."""


def weigh(
    verdict: Verdict,
    stands: Iterable[Stand],
    as_of: datetime,
    *,
    void: bool = False,
    why: str = VOID,
) -> Verdict:
    """Return the verdict as all looks at the thing bear it out, and say which these are.

    `stands` are all of them, those behind the verdict among them. A `void` run proposes no end, and
    `why` is the code that says for what reason.
    """
    known = tuple(stands)
    agreed = agreement(known)
    found = list(verdict.findings)
    needs = list(verdict.needs)
    if void and verdict.advice in _ENDING:
        found.append(_remark(why))
        verdict = replace(verdict, advice=Advice.ASK, confidence=Confidence.WEAK)
    if verdict.use is Use.UNKNOWN:
        if agreed and all(finding.code != DISAGREE for finding in found):
            found += _earlier(agreed, verdict)
        needs = _after_unknown(needs, agreed, known)
        return replace(verdict, findings=tuple(found), needs=tuple(dict.fromkeys(needs)))
    if agreed is None:
        return replace(verdict, findings=tuple(found))
    if agreed.state != verdict.state:  # the newest look from another place saw something else
        alone = agreement(_newest(stand for stand in known if stand.state == verdict.state))
        found += [_rests_on(alone)] if alone else []
        return replace(verdict, findings=tuple(found))
    return _borne_out(replace(verdict, findings=(*found, _rests_on(agreed))), agreed, as_of)


def _borne_out(verdict: Verdict, agreed: Agreement, as_of: datetime) -> Verdict:
    """Return a verdict of the state that the looks agree on, with the needs they meet and their confidence."""
    met = {Need.SECOND_LOOK} if agreed.repeated else set()
    if agreed.confirmed:
        met.add(Need.OTHER_VANTAGE)
    needs = [need for need in verdict.needs if need not in met]
    certain = agreed.confirmed and verdict.confidence is Confidence.LIKELY
    findings = verdict.findings
    if as_of - agreed.last > EXPIRES:
        findings = (*findings, _remark(EXPIRED, {"on": _day(agreed.last)}))
        certain = False
        if verdict.needs:
            needs = [Need.SECOND_LOOK, *needs]
    return replace(
        verdict,
        findings=findings,
        needs=tuple(dict.fromkeys(needs)),
        confidence=Confidence.CERTAIN if certain else verdict.confidence,
    )


def _newest(stands: Iterable[Stand]) -> list[Stand]:
    return sorted(stands, key=lambda stand: stand.ended)[-1:]


def _after_unknown(
    needs: list[Need], agreed: Agreement | None, known: tuple[Stand, ...]
) -> list[Need]:
    """A look that could not find out is made again where an earlier one spoke for an end, or a fix."""
    again = [Need.SECOND_LOOK] if agreed and agreed.use in ENDABLE else []
    if len({stand.vantage for stand in known}) > 1:
        # Other places have looked already: the next to tell is a person.
        needs = [Need.OWNER_WORD if need is Need.OTHER_VANTAGE else need for need in needs]
    return [*again, *needs]


def _earlier(agreed: Agreement, verdict: Verdict) -> Iterator[Finding]:
    state = f"{verdict.asset.kind}.{agreed.state}"
    yield _remark(EARLIER, {"on": _day(agreed.last), "state": state})


def _rests_on(agreed: Agreement) -> Finding:
    params: Params = {
        "looks": agreed.looks,
        "first": _day(agreed.first),
        "last": _day(agreed.last),
        "vantages": list(agreed.vantages),
    }
    return _remark(RESTS_ON, params)


def _remark(code: str, params: Params | None = None) -> Finding:
    return replace(say(code, params=params), rule="agreement")


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
