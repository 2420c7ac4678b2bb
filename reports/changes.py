"""What is different from the audit before, by what it means for the reader, and what nobody decided in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from reports.audit_file import AuditFile, Entry
from reports.document import Change, Params
from reports.registry import RegistryObject
from reports.saving import ENDING
from reports.sign_off import Sheet

SHOWN_OF_A_SORT = 60
"""Changes of one sort that get a line each on the page; the rest are counted."""
SORTS = ("back", "gone", "new", "changed", "sources")
"""In the order of what calls for a deed."""
COMPARED = ("domain", "site", "mail", "hosting", "saas", "licence", "account", "other")
"""Certificates come and go by themselves: their renewals are no news."""
_SORT_OF = {
    **dict.fromkeys(("came_back", "returned", "seen_again"), "back"),
    **dict.fromkeys(("gone", "unseen", "not_met"), "gone"),
    "appeared": "new",
    **dict.fromkeys(("source_failing", "source_answers"), "sources"),
}
_ALIVE = ("used", "redirect")


class Sort(Struct, frozen=True):
    """Changes of one sort."""

    id: str
    all: tuple[Change, ...]

    @property
    def count(self) -> int:
        """Return how many there are …"""
        return len(self.all)

    @property
    def shown(self) -> tuple[Change, ...]:
        """… and those that get a line each on the page."""
        return self.all[:SHOWN_OF_A_SORT]


class Overdue(Struct, frozen=True):
    """A proposal whose day is over and that nobody decided."""

    entry: Entry
    by: date
    asked_on: date | None
    deferred: bool
    """It was put off until that day."""


def sorts_of(changes: Iterable[Change]) -> tuple[Sort, ...]:
    """Return the changes sort by sort, those that occur."""
    found: dict[str, list[Change]] = {}
    for one in changes:
        found.setdefault(_SORT_OF.get(one.code, "changed"), []).append(one)
    return tuple(Sort(id_, tuple(found[id_])) for id_ in SORTS if id_ in found)


def overdue_of(sheet: Sheet, lines: Mapping[str, RegistryObject], day: date) -> tuple[Overdue, ...]:
    """Return the proposals that the client was asked about before, and whose day is over, longest first.

    What he is asked for the first time cannot be overdue.
    """
    return tuple(sorted(_overdue(sheet, lines, day), key=lambda one: (one.by, one.entry.id)))


def _overdue(sheet: Sheet, lines: Mapping[str, RegistryObject], day: date) -> Iterator[Overdue]:
    for part in sheet.parts:
        for group in part.groups:
            for entry in group.entries:
                line = lines.get(entry.id)
                if line is None or (
                    line.answer and line.answer.decision in ("approved", "rejected")
                ):
                    continue
                deferred = line.answer is not None and line.answer.decision == "deferred"
                by = line.answer.until if deferred and line.answer else sheet.by(entry)
                if by and by < day and (deferred or line.asked_on):
                    yield Overdue(entry, by, line.asked_on, deferred)


def between(earlier: AuditFile, later: AuditFile) -> tuple[Change, ...]:
    """Compare two audits of one client; what the later did not meet may be there all the same."""
    before = {entry.id: entry for entry in _ours(earlier)}
    changes: list[Change] = []
    met: set[str] = set()
    for now in _ours(later):
        met.add(now.id)
        was = before.get(now.id)
        changes += [Change(code="appeared", asset=now.id)] if was is None else _changed(was, now)
    for id_, was in before.items():
        if id_ not in met:
            params: Params = {"name": was.display_name}
            changes.append(Change(code="not_met", params=params, asset=id_))
    return tuple(changes)


def _ours(audit: AuditFile) -> Iterator[Entry]:
    for entry in audit.entries:
        if entry.ownership in ("confirmed", "likely") and entry.kind in COMPARED:
            yield entry


def _changed(was: Entry, now: Entry) -> Iterator[Change]:
    states: Params = {
        "was_state": f"{was.kind}.{was.state}",
        "now_state": f"{now.kind}.{now.state}",
    }
    if was.verdict in ENDING and now.use in _ALIVE:
        yield Change(code="came_back", asset=now.id)
    elif was.use != now.use:
        params: Params = {"was": was.use, "now": now.use, **states, "verdict": now.verdict}
        yield Change(code="use_changed", params=params, asset=now.id)
    elif was.state != now.state:
        yield Change(code="state_changed", params=states, asset=now.id)
    elif was.verdict != now.verdict:
        verdicts: Params = {"was": was.verdict, "now": now.verdict}
        yield Change(code="verdict_changed", params=verdicts, asset=now.id)
    if now.paid_until and was.paid_until != now.paid_until:
        yield _dated(was.paid_until, now.paid_until, now.id)
    if now.registrar and was.registrar and was.registrar != now.registrar:
        registrars: Params = {"was": was.registrar, "now": now.registrar}
        yield Change(code="registrar_changed", params=registrars, asset=now.id)


def _dated(was: date | None, now: date, asset: str) -> Change:
    if was and now > was:
        return Change(code="renewed", params={"until": now.isoformat()}, asset=asset)
    params: Params = {"now": now.isoformat()}
    if was:
        params["was"] = was.isoformat()
    return Change(code="paid_until_changed", params=params, asset=asset)
