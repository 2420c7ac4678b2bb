"""The list of tricks that were really played: a trick nobody met proves nothing."""

from __future__ import annotations

from pathlib import Path


class Stage:
    """Writes down each trick the first time it is played, as `web.gzip_bomb`."""

    def __init__(self, record: Path) -> None:
        """Write into `record`, a line for each trick."""
        self._record = record
        self._played: set[str] = set()

    def played(self, service: str, trick: str) -> None:
        """Remember that somebody has met the trick."""
        name = f"{service}.{trick}"
        if name not in self._played:
            self._played.add(name)
            with self._record.open("a") as file:
                file.write(f"{name}\n")
