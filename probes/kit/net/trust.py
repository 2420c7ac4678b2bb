"""Judging a certificate chain: the trust store, and what exactly is wrong with a chain."""

from __future__ import annotations

import ipaddress
import ssl
import warnings
from collections import OrderedDict
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

# What a foreign certificate can make the library raise, beside VerificationError.
ODD = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    InvalidSignature,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_REMEMBERED = 2048
"""Verdicts and paths; each belongs to its minute, and nobody asks for an old one."""
_ORDINARY = 8192
"""Octets of a certificate up to which it is remembered."""


class TrustVerdict(StrEnum):
    """How a chain stands. The first of these that applies, in this order, is the verdict."""

    UNREADABLE = "unreadable"
    TRUSTED = "trusted"
    SELF_SIGNED = "self_signed"
    WRONG_NAME = "wrong_name"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    INCOMPLETE = (
        "incomplete"  # the server sent nothing but its own certificate, and that is too little
    )
    UNTRUSTED = "untrusted"


class _Chain(NamedTuple):
    """A chain whose leaf can be read; what cannot be read between is left out."""

    digest: bytes
    """Of the whole chain as sent."""
    leaf: x509.Certificate
    between: list[x509.Certificate]

    @classmethod
    def of(cls, ders: tuple[bytes, ...], digest: bytes) -> _Chain | None:
        leaf = _read(ders[0]) if ders else None
        if leaf is None:
            return None
        return cls(digest, leaf, [one for one in map(_read, ders[1:]) if one])


