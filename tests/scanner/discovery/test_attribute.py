"""Attribution: what is the client's, how sure that is, and nothing of his neighbours'."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from probes.delegation import Delegation, ServerLook, ServerState
from probes.kit.observation import Seen
from probes.kit.page_relations import Relations
from probes.kit.target import Host
from probes.registration import Holder, HolderKind
from probes.website import Counter
from scanner.assets import Estate, Holding, Ownership
from scanner.discovery import GatheredLooks, Seeds, attribute
from scanner.discovery.looks import ADDRESSES
from tests.scanner.discovery.world import (
    NOW,
    NXDOMAIN,
    TIMEOUT,
    World,
    certificate,
    page,
    registration,
    stub,
)


def ids(estate: Estate) -> list[str]:
    return [str(holding.asset) for holding in estate.holdings]


def held(estate: Estate, asset_id: str) -> Holding:
    return next(one for one in estate.holdings if str(one.asset) == asset_id)


def related(estate: Estate) -> set[str]:
    return {f"{one.subject} {one.kind} {one.object}" for one in estate.relations}


def test_a_plain_client_has_one_of_each():
    """Apex and www are one site; A and AAAA of the same names are one hosting."""
    tls = certificate("romashka.ru", "www.romashka.ru", sha="f00")
    world = World().domain("romashka.ru", mx=("mx.yandex.net",)).mail_host("mx.yandex.net")
    world.both("romashka.ru", "198.51.100.1", "2001:db8::1", tls=tls)

    estate = world.estate("romashka.ru")

    assert ids(estate) == [
        "certificate:f00",
        "domain:romashka.ru",
        "hosting:beget/romashka.ru",
        "mail:romashka.ru",
        "saas:yandex_360/romashka.ru",
        "site:romashka.ru",
    ]
    hosting = held(estate, "hosting:beget/romashka.ru")
    assert hosting.addresses == ("198.51.100.1", "2001:db8::1")
    assert hosting.hosts == ("romashka.ru", "www.romashka.ru")
    assert all(one.ownership is Ownership.CONFIRMED for one in estate.holdings)
    assert all(one.found_by[0].code == "typed_by_consultant" for one in estate.holdings)
    assert related(estate) == {
        "mail:romashka.ru of_domain domain:romashka.ru",
        "site:romashka.ru of_domain domain:romashka.ru",
        "site:romashka.ru on_hosting hosting:beget/romashka.ru",
        "site:romashka.ru secured_by certificate:f00",
    }


def test_a_hosting_keeps_its_key_when_the_provider_moves_it():
    """The same names at another address of the same provider are the same hosting."""
    before = World().domain("a.ru").both("a.ru", "198.51.100.1").estate("a.ru")
    after = World().domain("a.ru").both("a.ru", "198.51.100.99").estate("a.ru")

    assert ids(before) == ids(after)


def test_hosts_that_share_an_address_share_the_hosting_and_others_do_not():
    """Two accounts at one provider stay two."""
    world = World().domain("a.ru").both("a.ru", "198.51.100.1")
    world.domain("b.ru").both("b.ru", "198.51.100.1").domain("c.ru").both("c.ru", "198.51.100.7")

    hostings = [one for one in ids(world.estate("a.ru", "b.ru", "c.ru")) if "hosting" in one]

    assert hostings == ["hosting:beget/a.ru", "hosting:beget/c.ru"]


def test_a_parking_service_is_no_hosting_of_the_client():
    """Nobody pays for the address a registrar parks a name at."""
    world = World().domain("a.ru").both("a.ru", shows=stub("parked"), provider="reg_ru_parking")

    assert not [one for one in ids(world.estate("a.ru")) if one.startswith("hosting:")]


def test_apex_and_www_are_two_sites_when_they_show_different_things():
    """Two real pages at home make two sites; a stub beside a page makes none of its own."""
    two = World().domain("a.ru").host("a.ru", shows=page("One")).host("www.a.ru", shows=page("Two"))
    assert [one for one in ids(two.estate("a.ru")) if "site" in one] == [
        "site:a.ru",
        "site:www.a.ru",
    ]

    half = World().domain("a.ru").host("a.ru", shows=stub()).host("www.a.ru", shows=page("Two"))
    assert held(half.estate("a.ru"), "site:a.ru").hosts == ("a.ru", "www.a.ru")


def test_a_host_without_address_is_no_site_and_one_we_could_not_ask_is():
    """Absence makes a thing vanish; ignorance does not."""
    world = World().domain("a.ru", log=(("gone.a.ru", "dim.a.ru"),))
    world.nowhere("gone.a.ru").nowhere("dim.a.ru", TIMEOUT)

    sites = [one for one in ids(world.estate("a.ru")) if one.startswith("site:")]

    assert sites == ["site:dim.a.ru"]


def test_a_wildcard_makes_no_sites_out_of_old_log_entries():
    """A logged name that now is only the wildcard's default proves nothing."""
    log = (("old.a.ru",), ("lk.a.ru",))
    world = World().domain("a.ru", wildcard=Seen(("198.51.100.10",)), log=log)
    world.both("a.ru").host("old.a.ru", shows=stub(), same_as_unknown=True).host("lk.a.ru")

    sites = [one for one in ids(world.estate("a.ru")) if one.startswith("site:")]

    assert sites == ["site:a.ru", "site:lk.a.ru"]


