"""A DNS answer as text, record by record, in the words zone files use (RFC 1035 section 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address

from probes.kit.net.dns_wire import (
    INTERNET,
    TYPES,
    Record,
    after_name,
    decode_name,
    read_head,
    read_name,
    read_records,
)

_RCODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")
_QUOTED = frozenset(b'"\\')
_LONGEST_TTL = 0x7FFFFFFF


def dns_lines(wire: bytes) -> Iterator[str]:
    """Yield the response code, then the records of the answer and authority sections.

    Record types met every day are read here, at a tenth of the cost; whole messages with anything
    else in them are dnspython's business.
    """
    lines = everyday_lines(wire)
    return iter(lines) if lines is not None else _any_lines(wire)


def _any_lines(wire: bytes) -> Iterator[str]:
    import dns.exception
    import dns.message

    try:
        message = dns.message.from_wire(wire, ignore_trailing=True)
    except dns.exception.DNSException as error:
        yield f"unreadable answer of {len(wire)} bytes: {type(error).__name__}"
        return
    yield f"{message.rcode().name}"
    for section in (message.answer, message.authority):
        for records in section:
            yield from records.to_text().splitlines()


def everyday_lines(wire: bytes) -> list[str] | None:
    """Return the lines of a message with nothing but everyday records; None for any other."""
    head, records = read_head(wire), read_records(wire)
    if head is None or records is None or head.truncated or head.rcode >= len(_RCODES):
        return None
    lines = [_RCODES[head.rcode]]
    for record in records:
        if record.section == 2:
            if record.type == TYPES["OPT"] and record.ttl >> 24:
                return None  # the response code has more bits
            continue
        known = _EVERYDAY.get(record.type)
        owner = _name(wire, record.owner)
        if known is None or owner is None or record.rdclass != INTERNET:
            return None
        kind, read = known
        data = read(wire, record) if record.ttl <= _LONGEST_TTL else None
        if data is None:
            return None
        lines.append(f"{owner} {record.ttl} IN {kind} {data}")
    return lines


def _name(wire: bytes, at: int) -> str | None:
    name = read_name(wire, at)
    return None if name is None else f"{decode_name(name)}."


def _last_name(wire: bytes, at: int, record: Record) -> str | None:
    """Read a name with which the record's data ends."""
    return _name(wire, at) if after_name(wire, at) == record.start + record.length else None


def _address4(wire: bytes, record: Record) -> str | None:
    data = wire[record.start : record.start + record.length]
    return str(IPv4Address(data)) if len(data) == 4 else None


def _address6(wire: bytes, record: Record) -> str | None:
    data = wire[record.start : record.start + record.length]
    # Forms with an IPv4 address inside begin with zeros and are written in more than one way.
    return str(IPv6Address(data)) if len(data) == 16 and data[:2] != b"\0\0" else None


def _host(wire: bytes, record: Record) -> str | None:
    return _last_name(wire, record.start, record)


def _mail_exchange(wire: bytes, record: Record) -> str | None:
    if record.length < 3:
        return None
    host = _last_name(wire, record.start + 2, record)
    return host and f"{int.from_bytes(wire[record.start : record.start + 2])} {host}"


def _start_of_authority(wire: bytes, record: Record) -> str | None:
    numbers = record.start + record.length - 20
    second = after_name(wire, record.start)
    if second is None or after_name(wire, second) != numbers:
        return None
    primary, mailbox = _name(wire, record.start), _name(wire, second)
    if primary is None or mailbox is None:
        return None
    said = (int.from_bytes(wire[at : at + 4]) for at in range(numbers, numbers + 20, 4))
    return " ".join((primary, mailbox, *map(str, said)))


def _texts(wire: bytes, record: Record) -> str | None:
    texts, at, end = [], record.start, record.start + record.length
    while at < end:
        piece = wire[at + 1 : at + 1 + wire[at]]
        at += 1 + wire[at]
        texts.append(f'"{_quotable(piece)}"')
    return " ".join(texts) if texts and at == end else None


def _quotable(piece: bytes) -> str:
    text = piece.decode("latin-1")
    if text.isascii() and text.isprintable() and not _QUOTED.intersection(piece):
        return text
    return "".join(
        f"\\{chr(octet)}"
        if octet in _QUOTED
        else chr(octet)
        if 0x20 <= octet < 0x7F
        else f"\\{octet:03d}"
        for octet in piece
    )


_EVERYDAY: dict[int, tuple[str, Callable[[bytes, Record], str | None]]] = {
    TYPES[kind]: (kind, read)
    for kind, read in {
        "A": _address4,
        "AAAA": _address6,
        "NS": _host,
        "CNAME": _host,
        "PTR": _host,
        "MX": _mail_exchange,
        "SOA": _start_of_authority,
        "TXT": _texts,
    }.items()
}
