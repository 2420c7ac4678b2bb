"""What is to be told to whom, each once: planned, claimed by one worker, said.

The intent is stored before anything is said. A claim is a lease: when its holder dies, nobody knows how far
he got, and whoever takes over looks outside first. What cannot be looked for there, such as a comment, is
not said again: the next step of the ladder comes soon, and being shouted at twice is no help.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, and_, or_, select, update

from scanner.database.columns import insert
from scanner.registry.renewal_rows import OUTBOX, TASK_LINK
from scanner.registry.words import Sending
from scanner.renewals.plan import CLOSE, RECHECK, UPDATE, Effect
from scanner.renewals.reminders import TASK

CHANGES = "changes"
"""What a rescan found different, for a receiver that takes each key once."""
LEASE = timedelta(minutes=60)
"""Longer than all questions that one task takes, with those that are asked once more."""
SETTLE = timedelta(minutes=10)
"""How long a tracker may take to find by its marker what it has just created."""
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
_FIRST_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=6)
_WAITING = (Sending.PLANNED, Sending.UNKNOWN)
_AT_ONCE = 500


class Claim(Struct, frozen=True, kw_only=True):
    """One thing to tell, and nobody else tells it before the lease is over."""

    id: int
    subject: str
    rule: str
    target: str
    step: str
    body: dict[str, Any]
    attempts: int
    """How often it was tried before."""
    is_uncertain: bool
    """True when nobody knows whether an earlier try got through."""
    worker: str
    lease_until: datetime


def is_repeatable(rule: str) -> bool:
    """Say whether telling it twice has no more effect than once, or can be looked for before."""
    kind = rule.partition("-")[0].partition(".")[0]
    return kind in (TASK, UPDATE, RECHECK, CLOSE, CHANGES)


def target_of_changes(receiver: str) -> str:
    """Return where what a receiver is told of changes waits, apart from its tasks and letters."""
    return f"{receiver}:{CHANGES}"


def put(
    connection: Connection,
    planned: Iterable[Effect],
    at: datetime,
    body: Mapping[str, Any] | None = None,
) -> int:
    """Store what is planned, unless it was before; return how much is new.

    `body` is what it says, where that is not read from its subject when it is told.
    """
    new = 0
    effects = iter(planned)
    while some := list(islice(effects, _AT_ONCE)):
        rows = [
            {
                "subject": one.subject, "rule": one.rule, "target": one.target, "step": one.step,
                "state": Sending.PLANNED, "body": dict(body or {}), "attempts": 0, "planned_at": at, "not_before": at,
            }
            for one in some
        ]  # fmt: skip
        added = insert(connection, OUTBOX).on_conflict_do_nothing().returning(OUTBOX.c.id)
        new += len(connection.execute(added, rows).all())
        for one in some:
            if one.overtakes:
                _overtake(connection, one.subject, one.target, one.overtakes)
    return new


def claim(
    connection: Connection, worker: str, targets: Collection[str], at: datetime
) -> Claim | None:
    """Take the next thing to tell to one of the targets; None when nothing is left for now."""
    columns = OUTBOX.c
    while True:
        query = (
            select(OUTBOX)
            .where(
                columns.target.in_(list(targets)),
                or_(
                    and_(columns.state.in_(_WAITING), columns.not_before <= at),
                    and_(columns.state == Sending.CLAIMED, columns.lease_until <= at),
                ),
            )
            .order_by(columns.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = connection.execute(query).first()
        if row is None:
            return None
        lost = row.state is Sending.CLAIMED  # its worker died with it
        if lost and not is_repeatable(row.rule):
            _set(connection, row.id, state=Sending.UNKNOWN, not_before=NEVER, error="interrupted")
            continue
        until = at + LEASE
        _set(
            connection, row.id, state=Sending.CLAIMED, claimed_by=worker, lease_until=until,
            attempts=row.attempts + 1,
        )  # fmt: skip
        return Claim(
            id=row.id, subject=row.subject, rule=row.rule, target=row.target, step=row.step,
            body=row.body, attempts=row.attempts, is_uncertain=lost or row.state is Sending.UNKNOWN,
            worker=worker, lease_until=until,
        )  # fmt: skip


def said(connection: Connection, claim: Claim, at: datetime) -> bool:
    """Note that it was told; False when the lease was lost meanwhile."""
    return _end(connection, claim, state=Sending.SENT, sent_at=at, error=None)


def overtaken(connection: Connection, claim: Claim) -> bool:
    """Note that it needs no telling any more."""
    return _end(connection, claim, state=Sending.SUPERSEDED)


def refused(connection: Connection, claim: Claim, error: str) -> bool:
    """Note that the place said no for good: a person must look."""
    return _end(connection, claim, state=Sending.FAILED, error=error)


def later(
    connection: Connection, claim: Claim, error: str, at: datetime, not_before: datetime | None
) -> bool:
    """Note that it was not told: it is tried again, ever less often; still uncertain if it was."""
    pause = min(_FIRST_PAUSE * 2 ** min(claim.attempts, 8), _LONGEST_PAUSE)
    state = Sending.UNKNOWN if claim.is_uncertain else Sending.PLANNED
    return _end(
        connection, claim, state=state, error=error, not_before=max(not_before or at, at + pause)
    )


def uncertain(connection: Connection, claim: Claim, error: str, at: datetime) -> bool:
    """Note that nobody knows whether it was told: what can be looked for is, once it can be found."""
    again = at + SETTLE if is_repeatable(claim.rule) else NEVER
    return _end(connection, claim, state=Sending.UNKNOWN, error=error, not_before=again)


def retire(connection: Connection, subject: str, at: datetime) -> None:
    """Let nothing more be told of a subject that is over, but that it is over, where a task may stand."""
    columns = OUTBOX.c
    waits = columns.state == Sending.PLANNED
    lost = and_(columns.state == Sending.UNKNOWN, columns.rule != TASK)
    connection.execute(
        update(OUTBOX)
        .where(columns.subject == subject, columns.rule != CLOSE, or_(waits, lost))
        .values(state=Sending.SUPERSEDED)
    )
    trackers = connection.scalars(select(TASK_LINK.c.tracker).where(TASK_LINK.c.subject == subject))
    put(connection, [Effect(subject, CLOSE, tracker, CLOSE) for tracker in trackers], at)


def try_again(connection: Connection, at: datetime) -> int:
    """Let everything that was refused be tried once more: somebody has put the settings right."""
    row = update(OUTBOX).where(OUTBOX.c.state == Sending.FAILED)
    again = row.values(state=Sending.UNKNOWN, not_before=at, attempts=0)
    return connection.execute(again).rowcount


def is_coming(connection: Connection, subject: str, tracker: str) -> bool:
    """Say whether the task of a subject is still on its way, or nobody knows whether it is there."""
    columns = OUTBOX.c
    query = select(columns.id).where(
        columns.subject == subject,
        columns.target == tracker,
        columns.rule.like(f"{TASK}%"),
        columns.state.in_([*_WAITING, Sending.CLAIMED]),
    )
    return connection.execute(query.limit(1)).first() is not None


def _overtake(connection: Connection, subject: str, target: str, rules: Collection[str]) -> None:
    columns = OUTBOX.c
    connection.execute(
        update(OUTBOX)
        .where(
            columns.subject == subject,
            columns.target == target,
            columns.rule.in_(list(rules)),
            columns.state == Sending.PLANNED,
        )
        .values(state=Sending.SUPERSEDED)
    )


def _end(connection: Connection, claim: Claim, **values: Any) -> bool:
    columns = OUTBOX.c
    mine = and_(
        columns.id == claim.id,
        columns.state == Sending.CLAIMED,
        columns.claimed_by == claim.worker,
        columns.lease_until == claim.lease_until,
    )
    values |= {"claimed_by": None, "lease_until": None}
    return connection.execute(update(OUTBOX).where(mine).values(**values)).rowcount == 1


def _set(connection: Connection, number: int, **values: Any) -> None:
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == number).values(**values))
