"""A registry's list fills in what the registry itself did not say, and never outweighs its word."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from probes.kit.observation import Observation, Reason, Seen, Unknown
from probes.kit.target import Domain
from scanner.discovery.listed import ZONE_LIST, BackedByLists
from scanner.discovery.looks import REGISTRATION
from scanner.discovery.scope import Listed
from scanner.evidence import Evidence, StoredLooks
from scanner.runs.freshness import is_fresh
from scanner.runs.listed import ListRead, read_lists, sift
from tests.scanner.runs.test_registries_are_spared import ANSWER, Office, Registry

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROW = "ROMASHKA.RU\tREGRU-RU\t01.02.2010\t01.02.2027\t04.03.2027\t1"
OTHER = "LEPESTOK.RU\tBEGET-RU\t01.02.2011\t01.02.2028\t04.03.2028\t0"


def run_with(evidence: Evidence, *observations: Observation[Any]) -> str:
    """A run that has seen this."""

    async def fill() -> str:
        run = await evidence.begin("romashka", {}, "office", AT)
        for one in observations:
            await evidence.keep(run.id, one, ())
        return run.id

    return asyncio.run(fill())


def unknown(name: str) -> Observation[Any]:
    """A registration nobody could look up."""
    return Observation(
        "registration", Domain(name), AT, "office", Unknown(Reason.RATE_LIMITED, "whois")
    )


def read(evidence: Evidence, run: str, *lists: Path) -> list[str]:
    """Read the lists; return what was said."""
    said: list[str] = []
    asyncio.run(read_lists(run, lists, evidence, lambda: AT, "office", said.append))
    return said


def zone(folder: Path, *rows: str) -> Path:
    """A packed list."""
    path = folder / "ru_domains.gz"
    path.write_bytes(gzip.compress("\n".join([*rows, ""]).encode()))
    return path


def test_a_name_nobody_could_look_up_is_taken_from_the_list(evidence: Evidence, tmp_path: Path):
    """Registrar, dates and delegation, with the row as its evidence."""
    run = run_with(evidence, unknown("romashka.ru"), unknown("vasilek.ru"))

    said = read(evidence, run, zone(tmp_path, OTHER, ROW))

    with StoredLooks(evidence, run) as stored:
        seen = BackedByLists(stored).latest(REGISTRATION, Domain("romashka.ru"))
        still = BackedByLists(stored).latest(REGISTRATION, Domain("vasilek.ru"))
    assert isinstance(seen.outcome, Seen)
    fact = seen.outcome.fact
    assert (fact.registrar, fact.paid_until, fact.free_on, fact.delegated) == (
        "REGRU-RU",
        date(2027, 2, 1),
        date(2027, 3, 4),
        True,
    )
    excerpt = evidence.excerpt(seen.evidence[0])
    assert excerpt is not None
    assert excerpt.question == "ru_domains.gz: romashka.ru"
    assert "REGRU-RU" in excerpt.excerpt
    assert isinstance(still.outcome, Unknown)
    assert said == ["1 registrations taken from ru_domains.gz; 1 still unknown."]


def test_a_registrys_own_word_comes_first(evidence: Evidence, tmp_path: Path):
    """A list may be old: where the registry answered it is not even read for the name."""
    office = Office(evidence)
    kept = office.scan(Registry(ANSWER), AT)
    run = evidence.runs("romashka")[0].id

    said = read(evidence, run, zone(tmp_path, ROW))

    with StoredLooks(evidence, run) as stored:
        assert BackedByLists(stored).latest(REGISTRATION, kept.target).outcome == kept.outcome
        assert isinstance(stored.latest(ZONE_LIST, kept.target).outcome, Unknown)
    assert said == ["0 registrations taken from ru_domains.gz; 0 still unknown."]


def test_the_first_list_that_has_a_name_counts(evidence: Evidence, tmp_path: Path):
    """Lists are read in the order they were given."""
    run = run_with(evidence, unknown("romashka.ru"))
    newer = tmp_path / "newer.tsv"
    newer.write_text(ROW.replace("2027", "2029") + "\n")

    read(evidence, run, newer, zone(tmp_path, ROW))

    with StoredLooks(evidence, run) as stored:
        seen = stored.latest(ZONE_LIST, Domain("romashka.ru"))
    assert isinstance(seen.outcome, Seen)
    assert seen.outcome.fact.paid_until == date(2029, 2, 1)


def test_half_a_list_is_told_of(evidence: Evidence, tmp_path: Path):
    """What it held counts, and a missing file stops nothing."""
    run = run_with(evidence, unknown("romashka.ru"))
    path = zone(tmp_path, ROW, *[OTHER] * 100_000)
    path.write_bytes(path.read_bytes()[:-200])

    said = read(evidence, run, path, tmp_path / "gone.gz")

    assert "ru_domains.gz could not be read to its end" in said[0]
    assert said[1] == "1 registrations taken from ru_domains.gz; 0 still unknown."
    assert "gone.gz could not be read" in said[2]


def test_a_row_of_a_list_spares_no_registry(evidence: Evidence, tmp_path: Path):
    """The next run asks the registry again."""
    run = run_with(evidence, unknown("romashka.ru"))
    read(evidence, run, zone(tmp_path, ROW))

    earlier = evidence.earlier("registration", Domain("romashka.ru"), [run])

    assert earlier is not None
    assert not is_fresh(earlier, AT)


def test_names_with_a_word_of_the_clients_are_met_in_every_list(tmp_path: Path):
    """Each list is gone through once, and one that is damaged or gone counts for what it held."""
    half = zone(tmp_path, ROW, *[OTHER] * 100_000)
    half.write_bytes(half.read_bytes()[:-200])
    whole = tmp_path / "su.tsv"
    whole.write_text(ROW.replace("ROMASHKA.RU", "DOM-ROMASHKI.SU") + f"\n{OTHER}\n")
    words = {"romashk": "romashk", "vasilek": "vasilek"}

    found = sift([half, whole, tmp_path / "gone.gz"], words, {"romashka.ru"})

    assert found.names == {"dom-romashki.su": Listed("su.tsv", "romashk", 2)}
    assert [(one.file, one.met, one.trouble) for one in found.lists] == [
        ("ru_domains.gz", 1, Reason.MALFORMED),
        ("su.tsv", 1, None),
        ("gone.gz", 0, Reason.SOURCE_FAILED),
    ]
    assert found.lists[1] == ListRead("su.tsv", 2, 1)
    said = list(found.told())
    assert "ru_domains.gz could not be read to its end" in said[0]
    assert said[2] == "2 names of su.tsv read; a word of the client's was found 1 times."


def test_a_word_too_common_to_follow_is_said_so(tmp_path: Path):
    """Names with it are not looked at, and nobody is left to wonder why."""
    rows = (ROW.replace("ROMASHKA", f"ROMASHKA-{n}") for n in range(1_200))
    path = zone(tmp_path, *rows, ROW.replace("ROMASHKA", "VASILEK"))

    found = sift([path], {"romashk": "romashk", "vasilek": "vasilek"}, ())

    assert found.names == {"vasilek.ru": Listed("ru_domains.gz", "vasilek", 1)}
    assert list(found.told())[-1] == (
        "The word 'romashk' is in 1200 names of the lists: too common to follow."
    )
