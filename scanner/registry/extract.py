"""What a report needs of the registry: lines that say more than looks do, with decisions, steps and money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, or_, select

from scanner.assets import Advice, Asset, Need, Ownership, Price
from scanner.registry.answering import People
from scanner.registry.decision_rows import (
    DECISION,
    DECOMMISSION_STEP,
    INVOICE,
    PAYMENT,
    PROPOSAL_LIST,
)
from scanner.registry.fields import to_object
from scanner.registry.objects import RegistryObject
from scanner.registry.one_off import OneOff, one_off_of
from scanner.registry.own_types import own_types
from scanner.registry.party_rows import PROJECT_OBJECT
from scanner.registry.receive import MACHINE
from scanner.registry.rows import CHANGE, OBJECT
from scanner.registry.switching_off import given_up
from scanner.registry.words import Decision, Lifecycle
from scanner.renewals.assignment import Chosen
from scanner.renewals.owed import Payer, Purpose
from scanner.renewals.savings import Ending, Saving, savings
from scanner.renewals.switching_off import OffStep, steps_for

_AT_ONCE = 500
_OURS = (Ownership.CONFIRMED, Ownership.LIKELY)


class Word(Struct, frozen=True):
    """The client's last word on a thing."""

    decision: Decision
    verdict: Advice
    on: date
    until: date | None
    by: str
    comment: str


class Noted(Struct, frozen=True):
    """A step that somebody noted."""

    step: OffStep
    at: datetime
    who: str
    note: str
    need: Need | None
    until: date | None


class Line(Struct, frozen=True, kw_only=True):
    """One object with everything that hangs on it."""

    thing: RegistryObject
    type_names: Mapping[str, str]
    """The type's name by language, where the agency added the type."""
    projects: tuple[str, ...]
    manager: str
    payer: Payer | None
    """Whose money went last."""
    is_invoiced: bool
    """Whether an invoice or a payment bears the price out."""
    word: Word | None
    asked_at: datetime | None
    """When an earlier list asked for a decision on it."""
    steps: tuple[Noted, ...]
    """Since the switching off was last begun."""
    left: tuple[OffStep, ...]
    gain: Saving | None
    saved: Decimal
    """What was not spent until today."""
    instead: Price | None
    """What is paid in its place."""
    one_off: tuple[OneOff, ...] = ()
    """What ending it or handing it over costs once."""


def lines_of(
    connection: Connection, client: str, run: str, before: datetime, today: date
) -> tuple[Line, ...]:
    """Return the client's lines on which somebody had a say; what only looks know is in the audit.

    `run` is the audit that is reported, made `before` that moment: lists that came earlier have asked already.
    """
    rows = connection.execute(_with_a_say(client)).all()
    ids = [row.id for row in rows]
    if not ids:
        return ()
    people = People(connection, "")
    answers: dict[int, Any] = {}
    for some in _some(rows):
        answers.update(people.answers(some))
    ended = frozenset(one for some in _some(ids) for one in given_up(connection, some))
    known = _Known(
        answers=answers,
        ended=ended,
        types={one.code: {"ru": one.ru, "en": one.en} for one in own_types(connection)},
        words=_words(connection, ids),
        steps=_steps(connection, ids),
        payers=_payers(connection, ids),
        asked=_asked(connection, client, run, before),
        prices=_prices(connection, rows),
        one_off=one_off_of(connection, ids),
    )
    return tuple(_line(row, known, today) for row in rows)


class _Known(Struct):
    """What was read of the lines at once."""

    answers: dict[int, Any]
    ended: frozenset[int]
    types: dict[str, dict[str, str]]
    words: dict[int, Word]
    steps: dict[int, list[Noted]]
    payers: dict[int, Payer]
    asked: Mapping[str, datetime]
    prices: dict[int, Price]
    one_off: dict[int, tuple[OneOff, ...]]


def _with_a_say(client: str) -> Any:
    thing = OBJECT.c
    said = (
        *(thing[name].is_not(None) for name in ("responsible", "account", "decision", "decide_by")),
        *(thing[name].is_not(None) for name in ("cost_amount", "one_off_amount", "holder")),
        thing.last_run == "",
        thing.id.in_(select(PROJECT_OBJECT.c.object_id)),
        thing.id.in_(select(DECOMMISSION_STEP.c.object_id)),
        thing.id.in_(select(PAYMENT.c.object_id)),
        thing.id.in_(select(INVOICE.c.object_id)),
        thing.id.in_(select(CHANGE.c.object_id).where(CHANGE.c.who != MACHINE)),
    )
    ours = thing.ownership.in_(_OURS) | thing.ownership.is_(None)
    return (
        select(OBJECT, thing.id.label("object_id"))
        .where(thing.client == client, ours, or_(*said))
        .order_by(thing.kind, thing.key)
    )


