"""Which objects are meant: filters that narrow a query, and lines of few columns for long lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    Column,
    Connection,
    FromClause,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType

from scanner.assets import Advice, Kind, Ownership
from scanner.database.engine import ready_for_a_long_list
from scanner.registry.fields import to_object
from scanner.registry.objects import RegistryObject
from scanner.registry.party_rows import PERSON, PROJECT, PROJECT_OBJECT
from scanner.registry.rows import OBJECT
from scanner.registry.words import GONE, Decision, Lifecycle, Origin

_AT_ONCE = 1_000
_RAW = NullType()


class Filter(Struct, frozen=True, kw_only=True):
    """What must hold of an object; what is None is not asked."""

    ids: tuple[int, ...] | None = None
    clients: tuple[str, ...] | None = None
    project: int | None = None
    manager: int | None = None
    """Who answers for it: the responsible person, else the manager of the lead project."""
    nobody: bool = False
    """Nobody who is still there answers for it."""
    kind: Kind | None = None
    type: str | None = None
    lifecycle: Lifecycle | None = None
    verdict: Advice | None = None
    decision: Decision | None = None
    ownership: Ownership | None = None
    provider: str | None = None
    """As it is spelt, or the account of such a provider's key."""
    paid_before: date | None = None
    dated_before: datetime | None = None
    """Has a date that no person gave, and that no look has seen since then."""
    alive: bool = False
    """Not what nobody renews any more."""
    text: str = ""
    """Stands in its name, key, provider, account or notes, whatever the case."""


class Line(Struct, frozen=True, gc=False):
    """An object in a list, its values as codes and ISO dates."""

    id: int
    client: str
    asset: str
    lifecycle: str
    use: str | None
    verdict: str | None
    paid_until: str | None
    manager: str | None
    """Who answers for it."""
    project: str | None
    """Its lead project."""


_LEAD = PROJECT_OBJECT.alias("lead_link")
_PROJECT = PROJECT.alias("lead_project")
_ANSWERS = PERSON.alias("answers")
ANSWERS = case((OBJECT.c.responsible.is_not(None), OBJECT.c.responsible), else_=_PROJECT.c.manager)
"""Number of the person who answers for an object."""
_LINKED = OBJECT.join(_LEAD, and_(_LEAD.c.object_id == OBJECT.c.id, _LEAD.c.lead), isouter=True)
_ANSWERED = _LINKED.join(_PROJECT, _PROJECT.c.id == _LEAD.c.project_id, isouter=True).join(
    _ANSWERS, _ANSWERS.c.id == ANSWERS, isouter=True
)


def source_of(wanted: Filter, *, linked: bool = False) -> FromClause:
    """Return what a filter looks at: objects, and who answers for them where it asks that.

    With `linked` also their lead projects. Only what is asked for: looking up a person and a project for
    each of a hundred thousand objects takes longer than reading them.
    """
    if wanted.manager is not None or wanted.nobody:
        return _ANSWERED
    return _LINKED if linked else OBJECT


def narrowed(query: Select[Any], wanted: Filter) -> Select[Any]:
    """Return a query on `source_of` with everything but the text of a filter."""
    thing = OBJECT.c
    for column, value in (
        (thing.kind, wanted.kind),
        (thing.type, wanted.type),
        (thing.lifecycle, wanted.lifecycle),
        (thing.verdict, wanted.verdict),
        (thing.decision, wanted.decision),
        (thing.ownership, wanted.ownership),
        (ANSWERS, wanted.manager),
    ):
        if value is not None:
            query = query.where(column == value)
    for column, some in ((thing.id, wanted.ids), (thing.client, wanted.clients)):
        if some is not None:
            query = query.where(column.in_(some))
    if wanted.project is not None:
        link = PROJECT_OBJECT.c
        query = query.where(
            exists().where(link.object_id == thing.id, link.project_id == wanted.project)
        )
    if wanted.provider is not None:
        query = query.where(
            or_(
                func.lower(thing.provider) == wanted.provider.lower(),
                thing.registrar == wanted.provider,
                thing.account.startswith(f"{wanted.provider.lower()}/", autoescape=True),
            )
        )
    if wanted.paid_before is not None:
        query = query.where(thing.paid_until < wanted.paid_before)
    if wanted.dated_before is not None:
        unseen = or_(thing.dated_at.is_(None), thing.dated_at < wanted.dated_before)
        origin = func.coalesce(thing.origins["paid_until"].as_string(), "")
        query = query.where(thing.paid_until.is_not(None), unseen, origin != Origin.CONFIRMED)
    if wanted.alive:
        query = query.where(thing.lifecycle.not_in(GONE))
    if wanted.nobody:
        query = query.where(or_(_ANSWERS.c.id.is_(None), _ANSWERS.c.active.is_(False)))
    return query


