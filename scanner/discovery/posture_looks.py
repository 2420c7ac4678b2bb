"""Looks that only tell how well a client's things are kept: few, and where an answer gives a reason."""

from __future__ import annotations

from collections.abc import Iterator, Set

from probes.delegation import Delegation
from probes.kit.observation import Absent, AnyObservation, Seen
from probes.kit.providers import provider_of_name
from probes.kit.target import Domain, Endpoint, Host
from probes.mail_policy import MailPolicy
from probes.website import Website
from scanner.discovery.agenda import Look
from scanner.discovery.lead import name_in
from scanner.discovery.relied import relied_on
from scanner.discovery.scope import Scope, registered


def posture_looks(
    observation: AnyObservation, scope: Scope, mail_hosts: Set[str]
) -> Iterator[Look]:
    """Yield the looks that an answer about a client's thing makes due; nothing of strangers leads on."""
    if observation.probe == "relied_domain":
        if isinstance(observation.outcome, Absent):
            yield Look(
                "registration", observation.target
            )  # the second proof that anybody may have it
        return
    name = name_in(observation.target)
    followed = scope.follows(registered(name))
    match observation.outcome:
        case Seen(Website() as site) if scope.is_sure(name) and site.https.end_host == name:
            if isinstance(site.https.page, Seen):
                yield Look("old_tls", Endpoint(name, 443))
        case Seen(Delegation() as delegation) if scope.is_sure(name):
            # What a known provider's servers do is no business of his customers, thousands of whom ask.
            if any(provider_of_name(server.host) is None for server in delegation.servers):
                yield Look("name_servers", observation.target)
        case Seen(MailPolicy(mta_sts=Seen())) if followed:
            yield Look("mta_sts_policy", observation.target)
            yield Look("addresses", Host(f"mta-sts.{name}"))
    if followed or name in mail_hosts:
        for leaned_on in relied_on(observation):
            if not scope.follows(leaned_on):
                yield Look("relied_domain", Domain(leaned_on))
