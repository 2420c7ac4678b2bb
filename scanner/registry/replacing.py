"""Which object took another's place: of the same client, and never in a circle."""

from __future__ import annotations

from sqlalchemy import Connection, select

from scanner.assets import Asset
from scanner.registry.objects import RegistryObject
from scanner.registry.refused import Refused
from scanner.registry.rows import OBJECT

_LONGEST = 100
"""Replacements in a row that are followed."""


def replacement_of(connection: Connection, thing: RegistryObject, text: str) -> int:
    """Return the number of the object that a person names by its number or as `kind:key`.

    ValueError, with the reason, where it cannot have taken the thing's place.
    """
    said = text.strip()
    number = _number(connection, thing.client, said)
    refuse_circle(connection, thing.id, number)
    return number


def refuse_circle(connection: Connection, thing: int, number: int) -> None:
    """Raise ValueError where the thing itself stands, sooner or later, in the place of the other."""
    at = OBJECT.c
    later: int | None = number
    for _ in range(_LONGEST):
        if later == thing:
            raise Refused("own_place")
        if later is None:
            return
        later = connection.scalar(select(at.replaced_by).where(at.id == later))
    raise Refused("long_chain", most=_LONGEST)


def _number(connection: Connection, client: str, said: str) -> int:
    at = OBJECT.c
    query = select(at.id).where(at.client == client)
    if said.isascii() and said.isdigit() and len(said) < 10:
        found = connection.scalar(query.where(at.id == int(said)))
    else:
        asset = Asset.parse(said)
        found = connection.scalar(query.where(at.kind == asset.kind, at.key == asset.key))
    if found is None:
        raise Refused("no_successor", client=client, name=said[:80])
    return int(found)
