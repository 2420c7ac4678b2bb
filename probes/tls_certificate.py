"""The certificate that a TLS endpoint shows for its own name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from probes.kit.absence import absence
from probes.kit.certificate import read_certificate
from probes.kit.declare import Reach, probe
from probes.kit.net import Net, NetTrouble, TlsQuestion
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.target import Endpoint, Host


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
    unreadable: tuple[str, ...] = ()
    """Fields of an odd certificate that could not be read; they are empty for that reason alone."""
    signature: str = ""
    """The hash it was signed with, such as sha256; empty when not known."""

    def mentions(self) -> Iterator[Mention]:
        """Every host the certificate names."""
        for name in self.names:
            try:
                yield Mention(Host.of(name.removeprefix("*.")), "named_in_certificate_of")
            except ValueError:
                continue


@probe(reach=Reach.VISIT, patience=timedelta(seconds=20))
async def tls_certificate(
    endpoint: Endpoint, net: Net
) -> Seen[ServedCertificate] | Absent | Unknown:
    """Take the certificate an endpoint shows for its name, and say whether a visitor would trust it."""
    try:
        handshake = await net.ask(TlsQuestion(endpoint.name, endpoint.port, endpoint.starttls))
    except NetTrouble as trouble:
        stated = absence(trouble)
        if stated is None:
            raise
        return stated
    if not handshake.chain:
        return Unknown(Reason.MALFORMED, "a handshake without a certificate")
    try:
        leaf = read_certificate(handshake.chain[0])
    except ValueError as error:
        return Unknown(Reason.UNPARSED, str(error))
    return Seen(
        ServedCertificate(
            sha256=leaf.sha256,
            serial=leaf.serial,
            subject=leaf.subject,
            organisation=leaf.organisation,
            issuer=leaf.issuer,
            names=leaf.names,
            name_count=leaf.name_count,
            not_before=leaf.not_before,
            not_after=leaf.not_after,
            key=leaf.key,
            trust=Trust(handshake.trust),
            automated=leaf.automated,
            tls_version=handshake.version,
            address=handshake.address,
            unreadable=leaf.unreadable,
            signature=leaf.signature,
        )
    )
