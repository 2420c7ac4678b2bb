"""A stub at the home page ends nothing that others need: each world was once a proposal to end something alive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from probes.addresses import HostAddresses
from probes.certificate_log import LoggedCertificate, LoggedCertificates
from probes.delegation import Delegation, ServerLook, ServerState
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.page_parts import Part
from probes.kit.page_relations import Relations
from probes.kit.public_files import App, AppLinks
from probes.kit.target import Domain, Endpoint, Host
from probes.mail_policy import MailPolicy
from probes.service_records import ServiceHost, ServiceRecords
from probes.site_files import SiteFiles, Sitemap
from probes.sub_zone import SubZone
from probes.web_archive import ArchivedSite
from probes.website import Hop, Visit, Website
from scanner.assets import Advice, Use
from scanner.verdicts.judging import judge
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.world import (
    NODATA,
    NOW,
    TIMEOUT,
    World,
    certificate,
    mark,
    page,
    registration,
    sender_policy,
    stub,
)

ENDING = {Advice.SWITCH_OFF, Advice.LET_EXPIRE}
SPARE = "198.51.100.70"


def verdicts(world: World, *names: str) -> dict[str, Verdict]:
    """Judge everything that follows for a client who named these, or the two domains of these tests."""
    found = judge(world.estate(*(names or ("spare.ru", "shop.ru"))), world.looks(), NOW)
    return {str(verdict.asset): verdict for verdict in found}


def ended(world: World, *names: str) -> set[str]:
    return {key for key, verdict in verdicts(world, *names).items() if verdict.advice in ENDING}


def shop(**shows: object) -> World:
    """A live shop, beside a stub on a domain and a hosting of its own."""
    world = World().domain("shop.ru").both(
        "shop.ru", "198.51.100.1", shows=page("Shop", **shows), provider="timeweb"
    )  # fmt: skip
    return world.domain("spare.ru").both("spare.ru", SPARE, shows=stub(), provider="selectel")


def parts(*said: Part) -> World:
    return shop(parts=said)


EVERYTHING = {"domain:spare.ru", "hosting:selectel/spare.ru", "site:spare.ru"}


def test_a_stub_that_nobody_needs_may_be_ended():
    """Else the tests below would prove nothing; a link to its home page is no need."""
    assert ended(shop()) == EVERYTHING
    assert ended(shop(link_hosts=("spare.ru",))) == EVERYTHING


@pytest.mark.parametrize(
    "what", ["script", "style", "font", "picture", "film", "frame", "form", "part", "file"]
)
def test_what_live_pages_are_put_together_from_is_used(what: str):
    """Site, hosting and domain alike, with the page that says so."""
    found = verdicts(parts(Part("spare.ru", what, "//spare.ru/x")))

    assert {found[key].use for key in EVERYTHING} == {Use.USED}
    assert found["site:spare.ru"].state == "api"
    assert found["hosting:selectel/spare.ru"].state == "serves_role"
    assert found["domain:spare.ru"].state == "infrastructure"
    for key in EVERYTHING:
        told = next(one for one in found[key].findings if one.facet == "role")
        assert told.params["pages"] == ["shop.ru"]
        assert told.params["parts"] == [what]
        assert told.rests_on == ("website host shop.ru",)


@pytest.mark.parametrize(
    "shown",
    [
        stub(),
        stub("server_default"),
        page("Forbidden", status=403, text_length=9),
        page("", status=200, text_length=0),
        page("Not found", status=404, text_length=9),
        page("Just a moment", mark("challenge"), status=403),
    ],
    ids=["stub", "default", "forbidden", "empty", "not found", "challenge"],
)
def test_the_home_page_of_a_host_of_files_says_nothing_of_it(shown: object):
    """`static.` and its like seldom have one."""
    world = parts(Part("img.spare.ru", "picture")).domain("spare.ru", log=(("img.spare.ru",),))
    world.host("img.spare.ru", SPARE, shows=shown, provider="selectel")
    found = verdicts(world)

    assert found["site:img.spare.ru"].use is Use.USED
    assert found["domain:spare.ru"].state == "infrastructure"
    assert "hosting:selectel/spare.ru" not in ended(world)


def test_pages_of_anybody_count():
    """A partner's page that shows the client's pictures breaks as the client's own does."""
    partner = page("Partner", parts=(Part("spare.ru", "picture"),))
    world = shop(link_hosts=("partner.ru",)).domain("partner.ru")
    world.both("partner.ru", "203.0.113.9", provider="small", shows=partner)
    found = verdicts(world)

    assert "domain:partner.ru" not in found
    assert {found[key].use for key in EVERYTHING} == {Use.USED}


