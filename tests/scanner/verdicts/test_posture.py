"""Faults in how things are kept: each has a world in which it is said, and none says anything of use."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain, Host
from scanner.assets import Advice, Asset, Kind, Ownership, Use
from scanner.discovery import Seeds, attribute
from scanner.verdicts.advice import Case, advise
from scanner.verdicts.card import Card
from scanner.verdicts.dossier import Dossier, Opinion
from scanner.verdicts.finding import POSTURE_CRASHED
from scanner.verdicts.judging import all_codes, form_opinion, judge
from scanner.verdicts.rules import RULES
from scanner.verdicts.scene import Scene
from scanner.verdicts.severity import FIX_WORTHY, Severity, risk_of
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.world import (
    NO_LISTENER,
    NODATA,
    NOW,
    NXDOMAIN,
    TIMEOUT,
    World,
    certificate,
    page,
)
from tests.scanner.verdicts.posture_cases import (
    CASES,
    DOMAIN,
    GOOD_STS,
    MAIL,
    SITE,
    below,
    dangling,
    free,
    mail,
    manners,
    ns,
    policy,
    records,
    rule,
    signed,
    site,
    spf,
    sts,
)
from tests.scanner.verdicts.test_laws import SEEDS, estate_of_every_kind

POSTURE = {code for code in all_codes() if code.startswith("posture.")}


def judged(world: World, *names: str) -> dict[str, Verdict]:
    estate = world.estate(*(names or ("a.ru",)))
    return {str(one.asset): one for one in judge(estate, world.looks(), NOW)}


def said(world: World, asset: str) -> set[str]:
    return {
        finding.code.removeprefix("posture.")
        for finding in judged(world)[asset].findings
        if finding.code.startswith("posture.")
    }


@pytest.mark.parametrize(
    ("code", "asset", "world"), CASES, ids=[f"{code} {n}" for n, (code, _, _) in enumerate(CASES)]
)
def test_each_fault_is_told(code: str, asset: str, world: World):
    assert code in said(world, asset)


def test_every_code_has_a_case_and_a_severity():
    """A code that no case brings about may be one that no look can."""
    told = {f"posture.{code}" for code, _, _ in CASES} | {POSTURE_CRASHED}
    grave = {code for code in POSTURE if risk_of(code, {})}

    assert told == POSTURE
    assert grave == POSTURE - {"posture.not_checked", POSTURE_CRASHED}


KEPT = records(
    sts(GOOD_STS).see("dnssec", Domain("a.ru"), signed().observations[-1].outcome), txt=Seen(())
)


def test_a_well_kept_domain_has_no_fault_worse_than_low():
    """Signed, with mail that is locked up, and two name servers."""
    world = policy(KEPT, tls_rpt=Seen("v=TLSRPTv1; rua=mailto:t@a.ru"))

    for asset in (DOMAIN, MAIL):
        grave = {
            finding.code
            for finding in judged(world)[asset].findings
            if (risk := risk_of(finding.code, finding.params))
            and risk.severity in ("critical", "high", "medium")
        }
        # The world's two name servers stand at one address, and a person holds its domains.
        beside = {"posture.name_servers_one_address", "domain.holder_is_private_person"}
        assert grave <= beside, asset


def test_a_well_kept_site_has_no_fault():
    assert said(site(), SITE) == set()


LETS_ENCRYPT, GLOBALSIGN = rule("issue", "letsencrypt.org"), rule("issue", "globalsign.com")
OWN = certificate("shop.a.ru")
STAR = certificate("*.a.ru")


@pytest.mark.parametrize(
    ("apex", "own", "shown", "expected"),
    [
        (NODATA, NODATA, OWN, {"caa_absent"}),
        (NODATA, Seen((LETS_ENCRYPT,)), OWN, set()),
        (NODATA, Seen((GLOBALSIGN,)), OWN, {"caa_forbids_issuer"}),
        (Seen((GLOBALSIGN,)), NODATA, OWN, {"caa_forbids_issuer"}),
        (Seen((GLOBALSIGN,)), Seen((LETS_ENCRYPT,)), OWN, set()),
        (Seen((LETS_ENCRYPT,)), Seen((GLOBALSIGN,)), OWN, {"caa_forbids_issuer"}),
        (Seen((GLOBALSIGN,)), TIMEOUT, OWN, set()),
        # A wildcard is issued for the name above.
        (Seen((LETS_ENCRYPT,)), Seen((GLOBALSIGN,)), STAR, set()),
        (Seen((GLOBALSIGN,)), Seen((LETS_ENCRYPT,)), STAR, {"caa_forbids_issuer"}),
        (TIMEOUT, Seen((GLOBALSIGN,)), OWN, set()),
        (NODATA, Seen((rule("new", "x", 128),)), NO_LISTENER, {"caa_critical_unknown"}),
    ],
)
def test_the_records_nearest_to_a_name_count(apex: Any, own: Any, shown: Any, expected: set[str]):
    """RFC 8659, section 3: a host's own records instead of those at the apex, never both."""
    world = records(below(caa=own, tls=shown), caa=apex)

    assert {code for code in said(world, DOMAIN) if code.startswith("caa_")} == expected


