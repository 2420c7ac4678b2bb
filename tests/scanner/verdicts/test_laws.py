"""The laws above every rule: ignorance never ends a thing, order never matters, cards never lie."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

import scanner.verdicts.rules
from probes.delegation import Delegation, ServerLook, ServerState
from probes.kit.observation import Absent, AnyObservation, Reason, Seen, Unknown
from probes.registration import Holder, HolderKind
from scanner.assets import Advice, Kind, Use
from scanner.discovery import GatheredLooks, Seeds, attribute
from scanner.discovery.scope import registered
from scanner.verdicts.card import Card
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.judging import all_codes, form_opinion, judge, judge_iter
from scanner.verdicts.rules import RULES
from scanner.verdicts.scene import Scene
from scanner.verdicts.verdict import Finding, Verdict
from tests.scanner.discovery.world import (
    NOW,
    World,
    certificate,
    mark,
    page,
    registration,
    stub,
)

ENDING = {Advice.SWITCH_OFF, Advice.LET_EXPIRE}
SEEDS = Seeds(
    domains=("used.ru", "parked.ru", "dark.ru", "stub.ru", "core.ru", "care.ru", "post.ru"),
    orgs=("ООО Ромашка",),
)


def estate_of_every_kind() -> World:
    """One client with a thing of nearly every state, leaning on one another."""
    world, tls = World(), certificate("used.ru", "www.used.ru", "api.used.ru", sha="good")
    holder = Holder(HolderKind.ORGANISATION, "Romashka LLC")
    core = Delegation(
        "ru", (ServerLook("ns1.core.ru", ("198.51.100.40",), ServerState.AUTHORITATIVE),)
    )
    world.domain(
        "used.ru",
        registered=registration("used.ru", holder=holder),
        servers=core,
        name_servers=("ns1.core.ru",),
        mx=("mx.core.ru",),
        spf="v=spf1 ip4:198.51.100.40 -all",
        log=(("old.used.ru", "lk.used.ru"),),
    )
    world.both("used.ru", "198.51.100.1", shows=page("Used", link_hosts=("stub.ru",)), tls=tls)
    world.host("api.used.ru", "198.51.100.1", shows=page(content_type="application/json"))
    world.host("lk.used.ru", "198.51.100.30", shows=page(password_field=True))
    world.nowhere("old.used.ru").mail_host("mx.core.ru", "198.51.100.40", provider="selectel")
    world.domain("parked.ru").both(
        "parked.ru", "198.51.100.2", shows=stub("parked"), provider="reg_ru_parking"
    )
    world.domain("dark.ru")
    world.domain("stub.ru", log=(("shop.stub.ru",),)).both("stub.ru", "198.51.100.3", shows=stub())
    world.host("shop.stub.ru", "198.51.100.3", shows=stub("server_default"))
    world.domain("core.ru")
    world.domain("care.ru", mx=("",), spf="v=spf1 -all", dmarc="v=DMARC1; p=reject")
    world.domain("post.ru", mx=("mail.post.ru",)).both("post.ru", "198.51.100.5", shows=stub())
    world.mail_host("mail.post.ru", "198.51.100.5", provider="beget")
    return world


def judged(observations: list[AnyObservation]) -> dict[str, Verdict]:
    looks = GatheredLooks.of(observations)
    return {str(v.asset): v for v in judge(attribute(SEEDS, looks, NOW), looks, NOW)}


def ended(observations: list[AnyObservation]) -> set[str]:
    return {asset for asset, verdict in judged(observations).items() if verdict.advice in ENDING}


def unseen(outcome: Any, reason: Reason) -> Iterator[Any]:
    """Yield an outcome with one outcome inside it, or the whole of it, replaced by Unknown."""
    yield Unknown(reason)
    if isinstance(outcome, Seen) and isinstance(outcome.fact, msgspec.Struct):
        for field in msgspec.structs.fields(outcome.fact):
            value = getattr(outcome.fact, field.name)
            if isinstance(value, Seen | Absent):
                yield Seen(replace(outcome.fact, **{field.name: Unknown(reason)}))
            elif field.name in ("http", "https"):
                visit = replace(value, page=Unknown(reason))
                yield Seen(replace(outcome.fact, **{field.name: visit}))


def test_the_estate_holds_something_to_lose():
    """The laws below would be empty on an estate where nothing is proposed."""
    found = judged(estate_of_every_kind().observations)

    assert found["domain:parked.ru"].advice is Advice.LET_EXPIRE
    assert found["domain:dark.ru"].advice is Advice.LET_EXPIRE
    assert found["hosting:beget/stub.ru"].advice is Advice.SWITCH_OFF
    assert found["hosting:beget/post.ru"].advice is Advice.KEEP
    assert found["hosting:selectel/mx.core.ru"].advice is Advice.KEEP
    assert found["domain:core.ru"].state == "infrastructure"
    assert found["domain:care.ru"].state == "defensive"


def test_no_single_failed_look_ever_ends_anything():
    """Whatever outcome becomes unknown, nothing is proposed to be ended that was not before."""
    observations = estate_of_every_kind().observations
    before = ended(observations)

    tried = 0
    for place, observation in enumerate(observations):
        for outcome in unseen(observation.outcome, Reason.TIMEOUT):
            changed = [*observations]
            changed[place] = replace(observation, outcome=outcome)
            assert ended(changed) <= before, f"{observation.probe} {observation.target} → {outcome}"
            tried += 1
    assert tried > 150


@settings(max_examples=60, deadline=None)
@given(some.data())
def test_no_number_of_failed_looks_ever_ends_a_live_thing(data: some.DataObject):
    """Looks fail together in practice: what was used is then used or asked about, never ended."""
    observations = estate_of_every_kind().observations
    alive = {
        asset
        for asset, verdict in judged(observations).items()
        if verdict.use in (Use.USED, Use.REDIRECT)
    }
    own = {"site", "mail", "certificate"}
    failing = data.draw(some.sets(some.integers(0, len(observations) - 1), max_size=12))

    changed = [
        replace(one, outcome=Unknown(data.draw(some.sampled_from(Reason)))) if n in failing else one
        for n, one in enumerate(observations)
    ]

    assert not {one for one in ended(changed) & alive if one.partition(":")[0] in own}


def test_a_failure_after_a_success_ends_nothing():
    """One flapping answer, later than the good one, never makes a verdict worse than a question."""
    observations = estate_of_every_kind().observations
    before = judged(observations)

    for observation in observations:
        flap = replace(
            observation,
            at=NOW + timedelta(hours=1),
            outcome=Unknown(Reason.SERVFAIL),
        )
        after = judged([*observations, flap])
        assert ended([*observations, flap]) <= ended(observations)
        assert not {
            asset
            for asset, verdict in after.items()
            if verdict.use is Use.BROKEN and before.get(asset, verdict).use is Use.USED
        }


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_looks_makes_no_difference(seed: int):
    """The same looks give the same verdicts, finding by finding."""
    observations = estate_of_every_kind().observations
    shuffled = [*observations]
    random.Random(seed).shuffle(shuffled)

    assert judged(shuffled) == judged(observations)


def test_every_rule_file_is_in_the_list():
    """A rule that nobody hears is no rule."""
    folder = Path(scanner.verdicts.rules.__path__[0])
    files = {
        path.relative_to(folder).with_suffix("").parts
        for path in folder.glob("*/*.py")
        if path.stem != "__init__"
    }

    assert {tuple(card.hear.__module__.split(".")[-2:]) for card in RULES} == files
    assert len({card.id for card in RULES}) == len(RULES)


def test_every_card_is_filled_in():
    """A rule says what it means, who says so, and which codes it may use."""
    for card in RULES:
        assert card.sentence.endswith(".")
        assert card.authority
        assert card.kinds
        assert card.says, card.id
    prefixes = {code.partition(".")[0] for code in all_codes()}
    judged_by_code = {str(kind) for kind in Kind}
    beside = {"paper", "facet", "rule", "ownership", "asset", "verdict", "vantage", "posture"}
    assert prefixes == judged_by_code | beside


def test_rules_say_what_their_cards_say_and_nothing_else():
    """A code that is not on the card becomes a crash of that rule, told as such."""
    for verdict in judged(estate_of_every_kind().observations).values():
        for finding in verdict.findings:
            assert finding.code != "rule.crashed", finding
            assert finding.code in all_codes()

    def lies(dossier: object) -> Iterator[Finding]:
        yield Finding("", Use.UNUSED, "site.no_address", {}, (), None)

    liar = Card("liar", "It lies.", "nobody", (Kind.SITE,), "0", frozenset({"site.content"}), lies)
    assert_crashed_alone(liar)


def test_a_crashing_rule_casts_doubt_on_one_thing_only():
    """Its crash is a finding; the rest of the audit goes on."""

    def breaks(dossier: object) -> Iterator[Finding]:
        raise ZeroDivisionError

    assert_crashed_alone(Card("bad", "It.", "nobody", (Kind.SITE,), "0", frozenset({"x"}), breaks))


def assert_crashed_alone(card: Card) -> None:
    world = World().domain("a.ru").both("a.ru", shows=stub())
    looks, estate = world.looks(), world.estate("a.ru")
    site = next(one for one in estate.holdings if one.asset.kind is Kind.SITE)
    opinion = form_opinion(Dossier(site, looks, Scene(estate, looks), {}, NOW), (card,))

    assert opinion.state == "undetermined"
    assert [one.code for one in opinion.findings] == ["rule.crashed"]
    assert opinion.findings[0].params["rule"] == card.id


def test_findings_name_the_evidence_they_rest_on():
    """Each finding on a look carries the ids of its exchanges and its moment."""
    found = judged(estate_of_every_kind().observations)["site:stub.ru"]

    stub_seen = next(one for one in found.findings if one.code == "site.placeholder")
    assert stub_seen.rests_on == ("website host stub.ru", "website host www.stub.ru")
    assert stub_seen.at == NOW
    assert stub_seen.params["marker"] == mark("placeholder").id


def test_large_estates_are_judged_in_linear_time():
    """Twice the names take twice the looks, not four times: counted, not timed."""

    def looks_made(names: int) -> int:
        world = World()
        domains = tuple(f"d{number}.ru" for number in range(names))
        for number, name in enumerate(domains):
            world.domain(name).both(name, f"198.51.{100 + number // 250}.{number % 250}")
        looks = world.looks()
        counted = CountedLooks(looks)
        estate = attribute(Seeds(domains=domains), looks, NOW)
        assert len(judge(estate, counted, NOW)) == len(estate.holdings)
        return counted.made

    assert looks_made(80) <= 2.2 * looks_made(40)


class CountedLooks:
    """Looks that count how often they are asked."""

    def __init__(self, looks: GatheredLooks) -> None:
        self._looks, self.made = looks, 0
        self.each: Counter[tuple[str, str]] = Counter()

    def latest(self, ask: Any, target: Any) -> Any:
        self.made += 1
        self.each[ask.probe, str(target)] += 1
        return self._looks.latest(ask, target)


def test_a_store_is_asked_for_a_look_twice_at_most():
    """Once among its neighbours, once for the hosting they share, however many rules want it."""
    looks = estate_of_every_kind().looks()
    estate, counted = attribute(SEEDS, looks, NOW), CountedLooks(looks)

    assert len(judge(estate, counted, NOW)) == len(estate.holdings)

    assert max(counted.each.values()) <= 2


def test_verdicts_come_in_the_order_of_the_estate():
    """Whatever had to be judged before them."""
    looks = estate_of_every_kind().looks()
    estate = attribute(SEEDS, looks, NOW)

    assert [v.asset for v in judge_iter(estate, looks, NOW)] == [h.asset for h in estate.holdings]


def test_findings_are_told_in_the_order_of_the_rules():
    """Also those of rules that are heard last."""
    place = {card.id: number for number, card in enumerate(RULES)}
    heard = [card for card in RULES if card.asks_all]
    assert heard
    for verdict in judged(estate_of_every_kind().observations).values():
        places = [place[one.rule] for one in verdict.findings if one.rule in place]
        assert places == sorted(places)


def test_whoever_asks_of_all_before_all_were_read_gets_no_half_answer():
    """A rule that forgot to say that it asks of every domain crashes; it never hears of a part."""
    looks = estate_of_every_kind().looks()
    scene = Scene(attribute(SEEDS, looks, NOW), looks)
    walk = scene.walk()
    next(walk)
    with pytest.raises(RuntimeError, match="asks_all"):
        scene.unread  # noqa: B018 - to ask is the test

    assert len([*walk]) + 1 == len(scene.holdings)
    assert scene.unread == Scene(attribute(SEEDS, looks, NOW), looks).unread


def test_neighbours_are_walked_together_and_shared_things_with_the_last_of_their_names():
    """A site, its mail, its certificate and its domain in a row: their looks lie together too."""
    looks = estate_of_every_kind().looks()
    scene = Scene(attribute(SEEDS, looks, NOW), looks)

    walked = [holding.asset for holding, _ in scene.walk()]

    assert sorted(walked) == sorted(scene.holdings)
    shared = [asset for asset in walked if asset.kind is Kind.HOSTING]
    own = [str(asset) for asset in walked if asset.kind is not Kind.HOSTING]
    first = own.index("site:api.used.ru")
    assert own[first : first + 6] == [
        "site:api.used.ru",
        "site:lk.used.ru",
        "site:used.ru",
        "mail:used.ru",
        "certificate:good",
        "domain:used.ru",
    ]
    assert shared
    for asset in shared:
        before = walked[: walked.index(asset)]
        hanging = scene.subjects(asset, "on_hosting")
        assert set(hanging) <= set(before)
        names = [*scene.holdings[asset].hosts, *(one.key for one in hanging)]
        last = next(one for one in reversed(before) if one.kind is Kind.DOMAIN)
        assert last.key == max(map(registered, names))
