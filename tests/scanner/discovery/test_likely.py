"""What proves likely is looked at like what a person named, vouches for less, and keeps its distance."""

from __future__ import annotations

import random

import pytest

from probes.kit.near_icon import Favicon
from probes.kit.observation import Observation, Seen
from probes.kit.page_relations import Relations
from probes.kit.target import Address, Domain, Endpoint, Host
from probes.legal_pages import LegalPages
from probes.site_files import SiteFiles
from scanner.assets import Advice, Ownership
from scanner.discovery import Ask, Frontier, Look, Seeds
from scanner.discovery.scope import Listed
from scanner.verdicts.judging import judge
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.world import NODATA, NOW, TIMEOUT, World, certificate, page, stub

TYPED = Seeds(domains=("a.ru",))


def met(**said: object) -> World:
    """a.ru, whose certificate names b.ru; b.ru stands on a name server of a.ru: likely."""
    world = World().domain("a.ru").both("a.ru", tls=certificate("a.ru", "www.a.ru", "b.ru"))
    said.setdefault("name_servers", ("ns1.a.ru",))
    return world.domain("b.ru", **said).both("b.ru", "203.0.113.7", shows=stub())


def asked_of(
    world: World, seeds: Seeds = TYPED, *, depth: int = 2, dice: random.Random | None = None
) -> tuple[set[Look], Frontier]:
    """Walk the frontier over a world, in the order of the dice."""
    frontier, looks = Frontier(seeds, depth), world.looks()
    waiting, asked = list(frontier.start()), set()
    while waiting:
        look = waiting.pop(dice.randrange(len(waiting)) if dice else 0)
        asked.add(look)
        seen = looks.latest(Ask(look.probe), look.target)
        outcome = seen.outcome if seen.asked else TIMEOUT
        ids = seen.evidence
        answer = Observation(look.probe, look.target, NOW, "here", outcome, ids)
        waiting += frontier.learn(answer)
    return asked, frontier


def verdicts(world: World) -> dict[str, Verdict]:
    """What is said of everything that follows from a.ru."""
    looks = world.looks()
    return {str(one.asset): one for one in judge(world.estate("a.ru"), looks, NOW)}


def test_what_proves_likely_gets_every_look():
    """Its mail policy and certificate logs, its www, its mail hosts, its certificate and hosting."""
    world = met(mx=("mx.b.ru",)).mail_host("mx.b.ru", "203.0.113.8")

    asked, frontier = asked_of(world)

    assert {
        Look("mail_policy", Domain("b.ru")),
        Look("certificate_log", Domain("b.ru")),
        Look("website", Host("www.b.ru")),
        Look("mail_server", Host("mx.b.ru")),
        Look("tls_certificate", Endpoint("b.ru", 443)),
        Look("address_owner", Address("203.0.113.7")),
    } <= asked
    assert (frontier.scope.likely, frontier.siblings) == ({"b.ru"}, set())
    steps = [step.code for step in frontier.story("www.b.ru")]
    assert steps == ["typed_by_consultant", "named_in_certificate_of"]
    assert [step.code for step in frontier.story("mx.b.ru")][-1] == "mx_host_of"


def test_what_stays_possible_gets_none_of_them():
    """One group of evidence is not enough."""
    asked, frontier = asked_of(met(name_servers=("ns1.reg.ru",)))

    probes = {look.probe for look in asked if getattr(look.target, "name", "").endswith("b.ru")}
    passive = {"registration", "delegation", "dns_records", "mail_policy", "microsoft_tenant"}
    assert probes == {*passive, "addresses", "website", "tls_certificate"}
    assert frontier.siblings == {"b.ru"}


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_names_under_it_are_as_near_as_under_a_typed_name(depth: int):
    """However late it proved likely, what its own logs and certificates name is looked at."""
    world = met(log=(("lk.b.ru",),)).host("lk.b.ru", tls=certificate("lk.b.ru", "deep.b.ru"))
    world.host("deep.b.ru")

    asked, frontier = asked_of(world, depth=depth)

    assert Look("website", Host("lk.b.ru")) in asked
    assert (Look("website", Host("deep.b.ru")) in asked) is (depth > 1)
    assert frontier.left_out == (() if depth > 1 else ("deep.b.ru",))


def test_a_host_that_the_clients_certificate_names_under_it_is_looked_at():
    """It was met before anybody knew whose it is."""
    world = met().both("a.ru", tls=certificate("a.ru", "www.a.ru", "b.ru", "shop.b.ru"))

    asked, _ = asked_of(world.host("shop.b.ru"))

    assert Look("website", Host("shop.b.ru")) in asked


def test_it_vouches_for_less():
    """What would make likely, said by a person's name, does not; nothing is searched below it."""
    world = met(log=(("c.ru", "b.ru"),))
    world.both("b.ru", "203.0.113.7", to="https://d.ru/", tls=certificate("b.ru", "e.ru"))

    asked, frontier = asked_of(world, Seeds(domains=("a.ru",), searches=True))

    names = {getattr(look.target, "name", "") for look in asked}
    assert {"c.ru", "d.ru", "e.ru"} < names
    searched = {look.target for look in asked if look.probe == "names_below"}
    assert searched == {Domain("a.ru")}
    assert frontier.scope.likely == {"b.ru"}
    assert {frontier.claims.on(name)[0] for name in ("c.ru", "d.ru", "e.ru")} == {
        Ownership.POSSIBLE
    }


