"""The recorded internet of `revizor demo`: an audit's exchanges in one file of the package."""

from __future__ import annotations

from datetime import datetime
from importlib import resources

import msgspec
import zstandard
from msgspec import Struct

from probes.kit.net.tape import Exchange

MAX_SIZE = 64 * 1024 * 1024


class DemoTape(Struct, frozen=True):
    """Everything a replayed audit needs: what was asked for, when, and every exchange."""

    client: str
    names: tuple[str, ...]
    orgs: tuple[str, ...]
    vantage: str
    max_hosts: int
    at: datetime
    exchanges: tuple[Exchange, ...]
    guesses: int = 0
    """How many names like the client's were looked for."""


def load_tape() -> DemoTape:
    """Return the tape shipped in the package."""
    packed = resources.files("scanner.runs").joinpath("data/demo.tape").read_bytes()
    raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_SIZE)
    return msgspec.msgpack.decode(raw, type=DemoTape)


def pack_tape(tape: DemoTape) -> bytes:
    """Return the bytes of the file that `load_tape` reads."""
    return zstandard.ZstdCompressor(level=19).compress(msgspec.msgpack.encode(tape))
