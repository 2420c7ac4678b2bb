"""Just enough of the DNS wire format (RFC 1035, 6891) to ask a question and to know its answer.

Everything read here was sent by a stranger: what cannot be read is None, never an exception, and the
work is bounded by the length of the message. Record data is dnspython's business.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct as Layout

from msgspec import Struct

TYPES = {
    "A": 1,
    "NS": 2,
    "CNAME": 5,
    "SOA": 6,
    "PTR": 12,
    "MX": 15,
    "TXT": 16,
    "AAAA": 28,
    "SRV": 33,
    "DNAME": 39,
    "OPT": 41,
    "DS": 43,
    "NSEC": 47,
    "DNSKEY": 48,
    "NSEC3PARAM": 51,
    "TLSA": 52,
    "HTTPS": 65,
    "CAA": 257,
}
INTERNET = 1
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)

# 1232 octets cross any path without fragments (DNS flag day 2020); longer answers come over TCP.
UDP_SIZE = 1232
_OPT = b"\x00" + (41).to_bytes(2, "big") + UDP_SIZE.to_bytes(2, "big") + bytes(6)
_OPT_SIGNED = _OPT[:7] + b"\x80" + _OPT[8:]
"""The same with DNSSEC OK (RFC 3225): signatures come beside the records."""
_COUNTS = Layout("!4H")
_FIXED = Layout("!HHIH")
"""What stands between a record's owner and its data: type, class, lifetime, length of the data."""
_MOST_RECORDS = 4096
_MOST_HOPS = 16
_LONGEST_NAME = 254
"""Characters, the final dot included."""
_LENGTHS = tuple(bytes([length]) for length in range(64))
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_")


class Head(Struct, frozen=True, gc=False):
    """What the fixed part of a message says about it."""

    authoritative: bool
    truncated: bool
    recursive: bool
    """True when the server offers recursion (RA)."""
    rcode: int
    """The low four bits; an OPT record may add eight more."""


class Record(Struct, frozen=True, gc=False):
    """Where one resource record lies in its message."""

    section: int
    """0 answer, 1 authority, 2 additional."""
    owner: int
    """Offset of the owner name; `read_name` reads it."""
    type: int
    rdclass: int
    ttl: int
    start: int
    length: int


def type_number(mnemonic: str) -> int | None:
    """Return the number of a record type, also of `TYPE123` (RFC 3597); None when unknown."""
    if number := TYPES.get(mnemonic):
        return number
    digits = mnemonic.removeprefix("TYPE")
    if digits != mnemonic and digits.isascii() and digits.isdigit() and len(digits) <= 5:
        return int(digits) if int(digits) < 65536 else None
    return None


def encode_name(name: str) -> bytes | None:
    """Return the uncompressed wire form in lower case; None for what no DNS name can be.

    The name must be ASCII already; the final dot is optional and an empty name is the root.
    """
    if not name.isascii() or "\\" in name:
        return None
    text = name.lower().removesuffix(".").encode("ascii")
    if not text:
        return b"\x00"
    labels = text.split(b".")
    if len(text) > 253 or not all(labels) or max(map(len, labels)) > 63:
        return None
    return b"".join([_LENGTHS[len(label)] + label for label in labels]) + b"\x00"


def decode_name(wire: bytes) -> str:
    """Return the text of an uncompressed name: no final dot, odd octets as in RFC 1035 section 5.1."""
    labels, at = [], 0
    while at < len(wire) and (length := wire[at]):
        label = wire[at + 1 : at + 1 + length]
        labels.append(label.decode("ascii") if _PLAIN.issuperset(label) else _escaped(label))
        at += 1 + length
    return ".".join(labels)


def _escaped(label: bytes) -> str:
    text = []
    for octet in label:
        if octet in b'"().;\\@$':
            text.append("\\" + chr(octet))
        else:
            text.append(chr(octet) if 0x20 < octet < 0x7F else f"\\{octet:03d}")
    return "".join(text)


def encode_question(name: str, mnemonic: str) -> bytes | None:
    """Return the question section: lower-case name, type, class IN; None when it cannot be asked.

    Whoever asks, sends and reads needs the same one: it is written once.
    """
    return _encoded(name, mnemonic) if len(name) <= _LONGEST_NAME else None


