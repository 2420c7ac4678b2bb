"""What has been seen so far, asked by probe and target. The floors above never meet a raw observation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Generic, Protocol, Self, TypeVar

import msgspec
from msgspec import Struct

from probes.address_owner import AddressOwner
from probes.addresses import HostAddresses
from probes.certificate_log import LoggedCertificates
from probes.delegation import Delegation
from probes.dns_records import DnsRecords
from probes.dnssec import Dnssec
from probes.kit.observation import Absent, AnyObservation, Reason, Seen, Unknown
from probes.kit.public_files import NewsFeed
from probes.kit.target import Address, Domain, Endpoint, Host, Target
from probes.mail_policy import MailPolicy
from probes.mail_server import MailServer
from probes.microsoft_tenant import MicrosoftTenant
from probes.mta_sts_policy import PolicyFile
from probes.name_servers import NameServers
from probes.names_below import NamesBelow
from probes.old_tls import OldTls
from probes.registration import Registration
from probes.relied_domain import ReliedDomain
from probes.reverse_whois import PastHolders
from probes.security_trails import Trailed
from probes.service_records import ServiceRecords
from probes.shodan import MetInDns
from probes.site_files import SiteFiles
from probes.sub_zone import SubZone
from probes.tls_certificate import ServedCertificate
from probes.web_archive import ArchivedSite
from probes.website import Website
from probes.zone_chain import ZoneChain
from probes.zone_transfer import ZoneTransfer

T = TypeVar("T", bound=Target)
F = TypeVar("F")


class Ask(Struct, Generic[T, F], frozen=True, gc=False):
    """A probe by its name, with the kind of target it looks at and of fact it brings as types."""

    probe: str


REGISTRATION: Ask[Domain, Registration] = Ask("registration")
DELEGATION: Ask[Domain, Delegation] = Ask("delegation")
DNS_RECORDS: Ask[Domain, DnsRecords] = Ask("dns_records")
MAIL_POLICY: Ask[Domain, MailPolicy] = Ask("mail_policy")
MTA_STS_POLICY: Ask[Domain, PolicyFile] = Ask("mta_sts_policy")
DNSSEC: Ask[Domain, Dnssec] = Ask("dnssec")
NAME_SERVERS: Ask[Domain, NameServers] = Ask("name_servers")
RELIED_DOMAIN: Ask[Domain, ReliedDomain] = Ask("relied_domain")
SERVICE_RECORDS: Ask[Domain, ServiceRecords] = Ask("service_records")
MICROSOFT_TENANT: Ask[Domain, MicrosoftTenant] = Ask("microsoft_tenant")
CERTIFICATE_LOG: Ask[Domain, LoggedCertificates] = Ask("certificate_log")
WEB_ARCHIVE: Ask[Domain, ArchivedSite] = Ask("web_archive")
NAMES_BELOW: Ask[Domain, NamesBelow] = Ask("names_below")
ZONE_CHAIN: Ask[Domain, ZoneChain] = Ask("zone_chain")
ZONE_TRANSFER: Ask[Domain, ZoneTransfer] = Ask("zone_transfer")
REVERSE_WHOIS: Ask[Domain, PastHolders] = Ask("reverse_whois")
SECURITY_TRAILS: Ask[Domain, Trailed] = Ask("security_trails")
SHODAN: Ask[Domain, MetInDns] = Ask("shodan")
ADDRESSES: Ask[Host, HostAddresses] = Ask("addresses")
WEBSITE: Ask[Host, Website] = Ask("website")
SITE_FILES: Ask[Host, SiteFiles] = Ask("site_files")
MAIL_SERVER: Ask[Host, MailServer] = Ask("mail_server")
TLS_CERTIFICATE: Ask[Endpoint, ServedCertificate] = Ask("tls_certificate")
FEED: Ask[Host, NewsFeed] = Ask("feed")
SUB_ZONE: Ask[Host, SubZone] = Ask("sub_zone")
OLD_TLS: Ask[Endpoint, OldTls] = Ask("old_tls")
ADDRESS_OWNER: Ask[Address, AddressOwner] = Ask("address_owner")


class Sighting(Struct, Generic[F], frozen=True, gc=False):
    """The outcome that counts for one question, when it was had and what it rests on."""

    outcome: Seen[F] | Absent | Unknown
    at: datetime | None = None
    """None when nobody ever asked."""
    vantage: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """True when somebody looked, whatever came of it."""
        return self.at is not None


NEVER_ASKED: Sighting[Any] = Sighting(Unknown(Reason.NOT_ASKED))


class Looks(Protocol):
    """Everything that was looked at: a store, or a handful of observations."""

    def latest(self, ask: Ask[T, F], target: T) -> Sighting[F]:
        """Return the newest outcome; `Unknown(not_asked)` when the probe was never sent there."""


class RecentLooks:
    """The looks asked for lately, at hand: who asks for one thing several times asks the store once."""

    def __init__(self, looks: Looks, most: int = 256) -> None:
        """Remember up to `most` looks, then begin anew."""
        self._looks, self._most = looks, most
        self._known: dict[tuple[str, Any], Sighting[Any]] = {}

    def latest(self, ask: Ask[T, F], target: T) -> Sighting[F]:
        """Return the newest outcome; `Unknown(not_asked)` when the probe was never sent there."""
        key = (ask.probe, target)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= self._most:
                self._known.clear()
            known = self._known[key] = self._looks.latest(ask, target)
        return known


class GatheredLooks:
    """Looks held in memory. Of several observations of one thing the newest counts."""

    def __init__(self, newest: dict[tuple[str, Target], AnyObservation]) -> None:
        self._newest = newest

    @classmethod
    def of(cls, observations: Iterable[AnyObservation]) -> Self:
        """Gather observations; the order in which they come makes no difference."""
        newest: dict[tuple[str, Target], AnyObservation] = {}
        for observation in observations:
            key = (observation.probe, observation.target)
            rival = newest.get(key)
            if rival is None or _precedence(observation) > _precedence(rival):
                newest[key] = observation
        return cls(newest)

    def latest(self, ask: Ask[T, F], target: T) -> Sighting[F]:
        """Return the newest outcome; `Unknown(not_asked)` when the probe was never sent there."""
        observation = self._newest.get((ask.probe, target))
        if observation is None:
            return NEVER_ASKED
        return Sighting(
            observation.outcome, observation.at, observation.vantage, observation.evidence
        )


def _precedence(observation: AnyObservation) -> tuple[datetime, int, bytes]:
    """Newest first; of one moment a fact outranks an absence, and an absence a failure."""
    rank = {Seen: 2, Absent: 1, Unknown: 0}[type(observation.outcome)]
    return observation.at, rank, msgspec.json.encode(observation)
