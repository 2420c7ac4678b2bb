"""Damages recorded answers as networks, servers and bad software do: the same seed, the same damage."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

LONGEST = 262_144
"""Bytes: no answer is longer when it comes out of the Net."""

_STUMBLING = (
    b"\x00", b":", b"[", b"]", b"(", b"\t", b"\r", b"%", b"@", b"....", b". . ", b" " * 5_000,
    b"9" * 3_000, "é".encode() * 500, "\u202e".encode(), "域名".encode() * 400, b"a." * 2_000,
    b"limit " * 800, b"no match for " * 400, b"https://" * 300, b"-" * 4_000, b"<" * 2_000,
)  # fmt: skip
_CHARSETS = ("latin-1", "cp1251", "utf-16", "koi8-r", "euc-kr", "shift-jis", "utf-8-sig")

Damage = Callable[[random.Random, bytes], bytes]


def flipped(dice: random.Random, raw: bytes) -> bytes:
    """Flip single bits."""
    found = bytearray(raw)
    for _ in range(dice.randint(1, 40)):
        if found:
            found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
    return bytes(found)


def cut_off(dice: random.Random, raw: bytes) -> bytes:
    """Lose the beginning or the end."""
    at = dice.randrange(len(raw) + 1)
    return raw[:at] if dice.random() < 0.7 else raw[at:]


def with_a_hole(dice: random.Random, raw: bytes) -> bytes:
    """Lose something in the middle."""
    at, to = sorted(dice.randrange(len(raw) + 1) for _ in range(2))
    return raw[:at] + raw[to:]


def shuffled(dice: random.Random, raw: bytes) -> bytes:
    """Change the order of the lines."""
    lines = raw.split(b"\n")
    dice.shuffle(lines)
    return b"\n".join(lines)


def repeated(dice: random.Random, raw: bytes) -> bytes:
    """Say some lines hundreds of times."""
    lines = raw.split(b"\n")
    at = dice.randrange(len(lines))
    few = lines[at : at + dice.randint(1, 4)]
    return b"\n".join([*lines[:at], *few * dice.randint(2, 800), *lines[at:]])


def bloated(dice: random.Random, raw: bytes) -> bytes:
    """Put in what parsers stumble over, or one line without end."""
    at = dice.randrange(len(raw) + 1)
    filling = dice.choice(_STUMBLING)
    times = LONGEST // len(filling) if dice.random() < 0.1 else dice.randint(1, 9)
    return raw[:at] + filling * times + raw[at:]


def unwrapped(dice: random.Random, raw: bytes) -> bytes:
    """End lines in another way, or not at all."""
    return raw.replace(
        b"\n", dice.choice([b"", b"\r", b"\r\n", b"\n\n", b" ", b"\x0b", "\u2028".encode()])
    )


def mixed(dice: random.Random, raw: bytes) -> bytes:
    """Write half of the answer in another charset."""
    at = dice.randrange(len(raw) + 1)
    text = raw[at:].decode("utf-8", "replace")
    return raw[:at] + text.encode(dice.choice(_CHARSETS), "replace")


def shouted(dice: random.Random, raw: bytes) -> bytes:
    """Change the case of everything."""
    return raw.upper() if dice.random() < 0.5 else raw.swapcase()


DAMAGES: tuple[Damage, ...] = (
    flipped, cut_off, with_a_hole, shuffled, repeated, bloated, unwrapped, mixed, shouted,
)  # fmt: skip


def mutants(answers: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Yield that many damaged answers, each damaged in one to four ways."""
    dice = random.Random(seed)
    for _ in range(count):
        raw = dice.choice(answers)
        for _ in range(dice.randint(1, 4)):
            raw = dice.choice(DAMAGES)(dice, raw)[:LONGEST]
        yield raw
