"""Each state of each kind, from looks to verdict: what must be said, and what must never be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from probes.addresses import HostAddresses
from probes.delegation import Delegation, ServerLook, ServerState
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain, Endpoint, Host
from probes.registration import Holder, HolderKind, Moment
from probes.tls_certificate import ServedCertificate, Trust
from scanner.assets import Advice, Asset, Kind
from scanner.assets.use import STATES
from scanner.verdicts.judging import judge
from scanner.verdicts.verdict import Verdict
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
    stub,
)

ENDING = {Advice.SWITCH_OFF, Advice.LET_EXPIRE}


def verdicts(world: World, *names: str, **seeds: object) -> dict[str, Verdict]:
    """Judge everything that follows from a world for a client who named these."""
    found = judge(world.estate(*(names or ("a.ru",)), **seeds), world.looks(), NOW)
    return {str(verdict.asset): verdict for verdict in found}


def site(shown: object, **said: object) -> World:
    return World().domain("a.ru").both("a.ru", shows=shown, **said)


JSON = page(content_type="application/json", title="", text_length=30)
SHORT = page("Not found", status=404, text_length=40)
EMPTY = page("", text_length=0, body_length=120)
REFUSED = Unknown(Reason.TLS_FAILED)
BOGUS = Unknown(Reason.SERVFAIL)

SITES: list[tuple[str, World, str, str]] = [
    ("own page", site(page()), "content", "keep"),
    ("own page over http alone", site(page(), https=NO_LISTENER), "content", "keep"),
    ("own page, https silent", site(page(), https=TIMEOUT), "content", "keep"),
    ("stub over http, page over https", site(stub(), https=page()), "content", "keep"),
    ("password field", site(page(password_field=True)), "login", "keep"),
    ("401", site(page(status=401)), "login", "keep"),
    ("JSON", site(JSON), "api", "keep"),
    ("JSON that finds nothing", site(page(content_type="text/json+json", status=404)), "api", "keep"),
    ("built by scripts", site(page(script_shell=True, text_length=0)), "app", "keep"),
    ("elsewhere", site(page(), to="https://elsewhere.ru/"), "redirects", "keep"),
    ("elsewhere, dead", site(NO_LISTENER, to="https://elsewhere.ru/"), "redirects", "keep"),
    ("home by another scheme", site(page(), to="https://www.a.ru/start"), "content", "keep"),
    ("hoster's stub", site(stub()), "placeholder", "switch_off"),
    ("server's default", site(stub("server_default")), "placeholder", "switch_off"),
    ("parked", site(stub("parked")), "parked", "switch_off"),
    ("parked on another host", site(stub("parked"), to="https://park.ru/"), "parked", "switch_off"),
    ("for sale", site(stub("for_sale")), "for_sale", "switch_off"),
    ("unclaimed", site(stub("unclaimed_saas", status=404)), "unclaimed_saas", "switch_off"),
    ("suspended", site(stub("suspended", status=403)), "suspended", "ask"),
    ("not paid", site(stub("unpaid_saas", status=402)), "unpaid_saas", "ask"),
    ("under repair", site(stub("maintenance", status=503)), "maintenance", "ask"),
    ("origin down", site(page(status=521)), "origin_down", "ask"),
    ("500", site(page(status=500)), "server_error", "ask"),
    ("503", site(page(status=503)), "server_error", "ask"),
    ("resets", site(NO_LISTENER), "no_listener", "ask"),
    ("challenge", site(stub("challenge")), "challenge", "ask"),
    ("weak challenge, refused", site(page("x", mark("challenge", "weak"), status=403)), "challenge",
     "ask"),
    ("403", site(page(status=403)), "forbidden", "ask"),
    ("429", site(page(status=429)), "forbidden", "ask"),
    ("451", site(page(status=451)), "forbidden", "ask"),
    ("timeouts", site(TIMEOUT, https=TIMEOUT), "no_answer", "ask"),
    ("resets beside timeouts", site(NO_LISTENER, https=TIMEOUT), "no_answer", "ask"),
    ("bad TLS beside a stub", site(stub(), https=REFUSED), "undetermined", "ask"),
    ("timeout beside a stub", site(stub(), https=TIMEOUT), "no_answer", "ask"),
    ("404", site(SHORT), "undetermined", "ask"),
    ("410", site(page(status=410)), "undetermined", "ask"),
    ("empty page", site(EMPTY), "undetermined", "ask"),
    ("same for anybody, little text", site(page(text_length=90), same_as_unknown=True),
     "undetermined", "ask"),
    ("same for anybody, much text", site(page(), same_as_unknown=True), "content", "keep"),
    ("same for anybody, weak sign", site(page("x", mark("placeholder", "weak")),
                                         same_as_unknown=True), "placeholder", "switch_off"),
    ("same for anybody, a CMS", site(page("x", mark("cms")), same_as_unknown=True), "content",
     "keep"),
    ("weak sign, little text", site(page("x", mark("parked", "weak"), text_length=90)),
     "undetermined", "ask"),
    ("weak sign, much text", site(page("x", mark("parked", "weak"))), "content", "keep"),
]  # fmt: skip


@pytest.mark.parametrize(("world", "state", "advice"), [row[1:] for row in SITES],
                         ids=[row[0] for row in SITES])  # fmt: skip
def test_a_site_is_what_it_shows(world: World, state: str, advice: str):
    """The state follows the design's table, and only what is proved is proposed to be ended."""
    verdict = verdicts(world)["site:a.ru"]

    assert (verdict.state, verdict.advice) == (state, advice)
    assert verdict.use is STATES[Kind.SITE][state]


