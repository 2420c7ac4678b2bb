"""The lab profile, by the product: `python -m tests.benchmarks.audit.lab COUNT FOLDER [split|memory]`.

Of every firm: its DNS records, its registration, and apex and www as sites with their certificates;
through the product's own scan, evidence, judgement and report. Prints a Measured.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import httpx  # noqa: F401 - the product imports it when it first asks an API: start-up, as in plain
import msgspec

from probes.kit.observation import AnyObservation, Seen
from probes.tls_certificate import ServedCertificate
from reports import document as doc
from reports.audit_file import opened
from scanner import document
from scanner.database import Database
from scanner.discovery import Frontier, Look, Seeds, attribute
from scanner.evidence import Evidence, Run, StoredLooks
from scanner.registry import Client, Registry
from scanner.runs.progress import ScanState, Tally
from scanner.runs.scan import Scan
from scanner.service import clock
from scanner.service.network import live_net
from scanner.service.printing import print_reports, replace
from scanner.service.requesting import request as asked_for
from scanner.settings import Settings
from scanner.verdicts.judging import judge_iter
from tests.benchmarks.audit.firms import firms
from tests.benchmarks.audit.measure import Measured, Meter
from tests.benchmarks.audit.sampler import Sampler
from tests.benchmarks.audit.world import NETWORK

PROBES = frozenset(
    {"delegation", "dns_records", "addresses", "registration", "website", "tls_certificate"}
)
SETTINGS = Settings(allow_net=(NETWORK,), pace={"*": "60000/min"})


class LabFrontier(Frontier):
    """The product's frontier, with every look left out that the lab profile does not have."""

    def __init__(self, seeds: Seeds) -> None:
        """Begin with what the seeds name, follow nothing."""
        super().__init__(seeds, depth=0)
        self._names = {host for name in seeds.domains for host in (name, f"www.{name}")}

    def start(self) -> tuple[Look, ...]:
        """The looks to begin with."""
        return self._of_the_profile(super().start())

    def learn(self, observation: AnyObservation) -> tuple[Look, ...]:
        """The looks that an answer makes due."""
        return self._of_the_profile(super().learn(observation))

    def _of_the_profile(self, looks: Iterable[Look]) -> tuple[Look, ...]:
        return tuple(
            look
            for look in looks
            if look.probe in PROBES and getattr(look.target, "name", "") in self._names
        )


class Silent:
    """Watches nothing."""

    def saw(self, state: ScanState) -> None:
        """Look away."""

    def say(self, text: str) -> None:
        """Do not listen."""


async def audit(count: int, folder: Path, database: Database, meter: Meter) -> None:
    """Look at so many firms, judge what was seen, write audit.json and the reports."""
    request = asked_for(client="Лаборатория", typed=[firm.name for firm in firms(count)])
    seeds = Seeds(domains=tuple(name.name for name in request.names))
    evidence, registry = Evidence(database), Registry(database)
    await registry.ensure_client(request.client, clock.now())
    run = await evidence.begin(request.client.slug, {}, SETTINGS.vantage, clock.now())
    with meter.phase("looks"):
        tally = await _look(seeds, evidence, database, run)
    _write(request.client, seeds, run, tally, evidence, folder / "audit.json", meter)
    _print(folder / "audit.json", meter)
    _count(meter, tally)


async def _look(seeds: Seeds, evidence: Evidence, database: Database, run: Run) -> Tally:
    async with live_net(SETTINGS, database) as net:
        scan = Scan(LabFrontier(seeds), evidence, net, clock.now, SETTINGS.vantage, Silent())
        return await scan.run(run.id)


def _write(
    client: Client,
    seeds: Seeds,
    run: Run,
    tally: Tally,
    evidence: Evidence,
    file: Path,
    meter: Meter,
) -> None:
    with StoredLooks(evidence, run.id) as looks:
        with meter.phase("attribute"):
            estate = attribute(seeds, looks, run.started_at)
        with meter.phase("judge, document"):
            lines = document.lines(
                client=client,
                run=run,
                scope=doc.Scope(names=seeds.domains, allow_nets=SETTINGS.allow_net, depth=0),
                estate=estate,
                verdicts=judge_iter(estate, looks, run.started_at),
                looks=looks,
                tally=tally,
                evidence=evidence,
                at=clock.now(),
            )
            replace(file, lines)


def _print(file: Path, meter: Meter) -> None:
    with meter.phase("reports"), opened(file) as written:
        print_reports(written, ("ru", "en"), file.parent)


def _note(folder: Path, measured: Measured) -> None:
    """Look over what was made; not part of what is measured."""
    sizes = {path.name: path.stat().st_size / 2**20 for path in sorted(folder.iterdir())}
    measured.notes["files, MiB"] = ", ".join(f"{n} {s:.1f}" for n, s in sizes.items())
    with opened(folder / "audit.json") as written:
        advice = Counter(entry.verdict for entry in written.entries)
        findings = sum(len(asset.reasons) for asset in written.assets(written.entries))
        run = written.frame.run.id
    measured.notes["assets"] = f"{advice.total()}"
    measured.notes["verdicts"] = ", ".join(f"{word} {n}" for word, n in advice.most_common())
    measured.notes["findings"] = f"{findings}"
    met: Counter[str] = Counter()
    database = _database(folder)
    for observation in Evidence(database).observations(run):
        match observation.outcome:
            case Seen(ServedCertificate(trust=trust)):
                met[trust] += 1
    database.close()
    measured.certificates = dict(met)


def _database(folder: Path) -> Database:
    return Database.open(f"sqlite:///{folder}/revizor.db")


def _count(meter: Meter, tally: Tally) -> None:
    meter.measured.looks = dict(tally.done)
    meter.measured.unknown = {
        f"{probe}: {reason}": count
        for probe, reasons in tally.reasons.items()
        for reason, count in reasons.items()
    }


def main(count: int, folder: Path, extra: str) -> None:
    """Run, and print what it took."""
    if extra == "memory":
        tracemalloc.start()
    sampler = Sampler() if extra == "split" else None
    database = _database(folder)
    gc.freeze()  # as `revizor audit` does
    gc.set_threshold(10_000, 10, 10)
    meter = Meter(count)
    if sampler:
        sampler.start()
    asyncio.run(audit(count, folder, database, meter))
    database.close()
    measured = meter.stop()
    if sampler:
        sampler.stop(measured)
    _note(folder, measured)
    print(msgspec.json.encode(measured).decode())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), "".join(sys.argv[3:]))