@pytest.mark.parametrize(
    "says",
    [
        {"parts": (Part("spare.ru", "link"),)},
        {"parts": (Part("spare.ru", "named"),)},
        {"relations": Relations(policy_hosts=("spare.ru",))},
        {"relations": Relations(part_hosts=("spare.ru",))},
        {"relations": Relations(alternate_hosts=("spare.ru",))},
        {"relations": Relations(mail_domains=("spare.ru",))},
        {"canonical_host": "spare.ru"},
    ],
    ids=["deep link", "in code", "policy", "preconnect", "version", "address", "canonical"],
)
def test_what_pages_name_and_may_not_need_is_asked_about(says: dict[str, object]):
    """No proof of use, and enough to end nothing."""
    found = verdicts(shop(**says))

    assert found["domain:spare.ru"].advice is Advice.ASK
    if "relations" not in says or not says["relations"].mail_domains:
        assert {found[key].advice for key in EVERYTHING} == {Advice.ASK}
        assert {found[key].use for key in EVERYTHING} == {Use.UNKNOWN}


def test_what_a_stub_or_an_error_is_made_of_is_a_hint_only():
    """Another stub's picture keeps nothing in use, and yet it is somebody's."""
    world = shop()
    world.domain("ill.ru").both(
        "ill.ru", "198.51.100.3", shows=page("x", status=500, parts=(Part("spare.ru", "style"),))
    )
    found = verdicts(world, "spare.ru", "shop.ru", "ill.ru")

    assert {found[key].use for key in EVERYTHING} == {Use.UNKNOWN}


def test_what_pages_load_from_is_wanted_where_it_is_broken():
    """It does not work, so it is not used; it is to be put right, not given up."""
    world = parts(Part("spare.ru", "script"))
    world.both("spare.ru", SPARE, shows=page("x", status=500), provider="selectel")
    found = verdicts(world)

    for key in EVERYTHING:
        assert found[key].use in (Use.BROKEN, Use.UNKNOWN)
        assert found[key].advice not in ENDING
    assert found["site:spare.ru"].advice is Advice.FIX


def test_a_domain_that_pages_load_from_in_vain_is_not_given_away():
    """Whoever registered it next would run his scripts in the shop."""
    dark = shop(parts=(Part("cdn.dark.ru", "script"),)).domain("dark.ru")
    dark.nowhere("cdn.dark.ru")
    assert verdicts(dark, "shop.ru", "dark.ru")["domain:dark.ru"].advice is Advice.ASK

    parked = parts(Part("spare.ru", "script"))
    parked.both("spare.ru", SPARE, shows=stub("parked"), provider="reg_ru_parking")
    found = verdicts(parked)
    assert found["domain:spare.ru"].use is Use.UNKNOWN
    assert found["domain:spare.ru"].advice is Advice.ASK


# Redirects.


def led(*hops: Hop, shows: object) -> World:
    """A domain whose visitors are sent on."""
    visit = Visit("http://go.ru/", hops, Seen(shows) if shows is not None else TIMEOUT)
    site = Website(visit, replace(visit, url="https://go.ru/"), Seen(page("default")), False)
    return shop().domain("go.ru").host("go.ru", "198.51.100.9", shows=site, provider="timeweb")


def test_where_redirects_of_others_end_or_pass_is_in_use():
    """A page behind a stub, and a host that only sends visitors on."""
    end = led(
        Hop("http://go.ru/", 301, "https://spare.ru/sale"),
        shows=page("Sale", url="https://spare.ru/sale"),
    )
    found = verdicts(end, "spare.ru", "shop.ru", "go.ru")
    assert found["site:spare.ru"].state == "content"
    assert ended(end, "spare.ru", "shop.ru", "go.ru") == set()

    way = led(
        Hop("http://go.ru/", 301, "https://spare.ru/r/1"),
        Hop("https://spare.ru/r/1", 302, "https://shop.ru/"),
        shows=page("Shop", url="https://shop.ru/"),
    )
    found = verdicts(way, "spare.ru", "shop.ru", "go.ru")
    assert found["site:spare.ru"].state == "redirects"
    assert found["domain:spare.ru"].advice is Advice.KEEP
    assert ended(way, "spare.ru", "shop.ru", "go.ru") == set()


