"""Which steps a thing comes up in, what is done already, what a mistake would mean and how it is undone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from scanner.assets import Advice, Asset, Confidence, Kind, Need
from scanner.assets.use import STATES
from scanner.verdicts.finding import say
from scanner.verdicts.if_wrong import CONSEQUENCES, UNDOES, consequence, undo
from scanner.verdicts.needs_hand import hands
from scanner.verdicts.order_of_work import Step, done, steps
from scanner.verdicts.verdict import Verdict

NEEDS = (Need.SECOND_LOOK, Need.OWNER_WORD, Need.OTHER_VANTAGE)
UNTIL = date(2027, 1, 31)


def verdict(
    kind: str, state: str, advice: str, *codes: str, key: str = "a.ru", **rests: Any
) -> Verdict:
    """A verdict on a thing of this kind; `rests` say what it is borne out by."""
    found = [say(code) for code in codes]
    if rests:
        found.append(say("verdict.rests_on", params=rests))
    return Verdict(
        asset=Asset(Kind(kind), key),
        use=STATES[Kind(kind)][state],
        state=state,
        advice=Advice(advice),
        confidence=Confidence.LIKELY,
        needs=NEEDS,
        findings=tuple(found),
        blocked_by=(),
    )


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (verdict("domain", "active_web", "transfer"), "transfer"),
        (verdict("account", "ex_employee", "transfer"), "transfer"),
        (verdict("domain", "parked", "let_expire"), "remove_dns let_expire"),
        (verdict("domain", "undelegated", "let_expire"), "let_expire"),
        (verdict("certificate", "superseded", "let_expire"), "let_expire"),
        (verdict("site", "placeholder", "switch_off"), "remove_dns switch_off"),
        (verdict("hosting", "no_names", "switch_off"), "switch_off"),
        (verdict("site", "mirror", "consolidate"), "switch_off"),
        (verdict("site", "content", "fix"), ""),
        (verdict("site", "content", "fix", "posture.takeover_page"), "fix_takeovers"),
        (verdict("mail", "tenant_alive", "keep", "posture.takeover_spf"), "fix_takeovers"),
        (
            verdict("domain", "active_web", "transfer", "posture.takeover_wildcard"),
            "transfer fix_takeovers",
        ),
        (
            verdict("site", "no_address", "switch_off", "site.dangling_cname"),
            "fix_takeovers remove_dns switch_off",
        ),
        *((verdict("site", "content", advice), "") for advice in ("keep", "renew", "ask")),
    ],
)
def test_the_steps_of_a_thing_come_in_the_order_of_the_work(said: Verdict, taken: str) -> None:
    """Transfer, mend, remove records, switch off, let expire; nothing for what stays."""
    found = steps(said, hands(said))

    assert " ".join(found) == taken
    assert list(found) == sorted(found, key=list(Step).index)


@pytest.mark.parametrize(
    ("looks", "vantages", "open_", "met"),
    [
        (2, ["home", "away"], NEEDS, ()),
        (3, ["home"], NEEDS[1:], (Need.SECOND_LOOK,)),
        (3, ["away", "home"], (Need.OWNER_WORD,), (Need.SECOND_LOOK, Need.OTHER_VANTAGE)),
        (4, ["away", "home"], NEEDS[1:], (Need.SECOND_LOOK,)),
        (3, ["home"], NEEDS, ()),
        (3, ["home"], (Need.OWNER_WORD,), (Need.SECOND_LOOK,)),  # elsewhere was never asked for
    ],
)
def test_what_the_looks_have_met_is_told_as_done(
    looks: int, vantages: list[str], open_: tuple[Need, ...], met: tuple[Need, ...]
) -> None:
    """Three agreeing looks, and a second place; what is wanted anew is not done."""
    said = verdict("domain", "parked", "let_expire", looks=looks, vantages=vantages)

    assert done(replace(said, needs=open_)) == met
    assert done(replace(said, needs=open_, advice=Advice.KEEP)) == ()


PROPOSALS = [
    ("domain", "parked", "let_expire", "domain_expires", "domain_holder_renews"),
    ("domain", "abandoned", "let_expire", "domain_expires_with_pages", "domain_holder_renews"),
    ("domain", "dark", "let_expire", "domain_expires_unseen", "domain_holder_renews"),
    ("certificate", "superseded", "let_expire", "certificate_expires", "certificate_expires"),
    ("hosting", "placeholders_only", "switch_off", "hosting_off", "hosting_off"),
    ("site", "parked", "switch_off", "site_off", "site_off"),
    ("site", "abandoned", "switch_off", "site_off_with_pages", "site_off"),
    ("site", "no_address", "switch_off", "site_off_no_address", "record_removed"),
    ("other", "declared", "switch_off", "thing_off", "thing_off"),
    ("site", "mirror", "consolidate", "copy_closed", "copy_closed"),
    ("domain", "active_web", "transfer", "domain_transferred", "domain_transferred"),
    ("account", "ex_employee", "transfer", "account_transferred", "account_transferred"),
    ("hosting", "serves_sites", "transfer", "thing_transferred", "thing_transferred"),
    ("domain", "active_web", "fix", "domain_mended", "records_mended"),
    ("mail", "tenant_alive", "fix", "mail_mended", "records_mended"),
    ("site", "content", "fix", "site_mended", "thing_mended"),
    ("site", "unpaid_saas", "fix", "paid_again", "paid_again"),
    ("certificate", "served", "fix", "certificate_mended", "certificate_mended"),
    ("hosting", "no_listener", "fix", "thing_mended", "thing_mended"),
]


@pytest.mark.parametrize(("kind", "state", "advice", "stops", "undone"), PROPOSALS)
def test_each_proposal_says_what_a_mistake_means(
    kind: str, state: str, advice: str, stops: str, undone: str
) -> None:
    """By kind and state: what stops, and how it is undone."""
    said = verdict(kind, state, advice)
    told, back = consequence(said), undo(said, UNTIL)

    assert told is not None
    assert back is not None
    assert (told.code, back.code) == (stops, undone)


def test_every_code_of_a_mistake_is_said_somewhere() -> None:
    """No sentence is written in vain, and none is missing."""
    suffixes = {"domain_restored", "domain_generic", "domain_ask_registrar"}

    assert {row[3] for row in PROPOSALS} == CONSEQUENCES
    assert {row[4] for row in PROPOSALS} | suffixes == UNDOES


@pytest.mark.parametrize("advice", ["keep", "renew", "ask", "no_data"])
def test_what_changes_nothing_can_stop_nothing(advice: str) -> None:
    """A question is no proposal."""
    said = verdict("domain", "active_web", advice)

    assert consequence(said) is None
    assert undo(said, UNTIL) is None


@pytest.mark.parametrize(
    ("name", "code", "days", "last_day"),
    [
        ("a.ru", "domain_holder_renews", 30, "2027-03-02"),
        ("a.xn--p1ai", "domain_holder_renews", 30, "2027-03-02"),
        ("a.su", "domain_holder_renews", 30, "2027-03-02"),
        ("a.co.uk", "domain_holder_renews", 90, "2027-05-01"),
        ("a.eu", "domain_restored", 40, "2027-03-12"),
        ("a.com", "domain_generic", 30, None),
        ("a.shop", "domain_generic", 30, None),
        ("a.xn--80aswg", "domain_generic", 30, None),
        ("a.xn--90ais", "domain_ask_registrar", None, None),
        ("a.kz", "domain_ask_registrar", None, None),
        ("a.edu", "domain_ask_registrar", None, None),
        ("a.msk.ru", "domain_ask_registrar", None, None),
        ("a.com.ru", "domain_ask_registrar", None, None),
    ],
)
def test_a_domain_says_honestly_how_long_it_can_be_had_back(
    name: str, code: str, days: int | None, last_day: str | None
) -> None:
    """By its registry; where we know of no rule, no day is promised."""
    said = verdict("domain", "parked", "let_expire", key=name)
    back, undated = undo(said, UNTIL), undo(said, None)

    assert back is not None
    assert undated is not None
    assert (back.code, back.params.get("days")) == (code, days)
    assert back.params["until"] == "2027-01-31"
    assert back.params.get("last_day") == last_day
    assert set(undated.params) <= {"days"}
