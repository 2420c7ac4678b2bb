"""What the registry knows, and what people say of it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from reports.wording import Wording
from scanner.assets import Asset, Ownership
from scanner.database import Database
from scanner.registry import Registry, RegistryObject
from scanner.registry.fields import CUSTOM, FIELDS, as_text, value_of
from scanner.runs.look import Clock
from scanner.service.arguments import UnknownThing, asset_of, client_of, report_languages
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
    relation = "is" if ours else "is not"
    return (
        f"Noted: {thing} {relation} {known.name}'s, says {who}. It counts from the next audit on."
    )


def why(asset: str, client: str | None, settings: Settings) -> str:
    """Explain an asset in the settings' first language: whose it is, the verdict, what people said, history."""
    wording = Wording(report_languages(settings.lang)[0])
    thing = asset_of(asset)
    database = Database.open(settings.db)
    try:
        book = Registry(database)
        slugs = [client_of(book, client).slug] if client else [c.slug for c in book.clients()]
        parts = [text for slug in slugs for text in _explanations(book, slug, thing, wording)]
    finally:
        database.close()
    if not parts:
        raise UnknownThing(
            f"{thing} is in no registry here; `revizor registry list CLIENT` shows what is."
        )
    return "\n\n".join(parts)


def _explanations(book: Registry, slug: str, thing: Asset, wording: Wording) -> Iterable[str]:
    for word in book.owner_words(slug):
        if word.asset == thing:
            yield (
                f"{slug}: {word.who} said on {word.at:%Y-%m-%d} that {thing} is "
                f"{'theirs' if word.ownership is Ownership.CONFIRMED else 'not theirs'}: {word.why}"
            )
    for found in book.objects(slug, kind=thing.kind):
        if found.asset == thing:
            yield _described(book, found, wording)


def _described(book: Registry, found: RegistryObject, wording: Wording) -> str:
    lines = [f"{found.client}: {found.asset} (object {found.id}, {found.lifecycle})"]
    lines.append(f"  {'type':<11} {found.type}, version {found.version}")
    answers, projects = book.answers(found)
    values = {field: as_text(value_of(found, field)) for field in _SHOWN}
    values |= {f"{CUSTOM}{name}": value for name, value in found.custom.items()}
    values["responsible"] = answers
    if found.replaced_by is not None and (successor := book.object(found.replaced_by)):
        values["replaced_by"] = f"{found.replaced_by} ({successor.asset})"
    for field, value in values.items():
        if value is not None:
            lines.append(f"  {field:<11} {value}  [{found.origins.get(field, 'inferred')}]")
    if found.licence_key_tail:
        lines.append(f"  licence_key {found.licence_key_tail}  [confirmed]")
    if projects:
        lines.append(f"  projects    {projects}")
    for title, theme, grounds in (
        ("whose", "owner", "ownership_reasons"),
        ("found by", "found", "found_by"),
        ("because", "reason", "reasons"),
    ):
        for ground in found.facts.get(grounds, []):
            said = wording.say(f"{theme}.{ground['code']}", ground["params"])
            lines.append(f"  {title:<11} {said}")
            lines += [f"{'':<14}revizor evidence {id_}" for id_ in ground.get("evidence", [])]
    for change in book.history(found.id):
        lines.append(
            f"  {change.at:%Y-%m-%d %H:%M} {change.who}: {change.field} {change.before} → {change.after}"
            + (f" ({change.why})" if change.why else "")
        )
    return "\n".join(lines)


def registry_show(number: int, settings: Settings, *, as_json: bool = False) -> str:
    """Return one object with its values, projects and history; a licence key shows its tail alone."""
    database = Database.open(settings.db)
    try:
        book = Registry(database)
        found = book.object(number)
        if found is None:
            raise UnknownThing(f"there is no object {number}; see `revizor registry list CLIENT`.")
        if as_json:
            answers, projects = book.answers(found)
            told = {
                "object": found,
                "responsible": answers,
                "projects": projects,
                "history": book.history(number),
            }
            return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
        return _described(book, found, Wording(report_languages(settings.lang)[0]))
    finally:
        database.close()
