"""One scan of one client."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct


class Purpose(StrEnum):
    """What a run was made for; its option `purpose`."""

    AUDIT = "audit"
    """Everything, from the names that a person gave."""
    SECOND_LOOK = "second_look"
    """Some things of an audit again; its option `base` is that audit's run."""
    RESCAN = "rescan"
    """What was due of an audit by the moment `by`; its option `base` is that audit's run."""
    REREAD = "reread"
    """No look: stored answers, read again."""
    WANTED = "wanted"
    """What another place asked us to look at."""
    IMPORTED = "imported"
    """Looks that came from another place."""


AGAIN = frozenset({Purpose.SECOND_LOOK, Purpose.RESCAN})
"""Runs that complete an audit, their `base`."""
OWN = AGAIN | {Purpose.AUDIT}
"""Runs that judge a client's things."""


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

    @property
    def purpose(self) -> Purpose:
        """What it was made for."""
        if self.options.get("reread"):
            return Purpose.REREAD
        return Purpose(self.options.get("purpose", Purpose.AUDIT))

    @property
    def base(self) -> str:
        """The id of the audit of which it looked at some things again; empty for any other run."""
        return str(self.options.get("base", ""))
