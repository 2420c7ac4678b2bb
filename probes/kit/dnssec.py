"""Whether a zone's signatures hold: its DS records, keys and signatures put together (RFC 4034, 4035).

Pure, and independent of the hour: signatures are verified as of a moment within their own term, and
their first and last moments are told, so that whoever judges compares them with his own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import dns.dnssec
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from msgspec import Struct

from probes.kit.observation import Absent, Outcome, Reason, Seen, Unknown

_MOST_RECORDS = 8
_MOST_SIGNATURES = 4
"""Keys, DS records and signatures that are read: each key may have to be tried at each signature."""
_WEAK = frozenset({1, 3, 5, 6, 7, 12})
"""RSA/MD5, DSA, RSA/SHA-1 and GOST: not to be used for signing (RFC 8624 section 3.1, RFC 9905)."""
_WEAK_DIGESTS = frozenset({1, 3})
"""SHA-1 and GOST (RFC 8624 section 3.3, RFC 9905)."""
_RSA = frozenset({1, 5, 7, 8, 10})
_UNSUPPORTED: type[Exception] = vars(dns.dnssec)["UnsupportedAlgorithm"]
_ZONE_KEY, _REVOKED = 0x0100, 0x0080


class ZoneKey(Struct, frozen=True, order=True):
    """One DNSKEY of a zone."""

    tag: int
    algorithm: int
    bits: int
    """Of an RSA modulus; 0 for other algorithms, whose keys have one length each."""

    @property
    def weak(self) -> bool:
        """True for an algorithm that nobody should sign with any more."""
        return self.algorithm in _WEAK


class DelegationSigner(Struct, frozen=True, order=True):
    """One DS record that the parent zone holds."""

    tag: int
    algorithm: int
    digest: int
    """The number of its hash: 1 is SHA-1, 2 SHA-256, 4 SHA-384."""
    matches: bool
    """True when it is the digest of a key that the zone has."""

    @property
    def weak(self) -> bool:
        """True for a hash that nobody should use any more."""
        return self.digest in _WEAK_DIGESTS


class Signature(Struct, frozen=True, order=True):
    """One RRSIG, and whether a key of the zone made it; its term is for the reader to compare."""

    covers: str
    """DNSKEY or SOA."""
    tag: int
    starts: datetime
    ends: datetime
    verifies: bool | None
    """None where its algorithm is one that we cannot compute."""
    by_ds: bool = False
    """True when the key that made it is one that the parent points to."""


class SignedSet(Struct, frozen=True):
    """What one server gave for one type: the records, and the signatures beside them."""

    records: tuple[Any, ...]
    signatures: tuple[Any, ...]


def read_signed(wire: bytes, zone: str, type: str) -> Outcome[SignedSet]:
    """Read a name server's answer for its zone's apex. Absent needs its authority and no records."""
    try:
        message = dns.message.from_wire(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError) as error:
        return Unknown(Reason.MALFORMED, f"unreadable answer: {error.__class__.__name__}")
    if message.rcode() != 0:
        return Unknown(Reason.MALFORMED, f"rcode {int(message.rcode())}")
    if not int(message.flags) & int(dns.flags.AA):
        return Unknown(Reason.MALFORMED, "an answer without authority")
    owner, wanted = dns.name.from_text(zone), dns.rdatatype.from_text(type)
    records = _of(message.answer, owner, wanted, dns.rdatatype.NONE)
    if not records:
        return Absent("NODATA")
    signatures = _of(message.answer, owner, dns.rdatatype.RRSIG, wanted)
    return Seen(SignedSet(records[:_MOST_RECORDS], signatures[:_MOST_SIGNATURES]))


def keys_of(answer: SignedSet) -> tuple[ZoneKey, ...]:
    """Return the zone's keys that may sign; revoked ones and those that are no zone keys left out."""
    return tuple(sorted(_zone_key(key) for key in answer.records if _signs(key)))