def test_a_redirect_to_a_stub_is_asked_about():
    """Somebody sends people there; what they were to see is gone."""
    world = led(
        Hop("http://go.ru/", 301, "https://spare.ru/"), shows=replace(stub(), url="https://spare.ru/")
    )  # fmt: skip
    found = verdicts(world, "spare.ru", "shop.ru", "go.ru")

    assert {found[key].advice for key in EVERYTHING} == {Advice.ASK}


# Records.


def with_host(host: str, world: World) -> World:
    """A stub at a host below the spare domain, which the logs name."""
    return world.host(host, SPARE, shows=stub(), provider="selectel")


def spare(**said: object) -> World:
    return shop().domain("spare.ru", log=(("sip.spare.ru",),), **said)


RECORDS: dict[str, Callable[[], tuple[str, World]]] = {
    "the host that takes mail": lambda: (
        "site:spare.ru", shop().domain("shop.ru", mx=("spare.ru",)).mail_host("spare.ru", SPARE),
    ),
    "a name server": lambda: (
        "site:sip.spare.ru",
        with_host("sip.spare.ru", spare()).domain(
            "shop.ru", servers=Delegation("ru", (ServerLook("sip.spare.ru", (SPARE,), ServerState.AUTHORITATIVE),))
        ),
    ),
    "a telephone by SRV": lambda: (
        "site:sip.spare.ru",
        with_host("sip.spare.ru", spare()).see(
            "service_records", Domain("shop.ru"),
            ServiceRecords((ServiceHost("_sip._tls", "sip.spare.ru"),), True),
        ),
    ),
    "a host that sends by SPF": lambda: (
        "site:sip.spare.ru",
        with_host("sip.spare.ru", spare(spf=Seen(sender_policy("v=spf1 a:sip.spare.ru -all")))),
    ),
    "the rules for encrypting mail": lambda: (
        "site:mta-sts.spare.ru",
        shop().domain("spare.ru", log=(("mta-sts.spare.ru",),))
        .host("mta-sts.spare.ru", SPARE, shows=stub(), provider="selectel")
        .see("mail_policy", Domain("spare.ru"),
             MailPolicy(NODATA, NODATA, Seen("v=STSv1; id=1"), NODATA, NODATA)),
    ),
    "reports on mail": lambda: (
        "domain:spare.ru",
        shop().domain("shop.ru", dmarc="v=DMARC1; p=none; rua=mailto:dmarc@spare.ru"),
    ),
    "a name that a live one is an alias of": lambda: (
        "site:spare.ru",
        shop().both("shop.ru", SPARE, provider="selectel", chain=("spare.ru",)),
    ),
    "the sub-zone that others serve": lambda: (
        "domain:spare.ru",
        spare().nowhere("sip.spare.ru", NODATA).see("sub_zone", Host("sip.spare.ru"), SubZone(
            Seen((ServerLook("ns1.school.ru", ("203.0.113.1",), ServerState.AUTHORITATIVE),)), NODATA,
        )),
    ),
    "the sub-zone that could not be read": lambda: (
        "domain:spare.ru",
        spare().nowhere("sip.spare.ru", NODATA).see("sub_zone", Host("sip.spare.ru"), TIMEOUT),
    ),
    "telephones at a stranger's": lambda: (
        "domain:spare.ru",
        spare().see("service_records", Domain("spare.ru"),
                    ServiceRecords((ServiceHost("_sip._tls", "sipdir.online.lync.com"),), True)),
    ),
    "services that could not be asked for": lambda: (
        "domain:spare.ru", spare().see("service_records", Domain("spare.ru"), TIMEOUT),
    ),
}  # fmt: skip


@pytest.mark.parametrize("make", RECORDS.values(), ids=RECORDS)
def test_what_records_send_others_to_is_not_ended(make: Callable[[], tuple[str, World]]):
    """Nor is a name below which somebody else's zone begins."""
    key, world = make()
    found = verdicts(world)

    assert found[key].advice not in ENDING, found[key]


def test_mail_set_up_for_programs_is_no_life_of_its_own():
    """The records for mail programs go with the mail, which the rules on mail judge."""
    world = shop().see("service_records", Domain("spare.ru"),
                       ServiceRecords((ServiceHost("_imaps._tcp", "mail.hoster.net"),), True))  # fmt: skip

    assert ended(world) == EVERYTHING


