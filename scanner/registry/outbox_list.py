"""The tasks that stand outside, and what waits to be told, with the things they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Table, select

from scanner.assets import Asset
from scanner.registry.decision_rows import INVOICE
from scanner.registry.notice_rows import NOTICE
from scanner.registry.renewal_rows import CYCLE, OUTBOX, TASK_LINK, TROUBLE
from scanner.registry.rows import OBJECT
from scanner.registry.words import Sending
from scanner.renewals.plan import DONE, GONE

_AT_ONCE = 500
_OF_NOBODY = (None, "", "", "")


class Waiting(Struct, frozen=True, kw_only=True):
    """A task outside, or a message on its way."""

    subject: str
    object: int | None
    asset: str
    name: str
    client: str
    target: str
    status: str
    """How the task stands outside; of a message how far it has got."""
    rule: str | None = None
    """What the message is; None for a task."""
    marker: str | None = None
    task: str | None = None
    url: str | None = None
    deadline: date | None = None
    error: str | None = None


def waiting(
    connection: Connection, *, client: str | None = None, failed: bool = False, every: bool = False
) -> Iterator[Waiting]:
    """Yield open tasks, then what waits to be told; `failed`: only what was refused; `every`: closed too."""
    rows = iter([] if failed else _tasks(connection, every))
    rows = iter([*rows, *_messages(connection, failed)])
    while some := list(islice(rows, _AT_ONCE)):
        things = _things(connection, [one["subject"] for one in some])
        for one in some:
            number, asset, name, owner = things.get(one["subject"], _OF_NOBODY)
            if client in (None, owner):
                yield Waiting(object=number, asset=asset, name=name, client=owner, **one)


def count_failed(connection: Connection) -> int:
    """Return how many messages were refused for good."""
    query = select(OUTBOX.c.id).where(OUTBOX.c.state == Sending.FAILED).limit(1000)
    return len(connection.execute(query).all())


def _tasks(connection: Connection, every: bool) -> Iterator[dict[str, Any]]:
    at = TASK_LINK.c
    query = select(TASK_LINK).where(at.ext_id.is_not(None)).order_by(at.deadline, at.id)
    if not every:
        query = query.where(at.settled_at.is_(None), at.ext_status.not_in([DONE, GONE]))
    for row in connection.execute(query):
        yield {
            "subject": row.subject, "target": row.tracker, "status": row.ext_status or "open",
            "marker": row.marker, "task": row.ext_id, "url": row.ext_url, "deadline": row.deadline,
        }  # fmt: skip


def _messages(connection: Connection, failed: bool) -> Iterator[dict[str, Any]]:
    at = OUTBOX.c
    ways = [Sending.FAILED]
    if not failed:
        ways += [Sending.PLANNED, Sending.CLAIMED, Sending.UNKNOWN]
    query = select(at.subject, at.rule, at.target, at.state, at.error).where(at.state.in_(ways))
    for row in connection.execute(query.order_by(at.id)):
        yield {
            "subject": row.subject, "target": row.target, "status": row.state.value,
            "rule": row.rule, "error": row.error,
        }  # fmt: skip


def _things(
    connection: Connection, subjects: Iterable[str]
) -> dict[str, tuple[int | None, str, str, str]]:
    """Return object, asset, name and client of subjects."""
    ids: dict[str, list[int]] = {}
    for subject in subjects:
        kind, _, number = subject.partition(":")
        if number.isdigit():
            ids.setdefault(kind, []).append(int(number))
    found: dict[str, tuple[int | None, str, str, str]] = {}
    tables: dict[str, Table] = {
        "cycle": CYCLE, "trouble": TROUBLE, "invoice": INVOICE, "notice": NOTICE,
    }  # fmt: skip
    thing = OBJECT.c
    for kind, of in tables.items():
        query = (
            select(of.c.id, of.c.object_id, thing.kind, thing.key, thing.name, thing.client)
            .join(OBJECT, thing.id == of.c.object_id)
            .where(of.c.id.in_(ids.get(kind, [])))
        )
        for row in connection.execute(query):
            asset = str(Asset(row.kind, row.key))
            found[f"{kind}:{row.id}"] = (row.object_id, asset, row.name or row.key, row.client)
    return found
