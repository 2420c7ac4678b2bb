"""Which looks at how things are kept an answer makes due, and that nobody else's things are asked about."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from probes.addresses import HostAddresses
from probes.delegation import Delegation, ServerLook, ServerState
from probes.kit.observation import Absent, Observation, Reason, Seen, Unknown
from probes.kit.target import Domain, Endpoint, Host
from probes.kit.upkeep import Upkeep
from probes.mail_policy import ReportsAccepted
from probes.sub_zone import SubZone
from probes.website import Website
from scanner.discovery import Look, Seeds
from scanner.discovery.posture_looks import posture_looks
from scanner.discovery.relied import relied_on
from scanner.discovery.scope import Scope
from tests.scanner.discovery.world import (
    NOW,
    NXDOMAIN,
    TIMEOUT,
    World,
    page,
    sender_policy,
    website,
)
from tests.scanner.verdicts.posture_cases import dangling, policy

SCOPE = Scope(Seeds(domains=("a.ru",)))


def seen(probe, target, outcome) -> Observation:
    outcome = outcome if isinstance(outcome, Seen | Absent | Unknown) else Seen(outcome)
    return Observation(probe, target, NOW, "here", outcome)


def asked(observation: Observation, mail_hosts: frozenset[str] = frozenset()) -> set[Look]:
    return set(posture_looks(observation, SCOPE, mail_hosts))


def said(**changes):
    world = policy(World().domain("a.ru"), **changes)
    return next(o.outcome for o in world.observations if o.probe == "mail_policy")


def leans(name: str) -> set[Look]:
    return {Look("relied_domain", Domain(name))}


GONE = Delegation("ru", (ServerLook("ns.gone.ru", (), ServerState.NO_ADDRESS, "NXDOMAIN"),))
LAME = Delegation("ru", (ServerLook("ns.h.ru", ("192.0.2.1",), ServerState.LAME),))
HOSTED = Delegation("ru", (ServerLook("ns1.reg.ru", ("192.0.2.1",), ServerState.AUTHORITATIVE),))
WAY = HostAddresses((), False, Seen(("192.0.2.1",)), NXDOMAIN)
STS = Seen("v=STSv1; id=1")
HOME = website("a.ru", page(script_hosts=("cdn.gone.ru", "a.ru")))


def news(host: str, year: int, feed: str = "/rss") -> Website:
    """A site over http alone whose newest year is this one."""
    return website(host, page(upkeep=Upkeep(year, year, feed=feed)), Absent("no listener"))


@pytest.mark.parametrize(
    ("observation", "looks"),
    [
        (seen("addresses", Host("x.a.ru"), dangling("x.a.ru", "y.gone.ru")), leans("gone.ru")),
        (seen("addresses", Host("x.a.ru"), dangling("x.a.ru", "y.a.ru")), set()),
        (seen("addresses", Host("x.a.ru"), TIMEOUT), {Look("sub_zone", Host("x.a.ru"))}),
        (seen("addresses", Host("x.a.ru"), WAY), {Look("sub_zone", Host("x.a.ru"))}),
        (seen("addresses", Host("x.a.ru"), Absent("NODATA")), {Look("sub_zone", Host("x.a.ru"))}),
        (seen("addresses", Host("x.a.ru"), NXDOMAIN), set()),
        (seen("addresses", Host("x.a.ru"), replace(WAY, chain=("y.b.ru",))), set()),
        (seen("addresses", Host("www.a.ru"), WAY), set()),
        (seen("addresses", Host("a.ru"), WAY), set()),
        (seen("addresses", Host("x.b.ru"), WAY), set()),
        (seen("sub_zone", Host("x.a.ru"), SubZone(Seen(GONE.servers), NXDOMAIN)), leans("gone.ru")),
        (seen("sub_zone", Host("x.a.ru"), SubZone(Seen(LAME.servers), NXDOMAIN)), set()),
        (seen("addresses", Host("x.b.ru"), dangling("x.b.ru", "y.gone.ru")), set()),
        (seen("delegation", Domain("a.ru"), GONE),
         leans("gone.ru") | {Look("name_servers", Domain("a.ru"))}),
        (seen("delegation", Domain("a.ru"), LAME), {Look("name_servers", Domain("a.ru"))}),
        (seen("delegation", Domain("b.ru"), GONE), set()),
        (seen("delegation", Domain("a.ru"), HOSTED), set()),
        (seen("mail_policy", Domain("a.ru"), said(spf=Seen(replace(
            sender_policy("v=spf1 include:_s.gone.ru -all"), gone=("_s.gone.ru",))))), leans("gone.ru")),
        (seen("mail_policy", Domain("a.ru"), said(
            reports_accepted=(ReportsAccepted("gone.ru", NXDOMAIN, NXDOMAIN),))), leans("gone.ru")),
        (seen("mail_policy", Domain("a.ru"), said(
            reports_accepted=(ReportsAccepted("gone.ru", TIMEOUT, NXDOMAIN),))), set()),
        (seen("mail_policy", Domain("a.ru"), said(mta_sts=STS)),
         {Look("mta_sts_policy", Domain("a.ru")), Look("addresses", Host("mta-sts.a.ru"))}),
        (seen("mail_policy", Domain("b.ru"), said(mta_sts=STS)), set()),
        (seen("website", Host("a.ru"), HOME), leans("gone.ru") | {Look("old_tls", Endpoint("a.ru", 443))}),
        (seen("website", Host("a.ru"), website("a.ru", page(), Absent("no listener"))), set()),
        (seen("website", Host("a.ru"), website("a.ru", page(), to="https://b.ru/")), set()),
        (seen("website", Host("b.ru"), HOME), set()),
        (seen("website", Host("a.ru"), news("a.ru", 2014)), {Look("feed", Host("a.ru"))}),
        (seen("website", Host("a.ru"), news("a.ru", 2014, feed="")), set()),
        (seen("website", Host("a.ru"), news("a.ru", 2025)), set()),
        (seen("website", Host("a.ru"), news("a.ru", 0)), set()),
        (seen("website", Host("b.ru"), news("b.ru", 2014)), set()),
        (seen("relied_domain", Domain("gone.ru"), Absent("NXDOMAIN at ru")),
         {Look("registration", Domain("gone.ru"))}),
        (seen("relied_domain", Domain("gone.ru"), Unknown(Reason.TIMEOUT)), set()),
    ],
)  # fmt: skip
def test_an_answer_makes_looks_due(observation: Observation, looks: set[Look]):
    """Of the client's things alone; of what they lean on only whether it is there."""
    assert asked(observation) == looks


def test_a_mail_host_that_does_not_exist_is_asked_for_by_its_domain():
    observation = seen("addresses", Host("mx.gone.ru"), NXDOMAIN)

    assert asked(observation) == set()
    assert asked(observation, frozenset({"mx.gone.ru"})) == leans("gone.ru")


def test_a_page_names_at_most_twenty_domains():
    many = page(script_hosts=tuple(f"cdn{n}.x{n}.ru" for n in range(50)))

    assert len(list(relied_on(seen("website", Host("a.ru"), website("a.ru", many))))) == 20
