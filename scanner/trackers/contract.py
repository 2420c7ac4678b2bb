"""What the product asks of a task manager, and the three ways in which it can fail.

Creating is at least once outside and exactly once in effect: every task carries a marker, and whoever
does not know whether a task was created looks for its marker before he creates again.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class Line(Struct, frozen=True):
    """One line of a task: what it is about, and what is so. Each tracker spells it in its own markup."""

    label: str
    text: str


class NewTask(Struct, frozen=True, kw_only=True):
    """A task to create. The texts are in the reader's language already and hold no secret."""

    marker: str
    """`RVZ-7K3Q`; the tracker puts it where it can be found again."""
    title: str
    lines: tuple[Line, ...]
    steps: tuple[str, ...] = ()
    """What to do, one after another."""
    deadline: date
    """The last day, in the agency's zone."""
    responsible: str | None
    """His id in this tracker; None leaves the tracker's own default."""
    watchers: tuple[str, ...] = ()
    project: str | None = None
    """The group or project in this tracker; None for the settings' own."""


class TaskPatch(Struct, frozen=True, kw_only=True):
    """What has changed in a task that exists; None leaves it."""

    title: str | None = None
    lines: tuple[Line, ...] | None = None
    steps: tuple[str, ...] = ()
    """Told anew together with the lines, which they follow."""
    deadline: date | None = None
    responsible: str | None = None
    watchers: tuple[str, ...] | None = None
    comment: str | None = None
    """Said to those who work on it: why it changed, or that the machine does not agree."""
    close: bool = False
    reopen: bool = False


class TaskRef(Struct, frozen=True):
    """A task outside."""

    id: str
    url: str | None = None


class TaskStatus(StrEnum):
    """How the tracker calls it, as far as it matters here."""

    OPEN = "open"
    DONE = "done"
    GONE = "gone"  # deleted, or out of our sight


class TaskState(Struct, frozen=True):
    """A task as it stands outside now."""

    ref: TaskRef
    status: TaskStatus
    deadline: date | None
    responsible: str | None = None


class Check(Struct, frozen=True):
    """One line of `revizor tasks doctor`."""

    level: str
    """`ok`, `warn` or `fail`."""
    code: str
    params: dict[str, str] = {}


class Refused(Exception):
    """The tracker said no for good: trying again the same would change nothing. A person must look."""


class Later(Exception):
    """The tracker was not ready and did nothing: try again, not before `not_before` where it said so."""

    def __init__(self, message: str, not_before: datetime | None = None) -> None:
        super().__init__(message)
        self.not_before = not_before


class Uncertain(Exception):
    """Nobody knows whether it was done: the line broke after the question. Look for the marker first."""


class TaskSink(Protocol):
    """One task manager."""

    @property
    def name(self) -> str:
        """The name it has in the settings."""

    async def preflight(self) -> tuple[Check, ...]:
        """Prove the credentials and tell what tasks need here; create nothing."""

    async def find(self, marker: str) -> tuple[TaskRef, ...]:
        """Return the tasks, open or closed, that carry the marker."""

    async def create(self, task: NewTask) -> TaskRef:
        """Create it; raise Refused, Later or Uncertain."""

    async def update(self, ref: TaskRef, patch: TaskPatch) -> None:
        """Change it; raise Refused, Later or Uncertain."""

    async def get(self, ref: TaskRef) -> TaskState:
        """Return how it stands now."""


class Letter(Struct, frozen=True, kw_only=True):
    """A message to one person."""

    key: str
    """The same for the same message: where the channel knows such keys, it arrives once."""
    to: str
    """His address in this channel."""
    subject: str
    text: str


class Channel(Protocol):
    """Where messages go: mail, a messenger."""

    @property
    def name(self) -> str:
        """The name it has in the settings."""

    async def preflight(self) -> tuple[Check, ...]:
        """Prove that it can be used; send nothing."""

    async def send(self, letter: Letter) -> None:
        """Send it; raise Refused, Later or Uncertain."""
