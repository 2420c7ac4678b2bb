"""What a run found, beside what was told before: changes for the report, and what is told from now on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice

from msgspec import Struct, field
from msgspec.structs import replace

from reports import document as doc
from reports.audit_file import AuditFile, Entry
from scanner.assets import Advice, Asset, Kind, Ownership
from scanner.discovery.scope import registered
from scanner.evidence.told import ToldBook
from scanner.registry.observed_changes import Observed
from scanner.verdicts.cadence import LookKind
from scanner.verdicts.changes import (
    Change,
    Code,
    Event,
    Seen,
    Told,
    compare,
    first_told,
    is_too_much,
    missed,
    retired,
)
from scanner.verdicts.differences import Aspect, Value
from scanner.verdicts.echoes import Happened, without_echoes
from scanner.verdicts.sources import SourceTold, told_of_source

COMPARED = frozenset({Kind.DOMAIN, Kind.SITE, Kind.MAIL, Kind.HOSTING, Kind.SAAS})
"""Kinds that looks tell of. Certificates come and go: they are told of with the sites that show them."""
_OURS = frozenset({Ownership.CONFIRMED, Ownership.LIKELY})
_AT_ONCE = 500
_INSIST = timedelta(hours=24)
"""So long after a refusal the same findings are taken for true."""
_IN_HISTORY = {
    Aspect.HOLDER: "registrant",
    Aspect.NAME_SERVERS: "name_servers",
    Aspect.ADDRESSES: "addresses",
    Aspect.MAIL: "mail_servers",
    Aspect.CERTIFICATE: "certificate",
    "presence": "presence",
}
"""Fields of the history that are no fields of an object; the others tell their history themselves."""
Answered = Callable[[Asset, Told], bool]
"""Says whether a thing that a run did not meet was asked for since it was missed, and answered: it is not there."""


class Refusal(Struct, frozen=True):
    """A run would have given up too much at once."""

    since: datetime | None = None


class Ran(Struct, frozen=True, kw_only=True):
    """A run, as far as comparing needs it."""

    client: str
    looked: Callable[[str], AbstractSet[LookKind]]
    """Which looks it made at a thing."""
    answered: Answered
    ended: AbstractSet[str]
    """What is switched off, and watched."""
    sources: Sequence[doc.Source]
    """How the sources did that it asked itself."""
    at: datetime


class Comparison(Struct):
    """What is to be told of a run."""

    changes: tuple[doc.Change, ...] = ()
    """For the document."""
    told: tuple[Change, ...] = ()
    """The same, with all that is known of each."""
    records: dict[str, Struct] = field(default_factory=dict)
    """What is told from now on, by the name it is kept under."""
    observed: tuple[Observed, ...] = ()


class Comparing:
    """Compares one written document with what was told of the client before."""

    def __init__(self, written: AuditFile, names: Mapping[Asset, Asset], book: ToldBook) -> None:
        """Compare `written`; `names` gives the id under which the registry knows a thing otherwise."""
        self._written, self._book = written, book
        self._ids = {str(seen): str(known) for seen, known in names.items()}
        self._insists = False
        """It would give up much at once, and is believed."""

    def gives_up(self, client: str, answered: Answered) -> tuple[int, int]:
        """Return how many of the things told before would be given up by this run, and of how many."""
        ending = known = 0
        met: set[str] = set()
        for some in _some(self._entries()):
            told = self._book.of(client, [self._id(one) for one in some])
            met.update(self._id(one) for one in some)
            for one in some:
                before = told.get(self._id(one))
                known += before is not None
                ending += before is not None and retired(before, Advice(one.verdict))
        for thing, before in self._book.all(client):
            if thing not in met and not before.gone:
                known += 1
                ending += answered(Asset.parse(thing), before)
        return ending, known

    def refused(self, client: str, share: int, answered: Answered, at: datetime) -> int:
        """Return how many things the run would give up, where that is too much to be believed; else 0.

        What a run a day later still finds is believed.
        """
        ending, known = self.gives_up(client, answered)
        if not is_too_much(ending, known, share):
            return 0
        kept = dict(self._book.records(client, [""], Refusal)).get("")
        since = kept.since if kept else None
        self._insists = since is not None and at - since >= _INSIST
        return 0 if self._insists else ending

    def compared(self, ran: Ran) -> Comparison:
        """Return what is to be told. The first time nothing is: all of it is new."""
        result = Comparison()
        self._sources(ran, result)
        is_first = not self._book.has(ran.client)
        happened: list[Happened] = []
        met: set[str] = set()
        moves = _Moves()
        # Hostings come last: whether one is told of rests on the sites that moved there.
        for some in _some(iter(sorted(self._entries(), key=_is_hosting))):
            ids = [self._id(one) for one in some]
            met.update(ids)
            told = {} if is_first else self._book.of(ran.client, ids)
            for one, id_ in zip(some, ids, strict=True):
                seen = self._seen(one, id_, ran)
                if _is_hosting(one):
                    seen = replace(seen, awaits=moves.are_awaited(seen.hosts))
                before = told.get(id_)
                if is_first:
                    result.records[id_] = first_told(seen)
                    continue
                after, changes = compare(before, seen, ran.at)
                if after != before:
                    result.records[id_] = after
                moves.note(id_, after, changes)
                happened += (_happened(change, seen.hosts) for change in changes)
        if not is_first:
            happened += self._missing(met, ran, result)
            self._tell(happened, ran, result)
        if not self._insists:  # else it goes on being believed until all of it is told
            result.records[""] = Refusal()
        return result

    def _missing(self, met: AbstractSet[str], ran: Ran, result: Comparison) -> Iterator[Happened]:
        for thing, before in self._book.all(ran.client):
            if thing in met:
                continue
            asset = Asset.parse(thing)
            after, changes = missed(before, thing, ran.at, absent=ran.answered(asset, before))
            if after != before:
                result.records[thing] = after
            for change in changes:
                named = replace(change, params={**change.params, "name": asset.key})
                yield _happened(named, before.hosts)

    def _tell(self, happened: list[Happened], ran: Ran, result: Comparison) -> None:
        domains = sorted({f"domain:{name}" for one in happened for name in one.domains})
        known = self._book.of(ran.client, domains)
        events = {name.partition(":")[2]: told.event for name, told in known.items() if told.event}
        changes, lasting = without_echoes(happened, events, ran.at)
        self._add(changes, result)
        # Each thing has its own history, whatever else tells of the same event.
        result.observed = tuple(_observed(one.change for one in happened))
        for name, event in lasting.items():
            self._remember(f"domain:{name}", event, known, result)

    def _remember(
        self, thing: str, event: Event, known: Mapping[str, Told], result: Comparison
    ) -> None:
        told = result.records.get(thing) or known.get(thing)
        if isinstance(told, Told) and told.event != event:
            result.records[thing] = replace(told, event=event)

    def _sources(self, ran: Ran, result: Comparison) -> None:
        asked = {f"source:{one.name}": one for one in ran.sources if one.status != "skipped"}
        told = dict(self._book.records(ran.client, asked, SourceTold))
        for name, source in asked.items():
            before, why = told.get(name), source.reason if source.status == "failed" else ""
            after, change = told_of_source(before, source.name, why, ran.at)
            if after != before:
                result.records[name] = after
            if change:
                self._add((change,), result)

    def _add(self, changes: tuple[Change, ...], result: Comparison) -> None:
        result.told += changes
        result.changes += tuple(_shown(change) for change in changes)

    def _entries(self) -> Iterator[Entry]:
        for one in self._written.entries:
            if one.ownership in _OURS and one.kind in COMPARED:
                yield one

    def _id(self, entry: Entry) -> str:
        return self._ids.get(entry.id, entry.id)

    def _seen(self, entry: Entry, id_: str, ran: Ran) -> Seen:
        asset = self._written.asset(entry)
        kind = Kind(entry.kind)
        values = {**_values(asset, kind), **self._certificate(entry)}
        return Seen(
            asset=id_,
            kind=kind,
            hosts=_hosts(asset, kind),
            values=values,
            looked=ran.looked(id_),
            ended=id_ in ran.ended,
        )

    def _certificate(self, entry: Entry) -> dict[Aspect, Value]:
        """Return which certificate a site shows, until when it is good, and who issued it."""
        shown = self._shown.get(entry.id) if entry.kind == Kind.SITE else None
        if not shown:
            return {}
        whole = self._written.asset(shown[0])
        ids = " ".join(one.id for one in shown)
        until, issuer = (str(whole.facts.get(name, "")) for name in ("not_after", "issuer"))
        return {Aspect.CERTIFICATE: (ids, until, issuer)}

    @cached_property
    def _shown(self) -> Mapping[str, list[Entry]]:
        """The certificates that each site shows, in a fixed order."""
        known = {one.id: one for one in self._written.entries if one.kind == Kind.CERTIFICATE}
        shown: dict[str, list[Entry]] = {}
        for relation in self._written.relations():
            if relation.kind == "secured_by" and relation.target in known:
                shown.setdefault(relation.source, []).append(known[relation.target])
        return {site: sorted(some, key=_by_id) for site, some in shown.items()}


class _Moves:
    """Sites that moved: those of which this run tells it, and those of which it is not told yet."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._untold: set[str] = set()

    def note(self, thing: str, told: Told, changes: Iterable[Change]) -> None:
        """Take in a thing that was compared."""
        if any(change.code is Code.ADDRESSES for change in changes):
            self._told.add(Asset.parse(thing).key)
        elif Aspect.ADDRESSES in told.others:
            self._untold.add(Asset.parse(thing).key)

    def are_awaited(self, hosts: Iterable[str]) -> bool:
        """Say whether sites moved there, and of none of them it is told."""
        return self._told.isdisjoint(hosts) and not self._untold.isdisjoint(hosts)


