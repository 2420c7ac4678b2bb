"""Audits the firms of a lab as it was some days ago: python -m tests.scanner.jobs.lab_audit NAMES SETTINGS."""

from __future__ import annotations

import asyncio
import gc
import sys
from datetime import timedelta
from pathlib import Path

from scanner.service import auditing, clock, requesting
from scanner.settings import load
from tests.scanner.replayed import Watch

CLIENT = "laboratoria"
AGO = timedelta(days=8)
"""Longer than any registry's answer is good: everything is due again."""


def main(names: Path, settings: Path) -> None:
    """Look at every name of a list."""
    asked = requesting.request(client=CLIENT, typed=names.read_text().split())
    gc.set_threshold(10_000, 10, 10)  # as the command does
    office = load({}, file=settings)
    asyncio.run(auditing.audit(asked, office, lambda: clock.now() - AGO, Watch()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