def sibling_world(**changes: object) -> World:
    """romashka.ru, and other.ru met in its certificate."""
    tls = certificate("romashka.ru", "other.ru")
    world = World().domain("romashka.ru").both("romashka.ru", tls=tls)
    world.domain("other.ru", **changes).host("other.ru", "203.0.113.7")
    return world


def test_a_host_below_it_says_nothing_of_a_domains_owner():
    """The client's test host at his agency, and the agency's counter on his site: still the agency's."""
    counted = page("x", counters=(Counter("metrika", "7"),))
    world = World().domain("romashka.ru").both("romashka.ru", shows=counted)
    world.domain("agency.ru").host("agency.ru", "203.0.113.7", shows=counted)
    world.host("romashka.agency.ru", "203.0.113.8")

    estate = world.estate("romashka.ru", "romashka.agency.ru")

    assert held(estate, "site:romashka.agency.ru").ownership is Ownership.CONFIRMED
    assert held(estate, "domain:agency.ru").ownership is Ownership.POSSIBLE


def test_one_group_of_evidence_makes_possible_two_make_likely():
    """A shared certificate, a redirect, a name server: each alone is one."""
    alone = sibling_world()
    assert held(alone.estate("romashka.ru"), "domain:other.ru").ownership is Ownership.POSSIBLE

    redirect = sibling_world().host("other.ru", to="https://romashka.ru/")
    assert held(redirect.estate("romashka.ru"), "domain:other.ru").ownership is Ownership.LIKELY

    served = sibling_world(name_servers=("ns1.romashka.ru",))
    assert held(served.estate("romashka.ru"), "domain:other.ru").ownership is Ownership.LIKELY

    holder = Holder(HolderKind.ORGANISATION, 'LLC "Romashka"')
    owned = sibling_world(registered=registration("other.ru", holder=holder))
    likely = held(owned.estate("romashka.ru", orgs=("ООО «Ромашка»",)), "domain:other.ru")
    assert likely.ownership is Ownership.LIKELY


def test_what_a_name_shows_of_itself_proves_nothing_alone():
    """A redirect to the client and his counter are an imitator's too; a like name counts for nothing."""
    world = World().domain("romashka.ru").domain("romashka-shop.ru")
    counter = (Counter("metrika", "123"),)
    world.both("romashka.ru", shows=page(counters=counter, link_hosts=("romashka-shop.ru",)))
    world.host("romashka-shop.ru", shows=page(counters=counter), to="https://romashka.ru/")

    found = held(world.estate("romashka.ru", brands=("romashka",)), "domain:romashka-shop.ru")

    assert found.ownership is Ownership.POSSIBLE
    assert {reason.group for reason in found.reasons} == {"relied_on", "page", "name"}
    assert {reason.code for reason in found.reasons} >= {"redirects_to_client_site"}


def test_what_the_clients_site_says_and_what_the_other_shows_are_two():
    """His visitors are sent there, and find his counter: no imitator brings that about."""
    world = World().domain("romashka.ru").domain("shop.su")
    counter = (Counter("metrika", "123"),)
    world.host("romashka.ru", shows=page(counters=counter))
    world.host("www.romashka.ru", to="https://shop.su/").host(
        "shop.su", shows=page(counters=counter)
    )

    assert held(world.estate("romashka.ru"), "domain:shop.su").ownership is Ownership.LIKELY


