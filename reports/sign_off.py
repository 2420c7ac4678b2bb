"""The list that a client signs, arranged for people: by proposal, by kind, the nearest day first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from reports.audit_file import AuditFile, Entry, IfWrong
from reports.decisions import PROPOSED, list_sha256, proposals_of
from reports.order import Note
from reports.registry import Answer


class Group(Struct, frozen=True):
    """Proposals on things of one kind for which a mistake would mean the same."""

    kind: str
    if_wrong: IfWrong | None
    number: int
    """The first one's on paper; the rest follow."""
    entries: tuple[Entry, ...]


class Part(Struct, frozen=True):
    """All proposals of one sort."""

    verdict: str
    count: int
    groups: tuple[Group, ...]


class Sheet(Struct, frozen=True):
    """The whole list and the hash that names it."""

    sha256: str
    count: int
    unanswered: int
    """How many of them nobody decided yet."""
    first: date | None
    """The nearest day of these that is not over yet."""
    parts: tuple[Part, ...]
    deadlines: Mapping[str, date]
    """Days of decision that the registry knows, by id."""
    answers: Mapping[str, Answer]
    """What the client said to the same proposal before, by id."""

    def by(self, entry: Entry) -> date | None:
        """Return the day by which a proposal has to be decided, where one is known."""
        return self.deadlines.get(entry.id) or entry.paid_until


def sheet_of(
    audit: AuditFile,
    ours: tuple[Entry, ...],
    noted: Mapping[tuple[str, IfWrong], Note],
    day: date,
) -> Sheet:
    """Arrange the proposals on the client's things."""
    answers = _answers(audit, ours, day)
    empty = Sheet(list_sha256(proposals_of(audit)), 0, 0, None, (), _deadlines(audit), answers)
    parts: list[Part] = []
    count = 0
    for verdict in PROPOSED:
        groups: list[Group] = []
        for (kind, told), entries in _alike(ours, verdict, noted).items():
            entries.sort(key=lambda entry: empty.by(entry) or date.max)
            groups.append(Group(kind, told, count + 1, tuple(entries)))
            count += len(entries)
        if groups:
            parts.append(Part(verdict, sum(len(one.entries) for one in groups), tuple(groups)))
    listed = (e for part in parts for group in part.groups for e in group.entries)
    unanswered = [entry for entry in listed if entry.id not in answers]
    days = map(empty.by, unanswered)
    first = min((by for by in days if by and by >= day), default=None)
    return replace(empty, count=count, unanswered=len(unanswered), first=first, parts=tuple(parts))


def _alike(
    ours: tuple[Entry, ...], verdict: str, noted: Mapping[tuple[str, IfWrong], Note]
) -> dict[tuple[str, IfWrong | None], list[Entry]]:
    together: dict[tuple[str, IfWrong | None], list[Entry]] = {}
    for entry in ours:
        if entry.verdict == verdict:
            told = entry.if_wrong if (verdict, entry.if_wrong) in noted else None
            together.setdefault((entry.kind, told), []).append(entry)
    return together


def _answers(audit: AuditFile, ours: tuple[Entry, ...], day: date) -> dict[str, Answer]:
    """Return decisions that still hold: on what we propose again, and not put off to a day that has come."""
    said = {one.asset: one.answer for one in audit.frame.registry.objects if one.answer}
    held = {
        entry.id: answer
        for entry in ours
        if entry.verdict in PROPOSED
        and (answer := said.get(entry.id))
        and answer.verdict == entry.verdict
    }
    return {id_: answer for id_, answer in held.items() if _holds(answer, day)}


def _holds(answer: Answer, day: date) -> bool:
    if answer.decision == "deferred":
        return answer.until is not None and answer.until > day
    return answer.decision != "ask"


def _deadlines(audit: AuditFile) -> dict[str, date]:
    objects = audit.frame.registry.objects
    return {one.asset: one.decide_by for one in objects if one.asset and one.decide_by}