def signers_of(
    texts: Iterable[str], zone: str, keys: SignedSet | None
) -> tuple[DelegationSigner, ...]:
    """Read DS records as text, and say which of them is the digest of one of the zone's keys."""
    owner = dns.name.from_text(zone)
    found: list[DelegationSigner] = []
    for text in list(texts)[:_MOST_RECORDS]:
        parts = text.split()
        if len(parts) < 4 or not all(part.isdigit() for part in parts[:3]):
            continue
        tag, algorithm, digest = (int(part) for part in parts[:3])
        wanted = "".join(parts[3:]).lower()
        same = any(
            _digest(owner, key, digest) == wanted
            for key in (keys.records if keys else ())
            if _signs(key) and key.algorithm == algorithm and dns.dnssec.key_id(key) == tag
        )
        found.append(DelegationSigner(tag, algorithm, digest, same))
    return tuple(found)


def verified(
    answer: SignedSet,
    zone: str,
    type: str,
    keys: SignedSet,
    signers: Iterable[DelegationSigner] = (),
) -> tuple[Signature, ...]:
    """Return the signatures over an answer, each with whether one of the zone's keys made it."""
    owner = dns.name.from_text(zone)
    named = {(one.tag, int(one.algorithm)) for one in signers if one.matches}
    found = []
    for one in answer.signatures:
        found.append(
            Signature(
                covers=type,
                tag=one.key_tag,
                starts=datetime.fromtimestamp(one.inception, UTC),
                ends=datetime.fromtimestamp(one.expiration, UTC),
                verifies=_made_by_zone(answer, one, owner, keys),
                by_ds=(one.key_tag, int(one.algorithm)) in named,
            )
        )
    return tuple(sorted(found))


def iterations_of(wire: bytes, zone: str) -> int | None:
    """Return the extra iterations of the zone's NSEC3 (RFC 9276); None without NSEC3PARAM to be read."""
    match read_signed(wire, zone, "NSEC3PARAM"):
        case Seen(answer):
            return max(int(one.iterations) for one in answer.records)
    return None


def _of(
    section: list[dns.rrset.RRset], owner: dns.name.Name, type: Any, covers: Any
) -> tuple[Any, ...]:
    return tuple(
        record
        for found in section
        if found.name == owner and found.rdtype == type and found.covers == covers
        and found.rdclass == dns.rdataclass.IN
        for record in found
    )  # fmt: skip


def _signs(key: Any) -> bool:
    return bool(key.flags & _ZONE_KEY) and not key.flags & _REVOKED and key.protocol == 3


def _zone_key(key: Any) -> ZoneKey:
    return ZoneKey(dns.dnssec.key_id(key), int(key.algorithm), _rsa_bits(key))


def _rsa_bits(key: Any) -> int:
    """The length of the modulus behind the exponent (RFC 3110 section 2)."""
    if int(key.algorithm) not in _RSA or len(key.key) < 4:
        return 0
    first = key.key[0]
    skip = 1 + first if first else 3 + int.from_bytes(key.key[1:3])
    modulus = key.key[skip:].lstrip(b"\0")
    return modulus[0].bit_length() + 8 * (len(modulus) - 1) if modulus else 0


def _digest(owner: dns.name.Name, key: Any, digest: int) -> str:
    names = {1: "SHA1", 2: "SHA256", 4: "SHA384"}
    if digest not in names:
        return ""
    try:
        made = dns.dnssec.make_ds(
            owner, key, names[digest], policy=dns.dnssec.allow_all_policy, validating=True
        )
    except (dns.exception.DNSException, ValueError):
        return ""
    return str(made.digest.hex())


def _made_by_zone(
    answer: SignedSet, signature: Any, owner: dns.name.Name, keys: SignedSet
) -> bool | None:
    rrset = dns.rrset.from_rdata_list(owner, signature.original_ttl, list(answer.records))
    able = [key for key in keys.records if _signs(key)]
    if not able:
        return False
    try:
        dns.dnssec.validate_rrsig(
            rrset,
            signature,
            {owner: dns.rrset.from_rdata_list(owner, 0, able)},
            now=signature.inception,
            policy=dns.dnssec.allow_all_policy,
        )
    except _UNSUPPORTED:
        return None
    except (dns.exception.DNSException, ValueError):
        return False
    return True
