"""A small world on paper: what each probe would have brought, written down as observations."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from probes.address_owner import AddressOwner, AutonomousSystem
from probes.addresses import HostAddresses
from probes.certificate_log import LoggedCertificate, LoggedCertificates
from probes.delegation import Delegation, ServerLook, ServerState
from probes.dns_records import DnsRecords, MailExchange
from probes.kit.observation import (
    Absent,
    AnyObservation,
    Observation,
    Reason,
    Seen,
    Unknown,
)
from probes.kit.target import Address, Domain, Endpoint, Host, Target
from probes.mail_policy import MailPolicy, SenderPolicy
from probes.mail_server import MailServer
from probes.registration import Holder, HolderKind, Moment, Registration
from probes.tls_certificate import ServedCertificate, Trust
from probes.website import Hop, Marker, Page, Visit, Website
from scanner.assets import Estate
from scanner.discovery import GatheredLooks, Seeds, attribute

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
NXDOMAIN = Absent("NXDOMAIN")
NODATA = Absent("NODATA")
NO_LISTENER = Absent("no listener")
TIMEOUT = Unknown(Reason.TIMEOUT)
ALIVE = "alive"
GOOD = "good"


def page(title: str = "Ромашка", *markers: Marker, **changes: Any) -> Page:
    """A page of somebody's own, unless changed."""
    plain = Page(
        url="https://example.ru/",
        status=200,
        content_type="text/html; charset=utf-8",
        server="nginx",
        title=title,
        text_length=4_000,
        body_length=20_000,
        body_sha256=title,
        generator="",
        language="ru",
        cookies=(),
        script_hosts=(),
        link_hosts=(),
        canonical_host="",
        counters=(),
        markers=markers,
        password_field=False,
        script_shell=False,
        truncated=False,
        address="",
    )
    return replace(plain, **changes)


def mark(says: str, strength: str = "strong", provider: str = "beget") -> Marker:
    """A marker that says a thing."""
    return Marker(f"{provider}_{says}", says, provider, strength)


def stub(says: str = "placeholder", **changes: Any) -> Page:
    """A page that carries the signature of a stub."""
    return page(f"Stub {says}", mark(says), **{"text_length": 200, **changes})


def website(
    host: str,
    shown: Any,
    https: Any = None,
    same_as_unknown: bool = False,
    to: str = "",
) -> Website:
    """The same page over http and https, unless `https` differs; `to` sends both elsewhere."""

    def visit(scheme: str, outcome: Any) -> Visit:
        url = f"{scheme}://{host}/"
        hops = (Hop(url, 301, to),) if to else ()
        return Visit(url, hops, Seen(outcome) if isinstance(outcome, Page) else outcome)

    https = shown if https is None else https
    return Website(
        visit("http", shown), visit("https", https), Seen(page("default")), same_as_unknown
    )


def sender_policy(record: str, **changes: Any) -> SenderPolicy:
    """An SPF record read by hand."""
    words = record.split()
    plain = SenderPolicy(
        record=record,
        all=words[-1].removesuffix("all") if words[-1].endswith("all") else "",
        networks=tuple(w[4:] for w in words if w.startswith(("ip4:", "ip6:"))),
        includes=tuple(w[8:] for w in words if w.startswith("include:")),
        hosts=tuple(w[2:] for w in words if w.startswith("a:")),
        lookups=1,
        void_lookups=0,
        problems=(),
        complete=True,
    )
    return replace(plain, **changes)


def certificate(*names: str, sha: str = "", **changes: Any) -> ServedCertificate:
    """A good certificate for these names, two months old, that renews itself."""
    plain = ServedCertificate(
        sha256=sha or f"sha-{names[0]}",
        serial="01",
        subject=names[0],
        organisation="",
        issuer="Let's Encrypt",
        names=names,
        name_count=len(names),
        not_before=NOW - timedelta(days=30),
        not_after=NOW + timedelta(days=60),
        key="RSA 2048",
        trust=Trust.TRUSTED,
        automated=True,
        tls_version="TLSv1.3",
        address="",
    )
    return replace(plain, **changes)


def registration(name: str, **changes: Any) -> Registration:
    """A registration that is paid for another year; no two names were bought on one day."""
    bought = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=int.from_bytes(name.encode()) % 3571)
    plain = Registration(
        domain=name,
        registrar="REGRU-RU",
        created=Moment(bought, False, "registry whois"),
        updated=None,
        expires=(),
        paid_until=date(2027, 10, 1),
        free_on=date(2027, 11, 2),
        expiry_published=True,
        statuses=(),
        name_servers=(),
        delegated=True,
        holder=Holder(HolderKind.PRIVATE_PERSON),
        dnssec=False,
        sources=(),
    )
    return replace(plain, **changes)


