"""Judge a stored audit again, offline: `python -m tests.benchmarks.rejudge [--db URL --client SLUG [--audit FILE]] [--runs N]`.

Prints what a verdict costs that is made from stored observations alone, in milliseconds for each
asset, and whether it came out the same every time; with the audit.json that was written then, by the same
rules, also whether it says the same. Without `--db` the audit is the demo's, made from its tape first.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from msgspec import Struct

from probes.kit.net.tape import Player
from reports.audit_file import opened
from scanner.assets import Estate
from scanner.database import Database
from scanner.discovery import Seeds, attribute
from scanner.discovery.account_holders import with_account_holders
from scanner.discovery.declared import with_papers
from scanner.discovery.listed import BackedByLists
from scanner.evidence import Evidence, Purpose, Run, StoredLooks
from scanner.evidence.asked import asked_of
from scanner.registry import Registry
from scanner.runs.tape import load_tape
from scanner.service import auditing, requesting
from scanner.service.requesting import AuditRequest, decoded, seeds_of
from scanner.settings import Settings
from scanner.verdicts.judging import judge_iter
from scanner.verdicts.verdict import Verdict
from tests.benchmarks.audit.lab import Silent
from tests.benchmarks.audit.tables import table

MOST = 1.0
"""Milliseconds of CPU that a verdict may cost."""


class Judged(Struct, frozen=True):
    """One time over: what came out, and the CPU seconds it took."""

    verdicts: tuple[Verdict, ...]
    attribution: float
    judgement: float


class Stored(Struct, frozen=True):
    """A run in a database, and what it was asked for."""

    evidence: Evidence
    run: Run
    request: AuditRequest
    seeds: Seeds

    @classmethod
    def of(cls, database: Database, client: str, settings: Settings) -> Stored:
        """The newest audit of a client; LookupError where none is kept."""
        evidence = Evidence(database)
        for run in evidence.runs(client):
            asked = asked_of(database, run.id)
            if run.purpose is Purpose.AUDIT and run.finished_at and asked is not None:
                request = decoded(asked)
                words = Registry(database).owner_words(client)
                said = {word.asset: word.ownership for word in words}
                return cls(evidence, run, request, seeds_of(request, settings, said))
        raise LookupError(f"no finished audit of {client!r} is kept there")

    def judge(self) -> Judged:
        """Attribute and judge everything from what is stored."""
        began = time.process_time()
        with StoredLooks(self.evidence, self.run.id) as stored:
            looks = BackedByLists(stored)
            estate: Estate = attribute(self.seeds, looks, self.run.started_at)
            estate = with_papers(estate, self.request.declarations, looks, self.seeds)
            estate = with_account_holders(estate, self.seeds)
            attributed = time.process_time()
            verdicts = tuple(judge_iter(estate, looks, self.run.started_at))
        return Judged(verdicts, attributed - began, time.process_time() - attributed)


def told(runs: list[Judged]) -> None:
    """Print what it cost, medians, and whether each time gave the same."""
    assets = len(runs[0].verdicts)
    steps = {
        "attribution": [run.attribution for run in runs],
        "judgement": [run.judgement for run in runs],
        "in all": [run.attribution + run.judgement for run in runs],
    }
    table(
        f"{assets} assets judged again from stored observations, {len(runs)} times",
        ("", "CPU ms/asset", "least-most"),
        (
            (
                name,
                f"{median(spent) * 1000 / assets:.3f}",
                f"{min(spent) * 1000 / assets:.3f}-{max(spent) * 1000 / assets:.3f}",
            )
            for name, spent in steps.items()
        ),
    )
    same = all(run.verdicts == runs[0].verdicts for run in runs)
    print(f"\nthe same each time: {'yes' if same else 'NO'}")
    cost = median(steps["in all"]) * 1000 / assets
    print(f"at most {MOST:.0f} ms for each: {'yes' if cost <= MOST else 'NO'}")


def against(audit: Path, verdicts: Iterable[Verdict]) -> None:
    """Print whether the verdicts are those of a written audit.json."""
    judged = {str(one.asset): (one.use, one.state, one.advice) for one in verdicts}
    with opened(audit) as written:
        shown = {
            one.id: (one.use, one.state, one.verdict) for one in written.assets(written.entries)
        }
    print(f"as in audit.json: {'yes' if judged == shown else 'NO'}")
    for key in sorted(judged.keys() | shown.keys()):
        if judged.get(key) != shown.get(key):
            print(f"  {key}: {judged.get(key)}, and there {shown.get(key)}")


def demo(runs: int) -> None:
    """Make the demo's audit from its tape, and judge it again."""
    tape = load_tape()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        settings = Settings(
            db=f"sqlite:///{scratch}/demo.db",
            vantage=tape.vantage,
            max_hosts=tape.max_hosts,
            guesses=tape.guesses,
            lang=("en",),
        )
        asked = requesting.request(client=tape.client, typed=tape.names, orgs=tape.orgs)
        net, folder = Player(tape.exchanges), Path(scratch) / "out"
        asyncio.run(auditing.replay(asked, settings, lambda: tape.at, Silent(), net, folder=folder))
        with Database.open(settings.db) as database:
            stored = Stored.of(database, asked.client.slug, settings)
            judged = [stored.judge() for _ in range(runs)]
        told(judged)
        against(folder / "audit.json", judged[0].verdicts)


def kept(url: str, client: str, runs: int, audit: Path | None) -> None:
    """Judge a client's newest audit in a database again, beside what was written of it."""
    settings = Settings(db=url)
    with Database.open(url) as database:
        stored = Stored.of(database, client, settings)
        judged = [stored.judge() for _ in range(runs)]
    told(judged)
    if audit:
        against(audit, judged[0].verdicts)


def main() -> int:
    """Do what was asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rejudge", description=__doc__)
    parser.add_argument("--db", help="the database of the audit, as for revizor --db")
    parser.add_argument("--client", help="whose audit in it")
    parser.add_argument("--audit", type=Path, help="the audit.json that was written of it")
    parser.add_argument("--runs", type=int, default=5, help="how often it is judged")
    asked = parser.parse_args()
    if bool(asked.db) != bool(asked.client):
        parser.error("--db and --client go together")
    gc.freeze()  # as `revizor audit` does
    gc.set_threshold(10_000, 10, 10)
    if asked.db:
        kept(asked.db, asked.client, asked.runs, asked.audit)
    else:
        demo(asked.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
