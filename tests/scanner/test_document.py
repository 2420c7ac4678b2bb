"""The bridge to the report: which sources answered, when an audit is complete, ids the registry knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest

from probes.certificate_log import LoggedCertificate, LoggedCertificates
from probes.kit.catalog import all_probes
from probes.kit.observation import Absent, Observation, Reason, Seen, Unknown
from probes.kit.target import Domain
from reports import document as doc
from reports.audit_file import AuditFile
from reports.wording import LANGUAGES, Wording
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
from scanner.document.answers import Answers, answers_of
from scanner.document.gaps import not_followed, not_seen
from scanner.evidence import Excerpt, Run
from scanner.registry import Client
from scanner.runs.listed import ListRead, Sifted
from scanner.runs.progress import Tally
from scanner.verdicts.verdict import Finding, Verdict

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
    """An archive that broke off answered, and yet not all is known."""
    counts = tally("web_archive", done=4, answered=answered)
    answers = Answers(halves=Counter({"web_archive": halves}))
    found = {one.name: one for one in sources_of(counts, answers)}

    archive = found["web_archive"]
    assert (archive.status, archive.reason) == (status, reason)
    assert archive.answered == answered - halves


OLD = datetime(2020, 1, 1, tzinfo=UTC)
CERTIFICATE = LoggedCertificate("crt.sh:1", ("a.ru",), "CA", OLD, OLD)


def logged(crt_sh: tuple[str, str], cert_spotter: tuple[str, str]) -> Seen[LoggedCertificates]:
    """What a look at the logs brought: each one's status, and why."""
    ends = {"crt.sh": crt_sh, "certspotter": cert_spotter}
    return Seen(
        LoggedCertificates(
            (CERTIFICATE,),
            crt_sh == cert_spotter == ("completed", ""),
            tuple((name, status) for name, (status, _) in ends.items()),
            tuple((name, reason) for name, (_, reason) in ends.items() if reason),
        )
    )


def log_sources(*outcomes: Seen[LoggedCertificates] | Absent | Unknown) -> dict[str, doc.Source]:
    """The sources after one look at the logs for each of some domains."""
    names = [f"d{number}.ru" for number in range(len(outcomes))]
    held = (Holding(Asset(Kind.DOMAIN, name), Ownership.CONFIRMED, (), ()) for name in names)
    estate = Estate(tuple(held), ())
    looks = GatheredLooks.of(
        Observation("certificate_log", Domain(name), AT, "local", outcome)
        for name, outcome in zip(names, outcomes, strict=True)
    )
    counts = Tally()
    counts.done["certificate_log"] = len(outcomes)
    return {one.name: one for one in sources_of(counts, answers_of(estate, looks, counts))}


def test_each_certificate_log_is_a_source_of_its_own():
    """One may be silent while the other tells all it knows."""
    whole, silent = ("completed", ""), ("failed", "timeout")
    found = log_sources(
        logged(whole, whole),
        Absent("certificate log"),
        logged(("partial", "row_cap"), whole),
        logged(silent, whole),
        logged(silent, ("limited", "rate_limited")),
        logged(("skipped", "service_silent"), whole),
        Unknown(Reason.SERVICE_SILENT),
    )

    assert "certificate_logs" not in found
    assert found["crt_sh"] == doc.Source(
        name="crt_sh", status="partial", asked=7, answered=2, reason="service_silent"
    )
    assert found["cert_spotter"] == doc.Source(
        name="cert_spotter", status="partial", asked=7, answered=5, reason="rate_limited"
    )


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (("completed", ""), "completed"),
        (("failed", "timeout"), "failed"),
        (("partial", "row_cap"), "partial"),
        (("limited", "rate_limited"), "failed"),
    ],
)
def test_a_log_that_ended_so_everywhere_is_told_so(end: tuple[str, str], status: str):
    """Refused by every question is not answered by any."""
    found = log_sources(logged(end, ("completed", "")), logged(end, ("completed", "")))

    assert (found["crt_sh"].status, found["crt_sh"].reason) == (status, end[1])


@pytest.mark.parametrize(
    ("done", "keys", "status", "reason"),
    [
        (0, (), "skipped", "no_key"),
        (3, (), "skipped", "no_key"),
        (0, ("shodan",), "skipped", "nothing_to_ask"),
    ],
)
def test_a_service_without_its_key_is_skipped_and_asked_nothing(
    done: int, keys: tuple[str, ...], status: str, reason: str
):
    """However many looks ended for want of a key: no question was put."""
    counts = tally("shodan", done=done, **({"no_key": done} if done else {}))
    found = {one.name: one for one in sources_of(counts, Answers(), keys)}

    assert found["shodan"] == doc.Source(name="shodan", status=status, reason=reason)


@pytest.mark.parametrize(("asked", "told"), [(0, True), (3, False)])
def test_an_archive_that_was_asked_is_not_called_unasked(asked: int, told: bool):
    """What no audit sees is said of those that did not look."""
    counts = tally("web_archive", done=asked, answered=asked)
    gaps = not_seen(tuple(sources_of(counts)), counts, Estate((), ()), (), 0, "local")

    assert ("wayback_not_asked" in {gap.code for gap in gaps}) is told


def test_names_that_were_left_out_are_told_with_their_number():
    """A few by name, all of them counted."""
    names = tuple(f"h{number:02}.a.ru" for number in range(30))
    estate = Estate((), (), left_out=names)

    (gap,) = (
        one
        for one in not_seen((), Tally(), estate, (), 0, ("local",))
        if one.code == "names_left_out"
    )

    assert gap.params == {"hosts": [*names[:20]], "count": 30}


@pytest.mark.parametrize(
    ("rows", "trouble", "status", "reason"),
    [
        (9, None, "completed", ""),
        (9, Reason.MALFORMED, "partial", "malformed"),
        (0, Reason.SOURCE_FAILED, "failed", "source_failed"),
    ],
)
def test_a_damaged_list_is_told_as_a_part(
    rows: int, trouble: Reason | None, status: str, reason: str
):
    """And a file that cannot be read at all as a failure; without a list nothing was asked."""
    lists = [ListRead("ru.gz", rows, 0, trouble)]
    found = {one.name: one for one in sources_of(Tally(), Answers(), (), lists)}

    assert (found["zone_lists"].status, found["zone_lists"].reason) == (status, reason)
    assert source("zone_lists", Tally()) == doc.Source(
        name="zone_lists", status="skipped", reason="no_list"
    )


def test_what_the_lists_hold_and_nobody_looked_at_is_told():
    """A word that is too common, and names beyond those that an audit looks at."""
    gaps = list(not_followed(Sifted((), {}, 7, {"дом": 5_000}), Estate((), ())))

    assert gaps == [
        doc.NotSeen(code="word_too_common", params={"word": "дом", "count": 5_000}),
        doc.NotSeen(code="listed_names_left_out", params={"count": 7}),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_source_says_what_only_it_shows(language: str):
    """So that a reader learns what its silence means."""
    wording = Wording(language)

    for name in {*SOURCES, "crt_sh", "cert_spotter", "zone_lists"}:
        assert wording.has(f"source.{name}"), name
        assert wording.has(f"source_shows.{name}"), name


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
