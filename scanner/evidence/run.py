"""One scan of one client."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct


class Run(Struct, frozen=True):
    """A scan: when it began, from where, with what options, and whether it came to its end."""

    id: str
    client: str
    """The client's slug."""
    vantage: str
    started_at: datetime
    finished_at: datetime | None
    complete: bool
    """True when it finished with no work left over."""
    options: dict[str, Any]
    """What it was asked to do; plain JSON."""
