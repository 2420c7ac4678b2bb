"""A registry's own list of its domains: TSV of name, registrar, created, paid-till, free-date, delegated.

The lists of .ru, .su and .рф are published in this shape, packed by gzip, with millions of lines. They
are read as a stream, and tell of a domain without a single question to its registry.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Container, Iterator
from datetime import date
from typing import BinaryIO

from msgspec import Struct

from probes.kit.target import canonical_name

_CHUNK = 1 << 20
_LONGEST_LINE = 4096
_LARGEST = 8 << 30
"""Bytes of text; the largest zones of today have a third of it."""
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})")
_GZIP = b"\x1f\x8b"


class ZoneRow(Struct, frozen=True):
    """What the list says of one domain. A day or flag it leaves out, or garbles, is None."""

    domain: str
    registrar: str
    created: date | None
    paid_until: date | None
    free_on: date | None
    delegated: bool | None
    line: str
    """As it stands in the list."""


class DamagedList(ValueError):
    """The list breaks off or is no gzip; says so."""


def is_zone_list(head: bytes) -> bool:
    """Say whether a file that begins like this is a zone list, packed or not."""
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, _CHUNK)
        except zlib.error:
            return False
    lines = head[:65_536].split(b"\n")[:20]
    rows = [line for line in lines[: -1 if len(lines) < 20 else None] if line.strip()]
    told = [_row(line) for line in rows]
    # A first line may be a heading; one odd line must not turn a registry's list into a client's.
    return len(rows) > 0 and sum(row is not None for row in told) >= max(1, len(rows) - 1)


def rows_of(stream: BinaryIO, names: Container[str]) -> Iterator[ZoneRow]:
    """Yield the rows of the wanted names (canonical), in the list's order, holding one piece at a time.

    Raises DamagedList when the list cannot be read to its end; what was found before has been yielded.
    """
    for piece in pieces_of(stream):
        for line in piece.split(b"\n"):
            # Two looks at the raw line first: names that nobody wants must cost next to nothing.
            name = line[: line.find(b"\t")]
            if not name.islower():
                name = name.lower()
            if not name.isascii():
                name = _canonical(name)
            if name.decode("ascii", "replace") in names and (row := _row(line)):
                yield row


def pieces_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the text in pieces that end with a line's end."""
    rest, told = b"", 0
    for chunk in _unpacked(stream):
        told += len(chunk)
        if told > _LARGEST:
            raise DamagedList(f"it unpacks to more than {_LARGEST >> 30} GB")
        whole, newline, tail = chunk.rpartition(b"\n")
        if newline:
            yield rest + whole
            rest = tail
        else:
            rest += chunk
        if len(rest) > _LONGEST_LINE:
            raise DamagedList(f"a line is longer than {_LONGEST_LINE} bytes")
    if rest:
        yield rest


def _unpacked(stream: BinaryIO) -> Iterator[bytes]:
    packed = stream.read(len(_GZIP)) == _GZIP
    stream.seek(0)
    source: BinaryIO = gzip.GzipFile(fileobj=stream) if packed else stream  # type: ignore[assignment]
    try:
        while chunk := source.read(_CHUNK):
            yield chunk
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DamagedList(f"its packing is damaged ({error})") from error


def _canonical(name: bytes) -> bytes:
    try:
        return canonical_name(name.decode("utf-8")).encode()
    except ValueError:
        return b""


def _row(line: bytes) -> ZoneRow | None:
    if len(line) > _LONGEST_LINE:
        return None
    text = line.decode("utf-8", "replace").strip("\r\n")
    cells = [cell.strip() for cell in text.split("\t")]
    if len(cells) < 6 or cells[5] not in ("0", "1", ""):
        return None
    days = [_day(cell) for cell in cells[2:5]]
    if not any(days):
        return None
    try:
        domain = canonical_name(cells[0])
    except ValueError:
        return None
    if "." not in domain:
        return None
    delegated = {"0": False, "1": True}.get(cells[5])
    return ZoneRow(domain, cells[1], days[0], days[1], days[2], delegated, text)


def _day(cell: str) -> date | None:
    found = _DAY.fullmatch(cell)
    if found is None:
        return None
    if found[3]:
        year, month, day = found[3], found[2], found[1]
    else:
        year, month, day = found[4], found[5], found[6]
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
