"""How names are tied to each other: what one's sites, records and certificates say of another.

A tie is told by the one and about the other. What the client's names say of a stranger, the client
said; what a stranger's names say of the client, anybody could have said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct

from probes.certificate_log import LoggedCertificates
from probes.kit.observation import AnyObservation, Seen
from probes.kit.spf import names_in
from probes.kit.target import Endpoint
from probes.mail_policy import MailPolicy
from probes.tls_certificate import ServedCertificate, Trust
from scanner.assets.estate import Params
from scanner.discovery.certificates import Close, company
from scanner.discovery.lead import mentions_in, name_in
from scanner.discovery.scope import registered

ACCEPTS = "accepts_reports_of"
CERTIFIED = "certified_for_organisation_of"
"""Told by its certificates: `to` is the organisation they were issued to."""
ALONE = "alone_in_certificate_with"
TOGETHER = "shares_certificate"

PAST = timedelta(days=400)
"""A certificate that ran out longer ago, and was not renewed since, tells of former days."""

_BY_AN_AUTHORITY = frozenset({Trust.TRUSTED, Trust.EXPIRED, Trust.NOT_YET_VALID, Trust.WRONG_NAME})

SAID_BY_CLIENT: Mapping[str, str] = {
    ALONE: ALONE,
    TOGETHER: TOGETHER,
    ACCEPTS: "takes_client_reports",
    CERTIFIED: "certificate_of_the_client",
    "same_registrant_as": "same_registrant",
    "certified_for": "certified_for_clients_name",
    "once_registered_by": "once_registered_to_clients_name",
    "redirect_from": "client_site_redirects_here",
    "canonical_of": "version_of_client_site",
    "alternate_of": "version_of_client_site",
    "in_app_links_of": "version_of_client_site",
    "in_sitemap_of": "in_client_sitemap",
    "in_security_txt_of": "in_client_security_txt",
    "mail_domain_on_page_of": "mail_domain_on_client_site",
    "linked_from": "linked_by_client",
    "loaded_by": "loaded_by_client_site",
    "takes_reports_on": "accepts_reports_for_it",
    "mail_picture_of": "loaded_by_client_site",
    "allowed_by_policy_of": "allowed_by_client_site",
    "soa_mailbox_of": "client_zone_mailbox",
    "dmarc_report_of": "client_reports_go_there",
    "tls_report_of": "client_reports_go_there",
    "caa_contact_of": "client_contact_is_there",
    "mx_host_of": "client_mail_goes_there",
    "srv_host_of": "client_served_from_there",
    "cname_of": "client_served_from_there",
    "ns_host_of": "client_served_from_there",
    "spf_include_of": "client_sends_through_it",
    "reverse_name_of": "client_address_named_so",
    "reverse_name_beside": "beside_client_address",
}
"""What a mention on the client's names comes to, by its code."""

SAID_OF_CLIENT: Mapping[str, str] = {
    ALONE: ALONE,
    TOGETHER: TOGETHER,
    ACCEPTS: "accepts_reports_for_it",
    "redirect_from": "redirects_to_client_site",
    "canonical_of": "calls_itself_client_site",
    "alternate_of": "calls_itself_client_site",
    "linked_from": "links_to_client_site",
    "mail_domain_on_page_of": "client_mail_on_page",
    "soa_mailbox_of": "zone_mailbox_at_client",
    "dmarc_report_of": "reports_go_to_client",
    "tls_report_of": "reports_go_to_client",
    "caa_contact_of": "contact_at_client",
    "mx_host_of": "mail_goes_to_client_host",
    "srv_host_of": "served_from_client_host",
    "cname_of": "served_from_client_host",
    "ns_host_of": "served_by_client_name_server",
    "spf_include_of": "sends_through_client",
    "mail_picture_of": "shows_client_picture",
}
"""What a mention of the client's names on another's comes to, by its code."""


