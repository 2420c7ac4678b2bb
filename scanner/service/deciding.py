"""What the client decided: taken from the file his report saved, told by hand, listed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from reports.decisions import Decided, Decisions, NotDecisions, Signed, read
from reports.wording import Wording
from scanner.database import Database
from scanner.registry import Registry
from scanner.registry.decisions import DecisionBook, KeptList, Word
from scanner.registry.refused import Refused
from scanner.renewals.signing import Difference, difference
from scanner.runs.look import Clock
from scanner.service.arguments import UnknownThing, client_of
from scanner.service.speech import some, wording_of
from scanner.service.table import table
from scanner.settings import Settings


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

    def text(self, wording: Wording) -> str:
        """Return it for a person."""
        noted = wording.say(
            "decisions_taken.noted", client=self.client, new=len(self.new), known=len(self.same),
            open=len(self.open),
        )  # fmt: skip
        lines = [noted]
        if self.left_out:
            lines.append(wording.say("decisions_taken.left_out", ids=some(self.left_out, wording)))
        return "\n".join(lines)


async def import_decisions(
    data: bytes,
    name: str,
    who: str,
    settings: Settings,
    clock: Clock,
    *,
    unchanged_only: bool,
    language: str | None = None,
) -> DecisionsTaken:
    """Note what a client decided; refuse, with the difference, what he did not decide on this list.

    `unchanged_only` takes the rows that still stand as he signed them, and says which do not.
    """
    file = _read(data, name)
    at, refused = clock(), _Refused(name, wording_of(settings, language))
    _check_signature(file, refused, at)
    database = Database.open(settings.db)
    try:
        book = DecisionBook(database)
        known = client_of(Registry(database), file.client)
        kept = book.list_of(file.audit_id)
        if kept is None or kept.client != known.slug:
            raise refused("no_audit", audit=file.audit_id, client=known.slug)
        _check_list(file, kept, refused)
        decided, left_out = _standing(
            file, kept, book.newest_list(known.slug), refused, unchanged_only
        )
        try:
            taken = await book.take(known.slug, decided, kept, file.signed, who, at)
        except LookupError as error:
            raise refused("not_known", ids=str(error)) from error
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


class _Refused:
    """Makes refusals of one file, in one language."""

    def __init__(self, name: str, wording: Wording) -> None:
        self.name, self.wording = name, wording

    def __call__(self, code: str, **params: str) -> UnknownThing:
        return UnknownThing(self.wording.say(f"refused.{code}", {"file": self.name, **params}))


def _check_signature(file: Decisions, refused: _Refused, at: datetime) -> None:
    if not file.signed.name.strip():
        raise refused("unsigned")
    # A day may have begun already where the client is.
    if file.signed.on and (file.signed.on - at.astimezone(UTC).date()).days > 1:
        raise refused("future", day=file.signed.on.isoformat())
    ids = [one.id for one in file.decisions]
    if len(set(ids)) < len(ids):
        raise refused("twice", id=next(id_ for id_ in ids if ids.count(id_) > 1))
    for one in file.decisions:
        if one.decision == "deferred" and one.until is None:
            raise refused("until_when", id=one.id)


def _check_list(file: Decisions, kept: KeptList, refused: _Refused) -> None:
    if file.list_sha256 != kept.sha256:
        theirs, ours = file.list_sha256[:12], kept.sha256[:12]
        raise refused("other_list", audit=kept.audit, theirs=theirs, ours=ours)
    strange = [one.id for one in file.decisions if one.id not in kept.verdicts]
    if strange:
        raise refused("strange", ids=some(strange, refused.wording))


def _standing(
    file: Decisions,
    kept: KeptList,
    newest: KeptList | None,
    refused: _Refused,
    unchanged_only: bool,
) -> tuple[tuple[Decided, ...], tuple[str, ...]]:
    """Return the decisions whose rows stand as signed, and ids of the others; refuse unless they may be left."""
    changed = difference(kept.verdicts, newest.verdicts if newest else {})
    if not changed:
        return file.decisions, ()
    if not unchanged_only:
        raise refused("list_changed", difference=told(changed, refused.wording))
    moved = {*changed.gone, *(id_ for id_, _, _ in changed.changed)}
    return (
        tuple(one for one in file.decisions if one.id not in moved),
        tuple(one.id for one in file.decisions if one.id in moved),
    )


def told(changed: Difference, wording: Wording) -> str:
    """Return a difference in words."""
    say = wording.say
    rows = [say("refused.was_now", id=id_, was=was, now=now) for id_, was, now in changed.changed]
    found = {"added": changed.added, "gone": changed.gone, "changed": rows}
    return " ".join(
        say(f"refused.{code}", ids=some(names, wording)) for code, names in found.items() if names
    )


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
            raise Refused("no_object", number=number)
        book, id_ = DecisionBook(database), str(thing.asset)
        newest = book.newest_list(thing.client)
        if newest is None or id_ not in newest.verdicts:
            raise Refused("not_proposed", asset=id_)
        try:
            one = msgspec.convert(
                {"id": id_, "decision": decision, "until": until, "comment": why}, Decided
            )
        except msgspec.ValidationError:
            choices = ("approved", "rejected", "deferred", "ask")
            raise Refused(
                "no_choice", field="DECISION", value=repr(decision), choices=choices
            ) from None
        if decision == "deferred" and until is None:
            raise Refused("until_when")
        await book.take(thing.client, [one], newest, signed, who, clock())
    finally:
        database.close()
    return wording_of(settings, None).say(
        "decisions_taken.by_hand", asset=id_, verdict=newest.verdicts[id_], decision=decision,
        who=signed.name,
    )  # fmt: skip


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


def decisions_list(
    client: str, settings: Settings, *, as_json: bool, language: str | None = None
) -> str:
    """Return what a client decided and what waits for him, for a person or as JSON."""
    wording = wording_of(settings, language)
    words, waiting = decisions_of(client, settings)
    if as_json:
        return msgspec.json.encode({"decisions": words, "open": waiting}).decode()
    names = ("number", "decision", "object", "proposal", "until", "signed", "comment")
    rows = [
        *(_row(word, wording) for word in words),
        *(("", wording.say("decided.open"), id_, "", "", "", "") for id_ in waiting),
    ]
    head = [wording.say(f"ledger.{name}") for name in names]
    return table(head, rows, wording.say("ledger.nothing_proposed"))


def _row(word: Word, wording: Wording) -> tuple[str, ...]:
    return (
        str(word.object_id), wording.say(f"decided.{word.decision}"), str(word.asset),
        wording.say(f"verdict.{word.verdict}"), str(word.until or ""),
        f"{word.signed_name}, {word.signed_on or word.at.date()}", word.comment,
    )  # fmt: skip


def file_of(path: Path, most: int) -> bytes:
    """Read a file a person named, no more than a byte over what is allowed."""
    with path.open("rb") as stream:
        return stream.read(most + 1)
