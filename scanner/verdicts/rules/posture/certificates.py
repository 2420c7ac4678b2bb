"""Whether a served certificate is strong enough, and not good for longer than browsers take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from probes.tls_certificate import ServedCertificate, Trust
from scanner.assets import Kind
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule
from scanner.verdicts.shown_certificate import shown
from scanner.verdicts.verdict import Finding

_LEAST_BITS = {"RSA": 2048, "DSA": 2048, "EC": 224}
_BROKEN_HASHES = frozenset({"md2", "md4", "md5", "sha1"})
_LONGEST = (
    (datetime(2027, 3, 15, tzinfo=UTC), timedelta(days=100)),
    (datetime(2026, 3, 15, tzinfo=UTC), timedelta(days=200)),
    (datetime(2020, 9, 1, tzinfo=UTC), timedelta(days=398)),
)
"""Issued from which moment on, for how long at most (CA/Browser Forum, Baseline Requirements 6.3.2)."""


@posture_rule(
    id="certificates",
    sentence="A key under 2048 bits (EC: 224) or a SHA-1 signature can be forged; too long a term is refused.",
    authority="CA/Browser Forum, Baseline Requirements 6.1.5, 6.3.2, 7.1.3; TLS-05, TLS-06",
    kinds=(Kind.CERTIFICATE,),
    says=("certificate_weak_key", "certificate_weak_signature", "certificate_long_lived"),
)
def certificates(dossier: Dossier) -> Iterator[Finding]:
    """Judge the certificate once, wherever it is shown."""
    for host, served, sighting in shown(dossier):
        if is_weak_key(served.key):
            yield fault("certificate_weak_key", sighting, host=host, key=served.key)
        if served.signature in _BROKEN_HASHES:
            told = {"host": host, "hash": served.signature.upper()}
            yield fault("certificate_weak_signature", sighting, **told)
        days = (served.not_after - served.not_before).days
        if _is_public(served) and _too_long(served):
            yield fault("certificate_long_lived", sighting, host=host, days=days)
        return


def is_weak_key(key: str) -> bool:
    """Say whether a key, written `RSA 1024` or `EC secp192r1`, is too short to be trusted."""
    kind, _, size = key.partition(" ")
    digits = "".join(filter(str.isdigit, size[:12])) if kind != "EC" else _curve_bits(size)
    return kind in _LEAST_BITS and digits.isdigit() and int(digits) < _LEAST_BITS[kind]


def _curve_bits(curve: str) -> str:
    """`secp192r1` gives 192: the first number of a curve's name is its length."""
    start = next((at for at, letter in enumerate(curve) if letter.isdigit()), len(curve))
    end = next(
        (at for at, letter in enumerate(curve[start:], start) if not letter.isdigit()), len(curve)
    )
    return curve[start:end]


def _is_public(served: ServedCertificate) -> bool:
    return served.trust in (Trust.TRUSTED, Trust.EXPIRED, Trust.WRONG_NAME)


def _too_long(served: ServedCertificate) -> bool:
    for since, longest in _LONGEST:
        if served.not_before >= since:
            # A day of grace: the last second counts, and some count it twice.
            return served.not_after - served.not_before > longest + timedelta(days=1)
    return False