def test_www_may_live_while_the_apex_is_a_stub():
    """Apex and www are judged together: one page anywhere is a site."""
    world = World().domain("a.ru").host("a.ru", shows=stub()).host("www.a.ru", shows=page("Real"))
    found = verdicts(world)

    assert found["site:a.ru"].state == "content"
    assert not [v for v in found.values() if v.advice in ENDING]


def test_www_that_could_not_be_seen_keeps_the_stub():
    """Nothing is proposed while half of a site is unseen."""
    for unseen in (
        World().domain("a.ru").host("a.ru", shows=stub()).nowhere("www.a.ru", TIMEOUT),
        World().domain("a.ru").host("a.ru", shows=stub()).host("www.a.ru", shows=TIMEOUT),
    ):
        found = verdicts(unseen)
        assert found["site:a.ru"].advice is Advice.ASK
        assert found["site:a.ru"].blocked_by == ("web",)
        assert found["domain:a.ru"].advice is Advice.ASK
        assert found["hosting:beget/a.ru"].advice is Advice.ASK


def test_a_mirror_is_to_be_consolidated():
    """A page that names another site of the client as the true one is its mirror."""
    world = World().domain("a.ru").both("a.ru").domain("b.ru")
    world.both("b.ru", "198.51.100.2", shows=page("Copy", canonical_host="a.ru"))

    found = verdicts(world, "a.ru", "b.ru")["site:b.ru"]

    assert (found.state, found.advice) == ("mirror", "consolidate")


def test_content_behind_a_bad_certificate_is_used_and_to_be_fixed():
    """The site, its certificate, and nothing else."""
    tls = certificate("a.ru", "www.a.ru", trust=Trust.EXPIRED, not_after=NOW - timedelta(days=3))
    found = verdicts(site(page(), tls=tls))

    assert (found["site:a.ru"].use, found["site:a.ru"].advice) == ("used", "fix")
    shown = found["certificate:sha-a.ru"]
    assert (shown.state, shown.use, shown.advice) == ("expired", "lapsed", "fix")


@pytest.mark.parametrize(
    ("sign", "world"),
    [
        ("live_mail", World().domain("a.ru", mx=("mail.a.ru",)).mail_host("mail.a.ru")),
        ("fresh_certificate", World().domain("a.ru")),
        ("link", World().domain("a.ru")),
    ],
)
def test_a_broken_site_that_is_wanted_is_fixed(sign: str, world: World):
    """Live mail, a fresh certificate or a link from a live site: fix; nothing of it: ask."""
    tls = certificate("a.ru", "www.a.ru") if sign == "fresh_certificate" else NO_LISTENER
    world.both("a.ru", shows=page(status=500), tls=tls).domain("b.ru")
    linked = ("a.ru",) if sign == "link" else ()
    world.both("b.ru", "198.51.100.2", shows=page("B", link_hosts=linked))

    found = verdicts(world, "a.ru", "b.ru")["site:a.ru"]

    assert found.advice is Advice.FIX
    (told,) = [one for one in found.findings if one.code == "asset.wanted"]
    assert told.params["by"] == sign


