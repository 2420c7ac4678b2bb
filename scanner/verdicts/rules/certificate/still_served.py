"""Whether a certificate is still shown to anybody."""

from __future__ import annotations

from collections.abc import Iterator

from probes.certificate_log import LoggedCertificate
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Endpoint
from probes.tls_certificate import ServedCertificate
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery import Sighting
from scanner.discovery.bought_certificates import endpoints, is_same
from scanner.discovery.looks import TLS_CERTIFICATE
from scanner.discovery.presence import Lives, presence
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.shown_certificate import logged
from scanner.verdicts.verdict import Finding


@rule(
    id="certificate.still_served",
    sentence="A certificate is served where it was seen; superseded only when no TLS port of any of its "
    "names shows it and another stands in its place.",
    authority="DESIGN section 4; usage.md 1.5, row 23",
    kinds=(Kind.CERTIFICATE,),
    says=(
        "certificate.served",
        "certificate.expired",
        "certificate.superseded",
        "certificate.unserved",
    ),
    may_doubt=False,
)
def still_served(dossier: Dossier) -> Iterator[Finding]:
    """Look at every TLS port of its names.

    A name that leads nowhere for us may lead somewhere inside the client's own network, and a
    wildcard is good for names that nobody has seen: then it stays open.
    """
    in_log = logged(dossier.looks, dossier.asset.key, dossier.holding.hosts)
    entry = in_log[0] if in_log else None
    hosts = dossier.holding.hosts
    proved = bool(hosts) and (entry is None or set(entry.names) <= set(hosts))
    elsewhere: list[Sighting[ServedCertificate]] = []
    for host in hosts:
        if presence(dossier.looks, host).lives is Lives.NOWHERE:
            proved = False
            continue
        for endpoint in endpoints(host):
            sighting = dossier.see(TLS_CERTIFICATE, endpoint)
            match sighting.outcome:
                case Seen(served) if _is_it(served, dossier, entry):
                    yield _served(dossier, endpoint, served, sighting)
                    return
                case Seen() | Absent():
                    elsewhere.append(sighting)
                case Unknown():
                    proved = False
    replaced = any(isinstance(one.outcome, Seen) for one in elsewhere)
    code = "certificate.superseded" if proved and replaced else "certificate.unserved"
    told = [in_log[1]] if in_log else []
    yield say(code, *told, *elsewhere, facet="served", params=_params(entry))


def _is_it(served: ServedCertificate, dossier: Dossier, entry: LoggedCertificate | None) -> bool:
    return served.sha256 == dossier.asset.key or (entry is not None and is_same(served, entry))


def _served(
    dossier: Dossier,
    endpoint: Endpoint,
    served: ServedCertificate,
    sighting: Sighting[ServedCertificate],
) -> Finding:
    params: Params = {
        "host": endpoint.name,
        "port": endpoint.port,
        "issuer": served.issuer,
        "not_after": served.not_after.date().isoformat(),
    }
    ended = dossier.as_of > served.not_after
    code = "certificate.expired" if ended else "certificate.served"
    return say(code, sighting, facet="served", params=params)


def _params(entry: LoggedCertificate | None) -> Params:
    if entry is None:
        return {}
    return {
        "names": list(entry.names[:10]),
        "issuer": entry.issuer,
        "not_after": entry.not_after.date().isoformat(),
    }
