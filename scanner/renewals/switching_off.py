"""How a thing is switched off: step by step, never before what each step stands on.

Nothing is executed here. People do the steps at providers, and tell; the law of the order is here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from scanner.assets import Advice, Kind, Need, Use

OBSERVE_DAYS = 30
"""So long a thing stays switched off, and restorable, before it is deleted."""


class OffStep(StrEnum):
    """What was done to switch a thing off, in this order; the last three may come at any time."""

    SIGNED = "signed"
    BACKUP = "backup"
    AUTO_RENEW_OFF = "auto_renew_off"
    SWITCHED_OFF = "switched_off"
    OBSERVED = "observed"
    DELETED = "deleted"
    VERIFIED_GONE = "verified_gone"
    MET = "met"  # a person says that something needed beforehand is had
    HELD = "held"  # it showed a sign of life, or somebody said stop
    RESTORED = "restored"


ENDING = frozenset({Advice.SWITCH_OFF, Advice.LET_EXPIRE, Advice.CONSOLIDATE})
"""Proposals that are carried out by these steps."""
_SWITCH_OFF = tuple(OffStep)[:7]
_LET_EXPIRE = (OffStep.SIGNED, OffStep.AUTO_RENEW_OFF, OffStep.VERIFIED_GONE)
_HOLDS_DATA = frozenset({Kind.HOSTING, Kind.SITE, Kind.MAIL, Kind.SAAS})
"""Kinds with something on them to copy first."""
_ALIVE = frozenset({Use.USED, Use.REDIRECT})


class Done(Struct, frozen=True):
    """One step that was done."""

    step: OffStep
    at: datetime
    need: Need | None = None
    observe_until: date | None = None


class Stage(Struct, frozen=True):
    """How far one thing has got, since it was last begun."""

    done: tuple[Done, ...] = ()

    @property
    def steps(self) -> frozenset[OffStep]:
        """Return the steps that were done."""
        return frozenset(one.step for one in self.done)

    @property
    def is_begun(self) -> bool:
        """Say whether it is on its way."""
        return OffStep.SIGNED in self.steps

    @property
    def is_held(self) -> bool:
        """Say whether it must not go on until somebody has looked."""
        return bool(self.done) and self.done[-1].step is OffStep.HELD

    @property
    def observe_until(self) -> date | None:
        """Return the last day of watching, once it is switched off."""
        return next((one.observe_until for one in reversed(self.done) if one.observe_until), None)

    @property
    def switched_off_at(self) -> datetime | None:
        """Return when it was switched off."""
        off = (one.at for one in reversed(self.done) if one.step is OffStep.SWITCHED_OFF)
        return next(off, None)

    @property
    def is_watched(self) -> bool:
        """Say whether it is switched off and could still be restored: it is looked at every day."""
        return OffStep.SWITCHED_OFF in self.steps and OffStep.DELETED not in self.steps


def stage_of(done: Iterable[Done]) -> Stage:
    """Return how far a thing is, from everything ever done to it, oldest first.

    Restoring begins anew; what is done after a hold, other than holding, lifts it.
    """
    counted: list[Done] = []
    for one in done:
        if one.step is OffStep.RESTORED:
            counted = []
        else:
            counted.append(one)
    return Stage(tuple(counted))


def steps_for(kind: Kind, verdict: Advice, needs: Iterable[Need] = ()) -> tuple[OffStep, ...]:
    """Return the steps that a thing of this kind takes."""
    if verdict is Advice.LET_EXPIRE:
        return _LET_EXPIRE
    backed_up = kind in _HOLDS_DATA or Need.BACKUP in needs
    return tuple(step for step in _SWITCH_OFF if backed_up or step is not OffStep.BACKUP)


class Standing(Struct, frozen=True, kw_only=True):
    """What is so of a thing when somebody wants to do the next step."""

    kind: Kind
    verdict: Advice | None
    """Our opinion now."""
    signed: Advice | None
    """The proposal that the client approved; None where he has not."""
    list_stands: bool
    """Whether the list that he signed is the one that was kept, and this row of it is still so."""
    needs: frozenset[Need]
    """What the newest verdict still wants before anyone acts."""
    looked_at: datetime | None
    """When it was looked at last."""
    use: Use | None = None
    """What it was seen to be used for then."""
    paid_until: date | None = None
    """The last day that is paid for, as the registry has it."""


class Refusal(Struct, frozen=True):
    """Why a step cannot be done now: a code, and what it speaks of."""

    code: str
    params: dict[str, str | list[str]] = {}


def refusal(step: OffStep, stage: Stage, standing: Standing, today: date) -> Refusal | None:
    """Say why a step may not be noted today; None where it may."""
    if step is OffStep.RESTORED:
        return None if stage.is_begun else Refusal("not_begun")
    if step in (OffStep.HELD, OffStep.MET):
        return None
    if standing.signed is None:
        return Refusal("not_signed")
    if not standing.list_stands:
        return Refusal("list_changed")
    order = steps_for(standing.kind, standing.signed, standing.needs)
    if step not in order:
        return Refusal("no_such_step", {"steps": list(order)})
    if step in stage.steps:
        return Refusal("done_before")
    if stage.is_held:
        return Refusal("held")
    missing = [one for one in order[: order.index(step)] if one not in stage.steps]
    if missing:
        return Refusal("out_of_order", {"missing": list(missing)})
    return _not_proved(step, stage, standing, today)


def _not_proved(step: OffStep, stage: Stage, standing: Standing, today: date) -> Refusal | None:
    """Say which proof is missing for a step whose turn it is."""
    if step in (OffStep.AUTO_RENEW_OFF, OffStep.SWITCHED_OFF):
        if standing.verdict not in ENDING and not stage.is_watched:
            return Refusal("no_longer_proposed", {"verdict": str(standing.verdict or "")})
        if left := open_needs(stage, standing.needs):
            return Refusal("needs_open", {"needs": list(left)})
    if step is OffStep.OBSERVED:
        until, since = stage.observe_until, stage.switched_off_at
        if until is not None and today <= until:
            return Refusal("observed_too_soon", {"until": until.isoformat()})
        if since is not None and (standing.looked_at is None or standing.looked_at <= since):
            return Refusal("nobody_looked", {"since": since.date().isoformat()})
        if until is not None and standing.looked_at and standing.looked_at.date() < until:
            last = standing.looked_at.date().isoformat()
            return Refusal("not_looked_to_the_end", {"last": last, "until": until.isoformat()})
    if step is OffStep.VERIFIED_GONE:
        return _not_gone(stage, standing, today)
    return None


def _not_gone(stage: Stage, standing: Standing, today: date) -> Refusal | None:
    """Say what speaks against a thing's being gone; that no look can find it any more does not."""
    until = standing.paid_until
    if standing.signed is Advice.LET_EXPIRE and until is not None and today <= until:
        return Refusal("term_runs", {"until": until.isoformat()})
    looked, ended = standing.looked_at, max((one.at for one in stage.done), default=None)
    if standing.use in _ALIVE and looked is not None and ended is not None and looked > ended:
        return Refusal("still_alive", {"last": looked.date().isoformat()})
    return None


