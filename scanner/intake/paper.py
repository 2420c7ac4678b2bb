"""One paper, whatever it is: a plain list, a table, a workbook, a zone file, a bank's exchange file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct

from scanner.assets import Declaration
from scanner.intake import bank_exchange, table, zone_file
from scanner.intake.names import Declared, UnreadableInput, read_name
from scanner.intake.rows import Reading, read_table

MAX_BYTES = 20 * 1024 * 1024
MAX_NAMES = 200_000
_LINE = re.compile(r"([^\r\n]*)(?:\r\n?|\n|\Z)")


class Paper(Struct, frozen=True):
    """What was read of one file."""

    source: str
    names: tuple[Declared, ...]
    declarations: tuple[Declaration, ...] = ()
    readings: tuple[Reading, ...] = ()
    """How its tables were read, for confirmation; empty for what leaves nothing to confirm."""


def read_paper(data: bytes, source: str) -> Paper:
    """Read a file; its format is recognised by content, then by the file's ending.

    A plain list must hold one name a line (`#` starts a comment): a line that is none is an error,
    with its number. Raises UnreadableInput, in one sentence, for what cannot be used.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableInput(
            f"{source} is larger than {MAX_BYTES // 2**20} MB; split it into smaller files."
        )
    if data[:4] == b"PK\x03\x04" or source.lower().endswith(".xlsx"):
        return _paper(source, table.from_workbook(data, source))
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableInput(
            f"{source} is an old Excel file; save it as XLSX or CSV and try again."
        )
    text = _decode(data)
    if bank_exchange.is_bank_exchange(text):
        return _paper(source, [bank_exchange.payments_of(text, source)])
    if zone_file.is_zone_file(text):
        return Paper(source, zone_file.names_of_zone(text, source))
    if source.lower().endswith((".csv", ".tsv")) or _looks_like_table(text):
        return _paper(source, [table.from_csv(text, source)])
    return Paper(source, _unique(_from_lines(text, source)))


def _paper(source: str, tables: Iterable[table.Table]) -> Paper:
    declarations: list[Declaration] = []
    readings = []
    for one in tables:
        found, reading = read_table(one)
        declarations += found
        readings.append(reading)
    names = _unique(
        Declared(host, source, one.row, True) for one in declarations for host in one.hosts
    )
    return Paper(source, names, tuple(declarations), tuple(readings))


def _decode(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # what Excel calls Unicode text
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _looks_like_table(text: str) -> bool:
    lines = [line for line in islice(_lines(text), 20) if line.strip() and line[0] != "#"]
    return bool(lines) and all(any(mark in line for mark in ";,\t") for line in lines)


def _lines(text: str) -> Iterator[str]:
    return (match[1] for match in _LINE.finditer(text))


def _from_lines(text: str, source: str) -> Iterator[Declared]:
    for number, line in enumerate(_lines(text), 1):
        word = line.partition("#")[0].strip()
        if not word:
            continue
        try:
            yield Declared(read_name(word), source, number, False)
        except ValueError as error:
            raise UnreadableInput(
                f"{source}, line {number}: {error}. Mend or delete the line and run again."
            ) from error


def _unique(found: Iterable[Declared]) -> tuple[Declared, ...]:
    first: dict[str, Declared] = {}
    for declared in found:
        first.setdefault(declared.name, declared)
        if len(first) > MAX_NAMES:
            raise UnreadableInput(f"more than {MAX_NAMES} names in one list; split it.")
    return tuple(first.values())
