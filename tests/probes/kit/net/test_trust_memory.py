"""What is remembered of certificates saves work, changes no answer, and stays small."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from probes.kit.certificate import read_certificate
from probes.kit.net import trust
from probes.kit.net.trust import TrustStore, covers, load_certificate

NOW = datetime.now(UTC)
AUTHORITY = trustme.CA()
MIDDLE = AUTHORITY.create_child_ca()


def chain_of(leaf: trustme.LeafCert) -> tuple[bytes, ...]:
    """The chain as a server sends it: DER, leaf first."""
    pems = (blob.bytes() for blob in leaf.cert_chain_pems)
    return tuple(x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER) for pem in pems)


def again(chain: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The same octets, come over another connection."""
    return tuple(bytes(bytearray(der)) for der in chain)


@pytest.fixture
def store(tmp_path: Path) -> TrustStore:
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return TrustStore.load(str(tmp_path / "ca.pem"))


def test_a_certificate_met_again_is_not_parsed_again() -> None:
    (leaf, issuer), (other, same_issuer) = (
        chain_of(MIDDLE.issue_cert(name)) for name in ("a.example", "b.example")
    )

    assert load_certificate(leaf) is load_certificate(*again((leaf,)))
    assert load_certificate(issuer) is load_certificate(*again((same_issuer,)))
    assert load_certificate(leaf) is not load_certificate(other)
    assert read_certificate(leaf) is read_certificate(*again((leaf,)))


def test_a_certificate_that_is_none_is_none_each_time() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="not a readable certificate"):
            read_certificate(b"junk")


def test_an_ungainly_certificate_is_not_kept() -> None:
    [giant] = chain_of(AUTHORITY.issue_cert(*(f"host-{n:04}.a.example" for n in range(600))))

    assert load_certificate(giant) is not load_certificate(giant)
    assert load_certificate(giant) == load_certificate(giant)
    assert read_certificate(giant).name_count == 600


def test_each_name_of_one_chain_has_its_own_verdict(store: TrustStore) -> None:
    chain = chain_of(MIDDLE.issue_cert("a.example", "www.a.example"))
    names = ("a.example", "www.a.example", "b.example", "a.example")

    verdicts = [store.verify(again(chain), name, NOW) for name in names]

    assert verdicts == ["trusted", "trusted", "wrong_name", "trusted"]


def test_a_chain_is_told_from_a_shorter_one(store: TrustStore) -> None:
    chain = chain_of(MIDDLE.issue_cert("a.example"))

    verdicts = [store.verify(sent, "a.example", NOW) for sent in (chain, chain[:1], chain)]

    assert verdicts == ["trusted", "incomplete", "trusted"]


def test_verdicts_and_paths_are_bounded(store: TrustStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "_REMEMBERED", 3)
    chain = chain_of(MIDDLE.issue_cert("a.example"))

    for minute in range(10):
        store.verify(chain, "a.example", NOW + timedelta(minutes=minute))

    assert (len(store._verdicts), len(store._paths)) == (3, 3)


@pytest.mark.parametrize(
    ("given", "name", "good"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:DB8:0::1", True),
        ("2001:db8::1", "2001:db8::2", False),
        ("192.0.2.1", "a.example", False),
        ("192.0.2.1", "", False),
        ("a1", "a1", True),
    ],
)
def test_an_address_is_matched_as_an_address(given: str, name: str, good: bool) -> None:
    [der] = chain_of(AUTHORITY.issue_cert(given))

    assert covers(x509.load_der_x509_certificate(der), name) is good


def test_trustme_writes_addresses_as_addresses() -> None:
    """Else the table above would compare texts."""
    [der] = chain_of(AUTHORITY.issue_cert("192.0.2.1"))
    names = x509.load_der_x509_certificate(der).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )

    assert names.value.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("192.0.2.1")]
