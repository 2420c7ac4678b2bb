"""An audit.json as it lies on disk: what the whole report needs in memory, each row read when it is printed.

The file keeps every asset, relation and piece of evidence on a line of its own (see `reports.document.lines`), so a
row is found again by where its line begins. A valid audit in any other layout is read whole, and laid out so in memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from sys import intern
from typing import Any, BinaryIO, Self, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from reports.document import (
    Asset,
    Cost,
    Document,
    Evidence,
    Finding,
    NotAnAudit,
    Registry,
    RegistryObject,
    Relation,
    Work,
    read,
    write,
)


class IfWrong(Struct, frozen=True):
    """What stops if a proposal is wrong, and what undoes it; the same for many things."""

    consequence: str
    undo: str
    days: int | None
    """So many days after its term a domain can be had back; None where that is no matter of days."""


class Entry(Struct, frozen=True, kw_only=True, gc=False):
    """What is remembered of an asset: enough to group, count, sort and date it."""

    row: int
    """Its place among the assets of the file."""
    id: str
    kind: str
    name: str
    display_name: str
    ownership: str
    use: str
    state: str
    verdict: str
    needs: tuple[str, ...]
    paid_until: date | None
    registrar: str | None
    provider: str | None
    provider_names: dict[str, str]
    auto_renew: bool | None
    cost: Cost | None
    projects: tuple[str, ...]
    steps: tuple[str, ...]
    done: tuple[str, ...]
    if_wrong: IfWrong | None
    in_hand: bool
    """Whether something of it fails or can be taken over."""


T = TypeVar("T", Asset, Entry)
K = TypeVar("K")
V = TypeVar("V")


class _Ground(Struct):
    """A reason, or a sign of ownership, reduced to what it rests on."""

    evidence: tuple[str, ...] = ()


class _Cited(Struct):
    """An asset reduced to the evidence it cites."""

    reasons: tuple[_Ground, ...] = ()
    ownership_reasons: tuple[_Ground, ...] = ()


class _Faults(Struct):
    """An asset reduced to its reasons."""

    reasons: tuple[Finding, ...] = ()


class _OtherLayout(ValueError):
    """The file is not laid out line by line, and may be an audit all the same."""


_NO_NAMES: dict[str, str] = {}
_LATELY = 24
"""Rows at hand: reports in several languages, printed side by side, ask for one after the other."""
_BLOCKS = {
    b'  "assets": [\n': "assets",
    b'  "relations": [\n': "relations",
    b'  "evidence": {\n': "evidence",
}
_ASSET = msgspec.json.Decoder(Asset)
_CITED = msgspec.json.Decoder(_Cited)
_FAULTS = msgspec.json.Decoder(_Faults)
_RELATION = msgspec.json.Decoder(Relation)
_EVIDENCE = msgspec.json.Decoder(dict[str, Evidence])
_FRAME = msgspec.json.Decoder(Document)


@contextmanager
def opened(path: Path) -> Iterator[AuditFile]:
    """Lend an audit.json in any layout; raise NotAnAudit for what is none or cannot be opened."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise NotAnAudit(
            f"{path} cannot be read ({error.strerror}); give an audit.json."
        ) from error
    with stream:
        try:
            audit = AuditFile(stream)
        except _OtherLayout:
            stream.seek(0)
            audit = AuditFile.of(read(stream.read()))
        yield audit


