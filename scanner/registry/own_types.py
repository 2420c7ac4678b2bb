"""Types of objects that the agency added to ours."""

from __future__ import annotations

import re

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select

from scanner.registry.party_changes import By, record_party_change
from scanner.registry.party_rows import OWN_TYPE
from scanner.registry.rows import OBJECT
from scanner.registry.words import ObjectType

_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}", re.ASCII)


class OwnType(Struct, frozen=True):
    """A type of the agency's own."""

    code: str
    ru: str
    en: str


def own_types(connection: Connection) -> tuple[OwnType, ...]:
    """Return them by code."""
    rows = connection.execute(select(OWN_TYPE).order_by(OWN_TYPE.c.code))
    return tuple(OwnType(row.code, row.ru, row.en) for row in rows)


def add_type(connection: Connection, own: OwnType, by: By) -> None:
    """Add a type; ValueError for a code or a word that is taken or cannot be one."""
    if not _CODE.fullmatch(own.code):
        raise ValueError(f"{own.code[:80]!r} is no code: small letters, digits and _, like vpn")
    if own.code in ObjectType.__members__.values():
        raise ValueError(f"{own.code} is one of ours already")
    if not own.ru.strip() or not own.en.strip():
        raise ValueError("a type needs its word in Russian and in English")
    for one in own_types(connection):
        if one.code == own.code:
            raise ValueError(f"there is a type {own.code} already")
        if {one.ru.casefold(), one.en.casefold()} & {own.ru.casefold(), own.en.casefold()}:
            raise ValueError(f"type {one.code} is called so already")
    connection.execute(insert(OWN_TYPE).values(code=own.code, ru=own.ru, en=own.en))
    record_party_change(connection, f"type:{own.code}", "words", None, f"{own.ru}; {own.en}", by)


def take_type_away(connection: Connection, code: str, by: By) -> None:
    """Take back a type that no object has; ValueError where one has it."""
    if connection.scalar(select(OBJECT.c.id).where(OBJECT.c.type == code).limit(1)) is not None:
        raise ValueError(f"there are objects of the type {code}")
    known = {one.code: one for one in own_types(connection)}
    if code in known:
        connection.execute(delete(OWN_TYPE).where(OWN_TYPE.c.code == code))
        said = f"{known[code].ru}; {known[code].en}"
        record_party_change(connection, f"type:{code}", "words", said, None, by)
