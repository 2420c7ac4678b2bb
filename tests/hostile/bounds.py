"""What a hostile input may cost whoever reads it, in memory and in work."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

MEBIBYTE = 1024 * 1024
GROWTH = 32 * MEBIBYTE
"""Resident memory that one input may add at most."""
WORK = 2.0
"""Seconds of this process's own computing that one input may take: no clock on the wall is asked."""


class TooDear(AssertionError):
    """An input cost more than it may."""


@contextmanager
def bounded(growth: int = GROWTH, work: float = WORK) -> Iterator[None]:
    """Fail when the block computes for too long or holds too much memory at any moment.

    Work that runs on within the C library is noticed when it returns.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooDear(f"more than {work:g} s of work")

    gc.collect()
    # Linux forgets the highest mark when it is told so (proc(5), clear_refs).
    Path("/proc/self/clear_refs").write_text("5")
    before = _resident("VmRSS")
    handler = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, work)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, handler)
    grown = _resident("VmHWM") - before
    if grown > growth:
        raise TooDear(f"{grown / MEBIBYTE:.0f} MiB more memory")


def _resident(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise KeyError(field)
