"""Old sites, copies, places for work, and services that do not know the name: what is said, and what never."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.page_relations import Relations
from probes.kit.public_files import NewsFeed
from probes.kit.target import Host
from probes.kit.upkeep import Upkeep, sample
from probes.site_files import SiteFiles, Sitemap
from probes.website import Counter, Marker, Page
from scanner.assets import Advice, Use
from scanner.verdicts.judging import judge
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.world import NO_LISTENER, NOW, World, certificate, page, stub

NOWHERE = Absent("404")
WORDS = "Собираем клюкву на верховых болотах с сентября по первый снег и морозим её в день сбора"
OLD = {
    "upkeep": Upkeep(text_year=2013, any_year=2014),
    "last_modified": date(2013, 5, 6),
}


def verdicts(world: World, *names: str) -> dict[str, Verdict]:
    """Judge everything that follows from a world for a client who named these."""
    found = judge(world.estate(*(names or ("a.ru",))), world.looks(), NOW)
    return {str(verdict.asset): verdict for verdict in found}


def codes(verdict: Verdict) -> set[str]:
    return {finding.code for finding in verdict.findings}


def files(host: str, newest: date | None = None, sitemap: Any = None) -> SiteFiles:
    """What a host publishes for machines: a sitemap of that day, or none."""
    dated = Seen(Sitemap(1, 3, (), (), newest, True)) if newest else NOWHERE
    told = dated if sitemap is None else sitemap
    return SiteFiles(host, "http", NOWHERE, told, NOWHERE, NOWHERE, NOWHERE, NOWHERE)


def leaflet(newest: date | None = None, sitemap: Any = None, **changes: Any) -> World:
    """A site on which every date is of 2013 or 2014, unless changed."""
    shown = page("Семинар", **{**OLD, **changes})
    world = World().domain("a.ru").both("a.ru", shows=shown, https=NO_LISTENER)
    return world.see("site_files", Host("a.ru"), files("a.ru", newest, sitemap))


def test_a_site_nobody_has_touched_for_years_is_abandoned():
    """The newest sign is named, and whoever is to act has things to do before."""
    found = verdicts(leaflet())

    site = found["site:a.ru"]
    said = next(one for one in site.findings if one.code == "site.abandoned")
    assert (site.use, site.state, site.advice) == (Use.IDLE, "abandoned", Advice.SWITCH_OFF)
    assert (said.params["year"], said.params["signs"]) == ("2013", ["page_dates", "file_date"])
    assert "site.content" not in codes(site)
    assert {"owner_word", "second_look", "other_vantage"} <= set(site.needs)
    assert found["domain:a.ru"].state == "abandoned"


NEWS = {"upkeep": Upkeep(text_year=2013, any_year=2014, copyright_year=2013, feed="/rss")}


def with_feed(outcome: Any, **changes: Any) -> World:
    """An old site whose page names a feed, and what came of reading it."""
    world = leaflet(**{**NEWS, **changes})
    return world.see("feed", Host("a.ru"), outcome) if outcome else world


@pytest.mark.parametrize(
    ("world", "signs", "year"),
    [
        (leaflet(), ["page_dates", "file_date"], "2013"),
        (leaflet(date(2012, 1, 1)), ["page_dates", "file_date", "sitemap"], "2013"),
        (with_feed(NewsFeed(3, date(2015, 2, 3))), ["copyright", "file_date", "feed"], "2015"),
        (
            with_feed(NewsFeed(3, date(2015, 2, 3)), last_modified=None),
            ["copyright", "feed"],
            "2015",
        ),
        (with_feed(NewsFeed(0, None)), ["copyright", "file_date"], "2013"),
        (with_feed(Absent("HTTP 404")), ["copyright", "file_date"], "2013"),
    ],
)
def test_the_signs_of_an_editor_are_named(world: World, signs: list[str], year: str):
    """Which sorts they are of, and the newest of all; a feed's are those of its items."""
    site = verdicts(world)["site:a.ru"]

    (said,) = (one for one in site.findings if one.code == "site.abandoned")
    assert (said.params["signs"], said.params["year"]) == (signs, year)


@pytest.mark.parametrize(
    "outcome", [None, Unknown(Reason.TIMEOUT), Unknown(Reason.NOT_ASKED), NewsFeed(9, None)]
)
def test_a_feed_that_did_not_tell_keeps_a_site(outcome: Any):
    """Somebody may have published there yesterday: old dates are worth a remark, and no more."""
    site = verdicts(with_feed(outcome))["site:a.ru"]

    assert site.state == "content"
    assert "site.long_unedited" in codes(site)


