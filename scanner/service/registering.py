"""What people do with the registry: look, add, correct, tie to projects, retire, take back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct, structs
from sqlalchemy import Connection

from scanner.database import Database
from scanner.registry import Lifecycle, ObjectType, Origin
from scanner.registry.fields import type_of, with_values
from scanner.registry.filters import Line, lines, objects, widths
from scanner.registry.history import history_of, new_deed
from scanner.registry.identity import asset_of
from scanner.registry.objects import Change, RegistryObject
from scanner.registry.own_types import OwnType, add_type, own_types
from scanner.registry.party_changes import By, party_history
from scanner.registry.projects import project_called, projects_of
from scanner.registry.refused import Refused
from scanner.registry.saying import (
    add_object,
    blank_object,
    object_for_change,
    read_said,
    say,
    say_projects,
)
from scanner.registry.sheet_words import words_of
from scanner.registry.undo import deeds, undo
from scanner.registry.words import GONE
from scanner.service.answers import Answers
from scanner.service.seeking import Sought, client_slug, filter_of
from scanner.settings import Settings

if TYPE_CHECKING:
    from scanner.runs.look import Clock

T = TypeVar("T")
_WIDEST = 60
"""Characters of an asset that lines are made even to."""


class Said(Struct, frozen=True, kw_only=True):
    """Who changes something, and why."""

    who: str
    why: str = ""


async def changing(
    settings: Settings, said: Said, clock: Clock, work: Callable[[Connection, By], T]
) -> tuple[T, By]:
    """Do a person's work in one transaction as one deed. Raises Refused for what he got wrong."""
    by = By(who=said.who, why=said.why, at=clock(), deed=new_deed())
    database = Database.open(settings.db)
    try:
        return await database.write(lambda connection: work(connection, by)), by
    finally:
        database.close()


def reading(settings: Settings, work: Callable[[Connection], T]) -> T:
    """Return what is read in one moment. Raises Refused for what is not there."""
    database = Database.open(settings.db)
    try:
        return database.read(work)
    finally:
        database.close()


def registry_list(
    sought: Sought, settings: Settings, clock: Clock, *, as_json: bool
) -> Iterator[str]:
    """Yield the objects that are meant, a line each, or as pieces of one JSON array."""
    answers = Answers(settings)
    database = Database.open(settings.db)
    try:
        with database.reading() as connection:
            wanted = filter_of(connection, sought, clock)
            if as_json:
                yield from _array(objects(connection, wanted))
                return
            asset, client = widths(connection, wanted)
            found = lines(connection, wanted)
            first = next(found, None)
            if first is None:
                yield answers.say("no_object")
                return
            rows = _Rows(answers, min(_WIDEST, asset), client if sought.client is None else 0)
            yield rows.head()
            yield from map(rows.row, chain([first], found))
    finally:
        database.close()


def _array(things: Iterator[RegistryObject]) -> Iterator[str]:
    first = True
    for thing in things:
        yield ("[" if first else ",") + "\n" + msgspec.json.encode(thing).decode()
        first = False
    yield "[]" if first else "\n]"


class _Rows:
    """Says objects in a line each; every word is looked up, and made as wide as its column, once."""

    def __init__(self, answers: Answers, asset: int, client: int) -> None:
        """Make the columns as wide as assets, clients and the words of a language are."""
        fields = ("number", "asset", "client", "use", "verdict", "paid_until", "lifecycle")
        self._heads = heads = {
            name: answers.field(name) for name in (*fields, "responsible", "projects")
        }
        self._number = max(5, len(heads["number"]))
        self._asset = max(asset, len(heads["asset"]))
        self._client = client and max(client, len(heads["client"])) + 2
        self._until = max(10, len(heads["paid_until"]))
        said = partial(_Column, answers.wording.language)
        self._use, self._verdict = said("use", heads["use"]), said("verdict", heads["verdict"])
        self._lifecycle = said("lifecycle", heads["lifecycle"])

    def head(self) -> str:
        """Return the headings."""
        heads = self._heads
        client = f"{heads['client']:<{self._client}}" if self._client else ""
        return (
            f"{heads['number']:>{self._number}}  {heads['asset']:<{self._asset}}  {client}"
            f"{self._use.head}  {self._verdict.head}  {heads['paid_until']:<{self._until}}  "
            f"{self._lifecycle.head}  {heads['responsible']:<16}  {heads['projects']}"
        ).rstrip()

    def row(self, one: Line) -> str:
        """Return an object."""
        client = one.client.ljust(self._client) if self._client else ""
        return (
            f"{str(one.id).rjust(self._number)}  {one.asset.ljust(self._asset)}  {client}"
            f"{self._use[one.use]}  {self._verdict[one.verdict]}  "
            f"{(one.paid_until or '').ljust(self._until)}  {self._lifecycle[one.lifecycle]}  "
            f"{(one.manager or '').ljust(16)}  {one.project or ''}"
        ).rstrip()


