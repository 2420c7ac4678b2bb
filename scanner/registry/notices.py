"""Changes that people are told of: kept when a run finds them, told once, over when settled or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from scanner.assets import Asset
from scanner.registry.answering import People
from scanner.registry.links import links_of
from scanner.registry.notice_rows import NOTICE
from scanner.registry.outbox import retire
from scanner.registry.renewal_rows import TROUBLE
from scanner.registry.rows import OBJECT
from scanner.registry.troubles import OWN
from scanner.registry.words import Lifecycle, Origin
from scanner.renewals.guard import is_alive
from scanner.renewals.plan import DONE
from scanner.verdicts.changes import Change, Code
from scanner.verdicts.echoes import MOST
from scanner.verdicts.telling import Rule, Way, name_of, taken_back, tells_of_a_trouble

PREFIX = "notice:"
KEPT_FOR = timedelta(days=90)
"""So long a line of a digest is kept; far longer than a clock is ever wrong by."""
RESTORED = "restored"
GONE = "gone"
_AT_ONCE = 500


class Found(Struct, frozen=True):
    """A change that a run found, how it is to be told, and how people call its things, by asset id."""

    change: Change
    rule: Rule
    names: Mapping[str, str]


def keep_notices(
    connection: Connection, client: str, run: str, found: Sequence[Found], duty: str, at: datetime
) -> None:
    """Keep what people are to be told of a run's changes: one notice for each of those who answer.

    A change of what a task is open for goes into that task; one that undoes it ends it.
    """
    connection.execute(
        delete(NOTICE).where(NOTICE.c.is_task.is_(False), NOTICE.c.at < at - KEPT_FOR)
    )
    keeping = _Keeping(connection, client, run, duty, at)
    for one in found:
        left = keeping.take_back(one)
        if one.rule.way is not Way.WEBHOOK:
            keeping.keep(one, left)


def settle(connection: Connection, object_id: int, who: str, why: str, at: datetime) -> int:
    """Note a person's word that the changes of a thing are settled; return how many were open."""
    rows = connection.execute(open_notices().where(NOTICE.c.object_id == object_id)).all()
    for row in rows:
        _end(connection, row.id, at, who, why)
    return len(rows)


def open_notices() -> Select[Any]:
    """Select the changes that tasks are open for."""
    at = NOTICE.c
    return select(NOTICE).where(at.is_task.is_(True), at.over_at.is_(None)).order_by(at.id)


def settle_closed(connection: Connection, at: datetime) -> None:
    """End what a person has closed the task of, what is ours no more, and what is wanted again after all."""
    thing = OBJECT.c
    query = open_notices().add_columns(thing.lifecycle, thing.ownership)
    rows = connection.execute(query.outerjoin(OBJECT, thing.id == NOTICE.c.object_id)).all()
    links = links_of(connection, [subject_of(row.id) for row in rows])
    closed = {subject: name for (subject, name), task in links.items() if task.status == DONE}
    for row in rows:
        if tracker := closed.get(subject_of(row.id)):
            _end(connection, row.id, at, tracker, "")
        elif row.object_id is not None and not is_alive(row.lifecycle, row.ownership):
            _end(connection, row.id, at, None, GONE)
        elif row.rule == Code.CAME_BACK and row.lifecycle is Lifecycle.IN_USE:
            _end(connection, row.id, at, None, RESTORED)


def subject_of(notice: int) -> str:
    """Return how the outbox calls a notice."""
    return f"{PREFIX}{notice}"


