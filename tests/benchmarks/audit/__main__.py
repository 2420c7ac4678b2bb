"""Measure an audit: `python -m tests.benchmarks.audit [--domains N] [--profile lab|full|both] [--plain]`."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence

import msgspec

from tests.benchmarks.audit import firms, tables
from tests.benchmarks.audit.measure import Measured
from tests.benchmarks.audit.world import World
from tests.internet.lab import obstacles


class Bench:
    """Runs clients in a world, each in a fresh process and a fresh folder."""

    def __init__(self, world: World) -> None:
        """Remember what each client last sent."""
        self._world = world
        self.counted: dict[str, dict[str, int]] = {}

    def run(self, client: str, domains: int, extra: str = "") -> Measured:
        """One run of one of the client modules; RuntimeError with its words when it fails."""
        folder = self._world.folder / "client"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        print(f"{client} {extra} {domains} …", file=sys.stderr)
        self._world.counted()
        module = f"{__package__}.{client}"
        done = self._world.run(sys.executable, "-m", module, str(domains), str(folder), extra)
        if done.returncode:
            raise RuntimeError(f"{client}: {done.stderr[-3000:]}")
        if not extra:
            self.counted[client] = self._world.counted()
        return msgspec.json.decode(done.stdout, type=Measured)


def lab(bench: Bench, domains: int, runs: int, plain: bool) -> None:
    """The lab profile: the product, and the plain loop beside it, in turns."""
    clients = ["lab", "plain"] if plain else ["lab"]
    made: dict[str, list[Measured]] = {client: [] for client in ["yardstick", *clients]}
    for _ in range(runs):
        for client, done in made.items():
            done.append(bench.run(client, domains))
    names = {"lab": "Revizor", "plain": "plain loop"}
    title = f"Lab profile: {domains} domains, one client process on one core, {runs} runs"
    rows = [tables.row(names[c], made[c], bench.counted[c]) for c in clients]
    tables.table(title, tables.HEAD, rows)
    tables.yardstick(made["yardstick"])
    tables.phases(made["lab"])
    tables.outcomes(made["lab"][-1], firms.faults(domains))
    split = bench.run("lab", domains, "split")
    tables.shares("Lab profile by part (one sampled run)", split.parts, split)
    tables.shares("By the look that caused it", split.probes, split)
    tables.shares("The dearest functions, with what they called", split.lines, split, 40)


def sizes(bench: Bench, steps: Sequence[int]) -> None:
    """The lab profile at several sizes: does memory stay flat?"""
    rows = []
    for domains in steps:
        run = bench.run("lab", domains)
        rows.append(tables.row(f"{domains} domains", [run], bench.counted["lab"]))
        tables.phases([run])
    tables.table("Lab profile by size", tables.HEAD, rows)


def full(bench: Bench, domains: int) -> None:
    """The whole command, as measured."""
    run = bench.run("full", domains)
    rows = [tables.row("revizor audit", [run], bench.counted["full"])]
    tables.table(f"Full audit: {domains} domains", tables.HEAD, rows)
    tables.looks(run)
    tables.notes(run)
    split = bench.run("full", domains, "split")
    tables.shares("Full audit by part (one sampled run, start-up included)", split.parts, split)
    tables.shares("By the look that caused it", split.probes, split)


def memory(bench: Bench, domains: int) -> None:
    """Where the memory of the lab profile goes."""
    run = bench.run("lab", domains, "memory")
    print(f"\nAlive at each step, {domains} domains (traced)\n")
    print("\n".join(run.allocated))


def main() -> int:
    """Do what was asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.audit", description=__doc__)
    parser.add_argument("--domains", type=int, default=1_000, help="firms on line, at most 10,000")
    parser.add_argument("--profile", choices=("lab", "full", "both"), default="both")
    parser.add_argument(
        "--plain", action="store_true", help="the plain loop beside the lab profile"
    )
    parser.add_argument("--runs", type=int, default=3, help="of the lab profile and the plain loop")
    parser.add_argument("--memory", action="store_true", help="trace what is allocated, and stop")
    asked = parser.parse_args()
    if not 0 < asked.domains <= firms.MOST:
        parser.error(f"--domains takes 1 to {firms.MOST}")
    if reasons := obstacles():
        print(f"No lab here: {'; '.join(reasons)}.", file=sys.stderr)
        return 1
    with World(asked.domains) as world:
        bench = Bench(world)
        if asked.memory:
            memory(bench, asked.domains)
            return 0
        if asked.profile in ("lab", "both"):
            lab(bench, min(asked.domains, 1_000), asked.runs, asked.plain)
            if asked.domains > 1_000:
                sizes(bench, sorted({1_000, min(3_000, asked.domains), asked.domains}))
        if asked.profile in ("full", "both"):
            full(bench, min(asked.domains, 1_000))
    return 0


if __name__ == "__main__":
    sys.exit(main())