def _values(asset: doc.Asset, kind: Kind) -> dict[Aspect, Value]:
    values: dict[Aspect, Value] = {
        Aspect.CONDITION: (asset.use, asset.state, asset.verdict),
    }
    declared = asset.facts.get("declared", ())
    match kind:
        case Kind.DOMAIN:
            if asset.paid_until and "paid_until" not in declared:
                values[Aspect.PAID_UNTIL] = asset.paid_until.isoformat()
            if asset.registrar and "registrar" not in declared:
                values[Aspect.REGISTRAR] = asset.registrar
            if holder := _holder(asset):
                values[Aspect.HOLDER] = holder
            values.update(_listed(Aspect.NAME_SERVERS, asset, "name_servers"))
        case Kind.SITE:
            values.update(_listed(Aspect.ADDRESSES, asset, "addresses"))
        case Kind.MAIL:
            values.update(_listed(Aspect.MAIL, asset, "hosts"))
    return values


def _listed(aspect: Aspect, asset: doc.Asset, fact: str) -> dict[Aspect, Value]:
    told = asset.facts.get(fact)
    return {aspect: tuple(sorted(map(str, told)))} if told else {}


def _holder(asset: doc.Asset) -> str:
    """Return the firm that holds a domain; a person is nobody's business, and no change is told of him."""
    organisation = asset.facts.get("holder_kind") == "organisation"
    return str(asset.facts.get("holder") or "") if organisation else ""