class _Keeping:
    """The changes of one run on their way into the table."""

    def __init__(
        self, connection: Connection, client: str, run: str, duty: str, at: datetime
    ) -> None:
        self._connection, self._client, self._run, self._at = connection, client, run, at
        self._people = People(connection, duty)
        self._open = {
            row.id: row
            for row in connection.execute(open_notices().where(NOTICE.c.client == client))
        }

    def take_back(self, found: Found) -> frozenset[str]:
        """End the tasks that a change undoes, wholly or of some things; return the things that were."""
        undone: set[str] = set()
        for row in list(self._open.values()):
            back = taken_back(row.rule, row.names or {"": ""}, row.before, row.params, found.change)
            if not back:
                continue
            undone |= back
            left = {thing: name for thing, name in row.names.items() if thing not in back}
            if left:
                self._rewrite(row, left, row.params)
            else:
                _end(self._connection, row.id, self._at, None, "")
                del self._open[row.id]
        return frozenset(undone)

    def keep(self, found: Found, undone: frozenset[str]) -> None:
        """Keep a change, a notice for each person; as a line alone of what it undid."""
        change = found.change
        if not change.asset:
            self._put(found, None, {}, is_task=found.rule.way is Way.TASK)
            return
        things = change.things or (change.asset,)
        objects = self._objects(things)
        told = tells_of_a_trouble(change)
        shares: dict[tuple[int | None, bool], list[str]] = {}
        answers = self._people.answers([*objects.values()])
        for thing in things:
            row = objects.get(thing)
            if told and row is not None and self._has_trouble(row.object_id):
                continue
            person = answers[row.object_id][1].person if row is not None else None
            is_task = found.rule.way is Way.TASK and thing not in undone and row is not None
            if is_task and row is not None and _was_expected(change, row):
                is_task = False
            shares.setdefault((person.id if person else None, is_task), []).append(thing)
        for (_, is_task), mine in shares.items():
            first = next((objects[one].object_id for one in mine if one in objects), None)
            named = {one: found.names.get(one) or one.partition(":")[2] for one in mine}
            self._put(found, first, named, is_task=is_task)

    def _put(
        self, found: Found, object_id: int | None, names: dict[str, str], *, is_task: bool
    ) -> None:
        change, rule = found.change, name_of(found.change)
        standing = self._standing(rule, change, names) if is_task else None
        if standing is not None:
            told = {**change.params, **_was(standing.params)}
            self._rewrite(standing, {**standing.names, **names}, told)
            return
        self._connection.execute(
            insert(NOTICE).values(
                client=self._client, object_id=object_id, code=change.code, rule=rule,
                is_task=is_task, severity=found.rule.severity, params=_told(change.params, names),
                names=names, before=change.before, run=self._run, at=self._at,
            )
        )  # fmt: skip

    def _standing(self, rule: str, change: Change, names: Mapping[str, str]) -> Row[Any] | None:
        """Return what is open for the same, of any of the things."""
        source = change.params.get("source")
        for row in self._open.values():
            same = row.names.keys() & names.keys() or (not names and not row.names)
            if row.rule == rule and same and row.params.get("source") == source:
                return row
        return None

    def _rewrite(self, row: Row[Any], names: dict[str, str], params: Mapping[str, Any]) -> None:
        change = update(NOTICE).where(NOTICE.c.id == row.id)
        self._connection.execute(change.values(names=names, params=_told(params, names)))

    def _objects(self, things: Sequence[str]) -> dict[str, Any]:
        """Return the objects of things, as far as the registry knows them."""
        thing, found = OBJECT.c, dict[str, Any]()
        for start in range(0, len(things), _AT_ONCE):
            some = [Asset.parse(one) for one in things[start : start + _AT_ONCE]]
            query = select(
                thing.id.label("object_id"), thing.responsible, thing.kind, thing.key,
                thing.registrar, thing.origins,
            ).where(
                thing.client == self._client,
                thing.kind.in_({asset.kind for asset in some}),
                thing.key.in_([asset.key for asset in some]),
            )  # fmt: skip
            for row in self._connection.execute(query):
                found[f"{row.kind}:{row.key}"] = row
        return found

    def _has_trouble(self, object_id: int) -> bool:
        at = TROUBLE.c
        mine = (at.object_id == object_id, at.healed_at.is_(None), at.code.not_in(OWN))
        return self._connection.scalar(select(at.id).where(*mine).limit(1)) is not None


def _was_expected(change: Change, row: Row[Any]) -> bool:
    """Say whether a person has entered in the registry what is so now."""
    entered = row.origins.get("registrar") == Origin.CONFIRMED
    same = (row.registrar or "").casefold() == change.after.casefold()
    return change.code is Code.REGISTRAR and entered and same


def _told(params: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of a change as it is told of these things."""
    told = {key: value for key, value in params.items() if key not in ("things", "count")}
    return told | ({"things": [*names][:MOST], "count": len(names)} if len(names) > 1 else {})


def _was(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was so before anything was told."""
    return {key: value for key, value in params.items() if key == "was" or key.startswith("was_")}


def _end(connection: Connection, number: int, at: datetime, who: str | None, why: str) -> None:
    """End a notice, and let whoever was given it as a task know."""
    row = update(NOTICE).where(NOTICE.c.id == number, NOTICE.c.over_at.is_(None))
    if connection.execute(row.values(over_at=at, over_by=who, over_why=why)).rowcount:
        retire(connection, subject_of(number), at)
