"""An object's fields: which there are, how they read as text, how they lie in a row."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import Row

from scanner.assets import STATES, Advice, Asset, Kind, Money, Ownership, Price, Use
from scanner.database.columns import storable
from scanner.intake.cells import read_amount, read_period
from scanner.registry.objects import RegistryObject
from scanner.registry.refused import Refused
from scanner.registry.words import (
    Access,
    Decision,
    Holder,
    Lifecycle,
    ObjectType,
    Origin,
)
from scanner.renewals.anchors import Anchor

Months = Annotated[int, Meta(ge=1, le=1_200)]

FIELDS: Mapping[str, Any] = {
    "type": str,
    "lifecycle": Lifecycle,
    "decision": Decision,
    "name": str,
    "display_name": str,
    "provider": str,
    "registrar": str,
    "account": str,
    "responsible": int,
    "paid_until": date,
    "period_months": Months,
    "auto_renew": bool,
    "cost": Price,
    "one_off": Money,
    "renew_from": date,
    "cheap_until": date,
    "decide_by": date,
    "service_stops": date,
    "grace_until": date,
    "lost_at": date,
    "anchor": Anchor,
    "holder": Holder,
    "access": Access,
    "secret_ref": str,
    "notes": str,
    "replaced_by": int,
    "ownership": Ownership,
    "use": Use,
    "state": str,
    "verdict": Advice,
}
"""What a person can set, with the type of its values; beside them stand `custom.<name>`."""
CUSTOM = "custom."
LONGEST_NAME = 60
"""Characters of the name of a field of one's own."""
LONGEST_VALUE = 32_000
"""Characters of a text; what a cell of a workbook can hold."""

_EXACT = re.compile(r"(\d{1,18}(?:\.\d{1,12})?) ([A-Z]{3})/([1-9]\d{0,3})", re.ASCII)
"""A price as history and exports write it."""
_SUM = re.compile(r"(\d{1,18}(?:\.\d{1,12})?) ([A-Z]{3})", re.ASCII)
"""A sum as they write it."""
_ALWAYS = ("type", "lifecycle")
_YES_NO = {"yes": True, "no": False}
_SAME: tuple[str, ...] = (
    "client",
    *(field for field in FIELDS if field not in ("cost", "one_off")),
    "confidence",
    "licence_key_tail",
    "dated_at",
    "first_seen_at",
    "last_seen_at",
    "last_run",
)
"""Fields that lie in a column of their own name and need no translation."""


def read_value(kind: Kind, field: str, value: Any, own_types: Collection[str] = ()) -> Any:
    """Return a value of the field's type, reading text as a person types it.

    None withdraws what a person said before. Raises ValueError, with the reason, for the rest.
    `own_types` are the codes of the agency's own types of objects.
    """
    if field.startswith(CUSTOM):
        return _own_value(field, value)
    if field not in FIELDS:
        raise Refused("no_field", field=_shown(field), choices=FIELDS)
    if value is None:
        if field in _ALWAYS:
            raise Refused("empty", field=field)
        return None
    if FIELDS[field] is bool:
        value = _YES_NO.get(value, value)
    if FIELDS[field] is Price and isinstance(value, str):
        return read_price(value)
    if FIELDS[field] is Money and isinstance(value, str):
        return read_sum(value)
    try:
        read = msgspec.convert(value, FIELDS[field], strict=False)
    except msgspec.ValidationError as error:
        raise _no_such_value(field, value) from error
    if field == "state" and read not in STATES[kind]:
        raise Refused("no_state", kind=kind, value=_shown(read), choices=STATES[kind])
    if field == "type":
        return type_of(read, own_types)
    if isinstance(read, str) and FIELDS[field] is str:
        return _text(field, read)
    return read


def type_of(code: str, own_types: Collection[str] = ()) -> str:
    """Return a type of object by its code; raise ValueError, saying which there are."""
    if code in ObjectType.__members__.values():
        return ObjectType(code)
    if code in own_types:
        return code
    raise Refused("no_type", value=_shown(code), choices=[*ObjectType, *sorted(own_types)])


def read_price(text: str, months: int | None = None, currency: str = "") -> Price:
    """Read `1200 RUB/12`, `1 990,00 ₽ в год`, `150 руб./мес.`; raise ValueError for what is no price.

    `months` and `currency` are meant where the text names none.
    """
    if exact := exact_price(text):
        return exact
    head, slash, tail = text.strip().partition("/")
    if slash and tail.strip().isdigit() and 1 <= int(tail.strip()[:5]) <= 1_200:
        head, months, text = head.strip(), int(tail.strip()), head.strip()
    found = read_amount(text)
    if found is None and (spelt := _with_period(text)):
        found, months = spelt
    if found is None:
        raise Refused("no_price", value=_shown(text))
    months, currency = found.period_months or months, found.currency or currency
    if not currency:
        raise Refused("price_currency", value=_shown(text))
    if months is None:
        raise Refused("price_months", value=_shown(text))
    if found.value < 0:
        raise Refused("price_negative", value=_shown(text))
    return Price(Money(found.value, currency), months)


