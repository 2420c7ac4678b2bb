"""How observations and exchanges lie in the database: encoded by msgspec, compressed by zstd.

Rows are small and alike, so they are compressed with a dictionary of what they have in common (see
data/README.md). Pages and certificate chains are large, and the same ones come from apex and www, in
one look and the next, this month and the next: they are stored beside the rows, each once.
"""

from __future__ import annotations

import threading
from collections.abc import Container
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

import msgspec
import zstandard
from msgspec import Struct, structs

from probes.kit.net.question import ApiAnswer, Handshake, HttpAnswer, WhoisAnswer
from probes.kit.net.tape import Exchange
from probes.kit.observation import AnyObservation

RAW_CAP = 262_144
"""Bytes. So much of one raw answer is kept; the rest adds size, not proof."""
PAGE = 1_024
"""Bytes from which on a page is stored beside its exchange."""
DICTIONARY = 1
"""The number of the dictionary that rows are packed with now; each packed row names its own."""

_LARGEST = 64 * 1024 * 1024
_LEVEL = 1
_EXCHANGE = msgspec.msgpack.Decoder(Exchange)
_CHAIN = msgspec.msgpack.Decoder(tuple[bytes, ...])
_JSON = msgspec.json.Encoder()
_PACK = msgspec.msgpack.Encoder()


class Packed(Struct, frozen=True):
    """An exchange as it is stored, before it is compressed."""

    second: int
    """When it was asked, in whole seconds of Unix time."""
    row: bytes
    """The Exchange as MessagePack, without its pieces."""
    truncated: bool
    """True when the raw answer was longer than we keep."""
    page: str | None
    chain: str | None
    """Ids of its page and of its certificate chain, where these are stored beside the row."""
    pieces: tuple[tuple[str, bytes], ...]
    """Both, by their ids, but for those already stored."""


def encode_observation(observation: AnyObservation) -> bytes:
    """Return an observation as JSON."""
    return _JSON.encode(observation)


def pack(exchange: Exchange, stored: Container[str] = ()) -> Packed:
    """Return an exchange as it is stored, its raw answer cut to the cap.

    Pieces are left out whose ids are among those `stored`.
    A cut answer says so itself (`truncated`, `complete`), so that it is never read as a whole one.
    The wire of a DNS answer is shorter by its nature.
    """
    answer = _cut(exchange.answer)
    truncated = answer is not exchange.answer
    if truncated:
        exchange = structs.replace(exchange, answer=answer)
    page, chain = None, None
    pieces: list[tuple[str, bytes]] = []
    if isinstance(answer, HttpAnswer) and len(answer.body) >= PAGE:
        page = exchange.page_digest
        if page not in stored:
            pieces.append((page, answer.body))
        answer = structs.replace(answer, body=b"")
    if handshake := _handshake(answer):
        certificates = _PACK.encode(handshake.chain)
        chain = sha256(certificates).hexdigest()[:32]
        if chain not in stored:
            pieces.append((chain, certificates))
        answer = _with_chain(answer, ())
    if page or chain:
        exchange = structs.replace(exchange, answer=answer)
    second = int(exchange.at.timestamp())
    return Packed(second, _PACK.encode(exchange), truncated, page, chain, tuple(pieces))


def unpack(
    row: bytes, page: bytes | None, chain: bytes | None, most: int | None = None
) -> Exchange:
    """Return the exchange of a stored row and of the pieces beside it, if it has any.

    Of a page beside it perhaps only the first `most` bytes.
    """
    exchange = _EXCHANGE.decode(decompress(row))
    answer: Any = exchange.answer
    if page is not None:
        body = decompress(page) if most is None else _beginning(page, most)
        answer = structs.replace(answer, body=body)
    if chain is not None:
        answer = _with_chain(answer, _CHAIN.decode(decompress(chain)))
    return exchange if answer is exchange.answer else structs.replace(exchange, answer=answer)


def _handshake(answer: Any) -> Handshake | None:
    """Return the handshake of an answer, if it has one with certificates."""
    found = answer if isinstance(answer, Handshake) else getattr(answer, "handshake", None)
    return found if found and found.chain else None


def _with_chain(answer: Any, chain: tuple[bytes, ...]) -> Any:
    if isinstance(answer, Handshake):
        return structs.replace(answer, chain=chain)
    return structs.replace(answer, handshake=structs.replace(answer.handshake, chain=chain))


class _Tools(threading.local):
    """Compressors serve one thread only, and cost more to make than most rows to pack."""

    def __init__(self) -> None:
        dictionary = _dictionary()
        self.rows = zstandard.ZstdCompressor(level=_LEVEL, dict_data=dictionary)
        self.pieces = zstandard.ZstdCompressor(level=_LEVEL)
        self.back = zstandard.ZstdDecompressor(dict_data=dictionary)


@cache
def _dictionary() -> zstandard.ZstdCompressionDict:
    file = resources.files("scanner.evidence").joinpath(f"data/rows-{DICTIONARY}.zdict")
    dictionary = zstandard.ZstdCompressionDict(file.read_bytes())
    dictionary.precompute_compress(level=_LEVEL)
    return dictionary


_TOOLS = _Tools()


def compress_row(row: bytes) -> bytes:
    """Shrink an encoded observation or exchange."""
    return _TOOLS.rows.compress(row)


def compress_piece(piece: bytes) -> bytes:
    """Shrink a page or a chain."""
    return _TOOLS.pieces.compress(piece)


def decompress(body: bytes) -> bytes:
    """Undo either."""
    whole: bytes = _TOOLS.back.decompress(body, max_output_size=_LARGEST)
    return whole


def unpacked_size(body: bytes) -> int:
    """Return how many bytes `decompress` will give."""
    return zstandard.frame_content_size(body)


def _beginning(body: bytes, most: int) -> bytes:
    with _TOOLS.back.stream_reader(body) as stream:
        start: bytes = stream.read(most)
        return start


def _cut(answer: Any) -> Any:
    """Return the answer itself when it is not longer than the cap."""
    match answer:
        case HttpAnswer(body=raw) | ApiAnswer(body=raw) if len(raw) > RAW_CAP:
            return structs.replace(answer, body=raw[:RAW_CAP], truncated=True)
        case WhoisAnswer(raw=raw) if len(raw) > RAW_CAP:
            return structs.replace(answer, raw=raw[:RAW_CAP], complete=False)
    return answer
