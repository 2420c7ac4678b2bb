"""An object's fields: which there are, how they read as text, how they lie in a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row

from scanner.assets import STATES, Advice, Asset, Kind, Money, Ownership, Price, Use
from scanner.registry.objects import RegistryObject
from scanner.registry.words import Decision, Lifecycle, ObjectType, Origin

FIELDS: Mapping[str, Any] = {
    "type": ObjectType,
    "lifecycle": Lifecycle,
    "decision": Decision,
    "name": str,
    "display_name": str,
    "provider": str,
    "registrar": str,
    "paid_until": date,
    "auto_renew": bool,
    "cost": Price,
    "ownership": Ownership,
    "use": Use,
    "state": str,
    "verdict": Advice,
}
"""What a person can set, with the type of its values."""

_ALWAYS = ("type", "lifecycle")
_YES_NO = {"yes": True, "no": False}
_SAME: tuple[str, ...] = (
    "client",
    "type",
    "lifecycle",
    "decision",
    "name",
    "display_name",
    "provider",
    "registrar",
    "paid_until",
    "auto_renew",
    "ownership",
    "use",
    "state",
    "verdict",
    "confidence",
    "first_seen_at",
    "last_seen_at",
    "last_run",
)
"""Fields that lie in a column of their own name and need no translation."""


def read_value(kind: Kind, field: str, value: Any) -> Any:
    """Return a value of the field's type, reading text as a person types it.

    None withdraws what a person said before. Raises ValueError, with the reason, for the rest.
    """
    if field not in FIELDS:
        raise ValueError(f"there is no field {field!r}; there are {', '.join(FIELDS)}")
    if value is None:
        if field in _ALWAYS:
            raise ValueError(f"{field} cannot be empty")
        return None
    if FIELDS[field] is bool:
        value = _YES_NO.get(value, value)
    try:
        read = msgspec.convert(value, FIELDS[field], strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"{field} cannot be {value!r}: {error}") from error
    if field == "state" and read not in STATES[kind]:
        raise ValueError(f"a {kind} is never {read!r}; it is one of {', '.join(STATES[kind])}")
    return read


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


def to_object(row: Row[Any]) -> RegistryObject:
    """Read a row of the object table."""
    found = row._mapping
    cost = None
    if found["cost_amount"] is not None:
        cost = Price(Money(found["cost_amount"], found["cost_currency"]), found["cost_months"])
    return RegistryObject(
        id=found["id"],
        asset=Asset(found["kind"], found["key"]),
        cost=cost,
        hosts=tuple(found["hosts"]),
        facts=found["facts"],
        origins={field: Origin(origin) for field, origin in found["origins"].items()},
        **{name: found[name] for name in _SAME},
    )


def to_row(thing: RegistryObject) -> dict[str, Any]:
    """Return all columns of an object but its id."""
    cost = thing.cost
    return {
        "kind": thing.asset.kind,
        "key": thing.asset.key,
        "cost_amount": cost and cost.money.amount,
        "cost_currency": cost and cost.money.currency,
        "cost_months": cost and cost.period_months,
        "hosts": list(thing.hosts),
        "facts": dict(thing.facts),
        "origins": dict(thing.origins),
        **{name: getattr(thing, name) for name in _SAME},
    }
