"""The frontier looks at what is the client's, at nothing else, once, in whatever order answers come."""

from __future__ import annotations

import random
from sys import getrefcount

import pytest

from probes.address_neighbours import AddressNeighbours, ReverseName
from probes.kit.observation import Absent, Observation, Seen, Unknown
from probes.kit.target import Address, Domain, Endpoint, Host, Organisation
from probes.names_below import NamesBelow
from probes.organisation_certificates import OrganisationCertificates
from probes.parent_delegation import ParentDelegation
from scanner.assets import Ownership, Step
from scanner.discovery import Ask, Frontier, Look, Seeds
from scanner.discovery.scope import Listed
from tests.scanner.discovery.world import (
    NODATA,
    NOW,
    NXDOMAIN,
    TIMEOUT,
    World,
    certificate,
    page,
    registration,
)


def run(
    world: World, seeds: Seeds, *, shuffle: int | None = None, depth: int = 2, max_hosts: int = 2000
) -> tuple[set[Look], Frontier]:
    """Walk the frontier over a world; every look outside it times out."""
    frontier, looks, dice = Frontier(seeds, depth, max_hosts), world.looks(), random.Random(shuffle)
    waiting, asked = list(frontier.start()), []
    while waiting:
        look = waiting.pop(dice.randrange(len(waiting)) if shuffle is not None else 0)
        asked.append(look)
        sighting = looks.latest(Ask(look.probe), look.target)
        outcome = sighting.outcome if sighting.asked else TIMEOUT
        waiting += frontier.learn(Observation(look.probe, look.target, NOW, "here", outcome))
    assert len(asked) == len(set(asked)) == frontier.planned_count
    return set(asked), frontier


def rich_world() -> World:
    world = World()
    log = (("lk.romashka.ru", "old.romashka.ru"), ("*.romashka.ru", "tyulpan.su"))
    world.domain("romashka.ru", mx=("mail.romashka.ru", "mx.yandex.net"), log=log)
    tls = certificate("romashka.ru", "www.romashka.ru", "api.romashka.ru")
    world.both("romashka.ru", "198.51.100.1", "2001:db8::1", tls=tls)
    world.host("lk.romashka.ru", tls=certificate("lk.romashka.ru", "deep.romashka.ru"))
    world.host("api.romashka.ru").nowhere("old.romashka.ru").host("deep.romashka.ru")
    world.mail_host("mail.romashka.ru", "198.51.100.1").mail_host("mx.yandex.net")
    world.domain("tyulpan.su").host("tyulpan.su", "203.0.113.9")
    return world


def test_a_named_domain_gets_every_look():
    """Typed names: five looks at the domain, then what its addresses make due."""
    asked, _ = run(rich_world(), Seeds(domains=("romashka.ru",)))

    domain, host = Domain("romashka.ru"), Host("romashka.ru")
    for probe in ("registration", "delegation", "dns_records", "mail_policy", "certificate_log"):
        assert Look(probe, domain) in asked
    assert {
        Look("addresses", host),
        Look("addresses", Host("www.romashka.ru")),
        Look("website", host),
        Look("tls_certificate", Endpoint("romashka.ru", 443)),
        Look("address_owner", Address("2001:db8::1")),
        Look("mail_server", Host("mail.romashka.ru")),
        Look("tls_certificate", Endpoint("mx.yandex.net", 25, "smtp")),
        Look("website", Host("lk.romashka.ru")),
        Look("website", Host("deep.romashka.ru")),
        Look("addresses", Host("old.romashka.ru")),
    } <= asked


def test_what_is_only_possible_gets_passive_looks_and_one_visit():
    """A name that merely shares a certificate is not gone through."""
    asked, frontier = run(rich_world(), Seeds(domains=("romashka.ru",)))

    about = {look.probe for look in asked if look.target == Domain("tyulpan.su")}
    assert about == {
        "registration",
        "delegation",
        "dns_records",
        "mail_policy",
        "microsoft_tenant",
    }
    hosts = {look.probe for look in asked if look.target == Host("tyulpan.su")}
    assert hosts == {"addresses", "website"}
    # The visit shook hands already: to read its certificate takes no new connection.
    assert Look("tls_certificate", Endpoint("tyulpan.su", 443)) in asked
    assert Look("tls_certificate", Endpoint("tyulpan.su", 25, "smtp")) not in asked
    assert frontier.siblings == {"tyulpan.su"}