class AuditFile:
    """An audit whose rows are read from the file when they are asked for."""

    edition = "internal"
    """Which of `reports.editions.EDITIONS` it shows."""
    left_out = 0
    """How many things of others this edition leaves out."""

    def __init__(self, stream: BinaryIO) -> None:
        """Look through a stream in our layout; `opened` and `of` take audits in any."""
        self._stream = stream
        self._starts = {block: array("Q") for block in _BLOCKS.values()}
        self._entries: list[Entry] = []
        self._same: dict[object, Any] = {}
        """Needs, steps, prices, days and the like, which many assets share, kept once; while reading only."""
        self._pieces: dict[str, int] = {}
        """Id of a piece of evidence → its place among the evidence of the file."""
        self._said: dict[str, dict[str, Any]] = {}
        """Asset id → what the registry says of it, by field."""
        self.frame = self._look_through()
        """The document without its assets, relations and evidence."""
        self.heed(self.frame.registry)
        self._quoted: dict[str, Evidence] = {}

    @classmethod
    def of(cls, document: Document) -> Self:
        """Lay out a document in memory."""
        return cls(BytesIO(write(document)))

    @cached_property
    def sha256(self) -> str:
        """Return the SHA-256 of the audit as Revizor writes it, whatever layout it came in."""
        if not any(self._starts.values()):  # without rows any layout is ours
            return sha256(write(self.frame)).hexdigest()
        self._stream.seek(0)
        digest = sha256()
        for piece in iter(lambda: self._stream.read(1 << 16), b""):
            digest.update(piece)
        return digest.hexdigest()

    @property
    def entries(self) -> Sequence[Entry]:
        """Every asset, in the order of the file."""
        return self._overruled

    @property
    def evidence_ids(self) -> Collection[str]:
        """Every piece of evidence, in the order of the file."""
        return self._pieces.keys()

    def asset(self, entry: Entry) -> Asset:
        """Return an asset whole."""
        return _at_hand(self._lately, entry.row, self._read_asset)

    def assets(self, entries: Iterable[Entry]) -> Iterator[Asset]:
        """Yield assets whole, one in memory at a time."""
        return map(self.asset, entries)

    def evidence(self, id_: str) -> Evidence:
        """Return a piece of evidence by its id; KeyError when the file does not hold it."""
        return _at_hand(self._quoted, id_, self._read_evidence)

    def relations(self) -> Iterator[Relation]:
        """Yield every relation."""
        for number in range(len(self._starts["relations"])):
            yield _RELATION.decode(self._row("relations", number))

    def heed(self, registry: Registry) -> None:
        """Tell what this extract of the registry says, in the place of any other: it outranks what was seen."""
        self.frame = replace(self.frame, registry=registry)
        self._said = {
            one.asset: told for one in registry.objects if one.asset and (told := _told(one))
        }
        self._lately: dict[int, Asset] = {}
        seen = self._entries
        self._overruled = [self._as_told(entry) for entry in seen] if self._said else seen

    def _as_told(self, thing: T) -> T:
        told = self._said.get(thing.id)
        return replace(thing, **told) if told else thing

    def _read_asset(self, row: int) -> Asset:
        return self._as_told(_ASSET.decode(self._row("assets", row)))

    def _read_evidence(self, id_: str) -> Evidence:
        return _EVIDENCE.decode(b"{" + self._row("evidence", self._pieces[id_]) + b"}")[id_]

    def cited(self, entry: Entry) -> tuple[str, ...]:
        """Return ids of the evidence that an asset rests on and the file holds, reasons first."""
        cited = _CITED.decode(self._row("assets", entry.row))
        grounds = (*cited.reasons, *cited.ownership_reasons)
        ids = dict.fromkeys(id_ for one in grounds for id_ in one.evidence)
        return tuple(id_ for id_ in ids if id_ in self._pieces)

    def faults(self, entry: Entry) -> tuple[Finding, ...]:
        """Return what is wrong with an asset: the reasons that have a severity."""
        row = self._row("assets", entry.row)
        if b'"severity":"' not in row.replace(b'"severity":""', b""):
            return ()
        return tuple(one for one in _FAULTS.decode(row).reasons if one.severity)

    def _row(self, block: str, number: int) -> bytes:
        self._stream.seek(self._starts[block][number])
        return _bare(self._stream.readline())

    def _look_through(self) -> Document:
        """Check every row and note where it begins; return what is left."""
        left: list[bytes] = []
        try:
            for block, line, start in _lines(self._stream):
                if not block:
                    left.append(line)
                    continue
                self._starts[block].append(start)
                self._note(block, _bare(line))
            self._same.clear()
            frame = _FRAME.decode(b"".join(left))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as trouble:
            raise _OtherLayout from trouble
        if frame.assets or frame.relations or frame.evidence:
            raise _OtherLayout
        return frame

    def _note(self, block: str, row: bytes) -> None:
        if block == "assets":
            self._note_asset(_ASSET.decode(row))
        elif block == "relations":
            _RELATION.decode(row)
        else:
            place = len(self._starts["evidence"]) - 1
            self._pieces.update(dict.fromkeys(_EVIDENCE.decode(b"{" + row + b"}"), place))

    def _note_asset(self, asset: Asset) -> None:
        name, shown, work = asset.name, asset.display_name, asset.work
        same, names = self._same.setdefault, asset.provider_names or _NO_NAMES
        self._entries.append(
            Entry(
                row=len(self._entries),
                id=asset.id,
                kind=intern(asset.kind),
                name=name,
                display_name=name if shown == name else shown,
                ownership=intern(asset.ownership),
                use=intern(asset.use),
                state=intern(asset.state),
                verdict=intern(asset.verdict),
                needs=same(asset.needs, asset.needs),
                paid_until=same(asset.paid_until, asset.paid_until),
                registrar=asset.registrar and intern(asset.registrar),
                provider=asset.provider and intern(asset.provider),
                provider_names=same(("names", *names.items()), names),
                auto_renew=asset.auto_renew,
                cost=same(asset.cost, asset.cost),
                projects=same(asset.projects, asset.projects),
                steps=same(work.steps, work.steps) if work else (),
                done=same(work.done, work.done) if work else (),
                if_wrong=same(told, told) if (told := if_wrong(work)) else None,
                in_hand=bool(asset.hands),
            )
        )


def _at_hand(lately: dict[K, V], key: K, read: Callable[[K], V]) -> V:
    """Return what was read lately, or read it; what came first makes room.

    (An `lru_cache` of a method would hold the audit, and the audit it: a circle as large as the file.)
    """
    found = lately.get(key)
    if found is None:
        if len(lately) == _LATELY:
            del lately[next(iter(lately))]
        found = lately[key] = read(key)
    return found


def if_wrong(work: Work | None) -> IfWrong | None:
    """Return what a document says of a mistake, without its dates; None where it says nothing."""
    if work is None or work.consequence is None or work.undo is None:
        return None
    days = work.undo.params.get("days")
    return IfWrong(work.consequence.code, work.undo.code, days if type(days) is int else None)


def _told(line: RegistryObject) -> dict[str, Any]:
    """Return what a line of the registry says itself, by the field of an asset."""
    said = {name: getattr(line, name) for name in ("paid_until", "auto_renew", "cost", "projects")}
    return {name: value for name, value in said.items() if value not in (None, ())}


def _lines(stream: BinaryIO) -> Iterator[tuple[str, bytes, int]]:
    """Yield each line with the block whose row it is, empty for none, and where it begins."""
    block, start = "", 0
    more: bool | None = None
    for line in stream:
        closes = line.startswith((b"  ]", b"  }"))
        if block and more is closes:  # a comma before the end, or none between two rows
            raise _OtherLayout
        if closes:
            block = ""
        yield block, line, start
        if block:
            more = line.endswith(b",\n")
        else:
            block, more = _BLOCKS.get(line, ""), None
        start += len(line)


def _bare(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b",")
