"""One event told once, although several things show it. Pure.

When a site dies its domain and its hosting look different too; when a domain is lost, all that hangs
on it goes; a site that moved tells of the new hosting that it moved to. And a move of thirty sites to one
address is one move.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from scanner.assets import Kind, Use
from scanner.verdicts.changes import Change, Code, Event

LASTING = timedelta(days=2)
"""So long what hangs on a thing may take to follow it."""
MOST = 20
"""Names told of things that changed together."""
_UP = frozenset({Use.USED, Use.REDIRECT})
_OWN = frozenset({Code.USE, Code.STATE, Code.VERDICT, Code.UNSEEN, Code.SEEN_AGAIN})
_EVENTS = _OWN | {Code.APPEARED, Code.GONE, Code.RETURNED, Code.ADDRESSES}
_MOVED = "moved"
_TOGETHER = frozenset({Code.ADDRESSES, Code.CERTIFICATE, Code.NAME_SERVERS, Code.MAIL})
_TERRITORY, _SITE, _REST = 0, 1, 2
"""Ranks: a whole domain that came or went; what answers; what only shows that something else did."""
_RANKS = {Kind.SITE: _SITE, Kind.MAIL: _SITE, Kind.DOMAIN: _REST, Kind.HOSTING: _REST}


class Happened(Struct, frozen=True):
    """A change, and where it belongs."""

    change: Change
    kind: Kind
    domains: tuple[str, ...]
    """Registered names that the thing hangs on."""


def without_echoes(
    happened: Iterable[Happened], events: Mapping[str, Event], at: datetime
) -> tuple[tuple[Change, ...], dict[str, Event]]:
    """Return what is to be told, and the events by domain, to be remembered for the next run."""
    known = {name: one for name, one in events.items() if at - one.at < LASTING}
    told: list[Happened] = []
    moved_to: dict[str, str] = {}
    for one in sorted(happened, key=_by_rank):
        change = one.change
        if change.code in _EVENTS and one.kind in _RANKS:
            turn, rank = _turn(one), _rank(one)
            if any(_echoes(known.get(name), change, turn, rank) for name in one.domains):
                if _arrives(one):
                    moved_to.update(dict.fromkeys(one.domains, change.asset))
                continue
            for name in one.domains:
                known[name] = Event(turn, rank, at)
        told.append(one)
    return tuple(_together([_with_hosting(one, moved_to) for one in told])), known


def _with_hosting(one: Happened, moved_to: Mapping[str, str]) -> Change:
    """Return a change; of a move to a hosting that is new, or there again, with the hosting."""
    hosting = next(filter(None, map(moved_to.get, one.domains)), None)
    if hosting is None or one.change.code is not Code.ADDRESSES:
        return one.change
    return replace(one.change, params={**one.change.params, "hosting": hosting})


def _echoes(event: Event | None, change: Change, turn: str, rank: int) -> bool:
    """Say whether an event tells a change too: of a use that stays any does, be it for another reason."""
    if event is None or event.rank >= rank:
        return False
    return event.turn == turn or change.code is Code.STATE


def _by_rank(one: Happened) -> tuple[int, str]:
    return _rank(one), one.change.asset


def _rank(one: Happened) -> int:
    if one.kind is Kind.DOMAIN and _is_of_territory(one.change):
        return _TERRITORY
    return _RANKS.get(one.kind, _REST)


def _arrives(one: Happened) -> bool:
    return one.kind is Kind.HOSTING and one.change.code in (Code.APPEARED, Code.RETURNED)


def _is_of_territory(change: Change) -> bool:
    uses = {change.params.get("was_use"), change.params.get("now_use")}
    whole = change.code in (Code.APPEARED, Code.GONE, Code.RETURNED)
    return whole or Use.LAPSED in uses


def _turn(one: Happened) -> str:
    change = one.change
    if _arrives(one) or change.code is Code.ADDRESSES:
        return _MOVED
    if change.code is Code.VERDICT:
        return str(change.params.get("now", ""))
    if change.code in (Code.APPEARED, Code.RETURNED, Code.SEEN_AGAIN):
        return "up"
    return "up" if change.params.get("now_use") in _UP else "down"


def _together(told: Sequence[Change]) -> Iterator[Change]:
    """Yield changes, those from one value to one other together as one."""
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for change in told:
        # What cannot be told together has a group of its own.
        own = "" if change.code in _TOGETHER else f"{change.asset} {change.aspect}"
        groups.setdefault((change.code, own or change.before, change.after), []).append(change)
    for several in groups.values():
        first = several[0]
        if len(several) == 1:
            yield first
            continue
        names = tuple(one.asset for one in several)
        params = {**first.params, "things": [*names[:MOST]], "count": len(several)}
        yield replace(first, params=params, things=names)
