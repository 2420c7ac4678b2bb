"""What a name server that was asked directly says for itself: a referral, its own zone, or no zone."""

from __future__ import annotations

from probes.kit.net.dns_reading import (
    Message,
    failure_of,
    open_message,
    read_values,
)
from probes.kit.net.dns_wire import (
    NXDOMAIN,
    TYPES,
    Record,
    answers_to,
    decode_name,
    encode_question,
)
from probes.kit.net.question import DnsAnswer
from probes.kit.observation import Absent, Outcome, Reason, Seen, Unknown

_MOST_GLUE = 40


def read_referral(answer: DnsAnswer, name: str) -> Outcome[tuple[str, ...]]:
    """Read what a server of the parent zone says when asked for a name's NS records.

    Seen are the name servers it delegates to. Absent needs its authority (AA): the name does not
    exist in the parent, or exists there without a delegation.
    """
    message, owner = _opened(answer, name, "NS")
    if isinstance(message, Unknown):
        return message
    servers = _of(message.answers, message, owner, "NS")
    servers = servers or _of(message.authorities, message, owner, "NS")
    if servers and message.rcode != NXDOMAIN:
        values = read_values(message, servers)
        return Seen(tuple(map(str, values.fact))) if isinstance(values, Seen) else values
    zone = _zone_above(message, owner)
    if not message.authoritative or zone is None:
        return Unknown(Reason.MALFORMED, f"{answer.server} says nothing about {name}")
    if message.rcode == NXDOMAIN:
        return Absent(f"NXDOMAIN at {zone or 'the root'}")
    return Absent(f"not delegated by {zone or 'the root'}")


def read_glue(answer: DnsAnswer) -> tuple[tuple[str, str], ...]:
    """Return the addresses that came beside a referral, each with its name server, sorted, 40 at most."""
    message = open_message(answer.wire)
    if message is None or message.truncated:
        return ()
    found: set[tuple[str, str]] = set()
    for record in message.additionals[:_MOST_GLUE]:
        if record.type in (TYPES["A"], TYPES["AAAA"]) and (owner := message.owner(record)):
            values = read_values(message, [record])
            if isinstance(values, Seen):
                found.update((decode_name(owner), str(value)) for value in values.fact)
    return tuple(sorted(found))


def read_authority(answer: DnsAnswer, zone: str) -> Outcome[str]:
    """Read what a server says when asked for a zone's SOA: Seen when it has the zone.

    Absent when it answers for itself and does not have it; Unknown when it refuses, fails, or
    answers as a resolver would (then something on the way may have answered in its place).
    """
    message, owner = _opened(answer, zone, "SOA")
    if isinstance(message, Unknown):
        return message
    start = _of(message.answers, message, owner, "SOA")
    alias = _of(message.answers, message, owner, "CNAME")
    if message.authoritative and (start or alias):
        return Seen(zone)
    if message.recursive and not message.authoritative:
        return Unknown(Reason.MALFORMED, "answered as a resolver does")
    return Absent("answered, but not with the zone")


def _opened(answer: DnsAnswer, name: str, type: str) -> tuple[Message | Unknown, bytes]:
    question = encode_question(name, type)
    if question is None:
        return Unknown(Reason.INVALID_QUERY, name[:253]), b""
    if not answers_to(answer.wire, question):
        return Unknown(Reason.MALFORMED, f"{answer.server} answered something else"), b""
    message = open_message(answer.wire)
    if message is None:
        return Unknown(Reason.MALFORMED, f"unreadable answer from {answer.server}"), b""
    if message.truncated:
        return Unknown(Reason.OVERSIZED, f"cut short by {answer.server}"), b""
    return failure_of(message, answer.server) or message, question[:-4]


def _of(records: tuple[Record, ...], message: Message, owner: bytes, type: str) -> list[Record]:
    number = TYPES[type]
    return [r for r in records if r.type == number and message.owner(r) == owner]


def _zone_above(message: Message, owner: bytes) -> str | None:
    """The zone whose SOA came with a negative answer, if the name lies below it."""
    for record in message.authorities:
        wire = message.owner(record)
        if record.type == TYPES["SOA"] and wire is not None and wire != owner:
            zone = decode_name(wire)
            if not zone or decode_name(owner).endswith(f".{zone}"):
                return zone
    return None