YANDEX = ("mx.yandex.net",)
OWN = ("mail.a.ru",)
SENDS = "v=spf1 include:_spf.yandex.net ~all"


def mailing(mx: object = NODATA, answers: object = True, **said: object) -> World:
    world = World().domain("a.ru", mx=mx, **said)
    for host in mx if isinstance(mx, tuple) else ():
        if answers is None:
            world.nowhere(host)
        elif host:
            world.mail_host(host, answers=answers)
    return world


DKIM = ("mail",)
MAILS: list[tuple[str, World, str]] = [
    ("null MX", mailing(("",)), "declared_off"),
    ("no MX", mailing(), "none"),
    ("no MX, -all", mailing(spf="v=spf1 -all"), "none"),
    ("no such name", mailing(records=NXDOMAIN, servers=NXDOMAIN), "none"),
    ("no MX, but SPF lets send", mailing(spf=SENDS), "undetermined"),
    ("no MX, but a DKIM key", mailing(dkim=DKIM), "undetermined"),
    ("no MX, SPF unseen", mailing(spf=TIMEOUT), "undetermined"),
    ("no MX, DKIM unseen", mailing(dkim=TIMEOUT), "undetermined"),
    ("MX unseen", mailing(TIMEOUT), "undetermined"),
    ("nothing seen", mailing(records=TIMEOUT), "undetermined"),
    ("own server answers", mailing(OWN), "tenant_alive"),
    ("own server silent", mailing(OWN, TIMEOUT), "undetermined"),
    ("own server resets", mailing(OWN, NO_LISTENER), "mail_broken"),
    ("own server has no address", mailing(OWN, None), "mail_broken"),
    ("one of two resets", mailing(("mail.a.ru", "mx.yandex.net"), NO_LISTENER, spf=SENDS)
     .mail_host("mx.yandex.net"), "tenant_alive"),
    ("Yandex, SPF agrees", mailing(YANDEX, spf=SENDS), "tenant_alive"),
    ("Yandex, DKIM agrees", mailing(YANDEX, dkim=DKIM), "tenant_alive"),
    ("Yandex alone", mailing(YANDEX), "tenant_configured"),
    ("Yandex, silent", mailing(YANDEX, TIMEOUT, spf=SENDS), "tenant_configured"),
    ("hoster's default", mailing(("mx1.beget.com", "mx2.beget.com")), "default_mx_only"),
    ("hoster's default, silent", mailing(("mx1.beget.com",), TIMEOUT), "default_mx_only"),
    ("a stranger", mailing(("mx.stranger.net",)), "undetermined"),
]  # fmt: skip


@pytest.mark.parametrize(("world", "state"), [row[1:] for row in MAILS],
                         ids=[row[0] for row in MAILS])  # fmt: skip
def test_mail_is_what_the_dns_and_the_servers_say(world: World, state: str):
    """And no mail is ended while the domain's own state could not be seen."""
    found = verdicts(world)
    mail = found["mail:a.ru"]

    assert (mail.state, mail.use) == (state, STATES[Kind.MAIL][state])
    if state not in ("none", "declared_off"):
        assert mail.advice not in ENDING
        assert found["domain:a.ru"].advice not in ENDING


def servers(*states: ServerState) -> Delegation:
    return Delegation(
        "ru", tuple(ServerLook(f"ns{n}.reg.ru", (), state) for n, state in enumerate(states))
    )


GOOD, LAME, DIM = ServerState.AUTHORITATIVE, ServerState.LAME, ServerState.UNKNOWN
UNPAID = registration("a.ru", paid_until=date(2026, 11, 10), free_on=date(2026, 12, 11))
SPARE = registration("a.ru", delegated=False)
HELD = registration("a.ru", statuses=("clientHold",))
REDEEM = registration("a.ru", statuses=("redemptionPeriod",))
GONE = Absent("RDAP 404")
RENEWED = registration(
    "a.ru",
    paid_until=None,
    statuses=("autoRenewPeriod",),
    expires=(
        Moment(datetime(2027, 11, 10, tzinfo=UTC), True, "registry rdap"),
        Moment(datetime(2027, 11, 10, tzinfo=UTC), True, "registrar whois"),
    ),
)
NOT_RENEWED = registration(
    "a.ru",
    paid_until=None,
    statuses=("autoRenewPeriod",),
    expires=(
        Moment(datetime(2027, 11, 10, tzinfo=UTC), True, "registry rdap"),
        Moment(datetime(2026, 11, 10, tzinfo=UTC), True, "registrar whois"),
    ),
)


