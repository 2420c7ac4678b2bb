"""The bridge to the report: which sources answered, when an audit is complete, ids the registry knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest

from probes.kit.catalog import all_probes
from probes.kit.observation import Reason
from reports import document as doc
from reports.audit_file import AuditFile
from scanner.assets import (
    Advice,
    Asset,
    Confidence,
    Estate,
    Holding,
    Kind,
    Ownership,
    Relation,
    Use,
)
from scanner.discovery import GatheredLooks
from scanner.document import REQUIRED, SOURCES, complete, known_as, lines, sources_of
from scanner.evidence import Excerpt, Run
from scanner.registry import Client
from scanner.runs.progress import Tally
from scanner.verdicts import Finding, Verdict

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def tally(probe: str = "registration", done: int = 0, answered: int = 0, **reasons: int) -> Tally:
    """What one probe brought, beside a DNS that answered everything."""
    counts = Tally()
    counts.done.update({"dns_records": 2, probe: done})
    counts.answered.update({"dns_records": 2, probe: answered})
    counts.reasons[probe] = {Reason(name): count for name, count in reasons.items()}
    return counts


def source(name: str, counts: Tally) -> doc.Source:
    """One source of the tally."""
    return next(source for source in sources_of(counts) if source.name == name)


def test_every_probe_belongs_to_exactly_one_source():
    """What a probe could not see is said under some name."""
    listed = [probe for probes in SOURCES.values() for probe in probes]

    assert sorted(listed) == sorted(all_probes())
    assert set(REQUIRED) <= set(SOURCES)


@pytest.mark.parametrize(
    ("done", "answered", "reasons", "status", "reason"),
    [
        (0, 0, {}, "skipped", "nothing_to_ask"),
        (4, 4, {}, "completed", ""),
        (4, 3, {"timeout": 1}, "partial", "timeout"),
        (4, 1, {"timeout": 1, "rate_limited": 2}, "limited", "rate_limited"),
        (4, 2, {"timeout": 1, "rate_limited": 1}, "partial", "rate_limited"),
        (4, 1, {"servfail": 2, "timeout": 1}, "partial", "servfail"),
        (4, 0, {"timeout": 4}, "failed", "timeout"),
        (4, 0, {"rate_limited": 4}, "failed", "rate_limited"),
    ],
)
def test_a_source_says_how_it_answered(
    done: int, answered: int, reasons: dict[str, int], status: str, reason: str
):
    """A source without any answer failed, whatever kept it; the commonest reason is named."""
    found = source("registration", tally(done=done, answered=answered, **reasons))

    assert (found.status, found.reason) == (status, reason)
    assert (found.asked, found.answered) == (done, answered)


@pytest.mark.parametrize(
    ("answered", "halves", "status", "reason"),
    [(4, 0, "completed", ""), (4, 1, "partial", "partial"), (4, 4, "partial", "partial")],
)
def test_half_an_answer_is_not_told_as_a_whole_one(
    answered: int, halves: int, status: str, reason: str
):
    """A certificate log that broke off answered, and yet not all is known."""
    counts = tally("certificate_log", done=4, answered=answered)
    found = {one.name: one for one in sources_of(counts, {"certificate_logs": halves})}

    log = found["certificate_logs"]
    assert (log.status, log.reason, log.answered) == (status, reason, answered - halves)


def test_probes_of_one_source_are_counted_together():
    """DNS is asked by several probes; one that answers is an answer."""
    counts = Tally()
    counts.done.update(addresses=3, dns_records=2)
    counts.answered.update(addresses=1)
    counts.reasons = {"addresses": {"timeout": 2}, "dns_records": {"timeout": 1, "servfail": 1}}

    assert source("dns", counts) == doc.Source(
        name="dns", status="partial", asked=5, answered=1, reason="timeout"
    )


@pytest.mark.parametrize(
    ("probe", "answered", "whole"),
    [
        ("registration", 0, False),
        ("registration", 1, True),
        ("certificate_log", 0, True),
        ("mail_server", 0, True),
    ],
)
def test_an_audit_is_complete_when_what_it_cannot_do_without_answered(
    probe: str, answered: int, whole: bool
):
    """A required source that is silent makes it incomplete; any other source does not."""
    counts = tally(probe, done=3, answered=answered, timeout=3 - answered)

    assert complete(sources_of(counts)) is whole


def test_silent_dns_is_incomplete():
    """Nothing at all is known without it."""
    counts = Tally()
    counts.done.update(addresses=3)
    counts.reasons = {"addresses": {"timeout": 3}}

    assert not complete(sources_of(counts))


def test_assets_stand_under_the_ids_the_registry_knows():
    """A hosting that moved keeps its id everywhere in the document."""
    old, new = (Asset(Kind.HOSTING, f"beget/{key}") for key in ("old.ru", "new.ru"))
    asset = doc.Asset(
        id=str(new),
        kind="hosting",
        name="beget/new.ru",
        display_name="beget/new.ru",
        facts={"serves": ["site:romashka.ru", str(new)]},
    )
    site = doc.Asset(id="site:romashka.ru", kind="site", name="romashka.ru", display_name="r")
    written = doc.Document(
        client=doc.Client(slug="romashka", name="Ромашка"),
        generated_at=AT,
        run=doc.Run(id="1", started_at=AT),
        assets=(asset, site),
        relations=(
            doc.Relation(source="site:romashka.ru", target=str(new), kind="on_hosting"),
            doc.Relation(source=str(new), target="domain:romashka.ru", kind="of_domain"),
        ),
    )

    found = doc.read(b"".join(known_as(AuditFile.of(written), {new: old})))

    assert [asset.id for asset in found.assets] == [str(old), "site:romashka.ru"]
    assert found.assets[0].facts == {"serves": ["site:romashka.ru", str(old)]}
    assert [(r.source, r.target) for r in found.relations] == [
        ("site:romashka.ru", str(old)),
        (str(old), "domain:romashka.ru"),
    ]
    assert b"".join(known_as(AuditFile.of(written), {})) == doc.write(written)


class Shelf:
    """Excerpts, lent in the order they are asked for; one has aged out."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def iter_excerpts(self, ids: Iterable[str]) -> Iterator[tuple[str, Excerpt]]:
        """Lend them."""
        for id_ in ids:
            self.asked.append(id_)
            if id_ != "gone":
                yield id_, Excerpt(AT, "home", f"DNS A {id_}", "NOERROR")


