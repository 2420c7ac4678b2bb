"""How observations and exchanges lie in the database: encoded by msgspec, compressed by zstd."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
import zstandard
from msgspec import structs

from probes.kit.net.tape import Exchange
from probes.kit.observation import AnyObservation

RAW_CAP = 262_144
"""Bytes. So much of one raw answer is kept; the rest adds size, not proof."""

_LARGEST = 64 * 1024 * 1024
_EXCHANGE = msgspec.msgpack.Decoder(Exchange)
_JSON = msgspec.json.Encoder()
_PACK = msgspec.msgpack.Encoder()


def encode_observation(observation: AnyObservation) -> bytes:
    """Return an observation as JSON."""
    return _JSON.encode(observation)


_OF_THREAD = threading.local()
"""A decompressor serves one thread only, and costs more to make than most answers to unpack."""


def encode_exchange(exchange: Exchange) -> tuple[bytes, bool]:
    """Return an exchange as MessagePack, and whether its raw answer was cut to the cap.

    A cut answer says so itself (`truncated`, `complete`), so that it is never read as a whole one.
    """
    answer = exchange.answer
    shorter = _cut(answer)
    if shorter is not answer:
        exchange = structs.replace(exchange, answer=shorter)
    return _PACK.encode(exchange), shorter is not answer


def decode_exchange(body: bytes) -> Exchange:
    """Read what `encode_exchange` wrote and `compress` shrank."""
    return _EXCHANGE.decode(decompress(body))


def compress(body: bytes, with_: zstandard.ZstdCompressor) -> bytes:
    """Shrink a body; the compressor is the caller's because one serves one thread only."""
    return with_.compress(body)


def compressor() -> zstandard.ZstdCompressor:
    """Return a compressor: level 1, frames that know their size."""
    return zstandard.ZstdCompressor(level=1)


def decompress(body: bytes) -> bytes:
    """Undo `compress`."""
    found = getattr(_OF_THREAD, "decompressor", None)
    if found is None:
        found = _OF_THREAD.decompressor = zstandard.ZstdDecompressor()
    whole: bytes = found.decompress(body, max_output_size=_LARGEST)
    return whole


def _cut(answer: Any) -> Any:
    """Return the answer itself when nothing in it is longer than the cap."""
    changes: dict[str, Any] = {}
    for name in ("wire", "raw", "body"):
        raw = getattr(answer, name, b"")
        if len(raw) > RAW_CAP:
            changes[name] = raw[:RAW_CAP]
    if not changes:
        return answer
    if hasattr(answer, "truncated"):
        changes["truncated"] = True
    if hasattr(answer, "complete"):
        changes["complete"] = False
    return structs.replace(answer, **changes)