def test_a_fronts_certificate_says_nothing_of_its_other_customers():
    """It runs the client's name servers, and names itself beside those before whom it stands."""
    tls = certificate("a.ru", "www.a.ru", "front.net", "other.su")
    served = ("ns1.front.net", "ns2.front.net")
    world = World().domain("a.ru", name_servers=served).both("a.ru", tls=tls)
    world.domain("front.net", name_servers=served).host("front.net")
    world.domain("other.su", name_servers=served).host("other.su", to="https://a.ru/")

    found = {str(one.asset): one.ownership for one in world.estate("a.ru").holdings}

    assert "domain:a.ru" in found
    for name in ("front.net", "other.su"):
        assert found.get(f"domain:{name}", Ownership.POSSIBLE) is Ownership.POSSIBLE


def test_an_agencys_counter_and_certificate_say_nothing_of_its_other_customers():
    """One of them shows another firm's number: so the rest is not the client's either."""
    tls = certificate("a.ru", "www.a.ru", "other.su", "third.su")
    ours = Relations(inns=("7700000000",))
    tag = (Counter("ga4", "G-AGENCY"),)
    world = World().domain("a.ru")
    world.both("a.ru", tls=tls, shows=page(counters=tag, relations=ours))
    world.domain("other.su")
    world.host("other.su", shows=page(counters=tag, relations=Relations(inns=("500100732259",))))
    world.domain("third.su").host("third.su", shows=page(counters=tag))

    found = world.estate("a.ru", inns=("7700000000",)).holdings

    third = [one.ownership for one in found if str(one.asset) == "domain:third.su"]
    assert third in ([], [Ownership.POSSIBLE])


def test_neighbours_on_a_shared_address_are_nobody():
    """A neighbour's certificate shown as the server's default attributes nothing."""
    tls = certificate("neighbour.ru", "www.neighbour.ru", sha="beef")
    world = World().domain("a.ru").both("a.ru", tls=tls)
    world.domain("neighbour.ru").both("neighbour.ru", tls=tls)

    assert ids(world.estate("a.ru")) == [
        "domain:a.ru",
        "hosting:beget/a.ru",
        "mail:a.ru",
        "site:a.ru",
    ]


def test_papers_declare_and_a_second_group_confirms():
    """A row of a table is likely; the same holder makes it confirmed."""
    world = World().domain("a.ru")
    papers = {"a.ru": "domains.xlsx"}
    assert held(world.estate(from_papers=papers), "domain:a.ru").ownership is Ownership.LIKELY

    holder = Holder(HolderKind.ORGANISATION, "Romashka", inn="7707083893")
    world.domain("a.ru", registered=registration("a.ru", holder=holder))
    estate = world.estate(from_papers=papers, inns=("7707083893",))
    assert held(estate, "domain:a.ru").ownership is Ownership.CONFIRMED


def test_a_persons_word_outranks_the_machine():
    """Disowned things are listed as foreign; owned ones are confirmed."""
    world = sibling_world()

    foreign = world.estate("romashka.ru", "x.ru", foreign=frozenset({"domain:x.ru"}))
    assert held(foreign, "domain:x.ru").ownership is Ownership.FOREIGN

    owned = world.estate("romashka.ru", confirmed=frozenset({"domain:other.ru"}))
    assert held(owned, "domain:other.ru").ownership is Ownership.CONFIRMED

    hosting = world.estate("romashka.ru", foreign=frozenset({"hosting:beget/romashka.ru"}))
    assert held(hosting, "hosting:beget/romashka.ru").ownership is Ownership.FOREIGN


def test_mail_belongs_to_the_hosting_it_goes_to():
    """Own MX by address, a hoster's default MX by provider, SPF by network; Yandex's by nothing."""
    world = World().domain("a.ru", mx=("mail.a.ru",)).both("a.ru", "198.51.100.1")
    world.mail_host("mail.a.ru", "198.51.100.1", provider="beget")
    assert "mail:a.ru on_hosting hosting:beget/a.ru" in related(world.estate("a.ru"))

    world = World().domain("a.ru", mx=("mx1.beget.com",)).both("a.ru", "198.51.100.1")
    world.mail_host("mx1.beget.com", provider="beget")
    assert "mail:a.ru on_hosting hosting:beget/a.ru" in related(world.estate("a.ru"))

    world = World().domain("a.ru", spf="v=spf1 ip4:198.51.100.0/24 -all").both("a.ru")
    assert "mail:a.ru sends_from hosting:beget/a.ru" in related(world.estate("a.ru"))

    world = World().domain("a.ru", mx=("mx.yandex.net",)).both("a.ru").mail_host("mx.yandex.net")
    estate = world.estate("a.ru")
    assert ids(estate).count("hosting:yandex/mx.yandex.net") == 0
    assert held(estate, "mail:a.ru").provider == "yandex"