class TrustStore:
    """The certificates that chains must end in: certifi's, or those of a file the operator named."""

    def __init__(self, path: str, anchors: list[x509.Certificate]) -> None:
        self.path = path
        self._store = Store(anchors)
        self._verdicts: OrderedDict[tuple[bytes, str, int], TrustVerdict] = OrderedDict()
        self._paths: OrderedDict[tuple[bytes, int], bool] = OrderedDict()

    @classmethod
    def load(cls, path: str | None = None) -> TrustStore:
        """Read a PEM file (certifi's without `path`); raise OSError or ValueError for a bad one."""
        chosen = path or certifi.where()
        anchors = [one for one in map(_anchor, _pem_blocks(Path(chosen).read_bytes())) if one]
        if not anchors:
            raise ValueError(f"no certificate in {chosen}")
        return cls(chosen, anchors)

    def context(self) -> ssl.SSLContext:
        """Return a new context that trusts the same certificates (costs some 25 ms)."""
        return ssl.create_default_context(cafile=self.path)

    def verify(self, chain: tuple[bytes, ...], name: str, at: datetime) -> TrustVerdict:
        """Judge a chain (DER, leaf first) for a host name or address at a moment (UTC).

        The same chain, name and minute are judged once.
        """
        digest = sha256(b"".join(sha256(der).digest() for der in chain)).digest()
        key = (digest, name, int(at.timestamp()) // 60)
        if key not in self._verdicts:
            self._verdicts[key] = self._judge(_Chain.of(chain, digest), name, at)
            if len(self._verdicts) > _REMEMBERED:
                self._verdicts.popitem(last=False)
        return self._verdicts[key]

    def _judge(self, chain: _Chain | None, name: str, at: datetime) -> TrustVerdict:
        if chain is None:
            return TrustVerdict.UNREADABLE
        leaf = chain.leaf
        try:
            covered = _covers(leaf, name)
            if covered and self._leads_here(chain, at):
                return TrustVerdict.TRUSTED
            if _signs_itself(leaf):
                return TrustVerdict.SELF_SIGNED
            if not covered:
                return TrustVerdict.WRONG_NAME
            if at > leaf.not_valid_after_utc:
                return TrustVerdict.EXPIRED
            if at < leaf.not_valid_before_utc:
                return TrustVerdict.NOT_YET_VALID
            return self._why_not(chain, at)
        except ODD:
            return TrustVerdict.UNREADABLE

    def _why_not(self, chain: _Chain, at: datetime) -> TrustVerdict:
        leaf = chain.leaf
        ends = [one.not_valid_after_utc for one in chain.between]
        stale = [end for end in ends if end < at]
        if stale and self._leads_here(chain, max(min(stale), leaf.not_valid_before_utc)):
            return TrustVerdict.EXPIRED
        if not any(one.subject == leaf.issuer for one in chain.between):
            return TrustVerdict.INCOMPLETE
        return TrustVerdict.UNTRUSTED

    def _leads_here(self, chain: _Chain, at: datetime) -> bool:
        """Say whether a path leads from the leaf to the store; the leaf's name is not the question.

        An apex and its www show one chain: it is verified once a minute.
        """
        key = (chain.digest, int(at.timestamp()) // 60)
        if key not in self._paths:
            self._paths[key] = self._verifies(chain.leaf, chain.between, at)
            if len(self._paths) > _REMEMBERED:
                self._paths.popitem(last=False)
        return self._paths[key]

    def _verifies(
        self, leaf: x509.Certificate, between: list[x509.Certificate], at: datetime
    ) -> bool:
        subject = _some_subject(leaf)
        if subject is None:
            return False
        policy = PolicyBuilder().store(self._store).time(at)
        policy = policy.extension_policies(ca_policy=_CA, ee_policy=_LEAF)
        try:
            policy.build_server_verifier(subject).verify(leaf, between)
        except (VerificationError, *ODD):
            return False
        return True


def covers(certificate: x509.Certificate, name: str) -> bool:
    """Say whether a certificate is good for a name or address (RFC 9525: SAN only)."""
    try:
        return _covers(certificate, name)
    except ODD:
        return False


def _covers(leaf: x509.Certificate, name: str) -> bool:
    names = _names(leaf)
    if names is None:
        return False
    address = _address(name)
    if address is not None:
        return address in names.get_values_for_type(x509.IPAddress)
    wanted = name.rstrip(".").lower()
    parent = wanted.partition(".")[2]
    given = {one.rstrip(".").lower() for one in names.get_values_for_type(x509.DNSName)}
    # A star stands for exactly one whole label, and never right above a top-level domain.
    return wanted in given or ("." in parent and f"*.{parent}" in given)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address a name is; a host name never ends in a digit (RFC 3696 section 2)."""
    if ":" not in name and not name[-1:].isdigit():
        return None
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _names(leaf: x509.Certificate) -> x509.SubjectAlternativeName | None:
    try:
        return leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None


def _some_subject(leaf: x509.Certificate) -> x509.DNSName | x509.IPAddress | None:
    """A name of the leaf's own that the verifier accepts: it judges no chain without a name."""
    names = _names(leaf)
    if names is None:
        return None
    for name in names.get_values_for_type(x509.DNSName):
        plain = f"star{name[1:]}" if name.startswith("*.") else name
        # The verifier's own idea of a host name has no underscores.
        if set(plain) <= _LETTERS:
            return x509.DNSName(plain)
    addresses = names.get_values_for_type(x509.IPAddress)
    return x509.IPAddress(addresses[0]) if addresses else None


def _signs_itself(leaf: x509.Certificate) -> bool:
    if leaf.subject != leaf.issuer:
        return False
    try:
        leaf.verify_directly_issued_by(leaf)
    except ODD:
        return False
    return True


def load_certificate(der: bytes) -> x509.Certificate:
    """Take a certificate apart; raise one of ODD when it is none. Odd serial numbers are let pass.

    The same one is parsed once while it is in use: an issuer is behind thousands of sites, and a
    leaf is judged, read, and met again at `www`.
    """
    return _loaded_lately(der) if len(der) <= _ORDINARY else _load(der)


def _load(der: bytes) -> x509.Certificate:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return x509.load_der_x509_certificate(der)


_loaded_lately = lru_cache(maxsize=256)(_load)


def _read(der: bytes) -> x509.Certificate | None:
    try:
        certificate = load_certificate(der)
    except ODD:
        return None
    # A signature is whole octets (RFC 5280, 4.1.1.3); the library takes one that names unused bits.
    return certificate if der.endswith(b"\0" + certificate.signature) else None


def _anchor(pem: bytes) -> x509.Certificate | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        try:
            return x509.load_pem_x509_certificate(pem)
        except ODD:
            return None


def _pem_blocks(text: bytes) -> list[bytes]:
    end = b"-----END CERTIFICATE-----"
    begin = b"-----BEGIN CERTIFICATE-----"
    blocks = (part.rpartition(begin) for part in text.split(end))
    return [begin + body + end for _, found, body in blocks if found]


def _may_sign(_policy: Policy, _cert: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("this certificate may not sign others")


def _may_serve(_p: Policy, _cert: x509.Certificate, usage: x509.ExtendedKeyUsage | None) -> None:
    if usage is not None and not {
        ExtendedKeyUsageOID.SERVER_AUTH,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    } & set(usage):
        raise ValueError("this certificate is not for servers")


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")
# As browsers and OpenSSL judge: the library's own profile also refuses chains for formal omissions
# (no authority key identifier, for one) that no visitor would ever notice.
_CA = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
)
_LEAF = (
    ExtensionPolicy.permit_all()
    .require_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _may_serve)
)
