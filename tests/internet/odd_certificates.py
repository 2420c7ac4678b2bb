"""Certificates that no authority should issue: giant, empty, negative, from beyond time, with payloads."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

from tests.internet.domains import Domain
from tests.internet.peers.hostile_pages import IMAGE, SCRIPT

_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")


class Odd(Struct, frozen=True, kw_only=True):
    """What is odd about a certificate; the rest of it is as usual."""

    names: Callable[[str], list[str]] = lambda own: [own, f"www.{own}"]
    """Makes its names of the domain's."""
    subject: x509.Name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "zlo")])
    issuer: x509.Name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Zlo CA")])
    serial: bytes = b"\x01\x02\x03"
    version: int = 3
    starts: bytes = b"20260101000000Z"
    ends: bytes = b"20991231235959Z"


def _name(text: str, oid: x509.ObjectIdentifier = NameOID.COMMON_NAME) -> x509.Name:
    """A name that breaks the length that RFC 5280 allows, if need be."""
    return x509.Name([x509.NameAttribute(oid, text, _validate=False)])


ODD: dict[str, Odd] = {
    "two_thousand_names": Odd(names=lambda own: [own, *(f"n{n}.{own}" for n in range(2_000))]),
    "hundred_kilobytes": Odd(names=lambda own: [own, *(f"n{n:030}.{own}" for n in range(2_700))]),
    "negative_serial": Odd(serial=b"\xff\x01"),
    "zero_serial": Odd(serial=b"\0"),
    "giant_serial": Odd(serial=b"\x7f" * 5_000),
    "first_version": Odd(version=1),
    "empty_subject": Odd(subject=x509.Name([])),
    "year_9999": Odd(ends=b"99991231235959Z"),
    "before_the_epoch": Odd(starts=b"00010101000000Z", ends=b"19490101000000Z"),
    "no_such_day": Odd(ends=b"20260231256199Z"),
    "subject_script": Odd(subject=_name(SCRIPT)),
    "issuer_script": Odd(issuer=_name(IMAGE, NameOID.ORGANIZATION_NAME)),
    "names_script": Odd(
        names=lambda own: [own, f"{SCRIPT}.{own}", f'"onclick="zlo.{own}', f"../../zlo.{own}"]
    ),
    "names_odd": Odd(
        names=lambda own: [own, "*", "", ".", "..", "127.0.0.1", "a\x00.ru", "*.*.ru", "z" * 3_000]
    ),
    "names_of_strangers": Odd(
        names=lambda own: [own, "romashka-lab.ru", "polyana-les.ru", "yandex.net", "timeweb.ru"]
    ),
    "giant_issuer": Odd(issuer=_name("zlo" * 20_000, NameOID.ORGANIZATION_NAME)),
}


def made(own: str, odd: Odd) -> tuple[bytes, ec.EllipticCurvePrivateKey]:
    """A certificate (DER) for a domain and its key, signed by nobody we know."""
    key = ec.generate_private_key(ec.SECP256R1())
    body = _body(own, odd, key)
    signature = key.sign(body, ec.ECDSA(hashes.SHA256()))
    return _tlv(0x30, body + _ECDSA_SHA256 + _tlv(0x03, b"\0" + signature)), key


def issue(folder: Path, domain: Domain, odd: Odd) -> None:
    """Write `DOMAIN.crt` and `DOMAIN.key` into the folder."""
    certificate, key = made(domain.name, odd)
    (folder / f"{domain.name}.crt").write_bytes(_pem(certificate))
    (folder / f"{domain.name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _body(own: str, odd: Odd, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The part that is signed (RFC 5280 4.1), built by hand: no library makes such things."""
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    parts = [
        _tlv(0x02, odd.serial),
        _ECDSA_SHA256,
        odd.issuer.public_bytes(),
        _tlv(0x30, _tlv(0x18, odd.starts) + _tlv(0x18, odd.ends)),
        odd.subject.public_bytes(),
        public,
    ]
    if odd.version == 3:
        names = b"".join(_tlv(0x82, name.encode("latin-1")) for name in odd.names(own))
        extension = _tlv(0x30, bytes.fromhex("0603551d11") + _tlv(0x04, _tlv(0x30, names)))
        parts = [_tlv(0xA0, b"\x02\x01\x02"), *parts, _tlv(0xA3, _tlv(0x30, extension))]
    return _tlv(0x30, b"".join(parts))


def _tlv(tag: int, value: bytes) -> bytes:
    size = len(value)
    if size < 0x80:
        return bytes([tag, size]) + value
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + value


def _pem(der: bytes) -> bytes:
    text = base64.encodebytes(der)
    return b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n"