def test_providers_and_strangers_are_no_leads():
    """Known services and the places everybody links to are never visited; who else is linked, once."""
    world = World().domain("a.ru", mx=("mx.yandex.net",)).mail_host("mx.yandex.net")
    links = page(link_hosts=("vk.com", "partner.ru"))
    world.domain("partner.ru").host("partner.ru").host(
        "a.ru", shows=links, to="https://t.me/a"
    ).host("www.a.ru", to="http://ns1.reg.ru/")

    asked, frontier = run(world, Seeds(domains=("a.ru",)))

    visited = {str(look.target) for look in asked if look.probe == "website"}
    assert visited == {"host a.ru", "host www.a.ru", "host partner.ru"}
    assert frontier.siblings == {"partner.ru"}
    assert not frontier.tells("partner.ru")


def test_a_foreign_name_is_never_looked_at():
    """A person's word that a name is somebody else's outranks everything."""
    foreign = frozenset({"domain:tyulpan.su", "site:lk.romashka.ru", "domain:b.ru"})

    asked, _ = run(rich_world(), Seeds(domains=("romashka.ru", "b.ru"), foreign=foreign))

    names = {getattr(look.target, "name", "") for look in asked}
    assert names.isdisjoint({"tyulpan.su", "lk.romashka.ru", "b.ru", "www.b.ru"})


def test_a_typed_host_does_not_confirm_the_domain_above_it():
    """The domain above a typed host gets passive looks; a platform above it gets none."""
    world = World().host("shop.b.ru").host("client.github.io")

    asked, _ = run(world, Seeds(domains=("shop.b.ru", "client.github.io")))

    domains = {look.target for look in asked if isinstance(look.target, Domain)}
    assert domains == {Domain("b.ru")}
    assert Look("certificate_log", Domain("b.ru")) not in asked


@pytest.mark.parametrize("max_hosts", [4, 5, 2000])
def test_the_order_of_answers_makes_no_difference(max_hosts: int):
    """However answers race, the same looks are made, also where the bound cuts some off."""
    world, seeds = rich_world(), Seeds(domains=("romashka.ru",))
    expected, first = run(world, seeds, max_hosts=max_hosts)

    for seed in range(25):
        asked, frontier = run(world, seeds, shuffle=seed, max_hosts=max_hosts)
        assert asked == expected
        assert frontier.left_out == first.left_out


def test_depth_and_bound_are_kept_and_what_they_cut_is_told():
    """Names beyond the bound are named, not forgotten."""
    world, seeds = rich_world(), Seeds(domains=("romashka.ru",))

    _, shallow = run(world, seeds, depth=0)
    assert "lk.romashka.ru" in shallow.left_out

    _, one_round = run(world, seeds, depth=1)
    assert one_round.left_out == ("deep.romashka.ru",)

    _, bounded = run(world, seeds, max_hosts=3)
    assert len(bounded.sites) == 3
    assert "old.romashka.ru" in bounded.left_out


def test_answers_known_beforehand_are_taken_in_when_their_turn_comes():
    """A resumed run may hand in stored answers in any order."""
    world, seeds = rich_world(), Seeds(domains=("romashka.ru",))
    expected, _ = run(world, seeds)
    frontier = Frontier(seeds)
    due = set(frontier.start())

    for observation in reversed(world.observations):
        due |= set(frontier.learn(observation))
    done = {Look(one.probe, one.target) for one in world.observations}
    left = due - done
    while left:
        look = left.pop()
        left |= set(frontier.learn(Observation(look.probe, look.target, NOW, "here", TIMEOUT)))
        left -= done

    assert frontier.planned_count == len(expected)


def test_a_story_leads_back_to_a_persons_word():
    """Each name knows the shortest way by which it was found."""
    _, frontier = run(rich_world(), Seeds(domains=("romashka.ru",)))

    codes = [(step.code, step.source) for step in frontier.story("deep.romashka.ru")]
    assert codes == [
        ("typed_by_consultant", "romashka.ru"),
        ("named_in_certificate_log_of", "romashka.ru"),
        ("named_in_certificate_of", "lk.romashka.ru"),
    ]
    assert [step.code for step in frontier.story("www.romashka.ru")] == ["typed_by_consultant"]


def test_a_certificate_of_a_crowd_proves_nothing():
    """More than 25 registered names, a CDN's name, or a neighbour's default: no leads."""
    crowd = certificate("a.ru", *(f"n{number}.com" for number in range(30)))
    cdn = certificate("a.ru", "b.ru", "sni.cloudflaressl.com")
    neighbour = certificate("stranger.ru", "www.stranger.ru")
    for shown in (crowd, cdn, neighbour):
        _, frontier = run(World().domain("a.ru").both("a.ru", tls=shown), Seeds(domains=("a.ru",)))
        assert frontier.siblings == set()


