"""What the document tells of the work: steps, what a mistake means, what needs a hand, gaps of many things."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from probes.kit.registry.merging import Claim
from probes.registration import Holder, HolderKind, Registration
from reports import document as doc
from scanner.assets import Advice, Asset, Confidence, Estate, Holding, Kind, Ownership, Statement
from scanner.assets.use import STATES
from scanner.discovery import GatheredLooks
from scanner.document import domain_facts, lines
from scanner.document.everywhere import REASONS, Everywhere
from scanner.document.provider_names import in_other_languages
from scanner.evidence import Run
from scanner.registry import Client
from scanner.runs.progress import Tally
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.verdict import Verdict

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
DOMAIN, MAIL = Asset(Kind.DOMAIN, "romashka.ru"), Asset(Kind.MAIL, "romashka.ru")


class Nothing:
    """Evidence that holds none."""

    def iter_excerpts(self, ids: list[str]) -> list[tuple[str, Any]]:
        return []


def verdict(asset: Asset, state: str, advice: str, *findings: Any, **more: Any) -> Verdict:
    """A verdict on a thing, with these findings."""
    use = STATES[asset.kind][state]
    told = {"needs": (), "blocked_by": (), **more}
    return Verdict(
        asset=asset, use=use, state=state, advice=Advice(advice), confidence=Confidence.LIKELY,
        findings=tuple(findings), **told,
    )  # fmt: skip


def document(*judged: Verdict, said: Statement | None = None) -> doc.Document:
    """The document of these verdicts, on what papers say of the first thing."""
    holdings = [
        Holding(one.asset, Ownership.CONFIRMED, (), (), provider_name="Яндекс 360" if number else "",
                said=None if number else said)
        for number, one in enumerate(judged)
    ]  # fmt: skip
    return doc.read(
        b"".join(
            lines(
                client=Client("romashka", "Ромашка"),
                run=Run("1", "romashka", "home", AT, None, False, {}),
                scope=doc.Scope(),
                estate=Estate(tuple(holdings), ()),
                verdicts=judged,
                looks=GatheredLooks.of(()),
                tally=Tally(),
                evidence=Nothing(),  # type: ignore[arg-type]
                at=AT,
            )
        )
    )


def test_a_proposal_is_told_with_its_steps_and_the_way_back():
    """The last day comes from what papers say of the term where nobody else told."""
    paper = Statement(sources=("счёт.xlsx",), paid_until=date(2026, 6, 1))
    found = document(verdict(DOMAIN, "parked", "let_expire"), said=paper).assets[0]

    assert found.work == doc.Work(
        steps=("remove_dns", "let_expire"),
        consequence=doc.Told(code="domain_expires"),
        undo=doc.Told(
            code="domain_holder_renews",
            params={"days": 30, "until": "2026-06-01", "last_day": "2026-07-01"},
        ),
    )


def test_what_only_stays_has_no_work_and_what_fails_has_a_hand():
    """A hand is told with how bad it is; it makes a step where strangers could take something."""
    taken = say("posture.takeover_spf", params={"name": "spf.gone.ru", "domain": "gone.ru"})
    kept, mail = document(
        verdict(DOMAIN, "active_web", "keep"), verdict(MAIL, "tenant_alive", "keep", taken)
    ).assets

    assert (kept.work, kept.hands) == (None, ())
    assert mail.work == doc.Work(steps=("fix_takeovers",))
    assert [(one.code, one.severity) for one in mail.hands] == [("takeover_spf", "critical")]
    assert mail.provider_names == {"en": "Yandex 360"}


def test_a_gap_that_many_things_share_is_one_gap():
    """All domains that any thing names, the largest count, and how many things it holds up."""
    told = {"domains": ["a.ru", "b.ru"], "count": 12}
    doubts = [
        cannot_tell("role", "domains_unread", domains=["a.ru", "c.ru"], count=11),
        cannot_tell("mail", "domains_unread", **told),
        cannot_tell("mail", "timeout", domains=["d.ru"]),
    ]
    found = document(
        verdict(DOMAIN, "undetermined", "ask", *doubts[:1], blocked_by=("role",)),
        verdict(MAIL, "undetermined", "ask", *doubts[1:], blocked_by=("mail",)),
    )

    (gap,) = (one for one in found.not_seen if one.code in REASONS)
    assert gap.params == {"domains": ["a.ru", "b.ru", "c.ru"], "count": 12, "things": 2}
    assert found.not_seen[0] == gap


@pytest.mark.parametrize("asset", [DOMAIN, MAIL])
def test_without_such_a_gap_nothing_is_said_of_it(asset: Asset):
    """Nor where the thing is used all the same: then it holds nothing up."""
    everywhere = Everywhere()
    everywhere.pass_by(verdict(asset, "undetermined", "ask", cannot_tell("web", "timeout")))
    assert list(everywhere.gaps()) == []

    everywhere.pass_by(verdict(asset, "undetermined", "keep", cannot_tell("role", REASONS[1])))
    (gap,) = everywhere.gaps()
    assert gap.params == {"domains": [], "count": 0, "things": 0}


def test_a_provider_without_another_name_has_none():
    """Most are written alike in all languages."""
    assert in_other_languages("Beget") == {}
    assert in_other_languages(None) == {}
    assert in_other_languages("Джино") == {"en": "Jino"}


def test_what_a_registry_said_two_ways_is_told_without_persons():
    """The claim on a holder may name a person: that it differs is told, and not who."""
    registration = Registration(
        domain="romashka.ru", registrar="A", created=None, updated=None, expires=(), paid_until=None,
        free_on=None, expiry_published=True, statuses=(), name_servers=(), delegated=None,
        holder=Holder(HolderKind.ORGANISATION, "ООО «Ромашка»"), dnssec=None, sources=(),
        unclear=("expires: 03/08/2026",),
        differing=(Claim("holder", "Иванов И. И.", "registrar whois"), Claim("registrar", "B", "registry rdap")),
    )  # fmt: skip
    facts, _, _ = domain_facts(registration)

    assert facts["unclear"] == ["expires: 03/08/2026"]
    assert facts["differing"] == [
        {"field": "holder", "source": "registrar whois"},
        {"field": "registrar", "source": "registry rdap", "value": "B"},
    ]