def open_needs(stage: Stage, needs: Iterable[Need]) -> tuple[Need, ...]:
    """Return what is still needed before a thing is switched off.

    The signature is the owner's word and the step `backup` the backup; a person may say that an account
    list, a complete log or a term is had. A second look and another vantage are made, never said.
    """
    had = {one.need for one in stage.done if one.need} - {Need.SECOND_LOOK, Need.OTHER_VANTAGE}
    if OffStep.SIGNED in stage.steps:
        had.add(Need.OWNER_WORD)
    if OffStep.BACKUP in stage.steps:
        had.add(Need.BACKUP)
    return tuple(need for need in Need if need in set(needs) - had)


def observe_until(today: date, days: int = OBSERVE_DAYS) -> date:
    """Return the last day of watching a thing that is switched off today."""
    return today + timedelta(days=days)


def shows_life(stage: Stage, use: Use, verdict: Advice) -> bool:
    """Say whether what a run saw of a thing that is being ended must stop it.

    Before it is off, a proof of use does, which our own verdict then follows; afterwards every sign of
    use, for what was switched off does not answer. That a run could not find out stops nothing: it
    proves no life, and the next step is refused all the same while the verdict does not propose it.
    """
    if not stage.is_begun or stage.is_held or OffStep.DELETED in stage.steps:
        return False
    if OffStep.SWITCHED_OFF in stage.steps:
        return use in _ALIVE
    return verdict in _WANTED


_WANTED = frozenset({Advice.KEEP, Advice.RENEW, Advice.FIX, Advice.TRANSFER})
