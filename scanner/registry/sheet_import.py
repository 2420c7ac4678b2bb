"""Takes a table into the registry, a row an object: adds, changes, leaves alone, and says what is wrong where.

It does so for real inside a transaction; whoever only wants to see what would happen rolls it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import Connection, select

from scanner.assets import Asset, Kind
from scanner.registry.fields import CUSTOM, FIELDS, read_value, to_object, value_of, with_values
from scanner.registry.identity import asset_of, free, kind_of
from scanner.registry.keys import Vault, is_masked, plain_key, tail_of
from scanner.registry.objects import Change, RegistryObject
from scanner.registry.own_types import own_types
from scanner.registry.party_changes import By
from scanner.registry.projects import projects_of
from scanner.registry.refused import Refused
from scanner.registry.replacing import replacement_of
from scanner.registry.rows import OBJECT
from scanner.registry.saying import (
    LICENCE_KEY,
    PROJECTS,
    ChangedSince,
    add_object,
    blank_object,
    closed_key,
    refuse_if_changed,
    say,
    say_key,
    say_projects,
)
from scanner.registry.sheet_cells import APART, CellTrouble, Reader, split_names
from scanner.registry.sheet_index import Index
from scanner.registry.sheet_rows import SheetRow, SheetTable
from scanner.registry.sheet_taken import How, Imported, Taken, Trouble
from scanner.registry.words import ObjectType, Origin

T = TypeVar("T")
_AT_ONCE = 500
_LONGEST_ROW = 100
"""Replacements in a row that are followed."""
_NEVER_EMPTIED = frozenset(
    {"number", "client", "type", "asset", "lifecycle", "decision", "version", "login", "currency",
     "cost_months"}
)  # fmt: skip
_KNOWN_BY_NAME = (Kind.DOMAIN, Kind.SITE, Kind.MAIL, Kind.ACCOUNT)
"""Kinds of which one name is one thing, whatever its type."""


_Cell = tuple[str, str, Refused]
"""A column, its text, and what is wrong with it."""


class _Bad(Exception):
    """A row with cells that cannot be taken."""

    def __init__(self, *troubles: _Cell) -> None:
        super().__init__()
        self.troubles = troubles


class _Row(Struct):
    """A row on its way: what it means among the objects there are."""

    row: SheetRow
    number: int | None
    """Of the object it is of; None for a new one."""
    client: str
    asset: Asset
    type: str
    thing: RegistryObject | None = None

    @property
    def since(self) -> int | None:
        """Return the version that the file was written from."""
        text = self.row.cells.get("version", "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def take_sheet(
    connection: Connection, table: SheetTable, how: How, vault: Vault, by: By
) -> Imported:
    """Take a table in; rows with troubles change nothing, the others do."""
    return _Import(connection, table, how, vault, by).run()


class _Import:
    """One table on its way into the registry."""

    def __init__(
        self, connection: Connection, table: SheetTable, how: How, vault: Vault, by: By
    ) -> None:
        self._connection, self._table, self._how, self._by = connection, table, how, by
        self._vault = vault
        self._reader = Reader(own_types(connection), how.currency)
        self._own = [one.code for one in self._reader.own_types]
        self._index = Index(connection, by, create=how.create)
        self._headings = {code: heading for heading, code in table.columns}
        self._added: list[Taken] = []
        self._changed: list[Taken] = []
        self._troubles: list[Trouble] = []
        self._unchanged = 0
        self._met: dict[int | tuple[str, Asset], int] = {}
        """Row by object, or by what a new one will be, so that no two rows speak of one thing."""

    def run(self) -> Imported:
        """Take every row, after the accounts and successors that it names."""
        order = _after_successors(self._table.rows)
        rows = sorted(
            self._table.rows,
            key=lambda row: (not self._is_account(row), order[row.number], row.number),
        )
        for start in range(0, len(rows), _AT_ONCE):
            self._take(rows[start : start + _AT_ONCE])
        return Imported(
            self._table.source, self._table.columns, tuple(self._added), tuple(self._changed),
            self._unchanged, tuple(self._index.made),
            tuple(sorted(self._troubles, key=lambda one: one.row)), self._table.secrets,
        )  # fmt: skip

    def _is_account(self, row: SheetRow) -> bool:
        try:
            return self._reader.code("type", row.cells.get("type", "")) == ObjectType.ACCOUNT
        except CellTrouble:
            return False

    def _take(self, rows: Sequence[SheetRow]) -> None:
        found = [one for row in rows if (one := self._guarded(row, partial(self._located, row)))]
        ids = [one.number for one in found if one.number is not None]
        things, linked = self._objects(ids), projects_of(self._connection, ids)
        for one in found:
            one.thing = things.get(one.number) if one.number is not None else None
            self._guarded(one.row, partial(self._say, one, linked))

    def _guarded(self, row: SheetRow, work: Callable[[], T]) -> T | None:
        try:
            return work()
        except _Bad as bad:
            for column, text, advice in bad.troubles:
                shown = "" if column == LICENCE_KEY else text[:60]
                heading = self._headings.get(column, "")
                self._troubles.append(Trouble(row.number, heading, shown, str(advice), advice))
            return None

    def _objects(self, ids: Iterable[int]) -> dict[int, RegistryObject]:
        query = select(OBJECT).where(OBJECT.c.id.in_(list(ids))).with_for_update()
        return {one.id: one for one in map(to_object, self._connection.execute(query))}

    def _located(self, row: SheetRow) -> _Row:
        """Find the object of a row where there is one, whose it is, its asset and its type."""
        cells = row.cells
        client = self._client(cells)
        named = cells.get("name", "").strip() or cells.get("display_name", "").strip()
        type_ = _tried("type", cells, lambda text: self._reader.code("type", text))
        if "asset" in cells:
            asset = _tried("asset", cells, _asset)
            number = self._index.assets(client).get(asset)
        elif "number" in cells:
            number = _tried("number", cells, int)
            asset = self._asset_of(client, number)
        elif type_ is None or not named:
            raise _Bad(("type" if type_ is None else "name", "", Refused("row_fill")))
        else:
            number, asset = self._by_name(client, type_, named, cells)
        if number is None and type_ is None:
            raise _Bad(("type", "", Refused("row_type")))
        met = number if number is not None else (client, asset)
        if self._met.setdefault(met, row.number) != row.number:
            raise _Bad(("", str(asset), Refused("row_twice", row=self._met[met])))
        return _Row(row, number, client, asset, type_ or "")

    def _client(self, cells: dict[str, str]) -> str:
        if "client" in cells:
            return str(_tried("client", cells, self._index.client))
        if not self._how.client:
            raise _Bad(("client", "", Refused("row_client")))
        return self._how.client

    def _asset_of(self, client: str, number: int) -> Asset:
        for asset, known in self._index.assets(client).items():
            if known == number:
                return asset
        raise _Bad(("number", str(number), Refused("row_number", client=client)))

    def _by_name(
        self, client: str, type_: str, named: str, cells: dict[str, str]
    ) -> tuple[int | None, Asset]:
        called = self._index.called(client, type_, named)
        if len(called) > 1:
            numbers = ", ".join(map(str, called[:5]))
            raise _Bad(("name", named, Refused("row_several", numbers=numbers)))
        try:
            asset = asset_of(type_, named, cells.get("provider", ""))
        except Refused as error:
            raise _Bad(("name", named, error)) from error
        known = self._index.assets(client)
        if called:
            return called[0], asset
        if kind_of(type_) in _KNOWN_BY_NAME and asset in known:
            return known[asset], asset
        return None, free(asset, known.keys())

    def _say(self, one: _Row, linked: dict[int, tuple[tuple[int, str], ...]]) -> None:
        values, troubles = self._values(one)
        projects, key = None, None
        try:
            projects = self._projects(one, linked)
            key = self._key(one)
        except _Bad as bad:
            troubles += bad.troubles
        if troubles:
            raise _Bad(*troubles)
        if one.thing is None:
            thing = self._born(one, values)
            changes: list[Change] = []
        else:
            thing = one.thing
            said = [
                *values,
                *([PROJECTS] if projects is not None else []),
                *([LICENCE_KEY] if key else []),
            ]
            try:
                refuse_if_changed(self._connection, thing, said, one.since)
            except ChangedSince as error:
                raise _Bad(("version", str(one.since), error)) from error
            changes = say(self._connection, thing, values, self._by)[1] if values else []
        if projects is not None and (
            change := say_projects(self._connection, thing, projects, self._by)
        ):
            changes.append(change)
        if key is not None:
            changes.append(say_key(self._connection, thing, *key, self._by))
        self._note(one, thing, changes)

    def _note(self, one: _Row, thing: RegistryObject, changes: Sequence[Change]) -> None:
        told = tuple((change.field, change.before, change.after) for change in changes)
        if one.thing is None:
            self._met[thing.id] = one.row.number
            self._added.append(Taken(one.row.number, thing.id, one.client, thing.asset, ()))
        elif told:
            self._changed.append(Taken(one.row.number, thing.id, one.client, thing.asset, told))
        else:
            self._unchanged += 1

    def _values(self, one: _Row) -> tuple[dict[str, Any], list[_Cell]]:
        """Return the fields whose value a row changes, and what is wrong with its cells."""
        values: dict[str, Any] = {}
        troubles: list[_Cell] = []
        for column in self._headings:
            text = one.row.cells.get(column)
            field = "account" if column == "login" else column
            if field not in FIELDS and not field.startswith(CUSTOM):
                continue
            current = value_of(one.thing, field) if one.thing else None
            try:
                if text is None:
                    if self._how.clear and column not in _NEVER_EMPTIED and current is not None:
                        values[field] = None
                    continue
                value = text if text == current else self._value(one, column, text)
            except CellTrouble as error:
                troubles.append((column, text or "", error))
                continue
            if value != current:
                values[field] = value
        if one.thing is not None and "decision" in values:
            troubles.append(("decision", one.row.cells["decision"], Refused("cell_decision")))
        return values, troubles

    def _value(self, one: _Row, column: str, text: str) -> Any:
        if column not in APART:
            return self._reader.value(column, text)
        if column == "type":
            return ObjectType(one.type) if one.type in ObjectType.__members__.values() else one.type
        if column == "responsible":
            return self._index.person(text, one.thing.responsible if one.thing else None).id
        if column in ("account", "login"):
            return self._account(one, text)
        if column == "replaced_by":
            return self._replaced_by(one, text)
        if column == "cost":
            thing = one.thing
            known = None
            if thing is not None:
                known = thing.cost.period_months if thing.cost else thing.period_months
            return self._reader.price(one.row.cells, known)
        try:
            return read_value(one.asset.kind, column, text.strip(), self._own)
        except Refused as error:
            raise CellTrouble.of(error) from error

    def _replaced_by(self, one: _Row, text: str) -> int:
        try:
            if one.thing is not None:
                return replacement_of(self._connection, one.thing, text)
            number = self._index.assets(one.client).get(_asset(text))
        except Refused as error:
            raise CellTrouble.of(error) from error
        except ValueError:
            number = None
        if number is None:
            raise CellTrouble("cell_successor")
        return number

    def _account(self, one: _Row, text: str) -> str | None:
        if one.asset.kind is Kind.ACCOUNT:
            return None  # it is the account
        cells, thing = one.row.cells, one.thing
        seller = (
            cells.get("provider") or cells.get("registrar")
            or (thing and (thing.provider or thing.registrar)) or ""
        )  # fmt: skip
        return self._index.account(one.client, text, seller)

    def _projects(
        self, one: _Row, linked: dict[int, tuple[tuple[int, str], ...]]
    ) -> list[tuple[int, str]] | None:
        """Return the projects a row says; None where it says none or the same."""
        before = linked.get(one.thing.id, ()) if one.thing else ()
        text = one.row.cells.get("projects")
        if text is None:
            wanted = self._how.clear and "projects" in self._headings and before
            return [] if wanted else None
        names = split_names([text])
        if names == tuple(name for _, name in before):
            return None
        return list(
            _tried("projects", one.row.cells, lambda _: self._index.projects(one.client, names))
        )

    def _key(self, one: _Row) -> tuple[bytes | None, str | None] | None:
        """Return a licence key closed, with its tail; None where a row says none or the same."""
        text = one.row.cells.get(LICENCE_KEY)
        if text is None:
            emptied = self._how.clear and LICENCE_KEY in self._headings
            held = one.thing is not None and one.thing.licence_key_tail is not None
            return (None, None) if emptied and held else None
        if is_masked(text):
            return None
        try:
            key = plain_key(text)
            before = closed_key(self._connection, one.thing.id) if one.thing else None
            if before is not None and self._vault.open(before) == key:
                return None
            return self._vault.close(key), tail_of(key)
        except Refused as error:
            raise _Bad((LICENCE_KEY, "", error)) from error

    def _born(self, one: _Row, values: dict[str, Any]) -> RegistryObject:
        blank = blank_object(one.client, one.asset, one.type, self._by)
        given = {"name": one.row.cells.get("name", "").strip() or None, **values}
        given = {field: value for field, value in given.items() if value is not None}
        filled = with_values(blank, given, dict.fromkeys(given, Origin.CONFIRMED))
        thing = add_object(self._connection, filled, self._by)
        called = filled.name or filled.display_name or filled.asset.key
        self._index.add(one.client, one.asset, one.type, called, thing.id)
        return thing


def _after_successors(rows: Iterable[SheetRow]) -> dict[int, int]:
    """Return by row how many others of the table stand before it: those that took its object's place."""
    rows = list(rows)
    successor = {row.cells.get("asset", ""): row.cells.get("replaced_by", "") for row in rows}
    depth = {}
    for row in rows:
        count, later = 0, row.cells.get("replaced_by", "")
        while later and count < _LONGEST_ROW:
            count, later = count + 1, successor.get(later, "")
        depth[row.number] = count
    return depth


def _tried(column: str, cells: dict[str, str], read: Any) -> Any:
    if column not in cells:
        return None
    try:
        return read(cells[column])
    except CellTrouble as error:
        raise _Bad((column, cells[column], error)) from error
    except ValueError:
        raise _Bad((column, cells[column], Refused("cell_as_exported"))) from None


def _asset(text: str) -> Asset:
    return Asset.parse(text.strip())
