"""How a probe is declared: one decorated async function in one file."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from msgspec import Struct

from probes.kit.net import Net
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Target

T = TypeVar("T", bound=Target)
F = TypeVar("F")


class Reach(StrEnum):
    """How loudly a probe looks; what is only possibly the client's is looked at passively."""

    PUBLIC = "public"  # public records: DNS, WHOIS, RDAP, certificate logs
    VISIT = "visit"  # one ordinary visit, as any reader or mail server makes
    SEARCH = "search"  # many questions: only where it is confirmed whose the target is


class Probe(Struct, Generic[T, F], frozen=True):
    """A named way of looking at one kind of target."""

    name: str
    about: str
    looks_at: type[Any]
    brings: type[Any]
    reach: Reach
    patience: timedelta
    """The wall-clock deadline of one look; when it strikes, the outcome is Unknown(timeout)."""
    look: Callable[[T, Net], Awaitable[Seen[F] | Absent | Unknown]]


def probe(
    *, reach: Reach, patience: timedelta
) -> Callable[[Callable[[T, Net], Awaitable[Seen[F] | Absent | Unknown]]], Probe[T, F]]:
    """Turn an async function into a Probe: its name, docstring and types are the declaration."""

    def declare(look: Callable[[T, Net], Awaitable[Seen[F] | Absent | Unknown]]) -> Probe[T, F]:
        hints = typing.get_type_hints(look)
        first = next(iter(inspect.signature(look).parameters))
        seen = next(a for a in typing.get_args(hints["return"]) if typing.get_origin(a) is Seen)
        if not look.__doc__:
            raise TypeError(f"probe {look.__name__} has no docstring")
        return Probe(
            name=look.__name__,
            about=look.__doc__.splitlines()[0],
            looks_at=hints[first],
            brings=typing.get_args(seen)[0],
            reach=reach,
            patience=patience,
            look=look,
        )

    return declare