def says(text: str, *cells: str | None) -> bool:
    """Say whether one of the cells holds the text, whatever the case, in any alphabet."""
    wanted = text.casefold()
    return any(cell is not None and wanted in cell.casefold() for cell in cells)


def lines(connection: Connection, wanted: Filter) -> Iterator[Line]:
    """Yield the objects that are meant by client, kind and key, as lines of a list."""
    thing = OBJECT.c
    people = by_number(connection, PERSON.c.name)
    projects = by_number(connection, PROJECT.c.name)
    managers = by_number(connection, PROJECT.c.manager)
    searched = ("name", "display_name", "provider", "registrar", "account", "notes")
    query: Select[Any] = select(
        thing.id, thing.client, _raw("kind"), thing.key, _raw("lifecycle"), _raw("use"),
        _raw("verdict"), _raw("paid_until"), thing.responsible, _LEAD.c.project_id,
        *(thing[name] for name in searched if wanted.text),
    ).select_from(source_of(wanted, linked=True))  # fmt: skip
    query = narrowed(query, wanted).order_by(thing.client, thing.kind, thing.key)
    for row in streamed(connection, query):
        id_, client, kind, key, lifecycle, use, verdict, paid, answers, project, *cells = row
        if wanted.text and not says(wanted.text, key, *cells):
            continue
        yield Line(
            id_, client, f"{kind}:{key}", lifecycle, use, verdict, paid and str(paid),
            people.get(managers.get(project) if answers is None else answers),
            projects.get(project),
        )  # fmt: skip


def widths(connection: Connection, wanted: Filter) -> tuple[int, int]:
    """Return how long the longest asset and the longest client of the lines are, the text of a filter aside."""
    thing = OBJECT.c
    kind = func.length(cast(_raw("kind"), Text))
    query = select(
        func.max(kind + func.length(thing.key)) + 1, func.max(func.length(thing.client))
    ).select_from(source_of(wanted))
    asset, client = connection.execute(narrowed(query, wanted)).one()
    return asset or 0, client or 0


def objects(connection: Connection, wanted: Filter) -> Iterator[RegistryObject]:
    """Yield the objects that are meant, whole, by client, kind and key."""
    thing = OBJECT.c
    query = select(OBJECT).select_from(source_of(wanted))
    query = narrowed(query, wanted).order_by(thing.client, thing.kind, thing.key)
    for row in streamed(connection, query):
        one = to_object(row)
        if not wanted.text or says(
            wanted.text, one.asset.key, one.name, one.display_name, one.provider, one.registrar,
            one.account, one.notes,
        ):  # fmt: skip
            yield one


def _raw(name: str) -> Any:
    """Return a column as the driver gives it: a hundred thousand lines leave no time for words and dates."""
    return type_coerce(OBJECT.c[name], _RAW)


def by_number(connection: Connection, column: Column[Any]) -> dict[Any, Any]:
    """Return a column of all people or projects, who are few, by number."""
    rows = connection.execute(select(column.table.c.id, column))
    return {number: value for number, value in rows}  # noqa: C416 - a result has keys of its own


def streamed(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """Yield the rows of a long query as they come, so that memory does not grow with them."""
    for some in streamed_in_parts(connection, query):
        yield from some


def streamed_in_parts(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    """Yield them by the thousand: one by one each row costs twice as much."""
    ready_for_a_long_list(connection)
    return connection.execute(query.execution_options(yield_per=_AT_ONCE)).partitions()
