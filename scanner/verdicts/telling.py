"""How a change is told: as a task where a hand is needed, as a line of a digest, or to the webhook alone. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from msgspec import Struct

from scanner.assets import Kind, Use
from scanner.assets.estate import Params
from scanner.verdicts.changes import Change, Code
from scanner.verdicts.severity import Severity

MAIL_GONE = "mail_gone"
"""Mail that was used, and that no record asks for any more."""
_ALIVE = frozenset({Use.USED, Use.REDIRECT})


class Way(StrEnum):
    """Who hears of a change. A webhook that is set hears of all of them."""

    TASK = "task"
    """Whoever answers for the thing gets a task, open until it is settled or taken back."""
    DIGEST = "digest"
    """He reads a line in his next digest, once."""
    WEBHOOK = "webhook"
    """Nobody, beside the receiver of the settings."""


class Rule(Struct, frozen=True):
    """How one sort of change is told, and how much it presses."""

    way: Way
    severity: Severity


RULES: Mapping[str, Rule] = {
    Code.CAME_BACK: Rule(Way.TASK, Severity.HIGH),
    Code.REGISTRAR: Rule(Way.TASK, Severity.HIGH),
    Code.HOLDER: Rule(Way.TASK, Severity.HIGH),
    Code.NAME_SERVERS: Rule(Way.TASK, Severity.HIGH),
    MAIL_GONE: Rule(Way.TASK, Severity.HIGH),
    Code.SOURCE_FAILING: Rule(Way.TASK, Severity.LOW),
    Code.USE: Rule(Way.DIGEST, Severity.MEDIUM),
    Code.GONE: Rule(Way.DIGEST, Severity.MEDIUM),
    Code.UNSEEN: Rule(Way.DIGEST, Severity.MEDIUM),
    Code.MAIL: Rule(Way.DIGEST, Severity.MEDIUM),
    Code.ADDRESSES: Rule(Way.DIGEST, Severity.LOW),
    Code.PAID_UNTIL: Rule(Way.DIGEST, Severity.LOW),
    Code.STATE: Rule(Way.DIGEST, Severity.LOW),
    Code.VERDICT: Rule(Way.DIGEST, Severity.LOW),
    Code.APPEARED: Rule(Way.DIGEST, Severity.LOW),
    Code.RETURNED: Rule(Way.DIGEST, Severity.INFO),
    Code.SEEN_AGAIN: Rule(Way.DIGEST, Severity.INFO),
    Code.SOURCE_ANSWERS: Rule(Way.DIGEST, Severity.INFO),
    # Certificates are replaced every two or three months, by themselves: a wrong one is a trouble.
    Code.CERTIFICATE: Rule(Way.WEBHOOK, Severity.INFO),
}
"""By the name of the rule: the code of a change, or `mail_gone`. The agency may choose other ways."""


def name_of(change: Change) -> str:
    """Return the name of the rule for a change."""
    was, now = change.params.get("was_use"), change.params.get("now_use")
    mail = change.asset.startswith(f"{Kind.MAIL}:")
    if mail and change.code is Code.USE and was in _ALIVE and now == Use.UNUSED:
        return MAIL_GONE
    return change.code


def rule_of(change: Change, chosen: Mapping[str, str]) -> Rule:
    """Return how a change is told; `chosen` are the agency's own ways by the name of the rule."""
    name = name_of(change)
    rule = RULES[name]
    return Rule(Way(chosen.get(name, rule.way)), rule.severity)


def tells_of_a_trouble(change: Change) -> bool:
    """Say whether a change is that something broke, which its finding tells where there is one."""
    return change.params.get("now_use") == Use.BROKEN


def taken_back(
    name: str, things: Collection[str], before: str, params: Params, change: Change
) -> frozenset[str]:
    """Return for which things a change undoes one that was told under a rule's name, with its `params`.

    `before` is what the things had before that. Of a source, its only thing is the empty one.
    """
    if name == Code.SOURCE_FAILING:
        same = change.params.get("source") == params.get("source")
        return frozenset(things if same and change.code is Code.SOURCE_ANSWERS else ())
    here = frozenset(things) & {change.asset, *change.things}
    now = change.params.get("now_use")
    if name == Code.CAME_BACK:
        undone = change.code is Code.GONE or (now is not None and now not in _ALIVE)
    elif name == MAIL_GONE:
        undone = now in _ALIVE
    else:
        undone = change.code is Code.GONE or (change.code == name and change.after == before)
    return here if undone else frozenset()