def test_zones_are_searched_only_where_a_person_stands_for_them():
    """Labels are tried and transfers asked for below typed names; never below a paper's, or unasked."""
    world = World().domain("a.ru").both("a.ru").domain("b.ru").both("b.ru")
    found = NamesBelow(("lk.a.ru",), 3_000, 0, 0, NXDOMAIN, False, "", True)
    world.see("names_below", Domain("a.ru"), found).host("lk.a.ru")

    seeds = Seeds(domains=("a.ru",), from_papers={"b.ru": "list.xlsx"}, searches=True)
    asked, frontier = run(world, seeds)

    searches = {"names_below", "zone_transfer", "zone_chain"}
    assert {(look.probe, look.target) for look in asked if look.probe in searches} == {
        (probe, Domain("a.ru")) for probe in searches
    }
    assert [step.code for step in frontier.story("lk.a.ru")] == [
        "typed_by_consultant",
        "found_by_label_below",
    ]
    quiet, _ = run(world, Seeds(domains=("a.ru",)))
    assert searches.isdisjoint(look.probe for look in quiet)


def test_names_like_the_clients_are_asked_about_and_looked_at_where_somebody_has_them():
    """One question to the parent each; only what is registered gets passive looks and one visit."""
    world = World().domain("romashka.ru").both("romashka.ru")
    world.domain("romashka.su").host("romashka.su")
    world.see("parent_delegation", Domain("romashka.su"), ParentDelegation("su", ("ns1.reg.ru",)))

    asked, frontier = run(world, Seeds(domains=("romashka.ru",), guesses=100))

    guesses = {look.target for look in asked if look.probe == "parent_delegation"}
    assert len(guesses) == 100
    assert Domain("romashka.com") in guesses
    assert frontier.siblings == {"romashka.su"}
    assert [step.code for step in frontier.story("romashka.su")] == ["registered_like"]
    assert not frontier.tells("romashka.su")


def test_what_was_learnt_is_let_go():
    """The frontier keeps names and addresses; no answer lives on in it, however long the run."""
    frontier, looks, answers = Frontier(Seeds(domains=("romashka.ru",))), rich_world().looks(), []
    waiting = list(frontier.start())
    while waiting:
        look = waiting.pop()
        seen = looks.latest(Ask(look.probe), look.target)
        outcome = seen.outcome if seen.asked else TIMEOUT
        answer = Observation(look.probe, look.target, NOW, "here", outcome)
        waiting += frontier.learn(answer)
        if isinstance(outcome, Seen):
            answers.append(outcome.fact)
    del answer, outcome, seen

    held = [getrefcount(fact) for fact in answers]
    del frontier
    assert held == [getrefcount(fact) for fact in answers]
    assert len(held) > 20


@pytest.mark.parametrize("shuffle", [None, 1, 2, 3])
def test_names_of_a_registrys_list_are_looked_at_at_once(shuffle: int | None):
    """Passively, and by one visit; the story names the list, unless the client's names say more."""
    world = World().domain("romashka.ru", mx=("mail.romashka-mail.ru",)).both("romashka.ru")
    listed = {
        "romashka-mail.ru": Listed("ru.gz", "ромашка", 3),
        "romashka-dom.ru": Listed("ru.gz", "ромашка", 3),
        "romashka.ru": Listed("ru.gz", "ромашка", 3),
        "other-romashka.ru": Listed("ru.gz", "ромашка", 3),
    }
    seeds = Seeds(
        domains=("romashka.ru",),
        listed=listed,
        guesses=100,
        foreign=frozenset({"domain:other-romashka.ru"}),
    )

    asked, frontier = run(world, seeds, shuffle=shuffle)

    assert frontier.siblings >= {"romashka-dom.ru", "romashka-mail.ru"}
    assert not {"romashka.ru", "other-romashka.ru"} & frontier.siblings
    about = {look.probe for look in asked if look.target == Domain("romashka-dom.ru")}
    assert about == {
        "registration",
        "delegation",
        "dns_records",
        "mail_policy",
        "microsoft_tenant",
    }
    assert frontier.story("romashka-dom.ru") == (Step("listed_in_zone_list", "ru.gz"),)
    assert [step.code for step in frontier.story("romashka-mail.ru")] == [
        "typed_by_consultant",
        "mx_host_of",
    ]


