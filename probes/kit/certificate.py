"""Reads an X.509 certificate field by field: an odd one still tells what can be read."""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Final, TypeVar

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID
from msgspec import Struct

from probes.kit.net.trust import ODD, load_certificate

T = TypeVar("T")

MOST_NAMES: Final = 200
_TEXT_LENGTH: Final = 200
_ORDINARY: Final = 8192
"""Octets of a certificate up to which what it says is remembered."""


class Certificate(Struct, frozen=True):
    """The fields of one certificate. Texts are at most 200 characters."""

    sha256: str
    serial: str
    subject: str
    organisation: str
    issuer: str
    names: tuple[str, ...]
    name_count: int
    not_before: datetime
    not_after: datetime
    key: str
    automated: bool
    signature: str
    """The hash it was signed with, such as sha256; empty for schemes that bring their own."""
    unreadable: tuple[str, ...]
    """Fields that could not be read; they are empty for that reason alone."""


class _Issuer(Struct, frozen=True, forbid_unknown_fields=True):
    organisation: str
    common_name: str
    source: str
    source_date: date


def read_certificate(der: bytes) -> Certificate:
    """Read a certificate; raise ValueError when it is none, or has no readable dates."""
    return _read_lately(der) if len(der) <= _ORDINARY else _read(der)


def _read(der: bytes) -> Certificate:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        try:
            leaf = load_certificate(der)
            not_before, not_after = leaf.not_valid_before_utc, leaf.not_valid_after_utc
        except ODD as error:
            raise ValueError(f"not a readable certificate: {error}"[:_TEXT_LENGTH]) from error
        return _fields(der, leaf, not_before, not_after)


# An apex and its www show one certificate.
_read_lately = lru_cache(maxsize=256)(_read)


def _fields(
    der: bytes, leaf: x509.Certificate, not_before: datetime, not_after: datetime
) -> Certificate:
    unreadable: list[str] = []

    def field(name: str, value: Callable[[], T], otherwise: T) -> T:
        try:
            return value()
        except ODD:
            unreadable.append(name)
            return otherwise

    organisation, common_name = field("issuer", lambda: _issuer_of(leaf), ("", ""))
    no_names: tuple[str, ...] = ()
    names = field("names", lambda: _dns_names(leaf), no_names)
    return Certificate(
        sha256=sha256(der).hexdigest(),
        serial=field("serial", lambda: f"{leaf.serial_number:x}", ""),
        subject=field("subject", lambda: _said(leaf.subject, NameOID.COMMON_NAME), ""),
        organisation=field(
            "organisation", lambda: _said(leaf.subject, NameOID.ORGANIZATION_NAME), ""
        ),
        issuer=organisation or common_name,
        names=names[:MOST_NAMES],
        name_count=len(names),
        not_before=not_before,
        not_after=not_after,
        key=field("key", lambda: _key(leaf), ""),
        automated=is_automatic(organisation, common_name),
        signature=field("signature", lambda: _hash(leaf), ""),
        unreadable=tuple(unreadable),
    )


def _issuer_of(leaf: x509.Certificate) -> tuple[str, str]:
    issuer = leaf.issuer
    return _said(issuer, NameOID.ORGANIZATION_NAME), _said(issuer, NameOID.COMMON_NAME)


def _said(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    for attribute in name.get_attributes_for_oid(oid):
        if isinstance(attribute.value, str):
            return " ".join(attribute.value.split())[:_TEXT_LENGTH]
    return ""


def _dns_names(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    given = extension.value.get_values_for_type(x509.DNSName)
    return tuple(dict.fromkeys(name.rstrip(".").lower()[:253] for name in given if name))


def _hash(leaf: x509.Certificate) -> str:
    algorithm = leaf.signature_hash_algorithm
    return algorithm.name if algorithm else ""


def _key(leaf: x509.Certificate) -> str:
    match leaf.public_key():
        case rsa.RSAPublicKey() as key:
            return f"RSA {key.key_size}"
        case ec.EllipticCurvePublicKey() as key:
            return f"EC {key.curve.name}"
        case dsa.DSAPublicKey() as key:
            return f"DSA {key.key_size}"
        case other:
            return type(other).__name__.removeprefix("_").removesuffix("PublicKey")


def is_automatic(organisation: str, common_name: str) -> bool:
    """Say whether an issuer, by both its names, is in our list of automatic, free ones."""
    said, called = organisation.lower(), common_name.lower()
    return bool(said) and any(
        said.startswith(one.organisation) and called.startswith(one.common_name)
        for one in automatic_issuers()
    )


@cache
def automatic_issuers() -> tuple[_Issuer, ...]:
    """Return the issuers of automatic certificates; a mistake in the data raises."""
    raw = files("probes.kit").joinpath("data/certificate_issuers.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(raw)["issuers"], tuple[_Issuer, ...])
