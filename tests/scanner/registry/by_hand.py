"""A registry that people fill by hand, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from scanner.database import Database
from scanner.registry import Client, Origin, Registry
from scanner.registry.clients import add_client
from scanner.registry.fields import with_values
from scanner.registry.history import new_deed
from scanner.registry.identity import asset_of
from scanner.registry.objects import Change, RegistryObject
from scanner.registry.party_changes import By
from scanner.registry.people import Person, add_person
from scanner.registry.projects import Project, add_project, projects_of
from scanner.registry.saying import (
    add_object,
    blank_object,
    object_for_change,
    read_said,
    say,
    say_projects,
)
from scanner.registry.undo import Undone, undo

T = TypeVar("T")
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLIENT = "romashka"


class Book:
    """A registry and a person at it; every call is one deed."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.deed = ""
        """The last one."""
        self._moments = 0
        self.write(lambda connection, by: add_client(connection, Client(CLIENT, "Ромашка"), by))

    def write(self, work: Callable[[Connection, By], T], who: str = "Анна") -> T:
        """Do something as one deed."""
        self._moments += 1
        self.deed = new_deed()
        at = AT + timedelta(minutes=self._moments)
        by = By(who=who, at=at, why="по письму", deed=self.deed)
        return asyncio.run(self.database.write(lambda connection: work(connection, by)))

    def read(self, work: Callable[[Connection], T]) -> T:
        """Read something."""
        return self.database.read(work)

    def person(self, name: str, email: str | None = None) -> Person:
        """Add a person."""
        return self.write(lambda connection, by: add_person(connection, name, email, by))

    def project(self, name: str, manager: Person | None = None) -> Project:
        """Add a project of the client."""
        number = manager.id if manager else None
        return self.write(lambda connection, by: add_project(connection, CLIENT, name, number, by))

    def add(self, type: str, name: str, *projects: Project, **values: Any) -> RegistryObject:
        """Add an object with values as people type them."""

        def work(connection: Connection, by: By) -> RegistryObject:
            asset = asset_of(type, name, values.get("provider", ""))
            blank = blank_object(CLIENT, asset, type, by)
            read = {
                field: read_said(connection, blank, field, value)
                for field, value in {"name": name, **values}.items()
            }
            filled = with_values(blank, read, dict.fromkeys(read, Origin.CONFIRMED))
            thing = add_object(connection, filled, by)
            say_projects(connection, thing, [(one.id, one.name) for one in projects], by)
            return object_for_change(connection, thing.id)

        return self.write(work)

    def set(
        self,
        thing: RegistryObject,
        field: str,
        value: Any,
        since: int | None = None,
        who: str = "Анна",
    ) -> list[Change]:
        """Set a field of an object."""

        def work(connection: Connection, by: By) -> list[Change]:
            found = object_for_change(connection, thing.id)
            read = read_said(connection, found, field, value)
            return say(connection, found, {field: read}, by, since=since)[1]

        return self.write(work, who)

    def undo(self, deed: str) -> Undone:
        """Take a deed back."""
        return self.write(lambda connection, by: undo(connection, deed, by))

    def thing(self, number: int) -> RegistryObject:
        """Return an object as it is now."""
        found = Registry(self.database).object(number)
        assert found is not None
        return found

    def projects_of(self, thing: RegistryObject) -> list[str]:
        """Return the names of an object's projects, the lead first."""
        linked = self.read(lambda connection: projects_of(connection, [thing.id]))
        return [name for _, name in linked.get(thing.id, ())]