class Tie(Struct, frozen=True, gc=False):
    """One name says something of another."""

    place: tuple[bool, str, bool]
    """Which of several like it is told: what is served before what is logged, by host, web before mail."""
    host: str
    """Who says it: a host or domain."""
    to: str
    """What it says: the host or domain that is named."""
    evidence: tuple[str, ...]
    among: tuple[str, ...] = ()
    """Other registered names in the certificate that tells it."""
    past: bool = False
    """Told by certificates that ran out long ago, or name but places where sites are tried out: what was sold since
    stands in them, and who made the site."""
    below: bool = False
    """Told by certificates that name nothing but hosts below the other name."""
    one_of_several: bool = False
    """Told by a sender policy that lets others send as well."""


def ties_in(observation: AnyObservation) -> Iterator[tuple[str, str, Tie]]:
    """Yield (code, registered name, tie) for every other registered name that an answer speaks of."""
    if not isinstance(observation.outcome, Seen):
        return
    target, ids = observation.target, observation.evidence
    about = name_in(target)
    own = registered(about)
    match observation.outcome.fact:
        case ServedCertificate() | LoggedCertificates() as fact:
            logged = isinstance(fact, LoggedCertificates)
            if isinstance(fact, ServedCertificate) and fact.trust not in _BY_AN_AUTHORITY:
                return  # anybody may write any names into a certificate of his own
            place = (logged, about, not logged and target != Endpoint(about, 443))
            for name, stands in company(fact, about).items():
                code = ALONE if stands.close is Close.ALONE else TOGETHER
                past = observation.at - stands.until > PAST
                past = past or stands.trial
                yield code, name, Tie(place, about, name, ids, stands.among, past, stands.below)
            if isinstance(fact, LoggedCertificates):
                for issued in fact.same_organisation:
                    for name in {registered(host.removeprefix("*.")) for host in issued.hosts}:
                        if name and name != own:
                            yield CERTIFIED, name, Tie(place, about, issued.organisation, ids)
            return
        case MailPolicy() as policy:
            for one in policy.reports_accepted:
                if one.by_name and registered(one.by) != own:
                    yield (
                        ACCEPTS,
                        registered(one.by),
                        Tie((False, about, False), about, one.by, ids),
                    )
            for key in policy.dkim_keys:
                # Whoever leads the look-up of his key elsewhere lets that one sign for him.
                if key.alias and registered(key.alias) not in ("", own):
                    tie = Tie((False, about, False), about, key.alias, ids)
                    yield "srv_host_of", registered(key.alias), tie
    place = (False, about, False)
    below = f".{own}"
    several = _lets_several_send(observation.outcome.fact, own)
    for mention in mentions_in(observation):
        named = name_in(mention.target)
        if named == own or named.endswith(below) or mention.how not in SAID_BY_CLIENT:
            continue
        domain = registered(named)
        if domain and domain != own:
            one_of_several = several and mention.how == "spf_include_of"
            yield (
                mention.how,
                domain,
                Tie(place, about, named, ids, one_of_several=one_of_several),
            )


def _lets_several_send(fact: Any, own: str) -> bool:
    """Say whether a sender policy names several others: a partner lets the client send his invitations, too."""
    match fact:
        case MailPolicy(spf=Seen(policy)):
            return len({registered(one) for one in names_in(policy.record)} - {"", own}) > 1
    return False


def told_by(code: str, tie: Tie) -> Params:
    """Return what fills in the sentence of what the client's names say."""
    if code == CERTIFIED:
        return {"holder": tie.to}
    return {"with" if code in (ALONE, TOGETHER) else "from": tie.host}


def told_of(said: str, tie: Tie) -> Params:
    """Return what fills in the sentence of what a name says of the client's."""
    if said in (ALONE, TOGETHER):
        return {"with": tie.to}
    if said == "accepts_reports_for_it":
        return {"from": tie.to}
    is_host = said in ("served_by_client_name_server", "mail_goes_to_client_host")
    return {"host" if is_host else "to": tie.to}