class World:
    """Observations put together name by name; whatever is not said was never looked at."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Target], AnyObservation] = {}

    @property
    def observations(self) -> list[AnyObservation]:
        """Everything written down, one observation a look."""
        return list(self._seen.values())

    def see(self, probe: str, target: Target, outcome: Any, at: datetime = NOW) -> World:
        """Write down one look; a fact is wrapped in Seen."""
        if not isinstance(outcome, Seen | Absent | Unknown):
            outcome = Seen(outcome)
        evidence = (f"{probe} {target}",)
        self._seen[probe, target] = Observation(probe, target, at, "here", outcome, evidence)
        return self

    def domain(
        self,
        name: str,
        *,
        registered: Any = None,
        servers: Any = ServerState.AUTHORITATIVE,
        name_servers: tuple[str, ...] = ("ns1.reg.ru", "ns2.reg.ru"),
        mx: Any = NODATA,
        spf: Any = NODATA,
        dkim: Any = NODATA,
        dmarc: Any = NODATA,
        wildcard: Any = NXDOMAIN,
        log: Any = None,
        records: Any = None,
    ) -> World:
        """A registered, delegated domain without mail, unless said otherwise."""
        about = Domain(name)
        self.see("registration", about, registered or registration(name))
        if isinstance(servers, ServerState):
            servers = Delegation(
                "parent",
                tuple(ServerLook(host, ("198.51.100.53",), servers) for host in name_servers),
            )
        self.see("delegation", about, servers)
        if isinstance(mx, tuple):
            mx = Seen(tuple(MailExchange(10, host) for host in mx))
        seen = DnsRecords(
            ns=Seen(name_servers), soa=NODATA, mx=mx, txt=NODATA, caa=NODATA, wildcard=wildcard
        )
        self.see("dns_records", about, seen if records is None else records)
        if isinstance(spf, str):
            spf = Seen(sender_policy(spf))
        policy = MailPolicy(
            spf=spf,
            dmarc=Seen(dmarc) if isinstance(dmarc, str) else dmarc,
            mta_sts=NODATA,
            tls_rpt=NODATA,
            dkim=Seen(dkim) if isinstance(dkim, tuple) else dkim,
        )
        self.see("mail_policy", about, policy)
        if isinstance(log, tuple):
            log = self._log(log)
        self.see("certificate_log", about, log or Absent("certificate log"))
        for host in (name, f"www.{name}"):
            if ("addresses", Host(host)) not in self._seen:
                self.nowhere(host)
        return self

    def host(
        self,
        name: str,
        *addresses: str,
        shows: Any = None,
        https: Any = None,
        same_as_unknown: bool = False,
        to: str = "",
        tls: Any = NO_LISTENER,
        provider: str = "beget",
        front: bool = False,
        chain: tuple[str, ...] = (),
    ) -> World:
        """A host that leads somewhere and shows a page (None: a page of its own)."""
        addresses = addresses or ("198.51.100.10",)
        self.addresses(name, *addresses, provider=provider, front=front, chain=chain)
        shown = page(f"Site {name}") if shows is None else shows
        whole = isinstance(shown, Website) or (shown is TIMEOUT and https is None)
        seen = shown if whole else website(name, shown, https, same_as_unknown, to)
        self.see("website", Host(name), seen)
        self.see("tls_certificate", Endpoint(name, 443), tls)
        return self

    def both(self, name: str, *addresses: str, **said: Any) -> World:
        """An apex and its www that show the same."""
        said.setdefault("shows", page(f"Site {name}"))
        self.host(name, *addresses, **said)
        return self.host(f"www.{name}", *addresses, **said)

    def addresses(
        self,
        name: str,
        *addresses: str,
        provider: str = "beget",
        front: bool = False,
        chain: tuple[str, ...] = (),
    ) -> World:
        """A host's addresses, and who runs each of them."""
        v4 = tuple(ip for ip in addresses if ":" not in ip)
        v6 = tuple(ip for ip in addresses if ":" in ip)
        fact = HostAddresses(chain, False, Seen(v4) if v4 else NODATA, Seen(v6) if v6 else NODATA)
        self.see("addresses", Host(name), fact)
        for ip in addresses:
            owner = AddressOwner(
                reverse_names=NXDOMAIN,
                system=Seen(AutonomousSystem(64500, "198.51.100.0/24", "RU", "EXAMPLE")),
                network=NODATA,
                provider=provider,
                provider_name=provider.title(),
                front=front,
            )
            self.see("address_owner", Address(ip), owner)
        return self

    def nowhere(self, name: str, outcome: Any = NXDOMAIN) -> World:
        """A host without any address."""
        return self.see("addresses", Host(name), outcome)

    def mail_host(
        self, name: str, *addresses: str, answers: Any = True, provider: str = "yandex"
    ) -> World:
        """A mail host; `answers` is True for a greeting, or an outcome."""
        self.addresses(name, *(addresses or ("203.0.113.25",)), provider=provider)
        greeting = MailServer("203.0.113.25", f"220 {name}", True, (), True, "")
        self.see("mail_server", Host(name), greeting if answers is True else answers)
        return self.see("tls_certificate", Endpoint(name, 25, "smtp"), TIMEOUT)

    def looks(self) -> GatheredLooks:
        """Everything written down, as looks."""
        return GatheredLooks.of(self.observations)

    def estate(self, *names: str, **seeds: Any) -> Estate:
        """What follows for a client who named these."""
        return attribute(Seeds(domains=names, **seeds), self.looks(), NOW)

    @staticmethod
    def _log(names: tuple[tuple[str, ...], ...]) -> LoggedCertificates:
        made = tuple(
            LoggedCertificate(
                id=str(number),
                names=one,
                issuer="Let's Encrypt",
                not_before=NOW - timedelta(days=400),
                not_after=NOW - timedelta(days=310),
            )
            for number, one in enumerate(names)
        )
        return LoggedCertificates(made, True, (("crt.sh", "completed"),))
