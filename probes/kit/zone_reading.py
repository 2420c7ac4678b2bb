"""What a zone transfer says: refused, or the names of the zone."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.net.dns_wire import (
    NOERROR,
    Record,
    decode_name,
    encode_name,
    read_name,
    read_records,
)
from probes.kit.net.question import ZoneAnswer
from probes.kit.observation import Absent, Outcome, Reason, Seen, Unknown

_NOTAUTH = 9
_REFUSALS = {
    NOERROR: "an empty answer",
    4: "not implemented",
    5: "refused",
    _NOTAUTH: "not its zone",
}
"""What a server that gives no zones answers, by rcode (RFC 5936 section 2.2)."""


def read_zone(answer: ZoneAnswer, zone: str) -> Outcome[tuple[str, ...]]:
    """Return the owner names of a transferred zone, each once, sorted.

    Absent says that the server would not give it, which says nothing about names. A transfer that
    broke off is read as far as it came (see `ZoneAnswer.complete`).
    """
    apex = encode_name(zone)
    owners: set[bytes] = set()
    for message in _messages(answer.wire):
        rcode, records = message[3] & 15, read_records(message)
        if records is None:
            return Unknown(Reason.MALFORMED, f"unreadable message from {answer.address}")
        given = [record for record in records if record.section == 0]
        if not owners and (rcode != NOERROR or not given):
            if said := _REFUSALS.get(rcode):
                return Absent(said)
            return Unknown(Reason.SERVFAIL, f"rcode {rcode} from {answer.address}")
        owners.update(_owners(message, given))
    names = (decode_name(owner) for owner in owners if apex and owner.endswith(apex))
    return Seen(tuple(sorted(name for name in names if name == zone or name.endswith(f".{zone}"))))


def _messages(wire: bytes) -> Iterator[bytes]:
    at = 0
    while at + 2 <= len(wire):
        end = at + 2 + int.from_bytes(wire[at : at + 2], "big")
        if 14 <= end - at <= len(wire) - at:
            yield wire[at + 2 : end]
        at = end


def _owners(message: bytes, records: list[Record]) -> Iterator[bytes]:
    for record in records:
        owner = read_name(message, record.owner)
        if owner is not None:
            yield owner


_CHARGES = "._report._dmarc."
_MOST_CHARGES = 200


def charges(names: tuple[str, ...], zone: str) -> tuple[str, ...]:
    """Return the domains of others on whose mail a zone says that it takes reports, at most 200.

    `vasilek.ru._report._dmarc.romashka.ru` says so of vasilek.ru (RFC 9990; RFC 7489 section 7.1).
    """
    told = (name.partition(_CHARGES) for name in names)
    found = dict.fromkeys(
        domain
        for domain, mark, _ in told
        if mark and "." in domain and not domain.startswith(("*", "_")) and "\\" not in domain
    )
    return tuple(one for one in found if one != zone and not one.endswith(f".{zone}"))[
        :_MOST_CHARGES
    ]


def possible_hosts(names: tuple[str, ...], zone: str) -> tuple[str, ...]:
    """Return those that can be hosts below the zone: no wildcard, no service name, not the apex."""
    return tuple(
        name
        for name in names
        if name != zone
        and not any(label.startswith("_") or label in ("*", "") for label in name.split("."))
        and "\\" not in name
    )
