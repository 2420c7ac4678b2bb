"""A domain that services know by its records is not let go before somebody was asked."""

from __future__ import annotations

from typing import Any

import pytest

from probes.dns_records import DnsRecords
from probes.kit.observation import Seen
from probes.kit.target import Domain
from probes.microsoft_tenant import MicrosoftTenant
from scanner.assets import Advice, Need
from scanner.verdicts.judging import judge
from scanner.verdicts.verdict import Verdict
from tests.scanner.discovery.world import NODATA, NOW, NXDOMAIN, TIMEOUT, World, page, stub

ATLASSIAN = "atlassian-domain-verification=7Ks0qwertyuiop"
GOOGLE = "google-site-verification=abcdef1234567890abcdef"


def world(*texts: str, txt: Any = None) -> World:
    """A delegated domain with these TXT records, and without a site or mail."""
    records = DnsRecords(
        ns=Seen(("ns1.reg.ru",)),
        soa=NODATA,
        mx=NODATA,
        txt=txt or (Seen(texts) if texts else NODATA),
        caa=NODATA,
        wildcard=NXDOMAIN,
    )
    return World().domain("a.ru", records=records)


def judged(made: World) -> Verdict:
    found = judge(made.estate("a.ru"), made.looks(), NOW)
    return next(one for one in found if str(one.asset) == "domain:a.ru")


def services(verdict: Verdict) -> list[str] | None:
    """The services that the finding names; None without one."""
    told = [one for one in verdict.findings if one.code == "domain.service_records"]
    return told[0].params.get("services", []) if told else None  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        ((ATLASSIAN,), ["Atlassian"]),
        ((ATLASSIAN, GOOGLE), ["Atlassian", "Google Search Console"]),
        ((GOOGLE, "v=spf1 -all"), ["Google Search Console"]),
        (("some-new-service=0123456789",), []),
    ],
)
def test_an_empty_domain_with_text_in_it_is_asked_about(texts: tuple[str, ...], named: list[str]):
    """Nothing else is there: yet somebody wrote it, and an account elsewhere stands on it."""
    verdict = judged(world(*texts))

    assert (verdict.state, verdict.advice) == ("dark", Advice.ASK)
    assert verdict.needs == (Need.OWNER_WORD,)
    assert services(verdict) == named


@pytest.mark.parametrize("texts", [(), ("v=spf1 -all",), ("V=SPF1 -all", "  ")])
def test_a_sender_policy_alone_keeps_no_domain(texts: tuple[str, ...]):
    """What it means is said by the rules on mail."""
    verdict = judged(world(*texts))

    assert (verdict.state, verdict.advice) == ("dark", Advice.LET_EXPIRE)
    assert services(verdict) is None


def test_a_stub_is_kept_for_a_paid_service_alone():
    """A search engine's token is left by every site that ever was; a paid account may run."""
    assert judged(world(GOOGLE).both("a.ru", shows=stub())).advice is Advice.LET_EXPIRE
    assert judged(world(ATLASSIAN).both("a.ru", shows=stub())).advice is Advice.ASK


@pytest.mark.parametrize(
    "made", [world(), World().domain("a.ru", servers=NXDOMAIN, records=NXDOMAIN)]
)
def test_a_tenant_keeps_a_domain_delegated_or_not(made: World):
    """People sign in by this name, whether or not it receives letters."""
    tenant = MicrosoftTenant("0c3a7e2e-5d5f-4b8e-9a43-2f6d1b7c8e90", NODATA)

    verdict = judged(made.see("microsoft_tenant", Domain("a.ru"), tenant))

    assert verdict.advice is Advice.ASK
    assert services(verdict) == ["Microsoft 365"]


def test_nothing_of_it_is_told_of_a_domain_in_use():
    """It is kept anyhow."""
    verdict = judged(world(ATLASSIAN).both("a.ru", shows=page("Ромашка")))

    assert verdict.advice is Advice.KEEP
    assert services(verdict) is None


def test_text_that_was_not_seen_is_none():
    """It makes no finding; what else is unseen is said elsewhere."""
    assert services(judged(world(txt=TIMEOUT))) is None
