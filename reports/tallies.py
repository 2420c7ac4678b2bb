"""The estate in numbers: by kind and proposal, by provider, by project, and by who holds the accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from reports.audit_file import Entry
from reports.registry import RegistryObject
from reports.saving import ENDING

SHOWN = 20
"""Rows of one table; the rest are counted."""
HOLDERS = ("ex_employee", "unknown", "agency", "client")
"""Whose an account is: what calls for a deed first."""
ORPHANED = ("ex_employee", "unknown")
OF_PROVIDERS = ("domain", "hosting", "mail", "saas", "licence", "account")
"""Kinds that are had from a provider; a website is had from its hosting's."""
_ASKING = ("ask", "no_data")


class Tally(Struct, frozen=True):
    """Things that have something in common, and what becomes of them."""

    name: str
    """A provider's or a project's; empty for things without one."""
    names: Mapping[str, str]
    """The name by language, where it is written otherwise."""
    count: int
    used: int
    ending: int
    asking: int


class Grouping(Struct, frozen=True):
    """One table: its first rows, and how many rows and things are left."""

    shown: tuple[Tally, ...]
    left: int = 0
    things_left: int = 0


class Kept(Struct, frozen=True):
    """An account at a provider, and what hangs on it."""

    id: str
    """An asset's; empty for what the registry alone knows."""
    name: str
    holder: str
    hanging: int
    """Things that the registry, or a paper, says are held in it."""


class Tallies(Struct, frozen=True):
    """All of them."""

    kinds: tuple[tuple[str, Mapping[str, int]], ...]
    """Kind → how many of each proposal."""
    providers: Grouping
    projects: Grouping
    """Empty where nothing belongs to a project."""
    holders: tuple[tuple[str, int, int], ...]
    """Whose accounts there are: holder, accounts, things that hang on them."""
    orphans: tuple[Kept, ...]
    """Accounts that somebody who has left holds, or nobody knows who."""
    orphans_left: int = 0


def tallies_of(
    ours: tuple[Entry, ...],
    kinds: Iterable[tuple[str, tuple[Entry, ...]]],
    lines: Mapping[str, RegistryObject],
    unmatched: Iterable[RegistryObject],
) -> Tallies:
    """Count the client's things; `lines` are the registry's lines of things, by the thing's id."""
    accounts = sorted(_accounts(ours, lines, tuple(unmatched)), key=_urgency)
    orphans = tuple(one for one in accounts if one.holder in ORPHANED)
    projects = _grouped(ours, lambda entry: entry.projects)
    return Tallies(
        kinds=tuple((kind, Counter(entry.verdict for entry in rows)) for kind, rows in kinds),
        providers=_grouped((e for e in ours if e.kind in OF_PROVIDERS), _provider),
        projects=projects if any(one.name for one in projects.shown) else Grouping(()),
        holders=tuple(_held(accounts)),
        orphans=orphans[:SHOWN],
        orphans_left=max(0, len(orphans) - SHOWN),
    )


def _provider(entry: Entry) -> tuple[str, ...]:
    known = entry.registrar or entry.provider
    return (known,) if known and known != "unknown" else ()


def _grouped(entries: Iterable[Entry], by: Callable[[Entry], tuple[str, ...]]) -> Grouping:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        for name in by(entry) or ("",):
            groups.setdefault(name, []).append(entry)
    # Those without one come last, whatever their number.
    order = sorted(groups, key=lambda name: (not name, -len(groups[name]), name))
    named = [name for name in order if name]
    told = [*named[:SHOWN], *(name for name in order if not name)]
    return Grouping(
        shown=tuple(_tally(name, groups[name]) for name in told),
        left=len(named[SHOWN:]),
        things_left=sum(len(groups[name]) for name in named[SHOWN:]),
    )


def _tally(name: str, entries: list[Entry]) -> Tally:
    called = next((e.provider_names for e in entries if e.provider == name), {})
    return Tally(
        name=name,
        names=called,
        count=len(entries),
        used=sum(entry.use in ("used", "redirect") for entry in entries),
        ending=sum(entry.verdict in ENDING for entry in entries),
        asking=sum(entry.verdict in _ASKING for entry in entries),
    )


def _accounts(
    ours: Iterable[Entry],
    lines: Mapping[str, RegistryObject],
    unmatched: tuple[RegistryObject, ...],
) -> Iterator[Kept]:
    hanging = Counter(
        one.account
        for one in (*lines.values(), *unmatched)
        if one.account and one.type != "account"
    )
    for entry in ours:
        if entry.kind == "account":
            line = lines.get(entry.id)
            holder = line.holder if line and line.holder else entry.state
            known = holder if holder in HOLDERS else "unknown"
            yield Kept(entry.id, "", known, hanging[entry.id.partition(":")[2]])
    for one in unmatched:
        if one.type == "account":
            yield Kept("", one.name, one.holder or "unknown", hanging[one.account])


def _urgency(one: Kept) -> tuple[int, int, str, str]:
    return HOLDERS.index(one.holder), -one.hanging, one.name, one.id


def _held(accounts: Iterable[Kept]) -> Iterator[tuple[str, int, int]]:
    things: dict[str, list[int]] = {}
    for one in accounts:
        things.setdefault(one.holder, []).append(one.hanging)
    for holder in HOLDERS:
        if holder in things:
            yield holder, len(things[holder]), sum(things[holder])
