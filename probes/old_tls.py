"""Whether a server still speaks TLS 1.1 or older."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from probes.kit.absence import absence
from probes.kit.declare import Reach, probe
from probes.kit.net import Net, NetTrouble, OldTlsQuestion
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Endpoint

_REFUSALS = ("protocol version", "unsupported protocol", "handshake failure", "version")
"""What an alert that turns the offer down says."""


class OldTls(Struct, frozen=True):
    """A server that took the offer. Absent("refused") for one that turned it down by an alert."""

    version: str
    """TLSv1.1 or TLSv1."""


@probe(reach=Reach.VISIT, patience=timedelta(seconds=20))
async def old_tls(endpoint: Endpoint, net: Net) -> Seen[OldTls] | Absent | Unknown:
    """Shake hands with TLS 1.1 at most, once."""
    try:
        handshake = await net.ask(OldTlsQuestion(endpoint.name, endpoint.port))
    except NetTrouble as trouble:
        said = trouble.detail.lower()
        if trouble.reason is Reason.TLS_FAILED and any(word in said for word in _REFUSALS):
            return Absent("refused")
        stated = absence(trouble)
        if stated is None:
            raise
        return stated
    return Seen(OldTls(handshake.version))
