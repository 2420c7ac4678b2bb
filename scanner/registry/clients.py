"""Clients: whose estates are looked after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, insert, select, update

from scanner.registry.objects import Client
from scanner.registry.party_changes import By, record_party_change
from scanner.registry.refused import Refused
from scanner.registry.rows import CLIENT

_LISTS = ("org", "brands", "inns")


def client_by_slug(connection: Connection, slug: str) -> Client | None:
    """Return a client; None when nobody has named it yet."""
    row = connection.execute(select(CLIENT).where(CLIENT.c.slug == slug)).first()
    return None if row is None else _to_client(row)


def all_clients(connection: Connection) -> tuple[Client, ...]:
    """Return all clients by slug."""
    rows = connection.execute(select(CLIENT).order_by(CLIENT.c.slug))
    return tuple(_to_client(row) for row in rows)


def ensure(connection: Connection, client: Client, at: datetime) -> Client:
    """Add a client, or add new names to the one of that slug; return what is known now."""
    before = client_by_slug(connection, client.slug)
    merged = client if before is None else _merged(before, client)
    merged = structs.replace(merged, name=merged.name or merged.slug)
    if before is None:
        connection.execute(insert(CLIENT).values(**_columns(merged), since=at))
    elif merged != before:
        row = update(CLIENT).where(CLIENT.c.slug == client.slug)
        connection.execute(row.values(**_columns(merged)))
    return merged


def add_client(connection: Connection, client: Client, by: By) -> Client:
    """Add a client by a person's hand; ValueError where there is one of that slug."""
    if client_by_slug(connection, client.slug) is not None:
        raise Refused("client_there", client=client.slug)
    added = ensure(connection, client, by.at)
    record_party_change(connection, f"client:{client.slug}", "name", None, added.name, by)
    return added


def set_client(
    connection: Connection, client: Client, field: str, value: str | None, by: By
) -> tuple[str | None, str | None]:
    """Set `name`, or one of the lists `org`, `brands`, `inns` (with `;` between); return before and after."""
    if field == "name":
        if not (value or "").strip():
            raise Refused("empty", field="name")
        after: Any = " ".join((value or "").split())
    elif field in _LISTS:
        pieces = (" ".join(piece.split()) for piece in (value or "").split(";"))
        after = tuple(dict.fromkeys(piece for piece in pieces if piece))
    else:
        raise Refused("no_field_of", field=repr(field), choices=("name", *_LISTS))
    before = getattr(client, field)
    said = _text(before), _text(after)
    if before != after:
        changed = structs.replace(client, **{field: after})
        row = update(CLIENT).where(CLIENT.c.slug == client.slug)
        connection.execute(row.values(**_columns(changed)))
        record_party_change(connection, f"client:{client.slug}", field, *said, by)
    return said


def _text(value: str | tuple[str, ...]) -> str | None:
    return value or None if isinstance(value, str) else "; ".join(value) or None


def _columns(client: Client) -> dict[str, Any]:
    return {
        "slug": client.slug,
        "name": client.name,
        **{field: list(getattr(client, field)) for field in _LISTS},
    }


def _to_client(row: Any) -> Client:
    return Client(row.slug, row.name, tuple(row.org), tuple(row.brands), tuple(row.inns))


def _merged(known: Client, said: Client) -> Client:
    """Add names; how he is called stays, unless that was his short name alone."""
    return Client(
        slug=known.slug,
        name=known.name if known.name not in ("", known.slug) else said.name or known.name,
        org=tuple(dict.fromkeys(known.org + said.org)),
        brands=tuple(dict.fromkeys(known.brands + said.brands)),
        inns=tuple(dict.fromkeys(known.inns + said.inns)),
    )
