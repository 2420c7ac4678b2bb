"""The head of a response as nearly every server writes it, read in one go."""

from __future__ import annotations

import re
from typing import NamedTuple

Headers = tuple[tuple[str, str], ...]

_HEAD = re.compile(
    r"HTTP/1\.[01] ([2-5][0-9]{2})(?: [\t -~\x80-\xff]*+)?+"
    r"(?:\r\n[-!#$%&'*+.^_`|~0-9A-Za-z]++:[\t -~\x80-\xff]*+)*+"
)
_BODILESS = (204, 304)
_LENGTH = re.compile(r"[0-9]{1,18}")


class PlainHead(NamedTuple):
    """A whole head without anything odd in it, before a body of stated length."""

    status: int
    headers: Headers
    """Names in lower case."""
    length: int
    """Octets of the body."""
    rest: bytes
    """What came behind the head."""


def plain_head(data: bytes) -> PlainHead | None:
    """Read the head that the first octets of a response hold whole; None where it is not that plain.

    It takes nothing that h11 reads otherwise, a quarter of the work: interim responses, chunks, folded
    or doubtful lines are h11's.
    """
    end = data.find(b"\r\n\r\n")
    text = data[:end].decode("latin-1") if end > 0 else ""
    matched = _HEAD.fullmatch(text)
    if matched is None:
        return None
    lines = [line.partition(":") for line in text.split("\r\n")[1:]]
    headers = tuple([(name.lower(), value.strip(" \t")) for name, _, value in lines])
    framing = [field for field in headers if field[0] in ("content-length", "transfer-encoding")]
    status = int(matched[1])
    if len(framing) != 1 or status in _BODILESS:
        return None
    [(name, length)] = framing
    if name == "transfer-encoding" or not _LENGTH.fullmatch(length):
        return None
    return PlainHead(status, headers, int(length), data[end + 4 :])
