"""What somebody must put right, and when it is over."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.assets import Advice, Asset, Confidence, Kind, Use
from scanner.assets.use import STATES
from scanner.verdicts.finding import say
from scanner.verdicts.needs_hand import CODES, hands, healed
from scanner.verdicts.severity import Severity
from scanner.verdicts.verdict import Verdict


def verdict(
    kind: Kind, state: str, *findings: str | tuple[str, dict[str, Any]], advice: str = "keep"
) -> Verdict:
    """A verdict of this state with findings of these codes, the state's own among them."""
    said = [(one, {}) if isinstance(one, str) else one for one in findings]
    codes = [code for code, _ in said]
    if f"{kind}.{state}" not in codes and state != "undetermined":
        said.insert(0, (f"{kind}.{state}", {}))
    return Verdict(
        asset=Asset(kind, "romashka.ru"),
        use=STATES[kind][state],
        state=state,
        advice=Advice(advice),
        confidence=Confidence.LIKELY,
        needs=(),
        findings=tuple(say(code, params=params) for code, params in said),
        blocked_by=(),
    )


SITE, MAIL, DOMAIN, CERTIFICATE = Kind.SITE, Kind.MAIL, Kind.DOMAIN, Kind.CERTIFICATE
TROUBLES: list[tuple[Verdict, str, str]] = [
    (verdict(SITE, "server_error", advice="fix"), "site_down", "high"),
    (verdict(SITE, "server_error", advice="ask"), "site_down", "medium"),
    (verdict(SITE, "no_listener", advice="fix"), "site_down", "high"),
    (verdict(SITE, "suspended", advice="ask"), "site_down", "medium"),
    (verdict(MAIL, "mail_broken", advice="fix"), "mail_broken", "high"),
    (verdict(DOMAIN, "held", advice="ask"), "domain_held", "high"),
    (verdict(DOMAIN, "lame", advice="ask"), "name_servers_dead", "critical"),
    (
        verdict(DOMAIN, "active_web", "domain.some_name_servers_lame"),
        "name_servers_failing",
        "high",
    ),
    (verdict(DOMAIN, "active_web", "posture.dnssec_ds_mismatch"), "dnssec_broken", "critical"),
    (
        verdict(SITE, "content", ("site.certificate_trouble", {"trouble": "wrong_name"})),
        "certificate_wrong",
        "high",
    ),
    (
        verdict(SITE, "content", ("site.certificate_trouble", {"trouble": "expired"})),
        "certificate_wrong",
        "critical",
    ),
    (
        verdict(CERTIFICATE, "served", ("certificate.expires_soon", {"days": 5})),
        "certificate_expires",
        "critical",
    ),
    (
        verdict(CERTIFICATE, "served", ("certificate.expires_soon", {"days": 25})),
        "certificate_expires",
        "medium",
    ),
    (verdict(SITE, "no_address", "site.dangling_cname"), "takeover_alias", "high"),
    (verdict(SITE, "no_address", "posture.takeover_cname"), "takeover_alias", "critical"),
    *(
        (verdict(DOMAIN, "active_web", f"posture.{code}"), code, "")
        for code in sorted(CODES)
        if code.startswith("takeover_") and code != "takeover_alias"
    ),
]


@pytest.mark.parametrize(("said", "code", "severity"), TROUBLES)
def test_a_trouble_is_named_with_how_bad_it_is(said: Verdict, code: str, severity: str) -> None:
    """One trouble, one code; what is not wanted is less pressing than what is."""
    (hand,) = hands(said)

    assert hand.code == code
    assert hand.severity == (severity or hand.severity)
    assert not healed(code, said)


def test_every_code_is_some_trouble() -> None:
    assert {code for _, code, _ in TROUBLES} == CODES


