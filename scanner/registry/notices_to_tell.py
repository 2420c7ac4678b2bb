"""Changes as people are told them: those that are a task as matters, the others as lines of a digest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from scanner.registry.answering import People
from scanner.registry.beside import NOTHING, Beside
from scanner.registry.matters import Desk, thing_columns, thing_of
from scanner.registry.notice_rows import NOTICE
from scanner.registry.notices import PREFIX, open_notices, subject_of
from scanner.registry.rows import CLIENT, OBJECT
from scanner.registry.troubles import WITHIN
from scanner.renewals.digest import Line
from scanner.renewals.guard import is_alive
from scanner.renewals.matter import Matter, News, Thing
from scanner.renewals.reminders import Ladder

NEWS_FOR = timedelta(days=14)
"""What no digest told within this time is no news any more."""
SOURCE = "source"
_YEAR = 365


def notices_to_tell(
    connection: Connection, desk: Desk, today: date, *, subject: str | None = None
) -> Iterator[Matter]:
    """Yield the changes that somebody has to look into, or the one of a subject."""
    query = open_notices()
    if subject is not None:
        query = query.where(NOTICE.c.id == int(subject.removeprefix(PREFIX)))
    rows = connection.execute(query).all()
    if not rows:
        return
    people = People(connection, desk.duty)
    things = _things(connection, {row.object_id for row in rows if row.object_id is not None})
    answers = people.answers([*things.values()])
    beside = Beside(connection).of([*things.values()])
    clients = dict(connection.execute(select(CLIENT.c.slug, CLIENT.c.name)).all())
    for row in rows:
        thing = things.get(row.object_id)
        if thing is not None and not is_alive(thing.lifecycle, thing.ownership):
            continue
        projects, assignment = (
            people.answer(None, None) if thing is None else answers[row.object_id]
        )
        by = desk.working.after(row.at.date(), WITHIN.get(row.severity, 7))
        yield Matter(
            subject=subject_of(row.id),
            thing=_of_client(row, clients)
            if thing is None
            else thing_of(thing, beside.get(row.object_id, NOTHING)),
            ladder=Ladder(by, by, (), date.fromordinal(by.toordinal() + _YEAR)),
            assignment=assignment,
            projects=projects,
            code=row.rule,
            severity=row.severity,
            news=_news(row),
        )


def lines_to_tell(connection: Connection, desk: Desk, at: datetime) -> Iterator[Line]:
    """Yield the changes that no digest has told yet, with who answers for each, the oldest first."""
    at_ = NOTICE.c
    query = select(NOTICE).where(
        at_.is_task.is_(False), at_.told_in.is_(None), at_.at > at - NEWS_FOR
    )
    rows = connection.execute(query.order_by(at_.id)).all()
    if not rows:
        return
    people = People(connection, desk.duty)
    things = _things(connection, {row.object_id for row in rows if row.object_id is not None})
    answers = people.answers([*things.values()])
    for row in rows:
        answer = answers.get(row.object_id) or people.answer(None, None)
        person = answer[1].person
        yield Line(row.id, _news(row), row.severity, person.id if person else None)


def were_told(connection: Connection, lines: Collection[int], digest: str) -> bool:
    """Note in which digest lines are told; False where another has told one of them."""
    at = NOTICE.c
    row = update(NOTICE).where(at.id.in_(lines), at.told_in.is_(None)).values(told_in=digest)
    return connection.execute(row).rowcount == len(lines)


def _things(connection: Connection, numbers: Collection[int]) -> dict[int | None, Row[Any]]:
    thing = OBJECT.c
    query = (
        select(thing.id.label("object_id"), thing.lifecycle, thing.ownership, *thing_columns())
        .join(CLIENT, CLIENT.c.slug == thing.client)
        .where(thing.id.in_(numbers))
    )
    return {row.object_id: row for row in connection.execute(query)}


def _of_client(row: Row[Any], clients: Mapping[str, str]) -> Thing:
    """Return what stands for a source, which is nobody's object."""
    name = str(row.params.get("source", ""))
    return Thing(
        id=0, client=row.client, client_name=clients.get(row.client, row.client),
        asset=f"{SOURCE}:{name}", type=SOURCE, name=name,
    )  # fmt: skip


def _news(row: Row[Any]) -> News:
    asset = next(iter(row.names), "")
    return News(row.code, asset, row.params, row.names)
