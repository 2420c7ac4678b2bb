"""A date that is known stays known: checks 3 and 4 of facts/registry.md, section 9."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from probes.kit.observation import Observation, Outcome, Reason, Unknown
from probes.kit.target import Domain
from scanner.assets import Asset, Kind
from scanner.database import Database
from scanner.evidence import Evidence
from scanner.registry import Client, Incoming, Origin, Registry, RegistryObject
from scanner.registry.cycles import keep_cycles, open_cycle_of
from scanner.registry.filters import Filter, lines

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DOMAIN = Asset(Kind.DOMAIN, "romashka.ru")
PAID = date(2027, 5, 4)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A registry with a domain whose date a look has seen."""
    with Database.open(database_url) as opened:
        book = Registry(opened)
        asyncio.run(book.ensure_client(Client("romashka", "Ромашка"), AT))
        _receive(opened, 0, paid_until=PAID)
        yield opened


def _receive(database: Database, days: int, **found: Any) -> None:
    offer = Incoming(asset=DOMAIN, **found)
    received = Registry(database).receive("romashka", f"run{days}", [offer], AT + days * DAY)
    asyncio.run(received)


def _only(database: Database) -> RegistryObject:
    (thing,) = Registry(database).objects("romashka")
    return thing


def _unconfirmed(database: Database, on: int, days: int = 30) -> list[str]:
    wanted = Filter(dated_before=AT + (on - days) * DAY)
    return database.read(
        lambda connection: [one.asset.partition(":")[2] for one in lines(connection, wanted)]
    )


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        (Reason.TIMEOUT, {}),
        (Reason.DNS_REFUSED, {"paid_until": None, "registrar": "", "auto_renew": None}),
        (Reason.UNPARSED, {"facts": {"expiry_published": None}}),
        (Reason.RATE_LIMITED, {"display_name": ""}),
    ],
)
def test_check_3_a_failed_look_up_changes_no_date(
    database: Database, reason: Any, found: dict[str, Any]
) -> None:
    """The look is stored with its reason, the date stands, and grows stale where somebody can see it."""
    evidence = Evidence(database)
    outcome: Outcome[Any] = Unknown(reason, "no date")
    look: Observation[Any] = Observation(
        "registration", Domain.of("romashka.ru"), AT + 40 * DAY, "office", outcome
    )

    async def keep() -> str:
        run = await evidence.begin("romashka", {}, "office", AT + 40 * DAY)
        await evidence.keep(run.id, look, ())
        return run.id

    run = asyncio.run(keep())
    _receive(database, 40, **found)

    thing = _only(database)
    assert (thing.paid_until, thing.origins["paid_until"]) == (PAID, Origin.OBSERVED)
    assert (thing.dated_at, thing.last_seen_at) == (AT, AT + 40 * DAY)
    assert [one.outcome for one in evidence.observations(run)] == [outcome]
    assert [change.field for change in Registry(database).history(thing.id)] == ["lifecycle"]
    assert _unconfirmed(database, 29) == []
    assert _unconfirmed(database, 40) == ["romashka.ru"]
    _receive(database, 41, paid_until=PAID)
    assert _unconfirmed(database, 41) == []


def test_check_3_a_date_by_hand_needs_no_look(database: Database) -> None:
    """A person's word does not grow stale."""
    _say(database, "2027-05-04")

    assert _unconfirmed(database, 400) == []


def _say(database: Database, day: str) -> None:
    book = Registry(database)
    asyncio.run(book.set(_only(database).id, "paid_until", day, "Анна", "счёт", AT + DAY))


def test_check_4_a_date_by_hand_outlives_an_old_answer(database: Database) -> None:
    """The period is due by the person's date and no other; the answer is a contradiction that is shown."""
    _say(database, "2028-05-04")

    _receive(database, 2, paid_until=PAID)

    def kept(connection: Any) -> Any:
        keep_cycles(connection, (AT + 2 * DAY).date(), AT + 2 * DAY)
        return open_cycle_of(connection, thing.id)

    thing = _only(database)
    assert (thing.paid_until, thing.origins["paid_until"]) == (date(2028, 5, 4), Origin.CONFIRMED)
    cycle = asyncio.run(database.write(kept))
    assert cycle is not None
    assert cycle.due == date(2028, 5, 4)
    (filed,) = Registry(database).contradictions("romashka")
    assert (filed.field, filed.kept, filed.offered) == ("paid_until", "2028-05-04", "2027-05-04")
