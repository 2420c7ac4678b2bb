"""What a DNS response says about a name: values, an authority's "no", or nothing usable.

Pure: a recorded answer read again tomorrow says the same, or more if the reader has learned.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address
from socket import inet_ntoa
from typing import Any

import dns.exception
import dns.name
import dns.rdata
from dns.rdataclass import IN
from dns.rdatatype import RdataType
from msgspec import Struct

from probes.kit.net.dns_wire import (
    INTERNET,
    NOERROR,
    NXDOMAIN,
    REFUSED,
    SERVFAIL,
    TYPES,
    UDP_SIZE,
    Record,
    after_name,
    answers_to,
    decode_name,
    encode_question,
    read_head,
    read_name,
    read_records,
    type_number,
)
from probes.kit.net.question import DnsAnswer
from probes.kit.observation import Absent, Outcome, Reason, Seen, Unknown

MOST_RECORDS = 100
MOST_TEXT = 4096
MOST_ALIASES = 10

_ADDRESSES = (TYPES["A"], TYPES["AAAA"])
_NAMES = {
    TYPES["NS"]: (0, 1),
    TYPES["CNAME"]: (0, 1),
    TYPES["PTR"]: (0, 1),
    TYPES["SOA"]: (0, 2),
    TYPES["MX"]: (2, 1),
    TYPES["SRV"]: (6, 1),
    TYPES["TXT"]: (0, 0),
    TYPES["CAA"]: (0, 0),
}
"""Octets before the names in a record's data, and how many names follow: only they may be compressed."""
_AS_ASKED = b"\xc0\x0c"
"""A name that points to the one of the question."""
_SHORT = 512
"""Octets of data up to which a record is remembered."""

# Extended errors (RFC 8914) that take an answer back: forged, blocked, censored, filtered,
# prohibited; and a "no" besides: stale, stale NXDOMAIN. Such a response is the resolver's own opinion,
# not the authority's: the address it gives is that of a page about the blocking.
_NOT_THE_DATA = frozenset({4, 15, 16, 17, 18})
_NOT_THE_AUTHORITY = _NOT_THE_DATA | {3, 19}


class Exchange(Struct, frozen=True, order=True):
    """One MX record; host is empty for a null MX (RFC 7505)."""

    preference: int
    host: str


class Authority(Struct, frozen=True, order=True):
    """An SOA record; the mailbox is written as an address."""

    primary: str
    mailbox: str
    serial: int
    refresh: int = 0
    retry: int = 0
    expire: int = 0
    minimum: int = 0
    """Seconds, all four: how often secondaries ask, how long they serve unasked, how long a "no" lives."""


class IssuerRule(Struct, frozen=True, order=True):
    """One CAA record (RFC 8659)."""

    tag: str
    value: str
    flags: int = 0


class Service(Struct, frozen=True, order=True):
    """One SRV record (RFC 2782); host is empty where the service is decidedly not there."""

    priority: int
    weight: int
    port: int
    host: str


Value = str | Exchange | Authority | IssuerRule | Service


class Message(Struct, frozen=True, gc=False):
    """A response taken apart: its flags, and its records by section."""

    wire: bytes
    rcode: int
    """With the upper bits of EDNS."""
    authoritative: bool
    recursive: bool
    truncated: bool
    errors: tuple[int, ...]
    """Extended DNS errors (RFC 8914)."""
    answers: tuple[Record, ...]
    authorities: tuple[Record, ...]
    additionals: tuple[Record, ...] = ()

    def owner(self, record: Record) -> bytes | None:
        """The record's owner in lower-case wire form; None when it cannot be read."""
        return read_name(self.wire, record.owner)


class Reading(Struct, frozen=True):
    """What one response, or several along a chain of aliases, says about a name and a type."""

    outcome: Outcome[tuple[Any, ...]]
    chain: tuple[str, ...] = ()
    """CNAME targets in order; the outcome is about the last of them."""
    ttl: int = 0
    """Seconds; the shortest on the way to the records seen."""
    unfinished: bool = False
    """True when the chain leads to a name that the response says nothing about."""


def open_message(wire: bytes) -> Message | None:
    """Take a response apart; None when it is no readable DNS message."""
    head, records = read_head(wire), read_records(wire)
    if head is None or records is None:
        return None
    upper, errors = _edns(wire, records)
    return Message(
        wire=wire,
        rcode=upper << 4 | head.rcode,
        authoritative=head.authoritative,
        recursive=head.recursive,
        truncated=head.truncated,
        errors=errors,
        answers=tuple([r for r in records if r.section == 0 and r.rdclass == INTERNET]),
        authorities=tuple([r for r in records if r.section == 1 and r.rdclass == INTERNET]),
        additionals=tuple([r for r in records if r.section == 2 and r.rdclass == INTERNET]),
    )


