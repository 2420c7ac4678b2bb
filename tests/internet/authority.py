"""The lab's certificate authorities: one root, two issuers, every certificate kept and logged."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ISSUERS = {
    "letsencrypt": ("US", "Let's Encrypt", "E7"),
    "globalsign": ("BE", "GlobalSign nv-sa", "AlphaSSL CA 2026 - G4"),
    "russian": (
        "RU",
        "The Ministry of Digital Development and Communications",
        "Russian Trusted Sub CA",
    ),
}
"""Issuers people know: whether a certificate is paid for is told by its issuer's name."""
STATE = ("RU", "The Ministry of Digital Development and Communications", "Russian Trusted Root CA")
"""A state's root, that ordinary visitors do not trust."""


class Authority:
    """Issues certificates into a folder: `HOST.crt` with its chain, `HOST.key`, and a log of all."""

    def __init__(self, folder: Path, now: datetime) -> None:
        """Make the root and the issuers; `root.pem` is what a visitor trusts."""
        self.folder = folder
        self.now = now.replace(minute=0, second=0, microsecond=0)
        self.log: list[dict[str, object]] = []
        folder.mkdir()
        self._root_key = _new_key()
        self._root = self._authority(("XX", "Miniature Internet", "Root X1"), self._root_key)
        state_key = _new_key()
        state = self._authority(STATE, state_key)
        self.issuers = {}
        for name, subject in ISSUERS.items():
            key = _new_key()
            above = (state_key, state) if name == "russian" else (self._root_key, self._root)
            self.issuers[name] = (key, self._authority(subject, key, *above))
        self.root = folder / "root.pem"
        self.root.write_bytes(_pem(self._root))

    def issue(
        self,
        label: str,
        names: list[str],
        *,
        ago: int = 20,
        days: int = 90,
        issuer: str = "letsencrypt",
        tls: str = "good",
        organisation: str = "",
        seen: str = "",
    ) -> None:
        """Issue a certificate for the names; `tls` is what is wrong with it (see Site.tls).

        `seen` is the only one of the certificate logs' readers that knows of it (see Issued.seen).
        """
        key = _new_key()
        if tls == "expired":
            ago, days = 102, 90
        issuer_key, issuer_certificate = self.issuers[issuer]
        starts = self.now - timedelta(days=ago)
        subject = _subject(names[0], organisation)
        self_signed = tls == "self_signed"
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if self_signed else issuer_certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(starts)
            .not_valid_after(starts + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
            .add_extension(_usage(signs_certificates=False), True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .add_extension(_identifier(key), False)
            .add_extension(_issuer_identifier(key if self_signed else issuer_key), False)
            .sign(key if self_signed else issuer_key, hashes.SHA256())
        )
        chain = _pem(certificate)
        if tls not in {"self_signed", "incomplete"}:
            chain += _pem(issuer_certificate)
        file = label.replace("/", "_").replace("*", "_")
        (self.folder / f"{file}.crt").write_bytes(chain)
        (self.folder / f"{file}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self._remember(label, names, certificate, logged=not self_signed)
        self.log[-1] |= {"organisation": organisation, "seen": seen}

    def save(self) -> None:
        """Write what was issued to `log.json`, for the certificate logs and the tests."""
        (self.folder / "log.json").write_text(json.dumps(self.log, ensure_ascii=False, indent=1))

    def _remember(
        self, label: str, names: list[str], certificate: x509.Certificate, logged: bool
    ) -> None:
        der = certificate.public_bytes(serialization.Encoding.DER)
        self.log.append(
            {
                "id": 9_000_000_000 + len(self.log),
                "label": label,
                "names": names,
                "logged": logged,
                "sha256": hashlib.sha256(der).hexdigest(),
                "tbs_sha256": hashlib.sha256(certificate.tbs_certificate_bytes).hexdigest(),
                "serial": f"{certificate.serial_number:x}",
                "issuer": certificate.issuer.rfc4514_string(
                    {NameOID.COUNTRY_NAME: "C", NameOID.ORGANIZATION_NAME: "O"}
                ),
                "not_before": certificate.not_valid_before_utc.isoformat(),
                "not_after": certificate.not_valid_after_utc.isoformat(),
                "pem": _pem(certificate).decode(),
            }
        )

    def _authority(
        self,
        subject: tuple[str, str, str],
        key: ec.EllipticCurvePrivateKey,
        signer: ec.EllipticCurvePrivateKey | None = None,
        parent: x509.Certificate | None = None,
    ) -> x509.Certificate:
        kinds = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        pairs = zip(kinds, subject, strict=True)
        name = x509.Name([x509.NameAttribute(kind, text) for kind, text in pairs])
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(parent.subject if parent else name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=3000))
            .not_valid_after(self.now + timedelta(days=3000))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .add_extension(_usage(signs_certificates=True), True)
            .add_extension(_identifier(key), False)
            .add_extension(_issuer_identifier(signer or key), False)
            .sign(signer or key, hashes.SHA256())
        )


def now() -> datetime:
    """The moment from which the lab counts all its days."""
    return datetime.now(UTC)


def _subject(name: str, organisation: str) -> x509.Name:
    """Whom a certificate is for: a bare name, or an organisation that was checked."""
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organisation:
        country = x509.NameAttribute(NameOID.COUNTRY_NAME, "RU")
        parts = [country, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), *parts]
    return x509.Name(parts)


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _identifier(key: ec.EllipticCurvePrivateKey) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key())


def _issuer_identifier(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
