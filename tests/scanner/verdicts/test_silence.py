"""Silence, contradiction and limits of our own never end a thing.

Each world here was once judged too boldly: something alive stood behind what we had not seen.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from probes.addresses import HostAddresses
from probes.delegation import Delegation, ServerLook, ServerState
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Address, Domain, Host
from probes.website import Page
from scanner.assets import Advice, Kind, Need
from scanner.verdicts.judging import judge
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.world import (
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
)

ENDING = {Advice.SWITCH_OFF, Advice.LET_EXPIRE}
SERVFAIL = Unknown(Reason.SERVFAIL)
SPARE = "198.51.100.70"
"""Where the stub of `spare.ru` stands, and what we nearly missed."""


def verdicts(world: World, *names: str, **seeds: object) -> dict[str, Verdict]:
    """Judge everything that follows for a client who named these."""
    found = judge(world.estate(*names, **seeds), world.looks(), NOW)
    return {str(verdict.asset): verdict for verdict in found}


def ended(world: World, *names: str, **seeds: object) -> set[str]:
    """What is proposed to be ended, sites aside."""
    found = verdicts(world, *names, **seeds)
    return {
        key
        for key, verdict in found.items()
        if verdict.advice in ENDING and verdict.asset.kind is not Kind.SITE
    }


def spare() -> World:
    """A domain with a stub on a hosting of its own: both may be ended."""
    return World().domain("spare.ru").both("spare.ru", SPARE, shows=stub(), provider="timeweb")


def test_the_stub_alone_may_be_ended():
    """Else the tests below would prove nothing."""
    assert ended(spare(), "spare.ru") == {"domain:spare.ru", "hosting:timeweb/spare.ru"}


# One domain, looked at through a keyhole.

KEYHOLES: dict[str, World] = {
    "a stub that broke off": spare().both(
        "spare.ru", SPARE, shows=stub(truncated=True), provider="timeweb"
    ),
    "a weak sign under a refusal that everybody meets": spare().both(
        "spare.ru",
        SPARE,
        shows=page("x", mark("placeholder", "weak"), status=403, text_length=60),
        same_as_unknown=True,
        provider="timeweb",
    ),
    "the server's default under a failure that everybody meets": spare().both(
        "spare.ru",
        SPARE,
        shows=page("x", mark("server_default", "weak"), status=500, text_length=60),
        same_as_unknown=True,
        provider="timeweb",
    ),
    "IPv4 unseen, a stub over IPv6": spare().see(
        "addresses",
        Host("www.spare.ru"),
        HostAddresses((), False, TIMEOUT, Seen(("2001:db8::1",))),
    ),
    "IPv6 unseen": spare().see(
        "addresses", Host("spare.ru"), HostAddresses((), False, Seen((SPARE,)), SERVFAIL)
    ),
    "an address that was gone when it was visited": spare().see(
        "website", Host("www.spare.ru"), NODATA
    ),
    "a certificate with more names than are kept": spare().both(
        "spare.ru",
        SPARE,
        shows=stub(),
        provider="timeweb",
        tls=replace(certificate("spare.ru", "www.spare.ru"), name_count=230),
    ),
}


@pytest.mark.parametrize("world", KEYHOLES.values(), ids=KEYHOLES)
def test_a_stub_seen_through_a_keyhole_is_no_stub(world: World):
    """Half a page, half a name, a refusal: none of them shows that there is nothing else."""
    assert ended(world, "spare.ru") == set()


def test_a_domain_that_only_sends_is_not_dark():
    """A null MX refuses mail; an SPF or a key beside it says that newsletters go out."""
    for said in ({"spf": "v=spf1 include:spf.unisender.com -all"}, {"dkim": ("us",)}):
        found = verdicts(World().domain("a.ru", mx=("",), **said), "a.ru")
        assert found["mail:a.ru"].state == "undetermined"
        assert found["domain:a.ru"].advice is Advice.ASK

    unseen = verdicts(World().domain("a.ru", mx=("",), spf=TIMEOUT), "a.ru")
    assert unseen["domain:a.ru"].advice is Advice.ASK


# Authorities that contradict one another.


def test_a_resolver_that_denies_a_served_domain_is_not_believed():
    """Blocked names get NXDOMAIN or an empty answer; their own name servers know better."""
    empty = World().domain("a.ru").see("dns_records", Domain("a.ru"), NXDOMAIN)
    assert verdicts(empty, "a.ru")["domain:a.ru"].advice is Advice.ASK
    assert verdicts(empty, "a.ru")["mail:a.ru"].state == "undetermined"

    records = World().domain("a.ru").observations
    fact = next(one.outcome.fact for one in records if one.probe == "dns_records")
    hollow = World().domain("a.ru", records=replace(fact, ns=NODATA, soa=NODATA))
    assert verdicts(hollow, "a.ru")["domain:a.ru"].advice is Advice.ASK


def test_what_is_denied_to_us_may_live_on_any_hosting():
    """The blocked domain may be the one that works there."""
    world = spare().domain("a.ru").see("dns_records", Domain("a.ru"), NXDOMAIN)

    assert ended(world, "spare.ru", "a.ru") == set()


def undelegated(**said: object) -> World:
    said = {"registered": registration("a.ru", delegated=False), **said}
    return World().domain("a.ru", servers=Absent("NXDOMAIN at ru"), records=NXDOMAIN, **said)


def test_undelegated_is_what_registry_parent_and_resolvers_agree_on():
    """One server of the parent may be stale, and a name may live in the parent's own zone."""
    assert verdicts(undelegated(), "a.ru")["domain:a.ru"].state == "undelegated"

    doubts = [
        undelegated(registered=registration("a.ru", delegated=True)),
        undelegated().see("dns_records", Domain("a.ru"), SERVFAIL),
        undelegated().nowhere("www.a.ru", TIMEOUT),
        undelegated().host("a.ru", shows=TIMEOUT),
        undelegated().host("a.ru", shows=stub()),
    ]
    for world in doubts:
        assert verdicts(world, "a.ru")["domain:a.ru"].advice is Advice.ASK
    alive = undelegated().host("a.ru")
    assert verdicts(alive, "a.ru")["domain:a.ru"].state == "active_web"