BARE = World().domain("a.ru")
NOT_FREE: list[tuple[str, World]] = [
    ("the registry knows it", free(World().domain("a.ru").see(
        "addresses", Host("a.ru"), dangling("a.ru", "x.gone.ru")), "gone.ru").domain("gone.ru")),
    ("the registry failed", free(World().domain("a.ru").see(
        "addresses", Host("a.ru"), dangling("a.ru", "x.gone.ru")), "gone.ru").see(
        "registration", Domain("gone.ru"), TIMEOUT)),
    ("the parent failed", free(World().domain("a.ru").see(
        "addresses", Host("a.ru"), dangling("a.ru", "x.gone.ru")), "gone.ru").see(
        "relied_domain", Domain("gone.ru"), Unknown(Reason.SERVFAIL))),
    ("registered and not delegated", free(World().domain("a.ru").see(
        "addresses", Host("a.ru"), dangling("a.ru", "x.gone.ru")), "gone.ru").see(
        "relied_domain", Domain("gone.ru"), Absent("not delegated by ru"))),
    ("the alias failed", free(World().domain("a.ru").see(
        "addresses", Host("a.ru"), Unknown(Reason.SERVFAIL)), "gone.ru")),
]  # fmt: skip


@pytest.mark.parametrize(("why", "world"), NOT_FREE, ids=[why for why, _ in NOT_FREE])
def test_a_take_over_needs_two_proofs(why: str, world: World):
    """SERVFAIL is never dangling, and one denial of two may be a filter."""
    assert not {code for code in said(world, DOMAIN) if code.startswith("takeover_")}


@pytest.mark.parametrize(
    ("world", "asset", "code"),
    [
        (spf("v=spf1 mx", complete=False, failures=(Reason.TIMEOUT,)), MAIL, "spf_without_all"),
        (mail(spf=TIMEOUT), MAIL, "spf_missing"),
        (mail(dmarc=TIMEOUT), MAIL, "dmarc_missing"),
        (policy(mail(dmarc=Absent("NXDOMAIN")), dmarc_above=Seen("v=DMARC1; p=reject; psd=y")),
         MAIL, "dmarc_missing"),
        (sts(TIMEOUT), MAIL, "mta_sts_no_policy"),
        (manners(ns(by_tcp=TIMEOUT)), DOMAIN, "name_server_no_tcp"),
        (manners(ns(recurses=None)), DOMAIN, "name_server_open_recursion"),
        (BARE.see("dnssec", Domain("a.ru"), TIMEOUT), DOMAIN, "dnssec_absent"),
        (signed(verifies=None), DOMAIN, "dnssec_signature_bad"),
        (mail(mx=("mx2.a.ru",)).nowhere("mx2.a.ru", TIMEOUT), MAIL, "mx_gone"),
        (World().domain("a.ru", mx=TIMEOUT, spf="v=spf1 a -all"), MAIL, "mx_missing_but_sends"),
    ],
)  # fmt: skip
def test_a_failed_look_is_no_fault(world: World, asset: str, code: str):
    """It is told that it could not be checked, and no more."""
    assert code not in said(world, asset)


def test_what_could_not_be_checked_is_told():
    assert "not_checked" in said(mail(spf=TIMEOUT), MAIL)
    assert "not_checked" not in said(World().domain("a.ru"), DOMAIN)  # nobody was to look


def opinions(
    world: World, cards: tuple[Card, ...], seeds: Seeds | None = None
) -> dict[Asset, Opinion]:
    """What these rules make of a world, thing by thing."""
    looks = world.looks()
    estate = attribute(seeds, looks, NOW) if seeds else world.estate("a.ru")
    scene, formed = Scene(estate, looks), {}
    for holding, near in scene.walk():
        dossier = Dossier(holding, near, scene, formed, NOW)
        own = tuple(c for c in cards if holding.asset.kind in c.kinds and not c.asks_all)
        formed[holding.asset] = form_opinion(dossier, own)
    return formed


