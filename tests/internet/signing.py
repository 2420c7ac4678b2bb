"""Signs zones of the world, well or badly: what a registry says of a zone and what the zone says of itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import dns.dnssec
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

WAYS = {"good", "expired", "mismatch", "unsigned_below_ds", "no_ds"}
"""How a domain may be signed; see Domain.dnssec."""
_OTHER = "4711 13 2 " + "ab" * 32


class Signed(Struct, frozen=True):
    """A zone as its servers hold it, and the DS record that its registry has; empty: none."""

    zone: str
    ds: str


def sign(origin: str, text: str, way: str, now: datetime) -> Signed:
    """Sign a zone with one key of algorithm 13, in one of the ways."""
    if way == "unsigned_below_ds":
        return Signed(text, _OTHER)
    private = ec.generate_private_key(ec.SECP256R1())
    key = dns.dnssec.make_dnskey(private.public_key(), 13, flags=257)
    ended = way == "expired"
    zone = dns.zone.from_text(text, origin=origin, relativize=False)
    dns.dnssec.sign_zone(
        zone,
        keys=[(private, key)],
        dnskey_ttl=300,
        inception=now - timedelta(days=20),
        expiration=now - timedelta(days=2) if ended else now + timedelta(days=14),
    )
    ds = dns.dnssec.make_ds(origin, key, "SHA256").to_text()
    told = {"mismatch": _OTHER, "no_ds": ""}.get(way, ds)
    return Signed(zone.to_text(relativize=False, want_origin=False), told)
