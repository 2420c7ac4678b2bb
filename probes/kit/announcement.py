"""Which autonomous system announces an address, by Team Cymru's DNS service (origin.asn.cymru.com)."""

from __future__ import annotations

import ipaddress

from msgspec import Struct

from probes.kit.dns import records
from probes.kit.net import Net
from probes.kit.observation import Absent, Reason, Seen, Unknown

_NAME_LENGTH = 200
_NUMBERS = 2**32
"""Of autonomous systems (RFC 6793)."""


class Announcement(Struct, frozen=True):
    """The most exact prefix round an address, and who announces it."""

    asn: int
    prefix: str
    country: str
    """Where the prefix is registered, which is not where the machine stands."""
    name: str
    """The system's name; `AS` and its number where the service did not tell."""


async def announcement(ip: str, net: Net) -> Seen[Announcement] | Absent | Unknown:
    """Return who announces an address; Absent when nobody does (as of private addresses)."""
    answer = await records(net, _question(ip), "TXT")
    if not isinstance(answer, Seen):
        return answer
    rows = [row for row in map(_origin, answer.fact) if row]
    if not rows:
        return Unknown(Reason.UNPARSED, f"origin: {' '.join(answer.fact)[:80]!r}")
    asn, prefix, country = max(rows, key=lambda row: ipaddress.ip_network(row[1]).prefixlen)
    return Seen(Announcement(asn, prefix, country, await _name_of(asn, net)))


def _question(ip: str) -> str:
    address = ipaddress.ip_address(ip)
    reverse, _, _ = address.reverse_pointer.rpartition(
        ".ip6.arpa" if ":" in ip else ".in-addr.arpa"
    )
    return f"{reverse}.origin{'6' if address.version == 6 else ''}.asn.cymru.com"


def _origin(text: str) -> tuple[int, str, str] | None:
    """Read `23028 1234 | 216.90.108.0/24 | US | arin | 1998-09-25`; the first of several AS counts."""
    fields = [field.strip() for field in text.split("|")]
    try:
        asn, prefix = int(fields[0].split()[0]), str(ipaddress.ip_network(fields[1]))
    except (ValueError, IndexError):
        return None
    if not 0 <= asn < _NUMBERS:
        return None
    return asn, prefix, fields[2][:2] if len(fields) > 2 else ""


async def _name_of(asn: int, net: Net) -> str:
    """Read `23028 | US | arin | 2002-01-04 | TEAM-CYMRU, US`."""
    answer = await records(net, f"AS{asn}.asn.cymru.com", "TXT")
    if isinstance(answer, Seen):
        fields = [field.strip() for field in answer.fact[0].split("|")]
        if len(fields) > 4 and fields[4]:
            return fields[4][:_NAME_LENGTH]
    return f"AS{asn}"
