"""What the registry knows, and what people say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from msgspec import structs

from scanner.assets import Asset, Ownership
from scanner.database import Database
from scanner.registry import Registry, RegistryObject
from scanner.registry.fields import CUSTOM, FIELDS, as_text, value_of
from scanner.registry.refused import Refused
from scanner.registry.words import Origin
from scanner.runs.look import Clock
from scanner.service.answers import Answers
from scanner.service.arguments import asset_of, client_of
from scanner.service.table import table
from scanner.settings import Settings

_SHOWN = (
    "ownership", "use", "state", "verdict", "confidence",
    *(field for field in FIELDS if field not in ("type", "lifecycle", "ownership", "use", "state", "verdict")),
)  # fmt: skip
"""Fields of an object as they are shown; its type and lifecycle stand above them."""


async def say_ownership(
    client: str,
    asset: str,
    ours: bool,
    who: str,
    why: str,
    settings: Settings,
    clock: Clock,
) -> str:
    """Note a person's word on whose an asset is; return a confirmation for him."""
    thing = asset_of(asset)
    database = Database.open(settings.db)
    try:
        book = Registry(database)
        known = client_of(book, client)
        ownership = Ownership.CONFIRMED if ours else Ownership.FOREIGN
        await book.say_ownership(known.slug, thing, ownership, who, why, clock())
    finally:
        database.close()
    code = "is_ours" if ours else "is_not_ours"
    return Answers(settings).say(code, asset=str(thing), client=known.name, who=who)


def why(asset: str, client: str | None, settings: Settings) -> str:
    """Explain an asset: whose it is, the verdict, what people said, history."""
    answers = Answers(settings)
    thing = asset_of(asset)
    database = Database.open(settings.db)
    try:
        book = Registry(database)
        slugs = [client_of(book, client).slug] if client else [c.slug for c in book.clients()]
        parts = [text for slug in slugs for text in _explanations(book, slug, thing, answers)]
    finally:
        database.close()
    if not parts:
        raise Refused("not_here", asset=str(thing))
    return "\n\n".join(parts)


def _explanations(book: Registry, slug: str, thing: Asset, answers: Answers) -> Iterable[str]:
    for word in book.owner_words(slug):
        if word.asset == thing:
            code = "word_ours" if word.ownership is Ownership.CONFIRMED else "word_not_ours"
            said = answers.say(
                code, who=word.who, day=word.at.date().isoformat(), asset=str(thing), why=word.why
            )
            yield f"{slug}: {said}"
    for found in book.objects(slug, kind=thing.kind):
        if found.asset == thing:
            yield _described(book, found, answers)


def _described(book: Registry, found: RegistryObject, answers: Answers) -> str:
    asset, lifecycle = str(found.asset), answers.value("lifecycle", found.lifecycle)
    head = answers.say("object_head", asset=asset, number=found.id, lifecycle=lifecycle)
    rows = list(_values(book, found, answers))
    wide = max(len(title) for title, _ in rows)
    lines = [f"{found.client}: {head}"]
    lines += [f"  {title:<{wide}}  {said}".rstrip() for title, said in rows]
    return "\n".join([*lines, *answers.history(book.history(found.id))])


def _values(book: Registry, found: RegistryObject, answers: Answers) -> Iterator[tuple[str, str]]:
    """Yield what is known of an object, and how it is known, each with its title."""
    yield (
        answers.field("type"),
        f"{answers.value('type', found.type)}, {answers.say('version', version=found.version)}",
    )
    person, projects = book.answers(found)
    values = {field: as_text(value_of(found, field)) for field in _SHOWN}
    values |= {f"{CUSTOM}{name}": value for name, value in found.custom.items()}
    values["responsible"] = person
    seen = {
        one.field: one for one in book.contradictions(found.client) if one.object_id == found.id
    }
    if found.replaced_by is not None and (successor := book.object(found.replaced_by)):
        values["replaced_by"] = f"{found.replaced_by} ({successor.asset})"
    for field, value in values.items():
        if value is not None:
            known = answers.wording.say(f"origin.{found.origins.get(field, Origin.INFERRED)}")
            yield answers.field(field), f"{_said(field, value, found, answers)}  [{known}]"
        if against := seen.get(field):
            other = _said(field, against.offered, found, answers) or "—"
            yield "", answers.say("seen_otherwise", value=other, day=_day(against.last_at))
    if found.licence_key_tail:
        known = answers.wording.say(f"origin.{Origin.CONFIRMED}")
        yield answers.field("licence_key"), f"{found.licence_key_tail}  [{known}]"
    if projects:
        yield answers.field("projects"), projects
    for title, theme, grounds in (
        ("whose", "owner", "ownership_reasons"),
        ("found_by", "found", "found_by"),
        ("because", "reason", "reasons"),
    ):
        for ground in found.facts.get(grounds, []):
            said = answers.wording.say(f"{theme}.{ground['code']}", ground["params"])
            yield answers.say(title), said
            yield from (("", f"  revizor evidence {id_}") for id_ in ground.get("evidence", []))


def _day(at: datetime) -> str:
    return at.date().isoformat()


def contradictions(client: str | None, settings: Settings, *, as_json: bool = False) -> str:
    """Return where looks or papers say something else than what stands, and nobody has settled it."""
    answers = Answers(settings)
    with Database.open(settings.db) as database:
        book = Registry(database)
        slugs = [client_of(book, client).slug] if client else [one.slug for one in book.clients()]
        found = [(slug, one) for slug in slugs for one in book.contradictions(slug)]
    if as_json:
        told = [{"client": slug, **structs.asdict(one)} for slug, one in found]
        return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
    field, value = answers.field, answers.value
    head = [field(name) for name in ("number", "client", "asset")]
    head += [answers.say(name) for name in ("field", "stands", "seen", "since")]
    rows = (
        (
            str(one.object_id), slug, str(one.asset), field(one.field), value(one.field, one.kept),
            value(one.field, one.offered), _day(one.first_at),
        )
        for slug, one in found
    )  # fmt: skip
    told_of = table(head, rows, answers.say("no_contradiction"))
    return f"{told_of}\n{answers.say('settle_by')}" if found else told_of


def _said(field: str, value: str, found: RegistryObject, answers: Answers) -> str:
    if field == "state":
        return answers.wording.say(f"state.{found.asset.kind}.{value}")
    if field == "confidence":
        return answers.wording.say(f"confidence.{value}")
    return answers.value(field, value)


def registry_show(number: int, settings: Settings, *, as_json: bool = False) -> str:
    """Return one object with its values, projects and history; a licence key shows its tail alone."""
    database = Database.open(settings.db)
    try:
        book = Registry(database)
        found = book.object(number)
        if found is None:
            raise Refused("no_object", number=number)
        if as_json:
            answers, projects = book.answers(found)
            told = {
                "object": found,
                "responsible": answers,
                "projects": projects,
                "history": book.history(number),
            }
            return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
        return _described(book, found, Answers(settings))
    finally:
        database.close()