def verdict(asset: Asset, *evidence: str, blocked_by: tuple[str, ...] = ()) -> Verdict:
    """A verdict that rests on evidence."""
    said = Finding("rule", Use.USED, "site.content", {}, evidence, AT)
    return Verdict(
        asset, Use.USED, "content", Advice.KEEP, Confidence.LIKELY, (), (said,), blocked_by
    )


SITE, HOST = Asset(Kind.SITE, "romashka.ru"), Asset(Kind.HOSTING, "beget/romashka.ru")
ESTATE = Estate(
    tuple(Holding(one, Ownership.CONFIRMED, (), ()) for one in (HOST, SITE)),
    (Relation(SITE, "on_hosting", HOST),),
)


def document_of(verdicts: Iterable[Verdict], shelf: Shelf) -> Iterator[bytes]:
    """The document of an estate with one site on one hosting."""
    return lines(
        client=Client("romashka", "Ромашка"),
        run=Run("1", "romashka", "home", AT, None, False, {}),
        scope=doc.Scope(),
        estate=ESTATE,
        verdicts=verdicts,
        looks=GatheredLooks.of(()),
        tally=tally(),
        evidence=shelf,  # type: ignore[arg-type]
        at=AT,
    )


def test_what_the_reasons_rest_on_is_quoted_and_doubts_are_counted():
    """Each cited piece once and sorted, what has aged out left away; the doubtful things are a gap."""
    shelf = Shelf()
    verdicts = verdict(HOST, "b", "gone"), verdict(SITE, "a", "b", blocked_by=("mail",))

    content = b"".join(document_of(verdicts, shelf))
    found = doc.read(content)

    assert doc.write(found) == content
    assert shelf.asked == ["a", "b", "gone"]
    assert list(found.evidence) == ["a", "b"]
    assert found.assets[0].facts["serves"] == [str(SITE)]
    assert found.assets[1].facts["blocked_by"] == ["mail"]
    assert doc.NotSeen(code="facet_unknown_count", params={"count": 1}) in found.not_seen
    assert found.savings.total == 2


def test_a_verdict_is_written_before_the_next_is_taken():
    """An estate of any size passes through: no verdict waits for the last one."""
    taken: list[Asset] = []

    def judged() -> Iterator[Verdict]:
        for asset in (HOST, SITE):
            taken.append(asset)
            yield verdict(asset)

    pieces = document_of(judged(), Shelf())
    first = next(piece for piece in pieces if str(HOST).encode() in piece)

    assert first.strip().startswith(b"{")
    assert taken == [HOST]