class _Column(dict[str | None, str]):
    """The words of a field by code, as wide as its column; a code without a word stands for itself."""

    def __init__(self, language: str, field: str, head: str) -> None:
        words = {code: said.in_(language) for code, said in words_of(field).items()}
        self._wide = max(len(head), *map(len, words.values()))
        self.head = head.ljust(self._wide)
        super().__init__({code: word.ljust(self._wide) for code, word in words.items()})

    def __missing__(self, code: str | None) -> str:
        said = self[code] = (code or "").ljust(self._wide)
        return said


async def registry_add(
    client: str,
    type: str,
    name: str,
    values: Mapping[str, str],
    projects: Sequence[str],
    said: Said,
    settings: Settings,
    clock: Clock,
) -> str:
    """Add an object by hand, used until somebody says else; its first project leads. Return a confirmation."""

    def work(connection: Connection, by: By) -> RegistryObject:
        slug = client_slug(connection, client)
        code = type_of(type, [one.code for one in own_types(connection)])
        asset = asset_of(code, name, values.get("provider", ""))
        blank = blank_object(slug, asset, code, by)
        given = {"name": name, **values}
        seller = structs.replace(blank, provider=values.get("provider"))
        read = {
            field: value
            for field, text in given.items()
            if (value := read_said(connection, seller, field, text)) is not None
        }
        filled = with_values(blank, read, dict.fromkeys(read, Origin.CONFIRMED))
        thing = add_object(connection, filled, by)
        wanted = [project_called(connection, slug, one) for one in projects]
        say_projects(connection, thing, [(one.id, one.name) for one in wanted], by)
        return thing

    thing, by = await changing(settings, said, clock, work)
    answers = Answers(settings)
    added = answers.say(
        "added_object", number=thing.id, client=thing.client, asset=str(thing.asset),
        type=answers.value("type", thing.type),
    )  # fmt: skip
    return answers.undoable(added, by)


async def registry_set(
    numbers: int | Sequence[int],
    field: str,
    value: str,
    who: str,
    why: str,
    settings: Settings,
    clock: Clock,
    *,
    since: int | None = None,
) -> str:
    """Set a field of objects by a person's word, `-` withdraws it; return a confirmation for him.

    `since` is the version he looked at: refused where the field has changed after it.
    """

    def work(connection: Connection, by: By) -> list[Change]:
        said = None if value == "-" else value
        changes = []
        for number in _each(numbers):
            thing = object_for_change(connection, number)
            read = read_said(connection, thing, field, said)
            changes += say(connection, thing, {field: read}, by, since=since)[1][:1]
        return changes

    changes, by = await changing(settings, Said(who=who, why=why), clock, work)
    return Answers(settings).noted(changes, by)


async def registry_retire(
    numbers: Sequence[int], lifecycle: str, said: Said, settings: Settings, clock: Clock
) -> str:
    """Say that objects are gone: `deleted`, `archived`, `transferred`, `lost`, `not_ours`."""
    if lifecycle not in GONE:
        raise Refused("no_choice", field="--as", value=repr(lifecycle), choices=sorted(GONE))
    return await registry_set(
        numbers, "lifecycle", Lifecycle(lifecycle), said.who, said.why, settings, clock
    )


