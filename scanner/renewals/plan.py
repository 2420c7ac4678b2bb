"""What is to be told today of one matter, where, and why. Pure: the same day twice gives the same plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from scanner.assets import Kind
from scanner.renewals.matter import Matter, Place
from scanner.renewals.reminders import telling

UPDATE = "update"
RECHECK = "recheck"
CLOSE = "close"
DONE = "done"
GONE = "gone"


class Effect(Struct, frozen=True, gc=False):
    """One thing to be told to one place."""

    subject: str
    rule: str
    target: str
    step: str
    overtakes: tuple[str, ...] = ()
    """Rules that wait there to be sent and say less."""


def effects(matter: Matter, places: Iterable[Place], today: date) -> Iterator[Effect]:
    """Yield what is to be told of a matter today, place by place."""
    for place in places:
        found = telling(matter.ladder, place.told, today)
        if found is not None:
            yield Effect(matter.subject, found.rule, place.target, found.step, found.overtakes)
        yield from _corrections(matter, place)


def _corrections(matter: Matter, place: Place) -> Iterator[Effect]:
    """Yield what a task that exists must be told: what has changed, and that closing it renews nothing."""
    task = place.task
    if task is None or task.id is None or task.status == GONE:
        return
    if task.status == DONE and matter.news:
        return  # whoever closed it has settled it
    if task.status == DONE and RECHECK not in place.rules:
        yield Effect(matter.subject, RECHECK, place.target, RECHECK)
    updates = [done for rule, done in place.rules.items() if rule.startswith(f"{UPDATE}-")]
    if all(updates) and task.fingerprint != matter.fingerprint():
        rule = f"{UPDATE}-{len(updates) + 1}"
        yield Effect(matter.subject, rule, place.target, UPDATE)


class Shadows:
    """Which certificates nothing is said of, because one that ends earlier is shown at all their names.

    Servers of one name may show different certificates in turn; the name has one trouble, not several.
    """

    def __init__(self) -> None:
        """Begin; certificates come by their last day."""
        self._taken: set[tuple[str, str]] = set()

    def hide(self, client: str, hosts: Iterable[str]) -> bool:
        """Say whether a certificate of a client's, shown at these names, lies in the shadow of another."""
        names = {(client, host) for host in hosts}
        hidden = bool(names) and names <= self._taken
        self._taken |= names
        return hidden


def is_silent(kind: str, state: str | None) -> bool:
    """Say whether a thing needs no renewal as it stands: a certificate that another has replaced."""
    return kind == Kind.CERTIFICATE and state == "superseded"
