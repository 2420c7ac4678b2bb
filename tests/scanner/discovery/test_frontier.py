"""The frontier looks at what is the client's, at nothing else, once, in whatever order answers come."""

from __future__ import annotations

import random
from sys import getrefcount

import pytest

from probes.kit.observation import Observation, Seen
from probes.kit.target import Address, Domain, Endpoint, Host
from scanner.discovery import Ask, Frontier, Look, Seeds
from tests.scanner.discovery.world import NOW, TIMEOUT, World, certificate, page


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
    log = (("lk.romashka.ru", "old.romashka.ru"), ("*.romashka.ru", "romashka-shop.ru"))
    world.domain("romashka.ru", mx=("mail.romashka.ru", "mx.yandex.net"), log=log)
    tls = certificate("romashka.ru", "www.romashka.ru", "api.romashka.ru")
    world.both("romashka.ru", "198.51.100.1", "2001:db8::1", tls=tls)
    world.host("lk.romashka.ru", tls=certificate("lk.romashka.ru", "deep.romashka.ru"))
    world.host("api.romashka.ru").nowhere("old.romashka.ru").host("deep.romashka.ru")
    world.mail_host("mail.romashka.ru", "198.51.100.1").mail_host("mx.yandex.net")
    world.domain("romashka-shop.ru").host("romashka-shop.ru", "203.0.113.9")
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

    about = {look.probe for look in asked if look.target == Domain("romashka-shop.ru")}
    assert about == {"registration", "delegation", "dns_records"}
    hosts = {look.probe for look in asked if look.target == Host("romashka-shop.ru")}
    assert hosts == {"addresses", "website"}
    assert Look("tls_certificate", Endpoint("romashka-shop.ru", 443)) not in asked
    assert frontier.siblings == {"romashka-shop.ru"}


def test_providers_and_strangers_are_no_leads():
    """Mail providers, name servers, and the places everybody links to are never visited as sites."""
    world = World().domain("a.ru", mx=("mx.yandex.net",)).mail_host("mx.yandex.net")
    links = page(link_hosts=("vk.com", "partner.ru"))
    world.host("a.ru", shows=links, to="https://t.me/a").host("www.a.ru", to="http://ns1.reg.ru/")

    asked, frontier = run(world, Seeds(domains=("a.ru",)))

    visited = {str(look.target) for look in asked if look.probe == "website"}
    assert visited == {"host a.ru", "host www.a.ru"}
    assert frontier.siblings == set()


def test_a_foreign_name_is_never_looked_at():
    """A person's word that a name is somebody else's outranks everything."""
    foreign = frozenset({"domain:romashka-shop.ru", "site:lk.romashka.ru", "domain:b.ru"})

    asked, _ = run(rich_world(), Seeds(domains=("romashka.ru", "b.ru"), foreign=foreign))

    names = {getattr(look.target, "name", "") for look in asked}
    assert names.isdisjoint({"romashka-shop.ru", "lk.romashka.ru", "b.ru", "www.b.ru"})


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


def test_a_tried_name_counts_unless_every_name_leads_there():
    """Labels are tried under the client's domains; what a wildcard answers proves nothing."""
    world = World().domain("a.ru").both("a.ru").domain("b.ru", wildcard=Seen(("198.51.100.7",)))
    world.both("b.ru").host("shop.a.ru").nowhere("old.a.ru")
    world.host("shop.b.ru", "198.51.100.7").host("old.b.ru", "198.51.100.8")

    asked, frontier = run(world, Seeds(domains=("a.ru", "b.ru"), labels=("shop", "old")))

    assert {name for name in frontier.sites if not name.startswith("www.")} == {
        "a.ru", "b.ru", "shop.a.ru", "old.b.ru",
    }  # fmt: skip
    assert Look("website", Host("shop.b.ru")) not in asked
    assert [step.code for step in frontier.story("shop.a.ru")] == [
        "typed_by_consultant",
        "tried_under",
    ]


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
