"""Names of domains and hosts out of whatever a consultant has: a plain list, CSV or XLSX."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from urllib.parse import urlsplit

from msgspec import Struct
from publicsuffixlist import PublicSuffixList

from probes.kit.target import canonical_name
from scanner.intake.workbook import workbook_rows

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
_LINE = re.compile(r"([^\r\n]*)(?:\r\n?|\n|\Z)")
TYPED = "command line"
"""The source of names that were typed."""


class UnreadableInput(ValueError):
    """A list that cannot be used; the message says what, why and what to do."""


class Declared(Struct, frozen=True, order=True):
    """A name and where it was read."""

    name: str
    source: str
    """File name, or `command line`."""
    line: int
    paper: bool
    """True for rows of CSV and XLSX: declared by a paper, not the consultant's own word."""


def read_name(text: str) -> str:
    """Return the canonical host name in a typed word: a bare name, a URL or an e-mail address.

    Raises ValueError, with the reason, when there is none.
    """
    word = text.strip().strip("\"'<>,;").strip()
    if "://" in word:
        word = urlsplit(word).hostname or ""
    elif "@" in word:
        word = word.rpartition("@")[2]
    else:
        word = word.split("/", 1)[0].split("?", 1)[0]
        host, colon, port = word.rpartition(":")
        if colon and port.isdigit():
            word = host
    name = canonical_name(word.removeprefix("*."))
    if "." not in name or name.rpartition(".")[2].isdigit():
        raise ValueError(f"not a domain name: {text.strip()[:80]!r}")
    return name


def typed(words: Iterable[str]) -> tuple[Declared, ...]:
    """Read the names on the command line; raise UnreadableInput for the first that is none."""
    found = []
    for position, word in enumerate(words, 1):
        try:
            found.append(Declared(read_name(word), TYPED, position, False))
        except ValueError as error:
            raise UnreadableInput(
                f"{error}. Type names such as romashka.ru, or give a list with --from FILE."
            ) from error
    return tuple(found)


def from_file(data: bytes, source: str) -> tuple[Declared, ...]:
    """Read every name of a list; the format is recognised by content, then by the file's ending.

    A plain list must hold one name a line (`#` starts a comment): a line that is none is an error,
    with its number. In tables only cells that are names count.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableInput(
            f"{source} is larger than {MAX_BYTES // 2**20} MB; split it into smaller files."
        )
    if data[:4] == b"PK\x03\x04" or source.lower().endswith(".xlsx"):
        return _unique(_from_sheets(data, source))
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableInput(
            f"{source} is an old Excel file; save it as XLSX or CSV and try again."
        )
    text = _decode(data)
    if source.lower().endswith((".csv", ".tsv")) or _looks_like_table(text):
        return _unique(_from_csv(text, source))
    return _unique(_from_lines(text, source))


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


def _from_csv(text: str, source: str) -> Iterator[Declared]:
    head = text[:8192]
    delimiter = max(";,\t", key=head.count)
    csv.field_size_limit(1_000_000)
    try:
        for number, row in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1
        ):
            yield from _from_cells(row, source, number)
    except csv.Error as error:
        raise UnreadableInput(f"{source} is not readable as CSV ({error}).") from error


def _from_sheets(data: bytes, source: str) -> Iterator[Declared]:
    try:
        for count, (number, cells) in enumerate(workbook_rows(data), 1):
            if count > MAX_ROWS:
                raise ValueError(f"more than {MAX_ROWS} rows")
            yield from _from_cells(cells, source, number)
    except ValueError as error:
        raise UnreadableInput(
            f"{source} is not a readable table ({error}); save it as XLSX or CSV and try again."
        ) from error


def _from_cells(cells: Iterable[str], source: str, number: int) -> Iterator[Declared]:
    for cell in cells:
        if len(cell) > 300:
            continue
        text = cell.strip()
        if "." not in text or " " in text:
            continue
        try:
            name = read_name(text)
        except ValueError:
            continue
        if _suffixes().publicsuffix(name):  # initials and file names have dots too
            yield Declared(name, source, number, True)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)


def _unique(found: Iterable[Declared]) -> tuple[Declared, ...]:
    first: dict[str, Declared] = {}
    for declared in found:
        first.setdefault(declared.name, declared)
        if len(first) > MAX_ROWS:
            raise UnreadableInput(f"more than {MAX_ROWS} names in one list; split it.")
    return tuple(first.values())