# Other domains that we could not read.


def silent(**said: object) -> World:
    """Beside the spare domain another one, read in full unless said otherwise."""
    return spare().domain("a.ru", **said)


def dim_servers(*hosts: str, addresses: tuple[str, ...] = (), detail: str = "") -> Delegation:
    looks = (ServerLook(host, addresses, ServerState.UNKNOWN, detail) for host in hosts)
    return Delegation("ru", tuple(looks))


NEIGHBOURS: dict[str, Callable[[], World]] = {
    "nothing could be asked": lambda: silent(servers=TIMEOUT, records=TIMEOUT),
    "records failed, addresses did not": lambda: silent(records=SERVFAIL).both("a.ru"),
    "one name failed, its zone did not": lambda: silent().nowhere("a.ru", SERVFAIL),
    "a name beyond the limit": lambda: silent(log=(("deep.a.ru",),)),
    "mail hosts beyond the limit": lambda: silent(mx=("mx.small-hoster.ru",)),
    "whose mail host it is": lambda: (
        silent(mx=("mx.small-hoster.ru",))
        .mail_host("mx.small-hoster.ru", provider="")
        .see("address_owner", Address("203.0.113.25"), TIMEOUT)
    ),
    "an include of its SPF": lambda: silent(
        spf=Seen(sender_policy("v=spf1 include:h.ru -all", failures=(Reason.TIMEOUT,)))
    ),
    "name servers nobody could be asked of": lambda: silent(
        servers=dim_servers("ns1.a.ru", detail="unreachable"), records=TIMEOUT
    ),
    "our network lets no question out": lambda: (
        World()
        .domain("spare.ru", servers=dim_servers("ns1.reg.ru", detail="timeout"))
        .both("spare.ru", SPARE, shows=stub(), provider="timeweb")
        .domain("a.ru", servers=dim_servers("ns1.reg.ru", detail="timeout"), records=TIMEOUT)
        .nowhere("a.ru", TIMEOUT)
        .nowhere("www.a.ru", TIMEOUT)
    ),
}