@pytest.mark.parametrize(
    ("count", "ownership"),
    [
        (1, Ownership.LIKELY),
        (10, Ownership.LIKELY),
        (11, Ownership.POSSIBLE),
        (100, Ownership.POSSIBLE),
    ],
)
def test_the_rarer_a_word_the_more_a_name_with_it_says(count: int, ownership: Ownership):
    """Beside a day on which the client bought, too; by itself a like name makes nothing likely."""
    listed = {
        name: Listed("ru.gz", "ромашка", count) for name in ("my-romashka.ru", "romashka-2.ru")
    }
    world = World().domain("kolokolchik.ru").domain("romashka-2.ru")
    day = registration("kolokolchik.ru").created
    world.domain("my-romashka.ru", registered=registration("my-romashka.ru", created=day))

    _, frontier = run(world, Seeds(domains=("kolokolchik.ru",), listed=listed))

    assert frontier.claims.on("my-romashka.ru")[0] is ownership
    alone, reasons = frontier.claims.on("romashka-2.ru")
    assert alone is Ownership.POSSIBLE
    assert [reason.code for reason in reasons] == ["rare_name"]
    assert reasons[0].params == {"word": "ромашка", "count": count, "file": "ru.gz"}
    assert frontier.tells("romashka-2.ru"), "paid names may lead nowhere: the list is all there is"


@pytest.mark.parametrize("shuffle", [None, 1, 2, 3])
def test_the_story_of_a_listed_name_never_leads_back_to_it(shuffle: int | None):
    """Its own sites, and other listed names, mention it and each other; the list stays its story."""
    names = ("romashka-a.ru", "romashka-b.ru")
    world = World().domain("romashka.ru", mx=("mail.romashka.ru",)).both("romashka.ru")
    world.mail_host("mail.romashka.ru")
    for name, other in (names, names[::-1]):
        world.domain(name, mx=("mail.romashka.ru",), log=((name, f"lk.{name}", other),))
        world.host(name).host(f"lk.{name}")
        world.host(f"www.{name}", tls=certificate(name, f"www.{name}", other))
    listed = {name: Listed("ru.gz", "ромашка", 2) for name in names}

    _, frontier = run(world, Seeds(domains=("romashka.ru",), listed=listed), shuffle=shuffle)

    assert frontier.scope.likely == set(names)
    for name in names:
        assert frontier.story(name) == (Step("listed_in_zone_list", "ru.gz"),)
        assert len(frontier.story(f"lk.{name}")) <= 3


def test_a_word_that_hundreds_of_names_hold_says_nothing():
    """The name is looked at, and told of only if something else speaks for it."""
    seeds = Seeds(
        domains=("kolokolchik.ru",), listed={"my-romashka.ru": Listed("ru.gz", "ромашка", 101)}
    )

    _, frontier = run(World().domain("kolokolchik.ru").domain("my-romashka.ru"), seeds)

    assert frontier.claims.on("my-romashka.ru")[1] == ()
    assert not frontier.tells("my-romashka.ru")


@pytest.mark.parametrize("shuffle", [None, 1, 2, 3])
def test_the_block_round_a_machine_of_the_clients_is_asked_about_once(shuffle: int | None):
    """Never round a front, nor round what is only somebody's he was met with, nor in IPv6."""
    world = World().domain("romashka.ru", mx=("mx.hoster.ru",))
    world.both("romashka.ru", "198.51.100.35", "198.51.100.46", "2001:db8::1")
    world.host("cdn.romashka.ru", "203.0.113.5", front=True)
    world.mail_host("mx.hoster.ru", "203.0.113.77").domain("hoster.ru")
    beside = AddressNeighbours(
        "198.51.100.32/28", (ReverseName("198.51.100.40", "office.vasilek.ru"),), 0, 0
    )
    world.see("address_neighbours", Address("198.51.100.32"), beside)
    world.domain("vasilek.ru").host("vasilek.ru", "203.0.113.9")

    asked, frontier = run(world, Seeds(domains=("romashka.ru", "cdn.romashka.ru")), shuffle=shuffle)

    blocks = {look.target for look in asked if look.probe == "address_neighbours"}
    assert blocks == {Address("198.51.100.32")}
    assert frontier.siblings == {"hoster.ru", "vasilek.ru"}
    (step,) = frontier.story("vasilek.ru")
    assert (step.code, step.source) == ("reverse_name_beside", "198.51.100.32")
    assert [reason.code for reason in frontier.claims.on("vasilek.ru")[1]] == [
        "beside_client_address"
    ]
    assert not frontier.tells("vasilek.ru")


