"""Accounts at providers: whose they are, who can get in, and what hangs on each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, select

from scanner.assets import Kind
from scanner.registry.rows import OBJECT
from scanner.registry.words import GONE, Access, Holder


class Account(Struct, frozen=True):
    """A login at a provider."""

    id: int
    client: str
    key: str
    """`<provider>/<login>`, what other objects name it by."""
    name: str
    holder: Holder
    """As a person says, else as papers and looks tell."""
    access: Access
    secret_ref: str | None
    """Where its password is kept."""
    hanging: tuple[tuple[int, str, str], ...]
    """Number, kind and name of what is held in it."""


_URGENCY = (Holder.EX_EMPLOYEE, Holder.UNKNOWN, Holder.AGENCY, Holder.CLIENT)


def accounts(connection: Connection, clients: Sequence[str] | None = None) -> tuple[Account, ...]:
    """Return the accounts that live: those of people who have left first, then by what hangs on them."""
    thing = OBJECT.c
    query = select(
        thing.id, thing.client, thing.key, thing.name, thing.display_name, thing.holder, thing.state,
        thing.access, thing.secret_ref, thing.facts,
    ).where(thing.kind == Kind.ACCOUNT, thing.lifecycle.not_in(GONE))  # fmt: skip
    if clients is not None:
        query = query.where(thing.client.in_(clients))
    hanging = _hanging(connection, clients)
    found = [_account(row, hanging) for row in connection.execute(query)]
    return tuple(
        sorted(
            found,
            key=lambda one: (_URGENCY.index(one.holder), -len(one.hanging), one.client, one.key),
        )
    )


def _account(row: Any, hanging: dict[tuple[str, str], list[tuple[int, str, str]]]) -> Account:
    holder = row.holder
    if holder is None and row.facts.get("holder_left"):
        holder = Holder.EX_EMPLOYEE
    if holder is None:
        known = row.state in Holder.__members__.values()
        holder = Holder(row.state) if known else Holder.UNKNOWN
    return Account(
        row.id,
        row.client,
        row.key,
        row.name or row.display_name or row.key,
        holder,
        row.access or Access.UNKNOWN,
        row.secret_ref,
        tuple(hanging.get((row.client, row.key), ())),
    )


def _hanging(
    connection: Connection, clients: Sequence[str] | None
) -> dict[tuple[str, str], list[tuple[int, str, str]]]:
    thing = OBJECT.c
    query = (
        select(
            thing.id, thing.client, thing.account, thing.kind, thing.key, thing.name,
            thing.display_name,
        )
        .where(thing.account.is_not(None), thing.lifecycle.not_in(GONE))
        .order_by(thing.kind, thing.key)
    )  # fmt: skip
    if clients is not None:
        query = query.where(thing.client.in_(clients))
    found: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
    for id_, client, account, kind, key, name, shown in connection.execute(query):
        found.setdefault((client, account), []).append((id_, str(kind), name or shown or key))
    return found