def doubts(opinion: Opinion) -> set[str]:
    return {finding.facet for finding in opinion.findings if finding.leans is Use.UNKNOWN}


@pytest.mark.parametrize(
    ("world", "seeds"),
    [(estate_of_every_kind(), SEEDS), *((world, None) for _, _, world in CASES)],
)
def test_no_fault_changes_use_or_state(world: World, seeds: Seeds | None):
    """usage.md R20: an insecure site is still used, and nothing is kept back for a fault's sake."""
    plain = opinions(world, tuple(card for card in RULES if not card.posture), seeds)
    told = opinions(world, RULES, seeds)

    for asset, opinion in told.items():
        before = plain[asset]
        assert (opinion.state, opinion.asked) == (before.state, before.asked), asset
        assert doubts(opinion) == doubts(before)
        assert all(one.leans is None for one in opinion.findings if one.code in POSTURE)


def test_a_fault_changes_no_advice_but_keep():
    """What a stranger can abuse today makes `keep` a `fix`; nothing else makes anything anything."""
    for kind, use, ownership, wanted in product(Kind, Use, Ownership, (True, False)):
        case = Case(
            kind=kind, use=use, state="", ownership=ownership, wanted=wanted, on_live_name=True
        )
        before = advise(case)
        for code in POSTURE:
            after = advise(replace(case, codes=frozenset({code})))
            mended = (Advice.FIX, before[1]) if before[0] is Advice.KEEP else before
            assert after == before or (code in FIX_WORTHY and after == mended), (case, code)


def test_a_broken_rule_on_posture_casts_no_doubt():
    """Its failure is told, and nothing is asked for its sake."""
    world = site()
    broken = tuple(
        replace(card, hear=lambda dossier: iter([1 / 0])) if card.posture else card
        for card in RULES
    )
    whole, spoilt = opinions(world, RULES), opinions(world, broken)

    for asset, opinion in spoilt.items():
        assert (opinion.state, doubts(opinion)) == (whole[asset].state, doubts(whole[asset]))
    told = {finding.code for finding in spoilt[Asset(Kind.SITE, "a.ru")].findings}
    assert POSTURE_CRASHED in told


def test_only_the_clients_things_are_examined():
    """What is merely possible gets a look and no lecture."""
    links = page(link_hosts=("b.ru",))
    world = World().domain("a.ru", mx=("mail.b.ru",)).both("a.ru", shows=links)
    world.domain("b.ru").both("b.ru").mail_host("mail.b.ru")
    estate = world.estate("a.ru")
    possible = {h.asset for h in estate.holdings if h.ownership is Ownership.POSSIBLE}

    for verdict in judge(estate, world.looks(), NOW):
        if verdict.asset in possible:
            assert not {f.code for f in verdict.findings} & POSTURE


@pytest.mark.parametrize(
    ("code", "days", "severity"),
    [
        ("certificate.expires_soon", 7, Severity.CRITICAL),
        ("certificate.expires_soon", 14, Severity.HIGH),
        ("certificate.expires_soon", 30, Severity.MEDIUM),
        ("certificate.expires_soon", 60, Severity.INFO),
        ("domain.expires_soon", 3, Severity.CRITICAL),
        ("posture.takeover_mx", None, Severity.CRITICAL),
        ("posture.dnssec_absent", None, Severity.INFO),
    ],
)
def test_the_nearer_an_end_the_worse(code: str, days: int | None, severity: Severity):
    risk = risk_of(code, {} if days is None else {"days": days})

    assert risk is not None
    assert risk.severity is severity
    assert risk.standard


def test_what_is_no_fault_has_no_severity():
    assert risk_of("site.content", {}) is None
    assert risk_of("posture.not_checked", {}) is None


def test_a_domain_that_is_none_of_ours_and_free_is_told_for_each_role():
    """The same free domain may read mail, send it and answer for the zone: each is a fault of its own."""
    world = mail(mx=("mx.gone.ru",), spf="v=spf1 include:_s.gone.ru -all").nowhere(
        "mx.gone.ru", NXDOMAIN
    )
    known = next(o.outcome.fact for o in world.observations if o.probe == "mail_policy")
    tree = replace(known.spf.fact, gone=("_s.gone.ru",))
    world.see("mail_policy", Domain("a.ru"), replace(known, spf=Seen(tree)))

    assert {"takeover_mx", "takeover_spf"} <= said(free(world, "gone.ru"), MAIL)
