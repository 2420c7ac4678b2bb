"""How what a run found meets what the registry knows. Pure.

A person's value is never overwritten: a different one is filed as a contradiction; so is what a paper
says against what was seen. What a run could not find out clears nothing. The use and the state stay as last known when a look ends in unknown;
the verdict does not, so that no proposal to switch off outlives a look that could not support it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct, structs

from scanner.assets import Advice, Confidence, Ownership, Use
from scanner.registry.objects import Incoming, RegistryObject
from scanner.registry.words import DEFAULT_TYPES, Lifecycle, Origin

_OBSERVED = (
    "display_name", "provider", "registrar", "account", "paid_until", "auto_renew", "cost",
)  # fmt: skip
ENDING = frozenset({Advice.SWITCH_OFF, Advice.LET_EXPIRE})
"""Proposals to end a thing."""
_NO_CONTRADICTION = {
    Ownership.CONFIRMED: {Ownership.CONFIRMED, Ownership.LIKELY, Ownership.POSSIBLE},
    Ownership.FOREIGN: {Ownership.FOREIGN, Ownership.POSSIBLE},
}
"""What the machine may think beside a person's word: less certainty contradicts nobody."""


class Merged(Struct, frozen=True):
    """An object after a run, and what became of the values the run offered."""

    thing: RegistryObject
    changed: tuple[str, ...]
    """Fields with a new value."""
    agreed: tuple[str, ...]
    """Fields of a person's that the run does not contradict."""
    contradicted: dict[str, Any]
    """Fields of a person's with the different value the run offered."""


def new_object(client: str, incoming: Incoming, run: str, at: datetime) -> RegistryObject:
    """Return an object just met, still without values; its id is given by the database."""
    return RegistryObject(
        id=0,
        client=client,
        asset=incoming.asset,
        type=incoming.type or DEFAULT_TYPES[incoming.asset.kind],
        lifecycle=Lifecycle.DISCOVERED,
        first_seen_at=at,
        last_seen_at=at,
        last_run=run,
    )


def merge(thing: RegistryObject, incoming: Incoming, run: str, at: datetime) -> Merged:
    """Return the object after the run. A run older than the last one seen changes nothing."""
    if at < thing.last_seen_at:
        return Merged(thing, (), (), {})
    values: dict[str, Any] = {}
    origins = dict(thing.origins)
    agreed: list[str] = []
    contradicted: dict[str, Any] = {}
    for field, value, origin in _offers(thing, incoming):
        if field == "state" and "use" in contradicted:
            continue  # a state means a use, and the person denies that one
        current = getattr(thing, field)
        if origin is Origin.DECLARED and origins.get(field) is Origin.OBSERVED:
            # What was seen once outranks a paper, also in a run that could not see it again.
            if _contradicts(current, value):
                contradicted[field] = value
            else:
                agreed.append(field)
        elif origins.get(field) is not Origin.CONFIRMED:
            origins[field] = origin
            if current != value:
                values[field] = value
        elif _contradicts(current, value):
            contradicted[field] = value
        else:
            agreed.append(field)
    denied = bool({"use", "state"} & contradicted.keys())
    if denied and _outlives(thing, incoming):
        values |= {"verdict": Advice.ASK, "confidence": Confidence.WEAK}
    if incoming.advice is not None and not denied:
        # A verdict that rests on a use the person denies is not offered at all.
        if origins.get("verdict") is not Origin.CONFIRMED:
            origins["verdict"] = Origin.INFERRED
            values |= {"verdict": incoming.advice, "confidence": incoming.confidence}
        elif incoming.advice is not thing.verdict:
            contradicted["verdict"] = incoming.advice
        else:
            agreed.append("verdict")
    dated = incoming.paid_until is not None and "paid_until" not in incoming.declared
    facts = {name: value for name, value in incoming.facts.items() if value is not None}
    after = structs.replace(
        thing,
        **values,
        origins=origins,
        hosts=tuple(sorted(set(incoming.hosts))) or thing.hosts,
        facts={**thing.facts, **facts},
        last_seen_at=at,
        last_run=run,
        dated_at=at if dated else thing.dated_at,
    )
    changed = tuple(field for field in values if getattr(thing, field) != getattr(after, field))
    return Merged(after, changed, tuple(agreed), contradicted)


def unsupported(thing: RegistryObject) -> Merged | None:
    """Return a thing with its proposal to end it taken back, or None where there is none of ours.

    For what a run did not find although it looked where it used to be.
    """
    if thing.verdict not in ENDING or thing.origins.get("verdict") is Origin.CONFIRMED:
        return None
    after = structs.replace(thing, verdict=Advice.ASK, confidence=Confidence.WEAK)
    return Merged(after, ("verdict", "confidence"), (), {})


def _offers(thing: RegistryObject, incoming: Incoming) -> Iterator[tuple[str, Any, Origin]]:
    for field in _OBSERVED:
        value = getattr(incoming, field)
        if value is not None and value != "":
            declared = field in incoming.declared
            yield field, value, Origin.DECLARED if declared else Origin.OBSERVED
    if incoming.ownership is not None:
        yield "ownership", incoming.ownership, Origin.INFERRED
    nothing_learnt = incoming.use is Use.UNKNOWN and thing.use not in (None, Use.UNKNOWN)
    if incoming.use is not None and not nothing_learnt:
        yield "use", incoming.use, Origin.INFERRED
        if incoming.state:
            yield "state", incoming.state, Origin.INFERRED


def _outlives(thing: RegistryObject, incoming: Incoming) -> bool:
    """Say whether a proposal of ours to end the thing has lost the look that it rested on."""
    ours = thing.origins.get("verdict") is not Origin.CONFIRMED
    return ours and thing.verdict in ENDING and incoming.advice not in ENDING


def _contradicts(said: Any, seen: Any) -> bool:
    if isinstance(said, Ownership):
        return seen not in _NO_CONTRADICTION.get(said, set(Ownership))
    return bool(said != seen)