def _edns(wire: bytes, records: tuple[Record, ...]) -> tuple[int, tuple[int, ...]]:
    for record in records:
        if record.section == 2 and record.type == TYPES["OPT"]:
            errors, at, end = [], record.start, record.start + record.length
            while at + 4 <= end:
                code = int.from_bytes(wire[at : at + 2])
                length = int.from_bytes(wire[at + 2 : at + 4])
                if code == 15 and length >= 2 and at + 6 <= end:
                    errors.append(int.from_bytes(wire[at + 4 : at + 6]))
                at += 4 + length
            return record.ttl >> 24, tuple(errors)
    return 0, ()


def lifetime(wire: bytes) -> int:
    """Return for how many seconds a response may be believed; 0 for a failure or an unreadable one.

    Of a "no" its zone's SOA says how long it lives (RFC 2308 section 5).
    """
    records = read_records(wire)
    if records is None or wire[3] & 15 not in (NOERROR, NXDOMAIN):
        return 0
    lives = [record.ttl for record in records if record.section == 0]
    for record in records:
        if record.section == 1 and record.type == TYPES["SOA"] and record.length > 4:
            end = record.start + record.length
            lives.append(min(record.ttl, int.from_bytes(wire[end - 4 : end])))
    return min(lives, default=0)


def read_answer(answer: DnsAnswer, name: str, type: str) -> Reading:
    """Say what a response says about a name and a type, following the aliases it contains."""
    read = _read_lately if len(answer.wire) <= UDP_SIZE else _read
    return read(answer, name, type)


def _read(answer: DnsAnswer, name: str, type: str) -> Reading:
    question = encode_question(name, type)
    if question is None:
        return Reading(Unknown(Reason.INVALID_QUERY, f"{name[:253]} {type}"))
    if not answers_to(answer.wire, question):
        return Reading(Unknown(Reason.MALFORMED, f"{answer.server} answered something else"))
    message = open_message(answer.wire)
    if message is None:
        return Reading(Unknown(Reason.MALFORMED, f"unreadable answer from {answer.server}"))
    if message.truncated:
        return Reading(Unknown(Reason.OVERSIZED, f"cut short by {answer.server}"))
    if failure := failure_of(message, answer.server):
        return Reading(failure)
    return _along_the_chain(message, question[:-4], type)


# The servers of a registry and of a hoster are read for each of their domains.
_read_lately = lru_cache(maxsize=512)(_read)


def failure_of(message: Message, server: str) -> Unknown | None:
    """Return why a response is no answer; None for NOERROR and NXDOMAIN."""
    if message.rcode in (NOERROR, NXDOMAIN):
        return None
    extended = "".join(f", extended error {code}" for code in message.errors)
    if message.rcode == SERVFAIL:
        return Unknown(Reason.SERVFAIL, f"{server}{extended}")
    if message.rcode == REFUSED:
        return Unknown(Reason.DNS_REFUSED, f"{server}{extended}")
    return Unknown(Reason.MALFORMED, f"rcode {message.rcode} from {server}{extended}")


def _along_the_chain(message: Message, owner: bytes, type: str) -> Reading:
    wanted = type_number(type)
    by_owner: dict[bytes | None, list[Record]] = {}
    for record in message.answers:
        asked = message.wire.startswith(_AS_ASKED, record.owner)
        by_owner.setdefault(owner if asked else message.owner(record), []).append(record)
    if None in by_owner:
        return Reading(Unknown(Reason.MALFORMED, "records of an unreadable name"))
    chain: list[str] = []
    met, ttls = {owner}, []
    while True:
        own = by_owner.get(owner, [])
        found = [record for record in own if record.type == wanted]
        alias = next((record for record in own if record.type == TYPES["CNAME"]), None)
        if found or alias is None:
            break
        target = read_name(message.wire, alias.start)
        if target is None:
            return Reading(Unknown(Reason.MALFORMED, "unreadable alias"), tuple(chain))
        if target in met or len(chain) == MOST_ALIASES:
            return Reading(Unknown(Reason.LOOP, f"aliases without an end: {decode_name(target)}"))
        met.add(target)
        ttls.append(alias.ttl)
        chain.append(decode_name(target))
        owner = target
    if not found:
        return _without_records(message, tuple(chain))
    if message.rcode == NXDOMAIN:
        return Reading(Unknown(Reason.MALFORMED, "records beside NXDOMAIN"), tuple(chain))
    if forged := _NOT_THE_DATA.intersection(message.errors):
        return Reading(_own_opinion(forged), tuple(chain))
    ttls.extend(record.ttl for record in found)
    return Reading(read_values(message, found), tuple(chain), min(ttls))


def _without_records(message: Message, chain: tuple[str, ...]) -> Reading:
    if chain and message.rcode == NOERROR and not _has_soa(message):
        stops = Unknown(Reason.MALFORMED, f"the answer stops at the alias {chain[-1]}")
        return Reading(stops, chain, unfinished=True)
    return Reading(_negative(message), chain)


