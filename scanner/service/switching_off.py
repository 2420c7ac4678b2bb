"""Switching things off: what may be done next, and what was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from reports.audit_file import AuditFile
from reports.wording import Wording
from scanner.assets import Advice, Asset, Need, Ownership, Use
from scanner.database import Database
from scanner.evidence import Standings
from scanner.registry import Registry, RegistryObject
from scanner.registry.decisions import DecisionBook
from scanner.registry.refused import Refused
from scanner.registry.switching_off import Going, NotNow, SwitchingOff
from scanner.renewals.switching_off import OffStep, Refusal, open_needs, steps_for
from scanner.runs.look import Clock
from scanner.service.arguments import UnknownThing, client_of, word_of
from scanner.service.speech import wording_of
from scanner.service.table import table
from scanner.settings import Settings

_Needs = dict[str, tuple[frozenset[Need], datetime]]


async def off_step(
    number: int,
    step: str,
    who: str,
    note: str,
    settings: Settings,
    clock: Clock,
    *,
    met: str | None = None,
    language: str | None = None,
) -> str:
    """Note a step of switching an object off; refuse, in a sentence, what may not be done yet."""
    done = word_of(OffStep, step, "step")
    assert done is not None
    need = word_of(Need, met, "need")
    if (done is OffStep.MET) is (need is None):
        raise Refused("need_with_met")
    at = clock()
    database = Database.open(settings.db)
    try:
        thing = Registry(database).object(number)
        if thing is None:
            raise Refused("no_object", number=number)
        needs, looked_at = _wanted(Standings(database), thing)
        stage = await SwitchingOff(database).note(
            number, done, needs=needs, looked_at=looked_at, who=who, note=note,
            today=at.astimezone(ZoneInfo(settings.agency.zone)).date(), at=at, need=need,
            days=settings.observe_days,
        )  # fmt: skip
    except NotNow as error:
        why_not = sentence(error.refusal, wording_of(settings, language))
        raise UnknownThing(f"{error.asset}: {why_not}.") from error
    finally:
        database.close()
    watched_until = stage.observe_until if done is OffStep.SWITCHED_OFF else None
    return wording_of(settings, language).say(
        "decisions_taken.step", asset=str(thing.asset), step=done, who=who,
        until=watched_until.isoformat() if watched_until else "",
    )  # fmt: skip


def sentence(refusal: Refusal, wording: Wording) -> str:
    """Return why a step may not be done, in words."""
    params = {
        name: [_step(one, wording) for one in value] if name in ("steps", "missing") else value
        for name, value in refusal.params.items()
    }
    return wording.say(f"off_refusal.{refusal.code}", params)


def _step(step: str, wording: Wording) -> str:
    """Say a step with the word by which it is noted."""
    said = wording.say(f"off_step.{step}")
    return said if said == step else f"{said} ({step})"


def _wanted(standings: Standings, thing: RegistryObject) -> tuple[frozenset[Need], datetime | None]:
    return _by_asset(standings, thing.client).get(str(thing.asset), (frozenset(), None))


def _by_asset(standings: Standings, client: str) -> _Needs:
    """Return what the newest verdict on each thing wants, and when it was looked at last."""
    return {
        str(asset): (frozenset(looks[-1].needs), max(look.stand.ended for look in looks))
        for asset, looks in standings.all(client)
    }


def off_list(
    client: str, settings: Settings, clock: Clock, *, as_json: bool, language: str | None = None
) -> str:
    """Return the client's things on their way out, each with what was done and what comes next."""
    wording = wording_of(settings, language)
    database = Database.open(settings.db)
    try:
        known = client_of(Registry(database), client)
        going = SwitchingOff(database).going(known.slug)
        needs = _by_asset(Standings(database), known.slug)
    finally:
        database.close()
    if as_json:
        return msgspec.json.encode([_told(one, needs) for one in going]).decode()
    head = [
        wording.say(f"ledger.{name}") for name in ("number", "object", "done", "next", "needed")
    ]
    rows = (_row(_told(one, needs), wording) for one in going)
    return table(head, rows, wording.say("ledger.nothing_off"))


def _told(one: Going, needs: _Needs) -> dict[str, Any]:
    wanted = needs.get(str(one.asset), (frozenset(), None))[0]
    proposal = one.signed or one.verdict
    order = steps_for(one.asset.kind, proposal, wanted) if proposal else ()
    left = [step for step in order if step not in one.stage.steps]
    return {
        "object": one.object_id,
        "id": str(one.asset),
        "lifecycle": one.lifecycle,
        "done": [{"step": step.step, "at": step.at} for step in one.stage.done],
        "held": one.stage.is_held,
        "next": left[0] if left and not one.stage.is_held else None,
        "needs": open_needs(one.stage, wanted),
        "observe_until": one.stage.observe_until,
    }


def _row(told: Mapping[str, Any], wording: Wording) -> tuple[str, ...]:
    say, done = wording.say, told["done"]
    last = say("ledger.approved")
    if done:
        step, at = done[-1]["step"], done[-1]["at"]
        last = f"{say(f'off_step.{step}')} {at:%Y-%m-%d}"
    after = _step(told["next"], wording) if told["next"] else say("ledger.nothing_next")
    if told["held"]:
        after = say("ledger.on_hold")
    needs = ", ".join(say(f"needs.{need}") for need in told["needs"])
    return str(told["object"]), str(told["id"]), last, after, needs


async def keep_proposals(database: Database, written: AuditFile, at: datetime) -> None:
    """Keep the list that a report asks the client to sign, and stop what the run saw alive."""
    from reports.decisions import proposals_of

    client, run = written.frame.client.slug, written.frame.run.id
    await DecisionBook(database).keep_list(client, run, proposals_of(written), at)
    seen = {
        entry.id: (Use(entry.use), Advice(entry.verdict))
        for entry in written.entries
        if entry.ownership in (Ownership.CONFIRMED, Ownership.LIKELY)
    }
    await SwitchingOff(database).hold_the_living(client, seen, run, at)


def watched(client: str, settings: Settings) -> Iterable[Asset]:
    """Return what is switched off and under observation: a rescan looks at it every day."""
    database = Database.open(settings.db)
    try:
        return SwitchingOff(database).under_observation(client_of(Registry(database), client).slug)
    finally:
        database.close()
