"""TLS as a witness uses it: shake hands with anybody, keep the whole chain, trust nothing yet."""

from __future__ import annotations

import contextlib
import ssl
import warnings
from functools import cache
from typing import Any, cast

from probes.kit.net.question import Handshake, NetTrouble
from probes.kit.net.wire import Wire
from probes.kit.observation import Reason

_RECORDS = 16_384
"""Bytes. Nothing longer is read at once: so much fits into one record (RFC 8446 5.1)."""


@cache
def witness_context() -> ssl.SSLContext:
    """The one context of every look: any version, any cipher, any certificate.

    Nothing secret is ever sent through it. Whether a chain is good is judged afterwards, from the
    chain itself (see trust).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")  # else OpenSSL 3 hides TLS 1.0 servers and short keys
    # Servers without RFC 5746 are old, not absent. (The constant came with Python 3.12.)
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context


@cache
def old_context() -> ssl.SSLContext:
    """A context that offers TLS 1.1 and older only: whether a server still takes that (RFC 8996)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the old versions are the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context


class SecureWire:
    """TLS over a Wire, which stays its owner's to close; sends and receives like one."""

    __slots__ = ("_incoming", "_outgoing", "_tls", "_wire")

    def __init__(self, wire: Wire, tls: ssl.SSLObject, incoming: Any, outgoing: Any) -> None:
        """See `shake_hands`."""
        self._wire = wire
        self._tls = tls
        self._incoming = incoming
        self._outgoing = outgoing

    @classmethod
    async def shake_hands(
        cls, wire: Wire, name: str, context: ssl.SSLContext | None = None
    ) -> SecureWire:
        """Start TLS on an open connection; raise NetTrouble(tls_failed, OpenSSL's reason).

        TimeoutError is the Wire's. Our last flight travels with the first words sent: one packet.
        """
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            tls = (context or witness_context()).wrap_bio(incoming, outgoing, server_hostname=name)
            secure = cls(wire, tls, incoming, outgoing)
            while not secure._shaken():
                await secure._more_came_or_raise()
        except TimeoutError:
            raise
        except (OSError, ValueError) as error:
            raise _tls_trouble(error) from error
        return secure

    @property
    def handshake(self) -> Handshake:
        """The chain as it was sent, the protocol version, and where it came from."""
        return Handshake(_chain(self._tls), self._tls.version() or "", self._wire.address)

    def send(self, data: bytes) -> None:
        """Send like Wire.send."""
        with contextlib.suppress(ssl.SSLError):
            self._tls.write(data)
        self._flush()

    async def receive(self) -> bytes:
        """Return what came like Wire.receive; b"" also after the other side's leave-taking."""
        while True:
            try:
                return self._tls.read(_RECORDS)
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLZeroReturnError:
                return b""
            if not await self._more_came():
                return b""

    def take_leave(self) -> None:
        """Say that this was all (RFC 8446 6.1): a bare end looks like a failed handshake over there."""
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()
        self._flush()

    def _shaken(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    async def _more_came_or_raise(self) -> None:
        if not await self._more_came():
            raise ConnectionResetError

    async def _more_came(self) -> bool:
        self._flush()
        data = await self._wire.receive()
        self._incoming.write(data)
        return bool(data)

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._wire.send(self._outgoing.read())


def _tls_trouble(error: OSError | ValueError) -> NetTrouble:
    """Say why a handshake failed: `sslv3 alert handshake failure`, `excessive message size` …"""
    if isinstance(error, ssl.SSLError) and error.reason:
        return NetTrouble(Reason.TLS_FAILED, error.reason.lower().replace("_", " "))
    if isinstance(error, OSError):
        return NetTrouble(Reason.TLS_FAILED, "connection closed in the handshake")
    return NetTrouble(Reason.TLS_FAILED, f"not a name for TLS: {error}")


def _chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """Every certificate the server sent, DER, leaf first.

    Public from Python 3.13; before that only the private object beneath knows how.
    """
    if hasattr(tls, "get_unverified_chain"):
        return tuple(cast(Any, tls).get_unverified_chain())
    import _ssl

    beneath = cast(Any, tls)._sslobj
    encoding = cast(Any, _ssl).ENCODING_DER
    return tuple(one.public_bytes(encoding) for one in beneath.get_unverified_chain() or ())
