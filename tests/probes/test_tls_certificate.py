"""What a certificate says, and what an odd one still says."""

from __future__ import annotations

import asyncio
import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from probes.kit.certificate import automatic_issuers, read_certificate
from probes.kit.net import Handshake, NetTrouble, TlsQuestion
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Endpoint
from probes.tls_certificate import Trust, tls_certificate
from tests.probes.paper import PaperNet

ENDPOINT = Endpoint("client.example", 443)
QUESTION = TlsQuestion("client.example", 443)
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


def look(answer, endpoint=ENDPOINT):
    """Look at an endpoint that answers so."""
    question = TlsQuestion(endpoint.name, endpoint.port, endpoint.starttls)
    return asyncio.run(tls_certificate.look(endpoint, PaperNet({question: answer})))


def shown(*chain, trust="trusted"):
    """A handshake that showed this chain, judged so by the Net."""
    return Handshake(tuple(chain), "TLSv1.3", "192.0.2.10", trust)


def made(
    names=("client.example", "*.client.example"),
    *,
    subject=(),
    issuer=(),
    key=None,
    before=NOW - DAY,
    after=NOW + 80 * DAY,
    extensions=(),
):
    """A self-made certificate, DER."""
    signer = ec.generate_private_key(ec.SECP256R1())
    key = key or signer
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(*one) for one in subject]))
        .issuer_name(x509.Name([x509.NameAttribute(*one) for one in issuer]))
        .public_key(key.public_key())
        .serial_number(0xABCDEF)
        .not_valid_before(before)
        .not_valid_after(after)
    )
    if names:
        alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternative, critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    signed = builder.sign(signer, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize("trust", Trust)
def test_the_nets_judgement_is_the_facts(trust):
    """Whether a visitor would trust the chain is what the Net's own store said at that moment."""
    assert look(shown(made(), trust=trust.value)).fact.trust is trust


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (rsa.generate_private_key(65_537, 2_048), "RSA 2048"),
        (ec.generate_private_key(ec.SECP384R1()), "EC secp384r1"),
        (ed25519.Ed25519PrivateKey.generate(), "Ed25519"),
    ],
)
def test_a_key_is_named_with_its_size(key, said):
    """RSA with bits, EC with its curve, the rest by name."""
    assert read_certificate(made(key=key)).key == said


def test_a_hundred_names_too_many_are_counted_not_kept():
    """At most 200 names are kept; the count is of all."""
    leaf = read_certificate(made([f"h{n}.client.example" for n in range(300)]))

    assert (len(leaf.names), leaf.name_count) == (200, 300)


def test_a_certificate_without_names_has_none():
    """No SAN extension is a fact about the certificate, not a failure of ours."""
    leaf = read_certificate(made(names=()))

    assert (leaf.names, leaf.unreadable) == ((), ())


def test_an_odd_extension_costs_only_its_own_field():
    """A SAN nobody can parse leaves the dates and the issuer readable, and says what was not."""
    garbage = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), b"\x04\x01\x00")
    leaf = read_certificate(
        made(names=(), extensions=[garbage], issuer=[(NameOID.COMMON_NAME, "Odd CA")])
    )

    assert leaf.unreadable == ("names",)
    assert leaf.issuer == "Odd CA"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (NetTrouble(Reason.NO_LISTENER, "resets"), Absent("no listener")),
        (NetTrouble(Reason.NO_ADDRESS, "NXDOMAIN"), Absent("NXDOMAIN")),
        (shown(), Reason.MALFORMED),
        (shown(b"no certificate at all"), Reason.UNPARSED),
        (shown(b""), Reason.UNPARSED),
    ],
)
def test_what_is_no_certificate_is_said_so(answer, expected):
    """A reset is a fact; a handshake with junk is "don't know"."""
    outcome = look(answer)

    assert (outcome if isinstance(outcome, Absent) else outcome.reason) == expected


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.TLS_FAILED, Reason.CONNECTION_LOST])
def test_a_failed_handshake_is_never_absence(reason):
    """Trouble reaches the runner, who calls it unknown."""
    with pytest.raises(NetTrouble) as met:
        look(NetTrouble(reason, "x"))

    assert met.value.reason is reason


def test_mail_ports_are_asked_with_their_starttls():
    """The endpoint's own STARTTLS goes into the question."""
    outcome = look(shown(made()), Endpoint("mx.client.example", 25, "smtp"))

    assert isinstance(outcome, Seen)
    assert not isinstance(outcome, Unknown)


@pytest.mark.parametrize(
    ("organisation", "common_name", "automated"),
    [
        ("Let's Encrypt", "E8", True),
        ("ZeroSSL", "ZeroSSL ECC DV SSL CA 2", True),
        ("Google Trust Services", "WE1", True),
        ("Buypass AS-983163327", "Buypass Class 2 CA 5", True),
        ("Buypass AS-983163327", "Buypass Class 3 CA 2", False),
        ("cPanel, LLC", "cPanel ECC DV CA", True),
        ("DigiCert Inc", "Encryption Everywhere DV TLS CA - G2", True),
        ("DigiCert Inc", "DigiCert TLS RSA SHA256 2020 CA1", False),
        ("GlobalSign nv-sa", "GlobalSign GCC R6 AlphaSSL CA 2025", False),
        ("Sectigo Limited", "Sectigo Public Server Authentication CA DV R36", False),
        ("The Ministry of Digital Development and Communications", "Russian Trusted Sub CA", False),
    ],
)
def test_free_automatic_issuers_are_told_from_paid_ones(organisation, common_name, automated):
    """What renews itself needs nobody's task."""
    issuer = [(NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common_name)]

    assert read_certificate(made(issuer=issuer)).automated is automated


def test_every_issuer_is_dated_and_sourced():
    """The list says where it is from and when that was read."""
    for one in automatic_issuers():
        assert one.source
        assert one.source_date
        assert one.organisation == one.organisation.lower()
