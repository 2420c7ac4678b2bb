"""A site behind a certificate that visitors are warned of."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen
from probes.kit.target import Endpoint
from scanner.assets import Kind, Use
from scanner.assets.use import use_of
from scanner.discovery.looks import TLS_CERTIFICATE
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.trust import is_troubled
from scanner.verdicts.verdict import Finding


@rule(
    id="site.certificate_trouble",
    sentence="A site whose certificate browsers reject works, but warns its visitors away.",
    authority="DESIGN section 4 (content behind a bad certificate); RFC 5280, RFC 9525",
    kinds=(Kind.SITE,),
    says=("site.certificate_trouble",),
    may_doubt=False,
)
def certificate_trouble(dossier: Dossier) -> Iterator[Finding]:
    """Name every host whose certificate browsers reject, and why.

    Where https shows a stub, the certificate is the server's default and keeps nobody from the site.
    """
    beside_it = {
        visit.host
        for visit in dossier.visits.made
        if visit.reading.url.startswith("https:")
        and visit.reading.status
        and use_of(Kind.SITE, visit.reading.state) not in (Use.USED, Use.REDIRECT)
    }
    for host in dossier.holding.hosts:
        if host in beside_it:
            continue
        sighting = dossier.see(TLS_CERTIFICATE, Endpoint(host, 443))
        match sighting.outcome:
            case Seen(served) if is_troubled(served, dossier.as_of):
                params = {
                    "host": host,
                    "trouble": str(served.trust),
                    "not_after": served.not_after.date().isoformat(),
                }
                yield say("site.certificate_trouble", sighting, params=params)