def bare(**said: object) -> World:
    return World().domain("a.ru", **said)


def parked(**said: object) -> World:
    return bare(**said).both("a.ru", shows=stub("parked"), provider="reg_ru_parking")


CARE = {"mx": ("",), "spf": "v=spf1 -all", "dmarc": "v=DMARC1; p=reject"}
DOMAINS: list[tuple[str, World, str, str]] = [
    ("a live site", bare().both("a.ru"), "active_web", "keep"),
    ("only www", bare().host("www.a.ru"), "active_web", "keep"),
    ("only a deep name", bare(log=(("lk.a.ru",),)).host("lk.a.ru"), "active_web", "keep"),
    ("live mail", bare(mx=OWN).mail_host("mail.a.ru"), "active_mail", "keep"),
    ("a stub, live mail", mailing(OWN).both("a.ru", shows=stub()), "active_mail", "keep"),
    ("a redirect", bare().both("a.ru", to="https://b.com/"), "redirect_only", "keep"),
    ("parked", parked(), "parked", "let_expire"),
    ("parked, a tenant's mail", parked(mx=YANDEX).mail_host("mx.yandex.net"), "undetermined", "ask"),
    ("parked, log silent", parked(log=TIMEOUT), "undetermined", "ask"),
    ("parked, registry silent", parked(registered=TIMEOUT), "undetermined", "ask"),
    ("parked, with care", parked(**CARE), "parked", "ask"),
    ("a hoster's stub", bare().both("a.ru", shows=stub()), "placeholder", "let_expire"),
    ("for sale", bare().both("a.ru", shows=stub("for_sale")), "for_sale", "let_expire"),
    ("dark", bare(), "dark", "let_expire"),
    ("dark, wildcard", bare(wildcard=Seen(("198.51.100.1",))), "undetermined", "ask"),
    ("dark, wildcard unseen", bare(wildcard=TIMEOUT), "undetermined", "ask"),
    ("dark, www unseen", bare().nowhere("www.a.ru", TIMEOUT), "undetermined", "ask"),
    ("defensive", bare(**CARE), "defensive", "ask"),
    ("defensive, DMARC unseen", bare(**CARE | {"dmarc": TIMEOUT}), "undetermined", "ask"),
    ("null MX alone", bare(mx=("",)), "dark", "let_expire"),
    ("not delegated", bare(servers=Absent("NXDOMAIN"), records=NXDOMAIN, registered=SPARE),
     "undelegated", "let_expire"),
    ("not delegated, registry silent", bare(servers=NXDOMAIN, records=NXDOMAIN,
                                            registered=TIMEOUT), "undetermined", "ask"),
    ("lame", bare(servers=servers(LAME, LAME), records=TIMEOUT).nowhere("a.ru", TIMEOUT)
     .nowhere("www.a.ru", TIMEOUT), "lame", "ask"),
    ("servers silent", bare(servers=servers(LAME, DIM), records=TIMEOUT).nowhere("a.ru", TIMEOUT)
     .nowhere("www.a.ru", TIMEOUT), "undetermined", "ask"),
    ("some lame, a live site", bare(servers=servers(GOOD, LAME)).both("a.ru"), "active_web", "fix"),
    ("held", bare(registered=HELD, servers=NXDOMAIN, records=NXDOMAIN), "held", "ask"),
    ("not paid", bare(registered=UNPAID, servers=NXDOMAIN, records=NXDOMAIN), "lapsed_unpaid",
     "ask"),
    ("not paid, still alive", bare(registered=UNPAID).both("a.ru"), "lapsed_unpaid", "ask"),
    ("redemption", bare(registered=REDEEM, servers=NXDOMAIN, records=NXDOMAIN),
     "lapsed_redemption", "ask"),
    ("renewed by the registrar", bare(registered=RENEWED).both("a.ru"), "active_web", "keep"),
    ("renewed by the registry alone", bare(registered=NOT_RENEWED).both("a.ru"), "lapsed_unpaid",
     "ask"),
    ("released", bare(registered=GONE, servers=NXDOMAIN, records=NXDOMAIN), "lapsed_released",
     "ask"),
    ("released, one statement", bare(registered=GONE, servers=TIMEOUT, records=NXDOMAIN),
     "undetermined", "ask"),
    ("registry errs, site lives", bare(registered=GONE).both("a.ru"), "active_web", "keep"),
    ("broken site", bare().both("a.ru", shows=page(status=500)), "web_broken", "ask"),
    ("broken mail", mailing(OWN, NO_LISTENER), "mail_broken", "ask"),
    ("site refuses us", bare().both("a.ru", shows=page(status=403)), "undetermined", "ask"),
]  # fmt: skip


