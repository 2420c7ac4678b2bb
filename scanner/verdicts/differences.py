"""What is compared of a thing, when two values of it are the same, and how a difference is told. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from scanner.assets import Advice
from scanner.assets.estate import Params
from scanner.verdicts.cadence import LookKind

Value = str | tuple[str, ...]
"""Plain text, or several texts; of a condition the use, the state and the verdict."""
MOST = 12
"""Members of a list that are told."""


class Aspect(StrEnum):
    """One side of a thing."""

    PAID_UNTIL = "paid_until"
    REGISTRAR = "registrar"
    HOLDER = "holder"
    NAME_SERVERS = "name_servers"
    ADDRESSES = "addresses"
    MAIL = "mail"
    CERTIFICATE = "certificate"
    CONDITION = "condition"

    @property
    def looks(self) -> LookKind:
        """Return which looks tell of it."""
        return LookKind.REGISTRATION if self in _OF_REGISTRIES else LookKind.USE


_OF_REGISTRIES = frozenset(
    {Aspect.PAID_UNTIL, Aspect.REGISTRAR, Aspect.HOLDER, Aspect.NAME_SERVERS}
)


def is_same(aspect: Aspect, one: Value, other: Value) -> bool:
    """Say whether two values mean the same: sources differ by a day, lists by their order."""
    if one == other:
        return True
    if isinstance(one, str) or isinstance(other, str):
        if aspect is Aspect.PAID_UNTIL and isinstance(one, str) and isinstance(other, str):
            return abs((date.fromisoformat(one) - date.fromisoformat(other)).days) <= 1
        return isinstance(one, str) and isinstance(other, str) and _plain(one) == _plain(other)
    if aspect is Aspect.CONDITION:
        return (*one[:2], _lasting(one[2])) == (*other[:2], _lasting(other[2]))
    if aspect is Aspect.CERTIFICATE:
        return one[0] == other[0]
    return set(one) == set(other)


def said(aspect: Aspect, was: Value, now: Value) -> Params:
    """Return what fills in the sentence of a difference."""
    match aspect, now:
        case Aspect.CERTIFICATE, (_, until, issuer):
            return {"until": until, "issuer": issuer}
    if isinstance(was, str) or isinstance(now, str):
        return {"was": _joined(was), "now": _joined(now)}
    return {"was": list(was[:MOST]), "now": list(now[:MOST])}


def _joined(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _lasting(advice: str) -> str:
    """To renew what is kept is a matter of the calendar, and told elsewhere."""
    return Advice.KEEP if advice == Advice.RENEW else advice