def test_whoever_follows_no_leads_asks_about_no_neighbours():
    """Depth 0: what is named, and nothing beside it."""
    world = World().domain("romashka.ru").both("romashka.ru", "198.51.100.35")

    asked, _ = run(world, Seeds(domains=("romashka.ru",)), depth=0)

    assert "address_neighbours" not in {look.probe for look in asked}


@pytest.mark.parametrize(
    ("apex", "visited"),
    [(NXDOMAIN, True), (NODATA, True), (TIMEOUT, False)],
    ids=["no such name", "no address", "nobody knows"],
)
def test_where_the_name_itself_leads_nowhere_the_host_that_was_met_is_visited(
    apex: Absent | Unknown, visited: bool
):
    """One visit of a possible name, at the door that the client's records lead to; its machines are let be."""
    world = World().domain("a.ru", log=(("shop.a.ru",),)).host("a.ru")
    world.host("shop.a.ru", chain=("shops.b.ru",)).domain("b.ru").nowhere("b.ru", apex)
    world.host("shops.b.ru", "203.0.113.9")

    asked, frontier = run(world, Seeds(domains=("a.ru",)))

    assert (Look("website", Host("shops.b.ru")) in asked) is visited
    assert Look("address_owner", Address("203.0.113.9")) not in asked
    assert frontier.siblings == {"b.ru"}


def test_where_the_name_itself_leads_somewhere_no_other_door_is_tried():
    """What is only possible gets one visit."""
    world = World().domain("a.ru", log=(("shop.a.ru",),)).host("a.ru")
    world.host("shop.a.ru", chain=("shops.b.ru",)).domain("b.ru").host("b.ru", "203.0.113.9")

    asked, _ = run(world, Seeds(domains=("a.ru",)))

    assert Look("website", Host("b.ru")) in asked
    assert Look("website", Host("shops.b.ru")) not in asked


@pytest.mark.parametrize(("count", "told"), [(20, True), (21, False), (100, False)])
def test_of_a_word_that_many_names_hold_none_is_told_for_the_word_alone(count: int, told: bool):
    """They are counted in what was not seen; anything else that speaks for one brings it back."""
    names = [f"romashka-{number}.ru" for number in range(count)]
    listed = {name: Listed("ru.gz", "ромашка", count) for name in names}
    linking = page(link_hosts=("romashka-3.ru",))
    world = World().domain("a.ru").host("a.ru", shows=linking)
    world.domain("romashka-2.ru").domain("romashka-3.ru")

    _, frontier = run(world, Seeds(domains=("a.ru",), listed=listed))

    assert frontier.tells("romashka-2.ru") is told
    assert frontier.tells("romashka-3.ru")


def test_the_clients_firms_are_looked_for_in_certificates_under_every_spelling():
    """Where a key is held, in registers of former years too; who follows no leads asks neither."""
    seeds = Seeds(domains=("a.ru",), orgs=("ООО «Ромашка»",), keyed=("organisation_registrations",))
    world = World().domain("a.ru")

    asked, _ = run(world, seeds)
    none, _ = run(world, seeds, depth=0)

    firms = {str(look.target) for look in asked if isinstance(look.target, Organisation)}
    assert firms == {
        "organisation ООО «Ромашка»",
        "organisation OOO Romashka",
        "organisation LLC Romashka",
        "organisation Romashka LLC",
    }
    register = [look.target for look in asked if look.probe == "organisation_registrations"]
    assert register == [Organisation("ООО «Ромашка»")]
    assert not any(isinstance(look.target, Organisation) for look in none)


@pytest.mark.parametrize(
    ("name_servers", "ownership"),
    [(("ns1.reg.ru",), Ownership.POSSIBLE), (("ns1.a.ru",), Ownership.LIKELY)],
)
def test_what_was_certified_for_a_firm_of_that_name_needs_more_than_the_name(
    name_servers: tuple[str, ...], ownership: Ownership
):
    """Firms that are called alike are many; what else a namesake has is a like domain."""
    hosts = OrganisationCertificates(("romashka-dom.ru",), 1, True)
    world = World().domain("a.ru").domain("romashka-dom.ru", name_servers=name_servers)
    world.see("organisation_certificates", Organisation("OOO Romashka"), hosts)
    seeds = Seeds(domains=("a.ru",), orgs=("ООО «Ромашка»",), brands=("Ромашка",))

    _, frontier = run(world, seeds)

    assert frontier.claims.on("romashka-dom.ru")[0] is ownership
    assert [step.code for step in frontier.story("romashka-dom.ru")] == ["certified_for"]
