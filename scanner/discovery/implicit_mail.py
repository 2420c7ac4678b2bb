"""Mail without an MX: letters go to the address of the domain itself (RFC 5321, section 5.1).

A hoster's machines take letters for whoever is their customer, so that one of them answers says nothing of
a domain. A server that greets with any other name, or with none, may have been set up for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from probes.dns_records import DnsRecords
from probes.kit.observation import Absent, AnyObservation, Seen
from probes.kit.providers import is_hosters_machine
from probes.kit.target import Host
from probes.mail_server import MailServer
from scanner.discovery.agenda import Look
from scanner.discovery.lead import name_in
from scanner.discovery.looks import Sighting
from scanner.discovery.scope import Scope


def implicit_mail_looks(observation: AnyObservation, scope: Scope) -> Iterator[Look]:
    """Yield a greeting at the address of each domain of the client's that has no MX."""
    match observation.outcome:
        case Seen(DnsRecords(mx=Absent())) if scope.follows(name_in(observation.target)):
            yield Look("mail_server", Host(name_in(observation.target)))


def may_take_letters(sighting: Sighting[MailServer]) -> bool:
    """Say whether a server accepts letters that is not known to be a hoster's (RFC 5321, section 4.2)."""
    match sighting.outcome:
        case Seen(server) if server.accepts:
            words = server.banner.replace("220-", "220 ", 1).split()
            return len(words) < 2 or not is_hosters_machine(words[1])
    return False
