"""The two editions of an audit: everything for ourselves, and what a client is shown.

The client's has no evidence, nothing about machines, and nothing of other firms: neither their names nor what a
private person is called. Its list to sign is the same, so a decision counts for both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from reports.audit_file import AuditFile, Entry
from reports.document import Asset, Document, Evidence, Finding, RegistryObject, Relation

EDITIONS = ("client", "internal")

_TOLD = {
    *("serves", "created", "free_date", "holder", "holder_kind", "final_url", "title", "urls"),
    *("names", "issuer", "not_before", "not_after", "account", "payments", "papers", "provider"),
}
"""Facts that mean something to a client; the rest is about machines."""


def edition_of(audit: AuditFile, edition: str) -> AuditFile:
    """Return the audit as that edition shows it."""
    if edition not in EDITIONS:
        raise ValueError(f"no edition {edition!r}, only {', '.join(EDITIONS)}")
    return ForClient(audit) if edition == "client" else audit


class ForClient(AuditFile):
    """An audit as its client is shown it."""

    edition = "client"

    def __init__(self, audit: AuditFile) -> None:
        """Read everything from the whole audit."""
        self._whole = audit
        self._shown = [entry for entry in audit.entries if entry.ownership != "foreign"]
        self._ids = frozenset(entry.id for entry in self._shown)
        self._own = frozenset(
            entry.name
            for entry in self._shown
            if entry.kind in ("domain", "site") and entry.ownership != "possible"
        )
        self.frame = self._without_others(audit.frame)
        self.left_out = len(audit.entries) - len(self._shown)
        self._lately: dict[int, Asset] = {}
        self._rows = {entry.row: entry for entry in self._shown}

    @cached_property
    def sha256(self) -> str:
        """Return the hash of the whole audit: both editions are of the same."""
        return self._whole.sha256

    @property
    def entries(self) -> Sequence[Entry]:
        """What is, or may be, the client's."""
        return self._shown

    @property
    def evidence_ids(self) -> Collection[str]:
        """Nothing."""
        return ()

    def evidence(self, id_: str) -> Evidence:
        """Return a piece of the whole audit's evidence; nothing that is shown cites any."""
        return self._whole.evidence(id_)

    def relations(self) -> Iterator[Relation]:
        """Yield relations between things that are shown."""
        return (
            one
            for one in self._whole.relations()
            if one.source in self._ids and one.target in self._ids
        )

    def cited(self, entry: Entry) -> tuple[str, ...]:
        """Return nothing: evidence is for ourselves."""
        return ()

    def faults(self, entry: Entry) -> tuple[Finding, ...]:
        """Return what is wrong with an asset."""
        return tuple(replace(one, evidence=()) for one in self._whole.faults(entry))

    def _read_asset(self, row: int) -> Asset:
        asset = self._whole.asset(self._rows[row])
        return replace(
            asset,
            ownership_reasons=tuple(replace(o, evidence=()) for o in asset.ownership_reasons),
            reasons=tuple(replace(one, evidence=()) for one in asset.reasons),
            facts=self._told(asset.facts),
        )

    def _told(self, facts: dict[str, Any]) -> dict[str, Any]:
        told = {key: value for key, value in facts.items() if key in _TOLD}
        if told.get("holder_kind") not in ("organisation", "", None):
            told.pop("holder", None)  # a person is told by the role only
        for key, ours in (("serves", self._ids.__contains__), ("names", self._is_own)):
            if isinstance(told.get(key), list):
                told[key] = [one for one in told[key] if isinstance(one, str) and ours(one)]
        return told

    def _is_own(self, name: str) -> bool:
        """Say whether a name of a certificate is the client's: others' may stand beside it."""
        labels = name.removeprefix("*.").split(".")
        return not self._own.isdisjoint(_suffixes(labels))

    def _without_others(self, frame: Document) -> Document:
        others = {entry.id for entry in self._whole.entries} - self._ids
        objects = tuple(_told(one) for one in frame.registry.objects if one.asset not in others)
        return replace(
            frame,
            run=replace(frame.run, scope=replace(frame.run.scope, allow_nets=())),
            registry=replace(frame.registry, objects=objects),
            changes=tuple(one for one in frame.changes if one.asset not in others),
        )


def _told(line: RegistryObject) -> RegistryObject:
    """Leave out what was noted beside steps: where a backup lies is for ourselves."""
    if not line.steps:
        return line
    return replace(line, steps=tuple(replace(step, note="") for step in line.steps))


def _suffixes(labels: Sequence[str]) -> Iterable[str]:
    return (".".join(labels[place:]) for place in range(len(labels)))
