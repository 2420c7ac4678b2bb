"""Whether clients are looked at as regularly as they should be: silence must be told too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from scanner.evidence import Run
from scanner.evidence.due import ClientDue
from scanner.evidence.run import OWN
from scanner.runs.doctor import Check, Health

_SHOWN = 20


class Watched(Struct, frozen=True):
    """How a client was looked at."""

    client: str
    last: Run | None
    """The last run that came to its end with nothing left over."""
    broken: int
    """Runs since then that did not."""
    overdue: int = 0
    """Looks that were due more than a day ago."""
    since: datetime | None = None
    """When the first of them came due."""


def watched(client: str, runs: Sequence[Run], overdue: ClientDue | None) -> Watched:
    """Return how a client was looked at; `runs` are all of his, newest first."""
    own = [run for run in runs if run.purpose in OWN]
    place = next((number for number, run in enumerate(own) if run.complete), None)
    return Watched(
        client=client,
        last=None if place is None else own[place],
        broken=len(own) if place is None else place,
        overdue=overdue.count if overdue else 0,
        since=overdue.since if overdue else None,
    )


def checks(clients: Iterable[Watched]) -> tuple[Check, ...]:
    """Return a line for each client, those that wait first; of very many, one for the rest."""
    lines = sorted(map(_check, clients), key=_worst_first)
    if len(lines) <= _SHOWN:
        return tuple(lines)
    rest = lines[_SHOWN:]
    late = sum(one.health is not Health.OK for one in rest)
    found = f"{late} of them wait" if late else "looked at as they should be"
    health, means = (Health.WARN, _MEANS) if late else (Health.OK, "")
    return (*lines[:_SHOWN], Check(f"{len(rest)} more clients", health, found, means))


_MEANS = "Changes go unnoticed: let `revizor rescan --due` run from cron, and look at what it says."


def _check(one: Watched) -> Check:
    name = f"client {one.client}"
    if one.last is None:
        found = "never looked at to the end"
        return Check(name, Health.WARN, found, f"Run `revizor audit {one.client} …`.")
    assert one.last.finished_at is not None
    found = f"last successful run {one.last.finished_at:%Y-%m-%d %H:%M} UTC"
    if one.broken:
        found += f", {one.broken} since did not come to their end"
    if one.overdue and one.since:
        found += f"; {one.overdue} looks are overdue since {one.since:%Y-%m-%d %H:%M} UTC"
        return Check(name, Health.WARN, found, _MEANS)
    return Check(name, Health.WARN if one.broken > 2 else Health.OK, found, "")


def _worst_first(check: Check) -> tuple[bool, str]:
    return check.health is Health.OK, check.name
