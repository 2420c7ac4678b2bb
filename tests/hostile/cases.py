"""The hostile inputs by number: `cases.csv`, with the row of the threat model (`rows.py`) each belongs to.

What is played by a host is met by a whole audit in the miniature internet (`tests/internet/test_hostile.py`);
what names a file of this folder is given directly to the part of the product that reads it.
"""

from __future__ import annotations

import csv
from pathlib import Path

from msgspec import Struct


class Case(Struct, frozen=True):
    """One hostile input."""

    number: int
    row: int
    name: str
    """The service it attacks and the trick, as `web.gzip_bomb`."""
    played: str
    """The host that plays it, or the file here that does."""
    hostile: str
    """What is hostile about it."""

    @property
    def direct(self) -> bool:
        """Whether a file of this folder plays it."""
        return self.played.endswith(".py")

    def __str__(self) -> str:
        return f"{self.number:03}-{self.name}"


def _read() -> tuple[Case, ...]:
    with Path(__file__).with_name("cases.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Case(int(row["number"]), int(row["row"]), row["case"], row["played"], row["hostile"])
            for row in csv.DictReader(file)
        )


CASES = _read()


def played_in(file: str) -> list[Case]:
    """The cases that a test file of this folder plays."""
    return [case for case in CASES if case.played == Path(file).name]
