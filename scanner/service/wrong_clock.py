"""A machine's clock that is wrong by days, or was: nothing is done by a false today, and what was dated wrongly is dated anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Table, delete, func, or_, select, text, update

from scanner.database import Busy, Database
from scanner.evidence.packing import compress_row, decompress
from scanner.evidence.rows import RUN, STAND
from scanner.evidence.watch_rows import DUE, TOLD
from scanner.registry.notice_rows import NOTICE
from scanner.registry.outbox import NEVER
from scanner.registry.receive import MACHINE
from scanner.registry.renewal_rows import CYCLE, JOB_RUN, OUTBOX, TASK_LINK, TROUBLE
from scanner.registry.rows import OBJECT
from scanner.renewals.cycle import CycleState
from scanner.renewals.plan import CLOSE
from scanner.runs.look import Clock
from scanner.settings import Settings

SKEW = timedelta(days=1)
"""A clock that is wrong by no more does no harm: everything is made so that a day makes no difference."""
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
"""Earlier than this nobody has run this program."""
_ALIKE = 0.7
"""A jump forward is the one that a jump back undoes, where it is as long, or this share of it."""
_DAY = 86_400.0


class WrongClock(Busy):
    """The clock of this machine cannot be right: try again when it is set."""


class Records(Struct, frozen=True):
    """What the moments tell that runs were noted at."""

    newest: datetime
    false_from: datetime | None
    """From here on a clock was ahead; None: it is now behind."""


async def put_clock_right(database: Database, at: datetime) -> str:
    """Date anew what a clock that was ahead has dated; return a sentence on it, empty where all is well.

    Raises WrongClock, and changes nothing, where the clock must be behind now.
    """
    if at < FIRST:
        raise WrongClock(_behind(at, None))
    records = database.read(lambda connection: records_of(connection, at))
    if records is None:
        return ""
    if records.false_from is None:
        raise WrongClock(_behind(at, records.newest))
    false_from = records.false_from
    await database.write(lambda connection: _date_anew(connection, false_from, at))
    return (
        f"The clock of this machine was ahead: it noted runs up to {records.newest:%Y-%m-%d}, and today is "
        f"{at:%Y-%m-%d}. They are dated anew, nothing of them proves that time has passed, and everything "
        "is looked at again."
    )


async def settle_clock(settings: Settings, clock: Clock) -> str:
    """Date anew what was noted by a clock that was ahead; return a sentence on it, empty where all is well.

    Raises WrongClock where the clock of this machine cannot be right.
    """
    with Database.open(settings.db) as database:
        return await put_clock_right(database, clock())


def records_of(connection: Connection, at: datetime) -> Records | None:
    """Return what the records tell of the clock; None where they and the clock agree."""
    begun = [table.c.started_at for table in (RUN, JOB_RUN)]
    ends = [connection.scalar(select(func.max(column))) for column in begun]
    newest = max((one for one in ends if one), default=None)
    if newest is None or newest - at <= SKEW:
        return None
    moments = sorted(one for column in begun for one in connection.scalars(select(column)))
    return Records(newest, jump(moments, at))


def jump(moments: Sequence[datetime], at: datetime) -> datetime | None:
    """Return the first moment after the jump forward that the clock's jump back to `at` undoes.

    None where there is none: then the records go on without a gap, and it is the clock that is behind.
    """
    back = moments[-1] - at
    jumps = (
        later
        for earlier, later in pairwise(moments)
        if earlier <= at + SKEW and later - earlier >= max(back * _ALIKE, SKEW * 2)
    )
    return max(jumps, default=None)


def _behind(at: datetime, newest: datetime | None) -> str:
    known = f", and the last run was on {newest:%Y-%m-%d %H:%M}" if newest else ""
    return (
        f"the clock of this machine says {at:%Y-%m-%d %H:%M} UTC{known}: it is wrong. "
        "Nothing was done and nothing is lost; set it and run the same again."
    )


def _date_anew(connection: Connection, false_from: datetime, at: datetime) -> None:
    for table in (RUN, JOB_RUN):
        _runs(connection, table, at)
    # A look of which nobody knows when it was made proves nothing that needs time to pass.
    connection.execute(delete(STAND).where(STAND.c.ended >= false_from))
    clients = select(RUN.c.client).where(RUN.c.started_at >= at - SKEW)
    due = update(DUE).where(DUE.c.due_at > at, DUE.c.client.in_(clients))
    connection.execute(due.values(due_at=at))
    _told(connection, at)
    _periods(connection, false_from, at)
    _messages(connection, false_from, at)
    for column in (
        TROUBLE.c.since, TROUBLE.c.seen_at, TROUBLE.c.healed_at, NOTICE.c.at, NOTICE.c.over_at,
        OBJECT.c.first_seen_at, OBJECT.c.last_seen_at, OBJECT.c.dated_at, TASK_LINK.c.settled_at,
        CYCLE.c.opened_at, CYCLE.c.closed_at,
    ):  # fmt: skip
        late = update(column.table).where(column > at)
        connection.execute(late.values({column.name: at}))
    connection.execute(update(TASK_LINK).where(TASK_LINK.c.seen_at > at).values(seen_at=None))
    _servers(connection, at)


def _runs(connection: Connection, table: Table, at: datetime) -> None:
    """Let runs that are yet to come have just been, in their order."""
    column = table.c
    query = select(column.id).where(or_(column.started_at > at, column.finished_at > at))
    numbers = list(connection.scalars(query.order_by(column.started_at.desc())))
    for ago, number in enumerate(numbers, 1):
        moment = at - timedelta(seconds=ago)
        mine = update(table).where(column.id == number)
        connection.execute(mine.values(started_at=moment))
        ended = mine.where(column.finished_at.is_not(None))
        connection.execute(ended.values(finished_at=moment))


def _told(connection: Connection, at: datetime) -> None:
    """Let nothing that is remembered of things be of a time to come."""
    for row in connection.execute(select(TOLD)).all():
        body = msgspec.json.decode(decompress(row.body))
        past = _past(body, at)
        if past != body:
            mine = update(TOLD).where(TOLD.c.client == row.client, TOLD.c.thing == row.thing)
            connection.execute(mine.values(body=compress_row(msgspec.json.encode(past))))


def _past(value: Any, at: datetime) -> Any:
    match value:
        case dict():
            return {key: _past(one, at) for key, one in value.items()}
        case list():
            return [_past(one, at) for one in value]
        case str() if value[10:11] == "T" and (moment := _moment(value)) and moment > at:
            return at.isoformat()
    return value


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _periods(connection: Connection, false_from: datetime, at: datetime) -> None:
    """Open again what was closed by a false today, and forget what was seen on one."""
    column = CYCLE.c
    closed = select(CYCLE).where(column.closed_at >= false_from, column.closed_by == MACHINE)
    for row in connection.execute(closed).all():
        later = select(column.id).where(column.object_id == row.object_id, column.seq > row.seq)
        if connection.execute(later.limit(1)).first() is None:
            mine = update(CYCLE).where(column.id == row.id)
            connection.execute(
                mine.values(state=CycleState.OPEN, closed_at=None, closed_by=None, closed_why=None)
            )
            _reopen(connection, f"cycle:{row.id}")
    for row in connection.execute(select(column.id, column.seen_later)).all():
        kept = [one for one in row.seen_later if _is_before(one, false_from)]
        if kept != row.seen_later:
            mine = update(CYCLE).where(column.id == row.id)
            connection.execute(mine.values(seen_later=kept))


def _is_before(seen: Any, moment: datetime) -> bool:
    at = _moment(str(seen.get("at", "")))
    return at is None or at < moment


def _reopen(connection: Connection, subject: str) -> None:
    """Let the task of a subject stand again for what is open."""
    at = OUTBOX.c
    connection.execute(delete(OUTBOX).where(at.subject == subject, at.rule == CLOSE))
    mine = update(TASK_LINK).where(TASK_LINK.c.subject == subject)
    connection.execute(mine.values(settled_at=None))


def _messages(connection: Connection, false_from: datetime, at: datetime) -> None:
    """Let reminders of a false today be due on their own days, and nothing wait for a time to come."""
    column = OUTBOX.c
    steps = or_(column.rule.like("remind%"), column.rule.like("overdue%"))
    connection.execute(delete(OUTBOX).where(steps, column.planned_at >= false_from))
    for moment in (column.planned_at, column.sent_at, column.lease_until):
        late = update(OUTBOX).where(moment > at)
        connection.execute(late.values({moment.name: at}))
    waits = update(OUTBOX).where(column.not_before > at, column.not_before < NEVER)
    connection.execute(waits.values(not_before=at))


def _servers(connection: Connection, at: datetime) -> None:
    """Let no server be left alone longer than the longest refusal, and no answer be kept from a false day."""
    latest = {"latest": at.timestamp() + _DAY, "now": at.timestamp()}
    for statement in (
        "UPDATE pace SET free = :latest WHERE free > :latest",
        "UPDATE pace SET closed = :latest WHERE closed > :latest",
        "UPDATE pace SET day = :now WHERE day > :now",
        "DELETE FROM answer",
    ):
        connection.execute(text(statement), latest if ":" in statement else None)
