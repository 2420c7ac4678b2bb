"""Public keys of mail signers as zones publish them (DKIM, RFC 6376 section 3.6.1, 8301, 8463). Pure."""

from __future__ import annotations

import binascii
from base64 import b64decode
from hashlib import sha256

from msgspec import Struct

from probes.kit.tag_list import read_tags

LEAST_BITS = 1024
"""Shorter RSA keys must not be used and are not believed (RFC 8301 section 3.2)."""
GOOD_BITS = 2048
_ED25519_OCTETS = 32
_LONGEST_KEY = 4096
"""Characters; an RSA key of 16,384 bits is shorter."""


class DkimKey(Struct, frozen=True):
    """One key record, valid or not."""

    kind: str
    """rsa, ed25519, or another word that the record says."""
    bits: int
    """Length of an RSA key, 256 for ed25519; 0 where there is none to read."""
    revoked: bool = False
    """`p=` with nothing: mail signed with it is to be taken as unsigned."""
    testing: bool = False
    """`t=y`: receivers treat signed mail as unsigned."""
    errors: tuple[str, ...] = ()
    """Codes: version, key, kind, hash, service, broken, repeated. With one of them receivers ignore it."""

    @property
    def usable(self) -> bool:
        """True when a receiver would verify mail with it."""
        strong = self.kind != "rsa" or self.bits >= LEAST_BITS
        return not self.errors and not self.revoked and strong


def is_key(text: str) -> bool:
    """Say whether a TXT record below `_domainkey` is a key record: it has `p`, or says `v=DKIM1`."""
    tags = read_tags(text, fold=False)
    return tags.get("p") is not None or tags.get("v") == "DKIM1"


def read_key(text: str) -> DkimKey:
    """Take a key record apart; unknown tags say nothing."""
    tags = read_tags(text, fold=False)
    errors = [*(("broken",) if tags.broken else ()), *(("repeated",) if tags.repeated else ())]
    version = tags.get("v")
    if version is not None and (version != "DKIM1" or tags.first != "v"):
        errors.append("version")
    kind = (tags.get("k") or "rsa").lower()
    hashes = tags.get("h")
    if hashes is not None and "sha256" not in _words(hashes):
        errors.append("hash")  # sha1 alone: RFC 8301 section 3.1
    services = tags.get("s")
    if services is not None and not {"*", "email"} & set(_words(services)):
        errors.append("service")
    flags = _words(tags.get("t") or "")
    data = tags.get("p")
    if data == "":
        return DkimKey(kind, 0, revoked=True, testing="y" in flags, errors=tuple(errors))
    bits = _bits(kind, data) if data is not None else 0
    if kind not in ("rsa", "ed25519"):
        errors.append("kind")
    elif not bits:
        errors.append("key")
    return DkimKey(kind, bits, testing="y" in flags, errors=tuple(errors))


def digest_of(text: str) -> str:
    """Return the first 32 hex digits of the SHA-256 of the key that a record holds; empty without one."""
    data = "".join((read_tags(text, fold=False).get("p") or "").split())
    return sha256(data.encode()).hexdigest()[:32] if data else ""


def _words(text: str) -> list[str]:
    return [word.strip().lower() for word in text.split(":")]


def _bits(kind: str, data: str) -> int:
    try:
        raw = b64decode("".join(data.split())[:_LONGEST_KEY], validate=True)
    except (binascii.Error, ValueError):
        return 0
    if kind == "ed25519":
        return 256 if len(raw) == _ED25519_OCTETS else 0
    return _rsa_bits(raw) if kind == "rsa" else 0


def _rsa_bits(raw: bytes) -> int:
    """The length of an RSA modulus by the DER around it: wrapped (RFC 5280) or bare (RFC 8017).

    A library refuses keys that it finds too short, and those are what is looked for.
    """
    at = 0
    for _ in range(5):  # sequence, algorithm, bit string, sequence, modulus
        head = _head(raw, at)
        if head is None:
            return 0
        tag, start, length = head
        if tag == 0x02:
            number = raw[start : start + length].lstrip(b"\0")
            whole = number and start + length <= len(raw)
            return number[0].bit_length() + 8 * (len(number) - 1) if whole else 0
        is_algorithm = tag == 0x30 and raw[start : start + 1] == b"\x06"
        at = start + (length if is_algorithm else tag == 0x03)
    return 0


def _head(raw: bytes, at: int) -> tuple[int, int, int] | None:
    """Tag, where the content begins, and its length; None where that cannot be read."""
    if at + 2 > len(raw):
        return None
    tag, first = raw[at], raw[at + 1]
    if first < 0x80:
        return tag, at + 2, first
    count = first & 0x7F
    if not 0 < count <= 2 or at + 2 + count > len(raw):
        return None
    return tag, at + 2 + count, int.from_bytes(raw[at + 2 : at + 2 + count])
