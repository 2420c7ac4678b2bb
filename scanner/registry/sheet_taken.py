"""How a table is taken into the registry, and what came of it."""

from __future__ import annotations

from msgspec import Struct

from scanner.assets import Asset
from scanner.registry.refused import Refused


class Trouble(Struct, frozen=True):
    """What is wrong with a cell."""

    row: int
    column: str
    """Its heading; empty where it is the row as a whole."""
    found: str
    advice: str
    """What to do, in English."""
    refused: Refused
    """The same, to be said in any language."""


class Taken(Struct, frozen=True):
    """What a row did to an object."""

    row: int
    object_id: int
    client: str
    asset: Asset
    changes: tuple[tuple[str, str | None, str | None], ...]
    """Field, value before, value after; empty for an object that was added."""


class Imported(Struct, frozen=True):
    """What a table did, or would do."""

    source: str
    columns: tuple[tuple[str, str], ...]
    added: tuple[Taken, ...]
    changed: tuple[Taken, ...]
    unchanged: int
    made: tuple[str, ...]
    """Clients, people, projects and accounts that were added for it: `project romashka Shop`."""
    troubles: tuple[Trouble, ...]
    secrets: tuple[str, ...] = ()
    """Headings of columns that hold passwords and the like: they are not kept."""


class How(Struct, frozen=True, kw_only=True):
    """How a table is taken."""

    client: str = ""
    """Whose its objects are where no row says it."""
    currency: str = "RUB"
    create: bool = False
    """Whether clients, people, projects and accounts that are missing are added."""
    clear: bool = False
    """Whether an empty cell takes the value away."""
