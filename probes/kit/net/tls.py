"""TLS as a witness uses it: shake hands with anybody, keep the whole chain, trust nothing yet."""

from __future__ import annotations

import asyncio
import socket
import ssl
from functools import cache
from typing import Any, cast

from probes.kit.net.question import Handshake, NetTrouble
from probes.kit.observation import Reason

_FAREWELL = 2.0
"""Seconds for the other side to take leave too."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


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


async def shake_hands(
    connection: socket.socket, name: str, address: str
) -> tuple[Streams, Handshake]:
    """Start TLS at once on a fresh connection; raise NetTrouble(tls_failed, OpenSSL's reason).

    The connection is closed when that fails; otherwise it belongs to the streams.
    """
    try:
        streams = await asyncio.open_connection(
            sock=connection,
            ssl=witness_context(),
            server_hostname=name,
            ssl_shutdown_timeout=_FAREWELL,
        )
    except BaseException as error:
        connection.close()
        if isinstance(error, OSError | ValueError):
            raise tls_trouble(error) from error
        raise
    return streams, handshake_of(streams[1], address)


async def upgrade(streams: Streams, name: str, address: str) -> Handshake:
    """Start TLS on a conversation that agreed to it (STARTTLS); raise NetTrouble like shake_hands."""
    try:
        await streams[1].start_tls(witness_context(), server_hostname=name)
    except (OSError, ValueError) as error:
        raise tls_trouble(error) from error
    return handshake_of(streams[1], address)


def handshake_of(writer: asyncio.StreamWriter, address: str) -> Handshake:
    """Read the chain as it was sent, and the protocol version, off an open TLS connection."""
    tls = writer.get_extra_info("ssl_object")
    return Handshake(chain=_chain(tls), version=tls.version() or "", address=address)


def tls_trouble(error: OSError | ValueError) -> NetTrouble:
    """Say why a handshake failed: `sslv3 alert handshake failure`, `excessive message size` …"""
    if isinstance(error, ssl.SSLError) and error.reason:
        return NetTrouble(Reason.TLS_FAILED, error.reason.lower().replace("_", " "))
    if isinstance(error, TimeoutError):
        return NetTrouble(Reason.TIMEOUT, "the TLS handshake took too long")
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