def _hosts(asset: doc.Asset, kind: Kind) -> tuple[str, ...]:
    """Return the names that tell whether a thing is still there."""
    if kind in (Kind.DOMAIN, Kind.MAIL):
        return (asset.name,)
    urls = [str(url) for url in asset.facts.get("urls", ())]
    if kind is Kind.SITE:
        named = [url.split("/")[2] for url in urls if url.count("/") > 2]
        return tuple(named) or (asset.name,)
    names = [*asset.facts.get("serves", ()), *asset.facts.get("seen_at", ())]
    return tuple(sorted({str(one).rpartition(":")[2] for one in names}))


def _happened(change: Change, hosts: Sequence[str]) -> Happened:
    asset = Asset.parse(change.asset)
    names = (asset.key,) if asset.kind in (Kind.DOMAIN, Kind.SITE, Kind.MAIL) else hosts
    domains = tuple(sorted({registered(name) or name for name in names}))
    return Happened(change, asset.kind, domains)


def _shown(change: Change) -> doc.Change:
    return doc.Change(code=change.code, params=change.params, asset=change.asset or None)


def _observed(changes: Iterable[Change]) -> Iterator[Observed]:
    for change in changes:
        if named := _IN_HISTORY.get(change.aspect):
            yield Observed(Asset.parse(change.asset), named, change.before, change.after)


def _is_hosting(entry: Entry) -> bool:
    return entry.kind == Kind.HOSTING


def _by_id(entry: Entry) -> str:
    return entry.id


def _some(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while some := list(islice(entries, _AT_ONCE)):
        yield some