KEPT: list[tuple[str, World]] = [
    ("the feed has news", with_feed(NewsFeed(3, date(2026, 2, 3)))),
    ("a feed with news to come", with_feed(NewsFeed(3, date(2033, 2, 3)))),
    ("the mark of copyright alone", leaflet(
        upkeep=Upkeep(text_year=2013, any_year=2014, copyright_year=2013), last_modified=None)),
    ("a year on the page", leaflet(upkeep=Upkeep(text_year=2025, any_year=2025))),
    ("a year in its scripts", leaflet(upkeep=Upkeep(text_year=2013, any_year=2024))),
    ("the file was changed", leaflet(last_modified=date(2026, 1, 1))),
    ("the sitemap was renewed", leaflet(newest=date(2026, 9, 1))),
    ("the sitemap could not be had", leaflet(sitemap=Unknown(Reason.TIMEOUT))),
    ("one sort of sign alone", leaflet(last_modified=None)),
    ("a form", leaflet(upkeep=Upkeep(2013, 2013, form=True))),
    ("a phone", leaflet(relations=Relations(phones=("+74951234567",)))),
    ("a mailbox", leaflet(relations=Relations(mailboxes=("firm@mail.ru",)))),
    ("a counter", leaflet(counters=(Counter("metrika", "123"),))),
    ("a sign-in", leaflet(password_field=True)),
    ("built by scripts", leaflet(script_shell=True)),
    ("not all of it was read", leaflet(truncated=True)),
    ("no page but data", leaflet(content_type="application/json")),
    ("mail", leaflet().domain("a.ru", mx=("mx.yandex.net",)).both(
        "a.ru", shows=page("Семинар", **OLD), https=NO_LISTENER)),
    ("mail that could not be seen", leaflet().domain("a.ru", mx=Unknown(Reason.SERVFAIL)).both(
        "a.ru", shows=page("Семинар", **OLD), https=NO_LISTENER)),
    ("a certificate was bought", leaflet().both(
        "a.ru", shows=page("Семинар", **OLD),
        tls=certificate("a.ru", "www.a.ru", automated=False))),
    ("www bears no date", leaflet().host("www.a.ru", shows=page("Семинар"))),
]  # fmt: skip


@pytest.mark.parametrize("world", [row[1] for row in KEPT], ids=[row[0] for row in KEPT])
def test_one_sign_of_anybody_keeps_an_old_site(world: World):
    """Whatever is new, unknown, or of use to somebody: it is no abandoned site."""
    site = verdicts(world)["site:a.ru"]

    assert site.state in ("content", "login", "app", "api")
    assert site.advice not in (Advice.SWITCH_OFF, Advice.LET_EXPIRE)


def test_a_link_from_the_clients_live_site_keeps_an_old_one():
    """Whoever links to it wants it."""
    world = leaflet().domain("b.ru").both("b.ru", shows=page("B", link_hosts=("a.ru",)))

    assert verdicts(world, "a.ru", "b.ru")["site:a.ru"].state == "content"


def test_an_old_site_that_serves_people_gets_a_remark():
    """Its age is told, its use is not touched."""
    site = verdicts(leaflet(relations=Relations(phones=("+74951234567",))))["site:a.ru"]

    assert "site.long_unedited" in codes(site)
    assert (site.use, site.advice) == (Use.USED, Advice.KEEP)


@pytest.mark.parametrize(
    ("year", "abandoned"), [(2020, True), (2021, True), (2022, False), (2026, False)]
)
def test_for_years_means_five(year: int, abandoned: bool):
    """The newest sign decides."""
    world = leaflet(upkeep=Upkeep(text_year=year, any_year=year), last_modified=date(year, 1, 2))

    assert (verdicts(world)["site:a.ru"].state == "abandoned") is abandoned


def worded(text: str, title: str = "Клюква", **changes: Any) -> Page:
    said = {"text_length": len(text), "body_sha256": text, "upkeep": Upkeep(words=sample(text))}
    return page(title, **{**said, **changes})


def two(first: Page, second: Page, name: str = "b.ru") -> dict[str, Verdict]:
    world = World().domain("a.ru").both("a.ru", shows=first)
    if name.count(".") == 1:
        world.domain(name).both(name, "198.51.100.2", shows=second)
        return verdicts(world, "a.ru", name)
    return verdicts(world.host(name, shows=second), "a.ru", name)


