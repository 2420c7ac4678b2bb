"""What needs a hand: filed once when it is met, open until a look that could see it sees it no more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from sqlalchemy import Connection, Row, Select, func, select, update

from scanner.assets import Asset, Kind
from scanner.database.columns import insert as insert_once
from scanner.registry.answering import People
from scanner.registry.beside import NOTHING, Beside
from scanner.registry.matters import Desk, thing_columns, thing_of
from scanner.registry.outbox import retire
from scanner.registry.renewal_rows import CYCLE, TROUBLE
from scanner.registry.rows import CLIENT, OBJECT
from scanner.renewals.guard import is_alive
from scanner.renewals.matter import PAID_IN_VAIN, Matter
from scanner.renewals.reminders import Ladder
from scanner.verdicts.hand_codes import CERTIFICATE_EXPIRES
from scanner.verdicts.severity import Severity

if TYPE_CHECKING:
    from scanner.verdicts.needs_hand import Hand

NOBODY_ANSWERS = "nobody_answers"
"""Nobody active is responsible for the thing."""
NOT_CONFIRMED = "date_not_confirmed"
"""No look and no person has confirmed the thing's last day for long, and that day is near."""
OWN: Mapping[str, Severity] = {NOBODY_ANSWERS: Severity.MEDIUM, NOT_CONFIRMED: Severity.LOW}
"""Findings of the registry's own: they are told with the thing's renewal, and are no tasks by themselves."""
WITHIN: Mapping[str, int] = {
    Severity.CRITICAL: 1,
    Severity.HIGH: 3,
    Severity.MEDIUM: 7,
    Severity.LOW: 14,
    Severity.INFO: 30,
}
"""Working days in which a trouble is to be put right."""
_AT_ONCE = 500
_YEAR = 365


class Trouble(Struct, frozen=True, kw_only=True):
    """Something that needs a hand."""

    id: int
    object_id: int
    asset: Asset
    code: str
    severity: str
    params: Mapping[str, Any]
    since: datetime
    seen_at: datetime


def open_troubles(connection: Connection, client: str) -> tuple[Trouble, ...]:
    """Return what needs a hand of a client's things, by asset and code."""
    query = _open().where(OBJECT.c.client == client)
    rows = connection.execute(query.order_by(OBJECT.c.kind, OBJECT.c.key, TROUBLE.c.code))
    return tuple(_read(row) for row in rows)


def keep_troubles(
    connection: Connection,
    client: str,
    run: str,
    found: Mapping[Asset, Sequence[Hand]],
    healed: Mapping[Asset, Collection[str]],
    at: datetime,
) -> None:
    """File what a run met, and close what it saw put right.

    `healed` names, for each asset, the codes that a look which could see them proves gone; what is in
    neither stays as it is, for a run that could not look heals nothing.
    """
    standing = {(one.asset, one.code): one for one in open_troubles(connection, client)}
    numbers = _numbers(connection, client, found)
    for asset, hands in found.items():
        for hand in hands:
            known = standing.get((asset, hand.code))
            if known is not None:
                _see(connection, known.id, hand, run, at)
            elif asset in numbers:
                file(connection, numbers[asset], hand.code, hand.severity, hand.params, run, at)
    for (asset, code), trouble in standing.items():
        if code in healed.get(asset, ()):
            heal(connection, trouble.id, at)


def file(
    connection: Connection,
    object_id: int,
    code: str,
    severity: str,
    params: Mapping[str, Any],
    run: str | None,
    at: datetime,
) -> None:
    """Open a trouble of a thing, unless it is open; one that came back is another."""
    same = (TROUBLE.c.object_id == object_id, TROUBLE.c.code == code)
    if connection.scalar(select(TROUBLE.c.id).where(*same, TROUBLE.c.healed_at.is_(None))):
        return
    last = connection.scalar(select(func.max(TROUBLE.c.seq)).where(*same))
    row = insert_once(connection, TROUBLE).values(
        object_id=object_id, code=code, seq=(last or 0) + 1, severity=severity, params=dict(params),
        since=at, seen_at=at, run=run,
    )  # fmt: skip
    connection.execute(row.on_conflict_do_nothing())


def heal(connection: Connection, number: int, at: datetime) -> None:
    """Close a trouble, and let whoever was given it as a task know."""
    columns = TROUBLE.c
    row = update(TROUBLE).where(columns.id == number, columns.healed_at.is_(None))
    if connection.execute(row.values(healed_at=at)).rowcount:
        retire(connection, subject_of(number), at)


