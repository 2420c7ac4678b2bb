"""The registry as a table: CSV that runs nothing, or a workbook with typed cells. Memory does not grow with it.

What it writes, `sheet_rows` reads back without loss. Licence keys are masked unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, BinaryIO

from msgspec import Struct
from sqlalchemy import Connection, Select, Text, cast, null, select, type_coerce
from sqlalchemy.types import NullType

from scanner.registry.fields import CUSTOM
from scanner.registry.filters import Filter, by_number, narrowed, says, source_of, streamed_in_parts
from scanner.registry.keys import Vault
from scanner.registry.own_types import own_types
from scanner.registry.party_rows import PROJECT, PROJECT_OBJECT
from scanner.registry.people import people
from scanner.registry.projects import names_as_text
from scanner.registry.rows import OBJECT
from scanner.registry.separated import separated
from scanner.registry.sheet_words import column_called, columns, words_of

_RAW = NullType()
"""Values as the driver gives them."""
_SHEET_ROWS = 1_048_575
"""Rows that a sheet of a workbook holds below its headings."""
_EXACT_DIGITS = 15
"""Of a number in a workbook."""
_DATES = frozenset(
    {
        "paid_until",
        "renew_from",
        "cheap_until",
        "decide_by",
        "service_stops",
        "grace_until",
        "lost_at",
    }
)
_NUMBERS = frozenset({"number", "cost", "cost_months", "period_months", "version"})
_PLAIN = (
    _NUMBERS
    | _DATES
    | {"client", "asset", "lifecycle", "verdict", "decision", "currency", "auto_renew", "anchor", "holder",
       "access", "ownership", "use", "state"}
)  # fmt: skip
"""What no foreign hand writes, and so no formula hides in."""
_WIDTHS = {"name": 32, "asset": 30, "notes": 40, "projects": 28, "provider": 18, "responsible": 20}
_Part = list[Sequence[Any]]
"""Some objects, column by column: cell by cell a hundred thousand of them take a third longer."""
_Links = tuple[tuple[int, bool], ...]
"""Numbers of projects, and whether they lead."""
_COLUMNS = {
    "number": "id", "cost": "cost_amount", "currency": "cost_currency",
}  # fmt: skip
_SEARCHED = ("asset", "name", "display_name", "provider", "registrar", "account", "notes")


class Exported(Struct, frozen=True, kw_only=True):
    """What an export holds."""

    wanted: Filter = Filter()
    language: str = "ru"
    with_keys: bool = False
    """Licence keys in the clear."""


def write_csv(connection: Connection, stream: BinaryIO, what: Exported, vault: Vault) -> int:
    """Write a table of separated values; return how many objects it holds.

    UTF-8 with a mark in front and `;` between in Russian, as Excel opens it there; `,` in English.
    """
    headings, parts = _table(connection, what, vault)
    between = ";" if what.language == "ru" else ","
    foreign = [code not in _PLAIN for code, _ in headings]
    head = separated([[heading] for _, heading in headings], between, [True] * len(headings))
    stream.write(f"\ufeff{head}".encode())
    count = 0
    for part in parts:
        stream.write(separated(part, between, foreign).encode())
        count += len(part[0])
    return count


def write_xlsx(connection: Connection, stream: BinaryIO, what: Exported, vault: Vault) -> int:
    """Write a workbook: typed cells, filters, a frozen line of headings; return how many objects it holds."""
    import xlsxwriter  # type: ignore[import-untyped]

    headings, parts = _table(connection, what, vault)
    rows = (row for part in parts for row in zip(*part, strict=True))
    book = xlsxwriter.Workbook(
        stream,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd"},
    )  # fmt: skip
    sheet = book.add_worksheet("Реестр" if what.language == "ru" else "Registry")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    for place, (code, heading) in enumerate(headings):
        sheet.set_column(place, place, _WIDTHS.get(code, 14))
        sheet.write_string(0, place, heading, bold)
    is_day = [code in _DATES for code, _ in headings]
    is_number = [code in _NUMBERS for code, _ in headings]
    count = 0
    for row in rows:
        count += 1
        if count > _SHEET_ROWS:
            book.close()
            raise ValueError(f"a sheet holds {_SHEET_ROWS} objects; narrow it down or write CSV")
        for place, cell in enumerate(row):
            if cell is None:
                continue
            if is_day[place] and (days := _serial(cell)):
                sheet.write_number(count, place, days, day)
            elif is_number[place] and len(text := str(cell)) <= _EXACT_DIGITS:
                sheet.write_number(count, place, float(text))
            else:
                sheet.write_string(count, place, str(cell))
    sheet.autofilter(0, 0, max(count, 1), len(headings) - 1)
    book.close()
    return count


def _serial(day: Any) -> int:
    """Return a day as workbooks count it; 0 for one before they begin."""
    found = day if isinstance(day, date) else date.fromisoformat(day)
    return found.toordinal() - 693_594 if found.year > 1900 else 0


def _table(
    connection: Connection, what: Exported, vault: Vault
) -> tuple[list[tuple[str, str]], Iterator[_Part]]:
    """Return the columns (code and heading), and the objects, some at a time."""
    ours = [code for code in columns() if code != "login"]
    own = _own_columns(connection, what.wanted)
    headings = [(code, columns()[code].in_(what.language)) for code in ours]
    for name in own:
        clash = column_called(name) is not None
        mark = "Своё: " if what.language == "ru" else "Custom: "
        headings.append((f"{CUSTOM}{name}", f"{mark}{name}" if clash else name))
    return headings, _parts(connection, what, vault, ours, own)


def _parts(
    connection: Connection, what: Exported, vault: Vault, ours: Sequence[str], own: Sequence[str]
) -> Iterator[_Part]:
    place = {code: index for index, code in enumerate(ours)}
    say = _sayings(connection, what.language, place)
    projects = _Projects(connection)
    searched = [place[code] for code in _SEARCHED]
    key_at, closed_at, number_at = place["asset"], place["licence_key"], place["number"]
    projects_at, cost_at, replaced_at = place["projects"], place["cost"], place["replaced_by"]
    for found in streamed_in_parts(connection, _query(what, ours, own)):
        rows = found
        if text := what.wanted.text:
            rows = [row for row in found if says(text, *(row[at] for at in searched))]
        if not rows:
            continue
        part: _Part = [*zip(*rows, strict=True)]
        custom, kinds = part.pop(), part.pop()
        for at, words in say:
            part[at] = [*map(words.__getitem__, part[at])]
        part[key_at] = [f"{kind}:{key}" for kind, key in zip(kinds, part[key_at], strict=True)]
        part[replaced_at] = _replacements(connection, part[replaced_at])
        part[projects_at] = projects.of(part[number_at])
        part[cost_at] = [None if cost is None else _amount(cost) for cost in part[cost_at]]
        if what.with_keys:
            part[closed_at] = [None if key is None else vault.open(key) for key in part[closed_at]]
        yield part + [[fields.get(name) for fields in custom] for name in own]


def _query(what: Exported, ours: Sequence[str], own: Sequence[str]) -> Select[Any]:
    """Select the columns as the driver gives them: a hundred thousand objects leave no time for more."""
    thing = OBJECT.c
    chosen: list[Any] = []
    for code in ours:
        if code == "asset":
            chosen.append(thing.key)
        elif code == "projects":
            chosen.append(null())
        elif code == "licence_key":
            chosen.append(thing.licence_key if what.with_keys else thing.licence_key_tail)
        elif code == "one_off":
            chosen.append(cast(thing.one_off_amount, Text) + " " + thing.one_off_currency)
        else:
            chosen.append(type_coerce(thing[_COLUMNS.get(code, code)], _RAW))
    query: Select[Any] = select(
        *chosen, type_coerce(thing.kind, _RAW), thing.custom if own else null()
    )
    return narrowed(query.select_from(source_of(what.wanted)), what.wanted).order_by(thing.id)


def _sayings(
    connection: Connection, language: str, place: dict[str, int]
) -> list[tuple[int, _Words]]:
    """Return how the cells of a column become words, by its place."""
    found: list[tuple[int, _Words]] = []
    types = own_types(connection)
    for code, at in place.items():
        words = {one: said.in_(language) for one, said in words_of(code, types).items()}
        if code == "auto_renew":
            found.append((at, _Words({1: words["yes"], 0: words["no"]})))
        elif code == "responsible":
            found.append((at, _Words({one.id: one.name for one in people(connection)})))
        elif words:
            found.append((at, _Words(words)))
    return found


def _replacements(connection: Connection, numbers: Sequence[int | None]) -> Sequence[Any]:
    """Return what took the place of things, as it is known by, given its numbers: of nearly all there is none."""
    taken = {number for number in numbers if number is not None}
    if not taken:
        return numbers
    thing = OBJECT.c
    query = select(thing.id, type_coerce(thing.kind, _RAW), thing.key).where(thing.id.in_(taken))
    known = {number: f"{kind}:{key}" for number, kind, key in connection.execute(query)}
    return [number and known[number] for number in numbers]


class _Words(dict[Any, Any]):
    """Words by code. A code that nobody has a word for any more stands for itself, and an empty cell for nothing."""

    def __init__(self, words: Mapping[Any, str]) -> None:
        super().__init__({None: None, **words})

    def __missing__(self, code: Any) -> Any:
        return code


class _Projects:
    """Says which projects objects belong to; what belongs to the same is said once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names = by_number(connection, PROJECT.c.name)
        self._said = cache(self._say)

    def of(self, numbers: Sequence[int]) -> list[str | None]:
        """Return the projects of objects whose numbers rise."""
        link = PROJECT_OBJECT.c
        query = select(link.object_id, link.project_id, link.lead)
        some = query.where(link.object_id.between(numbers[0], numbers[-1]))
        found: dict[int, _Links] = {}
        for number, project, lead in self._connection.execute(some).all():
            found[number] = (*found.get(number, ()), (project, lead))
        return [self._said(found.get(number, ())) for number in numbers]

    def _say(self, links: _Links) -> str | None:
        """Return the lead project, then the others by name."""
        named = sorted((not lead, self._names[project]) for project, lead in links)
        return names_as_text(name for _, name in named)


def _own_columns(connection: Connection, wanted: Filter) -> list[str]:
    """Return the names of the agency's own fields that any of the objects has."""
    custom = OBJECT.c.custom
    query = narrowed(select(custom).select_from(source_of(wanted)), wanted)
    query = query.where(cast(type_coerce(custom, _RAW), Text) != "{}")
    return sorted({name for (found,) in connection.execute(query.distinct()) for name in found})


def _amount(amount: Any) -> str:
    """Return all digits; three after the dot get a fourth, or they would read as thousands."""
    text = amount if isinstance(amount, str) else format(Decimal(amount), "f")
    return f"{text}0" if text[-4:-3] == "." else text
