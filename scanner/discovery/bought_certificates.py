"""Bought certificates that the logs know and no website of the client shows: where else they may be.

Knocking at five more ports is dear and may be noticed, so it is done only where it decides whether a
certificate that costs money is shown to anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from probes.certificate_log import LoggedCertificate, LoggedCertificates
from probes.kit.observation import AnyObservation, Seen
from probes.kit.target import Endpoint
from probes.tls_certificate import ServedCertificate
from scanner.discovery.agenda import Look
from scanner.discovery.certificates import covers
from scanner.discovery.lead import name_in
from scanner.discovery.scope import Scope, Standing, registered

TLS_PORTS = (443, 8443, 465, 993, 995, 25, 587)
"""Every port a certificate may be served on before it may be called superseded."""
MOST_HOSTS = 10
"""Names of one certificate that are knocked at; with more of them its use is left open."""
_SMTP = frozenset({25, 587})
_ORDINARY = frozenset({(443, ""), (25, "smtp")})
"""Endpoints that are looked at anyway."""


def endpoints(host: str) -> Iterator[Endpoint]:
    """Yield every endpoint of a host that may show a certificate, the likeliest first."""
    for port in TLS_PORTS:
        yield Endpoint(host, port, "smtp" if port in _SMTP else "")


def is_same(served: ServedCertificate, logged: LoggedCertificate) -> bool:
    """Say whether a served certificate is the logged one.

    Logs often hold the precertificate (RFC 6962), which has another digest: then the term and the
    names, equal to the second and to the last, tell.
    """
    term = served.not_before, served.not_after
    same_term = term == (logged.not_before, logged.not_after)
    return served.sha256 == logged.sha256 or (same_term and set(served.names) == set(logged.names))


class Bought(Struct, frozen=True, gc=False):
    """A valid certificate that does not renew itself, with the client's hosts that it is good for."""

    certificate: LoggedCertificate
    domain: str
    """Whose log has it."""
    hosts: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """What it is known by."""
        return self.certificate.sha256


class BoughtCertificates:
    """Learns from the logs what was bought, and from the servers what of it is shown."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._logged: dict[str, tuple[str, LoggedCertificate]] = {}
        self._served: dict[str, ServedCertificate] = {}
        self._elsewhere: dict[str, set[str]] = {}

    def hear(self, observation: AnyObservation) -> None:
        """Take in a certificate log, or a certificate that a server showed."""
        match observation.outcome:
            case Seen(LoggedCertificates(certificates=certificates)):
                name = name_in(observation.target)
                for one in certificates:
                    if _is_bought(one, observation.at):
                        known = self._logged.setdefault(one.sha256, (name, one))
                        self._logged[one.sha256] = min(known, (name, one), key=lambda it: it[0])
            case Seen(ServedCertificate() as served):
                if not served.automated:
                    self._served[served.sha256] = served
                self._note_elsewhere(observation, served)

    def looks(self, hosts: Iterable[str]) -> Iterator[Look]:
        """Yield the looks that tell where bought certificates are; `hosts` are those with an address."""
        known = frozenset(hosts) if self._logged else frozenset()
        for bought in self.unshown(known):
            reached = [host for host in bought.hosts if host in known]
            for host in reached if len(reached) <= MOST_HOSTS else ():
                for endpoint in endpoints(host):
                    if endpoint.port != 443:
                        yield Look("tls_certificate", endpoint)

    def unshown(self, hosts: Iterable[str]) -> tuple[Bought, ...]:
        """Return what was bought and was seen nowhere, sorted; of reissues the newest alone.

        Where the same authority's certificate for these names is shown, that is what was paid for.
        """
        if not self._logged:
            return ()
        known = frozenset(hosts)
        ordered = sorted(
            self._logged.values(), key=lambda it: (it[1].not_before, it[1].sha256), reverse=True
        )
        newest: dict[tuple[str, frozenset[str]], Bought] = {}
        for domain, one in ordered:
            shown = any(_pays_for(one, served) for served in self._served.values())
            if self._scope.follows(domain) and not shown:
                bought = Bought(one, domain, self._hosts(one, known))
                newest.setdefault((one.issuer, frozenset(one.names)), bought)
        found = (one for one in newest.values() if one.hosts)
        return tuple(sorted(found, key=lambda one: one.sha256))

    def shown_elsewhere(self) -> Iterator[tuple[str, str]]:
        """Yield the certificates that a port other than the usual ones showed, each with its host."""
        for sha256, hosts in self._elsewhere.items():
            for host in hosts:
                yield sha256, host

    def _note_elsewhere(self, observation: AnyObservation, served: ServedCertificate) -> None:
        target = observation.target
        if not isinstance(target, Endpoint) or (target.port, target.starttls) in _ORDINARY:
            return
        if covers(served.names, target.name):
            self._elsewhere.setdefault(served.sha256, set()).add(target.name)

    def _hosts(self, one: LoggedCertificate, known: frozenset[str]) -> tuple[str, ...]:
        """Return the client's hosts it names, and those known that a wildcard of it covers."""
        plain = {name for name in one.names if not name.startswith("*.")}
        stars = tuple(name for name in one.names if name.startswith("*."))
        covered = {host for host in known if covers(stars, host)} if stars else set()
        return tuple(sorted(filter(self._is_ours, plain | covered)))

    def _is_ours(self, host: str) -> bool:
        return self._scope.standing(host) is Standing.OURS and bool(registered(host))


def _is_bought(one: LoggedCertificate, at: datetime) -> bool:
    return (
        not one.automated
        and bool(one.sha256)
        and one.all_names
        and one.not_before <= at < one.not_after
    )


def _pays_for(logged: LoggedCertificate, served: ServedCertificate) -> bool:
    """Say whether what is served is a logged certificate, or what its authority gave in its stead."""
    every = all(name in served.names for name in logged.names)
    return is_same(served, logged) or (every and served.issuer == logged.issuer)