@pytest.mark.parametrize(("world", "state", "advice"), [row[1:] for row in DOMAINS],
                         ids=[row[0] for row in DOMAINS])  # fmt: skip
def test_a_domain_is_the_best_of_its_sides(world: World, state: str, advice: str):
    """Used, else redirect, else unknown, else broken, else idle, else unused; lapsed overrides."""
    verdict = verdicts(world)["domain:a.ru"]

    assert (verdict.state, verdict.advice) == (state, advice)
    assert verdict.use is STATES[Kind.DOMAIN][state]


def test_a_domain_others_lean_on_is_infrastructure():
    """Even when it shows nothing itself; and it may be, while one of the others is unread."""
    leaning = World().domain("core.ru").domain("a.ru", name_servers=("ns1.core.ru",)).both("a.ru")
    found = verdicts(leaning, "a.ru", "core.ru")["domain:core.ru"]
    assert (found.state, found.advice) == ("infrastructure", "keep")

    unread = World().domain("core.ru").domain("a.ru", mx=TIMEOUT).both("a.ru")
    found = verdicts(unread, "a.ru", "core.ru")["domain:core.ru"]
    assert (found.state, found.advice, found.blocked_by) == ("undetermined", "ask", ("role",))


def test_one_dead_domain_does_not_stop_the_clean_up():
    """A domain that nobody at all can read is no reason to keep the others."""
    world = parked().domain("dead.ru", servers=servers(DIM, DIM), records=TIMEOUT, spf=TIMEOUT)
    world.nowhere("dead.ru", TIMEOUT).nowhere("www.dead.ru", TIMEOUT)

    world.domain("loop.ru", records=BOGUS).nowhere("loop.ru", BOGUS).nowhere("www.loop.ru", BOGUS)

    found = verdicts(world, "a.ru", "dead.ru", "loop.ru")

    assert found["domain:a.ru"].advice is Advice.LET_EXPIRE
    assert found["domain:dead.ru"].advice is Advice.ASK
    assert found["domain:loop.ru"].advice is Advice.ASK


def test_a_used_domain_is_renewed_in_time_and_transferred_first():
    """45 days before the end; and another firm's name comes before everything."""
    due = registration("a.ru", paid_until=date(2027, 1, 4))
    assert verdicts(bare(registered=due).both("a.ru"))["domain:a.ru"].advice is Advice.RENEW
    later = registration("a.ru", paid_until=date(2027, 1, 5))
    assert verdicts(bare(registered=later).both("a.ru"))["domain:a.ru"].advice is Advice.KEEP

    holder = Holder(HolderKind.ORGANISATION, "Vasilek LLC")
    world = bare(registered=registration("a.ru", holder=holder)).both("a.ru")
    assert verdicts(world, orgs=("ООО Ромашка",))["domain:a.ru"].advice is Advice.TRANSFER
    assert verdicts(world, orgs=("ООО «Василек»",))["domain:a.ru"].advice is Advice.KEEP
    assert verdicts(world)["domain:a.ru"].advice is Advice.KEEP


def paid(**changes: object) -> ServedCertificate:
    plain = certificate("a.ru", "www.a.ru", automated=False, issuer="GlobalSign")
    old = replace(plain, not_before=NOW - timedelta(days=300), not_after=NOW + timedelta(days=60))
    return replace(old, **changes)


