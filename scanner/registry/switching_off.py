"""Things on their way out: what was done to each, by whom, and what stops it. Append-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, insert, select, update

from scanner.assets import Advice, Asset, Need, Use
from scanner.database import Database
from scanner.registry.decision_rows import DECISION, DECOMMISSION_STEP, PROPOSAL_LIST
from scanner.registry.decisions import newest_list
from scanner.registry.objects import Change
from scanner.registry.receive import MACHINE, record_changes
from scanner.registry.refused import Refused
from scanner.registry.rows import OBJECT
from scanner.registry.words import Decision, Lifecycle
from scanner.renewals.switching_off import (
    ENDING,
    OBSERVE_DAYS,
    Done,
    OffStep,
    Refusal,
    Stage,
    Standing,
    observe_until,
    refusal,
    shows_life,
    stage_of,
)

_LIFECYCLES: Mapping[OffStep, Lifecycle] = {
    OffStep.SIGNED: Lifecycle.OFF_SCHEDULED,
    OffStep.SWITCHED_OFF: Lifecycle.OFF,
    OffStep.DELETED: Lifecycle.DELETED,
    OffStep.VERIFIED_GONE: Lifecycle.DELETED,
    OffStep.RESTORED: Lifecycle.IN_USE,
}


class NotNow(ValueError):
    """A step that may not be noted; `refusal` says why."""

    def __init__(self, number: int, asset: Asset, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.number, self.asset, self.refusal = number, asset, refusal


class Going(Struct, frozen=True):
    """A thing on its way out."""

    object_id: int
    asset: Asset
    lifecycle: Lifecycle
    stage: Stage
    signed: Advice | None
    verdict: Advice | None
    """Our opinion now."""


class SwitchingOff:
    """The log of all clients' things that are being switched off."""

    def __init__(self, database: Database) -> None:
        """Keep it in `database`."""
        self._database = database

    def going(self, client: str) -> tuple[Going, ...]:
        """Return the client's things that he approved to end or that are on their way, by id."""
        return self._database.read(lambda connection: _going(connection, client))

    def under_observation(self, client: str) -> tuple[Asset, ...]:
        """Return what is switched off and still restorable: it is to be looked at every day."""
        return tuple(one.asset for one in self.going(client) if one.stage.is_watched)

    async def note(
        self,
        number: int,
        step: OffStep,
        *,
        needs: frozenset[Need],
        looked_at: datetime | None,
        who: str,
        note: str,
        today: date,
        at: datetime,
        need: Need | None = None,
        days: int = OBSERVE_DAYS,
    ) -> Stage:
        """Note a step that a person has done; return how far the thing is.

        `needs` and `looked_at` are what the newest verdict wants and rests on. Raises NotNow where the
        step may not be done, LookupError for an unknown object.
        """

        def write(connection: Connection) -> Stage:
            thing = _thing(connection, number)
            stage = stage_of(_done(connection, [number]).get(number, ()))
            verdict = thing["verdict"]
            signed, stands = _signature(connection, number, thing, stage)
            standing = Standing(
                kind=thing["kind"], verdict=verdict, signed=signed, list_stands=stands,
                needs=needs, looked_at=looked_at, use=thing["use"], paid_until=thing["paid_until"],
            )  # fmt: skip
            asset = Asset(thing["kind"], thing["key"])
            if why_not := refusal(step, stage, standing, today):
                raise NotNow(number, asset, why_not)
            until = observe_until(today, days) if step is OffStep.SWITCHED_OFF else None
            done = Done(step, at, need, until)
            _add(connection, number, done, who, note)
            _live(connection, thing, step, who, note, at)
            return stage_of((*stage.done, done))

        return await self._database.write(write)

    async def hold_the_living(
        self, client: str, seen: Mapping[str, tuple[Use, Advice]], run: str, at: datetime
    ) -> tuple[Going, ...]:
        """Stop what a run saw alive, given as id → its use and verdict; return what was stopped."""

        def write(connection: Connection) -> tuple[Going, ...]:
            stopped = tuple(
                one
                for one in _going(connection, client)
                if (said := seen.get(str(one.asset))) and shows_life(one.stage, *said)
            )
            for one in stopped:
                _add(connection, one.object_id, Done(OffStep.HELD, at), MACHINE, run)
            return stopped

        return await self._database.write(write)


def given_up(connection: Connection, numbers: Iterable[int] | None = None) -> frozenset[int]:
    """Return ids of things that must not be paid for again: approved to end, not held, not restored."""
    thing = OBJECT.c
    query = select(thing.id).where(
        thing.decision == Decision.APPROVED,
        thing.verdict.in_(ENDING) | thing.lifecycle.in_([Lifecycle.OFF_SCHEDULED, Lifecycle.OFF]),
    )
    if numbers is not None:
        query = query.where(thing.id.in_(list(numbers)))
    found = list(connection.scalars(query))
    done = _done(connection, found)
    held = {one for one in found if stage_of(done.get(one, ())).is_held}
    return frozenset(found) - held


