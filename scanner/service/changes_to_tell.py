"""What a run found different, put by for the receiver of the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from reports import phrases
from reports.audit_file import AuditFile
from reports.document import Change
from reports.wording import Wording
from scanner.evidence import Run
from scanner.registry import outbox
from scanner.registry.outbox import CHANGES, target_of_changes
from scanner.renewals.plan import Effect
from scanner.settings import Settings

MOST = 500
"""Changes that one request tells; of more the first, and how many there are."""


def put_by(
    settings: Settings, run: Run, written: AuditFile, changes: Sequence[Change], at: datetime
) -> Callable[[Connection], None]:
    """Return what stores a run's changes for the receiver, where the settings name one, once for each run."""
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
    things = {one.asset for one in changes}
    names = {one.id: one.display_name or one.id for one in written.entries if one.id in things}
    return [
        {
            "code": one.code,
            "asset": one.asset,
            "params": dict(one.params),
            "text": phrases.changed(one, names, wording),
        }
        for one in changes
    ]
