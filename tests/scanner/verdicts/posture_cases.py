"""For each posture code a world in which it must be said, and what it is said of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from probes.addresses import HostAddresses
from probes.delegation import Delegation, ServerLook, ServerState
from probes.dns_records import CertificateAuthorityRule, DnsRecords, StartOfAuthority
from probes.dnssec import Dnssec
from probes.kit.dkim import DkimKey
from probes.kit.dnssec import DelegationSigner, Signature, ZoneKey
from probes.kit.mta_sts import StsPolicy
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.public_files import SecurityText
from probes.kit.target import Domain, Endpoint, Host
from probes.mail_policy import ReportsAccepted, SignerKey
from probes.mail_server import MailServer
from probes.mta_sts_policy import PolicyFile
from probes.name_servers import NameServer, NameServers
from probes.old_tls import OldTls
from probes.site_files import SiteFiles
from probes.sub_zone import SubZone
from probes.tls_certificate import Trust
from tests.scanner.discovery.world import (
    NO_LISTENER,
    NODATA,
    NOW,
    NXDOMAIN,
    TIMEOUT,
    World,
    certificate,
    mark,
    page,
    registration,
    sender_policy,
    stub,
    website,
)

A = Domain("a.ru")
DAY = timedelta(days=1)
HTTPS = {"url": "https://a.ru/"}
HSTS = ("strict-transport-security", "max-age=63072000")
GOOD_HEADERS = (
    HSTS,
    ("content-security-policy", "default-src 'self'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
)
Case = tuple[str, str, World]
"""A code without `posture.`, the asset that it is said of, and the world."""


def free(world: World, name: str) -> World:
    """A domain that anybody may register: denied by the zone above it and by the registry."""
    world.see("relied_domain", Domain(name), Absent("NXDOMAIN at ru"))
    return world.see("registration", Domain(name), Absent("RDAP 404"))


def site(shown: Any = None, **said: Any) -> World:
    shown = page(**HTTPS, protections=GOOD_HEADERS) if shown is None else shown
    world = (
        World()
        .domain("a.ru")
        .both("a.ru", shows=shown, tls=certificate("a.ru", "www.a.ru"), **said)
    )
    for name in ("a.ru", "www.a.ru"):
        encrypted(world, name, shown)
    return world


def encrypted(world: World, name: str, shown: Any) -> None:
    """Over http a redirect to https, as it ought to be."""
    if not hasattr(shown, "url"):
        return
    seen = website(name, replace(shown, url=f"https://{name}/"))
    world.see("website", Host(name), seen)


def delegated(*servers: ServerLook, **more: Any) -> World:
    return World().domain("a.ru", servers=Delegation("ru", servers, **more))


def server(
    host: str, *ips: str, state: ServerState = ServerState.AUTHORITATIVE, detail: str = ""
) -> ServerLook:
    return ServerLook(host, ips, state, detail)


def records(world: World, **changes: Any) -> World:
    """Change the apex records of a.ru."""
    plain = DnsRecords(
        ns=Seen(("ns1.reg.ru", "ns2.reg.ru")), soa=NODATA, mx=NODATA, txt=NODATA, caa=NODATA,
        wildcard=NXDOMAIN,
    )  # fmt: skip
    known = next((o.outcome.fact for o in world.observations if o.probe == "dns_records"), plain)
    return world.see("dns_records", A, replace(known, **changes))


def policy(world: World, **changes: Any) -> World:
    """Change the mail policy of a.ru."""
    known = next(o.outcome.fact for o in world.observations if o.probe == "mail_policy")
    return world.see("mail_policy", A, replace(known, **changes))


def mail(**said: Any) -> World:
    """A domain that takes mail at a host that answers."""
    given = {
        "mx": ("mx.a.ru",),
        "spf": "v=spf1 mx -all",
        "dmarc": "v=DMARC1; p=reject; rua=mailto:d@a.ru",
    }
    return World().domain("a.ru", **{**given, **said}).mail_host("mx.a.ru")


def spf(record: str = "v=spf1 mx -all", **changes: Any) -> World:
    return mail(spf=Seen(sender_policy(record, **changes)))


def key(**changes: Any) -> World:
    plain = DkimKey("rsa", 2048)
    return policy(mail(), dkim_keys=(SignerKey("mail", replace(plain, **changes)),))


def sts(policy_file: Any, **changes: Any) -> World:
    world = policy(
        mail(), mta_sts=Seen("v=STSv1; id=1"), tls_rpt=Seen("v=TLSRPTv1; rua=mailto:t@a.ru")
    )
    if isinstance(policy_file, StsPolicy):
        given = {"policy": policy_file, "trust": "trusted", "content_type": "text/plain"}
        policy_file = PolicyFile(**{**given, **changes})
    return world.see("mta_sts_policy", A, policy_file)


GOOD_STS = StsPolicy("enforce", 604_800, ("mx.a.ru",))


def signed(
    ds: bool = True,
    keys: tuple[ZoneKey, ...] = (ZoneKey(7, 13, 0),),
    matches: bool = True,
    digest: int = 2,
    starts: datetime = NOW - DAY,
    ends: datetime = NOW + 7 * DAY,
    verifies: bool | None = True,
    iterations: int | None = None,
) -> World:
    signers = (DelegationSigner(7, 13, digest, matches),) if ds else ()
    made = tuple(
        Signature(what, 7, starts, ends, verifies, ds and matches) for what in ("DNSKEY", "SOA")
    )
    fact = Dnssec("192.0.2.1", signers, keys, made if keys else (), iterations)
    return World().domain("a.ru").see("dnssec", A, fact)


def manners(*servers: NameServer) -> World:
    return World().domain("a.ru").see("name_servers", A, NameServers(servers))


def ns(host: str = "ns1.h.ru", **changes: Any) -> NameServer:
    return replace(NameServer(host, "192.0.2.1", Seen(1), False, False), **changes)


def files(security: Any) -> World:
    nothing = Absent("404")
    fact = SiteFiles("a.ru", "https", nothing, nothing, security, nothing, nothing, nothing)
    return site().see("site_files", Host("a.ru"), fact)


def tls(**changes: Any) -> World:
    world = site()
    for name in ("a.ru", "www.a.ru"):
        shown = certificate("a.ru", "www.a.ru", **changes)
        world.see("tls_certificate", Endpoint(name, 443), shown)
    return world


def dangling(host: str, target: str) -> HostAddresses:
    return HostAddresses((target,), True, NXDOMAIN, NXDOMAIN)


def _wild() -> World:
    return records(
        World().domain("a.ru"), wildcard=Seen(("185.199.108.153",)), wildcard_alias="a.github.io"
    )


def _cloud() -> World:
    return (
        World().domain("a.ru").host("a.ru", "198.51.100.77", shows=TIMEOUT, provider="yandex_cloud")
    )


def _differing() -> World:
    world = World().domain("a.ru").host("a.ru", "198.51.100.1", shows=page("One", body_sha256="1"))
    return world.host("www.a.ru", "198.51.100.2", shows=page("Two", body_sha256="2"))


def _half_dead() -> World:
    return site().host("www.a.ru", shows=NO_LISTENER)


def _mx(host: str, *addresses: str, chain: tuple[str, ...] = ()) -> World:
    world = mail(mx=(host,))
    return world.addresses(host, *addresses, chain=chain) if addresses else world


def _reports(outcome: Any) -> World:
    return policy(
        mail(dmarc="v=DMARC1; p=reject; rua=mailto:d@gone.ru"),
        reports_accepted=(ReportsAccepted("gone.ru", outcome, NXDOMAIN),),
    )


def _starttls(server: MailServer | None = None, tls: Any = None) -> World:
    world = mail()
    if server:
        world.see("mail_server", Host("mx.a.ru"), server)
    return world.see(
        "tls_certificate", Endpoint("mx.a.ru", 25, "smtp"), tls or certificate("mx.a.ru")
    )


def rule(tag: str, value: str, flags: int = 0) -> CertificateAuthorityRule:
    return CertificateAuthorityRule(tag, value, flags)


def below(*servers: ServerLook, caa: Any = NODATA, **shows: Any) -> World:
    """A name inside the domain, with what it has of its own; delegated where servers are given."""
    world = World().domain("a.ru", log=(("shop.a.ru",),)).host("shop.a.ru", **shows)
    zone = SubZone(Seen(servers) if servers else NODATA, caa)
    return world.see("sub_zone", Host("shop.a.ru"), zone)


DOMAIN, MAIL, SITE = "domain:a.ru", "mail:a.ru", "site:a.ru"
_build: list[tuple[str, str, Callable[[], World]]] = [
    ("takeover_cname", DOMAIN, lambda: free(World().domain("a.ru").see(
        "addresses", Host("a.ru"), dangling("a.ru", "x.gone.ru")), "gone.ru")),
    ("takeover_name_server", DOMAIN, lambda: free(delegated(
        server("ns1.gone.ru", state=ServerState.NO_ADDRESS, detail="NXDOMAIN"),
        server("ns1.h.ru", "192.0.2.1")), "gone.ru")),
    ("takeover_zone_host", DOMAIN, lambda: delegated(
        server("ns1.digitalocean.com", "192.0.2.1", state=ServerState.LAME),
        server("ns2.digitalocean.com", "192.0.2.2", state=ServerState.LAME))),
    ("zone_host_unproved", DOMAIN, lambda: delegated(
        server("ns1.dnsimple-edge.net", "192.0.2.1", state=ServerState.LAME))),
    ("takeover_name_server", DOMAIN, lambda: free(below(
        server("ns1.gone.ru", state=ServerState.NO_ADDRESS, detail="NXDOMAIN"),
        server("ns1.h.ru", "192.0.2.1")), "gone.ru")),
    ("takeover_zone_host", DOMAIN, lambda: below(
        server("ns1.digitalocean.com", "192.0.2.1", state=ServerState.LAME))),
    ("zone_host_unproved", DOMAIN, lambda: below(
        server("ns-cloud-a1.googledomains.com", "192.0.2.1", state=ServerState.LAME))),
    ("takeover_wildcard", DOMAIN, _wild),
    ("takeover_mx", MAIL, lambda: free(mail(mx=("mx.gone.ru",)).nowhere("mx.gone.ru"), "gone.ru")),
    ("takeover_spf", MAIL, lambda: free(spf("v=spf1 include:_s.gone.ru -all", gone=("_s.gone.ru",)), "gone.ru")),
    ("takeover_dmarc", MAIL, lambda: free(_reports(NXDOMAIN), "gone.ru")),
    ("takeover_mta_sts", MAIL, lambda: free(mail().see(
        "addresses", Host("mta-sts.a.ru"), dangling("mta-sts.a.ru", "x.gone.ru")), "gone.ru")),
    ("takeover_saas", SITE, lambda: site(stub("unclaimed_saas", status=404))),
    ("takeover_cloud_address", SITE, _cloud),
    ("takeover_page", SITE, lambda: free(site(page(script_hosts=("cdn.gone.ru",))), "gone.ru")),
    ("one_name_server", DOMAIN, lambda: delegated(server("ns1.h.ru", "192.0.2.1"))),
    ("name_servers_one_address", DOMAIN, lambda: delegated(
        server("ns1.h.ru", "192.0.2.1"), server("ns2.h.ru", "192.0.2.1"))),
    ("name_servers_one_network", DOMAIN, lambda: delegated(
        server("ns1.h.ru", "192.0.2.1"), server("ns2.h.ru", "192.0.2.2"))),
    ("name_servers_differ", DOMAIN, lambda: records(World().domain("a.ru"), ns=Seen(("ns1.reg.ru", "ns3.reg.ru")))),
    ("glue_differs", DOMAIN, lambda: delegated(
        server("ns1.a.ru", "192.0.2.1"), server("ns2.h.ru", "198.51.100.2"), glue=(("ns1.a.ru", "192.0.2.9"),))),
    ("name_server_is_alias", DOMAIN, lambda: manners(ns(alias=True))),
    ("name_server_no_tcp", DOMAIN, lambda: manners(ns(by_tcp=NO_LISTENER))),
    ("name_server_open_recursion", DOMAIN, lambda: manners(ns(recurses=True))),
    ("zone_serials_differ", DOMAIN, lambda: manners(ns(), ns("ns2.h.ru", by_tcp=Seen(2)))),
    ("soa_timers", DOMAIN, lambda: records(World().domain("a.ru"), soa=Seen(
        StartOfAuthority("ns1.h.ru", "a@h.ru", 1, 60, 60, 600, 300)))),
    ("dnssec_unsigned_below_ds", DOMAIN, lambda: signed(keys=())),
    ("dnssec_ds_mismatch", DOMAIN, lambda: signed(matches=False)),
    ("dnssec_signature_expired", DOMAIN, lambda: signed(ends=NOW - DAY, starts=NOW - 9 * DAY)),
    ("dnssec_signature_bad", DOMAIN, lambda: signed(verifies=False)),
    ("dnssec_signature_bad", DOMAIN, lambda: signed(starts=NOW + DAY)),
    ("dnssec_signature_ends", DOMAIN, lambda: signed(ends=NOW + timedelta(hours=11))),
    ("dnssec_signature_long", DOMAIN, lambda: signed(ends=NOW + 181 * DAY)),
    ("dnssec_weak_algorithm", DOMAIN, lambda: signed(keys=(ZoneKey(7, 5, 2048),))),
    ("dnssec_weak_algorithm", DOMAIN, lambda: signed(digest=1)),
    ("dnssec_weak_key", DOMAIN, lambda: signed(keys=(ZoneKey(7, 8, 1024),))),
    ("dnssec_nsec3_iterations", DOMAIN, lambda: signed(iterations=10)),
    ("dnssec_no_ds", DOMAIN, lambda: signed(ds=False)),
    ("dnssec_absent", DOMAIN, lambda: World().domain("a.ru").see("dnssec", A, Absent("unsigned"))),
    ("mx_missing_but_sends", MAIL, lambda: World().domain("a.ru", spf="v=spf1 ip4:192.0.2.1 -all")),
    ("mx_is_alias", MAIL, lambda: _mx("mx.a.ru", "203.0.113.25", chain=("mx.h.ru",))),
    ("mx_gone", MAIL, lambda: mail(mx=("gone.a.ru",)).nowhere("gone.a.ru")),
    ("mx_is_address", MAIL, lambda: mail(mx=("192.0.2.7",))),
    ("mx_is_local", MAIL, lambda: _mx("mx.a.ru", "10.0.0.5")),
    ("mx_is_local", MAIL, lambda: mail(mx=("localhost",))),
    ("null_mx_beside_others", MAIL, lambda: mail(mx=("", "mx.a.ru"))),
    ("parked_mail_open", MAIL, lambda: World().domain("a.ru").both("a.ru")),
    ("parked_mail_open_no_address", MAIL, lambda: World().domain("a.ru")),
    ("smtp_no_starttls", MAIL, lambda: _starttls(MailServer("203.0.113.25", "220 x", True, (), False, ""))),
    ("smtp_certificate", MAIL, lambda: _starttls(tls=certificate("x.ru", trust=Trust.WRONG_NAME))),
    ("spf_missing", MAIL, lambda: mail(spf=NODATA)),
    ("spf_several", MAIL, lambda: spf(problems=("several_records",))),
    ("spf_syntax", MAIL, lambda: spf(problems=("syntax",))),
    ("spf_too_many_lookups", MAIL, lambda: spf(problems=("too_many_lookups",), lookups=12)),
    ("spf_too_many_voids", MAIL, lambda: spf(problems=("too_many_void_lookups",), void_lookups=3)),
    ("spf_too_many_mx", MAIL, lambda: spf(problems=("too_many_mx",))),
    ("spf_loop", MAIL, lambda: spf(problems=("loop",))),
    ("spf_include_without_record", MAIL, lambda: spf(problems=("include_without_record",))),
    ("spf_include_without_record", MAIL, lambda: spf(problems=("redirect_without_record",))),
    ("spf_allows_all", MAIL, lambda: spf("v=spf1 +all")),
    ("spf_neutral", MAIL, lambda: spf("v=spf1 mx ?all")),
    ("spf_without_all", MAIL, lambda: spf("v=spf1 mx")),
    ("spf_ptr", MAIL, lambda: spf("v=spf1 ptr -all", ptr=True)),
    ("spf_leading_space", MAIL, lambda: records(mail(spf=NODATA), txt=Seen((" v=spf1 mx -all",)))),
    ("spf_leading_space", MAIL, lambda: records(mail(spf=NODATA), txt=Seen(('"v=spf1 mx -all',)))),
    ("dkim_short_key", MAIL, lambda: key(bits=768)),
    ("dkim_weak_key", MAIL, lambda: key(bits=1024)),
    ("dkim_bad_key", MAIL, lambda: key(bits=0, errors=("key",))),
    ("dkim_revoked", MAIL, lambda: key(bits=0, revoked=True)),
    ("dkim_testing", MAIL, lambda: key(testing=True)),
    ("dmarc_missing", MAIL, lambda: policy(mail(dmarc=NODATA), dmarc_above=Absent("no v=DMARC1"))),
    ("dmarc_several", MAIL, lambda: policy(mail(dmarc=Unknown(Reason.MALFORMED)), several=("dmarc",))),
    ("dmarc_misplaced", MAIL, lambda: records(mail(dmarc=NODATA), txt=Seen(("v=DMARC1; p=none",)))),
    ("dmarc_malformed", MAIL, lambda: mail(dmarc="v=DMARC1; p=rejct")),
    ("dmarc_none", MAIL, lambda: mail(dmarc="v=DMARC1; p=none; rua=mailto:d@a.ru")),
    ("dmarc_subdomains_none", MAIL, lambda: mail(dmarc="v=DMARC1; p=reject; sp=none; rua=mailto:d@a.ru")),
    ("dmarc_no_reports", MAIL, lambda: mail(dmarc="v=DMARC1; p=reject")),
    ("dmarc_reports_refused", MAIL, lambda: _reports(NXDOMAIN)),
    ("dmarc_testing", MAIL, lambda: mail(dmarc="v=DMARC1; p=reject; t=y; rua=mailto:d@a.ru")),
    ("dmarc_removed_tags", MAIL, lambda: mail(dmarc="v=DMARC1; p=reject; pct=50; rua=mailto:d@a.ru")),
    ("mta_sts_absent", MAIL, mail),
    ("tls_rpt_absent", MAIL, mail),
    ("tls_rpt_malformed", MAIL, lambda: policy(mail(), tls_rpt=Seen("v=TLSRPTv1;"))),
    ("mta_sts_no_policy", MAIL, lambda: sts(Absent("status 404"))),
    ("mta_sts_bad_policy", MAIL, lambda: sts(GOOD_STS, trust="expired")),
    ("mta_sts_bad_policy", MAIL, lambda: sts(GOOD_STS, content_type="text/html")),
    ("mta_sts_bad_policy", MAIL, lambda: sts(replace(GOOD_STS, errors=("mode",)))),
    ("mta_sts_bad_policy", MAIL, lambda: policy(sts(GOOD_STS), mta_sts=Seen("v=STSv1;"))),
    ("mta_sts_mx_not_listed", MAIL, lambda: sts(replace(GOOD_STS, mx=("old.a.ru",)))),
    ("mta_sts_short", MAIL, lambda: sts(replace(GOOD_STS, max_age=86_400))),
    ("mta_sts_testing", MAIL, lambda: sts(replace(GOOD_STS, mode="testing"))),
    ("tls_old_versions", SITE, lambda: site().see("old_tls", Endpoint("a.ru", 443), OldTls("TLSv1.1"))),
    ("tls_no_modern", SITE, lambda: tls(tls_version="TLSv1.1")),
    ("certificate_weak_key", "certificate:sha-a.ru", lambda: tls(key="RSA 1024")),
    ("certificate_weak_key", "certificate:sha-a.ru", lambda: tls(key="EC secp192r1")),
    ("certificate_weak_signature", "certificate:sha-a.ru", lambda: tls(signature="sha1")),
    ("certificate_long_lived", "certificate:sha-a.ru", lambda: tls(
        not_before=NOW - 30 * DAY, not_after=NOW + 200 * DAY)),
    ("caa_absent", DOMAIN, site),
    ("caa_forbids_issuer", DOMAIN, lambda: records(site(), caa=Seen((rule("issue", "globalsign.com"),)))),
    ("caa_critical_unknown", DOMAIN, lambda: records(site(), caa=Seen((rule("tbs", "x", 128),)))),
    ("web_http_only", SITE, lambda: World().domain("a.ru").both(
        "a.ru", shows=page(url="http://a.ru/"), https=NO_LISTENER)),
    ("web_no_redirect", SITE, lambda: World().domain("a.ru").both(
        "a.ru", shows=page(url="http://a.ru/"), https=page(**HTTPS))),
    ("web_redirects_to_http", SITE, lambda: World().domain("a.ru").both(
        "a.ru", shows=page(url="http://a.ru/start"), to="http://a.ru/start")),
    ("web_redirect_loop", SITE, lambda: World().domain("a.ru").both("a.ru", shows=Unknown(Reason.LOOP))),
    ("web_names_differ", SITE, _differing),
    ("web_one_name_dead", SITE, _half_dead),
    ("web_hsts_missing", SITE, lambda: site(page(**HTTPS, protections=GOOD_HEADERS[1:]))),
    ("web_hsts_short", SITE, lambda: site(page(
        **HTTPS, protections=(("strict-transport-security", "max-age=86400"),)))),
    ("web_mixed_content", SITE, lambda: site(page(**HTTPS, insecure_assets=("cdn.b.ru",)))),
    ("web_directory_listing", SITE, lambda: site(page("Index of /", **HTTPS))),
    ("web_default_page", SITE, lambda: site(page("Welcome", mark("server_default"), **HTTPS))),
    ("web_stack_version", SITE, lambda: site(page(server="nginx/1.18.0", **HTTPS))),
    ("web_stack_version", SITE, lambda: site(page(generator="WordPress 5.8.1", **HTTPS))),
    ("web_headers_missing", SITE, lambda: site(page(**HTTPS, protections=(HSTS,)))),
    ("security_txt_missing", SITE, lambda: files(Absent("404"))),
    ("security_txt_expired", SITE, lambda: files(Seen(SecurityText((), (), (), NOW - DAY)))),
    ("ipv6_missing", DOMAIN, site),
    ("no_transfer_lock", DOMAIN, lambda: World().domain(
        "a.ru", registered=registration("a.ru", statuses=("clientDeleteProhibited",)))),
    ("not_checked", DOMAIN, lambda: World().domain("a.ru").see("dnssec", A, TIMEOUT)),
]  # fmt: skip
CASES: list[Case] = [(code, asset, build()) for code, asset, build in _build]
