"""The papers that a client hands over, with days counted from the day on which the lab starts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from tests.internet.population import FOLDER, Population

_DAYS = re.compile(r"\{([+-]\d{1,4})( iso)?\}")
"""A day in a paper or page: `{+30}` is thirty days ahead, `{-9}` nine days ago, `{-9 iso}` as 2026-11-05."""


def write(world: Population, folder: Path, now: datetime) -> None:
    """Write every client's papers into a folder of his own below `folder`."""
    folder.mkdir()
    for client, estate in world.estates.items():
        for name in estate.papers:
            (folder / client).mkdir(exist_ok=True)
            text = (FOLDER / client / "papers" / name).read_text("utf-8")
            (folder / client / name).write_text(dated(text, now), "utf-8")


def dated(text: str, now: datetime) -> str:
    """A paper or page with its days filled in, as `05.11.2026`."""

    def day(found: re.Match[str]) -> str:
        return f"{now + timedelta(days=int(found[1])):{'%Y-%m-%d' if found[2] else '%d.%m.%Y'}}"

    return _DAYS.sub(day, text)