def exact_price(text: str) -> Price | None:
    """Read a price as history writes it, `1200.00 RUB/12`; None for any other text."""
    found = _EXACT.fullmatch(text.strip())
    return Price(Money(Decimal(found[1]), found[2]), int(found[3])) if found else None


def read_sum(text: str, currency: str = "") -> Money:
    """Read `1500 RUB`, `1 500,00 ₽`, what is paid once; raise ValueError for what is no sum.

    `currency` is meant where the text names none.
    """
    if said := _SUM.fullmatch(text.strip()):
        return Money(Decimal(said[1]), said[2])
    found = read_amount(text)
    if found is None or found.period_months is not None:
        raise Refused("no_sum", value=_shown(text))
    if not (found.currency or currency):
        raise Refused("sum_currency", value=_shown(text))
    if found.value < 0:
        raise Refused("price_negative", value=_shown(text))
    return Money(found.value, found.currency or currency)


def _with_period(text: str) -> Any:
    """Read `1 990 ₽ в год`: the words after the amount may be a term."""
    for mark in (" в ", " за ", " per ", " a "):
        head, found, tail = text.partition(mark)
        if found and (amount := read_amount(head)) and (months := read_period(tail)):
            return amount, months
    return None


def _own_value(field: str, value: Any) -> str | None:
    name = field.removeprefix(CUSTOM)
    if not name.strip() or name != name.strip() or len(name) > LONGEST_NAME:
        raise Refused("own_field", name=_shown(name), most=LONGEST_NAME)
    return None if value is None else _text(field, str(value))


def _text(field: str, text: str) -> str | None:
    if len(text) > LONGEST_VALUE:
        raise Refused("too_long", field=field, most=LONGEST_VALUE)
    # One way to end a line, and nothing that a database cannot hold: what is read back is the same.
    return storable(text.replace("\r\n", "\n").replace("\r", "\n")) or None


def _no_such_value(field: str, value: Any) -> Refused:
    """Return why a value is none of its field's type, and what would be."""
    wanted, shown = FIELDS[field], _shown(value)
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return Refused("no_choice", field=field, value=shown, choices=wanted)
    code = {date: "no_day", bool: "no_yes_no"}.get(wanted, "no_number")
    return Refused(code, field=field, value=shown)


def _shown(value: Any) -> str:
    return repr(value if not isinstance(value, str) else value[:80])


def as_text(value: Any) -> str | None:
    """Return a field's value as history writes it: codes, ISO dates, `yes`, `1200.00 RUB/12`."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
    return str(value)


def value_of(thing: RegistryObject, field: str) -> Any:
    """Return the value of a field, `custom.NAME` among them; None where it has none."""
    if field.startswith(CUSTOM):
        return thing.custom.get(field.removeprefix(CUSTOM))
    return getattr(thing, field)


def with_values(
    thing: RegistryObject, values: Mapping[str, Any], origins: Mapping[str, Origin]
) -> RegistryObject:
    """Return the object with other values, `custom.NAME` among them."""
    own = {
        field.removeprefix(CUSTOM): value
        for field, value in values.items()
        if field.startswith(CUSTOM)
    }
    custom = {name: value for name, value in {**thing.custom, **own}.items() if value is not None}
    plain = {field: value for field, value in values.items() if not field.startswith(CUSTOM)}
    return msgspec.structs.replace(thing, **plain, custom=custom, origins=dict(origins))


def to_object(row: Row[Any]) -> RegistryObject:
    """Read a row of the object table."""
    found = row._mapping
    cost = None
    if found["cost_amount"] is not None:
        cost = Price(Money(found["cost_amount"], found["cost_currency"]), found["cost_months"])
    one_off = None
    if found["one_off_amount"] is not None:
        one_off = Money(found["one_off_amount"], found["one_off_currency"])
    return RegistryObject(
        id=found["id"],
        asset=Asset(found["kind"], found["key"]),
        cost=cost,
        one_off=one_off,
        hosts=tuple(found["hosts"]),
        facts=found["facts"],
        custom=found["custom"],
        version=found["version"],
        origins={field: Origin(origin) for field, origin in found["origins"].items()},
        **{name: found[name] for name in _SAME},
    )


def to_row(thing: RegistryObject) -> dict[str, Any]:
    """Return all columns of an object but its id and its licence key."""
    cost = thing.cost
    return {
        "kind": thing.asset.kind,
        "key": thing.asset.key,
        "cost_amount": cost and cost.money.amount,
        "cost_currency": cost and cost.money.currency,
        "cost_months": cost and cost.period_months,
        "one_off_amount": thing.one_off and thing.one_off.amount,
        "one_off_currency": thing.one_off and thing.one_off.currency,
        "hosts": list(thing.hosts),
        "facts": dict(thing.facts),
        "custom": dict(thing.custom),
        "version": thing.version,
        "origins": dict(thing.origins),
        **{name: getattr(thing, name) for name in _SAME},
    }