def test_the_domain_above_a_named_host_is_never_gone_through():
    """The client's test host at his agency: whatever speaks for it, the agency's domain is the agency's."""
    world = World().domain("a.ru").both("a.ru", tls=certificate("a.ru", "www.a.ru", "b.ru"))
    world.domain("b.ru", name_servers=("ns1.a.ru",)).host("b.ru").host("test.b.ru")

    asked, frontier = asked_of(world, Seeds(domains=("a.ru", "test.b.ru")))

    assert frontier.claims.on("b.ru")[0] is Ownership.LIKELY
    assert Look("certificate_log", Domain("b.ru")) not in asked


def test_depth_nought_follows_nothing():
    """Who wants no leads followed gets none."""
    assert asked_of(met(), depth=0)[1].scope.likely == set()


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_answers_makes_no_difference(seed: int):
    """Ownership is weighed when all have answered."""
    world = met(mx=("mx.b.ru",), log=(("lk.b.ru",),)).host("lk.b.ru")

    asked, frontier = asked_of(world.mail_host("mx.b.ru"), dice=random.Random(seed))

    expected, first = asked_of(world)
    assert (asked, frontier.left_out) == (expected, first.left_out)
    assert frontier.story("lk.b.ru") == first.story("lk.b.ru")


def test_an_abandoned_likely_domain_may_be_let_go():
    """Everything of it was seen: it stays a question no longer than what a person named."""
    found = verdicts(met())

    assert found["domain:b.ru"].advice is Advice.LET_EXPIRE
    assert found["mail:b.ru"].state == "none"


def test_a_name_under_a_likely_domain_that_nobody_looked_at_keeps_it():
    """Its certificate log names a host that the run never came to."""
    found = verdicts(met(log=(("lk.b.ru",),)))

    assert found["domain:b.ru"].advice is Advice.ASK


def test_a_likely_domain_names_no_hosting_that_holds_a_named_one():
    """What was met may come and go; the hosting stays the same object."""
    world = World().domain("long-name.ru")
    world.both("long-name.ru", tls=certificate("long-name.ru", "www.long-name.ru", "b.ru"))
    world.domain("b.ru", name_servers=("ns1.long-name.ru",)).both("b.ru", shows=stub())

    hostings = [str(h.asset) for h in world.estate("long-name.ru").holdings if h.addresses]

    assert "hosting:beget/long-name.ru" in hostings
    assert "hosting:beget/b.ru" not in hostings


def test_the_files_of_what_proves_likely_are_read():
    """Its site map and its apps lead on; those of what is only possible are left alone."""
    asked = {look.target for look in asked_of(met())[0] if look.probe == "site_files"}
    assert Host("b.ru") in asked
    assert Host("www.b.ru") not in asked, "one of its two is enough"
    assert Look("site_files", Host("b.ru")) not in asked_of(met(name_servers=("ns1.reg.ru",)))[0]


@pytest.mark.parametrize(
    ("names", "ours", "asked_for"),
    [
        (("b.ru",), True, True),
        (("b.ru",), False, False),
        (("b.ru", "c.ru", "d.ru", "e.ru"), True, False),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_a_picture_is_looked_at_where_it_may_tell(
    names: tuple[str, ...], ours: bool, asked_for: bool, seed: int
):
    """Beside a certificate of two it would; beside one of many it would not, nor where the client has none."""
    world = World().domain("a.ru")
    world.both("a.ru", tls=certificate("a.ru", "www.a.ru", *names))
    if ours:
        icon = Favicon("https://a.ru/favicon.ico", "ico", 318, "ours", 0)
        files = SiteFiles("a.ru", "https", NODATA, NODATA, NODATA, Seen(icon), NODATA, NODATA)
        world.see("site_files", Host("a.ru"), files)
    world.domain("b.ru").both("b.ru")

    asked, _ = asked_of(world, dice=random.Random(seed))

    assert (Look("site_icon", Host("b.ru")) in asked) is asked_for


@pytest.mark.parametrize(
    ("names", "links", "asked_for"),
    [
        (("b.ru",), ("/privacy",), True),
        (("b.ru",), (), False),
        ((), ("/privacy",), False),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_the_page_of_requisites_is_read_where_it_may_tell(
    names: tuple[str, ...], links: tuple[str, ...], asked_for: bool, seed: int
):
    """Beside a certificate of two it would, where the home page links to it; beside a mere word it would not."""
    world = World().domain("a.ru").both("a.ru", tls=certificate("a.ru", "www.a.ru", *names))
    shows = page("B", relations=Relations(legal_pages=links))
    world.domain("b.ru").both("b.ru", shows=shows)
    seeds = Seeds(domains=("a.ru",), listed={"b.ru": Listed("ru.gz", "b", 1)})

    asked, _ = asked_of(world, seeds, dice=random.Random(seed))

    assert (Look("legal_pages", Host("b.ru")) in asked) is asked_for


def test_a_name_is_asked_whose_it_is_before_it_is_called_his():
    """The number in its policy is another firm's: nothing below it is looked at."""
    world = met()
    world.both("b.ru", "203.0.113.7", shows=page(relations=Relations(legal_pages=("/offer",))))
    papers = LegalPages(("https://b.ru/offer",), inns=("7800000019",))
    world.see("legal_pages", Host("b.ru"), papers)

    asked, frontier = asked_of(world, Seeds(domains=("a.ru",), inns=("7700000018",)))

    assert Look("legal_pages", Host("b.ru")) in asked
    assert frontier.scope.likely == set()
    assert Look("certificate_log", Domain("b.ru")) not in asked