@pytest.mark.parametrize(
    "changed",
    [
        {"records": Unknown(Reason.SERVFAIL)},
        {"mx": TIMEOUT},
        {"spf": TIMEOUT},
        {"servers": TIMEOUT},
    ],
    ids=["records", "mail", "senders", "name servers"],
)
def test_records_that_could_not_be_read_may_name_the_host(changed: dict[str, object]):
    """A host below a domain is ended only where its records are known to name it nowhere."""
    known = with_host("sip.spare.ru", spare())
    assert "site:sip.spare.ru" not in ended(with_host("sip.spare.ru", spare(**changed)))
    assert "site:sip.spare.ru" not in ended(known)  # it is called as telephones are

    relay = shop().domain("spare.ru", log=(("old.spare.ru",),), **changed)
    assert "site:old.spare.ru" not in ended(with_host("old.spare.ru", relay))
    plain = shop().domain("spare.ru", log=(("old.spare.ru",),))
    assert "site:old.spare.ru" in ended(with_host("old.spare.ru", plain))


def test_a_site_that_could_not_be_read_may_load_from_its_neighbour():
    """What lies beside it under the same name stays until its page was seen."""
    world = shop().domain("spare.ru", log=(("old.spare.ru",),))
    world.host("old.spare.ru", "198.51.100.80", shows=TIMEOUT, provider="timeweb")

    assert ended(world) == set()


# Behind the home page.


def files(**said: object) -> SiteFiles:
    plain = SiteFiles(
        "spare.ru", "https", *(Absent("404") for _ in ("robots", "sitemap", "security", "favicon", "a", "b"))
    )  # fmt: skip
    return replace(plain, **said)


@pytest.mark.parametrize(
    "said",
    [
        files(sitemap=Seen(Sitemap(1, 40, (), (), None, True))),
        files(android_apps=Seen(AppLinks((App("android", "ru.spare.app"),)))),
        files(apple_apps=Seen(AppLinks((App("ios", "A1.ru.spare"),)))),
        files(sitemap=TIMEOUT),
        TIMEOUT,
    ],
    ids=["site map", "android", "apple", "site map unseen", "nothing seen"],
)
def test_what_a_stub_publishes_beside_itself_speaks_for_it(said: object):
    """Pages, or apps that call it."""
    world = shop().see("site_files", Host("spare.ru"), said)
    assert ended(world).isdisjoint(EVERYTHING)


def test_a_stub_that_answers_any_file_by_itself_publishes_none():
    """A page in place of a file says nothing."""
    caught = Unknown(Reason.MALFORMED)
    world = shop().see("site_files", Host("spare.ru"), files(sitemap=caught, apple_apps=caught))
    assert ended(world) == EVERYTHING


@pytest.mark.parametrize("label", ["api", "static", "cdn2", "vpn", "ws-eu", "license"])
def test_a_web_servers_default_page_on_a_host_for_programs_is_no_stub(label: str):
    """Apps and tills call deeper addresses; nobody sees that from outside."""
    host = f"{label}.spare.ru"
    world = shop().domain("spare.ru", log=((host,),))
    world.host(host, SPARE, shows=stub("server_default"), same_as_unknown=True, provider="selectel")
    assert ended(world) & {f"site:{host}", *EVERYTHING} <= {"site:spare.ru"}

    unknown = shop().domain("spare.ru", log=((host,),))
    unknown.host(host, SPARE, shows=stub(), same_as_unknown=True, provider="selectel")
    assert f"site:{host}" in ended(unknown)  # the hoster's own word: he does not know the name


def test_a_service_on_another_port_keeps_the_machine():
    """The web shows a stub, a mail server shows a certificate that was bought for the name."""
    bought = certificate("spare.ru", sha="bought", automated=False, issuer="Sectigo")
    logged = LoggedCertificate(
        "1", bought.names, "Sectigo", bought.not_before, bought.not_after, sha256="bought", all_names=True
    )  # fmt: skip
    log = LoggedCertificates((logged,), True, (("crt.sh", "completed"),))
    world = shop().domain("spare.ru", log=Seen(log))
    for port in (8443, 465, 995):
        world.see("tls_certificate", Endpoint("spare.ru", port), Absent("no listener"))
    for port in (25, 587):
        world.see("tls_certificate", Endpoint("spare.ru", port, "smtp"), Absent("no listener"))
    world.see("tls_certificate", Endpoint("spare.ru", 993), bought)
    found = verdicts(world)

    assert found["hosting:selectel/spare.ru"].advice is Advice.ASK


# Somebody was there a moment ago.


def logged(days: int, *names: str) -> World:
    """A dark domain for which a certificate was issued so many days ago."""
    one = LoggedCertificate(
        "1", names, "Let's Encrypt", NOW - timedelta(days=days), NOW + timedelta(days=90 - days),
        all_names=True, automated=True,
    )  # fmt: skip
    log = LoggedCertificates((one,), True, (("crt.sh", "completed"),))
    world = World().domain("dark.ru", log=Seen(log))
    for name in names:
        world.nowhere(name.removeprefix("*."))
    return world


