"""Certificates: every chain is taken, and what is wrong with it has one name."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.net.handshakes import Handshakes
from probes.kit.net.question import Handshake, NetTrouble, TlsQuestion
from probes.kit.net.tls_door import TlsDoor
from probes.kit.net.trust import TrustStore, TrustVerdict, covers
from probes.kit.observation import Reason
from tests.probes.kit.net.loopback import (
    Behaviour,
    Names,
    dialer,
    own_address,
    resets,
    run,
    says,
    server,
    stalls,
)

NAME = "romashka.example"
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Authority:
    """A CA that signs whatever a test asks for."""

    def __init__(
        self, name: str, parent: Authority | None = None, until: datetime = NOW + 900 * DAY
    ):
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        signer = parent or self
        self.certificate = (
            _builder(self.name, signer.name, self.key.public_key(), NOW - 900 * DAY, until)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(signer.key, hashes.SHA256())
        )

    def issue(
        self,
        *names: str,
        since: datetime = NOW - 30 * DAY,
        until: datetime = NOW + 30 * DAY,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    ) -> bytes:
        """Return a leaf, DER."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "leaf")])
        key = ec.generate_private_key(ec.SECP256R1()).public_key()
        builder = _builder(subject, self.name, key, since, until)
        if names:
            alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
            builder = builder.add_extension(alternatives, critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        return der(builder.sign(self.key, hashes.SHA256()))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    since: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    builder = builder.public_key(key).serial_number(x509.random_serial_number())
    return builder.not_valid_before(since).not_valid_after(until)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def self_signed(*names: str, until: datetime = NOW + 30 * DAY) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "plesk")])
    builder = _builder(subject, subject, key.public_key(), NOW - 30 * DAY, until)
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    return der(builder.sign(key, hashes.SHA256()))


ROOT, STRANGER = Authority("root"), Authority("stranger")
SUB = Authority("sub", ROOT)
OLD_SUB = Authority("old sub", ROOT, until=NOW - 5 * DAY)
STRANGER_SUB = Authority("stranger's sub", STRANGER)
LIE = STRANGER.issue(NAME)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> TrustStore:
    path = tmp_path_factory.mktemp("trust") / "anchors.pem"
    path.write_bytes(
        b"# a comment\n"
        + ROOT.certificate.public_bytes(serialization.Encoding.PEM)
        + b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    )
    return TrustStore.load(str(path))


def with_sub(*names: str, **more: datetime) -> tuple[bytes, ...]:
    return (SUB.issue(*names, **more), der(SUB.certificate))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("chain", "verdict"),
    [
        (with_sub(NAME), "trusted"),
        ((ROOT.issue(NAME),), "trusted"),
        ((*with_sub(NAME), der(ROOT.certificate)), "trusted"),
        ((*with_sub(NAME), b"junk"), "trusted"),
        (with_sub("*.example", "other.test", "romashka.example"), "trusted"),
        (with_sub("other.example", "under_score.example"), "wrong_name"),
        (with_sub("www.romashka.example"), "wrong_name"),
        (with_sub("*.romashka.example"), "wrong_name"),
        (with_sub("*.example"), "wrong_name"),
        (with_sub(), "wrong_name"),
        (with_sub(NAME, until=NOW - DAY), "expired"),
        (with_sub(NAME, since=NOW + DAY), "not_yet_valid"),
        ((STRANGER.issue(NAME, until=NOW - DAY),), "expired"),
        ((OLD_SUB.issue(NAME), der(OLD_SUB.certificate)), "expired"),
        (with_sub("other.example", until=NOW - DAY), "wrong_name"),
        ((self_signed(NAME),), "self_signed"),
        ((self_signed(),), "self_signed"),
        ((self_signed("other.example", until=NOW - DAY),), "self_signed"),
        ((SUB.issue(NAME),), "incomplete"),
        ((SUB.issue(NAME), der(STRANGER.certificate)), "incomplete"),
        ((STRANGER_SUB.issue(NAME), der(STRANGER_SUB.certificate)), "untrusted"),
        ((LIE, der(STRANGER.certificate)), "untrusted"),
        ((ROOT.issue(NAME, usage=ExtendedKeyUsageOID.CODE_SIGNING), der(ROOT.certificate)), "untrusted"),
        ((b"junk",), "unreadable"),
        ((b"",), "unreadable"),
        ((), "unreadable"),
    ],
)  # fmt: skip
def test_every_chain_has_one_verdict(
    store: TrustStore, chain: tuple[bytes, ...], verdict: str
) -> None:
    assert store.verify(chain, NAME, NOW) is TrustVerdict(verdict)


