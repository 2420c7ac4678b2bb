"""The lab profile, by the product: `python -m tests.benchmarks.audit.lab COUNT FOLDER [split|memory]`.

Of every firm: its DNS records, its registration, and apex and www as sites with their certificates;
through the product's own scan, evidence, judgement and report. Prints a Measured.
"""

from __future__ import annotations

import asyncio
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from probes.kit.observation import AnyObservation, Seen
from probes.tls_certificate import ServedCertificate
from reports import document as doc
from reports.render import render
from scanner import document, service
from scanner.database import Database
from scanner.discovery import Frontier, GatheredLooks, Look, Seeds, attribute
from scanner.evidence import Evidence, Run
from scanner.registry import Client, Registry
from scanner.runs.progress import ScanState, Tally
from scanner.runs.scan import Scan
from scanner.settings import Settings
from scanner.verdicts import judge
from tests.benchmarks.audit.firms import firms
from tests.benchmarks.audit.measure import Meter
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


async def audit(count: int, folder: Path, meter: Meter) -> None:
    """Look at so many firms, judge what was seen, write audit.json and the reports."""
    request = service.request(client="Лаборатория", typed=[firm.name for firm in firms(count)])
    seeds = Seeds(domains=tuple(name.name for name in request.names))
    database = Database.open(f"sqlite:///{folder}/revizor.db")
    evidence, registry = Evidence(database), Registry(database)
    await registry.ensure_client(request.client, service.now())
    run = await evidence.begin(request.client.slug, {}, SETTINGS.vantage, service.now())
    with meter.phase("looks"):
        async with service.live_net(SETTINGS, database) as net:
            scan = Scan(LabFrontier(seeds), evidence, net, service.now, SETTINGS.vantage, Silent())
            tally = await scan.run(run.id)
    _count(meter, tally)
    _conclude(request.client, seeds, run, tally, evidence, folder, meter)
    database.close()


def _conclude(
    client: Client,
    seeds: Seeds,
    run: Run,
    tally: Tally,
    evidence: Evidence,
    folder: Path,
    meter: Meter,
) -> None:
    with meter.phase("read back"):
        looks = GatheredLooks.of(_noted(evidence.observations(run.id), meter))
    with meter.phase("attribute"):
        estate = attribute(seeds, looks, run.started_at)
    with meter.phase("judge"):
        verdicts = judge(estate, looks, run.started_at)
    with meter.phase("document"):
        written = document.write(
            client=client,
            run=run,
            scope=doc.Scope(names=seeds.domains, files=(), allow_nets=SETTINGS.allow_net, depth=0),
            estate=estate,
            verdicts=verdicts,
            looks=looks,
            tally=tally,
            evidence=evidence,
            at=service.now(),
        )
        (folder / "audit.json").write_bytes(doc.write(written))
    for language in ("ru", "en"):
        with meter.phase(f"report, {language}"):
            (folder / f"cleanup.{language}.html").write_bytes(render(written, language).encode())
    advice = Counter(str(verdict.advice) for verdict in verdicts)
    meter.measured.notes["assets"] = f"{len(estate.holdings)}"
    meter.measured.notes["verdicts"] = _words(advice)
    findings = sum(len(verdict.findings) for verdict in verdicts)
    meter.measured.notes["findings"] = f"{findings}"
    sizes = {path.name: path.stat().st_size / 2**20 for path in sorted(folder.iterdir())}
    meter.measured.notes["files, MiB"] = ", ".join(f"{n} {s:.1f}" for n, s in sizes.items())


def _noted(observations: Iterable[AnyObservation], meter: Meter) -> Iterable[AnyObservation]:
    """Count the certificates by their trust on the way."""
    met: Counter[str] = Counter()
    for observation in observations:
        match observation.outcome:
            case Seen(ServedCertificate(trust=trust)):
                met[trust] += 1
        yield observation
    meter.measured.certificates = dict(met)


def _count(meter: Meter, tally: Tally) -> None:
    meter.measured.looks = dict(tally.done)
    meter.measured.unknown = {
        f"{probe}: {reason}": count
        for probe, reasons in tally.reasons.items()
        for reason, count in reasons.items()
    }


def _words(counted: Counter[str]) -> str:
    return ", ".join(f"{word} {count}" for word, count in counted.most_common())


def main(count: int, folder: Path, extra: str) -> None:
    """Run, and print what it took."""
    if extra == "memory":
        tracemalloc.start()
    sampler = Sampler() if extra == "split" else None
    meter = Meter(count)
    if sampler:
        sampler.start()
    asyncio.run(audit(count, folder, meter))
    measured = meter.stop()
    if sampler:
        sampler.stop(measured)
    print(msgspec.json.encode(measured).decode())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), "".join(sys.argv[3:]))
