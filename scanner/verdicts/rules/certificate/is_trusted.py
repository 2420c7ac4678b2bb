"""A certificate that browsers reject."""

from __future__ import annotations

from collections.abc import Iterator

from probes.tls_certificate import Trust
from scanner.assets import Kind
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.shown_certificate import shown
from scanner.verdicts.trust import is_troubled
from scanner.verdicts.verdict import Finding

_CODES = {
    Trust.WRONG_NAME: "certificate.wrong_name",
    Trust.SELF_SIGNED: "certificate.self_signed",
    Trust.INCOMPLETE: "certificate.incomplete",
    Trust.UNTRUSTED: "certificate.untrusted",
    Trust.NOT_YET_VALID: "certificate.untrusted",
    Trust.UNREADABLE: "certificate.untrusted",
}


@rule(
    id="certificate.is_trusted",
    sentence="A certificate that is not good for the name, or whose chain does not hold, is told so.",
    authority="RFC 5280, RFC 9525; usage.md TLS-03, TLS-04",
    kinds=(Kind.CERTIFICATE,),
    says=tuple(sorted(set(_CODES.values()))),
    may_doubt=False,
)
def is_trusted(dossier: Dossier) -> Iterator[Finding]:
    """Name each kind of trouble once, with the hosts that have it."""
    hosts: dict[str, list[str]] = {}
    sightings = {}
    for host, served, sighting in shown(dossier):
        if served.trust in _CODES and is_troubled(served, dossier.as_of):
            code = _CODES[served.trust]
            hosts.setdefault(code, []).append(host)
            sightings[code] = sighting
    for code, names in hosts.items():
        yield say(code, sightings[code], params={"hosts": names})
