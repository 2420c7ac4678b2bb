"""The namespace with an authority and a resolver in which names are tried by the ten thousand."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.dns import zones
from tests.internet import namespace
from tests.internet.namespace import Namespace

ROOT = Path(__file__).parents[3]
NETWORK = "198.18.0.0/15"
Run = dict[str, Any]


@contextlib.contextmanager
def world() -> Iterator[Namespace]:
    """A namespace with the authority and the resolver in it; gone afterwards."""
    namespace.remove_stale()
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    folder.chmod(0o755)
    space = Namespace.create([NETWORK], [zones.RESOLVER], folder, keep=False)
    try:
        zones.write(folder / "names")
        for daemon in (
            # It stands for servers elsewhere: it may not push the others off a core for each question.
            ["chrt", "--batch", "0", "knotd", "-c", "knot.conf"],
            ["unbound", "-d", "-c", str(folder / "names" / "unbound.conf")],
        ):
            subprocess.Popen(
                space.argv(daemon),
                cwd=folder / "names",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        _wait(space)
        yield space
    finally:
        space.destroy()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def loss(space: Namespace, percent: float) -> Iterator[None]:
    """Drop that share of all packets. Only here is there a firewall: a name costs a microsecond more with one."""
    space.swallow([])
    try:
        with space.loss(percent):
            yield
    finally:
        space.check("nft", "flush", "ruleset")


def _wait(space: Namespace) -> None:
    """Return when the last zone can be resolved."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(RuntimeError):
            if not ask(space, zones.CUT[-1], zones.RESOLVER, 1)["unanswered"]:
                return
    raise RuntimeError("the resolver does not answer")


def ask(space: Namespace, zone: str, resolver: str, count: int = zones.LABELS) -> Run:
    """One run of the client inside; its figures, and the CPU that all others used meanwhile."""
    command = [sys.executable, "-m", f"{__package__}.client", zone, resolver, str(count)]
    before = _daemons(space)
    done = subprocess.run(
        space.argv(command), cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    run: Run = json.loads(done.stdout)
    run["others"] = _daemons(space) - before
    return run


def _daemons(space: Namespace) -> float:
    """CPU seconds that resolver and authority have used so far."""
    ticks = 0
    for process in space.processes():
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
