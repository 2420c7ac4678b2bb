"""Types of objects that the agency added to ours."""

from __future__ import annotations

import re

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select

from scanner.registry.party_changes import By, record_party_change
from scanner.registry.party_rows import OWN_TYPE
from scanner.registry.refused import Refused
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
        raise Refused("no_code", value=repr(own.code[:80]))
    if own.code in ObjectType.__members__.values():
        raise Refused("type_there", type=own.code)
    if not own.ru.strip() or not own.en.strip():
        raise Refused("type_words")
    for one in own_types(connection):
        if one.code == own.code:
            raise Refused("type_there", type=own.code)
        if {one.ru.casefold(), one.en.casefold()} & {own.ru.casefold(), own.en.casefold()}:
            raise Refused("type_called", type=one.code)
    connection.execute(insert(OWN_TYPE).values(code=own.code, ru=own.ru, en=own.en))
    record_party_change(connection, f"type:{own.code}", "words", None, f"{own.ru}; {own.en}", by)


def take_type_away(connection: Connection, code: str, by: By) -> None:
    """Take back a type that no object has; ValueError where one has it."""
    if connection.scalar(select(OBJECT.c.id).where(OBJECT.c.type == code).limit(1)) is not None:
        raise Refused("type_in_use", type=code)
    known = {one.code: one for one in own_types(connection)}
    if code in known:
        connection.execute(delete(OWN_TYPE).where(OWN_TYPE.c.code == code))
        said = f"{known[code].ru}; {known[code].en}"
        record_party_change(connection, f"type:{code}", "words", said, None, by)
