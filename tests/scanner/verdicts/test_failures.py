"""Whatever looks fail, singly or together, whole or in part: no verdict becomes deadlier by it.

The estates are richer than those of the other laws: things lean on one another by name, by address
and by provider, so that a failed look at one thing is a chance to misjudge another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

from probes.delegation import Delegation, ServerLook, ServerState
from probes.kit.observation import Absent, AnyObservation, Reason, Seen, Unknown
from probes.kit.page_parts import Part
from probes.kit.target import Domain
from probes.service_records import ServiceHost, ServiceRecords
from probes.website import Hop, Visit, Website
from scanner.assets import Advice, Asset, Estate, Kind
from scanner.discovery import GatheredLooks, Seeds, attribute
from scanner.verdicts.judging import judge
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.world import NOW, NXDOMAIN, World, page, registration, stub

ENDING = {Advice.SWITCH_OFF, Advice.LET_EXPIRE}
FAILURES = [reason for reason in Reason if reason is not Reason.LOOP]
"""Aliases that lead in a circle are no failure of ours: whoever asks gets no further."""
Judged = tuple[Estate, dict[Asset, Verdict]]


def trade() -> tuple[World, Seeds]:
    """Mail at a small hoster, a relay in the SPF, an alias between domains, a forward, a newsletter."""
    world = World().domain(
        "shop.ru",
        mx=("mx.hoster.net",),
        spf="v=spf1 a:relay.shop.ru -all",
        log=(("relay.shop.ru", "m.shop.ru"),),
    )
    world.both("shop.ru", "198.51.100.61", provider="timeweb")
    world.host("relay.shop.ru", "198.51.100.62", shows=stub(), provider="timeweb")
    world.host("m.shop.ru", "198.51.100.63", provider="timeweb", chain=("edge.cdn.ru",))
    world.host("edge.cdn.ru", "198.51.100.63", shows=stub(), provider="timeweb")
    world.mail_host("mx.hoster.net", "203.0.113.77", provider="small")
    world.domain("old.ru").both("old.ru", "198.51.100.70", shows=stub(), provider="small")
    world.domain("cdn.ru").domain("dark.ru")
    world.domain("park.ru").both(
        "park.ru", "198.51.100.90", shows=stub("parked"), provider="reg_ru_parking"
    )
    world.domain("go.ru").both("go.ru", "198.51.100.95", to="https://shop.ru/", provider="sel")
    world.domain("send.ru", mx=("",), spf="v=spf1 include:spf.unisender.com -all", dkim=("us",))
    world.domain("six.ru")
    world.both("six.ru", "198.51.100.99", "2001:db8::9", shows=stub(), provider="six")
    names = ("shop.ru", "old.ru", "cdn.ru", "dark.ru", "park.ru", "go.ru", "send.ru", "six.ru")
    return world, Seeds(domains=names)


def roots() -> tuple[World, Seeds]:
    """One live domain on other domains' name servers and mail, its names strewn over hostings of stubs."""
    own = Delegation(
        "ru", (ServerLook("ns1.infra.ru", ("198.51.100.110",), ServerState.AUTHORITATIVE),)
    )
    world = World().domain(
        "live.ru",
        servers=own,
        name_servers=("ns1.infra.ru",),
        mx=("mx.post.ru",),
        spf="v=spf1 include:_spf.post.ru -all",
        log=(("a.live.ru",), ("b.live.ru",)),
    )
    world.both("live.ru", "198.51.100.111", provider="aa")
    world.host("a.live.ru", "198.51.100.112", provider="bb")
    world.host("b.live.ru", "198.51.100.113", shows=stub(), provider="cc")
    world.domain("infra.ru").domain("post.ru").mail_host(
        "mx.post.ru", "198.51.100.114", provider="dd"
    )
    for name, ip, provider in (("b", 112, "bb"), ("d", 114, "dd"), ("e", 110, "ee")):
        stood = f"old-{name}.ru"
        world.domain(stood).both(stood, f"198.51.100.{ip}", shows=stub(), provider=provider)
    spare = registration("none.ru", delegated=False)
    world.domain("none.ru", servers=Absent("NXDOMAIN"), records=NXDOMAIN, registered=spare)
    world.domain("wild.ru", wildcard=Seen(("198.51.100.116",)), log=(("x.wild.ru",),))
    world.both("wild.ru", "198.51.100.115", shows=stub(), provider="ff")
    world.host("x.wild.ru", "198.51.100.116", same_as_unknown=True, provider="ff")
    world.domain("ill.ru").both("ill.ru", "198.51.100.118", shows=page(status=500), provider="gg")
    names = ("live", "infra", "post", "old-b", "old-d", "old-e", "none", "wild", "ill")
    return world, Seeds(domains=tuple(f"{name}.ru" for name in names))