def keep_own(connection: Connection, code: str, objects: Collection[int], at: datetime) -> None:
    """File a finding of the registry's own for these things, and close it for all others."""
    query = select(TROUBLE.c.id, TROUBLE.c.object_id).where(
        TROUBLE.c.code == code, TROUBLE.c.healed_at.is_(None)
    )
    standing = {row.object_id: row.id for row in connection.execute(query)}
    for number, trouble in standing.items():
        if number not in objects:
            heal(connection, trouble, at)
    for number in sorted(set(objects) - standing.keys()):
        file(connection, number, code, OWN[code], {}, None, at)


def count_open(connection: Connection, code: str) -> int:
    """Return how many things have a finding now."""
    query = select(func.count()).where(TROUBLE.c.code == code, TROUBLE.c.healed_at.is_(None))
    return int(connection.scalar(query) or 0)


def troubles_to_tell(
    connection: Connection, desk: Desk, today: date, *, subject: str | None = None
) -> Iterator[Matter]:
    """Yield the open troubles somebody has to put right, or the one of a subject.

    A certificate about to expire is told by its own period where it has one.
    """
    columns, thing = TROUBLE.c, OBJECT.c
    query = _open().where(columns.code.not_in(OWN)).order_by(columns.since, columns.id)
    if subject is not None:
        query = query.where(columns.id == int(subject.partition(":")[2]))
    dated = select(CYCLE.c.id).where(CYCLE.c.object_id == thing.id, CYCLE.c.closed_at.is_(None))
    query = query.where((columns.code != CERTIFICATE_EXPIRES) | ~dated.exists())
    people, lies = People(connection, desk.duty), Beside(connection)
    rows = iter(connection.execute(query).all())
    while some := list(islice(rows, _AT_ONCE)):
        answers, beside = people.answers(some), lies.of(some)
        for row in some:
            # Money may go for what is gone, too.
            if row.code != PAID_IN_VAIN and not is_alive(row.lifecycle, row.ownership):
                continue
            projects, assignment = answers[row.object_id]
            by = desk.working.after(row.since.date(), WITHIN.get(row.severity, 7))
            yield Matter(
                subject=subject_of(row.id),
                thing=thing_of(row, beside.get(row.object_id, NOTHING)),
                ladder=Ladder(by, by, (), date.fromordinal(by.toordinal() + _YEAR)),
                assignment=assignment,
                projects=projects,
                code=row.code,
                severity=row.severity,
                params=row.params,
            )


def subject_of(trouble: int) -> str:
    """Return how the outbox calls a trouble."""
    return f"trouble:{trouble}"


def _open() -> Select[Any]:
    columns, thing = TROUBLE.c, OBJECT.c
    return (
        select(
            columns.id, columns.object_id, columns.code, columns.severity, columns.params,
            columns.since, columns.seen_at, thing.lifecycle, thing.ownership, *thing_columns(),
        )
        .join(OBJECT, thing.id == columns.object_id)
        .join(CLIENT, CLIENT.c.slug == thing.client)
        .where(columns.healed_at.is_(None))
    )  # fmt: skip


def _read(row: Row[Any]) -> Trouble:
    return Trouble(
        id=row.id,
        object_id=row.object_id,
        asset=Asset(Kind(row.kind), row.key),
        code=row.code,
        severity=row.severity,
        params=row.params,
        since=row.since,
        seen_at=row.seen_at,
    )


def _see(connection: Connection, number: int, hand: Hand, run: str, at: datetime) -> None:
    row = update(TROUBLE).where(TROUBLE.c.id == number)
    values = {"severity": hand.severity, "params": hand.params, "seen_at": at, "run": run}
    connection.execute(row.values(**values))


def _numbers(connection: Connection, client: str, assets: Collection[Asset]) -> dict[Asset, int]:
    thing = OBJECT.c
    found: dict[Asset, int] = {}
    for kind in Kind:
        keys = iter([asset.key for asset in assets if asset.kind is kind])
        while some := list(islice(keys, _AT_ONCE)):
            query = select(thing.id, thing.key).where(
                thing.client == client, thing.kind == kind, thing.key.in_(some)
            )
            found |= {Asset(kind, row.key): row.id for row in connection.execute(query)}
    return found