@pytest.mark.parametrize(
    "said",
    [
        verdict(SITE, "content"),
        verdict(SITE, "placeholder", advice="switch_off"),
        verdict(SITE, "redirects", ("site.certificate_trouble", {"trouble": "expired"})),
        verdict(SITE, "server_error", "ownership.unclear", advice="ask"),
        verdict(DOMAIN, "web_broken", advice="ask"),
        verdict(DOMAIN, "mail_broken", advice="ask"),
        verdict(DOMAIN, "active_web", ("domain.expires_soon", {"days": 3})),
        verdict(DOMAIN, "active_web", "posture.dmarc_missing", "posture.web_http_only"),
        verdict(CERTIFICATE, "superseded", ("certificate.expires_soon", {"days": 3})),
        Verdict(Asset(SITE, "x.ru"), Use.UNKNOWN, "undetermined", Advice.NO_DATA,
                Confidence.WEAK, (), (), ()),
    ],
)  # fmt: skip
def test_nothing_else_is_called_a_trouble(said: Verdict) -> None:
    """What is in order, given up, another's, due, told of another thing or merely untidy."""
    assert hands(said) == ()


def test_the_same_trouble_of_several_names_is_one() -> None:
    """Its severity is the worst, its names are all told; apart from it stands what is another."""
    first, second = hands(
        verdict(
            SITE,
            "no_address",
            ("site.dangling_cname", {"host": "a.ru", "target": "x.net"}),
            ("site.dangling_cname", {"host": "b.ru", "target": "x.net"}),
            ("posture.takeover_cname", {"host": "b.ru", "target": "x.net", "domain": "x.net"}),
            ("posture.takeover_cloud_address", {"host": "a.ru", "address": "198.18.0.1"}),
        )
    )

    assert (first.code, first.severity) == ("takeover_alias", Severity.CRITICAL)
    assert first.params == {"host": ["a.ru", "b.ru"], "target": "x.net", "domain": "x.net"}
    assert second.code == "takeover_cloud_address"


@pytest.mark.parametrize(
    ("code", "said", "over"),
    [
        ("site_down", verdict(SITE, "content"), True),
        ("site_down", verdict(SITE, "placeholder"), True),
        ("site_down", verdict(SITE, "undetermined"), False),
        ("site_down", verdict(SITE, "no_listener", advice="ask"), False),
        ("mail_broken", verdict(MAIL, "tenant_alive"), True),
        ("mail_broken", verdict(MAIL, "none"), True),
        ("mail_broken", verdict(MAIL, "default_mx_only"), False),
        ("name_servers_dead", verdict(DOMAIN, "active_web"), True),
        ("name_servers_dead", verdict(DOMAIN, "active_web", "facet.unknown"), False),
        ("name_servers_dead", verdict(DOMAIN, "active_web", "posture.not_checked"), False),
        ("name_servers_dead", verdict(DOMAIN, "active_web", "verdict.void"), False),
        ("certificate_wrong", verdict(SITE, "content", ("site.content", {"urls": ["https://a.ru/"]})), True),
        ("certificate_wrong", verdict(SITE, "content", ("site.content", {"urls": ["http://a.ru/"]})), False),
        ("certificate_wrong", verdict(SITE, "no_answer"), False),
        ("certificate_wrong", verdict(SITE, "placeholder"), True),
        ("certificate_expires", verdict(CERTIFICATE, "superseded"), True),
        ("certificate_expires", verdict(CERTIFICATE, "unserved"), False),
        ("takeover_alias", verdict(SITE, "content"), True),
        ("takeover_mx", verdict(MAIL, "tenant_alive"), True),
        ("takeover_mx", verdict(MAIL, "tenant_alive", "posture.mx_gone"), False),
        ("takeover_name_server", verdict(DOMAIN, "active_web", "domain.some_name_servers_lame"), False),
    ],
)  # fmt: skip
def test_a_trouble_is_over_only_when_a_look_saw_that_it_is(
    code: str, said: Verdict, over: bool
) -> None:
    """A look that could not find out, or saw half of the trouble, keeps it open."""
    assert healed(code, said) is over
