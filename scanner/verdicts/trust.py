"""Whether a served certificate keeps people out."""

from __future__ import annotations

from datetime import datetime

from probes.tls_certificate import ServedCertificate, Trust

_STATE_ISSUERS = ("Russian Trusted", "Ministry of Digital Development")
"""The Russian state's own authority: outside the common trust stores by design, not by mistake."""


def is_troubled(served: ServedCertificate, as_of: datetime) -> bool:
    """Say whether ordinary browsers reject it; the Russian state's own authority is no mistake."""
    if as_of > served.not_after:
        return True
    match served.trust:
        case Trust.TRUSTED:
            return False
        case Trust.UNTRUSTED | Trust.SELF_SIGNED | Trust.INCOMPLETE:
            return not any(name in served.issuer for name in _STATE_ISSUERS)
        case _:
            return True