def test_a_verdict_belongs_to_its_moment(store: TrustStore) -> None:
    chain = with_sub(NAME)

    verdicts = [store.verify(chain, NAME, NOW + n * DAY) for n in (0, 31, -31, 0)]

    assert verdicts == ["trusted", "expired", "not_yet_valid", "trusted"]


@pytest.mark.parametrize(
    ("given_names", "name", "good"),
    [
        (["a.example"], "A.Example.", True),
        (["A.EXAMPLE"], "a.example", True),
        (["*.a.example"], "b.a.example", True),
        (["*.a.example"], "a.example", False),
        (["*.a.example"], "c.b.a.example", False),
        (["*.example"], "a.example", False),
        (["b*.a.example"], "bb.a.example", False),
        (["*"], "localhost", False),
        (["10.0.0.1"], "10.0.0.1", False),
        (["a_b.example"], "a_b.example", True),
    ],
)
def test_names_match_by_rfc_9525(given_names: list[str], name: str, good: bool) -> None:
    certificate = x509.load_der_x509_certificate(ROOT.issue(*given_names))

    assert covers(certificate, name) is good


@given(st.data())
def test_no_mangled_certificate_is_trusted_or_makes_the_judge_fail(
    store: TrustStore, data: st.DataObject
) -> None:
    leaf = bytearray(MANGLED)
    for _ in range(data.draw(st.integers(1, 3))):
        leaf[data.draw(st.integers(0, len(leaf) - 1))] ^= data.draw(st.integers(1, 255))

    verdict = store.verify((bytes(leaf), der(SUB.certificate)), NAME, NOW)

    assert verdict is not TrustVerdict.TRUSTED or bytes(leaf) == MANGLED


MANGLED = SUB.issue(NAME)


def test_a_signature_of_odd_bits_is_unreadable(store: TrustStore) -> None:
    """Its last octet is even, so that a bit of it could be called unused: nothing signed is different then."""
    signed = (x509.load_der_x509_certificate(SUB.issue(NAME)) for _ in range(200))
    even = next(one for one in signed if not one.signature[-1] & 1)
    leaf = bytearray(der(even))
    assert store.verify((bytes(leaf), der(SUB.certificate)), NAME, NOW) is TrustVerdict.TRUSTED

    leaf[-len(even.signature) - 1] = 1

    verdict = store.verify((bytes(leaf), der(SUB.certificate)), NAME, NOW)
    assert verdict is TrustVerdict.UNREADABLE


def test_an_empty_or_missing_store_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing here")

    with pytest.raises(ValueError, match="no certificate"):
        TrustStore.load(str(tmp_path / "empty.pem"))
    with pytest.raises(FileNotFoundError):
        TrustStore.load(str(tmp_path / "missing.pem"))


def test_certifi_is_the_store_when_nothing_is_said() -> None:
    store = TrustStore.load(None)

    assert store.verify((self_signed(NAME),), NAME, NOW) == "self_signed"
    assert store.context().verify_mode is ssl.CERT_REQUIRED


async def shake(behave_with: ssl.SSLContext | Behaviour, **more: timedelta) -> Handshake:
    tls = behave_with if isinstance(behave_with, ssl.SSLContext) else None
    behave = stalls(wait_for=b"") if tls else behave_with
    async with server(behave, 443, tls) as address:  # type: ignore[arg-type]
        door = TlsDoor(dialer(Names({NAME: (address,)})), Handshakes(), **more)  # type: ignore[arg-type]
        return await door.ask(TlsQuestion(NAME, 443))


