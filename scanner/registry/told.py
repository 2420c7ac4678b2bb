"""What was told of each period and trouble, place by place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime
from itertools import islice

from sqlalchemy import Connection, Text, select, type_coerce

from scanner.registry.links import links_of
from scanner.registry.renewal_rows import OUTBOX
from scanner.registry.words import Sending
from scanner.renewals.matter import Matter, Place
from scanner.renewals.plan import CLOSE, RECHECK, UPDATE, Effect, effects
from scanner.renewals.reminders import Told

_AT_ONCE = 500
_WAITING = frozenset({Sending.PLANNED, Sending.CLAIMED})
Targets = Callable[[Matter], Collection[str]]
"""Where a matter is told."""


def planned(
    connection: Connection,
    matters: Iterable[Matter],
    targets: Targets,
    today: date,
    day_of: Callable[[datetime], date],
) -> Iterator[tuple[Matter, Effect]]:
    """Yield what is to be told today of each matter; `day_of` says on which of the agency's days a moment was."""
    stream = iter(matters)
    while some := list(islice(stream, _AT_ONCE)):
        where = [(matter, found) for matter in some if (found := targets(matter))]
        subjects = [matter.subject for matter, _ in where]
        told, rules = _told(connection, subjects, day_of)
        links = links_of(connection, subjects)
        for matter, found in where:
            places = (
                Place(
                    target=target,
                    told=tuple(told.get((matter.subject, target), ())),
                    rules=rules.get((matter.subject, target), {}),
                    task=links.get((matter.subject, target)),
                )
                for target in found
            )
            for effect in effects(matter, places, today):
                yield matter, effect


def _told(
    connection: Connection, subjects: list[str], day_of: Callable[[datetime], date]
) -> tuple[dict[tuple[str, str], list[Told]], dict[tuple[str, str], dict[str, bool]]]:
    if not subjects:
        return {}, {}
    at = OUTBOX.c
    state = type_coerce(at.state, Text).label("state")
    query = select(at.subject, at.target, at.rule, at.step, state, at.planned_at, at.sent_at)
    told: dict[tuple[str, str], list[Told]] = {}
    rules: dict[tuple[str, str], dict[str, bool]] = {}
    for row in connection.execute(query.where(at.subject.in_(subjects)).order_by(at.id)):
        key = row.subject, row.target
        waits = row.state in _WAITING
        if row.rule.partition("-")[0] in (UPDATE, RECHECK, CLOSE):
            rules.setdefault(key, {})[row.rule] = not waits and row.state != Sending.UNKNOWN
            continue
        unknown = row.state == Sending.UNKNOWN and row.rule.startswith("task")
        told.setdefault(key, []).append(
            Told(
                rule=row.rule,
                step=row.step,
                on=day_of(row.sent_at or row.planned_at),
                is_said=not waits and not unknown,
                counts=row.state != Sending.SUPERSEDED,
            )
        )
    return told, rules
