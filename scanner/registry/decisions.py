"""What the client decided, and the lists he decided on. Nothing is changed once kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import Connection, Row, Select, and_, func, insert, select, update

from reports.decisions import Decided, Proposal, Signed, list_sha256
from scanner.assets import Advice, Asset, Kind
from scanner.database import Database
from scanner.database.columns import insert as insert_or
from scanner.registry.decision_rows import DECISION, PROPOSAL_LIST
from scanner.registry.objects import Change
from scanner.registry.receive import record_changes
from scanner.registry.rows import OBJECT
from scanner.registry.words import Decision, Origin


class KeptList(Struct, frozen=True):
    """The list of one audit, as its report asked the client to sign it."""

    audit: str
    client: str
    sha256: str
    proposals: tuple[Proposal, ...]
    at: datetime

    @property
    def verdicts(self) -> Mapping[str, str]:
        """Return the rows by id."""
        return {one.id: one.verdict for one in self.proposals}


class Taken(Struct, frozen=True):
    """What a file of decisions brought."""

    new: tuple[str, ...]
    """Ids with a new word."""
    same: tuple[str, ...]
    """Ids whose last word was the same."""


class Word(Struct, frozen=True, kw_only=True):
    """The client's word on one thing."""

    object_id: int
    asset: Asset
    audit: str
    list_sha256: str
    verdict: Advice
    """The proposal that he answered."""
    decision: Decision
    until: date | None
    comment: str
    signed_name: str
    signed_position: str
    signed_on: date | None
    at: datetime
    who: str


class DecisionBook:
    """Decisions of all clients."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def keep_list(
        self, client: str, audit: str, proposals: Iterable[Proposal], at: datetime
    ) -> None:
        """Keep the list of an audit; one that is kept already stays as it is."""
        rows = sorted(proposals)
        values = {
            "audit": audit,
            "client": client,
            "sha256": list_sha256(rows),
            "proposals": [[one.id, one.verdict] for one in rows],
            "at": at,
        }

        def write(connection: Connection) -> None:
            row = insert_or(connection, PROPOSAL_LIST).values(**values)
            connection.execute(row.on_conflict_do_nothing())

        await self._database.write(write)

    def list_of(self, audit: str) -> KeptList | None:
        """Return the list of one audit; None where none was kept."""
        query = select(PROPOSAL_LIST).where(PROPOSAL_LIST.c.audit == audit)
        return self._database.read(lambda connection: _list(connection.execute(query).first()))

    def newest_list(self, client: str) -> KeptList | None:
        """Return the list of the client's last audit; None where he has none."""
        return self._database.read(lambda connection: newest_list(connection, client))

    async def take(
        self,
        client: str,
        decided: Sequence[Decided],
        kept: KeptList,
        signed: Signed,
        who: str,
        at: datetime,
    ) -> Taken:
        """Note the client's word on rows of a list; the same word twice is noted once.

        Raises LookupError, naming them, where the registry does not know some of the things.
        """

        def write(connection: Connection) -> Taken:
            objects = _objects(connection, client)
            unknown = [one.id for one in decided if one.id not in objects]
            if unknown:
                raise LookupError(", ".join(unknown[:10]))
            last = _last_words(connection, client)
            fresh = [
                one
                for one in decided
                if not _says_the_same(last.get(objects[one.id][0]), one, kept)
            ]
            for one in fresh:
                number, before, origins = objects[one.id]
                _note(connection, number, one, kept, signed, who, at)
                _show(connection, number, Asset.parse(one.id), before, origins, one, who, at)
            again = {one.id for one in fresh}
            return Taken(
                tuple(one.id for one in fresh),
                tuple(one.id for one in decided if one.id not in again),
            )

        return await self._database.write(write)

    def words(self, client: str) -> tuple[Word, ...]:
        """Return the last word on each of the client's things, by kind and key."""
        return self._database.read(
            lambda connection: tuple(
                sorted(_last_words(connection, client).values(), key=lambda word: word.asset)
            )
        )


def newest_list(connection: Connection, client: str) -> KeptList | None:
    """Return the list of the client's last audit; None where he has none."""
    at = PROPOSAL_LIST.c
    query = select(PROPOSAL_LIST).where(at.client == client).order_by(at.at.desc(), at.audit.desc())
    return _list(connection.execute(query.limit(1)).first())


def _list(row: Row[tuple[object, ...]] | None) -> KeptList | None:
    if row is None:
        return None
    found = row._mapping
    proposals = tuple(Proposal(id_, verdict) for id_, verdict in found["proposals"])
    return KeptList(found["audit"], found["client"], found["sha256"], proposals, found["at"])


def _objects(
    connection: Connection, client: str
) -> dict[str, tuple[int, str | None, dict[str, str]]]:
    thing = OBJECT.c
    query = select(thing.id, thing.kind, thing.key, thing.decision, thing.origins)
    return {
        str(Asset(kind, key)): (number, decision, origins)
        for number, kind, key, decision, origins in connection.execute(
            query.where(thing.client == client)
        )
    }


def _words() -> Select[tuple[object, ...]]:
    return select(OBJECT.c.kind, OBJECT.c.key, DECISION).join(
        OBJECT, OBJECT.c.id == DECISION.c.object_id
    )


def _last_words(connection: Connection, client: str) -> dict[int, Word]:
    newest = (
        select(func.max(DECISION.c.id).label("id"))
        .join(OBJECT, OBJECT.c.id == DECISION.c.object_id)
        .where(OBJECT.c.client == client)
        .group_by(DECISION.c.object_id)
        .subquery()
    )
    query = _words().join(newest, and_(newest.c.id == DECISION.c.id))
    return {word.object_id: word for word in map(_word, connection.execute(query))}


def _word(row: Row[tuple[object, ...]]) -> Word:
    found = dict(row._mapping)
    found.pop("id")
    kind = Kind(found.pop("kind"))
    return Word(asset=Asset(kind, found.pop("key")), **found)


def _says_the_same(last: Word | None, one: Decided, kept: KeptList) -> bool:
    return (
        last is not None
        and last.audit == kept.audit
        and (last.decision, last.until, last.comment) == (one.decision, one.until, one.comment)
    )


def _note(
    connection: Connection,
    number: int,
    one: Decided,
    kept: KeptList,
    signed: Signed,
    who: str,
    at: datetime,
) -> None:
    connection.execute(
        insert(DECISION).values(
            object_id=number, audit=kept.audit, list_sha256=kept.sha256,
            verdict=Advice(kept.verdicts[one.id]), decision=Decision(one.decision),
            until=one.until, comment=one.comment, signed_name=signed.name,
            signed_position=signed.position, signed_on=signed.on, at=at, who=who,
        )
    )  # fmt: skip


def _show(
    connection: Connection,
    number: int,
    asset: Asset,
    before: str | None,
    origins: dict[str, str],
    one: Decided,
    who: str,
    at: datetime,
) -> None:
    """Let the object carry the last word, and its history tell of it."""
    values = {"decision": Decision(one.decision), "version": OBJECT.c.version + 1}
    told = {**origins, "decision": Origin.CONFIRMED.value}
    connection.execute(update(OBJECT).where(OBJECT.c.id == number).values(**values, origins=told))
    if before != one.decision:
        change = Change(number, asset, at, who, "decision", before, one.decision, one.comment, None)
        record_changes(connection, [change])
