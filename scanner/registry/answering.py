"""Who answers for which thing: read together, for many things at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Text, case, cast, func, select

from scanner.registry.party_rows import PERSON, PROJECT, PROJECT_OBJECT
from scanner.registry.rows import OBJECT
from scanner.renewals.assignment import Assignment, Membership, Person, assign

Answer = tuple[tuple[Membership, ...], Assignment]
"""The projects of a thing, and who answers for it."""


def links_column() -> Any:
    """Select the projects of an object within a query on objects, as one text: its thousands wait for no other."""
    at = PROJECT_OBJECT.c
    word = cast(at.project_id * 2 + case((at.lead, 1), else_=0), Text)
    found = select(func.aggregate_strings(word, " ")).where(at.object_id == OBJECT.c.id)
    return found.correlate(OBJECT).scalar_subquery().label("links")


class People:
    """Everybody who can be told, and the managers of projects."""

    def __init__(self, connection: Connection, duty: str) -> None:
        """Read all of them, who are few; `duty` is the name of who gets what nobody else answers for."""
        self._connection = connection
        at, project = PERSON.c, PROJECT.c
        columns = (at.id, at.name, at.email, at.trackers, at.active)
        self.by_id = {row.id: Person(*row) for row in connection.execute(select(*columns))}
        self.duty = next((one for one in self.by_id.values() if duty and one.name == duty), None)
        query = select(project.id, project.name, project.manager, project.active, project.trackers)
        self._projects = {row.id: row for row in connection.execute(query)}
        self._known: dict[tuple[int | None, tuple[tuple[int, bool], ...]], Answer] = {}
        self._linked: dict[tuple[int | None, str | None], Answer] = {}

    def answers(self, rows: Sequence[Row[Any]]) -> dict[int, Answer]:
        """Return who answers for the things of rows that have `object_id` and `responsible`, by thing."""
        at = PROJECT_OBJECT.c
        ids = [row.object_id for row in rows]
        query = select(at.object_id, at.project_id, at.lead).where(at.object_id.in_(ids))
        projects: dict[int, tuple[tuple[int, bool], ...]] = {}
        for number, project, lead in self._connection.execute(query.order_by(at.project_id)):
            projects[number] = (*projects.get(number, ()), (project, lead))
        return {
            row.object_id: self._answer(row.responsible, projects.get(row.object_id, ()))
            for row in rows
        }

    def answer(self, responsible: int | None, links: str | None) -> Answer:
        """Return who answers for a thing whose projects are read as `links_column` gives them."""
        key = responsible, links
        known = self._linked.get(key)
        if known is None:
            read = sorted(divmod(int(word), 2) for word in links.split()) if links else ()
            projects = tuple((project, bool(lead)) for project, lead in read)
            known = self._linked[key] = self._answer(responsible, projects)
        return known

    def _answer(self, responsible: int | None, projects: tuple[tuple[int, bool], ...]) -> Answer:
        key = responsible, projects
        if key not in self._known:
            of_it = tuple(self._membership(project, lead) for project, lead in projects)
            person = self.by_id.get(responsible) if responsible else None
            self._known[key] = of_it, assign(person, of_it, self.duty)
        return self._known[key]

    def _membership(self, project: int, lead: bool) -> Membership:
        row = self._projects[project]
        manager = self.by_id.get(row.manager)
        return Membership(project, row.name, lead, manager, row.active, row.trackers)
