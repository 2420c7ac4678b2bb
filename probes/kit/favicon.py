"""The picture of a site: whether bytes are one, and the number it is known by elsewhere."""

from __future__ import annotations

import base64
from struct import unpack
from typing import Final

_STARTS: Final = {
    b"\x00\x00\x01\x00": "ico",
    b"\x00\x00\x02\x00": "ico",
    b"\x89PNG": "png",
    b"GIF8": "gif",
    b"\xff\xd8\xff": "jpeg",
    b"BM": "bmp",
}
_WHOLE: Final = 0xFFFFFFFF


def picture_kind(body: bytes) -> str:
    """Return what sort of picture the bytes begin like (ico, png, gif, jpeg, bmp, webp, svg), or nothing."""
    if kind := next((kind for start, kind in _STARTS.items() if body.startswith(start)), ""):
        return kind
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "webp"
    return "svg" if b"<svg" in body[:1_024].lower() and b"<html" not in body[:1_024].lower() else ""


def favicon_hash(picture: bytes) -> int:
    """Return the number by which Shodan and its like know a picture, a signed 32-bit integer.

    It is MurmurHash3 (x86, 32 bits, seed 0) of the picture in base64 with a line break after every 76
    characters and at the end.
    """
    number = murmur3(base64.encodebytes(picture))
    return number - (1 << 32) if number >> 31 else number


def murmur3(data: bytes, seed: int = 0) -> int:
    """Return MurmurHash3_x86_32, after the definition that Austin Appleby gave to the public domain."""
    state = seed & _WHOLE
    whole = len(data) // 4
    for block in unpack(f"<{whole}I", data[: whole * 4]):
        state ^= _scrambled(block)
        state = (state << 13 | state >> 19) & _WHOLE
        state = (state * 5 + 0xE6546B64) & _WHOLE
    state ^= _scrambled(int.from_bytes(data[whole * 4 :], "little"))
    state ^= len(data)
    state = ((state ^ state >> 16) * 0x85EBCA6B) & _WHOLE
    state = ((state ^ state >> 13) * 0xC2B2AE35) & _WHOLE
    return state ^ state >> 16


def _scrambled(block: int) -> int:
    block = (block * 0xCC9E2D51) & _WHOLE
    block = (block << 15 | block >> 17) & _WHOLE
    return (block * 0x1B873593) & _WHOLE
