"""What the client decided: taken from the file his report saved, told by hand, listed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from reports.decisions import Decided, Decisions, NotDecisions, Signed, read
from scanner.database import Database
from scanner.registry import Registry
from scanner.registry.decisions import DecisionBook, KeptList, Word
from scanner.renewals.signing import Difference, difference
from scanner.runs.look import Clock
from scanner.service.arguments import UnknownThing, client_of
from scanner.settings import Settings

_NAMED = 10
"""Rows that a message names; the others are counted."""


class DecisionsTaken(Struct, frozen=True, kw_only=True):
    """What a file of decisions brought."""

    client: str
    audit: str
    signed_by: str
    signed_on: date | None
    new: tuple[str, ...]
    same: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    """Ids whose rows have changed since, where only the unchanged were wanted."""
    open: tuple[str, ...] = ()
    """Ids on the list that nobody decided."""

    def text(self) -> str:
        """Return it for a person."""
        lines = [
            f"{self.client}: {len(self.new)} decisions noted, {len(self.same)} were known, "
            f"{len(self.open)} of the list are still open."
        ]
        if self.left_out:
            lines.append(f"Left out, because changed since: {_some(self.left_out)}.")
        return "\n".join(lines)


async def import_decisions(
    data: bytes, name: str, who: str, settings: Settings, clock: Clock, *, unchanged_only: bool
) -> DecisionsTaken:
    """Note what a client decided; refuse, with the difference, what he did not decide on this list.

    `unchanged_only` takes the rows that still stand as he signed them, and says which do not.
    """
    file = _read(data, name)
    at = clock()
    _check_signature(file, name, at)
    database = Database.open(settings.db)
    try:
        book = DecisionBook(database)
        known = client_of(Registry(database), file.client)
        kept = book.list_of(file.audit_id)
        if kept is None or kept.client != known.slug:
            raise UnknownThing(
                f"{name}: no audit {file.audit_id!r} of {known.slug} is in this registry; use the registry "
                "that the audit was made with."
            )
        _check_list(file, kept, name)
        decided, left_out = _standing(
            file, kept, book.newest_list(known.slug), name, unchanged_only
        )
        try:
            taken = await book.take(known.slug, decided, kept, file.signed, who, at)
        except LookupError as error:
            raise UnknownThing(f"{name}: the registry does not know {error}.") from error
        answered = {one.id for one in file.decisions}
        return DecisionsTaken(
            client=known.slug,
            audit=kept.audit,
            signed_by=file.signed.name,
            signed_on=file.signed.on,
            new=taken.new,
            same=taken.same,
            left_out=left_out,
            open=tuple(id_ for id_ in kept.verdicts if id_ not in answered),
        )
    finally:
        database.close()


def _read(data: bytes, name: str) -> Decisions:
    try:
        return read(data)
    except NotDecisions as error:
        raise UnknownThing(f"{name}: {error}") from error


def _check_signature(file: Decisions, name: str, at: datetime) -> None:
    if not file.signed.name.strip():
        raise UnknownThing(
            f"{name}: nobody has signed it; a name is needed in the report's last step."
        )
    # A day may have begun already where the client is.
    if file.signed.on and (file.signed.on - at.astimezone(UTC).date()).days > 1:
        raise UnknownThing(f"{name}: it is signed on {file.signed.on}, which is still to come.")
    ids = [one.id for one in file.decisions]
    if len(set(ids)) < len(ids):
        twice = next(id_ for id_ in ids if ids.count(id_) > 1)
        raise UnknownThing(f"{name}: {twice} is decided twice.")
    for one in file.decisions:
        if one.decision == "deferred" and one.until is None:
            raise UnknownThing(f"{name}: {one.id} is deferred, but not until when.")


def _check_list(file: Decisions, kept: KeptList, name: str) -> None:
    if file.list_sha256 != kept.sha256:
        raise UnknownThing(
            f"{name}: its list is not the one of audit {kept.audit} (hash {file.list_sha256[:12]}…, kept "
            f"{kept.sha256[:12]}…); have the client sign the report of that audit as it was printed."
        )
    strange = [one.id for one in file.decisions if one.id not in kept.verdicts]
    if strange:
        raise UnknownThing(f"{name}: not on the list of that audit: {_some(strange)}.")


def _standing(
    file: Decisions,
    kept: KeptList,
    newest: KeptList | None,
    name: str,
    unchanged_only: bool,
) -> tuple[tuple[Decided, ...], tuple[str, ...]]:
    """Return the decisions whose rows stand as signed, and ids of the others; refuse unless they may be left."""
    changed = difference(kept.verdicts, newest.verdicts if newest else {})
    if not changed:
        return file.decisions, ()
    if not unchanged_only:
        raise UnknownThing(
            f"{name}: the list has changed since it was signed. {told(changed)} Have the newest report signed, "
            "or take the rows that stand as they were with --unchanged-only."
        )
    moved = {*changed.gone, *(id_ for id_, _, _ in changed.changed)}
    return (
        tuple(one for one in file.decisions if one.id not in moved),
        tuple(one.id for one in file.decisions if one.id in moved),
    )


def told(changed: Difference) -> str:
    """Return a difference in words."""
    parts = []
    if changed.added:
        parts.append(f"New: {_some(changed.added)}.")
    if changed.gone:
        parts.append(f"No longer proposed: {_some(changed.gone)}.")
    if changed.changed:
        rows = [f"{id_} (was {was}, now {now})" for id_, was, now in changed.changed]
        parts.append(f"Changed: {_some(rows)}.")
    return " ".join(parts)


def _some(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    return ", ".join(every[:_NAMED]) + more


async def decide(
    number: int,
    decision: str,
    until: date | None,
    who: str,
    why: str,
    signed: Signed,
    settings: Settings,
    clock: Clock,
) -> str:
    """Note a decision that came by another way than the file; return a confirmation."""
    database = Database.open(settings.db)
    try:
        thing = Registry(database).object(number)
        if thing is None:
            raise UnknownThing(f"there is no object {number}; see `revizor registry list CLIENT`.")
        book, id_ = DecisionBook(database), str(thing.asset)
        newest = book.newest_list(thing.client)
        if newest is None or id_ not in newest.verdicts:
            raise UnknownThing(
                f"{id_} is on no list that was proposed; there is nothing to decide. "
                "`revizor registry set` notes what you know of it."
            )
        try:
            one = msgspec.convert(
                {"id": id_, "decision": decision, "until": until, "comment": why}, Decided
            )
        except msgspec.ValidationError:
            raise UnknownThing(
                f"{decision!r} is no decision; choose from approved, rejected, deferred, ask."
            ) from None
        if decision == "deferred" and until is None:
            raise UnknownThing("until when is it deferred? Say so with --until DATE.")
        await book.take(thing.client, [one], newest, signed, who, clock())
    finally:
        database.close()
    return f"Noted: {id_} ({newest.verdicts[id_]}) is {decision}, says {signed.name}."


def decisions_of(client: str, settings: Settings) -> tuple[tuple[Word, ...], tuple[str, ...]]:
    """Return the last word on each thing, and the ids of the newest list that nobody has decided."""
    database = Database.open(settings.db)
    try:
        known = client_of(Registry(database), client)
        book = DecisionBook(database)
        words, newest = book.words(known.slug), book.newest_list(known.slug)
    finally:
        database.close()
    answered = {str(word.asset) for word in words}
    return words, tuple(id_ for id_ in (newest.verdicts if newest else {}) if id_ not in answered)


def decisions_list(client: str, settings: Settings, *, as_json: bool) -> str:
    """Return what a client decided and what waits for him, for a person or as JSON."""
    words, waiting = decisions_of(client, settings)
    if as_json:
        return msgspec.json.encode({"decisions": words, "open": waiting}).decode()
    lines = [_line(word) for word in words]
    lines += [f"{'':>5}  {'open':<9}  {id_}" for id_ in waiting]
    return "\n".join(lines) or "Nothing was proposed yet: run `revizor audit` first."


def _line(word: Word) -> str:
    signed = f"{word.signed_name}, {word.signed_on or word.at.date()}"
    until = f" until {word.until}" if word.until else ""
    comment = f": {word.comment}" if word.comment else ""
    return (
        f"{word.object_id:>5}  {word.decision:<9}  {word.asset} ({word.verdict}){until}, "
        f"{signed}{comment}"
    )


def file_of(path: Path, most: int) -> bytes:
    """Read a file a person named, no more than a byte over what is allowed."""
    with path.open("rb") as stream:
        return stream.read(most + 1)