def test_domains_lean_on_one_another():
    """Name servers, MX, SPF and aliases under another domain of the client are relations."""
    servers = Delegation(
        "ru", (ServerLook("ns1.core.ru", ("198.51.100.10",), ServerState.AUTHORITATIVE),)
    )
    world = World().domain("core.ru").both("core.ru")
    world.domain("a.ru", servers=servers, mx=("mx.core.ru",), spf="v=spf1 include:spf.core.ru -all")
    world.both("a.ru", chain=("proxy.core.ru",))
    world.mail_host("mx.core.ru", "198.51.100.10", provider="beget")

    assert {
        "domain:a.ru served_by domain:core.ru",
        "mail:a.ru served_by domain:core.ru",
        "site:a.ru served_by domain:core.ru",
        "hosting:beget/a.ru name_server_of domain:a.ru",
    } <= related(world.estate("a.ru", "core.ru"))


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_observations_makes_no_difference(seed: int):
    """The estate is a function of what was seen, not of when it came in."""
    world = sibling_world().domain("b.ru", mx=("mx.yandex.net",)).both("b.ru", "198.51.100.3")
    world.mail_host("mx.yandex.net")
    shuffled = world.observations
    random.Random(seed).shuffle(shuffled)

    seeds = Seeds(domains=("romashka.ru", "b.ru"))
    assert attribute(seeds, GatheredLooks.of(shuffled), NOW) == attribute(seeds, world.looks(), NOW)
    assert (
        attribute(Seeds(domains=("b.ru", "romashka.ru")), world.looks(), NOW).holdings
        == world.estate("romashka.ru", "b.ru").holdings
    )


def test_the_newest_of_several_answers_counts():
    """Of one moment a fact outranks an absence, and an absence a failure; else the newest counts."""
    target = Host("a.ru")
    seen = World().host("a.ru").observations[0]
    gone, dim = (World().nowhere("a.ru", said).observations[0] for said in (NXDOMAIN, TIMEOUT))
    later = replace(gone, at=NOW + timedelta(days=1))

    for several, expected in (
        ((dim, gone, seen), seen),
        ((dim, gone), gone),
        ((later, seen), later),
        ((seen, later), later),
    ):
        assert GatheredLooks.of(several).latest(ADDRESSES, target).outcome == expected.outcome


def test_every_look_is_read_once():
    """Reading from a store is dear: what attribution needs of a look it notes when it meets it."""
    world = sibling_world(mx=("mx.romashka.ru",), name_servers=("ns1.romashka.ru",))
    world.domain("romashka.ru", mx=("mx.romashka.ru",), log=(("lk.romashka.ru",),))
    world.host("lk.romashka.ru", chain=("edge.other.ru",)).mail_host("mx.romashka.ru")
    looks, read = world.looks(), []

    class Store:
        def latest(self, ask: Any, target: Any) -> Any:
            read.append((ask.probe, str(target)))
            return looks.latest(ask, target)

    estate = attribute(Seeds(domains=("romashka.ru",)), Store(), NOW)

    assert estate == world.estate("romashka.ru")
    assert len(read) == len(set(read)) > 20


def test_what_no_frontier_asked_for_is_read_when_it_is_needed():
    """Mail of a domain that is only met: its host was looked at for another reason."""
    world = sibling_world(mx=("mx.hoster.net",)).addresses("mx.hoster.net", "198.51.100.10")

    estate = world.estate("romashka.ru")

    found = [
        (str(r.subject), str(r.object)) for r in estate.relations if r.kind == "mail_on_hosting"
    ]
    assert found == [("domain:other.ru", "hosting:beget/romashka.ru")]


def test_names_that_nobody_looked_at_are_told_as_left_out():
    """A host in a certificate that no look followed belongs to the estate's gaps; one that failed does not."""
    tls = certificate("romashka.ru", "shop.romashka.ru", "lk.romashka.ru")
    world = World().domain("romashka.ru").host("romashka.ru", "198.51.100.1", tls=tls)
    world.nowhere("lk.romashka.ru", TIMEOUT)

    estate = world.estate("romashka.ru")

    assert estate.left_out == ("shop.romashka.ru",)
