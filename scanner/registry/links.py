"""Which task outside stands for which period or trouble, found again by its marker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import count, islice

from sqlalchemy import Connection, Row, select, update

from scanner.database.columns import insert
from scanner.registry.installation import installation
from scanner.registry.renewal_rows import TASK_LINK
from scanner.renewals.matter import TaskOutside

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nothing that is misread: no 0 and O, no 1, I and L."""
_LETTERS = 5
_AT_ONCE = 500


def markers(name: str, subject: str, tracker: str) -> Iterator[str]:
    """Yield the marker of a subject, then those to take where another subject bears it already."""
    for number in count():
        text = f"{name} {subject} {tracker} {number or ''}"
        rest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        letters = ""
        for _ in range(_LETTERS):
            rest, place = divmod(rest, len(ALPHABET))
            letters += ALPHABET[place]
        yield f"RVZ-{letters}"


def link(connection: Connection, subject: str, tracker: str) -> TaskOutside:
    """Return the task that stands for a subject in a tracker, giving it a marker the first time."""
    name = installation(connection)
    for marker in markers(name, subject, tracker):
        found = links_of(connection, [subject]).get((subject, tracker))
        if found is not None:
            return found
        row = insert(connection, TASK_LINK).values(
            subject=subject, tracker=tracker, marker=marker, told={}
        )
        connection.execute(row.on_conflict_do_nothing())
    raise AssertionError  # markers never end


def links_of(connection: Connection, subjects: Iterable[str]) -> dict[tuple[str, str], TaskOutside]:
    """Return the tasks of subjects, by subject and tracker."""
    at = TASK_LINK.c
    wanted = iter(subjects)
    found: dict[tuple[str, str], TaskOutside] = {}
    while some := list(islice(wanted, _AT_ONCE)):
        for row in connection.execute(select(TASK_LINK).where(at.subject.in_(some))):
            found[row.subject, row.tracker] = _read(row)
    return found


def open_subjects(connection: Connection, prefix: str) -> list[str]:
    """Return the subjects that a task stands for outside which needs more than it was told."""
    at = TASK_LINK.c
    query = select(at.subject).where(at.settled_at.is_(None), at.subject.startswith(prefix))
    return list(connection.scalars(query.distinct()))


def to_look_at(
    connection: Connection, tracker: str, before: datetime, most: int
) -> list[tuple[str, TaskOutside]]:
    """Return tasks whose state outside was read before a moment or never, the longest ago first."""
    at = TASK_LINK.c
    query = (
        select(TASK_LINK)
        .where(
            at.tracker == tracker,
            at.ext_id.is_not(None),
            at.settled_at.is_(None),
            at.seen_at.is_(None) | (at.seen_at < before),
        )
        .order_by(at.seen_at.is_not(None), at.seen_at, at.id)
        .limit(most)
    )
    return [(row.subject, _read(row)) for row in connection.execute(query)]


def exists_outside(
    connection: Connection, subject: str, tracker: str, ext_id: str, url: str | None
) -> None:
    """Note where the task is."""
    _change(
        connection, subject, tracker, ext_id=ext_id, ext_url=url, ext_status="open", settled_at=None
    )


def was_told(
    connection: Connection, subject: str, tracker: str, fingerprint: str, deadline: date
) -> None:
    """Note what the task says now."""
    _change(connection, subject, tracker, told={"fingerprint": fingerprint}, deadline=deadline)


def was_seen(connection: Connection, subject: str, tracker: str, status: str, at: datetime) -> None:
    """Note how the task stands outside."""
    _change(connection, subject, tracker, ext_status=status, seen_at=at)


def is_settled(connection: Connection, subject: str, tracker: str, at: datetime) -> None:
    """Note that the task needs no more: what it stood for is over, and it was told so."""
    _change(connection, subject, tracker, settled_at=at)


def _change(connection: Connection, subject: str, tracker: str, **values: object) -> None:
    at = TASK_LINK.c
    row = update(TASK_LINK).where(at.subject == subject, at.tracker == tracker)
    connection.execute(row.values(**values))


def _read(row: Row[tuple[object, ...]]) -> TaskOutside:
    return TaskOutside(
        tracker=row.tracker,
        marker=row.marker,
        id=row.ext_id,
        url=row.ext_url,
        status=row.ext_status,
        fingerprint=row.told.get("fingerprint", ""),
        deadline=row.deadline,
    )