CERTIFICATES = [
    ("good", page(), paid(), "served", "keep"),
    ("paid, ends soon", page(), paid(not_after=NOW + timedelta(days=29)), "served", "renew"),
    ("renews itself", page(), certificate("a.ru", "www.a.ru", not_after=NOW + timedelta(days=20)),
     "served", "keep"),
    ("did not renew itself", page(), certificate("a.ru", "www.a.ru",
                                                 not_after=NOW + timedelta(days=5)),
     "served", "renew"),
    ("chain broken", page(), paid(trust=Trust.INCOMPLETE), "served", "fix"),
    ("chain broken on a stub", stub(), paid(trust=Trust.INCOMPLETE), "served", "keep"),
    ("expired on a stub", stub(), paid(not_after=NOW - timedelta(days=1)), "expired", "ask"),
    ("self-signed", page(), paid(trust=Trust.SELF_SIGNED), "served", "fix"),
    ("the state's", page(), paid(trust=Trust.UNTRUSTED, issuer="Russian Trusted Sub CA"), "served",
     "keep"),
]  # fmt: skip


@pytest.mark.parametrize(("shown", "tls", "state", "advice"), [row[1:] for row in CERTIFICATES],
                         ids=[row[0] for row in CERTIFICATES])  # fmt: skip
def test_a_certificate_is_renewed_or_fixed_where_it_is_used(shown, tls, state: str, advice: str):
    """A certificate on a stub is never worth a repair."""
    verdict = verdicts(site(shown, tls=tls))["certificate:sha-a.ru"]

    assert (verdict.state, verdict.advice) == (state, advice)


def test_a_certificate_is_superseded_only_when_every_port_was_seen():
    """A certificate of an earlier look, replaced by another: unserved, until all ports are read."""
    old = site(page(), tls=paid(sha256="old"))
    estate, new = old.estate("a.ru"), site(page(), tls=paid(sha256="new"))

    def state() -> tuple[str, str]:
        found = {one.asset: one for one in judge(estate, new.looks(), NOW)}
        verdict = found[Asset(Kind.CERTIFICATE, "old")]
        return verdict.state, verdict.advice

    assert state() == ("unserved", "ask")

    for host in ("a.ru", "www.a.ru"):
        for port in (8443, 465, 993, 995, 25, 587):
            new.see("tls_certificate",
                    Endpoint(host, port, "smtp" if port in (25, 587) else ""), NO_LISTENER)  # fmt: skip
    assert state() == ("superseded", "let_expire")


BEGET = ("mx1.beget.com",)
HOSTINGS: list[tuple[str, World, str, str]] = [
    ("a live site", site(page()), "serves_sites", "keep"),
    ("one of two lives", site(stub()).host("lk.a.ru").domain("a.ru", log=(("lk.a.ru",),)),
     "serves_sites", "keep"),
    ("redirects", site(page(), to="https://b.com/"), "redirects_only", "keep"),
    ("stubs", site(stub()), "placeholders_only", "switch_off"),
    ("stubs, own mail", mailing(OWN).mail_host("mail.a.ru", "198.51.100.10", provider="beget")
     .both("a.ru", shows=stub()), "serves_mail", "keep"),
    ("stubs, the hoster's mail", mailing(BEGET).both("a.ru", shows=stub()), "undetermined", "ask"),
    ("stubs, SPF lets it send", bare(spf="v=spf1 ip4:198.51.100.10 -all")
     .both("a.ru", shows=stub()), "undetermined", "ask"),
    ("stubs, MX unseen", bare(mx=TIMEOUT).both("a.ru", shows=stub()), "undetermined", "ask"),
    ("stubs, log silent", bare(log=TIMEOUT).both("a.ru", shows=stub()), "undetermined", "ask"),
    ("stubs, mail elsewhere", bare(mx=YANDEX, spf=SENDS).mail_host("mx.yandex.net")
     .both("a.ru", shows=stub()), "placeholders_only", "switch_off"),
    ("suspended", site(stub("suspended")), "suspended", "ask"),
    ("resets", site(NO_LISTENER), "no_listener", "ask"),
    ("silent", site(TIMEOUT, https=TIMEOUT),
     "no_answer", "ask"),
    ("refuses us", site(page(status=403)), "undetermined", "ask"),
    ("behind a front", site(page(), provider="cloudflare", front=True), "behind_front", "ask"),
]  # fmt: skip


