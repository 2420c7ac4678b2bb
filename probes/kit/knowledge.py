"""Where the data of signs come from: our files under `data`, then the user's own.

The files hold facts, each with its source; what they mean is said by whoever asks for a table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

_own: list[Mapping[str, Any]] = []


def shipped(place: str) -> Iterator[dict[str, Any]]:
    """Yield what one of our files holds, or each file of one of our folders, by name."""
    found = files("probes.kit").joinpath("data", place)
    several = found.iterdir() if found.is_dir() else (found,)
    for one in sorted(several, key=lambda one: one.name):
        if one.name.endswith(".toml"):
            yield tomllib.loads(one.read_text("utf-8"))


def own(table: str) -> Iterator[Any]:
    """Yield the rows of one table of every file of the user's, in the order he gave the files."""
    for content in _own:
        yield from content.get(table, ())


def take_own(contents: list[Mapping[str, Any]]) -> None:
    """Set what the user's files hold; whoever kept anything read before must read again."""
    _own[:] = contents
