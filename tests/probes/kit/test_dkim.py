"""Key records of mail signers: RFC 6376 section 3.6.1, RFC 8301, RFC 8463."""

from __future__ import annotations

from base64 import b64encode
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as some

from probes.kit.dkim import DkimKey, is_key, read_key


@cache
def rsa_key(bits, wrapped=True):
    form = PublicFormat.SubjectPublicKeyInfo if wrapped else PublicFormat.PKCS1
    if bits < 1024:  # no library makes such a key any more
        return b64encode(_short(bits)).decode()
    raw = rsa.generate_private_key(65537, bits).public_key().public_bytes(Encoding.DER, form)
    return b64encode(raw).decode()


def _short(bits):
    modulus = b"\x00" + ((1 << (bits - 1)) | 1).to_bytes(bits // 8)
    integers = b"\x02" + bytes([len(modulus)]) + modulus + b"\x02\x03\x01\x00\x01"
    return b"\x30" + bytes([len(integers)]) + integers


@cache
def ed_key():
    raw = ed25519.Ed25519PrivateKey.generate().public_key()
    return b64encode(raw.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


@pytest.mark.parametrize(
    ("text", "key", "usable"),
    [
        (f"v=DKIM1; k=rsa; p={rsa_key(2048)}", DkimKey("rsa", 2048), True),
        (f"p={rsa_key(2048)}", DkimKey("rsa", 2048), True),
        (f"v=DKIM1; p={rsa_key(2048, False)}", DkimKey("rsa", 2048), True),
        (f"v=DKIM1; p={rsa_key(1024)[:60]} {rsa_key(1024)[60:]}", DkimKey("rsa", 1024), True),
        (f"v=DKIM1; p={rsa_key(512)}", DkimKey("rsa", 512), False),
        (f"v=DKIM1; k=ed25519; p={ed_key()}", DkimKey("ed25519", 256), True),
        (f"v=DKIM1; k=ed25519; p={rsa_key(1024)}", DkimKey("ed25519", 0, errors=("key",)), False),
        (f"v=DKIM1; k=x; p={ed_key()}", DkimKey("x", 0, errors=("kind",)), False),
        ("v=DKIM1; p=", DkimKey("rsa", 0, revoked=True), False),
        ("v=DKIM1; k=rsa", DkimKey("rsa", 0, errors=("key",)), False),
        ("v=DKIM1; p=MIGfMA0", DkimKey("rsa", 0, errors=("key",)), False),
        ("v=DKIM1; p=***", DkimKey("rsa", 0, errors=("key",)), False),
        (f"v=DKIM2; p={rsa_key(2048)}", DkimKey("rsa", 2048, errors=("version",)), False),
        (f"p={rsa_key(2048)}; v=DKIM1", DkimKey("rsa", 2048, errors=("version",)), False),
        (f"v=DKIM1; t=y; p={rsa_key(2048)}", DkimKey("rsa", 2048, testing=True), True),
        (f"v=DKIM1; t=s:y; p={rsa_key(2048)}", DkimKey("rsa", 2048, testing=True), True),
        (f"v=DKIM1; h=sha1; p={rsa_key(2048)}", DkimKey("rsa", 2048, errors=("hash",)), False),
        (f"v=DKIM1; h=sha1:sha256; p={rsa_key(2048)}", DkimKey("rsa", 2048), True),
        (f"v=DKIM1; s=tlsrpt; p={rsa_key(2048)}", DkimKey("rsa", 2048, errors=("service",)), False),
        (f"v=DKIM1; s=email; n=note; p={rsa_key(2048)}", DkimKey("rsa", 2048), True),
        (f"v=DKIM1; p={rsa_key(2048)}; junk", DkimKey("rsa", 2048, errors=("broken",)), False),
    ],
)
def test_a_key_is_read(text, key, usable):
    """Each tag, both encodings, and what makes a receiver turn away."""
    assert read_key(text) == key
    assert read_key(text).usable is usable


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("p=", True), ("v=DKIM1", True), ("k=rsa", False), ("hello", False), ("v=spf1 -all", False)],
)
def test_a_key_record_has_a_key_or_says_so(text, is_one):
    assert is_key(text) is is_one


@given(some.binary(max_size=300))
def test_no_bytes_are_too_odd(raw):
    """A hostile zone may publish anything."""
    read_key("v=DKIM1; p=" + b64encode(raw).decode())
    read_key(raw.decode("latin-1"))
