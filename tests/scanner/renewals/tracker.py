"""A neutral task manager, kept in a file so that processes share it: it is slow to find, and may lose its answer.

People work in it: they close tasks, open them again, and delete them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from msgspec import Struct

from scanner.trackers.contract import (
    Check,
    Later,
    Letter,
    Line,
    NewTask,
    Refused,
    TaskPatch,
    TaskRef,
    TaskState,
    TaskStatus,
    Uncertain,
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS task (
    id INTEGER PRIMARY KEY, marker TEXT, title TEXT, deadline TEXT, responsible TEXT, watchers TEXT,
    project TEXT, status TEXT, created TEXT, text TEXT);
CREATE TABLE IF NOT EXISTS word (task INTEGER, at TEXT, text TEXT);
CREATE TABLE IF NOT EXISTS call (at TEXT, what TEXT, task INTEGER);
"""


class Kept(Struct, frozen=True):
    """A task as it lies in the tracker."""

    id: int
    marker: str
    title: str
    deadline: date
    responsible: str | None
    watchers: tuple[str, ...]
    status: str
    created: datetime
    text: str
    words: tuple[tuple[datetime, str], ...]


class Tracker:
    """A task manager. `clock` gives its time; `fails` is asked before each answer is given."""

    def __init__(
        self,
        path: Path | str = ":memory:",
        *,
        clock: Callable[[], datetime],
        name: str = "tracker",
        lag: timedelta = timedelta(0),
        timeouts: float = 0.0,
        luck: Random | None = None,
    ) -> None:
        self._name, self._clock = name, clock
        self.lag = lag
        """How long a new task is not found by its marker."""
        self.timeouts = timeouts
        """The share of calls that do their work and lose their answer."""
        self.loses = ""
        """The one call whose answers are lost, `create`; it does its work."""
        self.lost = -1
        """How many of them, before they come again; all when negative."""
        self.patience: datetime | None = None
        """When it can be asked again, which it says while it is `later`."""
        self.down = ""
        """`later`, `refused` or `uncertain`: how every call fails, without doing anything."""
        self._luck = luck or Random(1)
        self._file = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.executescript(_SCHEMA)

    @property
    def name(self) -> str:
        return self._name

    async def preflight(self) -> tuple[Check, ...]:
        return ()

    async def find(self, marker: str) -> tuple[TaskRef, ...]:
        self._begin("find", 0)
        before = (self._clock() - self.lag).isoformat()
        rows = self._file.execute(
            "SELECT id FROM task WHERE marker = ? AND status != 'gone' AND created <= ? ORDER BY id",
            (marker, before),
        ).fetchall()
        self._answer()
        return tuple(TaskRef(str(row[0])) for row in rows)

    async def create(self, task: NewTask) -> TaskRef:
        self._begin("create", 0)
        text = _text(task.lines, task.steps)
        number = self._file.execute(
            "INSERT INTO task (marker, title, deadline, responsible, watchers, project, status, created, text)"
            " VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?)",
            (
                task.marker, task.title, task.deadline.isoformat(), task.responsible,
                ",".join(task.watchers), task.project, self._clock().isoformat(), text,
            ),
        ).lastrowid  # fmt: skip
        self._answer()
        return TaskRef(str(number))

    async def update(self, ref: TaskRef, patch: TaskPatch) -> None:
        self._begin("update", int(ref.id))
        if self._status(ref.id) == "gone":
            raise Refused("there is no such task")
        values = {
            "title": patch.title,
            "deadline": patch.deadline and patch.deadline.isoformat(),
            "responsible": patch.responsible,
            "watchers": None if patch.watchers is None else ",".join(patch.watchers),
            "status": "done" if patch.close else "open" if patch.reopen else None,
            "text": None if patch.lines is None else _text(patch.lines, patch.steps),
        }
        for column, value in values.items():
            if value is not None:
                self._file.execute(f"UPDATE task SET {column} = ? WHERE id = ?", (value, ref.id))
        if patch.comment:
            word = (int(ref.id), self._clock().isoformat(), patch.comment)
            self._file.execute("INSERT INTO word VALUES (?, ?, ?)", word)
        self._answer()

    async def get(self, ref: TaskRef) -> TaskState:
        self._begin("get", int(ref.id))
        status = self._status(ref.id)
        row = self._file.execute("SELECT deadline FROM task WHERE id = ?", (ref.id,)).fetchone()
        self._answer()
        deadline = date.fromisoformat(row[0]) if row else None
        return TaskState(ref, TaskStatus(status or "gone"), deadline)

    # What people and tests do

    def tasks(self) -> list[Kept]:
        """Return every task, also closed and deleted ones."""
        words: dict[int, list[tuple[datetime, str]]] = {}
        for number, at, text in self._file.execute(
            "SELECT task, at, text FROM word ORDER BY rowid"
        ):
            words.setdefault(number, []).append((datetime.fromisoformat(at), text))
        rows = self._file.execute(
            "SELECT id, marker, title, deadline, responsible, watchers, status, created, text FROM task"
        )
        return [
            Kept(
                number, marker, title, date.fromisoformat(deadline), responsible,
                tuple(filter(None, watchers.split(","))), status, datetime.fromisoformat(created), text,
                tuple(words.get(number, ())),
            )
            for number, marker, title, deadline, responsible, watchers, status, created, text in rows
        ]  # fmt: skip

    def set(self, number: int, status: str) -> None:
        """Let somebody close, open or delete a task."""
        self._file.execute("UPDATE task SET status = ? WHERE id = ?", (status, number))

    def calls(self, what: str) -> int:
        """Return how often it was asked for something."""
        return int(
            self._file.execute("SELECT count(*) FROM call WHERE what = ?", (what,)).fetchone()[0]
        )

    def _status(self, number: str) -> str | None:
        row = self._file.execute("SELECT status FROM task WHERE id = ?", (number,)).fetchone()
        return row and row[0]

    def _begin(self, what: str, task: int) -> None:
        self._called = what
        self._file.execute(
            "INSERT INTO call VALUES (?, ?, ?)", (self._clock().isoformat(), what, task)
        )
        match self.down:
            case "later":
                raise Later("the tracker is being mended", self.patience)
            case "refused":
                raise Refused("no such project")
            case "uncertain":
                raise Uncertain("the line broke")

    def _answer(self) -> None:
        lost = self._called == self.loses and self.lost != 0
        self.lost -= lost
        if lost or self._luck.random() < self.timeouts:
            raise Uncertain("the answer was lost")


class Postbox:
    """A channel that keeps what was sent."""

    def __init__(self, name: str = "mail") -> None:
        self._name = name
        self.letters: list[Letter] = []
        self.down = ""

    @property
    def name(self) -> str:
        return self._name

    async def preflight(self) -> tuple[Check, ...]:
        return ()

    async def send(self, letter: Letter) -> None:
        if self.down == "later":
            raise Later("the server is full")
        if self.down == "refused":
            raise Refused("it went elsewhere")
        self.letters.append(letter)
        if self.down == "uncertain":
            raise Uncertain("the answer was lost")


def _text(lines: Sequence[Line], steps: Sequence[str]) -> str:
    return "\n".join([*(f"{line.label}: {line.text}" for line in lines), *steps])