def _line(row: Row[Any], known: _Known, today: date) -> Line:
    thing = to_object(row)
    projects, assignment = known.answers[thing.id]
    named = assignment.person and assignment.chosen in (Chosen.RESPONSIBLE, Chosen.LEAD_MANAGER)
    word, steps = known.words.get(thing.id), known.steps.get(thing.id, [])
    gain = _gain(thing, thing.id in known.ended)
    return Line(
        thing=thing,
        type_names=known.types.get(thing.type, {}),
        projects=tuple(one.name for one in projects),
        manager=assignment.person.name if named else "",
        payer=known.payers.get(thing.id),
        is_invoiced=thing.id in known.payers,
        word=word,
        asked_at=known.asked.get(str(thing.asset)),
        steps=tuple(steps),
        left=_left(thing.asset, word, steps),
        gain=gain,
        saved=_saved(thing, today) if gain is Saving.REALISED else Decimal(),
        instead=known.prices.get(row.replaced_by),
        one_off=known.one_off.get(thing.id, ()),
    )


def _gain(thing: RegistryObject, is_given_up: bool) -> Saving | None:
    """Say how far the saving has got that ending a thing brings."""
    if thing.lifecycle is Lifecycle.DELETED:
        return Saving.REALISED
    if is_given_up:
        return Saving.AGREED
    return Saving.REFUSED if thing.decision is Decision.REJECTED else None


def _saved(thing: RegistryObject, today: date) -> Decimal:
    ending = Ending(id="", saving=Saving.REALISED, cost=thing.cost, paid_until=thing.paid_until)
    return sum((one.to_date for one in savings([ending], today).sums), Decimal())


def _left(asset: Asset, word: Word | None, steps: Sequence[Noted]) -> tuple[OffStep, ...]:
    if word is None or word.decision is not Decision.APPROVED:
        return ()
    done = {one.step for one in steps}
    return tuple(step for step in steps_for(asset.kind, word.verdict) if step not in done)


def _words(connection: Connection, ids: Sequence[int]) -> dict[int, Word]:
    at = DECISION.c
    found: dict[int, Word] = {}
    for some in _some(ids):
        query = select(DECISION).where(at.object_id.in_(some)).order_by(at.id)
        for row in connection.execute(query):
            on = row.signed_on or row.at.date()
            found[row.object_id] = Word(
                row.decision, row.verdict, on, row.until, row.signed_name, row.comment
            )
    return found


def _steps(connection: Connection, ids: Sequence[int]) -> dict[int, list[Noted]]:
    at = DECOMMISSION_STEP.c
    found: dict[int, list[Noted]] = {}
    for some in _some(ids):
        query = select(DECOMMISSION_STEP).where(at.object_id.in_(some)).order_by(at.id)
        for row in connection.execute(query):
            if row.step is OffStep.RESTORED:
                found.pop(row.object_id, None)
                continue
            noted = Noted(row.step, row.at, row.who, row.note, row.need, row.observe_until)
            found.setdefault(row.object_id, []).append(noted)
    return found


def _payers(connection: Connection, ids: Sequence[int]) -> dict[int, Payer]:
    found: dict[int, Payer] = {}
    for table in (INVOICE, PAYMENT):  # a payment says more than an invoice
        at = table.c
        for some in _some(ids):
            query = select(at.object_id, at.payer).where(
                at.object_id.in_(some), at.withdrawn_at.is_(None)
            )
            if table is PAYMENT:
                query = query.where(at.purpose == Purpose.RENEWAL)
            found.update(
                {row.object_id: row.payer for row in connection.execute(query.order_by(at.id))}
            )
    return found


def _asked(
    connection: Connection, client: str, run: str, before: datetime
) -> Mapping[str, datetime]:
    """Return what the list before this audit's asked, by id."""
    at = PROPOSAL_LIST.c
    query = select(at.at, at.proposals).where(at.client == client, at.audit != run, at.at < before)
    last = connection.execute(query.order_by(at.at.desc()).limit(1)).first()
    return {id_: last.at for id_, _ in last.proposals} if last else {}


def _prices(connection: Connection, rows: Iterable[Row[Any]]) -> dict[int, Price]:
    """Return the prices of what stands in the place of other things."""
    successors = sorted({row.replaced_by for row in rows if row.replaced_by is not None})
    found: dict[int, Price] = {}
    for some in _some(successors):
        for row in connection.execute(select(OBJECT).where(OBJECT.c.id.in_(some))):
            if price := to_object(row).cost:
                found[row.id] = price
    return found


def _some(all_: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (all_[start : start + _AT_ONCE] for start in range(0, len(all_), _AT_ONCE))
