"""Projects of clients, and which objects belong to them: many to many, with one lead for each object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select, update

from scanner.registry.party_changes import By, record_party_change
from scanner.registry.party_rows import PERSON, PROJECT, PROJECT_OBJECT
from scanner.registry.people import TRACKERS, person_called, with_tracker, yes_or_no
from scanner.registry.refused import Refused

BETWEEN = ";"
"""What stands between the names of an object's projects, the lead first."""
_LONGEST_NAME = 200
_AT_ONCE = 500


class Project(Struct, frozen=True):
    """A project of a client."""

    id: int
    client: str
    name: str
    manager: int | None
    manager_name: str | None
    trackers: Mapping[str, str]
    """Its group or project in each task manager."""
    active: bool


def projects(
    connection: Connection, client: str | None = None, *, manager: int | None = None
) -> tuple[Project, ...]:
    """Return projects by client and name."""
    query = _query().order_by(PROJECT.c.client, PROJECT.c.name)
    if client is not None:
        query = query.where(PROJECT.c.client == client)
    if manager is not None:
        query = query.where(PROJECT.c.manager == manager)
    return tuple(Project(*row) for row in connection.execute(query))


def project_called(connection: Connection, client: str, name: str) -> Project:
    """Return a client's project by its name; LookupError says which there are."""
    known = projects(connection, client)
    text = " ".join(name.split())
    for one in known:
        if one.name == text:
            return one
    alike = [one for one in known if one.name.casefold() == text.casefold()]
    if len(alike) == 1:
        return alike[0]
    names = ", ".join(one.name for one in known[:20]) or "none yet"
    raise Refused("no_project", client=client, name=repr(text[:80]), known=names)


def add_project(
    connection: Connection, client: str, name: str, manager: int | None, by: By
) -> Project:
    """Add a project to a client that exists; ValueError where it has one of that name."""
    called = _name(name)
    if any(one.name.casefold() == called.casefold() for one in projects(connection, client)):
        raise Refused("project_there", client=client, name=repr(called))
    row: dict[str, Any] = {"client": client, "name": called, "manager": manager}
    row |= {"trackers": {}, "active": True}
    number = connection.scalar(insert(PROJECT).values(**row, since=by.at).returning(PROJECT.c.id))
    assert number is not None
    made = next(one for one in projects(connection, client) if one.id == number)
    said = {"active": "yes", "name": called, "manager": made.manager_name}
    for field, value in said.items():
        if value is not None:
            record_party_change(connection, f"project:{number}", field, None, value, by)
    return made


def set_project(
    connection: Connection, project: Project, field: str, value: str | None, by: By
) -> tuple[str | None, str | None]:
    """Set `name`, `manager`, `active` or `trackers.<name>`; return the text before and after."""
    before, after, columns = _set(connection, project, field, value)
    if before != after:
        connection.execute(update(PROJECT).where(PROJECT.c.id == project.id).values(**columns))
        record_party_change(connection, f"project:{project.id}", field, before, after, by)
    return before, after


def _set(
    connection: Connection, project: Project, field: str, value: str | None
) -> tuple[str | None, str | None, dict[str, Any]]:
    if field == "name":
        called = _name(value or "")
        others = (one for one in projects(connection, project.client) if one.id != project.id)
        if any(one.name.casefold() == called.casefold() for one in others):
            raise Refused("project_there", client=project.client, name=repr(called))
        return project.name, called, {"name": called}
    if field == "manager":
        person = person_called(connection, value) if value else None
        if person and not person.active:
            raise Refused("has_left", name=person.name)
        columns = {"manager": person.id if person else None}
        return project.manager_name, person.name if person else None, columns
    if field == "active":
        active = yes_or_no(field, value)
        return "yes" if project.active else "no", value, {"active": active}
    if field.startswith(TRACKERS) and field != TRACKERS:
        trackers, before = with_tracker(project.trackers, field, value)
        return before, value or None, {"trackers": trackers}
    raise Refused(
        "no_field_of", field=repr(field), choices=("name", "manager", "active", f"{TRACKERS}NAME")
    )


def projects_of(
    connection: Connection, object_ids: Sequence[int]
) -> dict[int, tuple[tuple[int, str], ...]]:
    """Return number and name of the projects of each object, the lead first, then by name."""
    found: dict[int, tuple[tuple[int, str], ...]] = {}
    link = PROJECT_OBJECT.c
    for start in range(0, len(object_ids), _AT_ONCE):
        query = (
            select(link.object_id, link.project_id, PROJECT.c.name)
            .join(PROJECT, PROJECT.c.id == link.project_id)
            .where(link.object_id.in_(object_ids[start : start + _AT_ONCE]))
            .order_by(link.object_id, link.lead.desc(), PROJECT.c.name)
        )
        for object_id, project_id, name in connection.execute(query):
            found[object_id] = (*found.get(object_id, ()), (project_id, name))
    return found


def write_links(connection: Connection, object_id: int, projects: Sequence[int]) -> None:
    """Let an object belong to exactly these projects, of which the first leads."""
    link = PROJECT_OBJECT.c
    connection.execute(delete(PROJECT_OBJECT).where(link.object_id == object_id))
    if projects:
        connection.execute(
            insert(PROJECT_OBJECT),
            [
                {"object_id": object_id, "project_id": one, "lead": place == 0}
                for place, one in enumerate(dict.fromkeys(projects))
            ],
        )


def names_as_text(names: Iterable[str]) -> str | None:
    """Return the names of an object's projects as history and tables write them."""
    return f"{BETWEEN} ".join(names) or None


def names_in_text(text: str) -> tuple[str, ...]:
    """Read names of projects as `names_as_text` writes them."""
    pieces = (" ".join(piece.split()) for piece in text.split(BETWEEN))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))


def _query() -> Any:
    project = PROJECT.c
    return select(
        project.id, project.client, project.name, project.manager,
        PERSON.c.name.label("manager_name"), project.trackers, project.active,
    ).join(PERSON, PERSON.c.id == project.manager, isouter=True)  # fmt: skip


def _name(name: str) -> str:
    called = " ".join(name.split())
    if not called or len(called) > _LONGEST_NAME or BETWEEN in called:
        raise Refused(
            "no_project_name", name=repr(name[:80]), most=_LONGEST_NAME, mark=BETWEEN.strip()
        )
    return called
