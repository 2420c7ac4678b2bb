"""What is different from what was told before. Pure: of a thing as told, and as a run saw it.

A failed look changes nothing. What an authority publishes (a date, name servers, an end) is told at
once; what was measured (an answer, an address), or has two spellings, when a second look agrees; what
was told before and is back sooner than a fortnight later, when three looks over two days do. So nothing
that flaps is told twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from scanner.assets import Advice, Kind, Use
from scanner.assets.estate import Params
from scanner.verdicts.cadence import LookKind
from scanner.verdicts.differences import Aspect, Value, is_same, said

ENDING = frozenset({Advice.SWITCH_OFF, Advice.LET_EXPIRE})
"""Proposals to end a thing."""
APART = timedelta(hours=5)
"""Looks nearer than this to one another are one look."""
FLAPPING = timedelta(days=14)
"""What was told within this time, and is back, has to prove that it stays."""
UNSEEN_FOR = timedelta(days=3)
"""So long a thing may stay unknown before that itself is told."""
REMEMBERED = 3
"""Values told before that are remembered of an aspect."""
_PROVED_TWICE = 2
_PROVED_AGAIN = 3
_SETTLED = timedelta(days=2)
_ALIVE = frozenset({Use.USED, Use.REDIRECT})
_AT_ONCE = frozenset({Aspect.PAID_UNTIL, Aspect.NAME_SERVERS})
"""What an authority publishes, and everybody spells alike."""
_ANSWERS = frozenset({Kind.SITE, Kind.MAIL})
"""Kinds that answer themselves; the use of the others follows from theirs."""
_PATIENT = frozenset({Aspect.ADDRESSES, Aspect.CERTIFICATE})
"""What a front may answer otherwise each time: no look is made sooner for it."""


class Code(StrEnum):
    """What can be told; each has a sentence in `reports/texts`, theme `change`."""

    APPEARED = "appeared"
    GONE = "gone"
    RETURNED = "returned"
    PAID_UNTIL = "paid_until_changed"
    REGISTRAR = "registrar_changed"
    HOLDER = "holder_changed"
    NAME_SERVERS = "name_servers_changed"
    ADDRESSES = "addresses_changed"
    MAIL = "mail_changed"
    CERTIFICATE = "certificate_changed"
    USE = "use_changed"
    STATE = "state_changed"
    VERDICT = "verdict_changed"
    CAME_BACK = "came_back"
    UNSEEN = "unseen"
    SEEN_AGAIN = "seen_again"
    SOURCE_FAILING = "source_failing"
    SOURCE_ANSWERS = "source_answers"


class Other(Struct, frozen=True):
    """A value seen since that is not told yet."""

    value: Value
    since: datetime
    last: datetime
    looks: int


class Left(Struct, frozen=True):
    """A value that was told, and until when."""

    value: Value
    until: datetime


class Event(Struct, frozen=True):
    """What happened to a domain, or to what hangs on it: several things show it, one tells it."""

    turn: str
    """What it turned to: `up`, `down`, or a verdict."""
    rank: int
    at: datetime


class Told(Struct, frozen=True, kw_only=True):
    """What was told of a thing last, and what was seen since without being told."""

    hosts: tuple[str, ...] = ()
    values: dict[str, Value] = {}
    others: dict[str, Other] = {}
    left: dict[str, tuple[Left, ...]] = {}
    unseen: Other | None = None
    """Since when no look could find out about it."""
    missing: Other | None = None
    """Since when no look has met it."""
    gone: bool = False
    new: Other | None = None
    """Met, or met again, and not told of yet: one look may have met it by chance."""
    unseen_told: bool = False
    changed_at: datetime | None = None
    event: Event | None = None
    """Of a domain: what was told last of it, or of what hangs on it."""

    @property
    def hastens(self) -> bool:
        """Whether it was seen otherwise than told, and another look soon is to say what is true."""
        missing = self.missing is not None and not self.gone
        new = self.new is not None and self.new.looks < _PROVED_TWICE
        return missing or new or not self.others.keys() <= _PATIENT

    @property
    def condition(self) -> tuple[str, str, str] | None:
        """Return the use, the state and the verdict told last."""
        match self.values.get(Aspect.CONDITION):
            case [str(use), str(state), str(verdict)]:
                return use, state, verdict
        return None


class Seen(Struct, frozen=True, kw_only=True):
    """A thing as a run saw it."""

    asset: str
    kind: Kind
    domain: str = ""
    """Registered name that it belongs to; empty for what belongs to none."""
    hosts: tuple[str, ...] = ()
    values: Mapping[Aspect, Value] = {}
    """What is known; what is not, is left out. A condition is use, state and verdict."""
    looked: AbstractSet[LookKind] = frozenset(LookKind)
    """Looks that this run made at it."""
    ended: bool = False
    """It is switched off, and watched."""
    awaits: bool = False
    """Of a hosting: sites seem to have moved there, and of none is it told yet. It is told with the first."""


class Change(Struct, frozen=True):
    """Something that is different, as a code with parameters."""

    code: Code
    asset: str
    params: Params = {}
    aspect: str = ""
    before: str = ""
    after: str = ""
    things: tuple[str, ...] = ()
    """All that changed together, where those are several."""


def first_told(now: Seen) -> Told:
    """Return what is remembered of a thing that was never told of."""
    return Told(
        hosts=now.hosts, values={str(aspect): value for aspect, value in now.values.items()}
    )


def compare(before: Told | None, now: Seen, at: datetime) -> tuple[Told, tuple[Change, ...]]:
    """Return what is remembered of a thing from now on, and what is to be told of it."""
    if before is None or (before.new and not before.gone):
        return _met(before.new if before else None, now, at)
    thing = _Thing(replace(before, hosts=now.hosts or before.hosts), now, at)
    changes = tuple(thing.changes())
    return thing.told, changes


def _met(before: Other | None, now: Seen, at: datetime) -> tuple[Told, tuple[Change, ...]]:
    """Tell of a new thing: of what an address alone shows when a second look shows it too."""
    new = _counted(before, "", at)
    if now.kind is Kind.HOSTING and not _has_arrived(new, now, at):
        return replace(first_told(now), new=new), ()
    change = Change(Code.APPEARED, now.asset, {"kind": now.kind})
    return replace(first_told(now), changed_at=at), (change,)


def _has_arrived(new: Other, now: Seen, at: datetime) -> bool:
    """Say whether a hosting is to be told of; it does not wait for ever for a site that never settles."""
    awaits = now.awaits and at - new.since < FLAPPING
    return new.looks >= _PROVED_TWICE and not awaits


def missed(
    before: Told, asset: str, at: datetime, *, absent: bool
) -> tuple[Told, tuple[Change, ...]]:
    """Do the same for a thing that a run did not meet; `absent`: its names were asked for, and answered."""
    if not absent or (before.gone and not before.new):
        return before, ()
    if before.gone:
        return replace(before, new=None), ()
    if before.new:  # it was never told of, and has to be met anew
        return replace(before, new=Other("", at, at, 0)), ()
    missing = _counted(before.missing, "", at)
    if missing.looks < _PROVED_TWICE:
        return replace(before, missing=missing), ()
    told = replace(before, missing=missing, gone=True, others={}, unseen=None, changed_at=at)
    return told, (Change(Code.GONE, asset, aspect="presence", before="seen", after="gone"),)


class _Thing:
    """One thing compared."""

    def __init__(self, told: Told, now: Seen, at: datetime) -> None:
        self.told, self._now, self._at = told, now, at

    def changes(self) -> Iterator[Change]:
        """Yield what is to be told; `told` follows."""
        if self.told.gone:
            condition = self._now.values.get(Aspect.CONDITION)
            if condition is not None and _is_unknown(condition):
                return  # it is met only because a look failed
            new = _counted(self.told.new, "", self._at)
            if self._now.kind is Kind.HOSTING and not _has_arrived(new, self._now, self._at):
                self.told = replace(self.told, new=new)
                return
            # Whatever it is like now is told with that it is back.
            again = first_told(self._now)
            self.told = replace(again, left=self.told.left, changed_at=self._at)
            yield self._change(Code.RETURNED, "presence", "gone", "seen")
            return
        if self.told.missing:
            self.told = replace(self.told, missing=None)
        yield from self._sight()
        for aspect, value in self._now.values.items():
            if aspect is Aspect.CONDITION and _is_unknown(value):
                continue
            yield from self._aspect(aspect, value)

    def _sight(self) -> Iterator[Change]:
        """Yield that a thing stays unknown, or is known again."""
        condition = self._now.values.get(Aspect.CONDITION)
        if condition is None or LookKind.USE not in self._now.looked:
            return
        before = self.told.condition
        if not _is_unknown(condition):
            since, was_told = self.told.unseen, self.told.unseen_told
            self.told = replace(self.told, unseen=None, unseen_told=False)
            if since and was_told and is_same(Aspect.CONDITION, condition, before or ""):
                yield self._change(Code.SEEN_AGAIN, since=_day(since.since))
        elif self._now.kind in _ANSWERS and before and before[0] != Use.UNKNOWN:
            unseen = _counted(self.told.unseen, "", self._at)
            self.told = replace(self.told, unseen=unseen)
            long = self._at - unseen.since >= UNSEEN_FOR and unseen.looks >= _PROVED_AGAIN
            if long and not self.told.unseen_told:
                self.told = replace(self.told, unseen_told=True, changed_at=self._at)
                state = f"{self._now.kind}.{before[1]}"
                yield self._change(Code.UNSEEN, since=_day(unseen.since), state=state)

    def _aspect(self, aspect: Aspect, value: Value) -> Iterator[Change]:
        known = self.told.values.get(aspect)
        if known is None or (aspect is Aspect.CONDITION and _is_unknown(known)):
            self._take(aspect, value)  # known for the first time is not changed
            return
        if is_same(aspect, known, value):
            if aspect in self.told.others and self._looked(aspect):
                self.told = replace(self.told, others=_without(self.told.others, aspect))
            return
        alive = self._now.ended and aspect is Aspect.CONDITION and value[0] in _ALIVE
        if not alive and not self._is_proved(aspect, value):
            return
        left = (Left(known, self._at), *self.told.left.get(aspect, ()))[:REMEMBERED]
        others = _without(self.told.others, aspect)
        self.told = replace(
            self.told,
            others=others,
            left={**self.told.left, aspect: left},
            changed_at=self._at,
        )
        self._take(aspect, value)
        yield from self._tell(aspect, known, value)

    def _is_proved(self, aspect: Aspect, value: Value) -> bool:
        """Count a look that saw another value than told; say whether that is enough."""
        if not self._looked(aspect):
            return False
        other = self.told.others.get(aspect)
        if other and not is_same(aspect, other.value, value):
            other = None
        other = _counted(other, value, self._at)
        self.told = replace(self.told, others={**self.told.others, aspect: other})
        if self._was_told_lately(aspect, value):
            return other.looks >= _PROVED_AGAIN and self._at - other.since >= _SETTLED
        lapsed = aspect is Aspect.CONDITION and value[0] == Use.LAPSED  # the registry's own word
        return lapsed or aspect in _AT_ONCE or other.looks >= _PROVED_TWICE

    def _was_told_lately(self, aspect: Aspect, value: Value) -> bool:
        return any(
            is_same(aspect, one.value, value) and self._at - one.until < FLAPPING
            for one in self.told.left.get(aspect, ())
        )

    def _looked(self, aspect: Aspect) -> bool:
        return aspect.looks in self._now.looked

    def _take(self, aspect: Aspect, value: Value) -> None:
        self.told = replace(self.told, values={**self.told.values, aspect: value})

    def _tell(self, aspect: Aspect, was: Value, now: Value) -> Iterator[Change]:
        if aspect is Aspect.CONDITION:
            yield self._tell_condition(was, now)
            return
        params = said(aspect, was, now)
        yield Change(_CODES[aspect], self._now.asset, params, aspect, _text(was), _text(now))

    def _tell_condition(self, was: Value, now: Value) -> Change:
        kind = self._now.kind
        use, state, verdict = (*now,)[:3]
        params: Params = {
            "was_state": f"{kind}.{was[1]}",
            "now_state": f"{kind}.{state}",
            "was_use": was[0],
            "now_use": use,
        }
        if was[2] != verdict:
            params["verdict"] = verdict
        if self._now.ended and use in _ALIVE and was[0] not in _ALIVE:
            code = Code.CAME_BACK
        elif was[0] != use:
            code, params = Code.USE, {**params, "was": was[0], "now": use}
        elif was[1] != state:
            code = Code.STATE
        else:
            code, params = Code.VERDICT, {"was": was[2], "now": verdict}
        return Change(code, self._now.asset, params, Aspect.CONDITION, _text(was), _text(now))

    def _change(
        self, code: Code, aspect: str = "", before: str = "", after: str = "", **params: str
    ) -> Change:
        return Change(code, self._now.asset, dict(params), aspect, before, after)


_CODES: Mapping[Aspect, Code] = {
    Aspect.PAID_UNTIL: Code.PAID_UNTIL,
    Aspect.REGISTRAR: Code.REGISTRAR,
    Aspect.HOLDER: Code.HOLDER,
    Aspect.NAME_SERVERS: Code.NAME_SERVERS,
    Aspect.ADDRESSES: Code.ADDRESSES,
    Aspect.MAIL: Code.MAIL,
    Aspect.CERTIFICATE: Code.CERTIFICATE,
}


def _counted(other: Other | None, value: Value, at: datetime) -> Other:
    if other is None:
        return Other(value, at, at, 1)
    if at - other.last < APART:
        return replace(other, value=value)
    return replace(other, value=value, last=at, looks=other.looks + 1)


def _without(others: Mapping[str, Other], aspect: Aspect) -> dict[str, Other]:
    return {name: other for name, other in others.items() if name != aspect}


def _is_unknown(condition: Value) -> bool:
    return condition[0] == Use.UNKNOWN


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def retired(before: Told, advice: Advice) -> bool:
    """Say whether a thing that was not to be ended when told last is so now."""
    known = before.condition
    return known is not None and known[2] not in ENDING and advice in ENDING


def is_too_much(ending: int, of: int, share: int, least: int = 5) -> bool:
    """Say whether so many things given up at once are more likely a fault of ours: `share` in percent."""
    return ending >= least and ending * 100 > of * share