@pytest.mark.parametrize("make", NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_what_we_could_not_read_of_one_domain_keeps_every_hosting(make: Callable[[], World]):
    """It may lead there."""
    assert "hosting:timeweb/spare.ru" not in ended(make(), "spare.ru", "a.ru")


def test_many_faulty_domains_are_our_resolvers_fault():
    """One domain that fails over everything is dead; a dozen are looks at a dying resolver."""

    def world(faulty: int) -> tuple[World, list[str]]:
        names = [f"f{number}.ru" for number in range(faulty)]
        made = spare()
        for name in names:
            made.domain(name, records=SERVFAIL).see("mail_policy", Domain(name), SERVFAIL)
            made.nowhere(name, SERVFAIL).nowhere(f"www.{name}", SERVFAIL)
        return made, names

    one, names = world(1)
    assert "hosting:timeweb/spare.ru" in ended(one, "spare.ru", *names)
    many, names = world(12)
    assert ended(many, "spare.ru", *names) == set()


def test_own_name_servers_without_an_address_may_stand_on_any_hosting():
    """Nobody could find out where they are."""
    world = spare().domain("a.ru", servers=Delegation("ru", (
        ServerLook("ns1.a.ru", (), ServerState.UNKNOWN, "address: timeout"),
        ServerLook("ns1.reg.ru", ("203.0.113.53",), ServerState.AUTHORITATIVE),
    )))  # fmt: skip

    assert "hosting:timeweb/spare.ru" not in ended(world, "spare.ru", "a.ru")


def test_a_refusing_name_server_is_no_empty_hosting():
    """A name points there, and a server answers; it merely refuses this zone."""
    lame = ServerLook("ns1.core.ru", ("198.51.100.40",), ServerState.LAME, "refused 3 times")
    world = World().domain("core.ru").domain("a.ru", servers=Delegation("ru", (lame,)))
    world.addresses("ns1.core.ru", "198.51.100.40", provider="selectel")

    assert not [key for key in ended(world, "core.ru", "a.ru") if key.startswith("hosting")]


def test_a_silent_log_of_another_domain_is_a_need():
    """Names that only the logs know may lead to any hosting: they must be had before anybody acts."""
    world = silent(log=TIMEOUT).both("a.ru")
    found = verdicts(world, "spare.ru", "a.ru")
    for key in ("hosting:timeweb/spare.ru", "domain:spare.ru"):
        assert found[key].advice in ENDING
        assert Need.COMPLETE_LOG in found[key].needs

    log = next(
        one.outcome.fact for one in silent(log=(("a.ru",),)).observations
        if one.probe == "certificate_log" and isinstance(one.outcome, Seen)
    )  # fmt: skip
    partial = verdicts(silent(log=replace(log, complete=False)).both("a.ru"), "spare.ru", "a.ru")
    assert Need.COMPLETE_LOG in partial["hosting:timeweb/spare.ru"].needs
    assert Need.COMPLETE_LOG not in partial["domain:spare.ru"].needs


# Mail that leaves, or arrives, by a name.


def test_a_host_named_in_spf_sends_from_where_it_stands():
    """`a:relay.a.ru` is an address by another name."""
    policy = sender_policy("v=spf1 a:relay.a.ru -all", addresses=(SPARE,))

    assert "hosting:timeweb/spare.ru" not in ended(silent(spf=Seen(policy)), "spare.ru", "a.ru")


# Names that only lead to something.


def test_a_wildcard_hides_what_we_did_not_see():
    """Any name under the domain leads to a machine that shows no stub, or that we never visited."""
    elsewhere = World().domain("spare.ru", wildcard=Seen(("198.51.100.99",)))
    elsewhere.both("spare.ru", SPARE, shows=stub(), provider="timeweb")
    assert ended(elsewhere, "spare.ru") == set()

    unseen = World().domain("spare.ru", wildcard=TIMEOUT)
    unseen.both("spare.ru", SPARE, shows=stub(), provider="timeweb")
    assert ended(unseen, "spare.ru") == set()

    def default_page(shown: Page) -> World:
        world = World().domain("spare.ru", wildcard=Seen((SPARE,)))
        world.both("spare.ru", SPARE, shows=stub(), provider="timeweb")
        for host in ("spare.ru", "www.spare.ru"):
            site = next(one.outcome.fact for one in world.observations
                        if one.probe == "website" and one.target == Host(host))  # fmt: skip
            world.see("website", Host(host), replace(site, unknown_host=Seen(shown)))
        return world

    assert ended(default_page(page("An application")), "spare.ru") == set()
    assert ended(default_page(stub("server_default")), "spare.ru") == {
        "domain:spare.ru",
        "hosting:timeweb/spare.ru",
    }


def test_an_application_that_answers_to_any_name_is_a_site():
    """A machine with one site shows it to a name nobody uses, too."""
    world = World().domain("spare.ru", wildcard=Seen(("198.51.100.99",)), log=(("app.spare.ru",),))
    world.both("spare.ru", SPARE, shows=stub(), provider="timeweb")
    world.host("app.spare.ru", "198.51.100.99", shows=page("App"), same_as_unknown=True)

    found = verdicts(world, "spare.ru")

    assert found["site:app.spare.ru"].state == "content"
    assert found["domain:spare.ru"].state == "active_web"


def met(**site: object) -> World:
    """A domain met in the certificate of the spare one, which nobody named."""
    tls = certificate("spare.ru", "www.spare.ru", "met.ru")
    world = World().domain("spare.ru")
    world.both("spare.ru", SPARE, shows=stub(), provider="timeweb", tls=tls)
    return world.domain("met.ru").host("met.ru", SPARE, provider="timeweb", **site)


def test_a_site_that_may_be_the_clients_keeps_the_hosting_it_stands_on():
    """Possible: a doubt. Likely: a use. A stub: neither."""
    possible = verdicts(met(), "spare.ru")
    assert possible["domain:met.ru"].advice is Advice.ASK
    assert possible["hosting:timeweb/spare.ru"].state == "undetermined"

    likely = met().domain("met.ru", name_servers=("ns1.spare.ru",))
    found = verdicts(likely, "spare.ru")
    assert found["hosting:timeweb/spare.ru"].state == "serves_sites"
    assert found["domain:spare.ru"].state == "infrastructure"

    assert "hosting:timeweb/spare.ru" in ended(met(shows=stub()), "spare.ru")


def test_mail_of_a_domain_that_was_only_met_counts():
    """Its MX lies under the client's name, and on his machine."""
    world = met(shows=stub()).domain("met.ru", mx=("mx.spare.ru",))
    world.addresses("mx.spare.ru", SPARE, provider="timeweb")

    found = verdicts(world, "spare.ru")

    assert found["domain:spare.ru"].state == "infrastructure"
    assert found["hosting:timeweb/spare.ru"].advice is Advice.ASK


def test_somebody_elses_site_below_a_domain_keeps_the_domain():
    """It is not the client's, and yet it would end with his domain."""
    foreign = frozenset({"site:shop.spare.ru"})

    found = verdicts(spare(), "spare.ru", foreign=foreign)

    assert found["domain:spare.ru"].advice is Advice.ASK
    assert found["site:shop.spare.ru"].advice is Advice.NO_DATA
