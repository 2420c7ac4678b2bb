"""The certificate that a TLS endpoint shows for its own name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from probes.kit.observation import Mention
from probes.kit.target import Host


class Trust(StrEnum):
    """How the chain stands against the trust store at the moment of the look."""

    TRUSTED = "trusted"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_NAME = "wrong_name"
    SELF_SIGNED = "self_signed"
    INCOMPLETE = "incomplete"
    UNTRUSTED = "untrusted"
    UNREADABLE = "unreadable"


class ServedCertificate(Struct, frozen=True):
    """A leaf certificate as served. Absent("no listener") when the port resets every connection."""

    sha256: str
    """Hex digest of the certificate: its identity."""
    serial: str
    subject: str
    """Common name, or empty."""
    organisation: str
    """Subject organisation (OV and EV certificates), or empty."""
    issuer: str
    """Organisation of the issuer, its common name where there is none."""
    names: tuple[str, ...]
    """DNS names it is good for, wildcards as written, at most 200."""
    name_count: int
    not_before: datetime
    not_after: datetime
    key: str
    """`RSA 2048`, `EC secp256r1` …"""
    trust: Trust
    automated: bool
    """True when the issuer is an automatic, free one (ACME)."""
    tls_version: str
    address: str

    def mentions(self) -> Iterator[Mention]:
        """Every host the certificate names."""
        for name in self.names:
            try:
                yield Mention(Host.of(name.removeprefix("*.")), "named_in_certificate_of")
            except ValueError:
                continue
