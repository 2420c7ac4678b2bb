"""`revizor.observations/1`: looks made from another vantage come home as signed JSON lines.

The first line says what the file is, the last is its signature: HMAC-SHA256 over all bytes before it.
Nothing of a file is read as more than bytes before its signature was found right.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

SCHEMA = "revizor.observations/1"
LONGEST = 1_048_576
"""Bytes of one line."""
LARGEST = 1_073_741_824
"""Bytes of one file."""


Moment = Annotated[datetime, Meta(tz=True)]


class BadParcel(ValueError):
    """A file that cannot be taken in; the message says in one sentence why."""


class Heading(Struct, frozen=True, tag="heading", tag_field="is"):
    """What a file is, from where, and for whom."""

    schema: str
    holds: str
    """`observations`, or `wanted`: what somebody else is to look at."""
    client: str
    """The client's slug."""
    vantage: str
    made_at: Moment
    asked_at: Moment | None = None
    """When the list that these looks answer was made, by the clock at home."""


class RunLine(Struct, frozen=True, tag="run", tag_field="is"):
    """One run; its looks follow."""

    id: str
    started_at: Moment
    finished_at: Moment | None
    complete: bool


class LookLine(Struct, frozen=True, tag="look", tag_field="is"):
    """One observation, as it is stored."""

    run: str
    probe: str
    body: Raw


class ExchangeLine(Struct, frozen=True, tag="exchange", tag_field="is"):
    """One recorded exchange."""

    id: str
    body: bytes
    """MessagePack, compressed by zstd."""


class WantedLine(Struct, frozen=True, tag="wanted", tag_field="is"):
    """A name to look at."""

    name: str
    not_before: Moment | None = None
    """A look that begins earlier counts for nothing; None: at any time."""


class Seal(Struct, frozen=True, tag="seal", tag_field="is"):
    """The last line."""

    lines: int
    hmac_sha256: str


Line = RunLine | LookLine | ExchangeLine | WantedLine
_ENCODE = msgspec.json.Encoder(order="deterministic").encode
_SCHEMA_ONLY = msgspec.json.Decoder(dict[str, Any])
_HEADING = msgspec.json.Decoder(Heading)
_LINE: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
_SEAL = msgspec.json.Decoder(Seal)


def write_parcel(path: Path, key: bytes, heading: Heading, lines: Iterable[Line]) -> int:
    """Write a signed file, whole or not at all; return how many lines it has between first and last."""
    seal, count = hmac.new(key, digestmod="sha256"), 0
    new = path.with_name(path.name + ".new")
    try:
        with new.open("wb") as stream:

            def put(line: Heading | Line | Seal) -> None:
                spelt = _ENCODE(line) + b"\n"
                seal.update(spelt)
                stream.write(spelt)

            put(heading)
            for count, line in enumerate(lines, 1):  # noqa: B007 - counted, also of none
                put(line)
            put(Seal(count, seal.hexdigest()))
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    return count


class Parcel:
    """A file whose signature is right. Its lines may be read more than once."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Check a file from its first byte to its last; raise BadParcel for what is not ours."""
        self._path, self._key = path, key
        self.heading = _heading(path)
        for _ in self._lines(_as_it_is):
            pass

    def lines(self) -> Iterator[Line]:
        """Yield the lines between heading and seal; raise BadParcel, at the end, if the file has changed."""
        return self._lines(self._decoded)

    def _lines(self, read: Callable[[bytes], Any]) -> Iterator[Any]:
        seal, held, count = hmac.new(self._key, digestmod="sha256"), b"", 0
        for number, line in enumerate(_raw_lines(self._path), 1):
            if number > 2:
                yield read(held)
                count += 1
            if held:
                seal.update(held)
            held = line
        self._check(held, count, seal.hexdigest())

    def _check(self, last: bytes, count: int, said: str) -> None:
        try:
            found = _SEAL.decode(last)
        except msgspec.DecodeError:
            raise BadParcel(
                f"{self._path.name} has no signature at its end: it was cut off on its way, or never signed."
            ) from None
        if found.lines != count or not hmac.compare_digest(
            found.hmac_sha256.encode(), said.encode()
        ):
            raise BadParcel(
                f"the signature of {self._path.name} is wrong: it was changed, or signed with another key."
            )

    def _decoded(self, line: bytes) -> Line:
        try:
            return _LINE.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadParcel(
                f"{self._path.name} has a line that cannot be read: {error}."
            ) from error


def _as_it_is(line: bytes) -> bytes:
    return line


def _heading(path: Path) -> Heading:
    first = next(_raw_lines(path), b"")
    try:
        schema = _SCHEMA_ONLY.decode(first).get("schema")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        schema = None
    if schema != SCHEMA:
        said = f"says it is {str(schema)[:60]!r}" if schema else "does not say what it is"
        raise BadParcel(f"{path.name} {said}; only {SCHEMA} can be read.")
    try:
        return _HEADING.decode(first)
    except msgspec.DecodeError as error:
        raise BadParcel(f"{path.name} has no proper heading: {error}.") from error


def _raw_lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            total = 0
            for number in range(1, LARGEST):
                line = stream.readline(LONGEST + 1)
                total += len(line)
                if not line:
                    return
                if len(line) > LONGEST:
                    raise BadParcel(f"line {number} of {path.name} is longer than {LONGEST} bytes.")
                if total > LARGEST:
                    raise BadParcel(f"{path.name} is larger than {LARGEST} bytes.")
                yield line
    except OSError as error:
        raise BadParcel(f"{path} cannot be read: {error.strerror or error}.") from error
