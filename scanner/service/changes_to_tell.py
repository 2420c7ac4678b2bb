"""What a run found different, put by for the receiver of the settings and for the people of the agency."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from reports import phrases
from reports.audit_file import AuditFile
from reports.document import Change
from reports.wording import Wording
from scanner.evidence import Run
from scanner.registry import outbox
from scanner.registry.notices import Found, keep_notices
from scanner.registry.outbox import CHANGES, target_of_changes
from scanner.renewals.plan import Effect
from scanner.service.comparing import Comparison
from scanner.settings import Settings
from scanner.verdicts.telling import rule_of

MOST = 500
"""Changes that one request tells; of more the first, and how many there are."""


def put_by(
    settings: Settings, run: Run, written: AuditFile, comparison: Comparison, at: datetime
) -> Callable[[Connection], None]:
    """Return what stores a run's changes: for the receiver, where the settings name one, and for people."""
    ways = (
        _for_the_receiver(settings, run, written, comparison.changes, at),
        _for_people(settings, run, written, comparison, at),
    )

    def put(connection: Connection) -> None:
        for way in ways:
            way(connection)

    return put


def _for_people(
    settings: Settings, run: Run, written: AuditFile, comparison: Comparison, at: datetime
) -> Callable[[Connection], None]:
    if not comparison.told:
        return _nothing
    things = {thing for one in comparison.told for thing in (one.asset, *one.things)}
    names = _names(written, things)
    found = [Found(one, rule_of(one, settings.changes.tell), names) for one in comparison.told]
    duty = settings.agency.duty

    def put(connection: Connection) -> None:
        keep_notices(connection, run.client, run.id, found, duty, at)

    return put


def _for_the_receiver(
    settings: Settings, run: Run, written: AuditFile, changes: Sequence[Change], at: datetime
) -> Callable[[Connection], None]:
    receiver = settings.changes.webhook
    if not receiver or not changes:
        return _nothing
    told = changes[:MOST]
    body = {
        "client": run.client,
        "run": run.id,
        "count": len(changes),
        "changes": _in_words(told, written, Wording(settings.agency.language)),
    }
    effect = Effect(f"{CHANGES}:{run.id}", CHANGES, target_of_changes(receiver), CHANGES)

    def put(connection: Connection) -> None:
        outbox.put(connection, [effect], at, body)

    return put


def _nothing(_connection: Connection) -> None:
    """Nobody is told."""


def _in_words(
    changes: Sequence[Change], written: AuditFile, wording: Wording
) -> list[dict[str, Any]]:
    names = _names(written, {one.asset for one in changes if one.asset})
    return [
        {
            "code": one.code,
            "asset": one.asset,
            "params": dict(one.params),
            "text": phrases.changed(one, names, wording),
        }
        for one in changes
    ]


def _names(written: AuditFile, things: Collection[str]) -> dict[str, str]:
    return {one.id: one.display_name or one.id for one in written.entries if one.id in things}