@lru_cache(maxsize=2048)
def _encoded(name: str, mnemonic: str) -> bytes | None:
    wire, number = encode_name(name), type_number(mnemonic)
    if wire is None or number is None:
        return None
    return wire + number.to_bytes(2, "big") + b"\x00\x01"


def encode_query(
    ident: int, question: bytes, *, recursion: bool, edns: bool = True, signatures: bool = False
) -> bytes:
    """Return a whole query message for a question section."""
    flags = b"\x01\x00" if recursion else b"\x00\x00"
    counts = b"\x00\x01\x00\x00\x00\x00\x00\x01" if edns else b"\x00\x01\x00\x00\x00\x00\x00\x00"
    option = _OPT_SIGNED if signatures else _OPT
    return ident.to_bytes(2, "big") + flags + counts + question + (option if edns else b"")


def read_head(wire: bytes) -> Head | None:
    """Read the flags; None when there are no twelve octets."""
    if len(wire) < 12:
        return None
    return Head(
        authoritative=wire[2] & 0x04 != 0,
        truncated=wire[2] & 0x02 != 0,
        recursive=wire[3] & 0x80 != 0,
        rcode=wire[3] & 15,
    )


def answers_to(wire: bytes, question: bytes) -> bool:
    """Say whether a message is a response to this question, letter case aside.

    Some servers leave the question out when they refuse or fail; that is accepted with no records.
    """
    if len(wire) < 12 or wire[2] & 0xF8 != 0x80:
        return False
    if wire[4:6] == b"\x00\x01":
        end = 12 + len(question)
        return wire[end - 4 : end] == question[-4:] and wire[12 : end - 4].lower() == question[:-4]
    refuses = wire[3] & 15 in (FORMERR, SERVFAIL, NOTIMP, REFUSED)
    return refuses and wire[4:10] == bytes(6)


def read_name(wire: bytes, at: int) -> bytes | None:
    """Return the name at an offset, decompressed, in lower case and wire form."""
    labels: list[bytes] = []
    hops, limit, size, octets = 0, at, len(wire), 1
    while at < size:
        length = wire[at]
        if length == 0:
            return b"".join((*labels, b"\x00")).lower()
        if length < 64:
            octets += 1 + length
            if octets > 255:
                return None
            labels.append(wire[at : at + 1 + length])
            at += 1 + length
        elif length >= 192 and at + 1 < size and hops < _MOST_HOPS:
            at = (length & 63) << 8 | wire[at + 1]
            if at >= limit:
                return None
            limit, hops = at, hops + 1
        else:
            return None
    return None


def read_records(wire: bytes) -> tuple[Record, ...] | None:
    """Find every resource record; None when the message is cut short or holds too many.

    Who remembers an answer and who reads it look at the same one, shortly after each other.
    """
    return _found_lately(wire) if len(wire) <= UDP_SIZE else _find_records(wire)


def _find_records(wire: bytes) -> tuple[Record, ...] | None:
    size = len(wire)
    if size < 12:
        return None
    questions, *counts = _COUNTS.unpack_from(wire, 4)
    if questions > 1 or sum(counts) > _MOST_RECORDS:
        return None
    at = 12
    if questions:
        end = after_name(wire, at)
        if end is None:
            return None
        at = end + 4
    found = []
    for section, count in enumerate(counts):
        for _ in range(count):
            # Most owners are a pointer to the question.
            end = at + 2 if wire[at : at + 1] >= b"\xc0" else after_name(wire, at)
            if end is None or end + 10 > size:
                return None
            type, rdclass, ttl, length = _FIXED.unpack_from(wire, end)
            start = end + 10
            if start + length > size:
                return None
            found.append(Record(section, at, type, rdclass, ttl, start, length))
            at = start + length
    return tuple(found)


_found_lately = lru_cache(maxsize=256)(_find_records)


def after_name(wire: bytes, at: int) -> int | None:
    """Return where a name ends that begins at an offset; None when it does not end."""
    size = len(wire)
    while at < size:
        length = wire[at]
        if length >= 192:
            return at + 2 if at + 2 <= size else None
        if length == 0:
            return at + 1
        if length >= 64:
            return None
        at += 1 + length
    return None
