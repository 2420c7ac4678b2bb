"""Hear every rule on every thing, then say what follows. Pure: the same looks, the same verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from probes.kit.observation import Reason
from scanner.assets import Advice, Asset, Confidence, Estate, Holding, Kind, Ownership, Use
from scanner.assets.use import use_of
from scanner.discovery import Looks
from scanner.discovery.looks import RecentLooks
from scanner.verdicts.advice import Case, advise, confidence
from scanner.verdicts.card import Card
from scanner.verdicts.decide import decide
from scanner.verdicts.dossier import Dossier, Opinion
from scanner.verdicts.finding import (
    FACET_UNKNOWN,
    POSTURE_CRASHED,
    RULE_CRASHED,
    say,
    undecided,
)
from scanner.verdicts.put_away import PutAway
from scanner.verdicts.rules import RULES, rules_for
from scanner.verdicts.scene import Scene
from scanner.verdicts.verdict import Finding, Verdict
from scanner.verdicts.views import DISAGREE
from scanner.verdicts.wanted import WANTED, wanted
from scanner.verdicts.weigh import WEIGHED

OWNERSHIP_UNCLEAR = "ownership.unclear"
_LEANT_ON = (Kind.SITE, Kind.MAIL)
"""Kinds whose state decides on other things."""
_EARLY = {kind: tuple(card for card in rules_for(kind) if not card.asks_all) for kind in Kind}
_LATE = {kind: tuple(card for card in rules_for(kind) if card.asks_all) for kind in Kind}
_POSITION = {card.id: position for position, card in enumerate(RULES)}


def judge(estate: Estate, looks: Looks, as_of: datetime) -> tuple[Verdict, ...]:
    """Return a verdict on every holding, in the estate's order."""
    return tuple(judge_iter(estate, looks, as_of))


def judge_iter(estate: Estate, looks: Looks, as_of: datetime) -> Iterator[Verdict]:
    """Yield a verdict on every holding, in the estate's order.

    The rules are heard first, name by name, so that looks are read where they lie together and what
    hangs on a thing is judged before the thing. Until its turn comes, little is kept of each.
    """
    scene = Scene(estate, looks)
    opinions: dict[Asset, Opinion] = {}
    put_away = PutAway()
    for holding, near in scene.walk():
        if holding.ownership is not Ownership.FOREIGN:
            dossier = Dossier(holding, near, scene, opinions, as_of)
            opinion = form_opinion(dossier, _EARLY[holding.asset.kind])
            put_away.keep(holding.asset, opinion.findings)
            if holding.asset.kind in _LEANT_ON:
                opinions[holding.asset] = replace(opinion, findings=())
    near = RecentLooks(looks)
    for holding in estate.holdings:
        if holding.ownership is Ownership.FOREIGN:
            yield _foreign(holding)
        else:
            dossier = Dossier(holding, near, scene, opinions, as_of)
            heard = put_away.take(holding.asset)
            yield _conclude(dossier, form_opinion(dossier, _LATE[holding.asset.kind], heard))


def form_opinion(
    dossier: Dossier, cards: tuple[Card, ...], heard: Iterable[Finding] = ()
) -> Opinion:
    """Hear the rules on one thing, beside those heard before, and decide its state."""
    found = list(heard)
    for card in cards:
        found += _hear(card, dossier)
    if heard and cards:
        found.sort(key=lambda finding: _POSITION.get(finding.rule, 0))
    return Opinion(
        dossier.asset,
        decide(dossier.asset.kind, found),
        any(
            finding.leans is not None and finding.params.get("reason") != Reason.NOT_ASKED
            for finding in found
        ),
        tuple(found),
    )


def all_codes() -> frozenset[str]:
    """Return every code a finding may carry; each needs its sentence in every language."""
    own = {FACET_UNKNOWN, RULE_CRASHED, POSTURE_CRASHED, OWNERSHIP_UNCLEAR, WANTED}
    return frozenset(own.union({DISAGREE}, WEIGHED, *(card.says for card in RULES)))


def _hear(card: Card, dossier: Dossier) -> list[Finding]:
    """Return what a rule says, under its name. A rule that breaks casts doubt on this thing alone."""
    try:
        found = list(card.hear(dossier))
        for finding in found:
            if finding.code not in card.says:
                raise ValueError(f"says what its card does not: {finding.code}")
    except Exception as error:  # noqa: BLE001 - one broken rule must not silence an audit
        params = {"rule": card.id, "error": type(error).__name__}
        code = POSTURE_CRASHED if card.posture else RULE_CRASHED
        found = [say(code, facet="rule", params=params)]
    return [replace(finding, rule=card.id) for finding in found]


def _conclude(dossier: Dossier, opinion: Opinion) -> Verdict:
    kind, use = dossier.asset.kind, use_of(dossier.asset.kind, opinion.state)
    findings = list(opinion.findings)
    if use is Use.BROKEN and (sign := wanted(dossier)):
        findings.append(replace(sign, rule="wanted"))
    if dossier.holding.ownership is Ownership.POSSIBLE:
        findings.append(replace(say(OWNERSHIP_UNCLEAR), rule="ownership"))
    blocked = _unseen_facets(findings)
    case = Case(
        kind=kind,
        use=use,
        state=opinion.state,
        ownership=dossier.holding.ownership,
        codes=frozenset(finding.code for finding in findings),
        blocked_by=blocked,
        wanted=any(finding.code == WANTED for finding in findings),
        on_live_name=kind is Kind.CERTIFICATE and _is_on_live_name(dossier),
        log_complete=_log_is_complete(dossier),
        asked=opinion.asked,
    )
    advice, needs = advise(case)
    return Verdict(
        asset=dossier.asset,
        use=use,
        state=opinion.state,
        advice=advice,
        confidence=confidence(case, advice),
        needs=needs,
        findings=tuple(findings),
        blocked_by=() if use in (Use.USED, Use.REDIRECT) else blocked,
    )


def _foreign(holding: Holding) -> Verdict:
    """Somebody else's: listed, and left alone."""
    state = undecided(holding.asset.kind)
    return Verdict(holding.asset, Use.UNKNOWN, state, Advice.NO_DATA, Confidence.WEAK, (), (), ())


def _unseen_facets(findings: list[Finding]) -> tuple[str, ...]:
    doubts = {finding.facet for finding in findings if finding.leans is Use.UNKNOWN}
    return tuple(sorted(doubts - {""}))


def _is_on_live_name(dossier: Dossier) -> bool:
    return any(
        use_of(Kind.SITE, site.state) in (Use.USED, Use.REDIRECT)
        for site in dossier.hanging_on_it("secured_by", Kind.SITE)
    )


def _log_is_complete(dossier: Dossier) -> bool:
    """Say whether the certificate logs told all the names that might lead to a thing.

    A name may lead to any hosting; to a domain lead its own names, and those under a domain whose
    log was silent. (A silent log of its own is a doubt besides.)
    """
    scene, kind = dossier.scene, dossier.asset.kind
    if kind is Kind.HOSTING:
        return not (scene.silent_logs or scene.partial_logs)
    if kind is Kind.DOMAIN:
        return not scene.silent_logs and dossier.asset.key not in scene.partial_logs
    return True
