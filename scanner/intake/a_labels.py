"""Punycode read back (RFC 3492), for lists of a million names: the library's codec takes twice as long.

Nothing is checked: what it makes of a name serves to look for words in it, and for nothing else.
"""

from __future__ import annotations

_PREFIX = "xn--"
_DIGITS = {digit: value for value, digit in enumerate("abcdefghijklmnopqrstuvwxyz0123456789")}
_LONGEST = 63


def readable(name: str) -> str:
    """Return a name with its first label as people write it; as it is where that cannot be read."""
    label, dot, rest = name.partition(".")
    if not label.startswith(_PREFIX) or len(label) > _LONGEST:
        return name
    try:
        return _decoded(label.removeprefix(_PREFIX)) + dot + rest
    except (KeyError, ValueError, OverflowError):
        return name


def _decoded(code: str) -> str:
    plain, _, digits = code.rpartition("-")
    letters = list(plain)
    letter, at, before, bias = 128, 0, 0, 72
    weight, step = 1, 36
    for digit in digits:
        value = _DIGITS[digit]
        at += value * weight
        limit = 1 if step <= bias else 26 if step >= bias + 26 else step - bias
        if value >= limit:
            weight *= 36 - limit
            step += 36
            continue
        size = len(letters) + 1
        bias = _adapted(at - before, size, first=size == len(plain) + 1)
        letter += at // size
        at %= size
        letters.insert(at, chr(letter))
        at = before = at + 1
        weight, step = 1, 36
    return "".join(letters)


def _adapted(delta: int, size: int, *, first: bool) -> int:
    delta = delta // 700 if first else delta // 2
    delta += delta // size
    bias = 0
    while delta > 455:
        delta //= 35
        bias += 36
    return bias + 36 * delta // (delta + 38)
