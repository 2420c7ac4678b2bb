"""What a client process used: processor time, wall time, memory. Passed on as one line of JSON."""

from __future__ import annotations

import resource
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, field

LARGEST = 15
"""Allocations told of after each phase, when they are traced."""


class Measured(Struct):
    """One run of a client over so many domains."""

    domains: int
    startup: float = 0.0
    """CPU seconds until it was ready to begin; not part of `cpu`."""
    cpu: float = 0.0
    """CPU seconds of the work, kernel, threads and children included."""
    wall: float = 0.0
    peak: float = 0.0
    """MiB, the most that was ever resident."""
    phases: dict[str, float] = field(default_factory=dict)
    """CPU seconds of each phase, threads included."""
    resident: dict[str, float] = field(default_factory=dict)
    """MiB resident at the end of each phase."""
    looks: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    """Looks that could not find out, by `probe: reason`."""
    certificates: dict[str, int] = field(default_factory=dict)
    """Certificates by what is wrong with them."""
    notes: dict[str, str] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)
    """CPU seconds by part of the product, when sampled."""
    probes: dict[str, float] = field(default_factory=dict)
    """CPU seconds by the probe whose look caused them, when sampled."""
    lines: dict[str, float] = field(default_factory=dict)
    """CPU seconds by function of ours, when sampled."""
    allocated: list[str] = field(default_factory=list)
    """The largest allocations alive, when traced."""


class Meter:
    """Fills in a Measured; begin it when everything is imported and opened."""

    def __init__(self, domains: int) -> None:
        """Everything used until now was start-up."""
        self.measured = Measured(domains, startup=cpu())
        self._cpu, self._wall = cpu(), time.perf_counter()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Charge the block to a phase."""
        before = cpu()
        yield
        self.measured.phases[name] = cpu() - before
        self.measured.resident[name] = memory("VmRSS")
        if tracemalloc.is_tracing():
            self.measured.allocated += _alive(name)

    def stop(self) -> Measured:
        """Return the totals since the beginning."""
        self.measured.cpu = cpu() - self._cpu
        self.measured.wall = time.perf_counter() - self._wall
        self.measured.peak = memory("VmHWM")
        return self.measured


def _alive(phase: str) -> list[str]:
    """The largest allocations alive, by the line of code that made them."""
    taken = tracemalloc.take_snapshot().statistics("lineno")
    whole = sum(one.size for one in taken)
    lines = [
        f"  {one.size / 2**20:7.1f} MiB {one.count:>8}  "
        + "/".join(Path(one.traceback[0].filename).parts[-3:])
        + f":{one.traceback[0].lineno}"
        for one in taken[:LARGEST]
    ]
    return [f"{phase}: {whole / 2**20:.0f} MiB", *lines]


def cpu() -> float:
    """CPU seconds of this process so far: user and kernel, all threads, children that ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def memory(field: str) -> float:
    """MiB of this process as the kernel counts them (`ru_maxrss` would include the parent's)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(field)