def _own_opinion(errors: frozenset[int]) -> Unknown:
    detail = f"the resolver's own answer, extended error {min(errors)}"
    return Unknown(Reason.ACCESS_DENIED, detail)


def _has_soa(message: Message) -> bool:
    return any(record.type == TYPES["SOA"] for record in message.authorities)


def _negative(message: Message) -> Absent | Unknown:
    """Tell a "no" from an answer that merely holds nothing (RFC 2308 section 2)."""
    if taken_back := _NOT_THE_AUTHORITY.intersection(message.errors):
        return _own_opinion(taken_back)
    if message.rcode == NXDOMAIN:
        return Absent("NXDOMAIN")
    if _has_soa(message):
        return Absent("NODATA")
    if any(record.type == TYPES["NS"] for record in message.authorities):
        return Unknown(Reason.MALFORMED, "a referral, not an answer")
    if message.recursive or message.authoritative:
        return Absent("NODATA")
    return Unknown(Reason.MALFORMED, "an empty answer without authority")


def read_values(message: Message, records: list[Record]) -> Seen[tuple[Value, ...]] | Unknown:
    """Read the data of records of one type, each once, in a settled order, at most 100.

    Of addresses a hundred tell all; of anything else the one that matters may be the next.
    """
    type = records[0].type
    if type in _ADDRESSES:
        return _addresses(message.wire, records[:MOST_RECORDS], type)
    if len(records) > MOST_RECORDS:
        return Unknown(Reason.OVERSIZED, f"{len(records)} records of type {type}")
    values: set[Any] = set()
    for record in records:
        value = read_value(message.wire, record)
        if value is None:
            return _unreadable(type)
        values.add(value)
    return Seen(tuple(sorted(values)))


def _addresses(wire: bytes, records: list[Record], type: int) -> Seen[tuple[Value, ...]] | Unknown:
    length = 4 if type == TYPES["A"] else 16
    if {record.length for record in records} != {length}:
        return _unreadable(type)
    # Octets sort as the numbers they are.
    packed = sorted({wire[record.start : record.start + length] for record in records})
    if type == TYPES["A"]:
        return Seen(tuple(map(inet_ntoa, packed)))
    return Seen(tuple([str(IPv6Address(address)) for address in packed]))


def _unreadable(type: int) -> Unknown:
    return Unknown(Reason.MALFORMED, f"unreadable record of type {type}")


def read_value(wire: bytes, record: Record) -> Value | None:
    """Read the data of one record that is no address; None when it breaks its type's rules."""
    if record.type not in _NAMES:
        return _value(record.type, wire, record.start, record.length)
    data = _self_contained(wire, record)
    if data is None:
        return None
    return _known_value(record.type, data) if len(data) <= _SHORT else _whole(record.type, data)


def _self_contained(wire: bytes, record: Record) -> bytes | None:
    """The data with its names written out in lower case: the same in whatever message it came."""
    before, names = _NAMES[record.type]
    so_far = wire[: record.start + record.length]
    at = record.start + before
    parts = [so_far[record.start : at]]
    for _ in range(names):
        name, after = read_name(so_far, at), after_name(so_far, at)
        if name is None or after is None:
            return None
        parts.append(name)
        at = after
    return b"".join((*parts, so_far[at:]))


def _whole(type: int, data: bytes) -> Value | None:
    return _value(type, data, 0, len(data))


# The same name servers, mail hosts and rules stand behind thousands of domains.
_known_value = lru_cache(maxsize=4096)(_whole)


def _value(type: int, wire: bytes, start: int, length: int) -> Value | None:
    """What dnspython reads."""
    try:
        data: Any = dns.rdata.from_wire(IN, RdataType.make(type), wire, start, length)
    except (dns.exception.DNSException, ValueError):
        return None
    match type:
        case 2 | 5 | 12:
            return name_text(data.target)
        case 6:
            timers = (data.refresh, data.retry, data.expire, data.minimum)
            return Authority(name_text(data.mname), _mailbox(data.rname), data.serial, *timers)
        case 15:
            return Exchange(data.preference, name_text(data.exchange))
        case 16:
            return b"".join(data.strings)[:MOST_TEXT].decode("utf-8", "replace")
        case 33:
            return Service(data.priority, data.weight, data.port, name_text(data.target))
        case 257:
            tag = data.tag.decode("ascii", "replace").lower()
            value = data.value[:MOST_TEXT].decode("utf-8", "replace")
            return IssuerRule(tag, value, int(data.flags))
    return str(data.to_text())[:MOST_TEXT]


def name_text(name: dns.name.Name) -> str:
    """Return a name in lower case without the final dot; the root is empty."""
    return decode_name(b"".join(bytes([len(label)]) + label.lower() for label in name.labels))


def _mailbox(name: dns.name.Name) -> str:
    labels = [label.decode("utf-8", "replace").lower() for label in name.labels if label]
    return f"{labels[0]}@{'.'.join(labels[1:])}" if len(labels) > 1 else "".join(labels)
