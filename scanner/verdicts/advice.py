"""What we propose: the second table of the design, as a function."""

from __future__ import annotations

from msgspec import Struct

from scanner.assets import Advice, Confidence, Kind, Need, Ownership, Use
from scanner.verdicts.severity import FIX_WORTHY

FIXES = frozenset(
    {
        "site.certificate_trouble",
        "site.dangling_cname",
        "domain.some_name_servers_lame",
        "certificate.untrusted",
        "certificate.wrong_name",
        "certificate.self_signed",
        "certificate.incomplete",
        *FIX_WORTHY,
    }
)
"""What will stop, or spoils, a thing that works."""
DUE = frozenset(
    {
        "domain.expires_soon",
        "certificate.expires_soon",
        "paper.expires_soon",
        "licence.said_over",
    }
)
ANOTHERS = frozenset({"domain.holder_is_another_organisation", "paper.holder_left"})
"""What stands in a name that is not the client's."""
UNSAID = frozenset({"paper.date_needed", "paper.key_and_date_needed"})
"""What no look tells, and no paper told."""
_LEFT = frozenset({"hosting.names_live_elsewhere", "hosting.names_gone"})
"""What papers say of a hosting's names, and looks of where they are now: not on it."""
_BY_PAPERS = (Kind.ACCOUNT, Kind.SAAS, Kind.LICENCE, Kind.OTHER)
"""Kinds that no look from anywhere tells of."""
_BEFORE_ENDING = (Need.SECOND_LOOK, Need.OWNER_WORD, Need.OTHER_VANTAGE)
Proposal = tuple[Advice, tuple[Need, ...]]


class Case(Struct, frozen=True, kw_only=True, gc=False):
    """Everything the advice depends on."""

    kind: Kind
    use: Use
    state: str
    ownership: Ownership
    codes: frozenset[str] = frozenset()
    """Codes of all findings."""
    blocked_by: tuple[str, ...] = ()
    """Facets that could not be seen."""
    wanted: bool = False
    """Something says that a broken thing is meant to work."""
    on_live_name: bool = False
    """A certificate: a site in use shows it."""
    log_complete: bool = True
    asked: bool = True
    """False when nothing at all could be asked."""


def advise(case: Case) -> Proposal:
    """Return what to propose, and what must be had before anybody acts on it."""
    if case.ownership is Ownership.FOREIGN:
        return Advice.NO_DATA, ()
    if case.ownership is Ownership.POSSIBLE:
        return Advice.ASK, (Need.OWNER_WORD,)
    match case.use:
        case Use.USED | Use.REDIRECT:
            return _in_use(case), ()
        case Use.IDLE | Use.UNUSED:
            return _not_in_use(case)
        case Use.BROKEN:
            advice = Advice.FIX if case.wanted else Advice.ASK
            return advice, (Need.SECOND_LOOK, Need.OWNER_WORD)
        case Use.LAPSED:
            live = case.kind is Kind.CERTIFICATE and case.on_live_name
            return (Advice.FIX, ()) if live else (Advice.ASK, (Need.OWNER_WORD,))
        case Use.UNKNOWN if case.kind in _BY_PAPERS and case.asked:
            left = case.kind is Kind.ACCOUNT and case.codes & ANOTHERS
            term = (Need.PAID_TERM,) if case.codes & UNSAID else ()
            return (Advice.TRANSFER if left else Advice.ASK), (Need.OWNER_WORD, *term)
        case Use.UNKNOWN:
            return (Advice.ASK if case.asked else Advice.NO_DATA), (Need.OTHER_VANTAGE,)


def confidence(case: Case, advice: Advice) -> Confidence:
    """Return how sure one look may be: at most likely, and weak wherever we only ask."""
    if advice in (Advice.ASK, Advice.NO_DATA):
        return Confidence.WEAK
    return Confidence.LIKELY


def _in_use(case: Case) -> Advice:
    if case.codes & ANOTHERS:
        return Advice.TRANSFER
    if case.codes & DUE:
        return Advice.RENEW
    if _spoilt(case):
        return Advice.FIX
    return Advice.CONSOLIDATE if case.state == "mirror" else Advice.KEEP


def _spoilt(case: Case) -> bool:
    """Say whether something will stop what works. A forward over http does without a certificate."""
    troubles = case.codes & FIXES
    if case.kind is Kind.CERTIFICATE:
        return bool(troubles) and case.on_live_name
    if case.use is Use.REDIRECT:
        troubles -= {"site.certificate_trouble"}
    return bool(troubles)


def _not_in_use(case: Case) -> Proposal:
    """Only what is proved on every side may be ended; care taken of it is no neglect."""
    if case.kind is Kind.MAIL:
        # No mail, or mail declared off: nothing runs, nothing is paid, so nothing can be ended.
        return Advice.KEEP, ()
    if "domain.defensive" in case.codes:
        return Advice.ASK, (Need.OWNER_WORD,)
    if case.blocked_by:
        return Advice.ASK, (Need.OTHER_VANTAGE,)
    if "domain.service_records" in case.codes:
        # Accounts elsewhere are known by it: whoever has them must say before the name is let go.
        return Advice.ASK, (Need.OWNER_WORD,)
    log = () if case.log_complete else (Need.COMPLETE_LOG,)
    if "hosting.known_from_papers" in case.codes:
        # No look was made at it: what runs there without a name of the client, only its panel tells.
        if case.codes & _LEFT:
            return Advice.SWITCH_OFF, (Need.OWNER_WORD, Need.ACCOUNT_LIST, Need.BACKUP, *log)
        return Advice.ASK, (Need.OWNER_WORD, Need.ACCOUNT_LIST)
    if case.kind is Kind.DOMAIN:
        return Advice.LET_EXPIRE, (*_BEFORE_ENDING, *log)
    if case.kind is Kind.CERTIFICATE:
        return Advice.LET_EXPIRE, _BEFORE_ENDING
    if case.kind is Kind.HOSTING:
        return Advice.SWITCH_OFF, (*_BEFORE_ENDING, Need.ACCOUNT_LIST, Need.BACKUP, *log)
    return Advice.SWITCH_OFF, _BEFORE_ENDING
