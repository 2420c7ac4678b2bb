"""The registry as an audit carries it: who answers, who pays, what was decided and what was done.

Licence keys, passwords' places, notes and other clients stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from reports import registry as doc
from reports.audit_file import Entry
from scanner.assets import Kind, Price
from scanner.database import Database
from scanner.registry.extract import Line, Noted, Word, lines_of
from scanner.registry.objects import RegistryObject
from scanner.registry.one_off import OneOff
from scanner.registry.words import Holder, Origin
from scanner.renewals.savings import Saving


def registry_extract(
    database: Database,
    client: str,
    *,
    run: str,
    audited_at: datetime,
    assets: Mapping[str, Entry],
    at: datetime,
    zone: ZoneInfo | timezone,
) -> doc.Registry:
    """Return what the report on a run needs of the registry, as it is `at` that moment in the agency's zone.

    `assets` are those of the audit, by id: of them is told what a person says, which outranks what was
    seen, and what earlier papers say where this audit knows nothing.
    """
    today = at.astimezone(zone).date()
    lines = database.read(lambda connection: lines_of(connection, client, run, audited_at, today))
    if not lines:
        return doc.Registry()
    holders = _holders(lines)
    return doc.Registry(objects=tuple(_object(line, holders, assets) for line in lines), at=at)


def _holders(lines: Iterable[Line]) -> Mapping[str, Holder]:
    """Return whose the accounts are, by key."""
    return {
        one.thing.asset.key: one.thing.holder
        for one in lines
        if one.thing.asset.kind is Kind.ACCOUNT and one.thing.holder
    }


def _object(
    line: Line, holders: Mapping[str, Holder], assets: Mapping[str, Entry]
) -> doc.RegistryObject:
    thing = line.thing
    asset = str(thing.asset)
    entry = assets.get(asset)

    def told(field: str) -> bool:
        origin = thing.origins.get(field)
        if entry is None or origin is Origin.CONFIRMED:
            return True
        return origin is Origin.DECLARED and getattr(entry, field) is None

    account = thing.asset.key if thing.asset.kind is Kind.ACCOUNT else thing.account or ""
    return doc.RegistryObject(
        id=str(thing.id),
        type=str(thing.type),
        type_names=dict(line.type_names),
        name=thing.name or thing.display_name or _called(thing),
        asset=asset,
        status=thing.lifecycle,
        paid_until=thing.paid_until if told("paid_until") else None,
        decide_by=thing.decide_by,
        auto_renew=thing.auto_renew if told("auto_renew") else None,
        cost=_cost(line) if told("cost") else None,
        projects=line.projects,
        manager=line.manager,
        provider="" if entry else thing.provider or thing.registrar or "",
        account=account,
        holder=holders.get(account, ""),
        payer=line.payer or "",
        asked_on=line.asked_at.date() if line.asked_at else None,
        answer=_answer(line.word),
        steps=tuple(map(_step, line.steps)),
        left=line.left,
        gain=line.gain if line.gain and line.gain is not Saving.POTENTIAL else "",
        saved=line.saved if line.gain is Saving.REALISED else None,
        replacement=_price(line.instead, "declared"),
        one_off=tuple(map(_once, line.one_off)),
    )


def _called(thing: RegistryObject) -> str:
    certificate = thing.asset.kind is Kind.CERTIFICATE and thing.hosts
    return thing.hosts[0] if certificate else thing.asset.key


def _cost(line: Line) -> doc.Cost | None:
    said = line.thing.origins.get("cost") in (Origin.CONFIRMED, Origin.DECLARED)
    return _price(
        line.thing.cost, "invoice" if line.is_invoiced else "declared" if said else "estimate"
    )


def _once(cost: OneOff) -> doc.OneOff:
    money, source = cost.money, "invoice" if cost.is_paid else "declared"
    return doc.OneOff(amount=money.amount, currency=money.currency, source=source)


def _price(price: Price | None, source: str) -> doc.Cost | None:
    if price is None:
        return None
    return doc.Cost(
        amount=price.money.amount,
        currency=price.money.currency,
        period_months=price.period_months,
        source=source,
    )


def _answer(word: Word | None) -> doc.Answer | None:
    if word is None:
        return None
    return doc.Answer(
        decision=word.decision,
        verdict=word.verdict,
        on=word.on,
        until=word.until,
        by=word.by,
        comment=word.comment,
    )


def _step(noted: Noted) -> doc.StepDone:
    return doc.StepDone(
        step=noted.step,
        on=noted.at.date(),
        who=noted.who,
        note=noted.note,
        need=noted.need or "",
        until=noted.until,
    )
