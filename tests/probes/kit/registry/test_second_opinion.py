"""The other parser: a process of its own, never a word about absence, and killed in time."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from probes.kit.registry import second_opinion as opinion
from probes.kit.registry.reading import Ending, Reading

RECORD = """\
Domain Name: ROMASHKA.COM
Registrar: Example Registrar, Inc.
Creation Date: 2011-03-04T05:06:07Z
Registry Expiry Date: 2027-03-04T05:06:07Z
Name Server: NS1.HOSTER.EXAMPLE
"""


def ask(text: str, name: str = "romashka.com") -> Reading | None:
    return asyncio.run(opinion.second_opinion(text, name))


def test_its_dates_are_days_only() -> None:
    """It guesses zones, so nothing it says is exact."""
    reading = ask(RECORD)

    assert reading is not None
    assert reading.ending is Ending.REGISTERED
    assert (reading.domain, reading.name_servers) == ("romashka.com", ("ns1.hoster.example",))
    assert reading.expires is not None
    assert (reading.expires.day, reading.expires.precise) == (date(2027, 3, 4), False)


@pytest.mark.parametrize("text", ["No match for domain.\n", "garbage\n", "", "\x00" * 999])
def test_it_never_says_that_nobody_holds_a_name(text: str) -> None:
    """What it does not read stays unread."""
    assert ask(text) is None


@pytest.mark.parametrize(
    "script",
    [
        "while True: pass",
        "import sys; sys.exit(1)",
        "print('not json')",
        "print('[]')",
        "import os; os.abort()",
    ],
)
def test_a_child_that_hangs_or_dies_is_no_opinion(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hang in its expressions ends with the process."""
    child = tmp_path / "child.py"
    child.write_text(script)
    monkeypatch.setattr(opinion, "_CHILD", child)
    monkeypatch.setattr(opinion, "_SECONDS", 0.5)

    assert ask(RECORD) is None