def gallery() -> tuple[World, Seeds]:
    """Stubs that a shop is put together from, that its records name, and that a redirect passes."""
    shown = page(
        "Shop",
        parts=(Part("img.shop.ru", "picture"), Part("cdn.shop.ru", "named")),
        link_hosts=("go.shop.ru",),
    )
    world = World().domain(
        "shop.ru",
        mx=("post.shop.ru",),
        spf="v=spf1 a:relay.shop.ru -all",
        log=tuple((f"{label}.shop.ru",) for label in _LABELS),
    )
    world.both("shop.ru", "198.51.100.121", shows=shown, provider="aa")
    for number, label in enumerate(_LABELS):
        host, ip = f"{label}.shop.ru", f"198.51.100.{130 + number}"
        world.host(host, ip, shows=stub(), provider=f"p{number}")
    world.mail_host("post.shop.ru", "198.51.100.131", provider="p1")
    hops = (
        Hop("https://go.shop.ru/", 301, "https://way.shop.ru/1"),
        Hop("https://way.shop.ru/1", 302, "https://shop.ru/"),
    )
    led = Visit("https://go.shop.ru/", hops, Seen(page("Shop", url="https://shop.ru/")))
    site = Website(replace(led, url="http://go.shop.ru/"), led, Seen(page("default")), False)
    world.host("go.shop.ru", "198.51.100.129", shows=site, provider="go")
    services = ServiceRecords((ServiceHost("_sip._tls", "phone.shop.ru"),), True)
    world.see("service_records", Domain("shop.ru"), services)
    world.domain("spare.ru").both("spare.ru", "198.51.100.140", shows=stub(), provider="zz")
    world.see("service_records", Domain("spare.ru"), services)
    return world, Seeds(domains=("shop.ru", "spare.ru"))


_LABELS = ("img", "post", "relay", "cdn", "way", "phone", "go", "old")
ESTATES = {"trade": trade(), "roots": roots(), "gallery": gallery()}


def judged(observations: list[AnyObservation], seeds: Seeds) -> Judged:
    looks = GatheredLooks.of(observations)
    estate = attribute(seeds, looks, NOW)
    return estate, {verdict.asset: verdict for verdict in judge(estate, looks, NOW)}


def unseen(outcome: Any, reason: Reason) -> Iterator[Any]:
    """Yield the outcome with any one part of it, or the whole, replaced by Unknown."""
    yield Unknown(reason)
    if not (isinstance(outcome, Seen) and isinstance(outcome.fact, msgspec.Struct)):
        return
    for field in msgspec.structs.fields(outcome.fact):
        value = getattr(outcome.fact, field.name)
        if isinstance(value, Seen | Absent):
            yield Seen(replace(outcome.fact, **{field.name: Unknown(reason)}))
        elif field.name in ("http", "https"):
            visit = replace(value, page=Unknown(reason), hops=())
            yield Seen(replace(outcome.fact, **{field.name: visit}))
        elif field.name == "servers":
            for addresses in (value[0].addresses, ()):
                dim = ServerLook(value[0].host, addresses, ServerState.UNKNOWN, str(reason))
                yield Seen(replace(outcome.fact, servers=(dim, *value[1:])))


def deadlier(before: Judged, after: Judged) -> list[str]:
    """Say what is now proposed to be ended and was not; hostings are compared by address."""
    estate, verdicts = before
    at = {
        ip: verdicts[holding.asset].advice
        for holding in estate.holdings
        if holding.asset.kind is Kind.HOSTING
        for ip in holding.addresses
    }
    wrong = []
    for holding in after[0].holdings:
        asset = holding.asset
        if after[1][asset].advice not in ENDING:
            continue
        if asset.kind is Kind.HOSTING:
            spared = any(at.get(ip) not in ENDING for ip in holding.addresses)
        elif asset.kind is Kind.SITE and asset not in verdicts:
            continue  # one half of a site, now judged alone
        else:
            spared = verdicts[asset].advice not in ENDING
        if spared:
            wrong.append(f"{asset} is {after[1][asset].state}")
    return wrong


def may_fail(observation: AnyObservation) -> bool:
    """A certificate log that fails whole takes names away that nothing else names: that is a need."""
    return observation.probe != "certificate_log"


@pytest.mark.parametrize(("world", "seeds"), ESTATES.values(), ids=ESTATES)
@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.SERVFAIL, Reason.NOT_ASKED])
def test_no_single_failure_makes_a_verdict_deadlier(world: World, seeds: Seeds, reason: Reason):
    """Every look in turn, and every part of it."""
    observations = world.observations
    before = judged(observations, seeds)
    tried = 0
    for place, observation in enumerate(observations):
        for outcome in unseen(observation.outcome, reason) if may_fail(observation) else ():
            changed = [*observations]
            changed[place] = replace(observation, outcome=outcome)
            told = f"{observation.probe} {observation.target} → {outcome}"
            assert deadlier(before, judged(changed, seeds)) == [], told
            tried += 1
    assert tried > 100


@settings(max_examples=60, deadline=None)
@given(some.data())
def test_no_failures_together_make_a_verdict_deadlier(data: some.DataObject):
    """Looks fail in droves: a dozen at once, each in its own way."""
    world, seeds = data.draw(some.sampled_from([*ESTATES.values()]))
    observations = world.observations
    places = [n for n, one in enumerate(observations) if may_fail(one)]
    changed = [*observations]
    for place in data.draw(some.sets(some.sampled_from(places), max_size=14)):
        reason = data.draw(some.sampled_from(FAILURES))
        outcome = data.draw(some.sampled_from([*unseen(observations[place].outcome, reason)]))
        changed[place] = replace(observations[place], outcome=outcome)

    assert deadlier(judged(observations, seeds), judged(changed, seeds)) == []