COPIES: list[tuple[str, Page, bool]] = [
    ("the same words", worded(WORDS), True),
    ("a sentence more", worded(WORDS + ". Ждём вас"), True),
    ("a word changed", worded(WORDS.replace("снег", "мороз")), True),
    ("other words", worded("Продаём варенье из рябины и черноплодки круглый год по всей стране от "
                           "одной банки до вагона"), False),
    ("another title", worded(WORDS, "Рябина"), False),
    ("much more text", worded(WORDS, text_length=4_000), False),
    ("too few words", worded("Клюква, рябина"), False),
    ("a sign-in", worded(WORDS, password_field=True), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("second", "copied"), [row[1:] for row in COPIES], ids=[row[0] for row in COPIES]
)
def test_a_copy_is_known_by_its_title_and_words(second: Page, copied: bool):
    """One of the two is a mirror of the other, to be moved and closed; both are in use."""
    found = two(worded(WORDS), second)

    assert (found["site:b.ru"].state == "mirror") is copied
    assert (found["site:b.ru"].advice is Advice.CONSOLIDATE) is copied
    assert found["site:a.ru"].state == "content"
    assert found["domain:b.ru"].use is Use.USED


def test_what_others_lead_to_is_the_original():
    """Not the name that stands first."""
    world = World().domain("a.ru").both("a.ru", shows=worded(WORDS))
    world.domain("b.ru").both("b.ru", "198.51.100.2", shows=worded(WORDS))
    world.domain("c.ru").both("c.ru", "198.51.100.3", to="https://b.ru/")
    found = verdicts(world, "a.ru", "b.ru", "c.ru")

    assert (found["site:a.ru"].state, found["site:b.ru"].state) == ("mirror", "content")


@pytest.mark.parametrize("host", ["test.a.ru", "m.a.ru", "dev2.a.ru", "en.a.ru"])
def test_a_place_under_the_same_name_is_no_copy(host: str):
    """Tried out, for phones, or in another language: it is meant so."""
    assert two(worded(WORDS), worded(WORDS), host)[f"site:{host}"].state == "content"


@pytest.mark.parametrize(
    ("host", "said"),
    [("test.a.ru", True), ("stage-2.a.ru", True), ("contest.a.ru", False), ("shop.a.ru", False)],
)
def test_a_place_for_work_is_kept_with_a_note(host: str, said: bool):
    """Row 28: it has content, so it is never ended unasked, however old."""
    world = World().domain("a.ru").both("a.ru").host(host, shows=page("Вёрстка", **OLD))
    world.see("site_files", Host(host), files(host))
    site = verdicts(world, "a.ru", host)[f"site:{host}"]

    assert ("site.for_work" in codes(site)) is said
    assert (site.advice is Advice.KEEP) is said


@pytest.mark.parametrize("ip", ["10.1.2.3", "172.20.0.1", "192.168.10.5", "fd00::5"])
def test_an_address_inside_a_network_is_told_and_nothing_judged_by_it(ip: str):
    """Row 29."""
    world = World().domain("a.ru").host("a.ru", ip, shows=Unknown(Reason.NOT_ALLOWED))
    world.see("website", Host("a.ru"), Unknown(Reason.NOT_ALLOWED))
    found = verdicts(world)

    assert "site.internal_address" in codes(found["site:a.ru"])
    assert {found[one].use for one in ("site:a.ru", "domain:a.ru")} == {Use.UNKNOWN}


MISSING = Marker("ghost_missing", "unclaimed_saas", "ghost", "weak")


def unclaimed(*chain: str) -> World:
    lost = page("404", MISSING, status=404, text_length=60)
    return World().domain("a.ru").nowhere("www.a.ru").host("a.ru", shows=lost, chain=chain)


def test_a_weak_word_of_a_service_counts_only_where_the_name_leads_to_it():
    """R10: the text may be anybody's; the alias makes it the service's."""
    assert verdicts(unclaimed("firm.ghost.io"))["site:a.ru"].state == "unclaimed_saas"
    assert verdicts(unclaimed())["site:a.ru"].state == "undetermined"
    assert verdicts(unclaimed("firm.tilda.ws"))["site:a.ru"].state == "undetermined"


def test_a_weak_sign_makes_no_stub_of_one_half_of_a_site():
    """An apex and a www with different pages of their own are two sites, whatever one page quotes."""
    quoting = page("Статья", replace(stub().markers[0], strength="weak"))
    world = World().domain("a.ru").host("a.ru", shows=quoting).host("www.a.ru", shows=page("Иное"))

    assert {"site:a.ru", "site:www.a.ru"} <= verdicts(world).keys()