@pytest.mark.parametrize(("world", "state", "advice"), [row[1:] for row in HOSTINGS],
                         ids=[row[0] for row in HOSTINGS])  # fmt: skip
def test_a_hosting_is_what_the_clients_names_make_of_it(world: World, state: str, advice: str):
    """Sites, mail, names; mail blocks, and so does every name that could not be read."""
    (verdict,) = [
        one for one in verdicts(world).values()
        if one.asset.kind is Kind.HOSTING and one.asset.key.endswith("/a.ru")
    ]  # fmt: skip

    assert (verdict.state, verdict.advice) == (state, advice)
    if verdict.advice is Advice.SWITCH_OFF:
        assert {"account_list", "backup", "second_look", "owner_word", "other_vantage"} == {
            str(need) for need in verdict.needs
        }


def test_a_hosting_is_judged_by_the_part_of_a_site_that_lives_on_it():
    """A stub at the apex here, the real www elsewhere: one site, two hostings, two verdicts."""
    world = bare().host("a.ru", shows=stub()).host("www.a.ru", "203.0.113.80", provider="timeweb")

    found = verdicts(world)

    assert found["site:a.ru"].state == "content"
    assert found["hosting:timeweb/www.a.ru"].state == "serves_sites"
    assert found["hosting:beget/a.ru"].state == "placeholders_only"


def test_where_there_is_no_mail_there_is_nothing_to_end():
    """No MX is not a service; nobody is asked to sign that it be switched off."""
    for world in (bare(), bare(mx=("",))):
        assert verdicts(world)["mail:a.ru"].advice is Advice.KEEP


def test_a_name_server_keeps_its_hosting():
    """A machine that serves a zone is used, whatever its web server shows."""
    world = World().domain("core.ru").both("core.ru", shows=stub())
    world.domain("a.ru", servers=Delegation(
        "ru", (ServerLook("ns1.core.ru", ("198.51.100.10",), GOOD),)))  # fmt: skip

    found = verdicts(world, "a.ru", "core.ru")

    hosting = next(one for one in found.values() if one.asset.kind is Kind.HOSTING)
    assert (hosting.state, hosting.advice) == ("serves_role", "keep")


def test_what_is_only_possible_is_asked_about_and_what_is_foreign_left_alone():
    """A parked name met in a certificate is nobody's to end."""
    world = World().domain("a.ru").both("a.ru", tls=certificate("a.ru", "b.ru"))
    world.domain("b.ru").host("b.ru", shows=stub("parked"))

    found = verdicts(world)
    assert found["domain:b.ru"].advice is Advice.ASK
    assert found["site:b.ru"].advice is Advice.ASK
    assert "ownership.unclear" in {one.code for one in found["domain:b.ru"].findings}

    foreign = verdicts(world, "a.ru", "c.ru", foreign=frozenset({"domain:c.ru"}))
    assert foreign["domain:c.ru"].advice is Advice.NO_DATA
    assert foreign["domain:c.ru"].findings == ()


def test_nothing_asked_is_no_data():
    """Where no look was made there is nothing to say, and nothing to propose."""
    found = verdicts(World())

    assert {one.advice for one in found.values()} == {Advice.NO_DATA}


def test_a_partial_log_is_a_need_and_a_silent_one_a_veto():
    """A capped certificate log must be completed before anybody acts."""
    world = parked(log=(("a.ru",),))
    sighting = next(one for one in world.observations if one.probe == "certificate_log")
    partial = replace(sighting.outcome.fact, complete=False)
    world.see("certificate_log", Domain("a.ru"), partial)

    found = verdicts(world)["domain:a.ru"]

    assert found.advice is Advice.LET_EXPIRE
    assert "complete_log" in {str(need) for need in found.needs}


def test_a_dangling_alias_is_told_on_the_domain():
    """A host without address is no site, but somebody may take its name over."""
    world = bare().host("a.ru")
    fact = HostAddresses(("gone.example.net",), True, NXDOMAIN, NXDOMAIN)
    world.see("addresses", Host("www.a.ru"), fact)

    found = verdicts(world)["domain:a.ru"]

    assert found.advice is Advice.FIX
    assert "site.dangling_cname" in {one.code for one in found.findings}