def _thing(connection: Connection, number: int) -> Mapping[str, Any]:
    row = connection.execute(select(OBJECT).where(OBJECT.c.id == number)).first()
    if row is None:
        raise Refused("no_object", number=number)
    return dict(row._mapping)


def _signature(
    connection: Connection, number: int, thing: Mapping[str, Any], stage: Stage
) -> tuple[Advice | None, bool]:
    """Return the approved proposal, and whether the list it was signed on still says so."""
    at = DECISION.c
    query = select(at.verdict, at.decision, at.audit, at.list_sha256).where(at.object_id == number)
    last = connection.execute(query.order_by(at.id.desc()).limit(1)).first()
    if last is None or last.decision is not Decision.APPROVED:
        return None, False
    kept = connection.execute(
        select(PROPOSAL_LIST.c.sha256).where(PROPOSAL_LIST.c.audit == last.audit)
    ).first()
    if kept is None or kept.sha256 != last.list_sha256:
        return last.verdict, False
    if stage.is_watched:  # what was switched off leaves the list of proposals by itself
        return last.verdict, True
    newest = newest_list(connection, str(thing["client"]))
    asset = f"{thing['kind']}:{thing['key']}"
    return last.verdict, newest is not None and newest.verdicts.get(asset) == last.verdict


def _going(connection: Connection, client: str) -> tuple[Going, ...]:
    thing = OBJECT.c
    begun = (
        select(DECOMMISSION_STEP.c.object_id)
        .join(OBJECT, thing.id == DECOMMISSION_STEP.c.object_id)
        .where(thing.client == client)
    )
    approved = (thing.decision == Decision.APPROVED) & thing.verdict.in_(ENDING)
    query = (
        select(thing.id, thing.kind, thing.key, thing.lifecycle, thing.verdict)
        .where(thing.client == client, approved | thing.id.in_(begun))
        .order_by(thing.kind, thing.key)
    )
    rows = connection.execute(query).all()
    done = _done(connection, [row.id for row in rows])
    signed = _approved(connection, [row.id for row in rows])
    return tuple(
        Going(
            row.id, Asset(row.kind, row.key), row.lifecycle,
            stage_of(done.get(row.id, ())), signed.get(row.id), row.verdict,
        )
        for row in rows
    )  # fmt: skip


def _approved(connection: Connection, numbers: list[int]) -> dict[int, Advice]:
    at = DECISION.c
    query = select(at.object_id, at.verdict, at.decision).where(at.object_id.in_(numbers))
    last = {row.object_id: row for row in connection.execute(query.order_by(at.id))}
    return {
        number: row.verdict for number, row in last.items() if row.decision is Decision.APPROVED
    }


def _done(connection: Connection, numbers: list[int]) -> dict[int, list[Done]]:
    at = DECOMMISSION_STEP.c
    query = select(at.object_id, at.step, at.at, at.need, at.observe_until)
    found: dict[int, list[Done]] = {}
    for row in connection.execute(query.where(at.object_id.in_(numbers)).order_by(at.id)):
        found.setdefault(row.object_id, []).append(
            Done(row.step, row.at, row.need, row.observe_until)
        )
    return found


def _add(connection: Connection, number: int, done: Done, who: str, note: str) -> None:
    connection.execute(
        insert(DECOMMISSION_STEP).values(
            object_id=number, step=done.step, at=done.at, who=who, note=note,
            need=done.need, observe_until=done.observe_until,
        )
    )  # fmt: skip


def _live(
    connection: Connection,
    thing: Mapping[str, Any],
    step: OffStep,
    who: str,
    note: str,
    at: datetime,
) -> None:
    """Let the object's lifecycle follow, and its history tell of it."""
    after, before = _LIFECYCLES.get(step), thing["lifecycle"]
    number = thing["id"]
    values: dict[str, Any] = {}
    if after is not None and after != before:
        values["lifecycle"] = after
    if step is OffStep.RESTORED and thing["decision"] is not None:
        values["decision"] = None
    if not values:
        return
    connection.execute(
        update(OBJECT).where(OBJECT.c.id == number).values(**values, version=OBJECT.c.version + 1)
    )
    asset = Asset(thing["kind"], thing["key"])
    record_changes(
        connection,
        [
            Change(
                number, asset, at, who, field,
                None if (was := thing[field]) is None else str(was),
                None if value is None else str(value), note, None,
            )
            for field, value in values.items()
        ],
    )  # fmt: skip
