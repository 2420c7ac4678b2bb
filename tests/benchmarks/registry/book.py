"""Fills a registry with objects of every type, as a large agency would have it after years."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, insert

from scanner.assets import Advice, Asset, Money, Ownership, Price, Use
from scanner.database import Database
from scanner.registry import Client, Lifecycle, ObjectType, Origin
from scanner.registry.clients import ensure
from scanner.registry.fields import to_row
from scanner.registry.identity import kind_of
from scanner.registry.objects import RegistryObject
from scanner.registry.party_rows import PERSON, PROJECT, PROJECT_OBJECT
from scanner.registry.rows import CHANGE, OBJECT

AT = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
_YEAR = 365
"""Days within which what is paid ends: terms are of a year, and were bought on any day of it."""
_OVERDUE, _LATE = 0.03, 30
"""Share of what has a date that ended lately, and within how many days."""
_LOST, _LONG = 0.01, (200, 500)
"""Share that ended long ago, and between how many days ago: anybody may have it by now."""
TODAY = datetime.now(UTC).date()
CLIENTS = 200
PEOPLE = 40
PROJECTS = 5
"""Of each client."""
_AT_ONCE = 5_000
_PROVIDERS = ("REG.RU", "Beget", "Timeweb", "Selectel", "RU-CENTER", "Яндекс Облако", None)
_TYPES = (*(ObjectType.DOMAIN,) * 40, *(ObjectType.HOSTING,) * 12, *ObjectType)


def fill(url: str, objects: int, changes: int) -> None:
    """Write so many objects and changes into an empty database; the same every time but for the day."""
    chance = random.Random(2026)
    with Database.open(url) as database:
        asyncio.run(database.write(_parties))
        for start in range(0, objects, _AT_ONCE):
            some = [
                _object(chance, number) for number in range(start, min(start + _AT_ONCE, objects))
            ]
            _write(database, OBJECT, [{**to_row(one), "id": one.id} for one in some])
            links = [link for one in some for link in _links(chance, one)]
            _write(database, PROJECT_OBJECT, links)
        for start in range(0, changes, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, changes))
            _write(database, CHANGE, [_change(chance, number, objects) for number in numbers])


def _write(database: Database, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        asyncio.run(
            database.write(lambda connection: connection.execute(insert(table), rows) and None)
        )


def _parties(connection: Connection) -> None:
    for number in range(CLIENTS):
        ensure(connection, Client(_client(number), f"Клиент {number}"), AT)
    connection.execute(
        insert(PERSON),
        [
            {"id": number, "name": f"Менеджер {number}", "email": f"m{number}@agency.example",
             "trackers": {"bitrix24": str(number)}, "active": number % 10 != 0, "since": AT}
            for number in range(1, PEOPLE + 1)
        ],
    )  # fmt: skip
    connection.execute(
        insert(PROJECT),
        [
            {"id": 1 + client * PROJECTS + number, "client": _client(client),
             "name": f"Проект {client}-{number}", "manager": 1 + (client + number) % PEOPLE,
             "trackers": {}, "active": True, "since": AT}
            for client in range(CLIENTS)
            for number in range(PROJECTS)
        ],
    )  # fmt: skip


def _client(number: int) -> str:
    return f"client-{number:03d}"


def _object(chance: random.Random, number: int) -> RegistryObject:
    type_ = chance.choice(_TYPES)
    client = _client(number % CLIENTS)
    paid = TODAY + timedelta(days=_days_left(chance)) if chance.random() < 0.8 else None
    priced = chance.random() < 0.7
    values: dict[str, Any] = {
        "name": f"Объект {number}",
        "provider": chance.choice(_PROVIDERS),
        "account": f"reg_ru/login{number % 50}" if chance.random() < 0.5 else None,
        "paid_until": paid,
        "auto_renew": chance.choice((True, False, None)),
        "cost": Price(Money(Decimal(chance.randrange(10_000, 900_000)) / 100, "RUB"), 12) if priced else None,
        "ownership": Ownership.CONFIRMED,
        "use": chance.choice(tuple(Use)),
        "verdict": chance.choice(tuple(Advice)),
        "responsible": 1 + chance.randrange(PEOPLE) if chance.random() < 0.3 else None,
        "period_months": 12,
        "notes": f"Заметка об объекте {number}, длиною в строку" if chance.random() < 0.3 else None,
    }  # fmt: skip
    known = {field: Origin.CONFIRMED for field, value in values.items() if value is not None}
    return RegistryObject(
        id=number + 1,
        client=client,
        asset=Asset(kind_of(type_), f"object-{number}.example"),
        type=type_,
        lifecycle=Lifecycle.ARCHIVED if chance.random() < 0.05 else Lifecycle.IN_USE,
        hosts=(f"object-{number}.example",),
        facts={"expiry_published": True},
        origins=known,
        first_seen_at=AT,
        last_seen_at=AT,
        last_run="",
        **values,
    )


def _days_left(chance: random.Random) -> int:
    share = chance.random()
    if share < _LOST:
        return -chance.randrange(*_LONG)
    if share < _LOST + _OVERDUE:
        return -1 - chance.randrange(_LATE)
    return chance.randrange(_YEAR)


def _links(chance: random.Random, one: RegistryObject) -> Iterator[dict[str, Any]]:
    first = 1 + int(one.client[-3:]) * PROJECTS
    for place in range(chance.choice((0, 1, 1, 1, 2))):
        yield {"object_id": one.id, "project_id": first + place, "lead": place == 0}


def _change(chance: random.Random, number: int, objects: int) -> dict[str, Any]:
    return {
        "object_id": 1 + chance.randrange(objects),
        "at": AT + timedelta(minutes=number),
        "who": "revizor",
        "field": chance.choice(("paid_until", "state", "verdict", "registrar")),
        "before": "2026-05-04",
        "after": "2027-05-04",
        "why": "",
        "run": f"run-{number // 1000}",
        "version": 1,
    }


if __name__ == "__main__":
    fill(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