@pytest.mark.parametrize("name", ["dark.ru", "vpn.dark.ru", "*.dark.ru", "*.office.dark.ru"])
def test_a_fresh_certificate_that_no_server_shows_is_somebodys(name: str):
    """A machine renewed it lately, where we do not look."""
    assert verdicts(logged(20, name), "dark.ru")["domain:dark.ru"].advice is Advice.ASK
    assert verdicts(logged(300, name), "dark.ru")["domain:dark.ru"].advice is Advice.LET_EXPIRE


def test_a_fresh_certificate_on_the_stub_itself_is_the_hosters_habit():
    """Panels renew certificates of stubs for ever; a younger one that is shown took the place of others."""
    shown = certificate("spare.ru", "www.spare.ru")
    old = LoggedCertificate(
        "1", shown.names, shown.issuer, shown.not_before - timedelta(days=40), shown.not_after, all_names=True
    )  # fmt: skip
    log = LoggedCertificates((old,), True, (("crt.sh", "completed"),))
    world = shop().domain("spare.ru", log=Seen(log))
    world.both("spare.ru", SPARE, shows=stub(), tls=shown, provider="selectel")
    assert ended(world) == EVERYTHING

    elsewhere = replace(shown, not_before=shown.not_before - timedelta(days=60))
    world.both("spare.ru", SPARE, shows=stub(), tls=elsewhere, provider="selectel")
    assert "domain:spare.ru" not in ended(world)


def test_a_page_kept_lately_of_a_site_that_leads_nowhere_now_is_a_fault():
    """The archive saw it; its records went since. What the archive holds of long ago says nothing."""

    def kept(days: int) -> Advice:
        day = (NOW - timedelta(days=days)).date()
        world = World().domain("dark.ru")
        world.see("web_archive", Domain("dark.ru"), ArchivedSite(day, day, 1, (), True))
        return verdicts(world, "dark.ru")["domain:dark.ru"].advice

    assert kept(30) is Advice.ASK
    assert kept(400) is Advice.LET_EXPIRE


# What is hidden, and what is not the client's.


def test_the_origin_of_a_front_whose_stub_is_needed_may_be_the_hosting():
    """The front shows a stub at home, and the shop's pictures behind it."""
    world = parts(Part("img.spare.ru", "picture")).domain("spare.ru", log=(("img.spare.ru",),))
    world.host("img.spare.ru", "203.0.113.200", shows=stub(), provider="cloudflare", front=True)
    assert "hosting:selectel/spare.ru" not in ended(world)


def test_who_names_a_strangers_host_keeps_nothing():
    """Only what is the client's is judged by it."""
    assert ended(parts(Part("cdn.example.net", "script"))) == EVERYTHING


def test_a_site_is_no_witness_for_itself():
    """Apex and www are one site: a stub's own picture keeps nothing."""
    own = replace(stub(), parts=(Part("www.spare.ru", "picture"),))
    world = shop().both("spare.ru", SPARE, shows=own, provider="selectel")
    assert ended(world) == EVERYTHING


def test_lapsed_domains_stay_lapsed_whoever_loads_from_them():
    """The term is what the registry says; who needs it is told beside."""
    over = registration("spare.ru", paid_until=NOW.date() - timedelta(days=3))
    found = verdicts(parts(Part("spare.ru", "script")).domain("spare.ru", registered=over))
    assert found["domain:spare.ru"].use is Use.LAPSED
    assert any(one.facet == "role" for one in found["domain:spare.ru"].findings)


def test_looks_of_former_releases_are_read():
    """They told scripts by host, and everything else in one list."""
    assert ended(shop(script_hosts=("spare.ru",))) == set()
    assert verdicts(shop(script_hosts=("spare.ru",)))["site:spare.ru"].use is Use.USED


def test_a_stub_by_alias_of_a_stub_is_no_role():
    """A name that points to another needs it as much as it is needed itself."""
    world = shop().domain("spare.ru", log=(("old.spare.ru",),))
    world.host("old.spare.ru", SPARE, shows=stub(), provider="selectel", chain=("spare.ru",))
    assert ended(world) >= EVERYTHING

    dim = HostAddresses(("spare.ru",), False, Seen((SPARE,)), NODATA)
    world.see("addresses", Host("old.spare.ru"), dim).see("website", Host("old.spare.ru"), TIMEOUT)
    assert ended(world).isdisjoint(EVERYTHING)