def server_context(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def test_the_whole_chain_is_taken_although_nobody_trusts_it() -> None:
    middle = trustme.CA().create_child_ca()
    leaf = middle.issue_cert("other.example", not_after=datetime(2020, 1, 1, tzinfo=UTC))

    handshake = run(shake(server_context(leaf)))

    sent = [x509.load_pem_x509_certificate(blob.bytes()) for blob in leaf.cert_chain_pems]
    assert [x509.load_der_x509_certificate(one) for one in handshake.chain] == sent
    assert len(sent) == 2


def test_an_old_server_is_still_seen() -> None:
    context = server_context(trustme.CA().issue_cert(NAME))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version = ssl.TLSVersion.TLSv1

    assert run(shake(context)).version == "TLSv1"


def test_the_name_is_said_in_the_handshake() -> None:
    asked: list[str | None] = []
    context = server_context(trustme.CA().issue_cert(NAME))
    context.sni_callback = lambda _tls, name, _context: asked.append(name)

    run(shake(context))

    assert asked == [NAME]


def test_we_take_leave_in_order() -> None:
    async def story() -> bytes | OSError:
        end: asyncio.Future[bytes | OSError] = asyncio.get_running_loop().create_future()

        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                end.set_result(await reader.read())
            except OSError as error:
                end.set_result(error)

        context = server_context(trustme.CA().issue_cert(NAME))
        async with server(behave, 443, context) as address:
            door = TlsDoor(dialer(Names({NAME: (address,)})), Handshakes())
            await door.ask(TlsQuestion(NAME, 443))
            return await end

    assert run(story()) == b""


def giant() -> trustme.LeafCert:
    return trustme.CA().issue_cert(
        *(f"host-{n:05}.very-long-name.romashka.example" for n in range(3000))
    )


@pytest.mark.parametrize(
    ("behave", "reason", "detail"),
    [
        (says(b"220 smtp\r\n", wait_for=b""), Reason.TLS_FAILED, "wrong version number"),
        (says(bytes.fromhex("15030300020228"), wait_for=b"\x16"), Reason.TLS_FAILED, "handshake failure"),
        (resets(wait_for=b"\x16"), Reason.TLS_FAILED, "closed in the handshake"),
        (stalls(wait_for=b"\x16"), Reason.TIMEOUT, "no TLS handshake"),
    ],
)  # fmt: skip
def test_a_failed_handshake_says_how(behave: Behaviour, reason: Reason, detail: str) -> None:
    with pytest.raises(NetTrouble) as met:
        run(shake(behave, patience=timedelta(milliseconds=200)))

    assert met.value.reason is reason
    assert detail in met.value.detail


def test_a_giant_certificate_is_not_called_no_tls() -> None:
    with pytest.raises(NetTrouble) as met:
        run(shake(server_context(giant())))

    assert met.value.detail == "excessive message size"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (TlsQuestion(NAME, 8080), Reason.NOT_ALLOWED),
        (TlsQuestion(NAME, 443, "imap"), Reason.NOT_ALLOWED),
        (TlsQuestion(NAME, 443, address="10.0.0.1"), Reason.NOT_ALLOWED),
        (TlsQuestion(NAME, 443), Reason.NO_LISTENER),
        (TlsQuestion("nobody.example", 443), Reason.NO_ADDRESS),
    ],
)
def test_only_what_is_ours_is_dialled(question: TlsQuestion, reason: Reason) -> None:
    async def story() -> None:
        await TlsDoor(dialer(Names({NAME: (own_address(),)})), Handshakes()).ask(question)

    with pytest.raises(NetTrouble) as met:
        run(story())
    assert met.value.reason is reason


def test_a_host_is_shaken_hands_with_once_in_a_run() -> None:
    async def story() -> list[str | None]:
        asked: list[str | None] = []
        context = server_context(trustme.CA().issue_cert(NAME))
        context.sni_callback = lambda _tls, name, _context: asked.append(name)
        async with server(stalls(wait_for=b""), 443, context) as address:
            door = TlsDoor(dialer(Names({NAME: (address,)})), Handshakes())
            first = await door.ask(TlsQuestion(NAME, 443))
            assert await door.ask(TlsQuestion(NAME, 443)) is first
            assert await door.ask(TlsQuestion(NAME, 443, address=address)) is first
        return asked

    assert run(story()) == [NAME]
