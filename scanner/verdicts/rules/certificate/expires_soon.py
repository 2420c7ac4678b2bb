"""A certificate that ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from probes.tls_certificate import ServedCertificate
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.shown_certificate import shown
from scanner.verdicts.verdict import Finding


@rule(
    id="certificate.expires_soon",
    sentence="A certificate is due 30 days before its end, a short one in its last third; one that "
    "renews itself only when it evidently has not.",
    authority="usage.md TLS-02, row 24",
    kinds=(Kind.CERTIFICATE,),
    says=("certificate.expires_soon",),
    may_doubt=False,
)
def expires_soon(dossier: Dossier) -> Iterator[Finding]:
    """Say when it ends, once that is near."""
    for host, served, sighting in shown(dossier):
        left = served.not_after - dossier.as_of
        if timedelta() <= left <= _notice(served):
            params: Params = {
                "host": host,
                "date": served.not_after.date().isoformat(),
                "days": left.days,
                "automated": served.automated,
            }
            yield say("certificate.expires_soon", sighting, params=params)
        return


def _notice(served: ServedCertificate) -> timedelta:
    lifetime = served.not_after - served.not_before
    if served.automated:
        return min(timedelta(days=14), lifetime / 6)
    return min(timedelta(days=30), lifetime / 3)
