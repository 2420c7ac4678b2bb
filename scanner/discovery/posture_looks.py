"""Looks that only tell how well a client's things are kept: few, and where an answer gives a reason."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import datetime, timedelta
from typing import Final

from probes.addresses import HostAddresses
from probes.delegation import Delegation
from probes.kit.observation import Absent, AnyObservation, Seen
from probes.kit.providers import provider_of_name
from probes.kit.target import Domain, Endpoint, Host
from probes.mail_policy import MailPolicy
from probes.website import Visit, Website
from scanner.discovery.agenda import Look
from scanner.discovery.lead import name_in
from scanner.discovery.relied import relied_on
from scanner.discovery.scope import Scope, registered

UNEDITED: Final = timedelta(days=5 * 365)
"""No sign of an editor for so long is worth a word."""


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
    if followed and name not in mail_hosts and _may_be_a_zone(name, observation):
        yield Look("sub_zone", observation.target)
    match observation.outcome:
        case Seen(Website() as site) if scope.is_sure(name):
            if site.https.end_host == name and isinstance(site.https.page, Seen):
                yield Look("old_tls", Endpoint(name, 443))
            visits = [one for one in (site.https, site.http) if one.end_host == name]
            if any(_may_have_news(one, observation.at) for one in visits):
                yield Look("feed", observation.target)
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


def _may_be_a_zone(name: str, observation: AnyObservation) -> bool:
    """Say whether a host may have records of its own: below a registered name, known, and no alias.

    A `www` is what its domain is.
    """
    if observation.probe != "addresses" or name.removeprefix("www.") == registered(name):
        return False
    match observation.outcome:
        case Seen(HostAddresses(chain=chain)):
            return not chain
        case Absent(statement):
            return statement == "NODATA"
    return True


def _may_have_news(visit: Visit, at: datetime) -> bool:
    """Say whether a page on which every year is old names a feed, which may be younger than all of them."""
    match visit.page:
        case Seen(page):
            newest = page.upkeep.any_year
            return bool(page.upkeep.feed) and 0 < newest <= (at - UNEDITED).year
    return False