async def registry_link(
    numbers: Sequence[int],
    project: str,
    said: Said,
    settings: Settings,
    clock: Clock,
    *,
    lead: bool = False,
    away: bool = False,
) -> str:
    """Tie objects to a project of their client, as its lead with `lead`, or untie them with `away`."""

    def work(connection: Connection, by: By) -> list[Change]:
        changes = []
        for number in _each(numbers):
            thing = object_for_change(connection, number)
            found = project_called(connection, thing.client, project)
            one = found.id, found.name
            before = projects_of(connection, [number]).get(number, ())
            others = tuple(other for other in before if other != one)
            if away and one not in before:
                raise Refused("not_linked", number=number, name=found.name)
            after = others if away else (one, *others) if lead else (*before, one)
            if change := say_projects(connection, thing, after, by):
                changes.append(change)
        return changes

    changes, by = await changing(settings, said, clock, work)
    answers = Answers(settings)
    return answers.noted(changes, by) if changes else answers.say("no_change")


async def registry_undo(deed: str, said: Said, settings: Settings, clock: Clock) -> str:
    """Take a whole command back; refused where somebody has changed the same since."""
    told = Said(who=said.who, why=said.why or f"undo of {deed}")
    undone, by = await changing(
        settings, told, clock, lambda connection, by: undo(connection, deed, by)
    )
    answers = Answers(settings)
    return answers.undoable(
        answers.say("taken_back", objects=undone.objects, parties=undone.parties), by
    )


def registry_history(
    number: int | None, deed: str | None, most: int, settings: Settings, *, as_json: bool
) -> str:
    """Return the changes of an object or of a deed; without either, the last deeds."""
    answers = Answers(settings)
    if number is None and deed is None:
        last = reading(settings, lambda connection: deeds(connection, most))
        if as_json:
            return _json(last)
        told = [
            f"{one.deed}  {one.at:%Y-%m-%d %H:%M}  {one.who}: "
            + answers.say("changes", count=one.changes)
            + (f" ({one.why})" if one.why else "")
            for one in last
        ]
        return "\n".join(told) or answers.say("no_deed")
    changes, parties = reading(
        settings,
        lambda connection: (
            history_of(connection, number, deed),
            party_history(connection, deed=deed) if deed else (),
        ),
    )
    if not changes and not parties:
        if deed:
            raise Refused("no_deed", deed=repr(deed[:80]))
        raise Refused("no_object", number=number or 0)
    if as_json:
        return _json({"changes": changes, "parties": parties})
    told = [
        *(
            answers.told_change(f"{one.object_id} {one.asset}", one, one.deed or one.run)
            for one in changes
        ),
        *(answers.told_change(one.subject, one, one.deed) for one in parties),
    ]
    return "\n".join(told)


def types_list(settings: Settings, *, as_json: bool) -> str:
    """Return every type of object, the agency's own last, with its word."""
    own = reading(settings, own_types)
    found = [
        {"code": code, "ru": said.ru, "en": said.en, "own": code not in set(ObjectType)}
        for code, said in words_of("type", own).items()
    ]
    if as_json:
        return _json(found)
    width = max(len(str(one["code"])) for one in found)
    answers = Answers(settings)
    own_one = f"  ({answers.say('own_type')})"
    return "\n".join(
        f"{one['code']:<{width}}  {one[answers.wording.language]}{own_one if one['own'] else ''}"
        for one in found
    )


async def types_add(own: OwnType, said: Said, settings: Settings, clock: Clock) -> str:
    """Add a type of object of the agency's own."""
    _, by = await changing(
        settings, said, clock, lambda connection, by: add_type(connection, own, by)
    )
    answers = Answers(settings)
    return answers.undoable(answers.say("added_type", type=own.code, ru=own.ru, en=own.en), by)


def _each(numbers: int | Sequence[int]) -> tuple[int, ...]:
    return (numbers,) if isinstance(numbers, int) else tuple(dict.fromkeys(numbers))


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
