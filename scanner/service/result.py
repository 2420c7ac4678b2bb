"""What an audit ended in, for a person, a program and an exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from reports.audit_file import AuditFile
from reports.document import NotSeen
from scanner.assets import Advice, Ownership
from scanner.service.arguments import UnknownThing

URGENCY = (
    Advice.KEEP, Advice.NO_DATA, Advice.ASK, Advice.CONSOLIDATE, Advice.LET_EXPIRE,
    Advice.SWITCH_OFF, Advice.RENEW, Advice.TRANSFER, Advice.FIX,
)  # fmt: skip
"""The order `--fail-on` counts by: the farther right, the sooner somebody has to act."""


class AuditResult(Struct, frozen=True):
    """What an audit ended in."""

    folder: str
    files: tuple[str, ...]
    complete: bool
    verdicts: dict[str, int]
    """How many of the client's assets got which verdict."""
    assets: int
    not_seen: int
    changes: int = 0
    """How much is different from what was told before."""
    refused: int = 0
    """So many things it would have given up at once, which was not believed; 0 where it was."""

    def reaches(self, threshold: Advice) -> bool:
        """Say whether a verdict is at or above the threshold."""
        floor = URGENCY.index(threshold)
        return any(self.verdicts.get(advice) for advice in URGENCY[floor:])

    def json(self) -> str:
        """Return the summary as JSON."""
        return msgspec.json.encode(self).decode()

    def text(self) -> str:
        """Return the summary for a person."""
        rows = [f"  {count:>5}  {advice}" for advice, count in self.verdicts.items()]
        state = "" if self.complete else "\nFinished incomplete: a required source did not answer."
        if self.refused:
            state += (
                f"\nRefused: this look would give up {self.refused} things at once, and the fault is more likely "
                "ours.\nNothing is proposed to be ended, and no change told, until a look a day later finds the same."
            )
        return (
            "\n".join(
                [f"{self.assets} assets of the client:", *rows, *(f"{file}" for file in self.files)]
            )
            + state
        )


def result_of(written: AuditFile, folder: Path, files: Iterable[Path]) -> AuditResult:
    """Return the summary of an audit that was written and printed."""
    own = [
        one for one in written.entries if one.ownership in (Ownership.CONFIRMED, Ownership.LIKELY)
    ]
    counted = Counter(one.verdict for one in own)
    return AuditResult(
        folder=str(folder),
        files=tuple(str(file) for file in files),
        complete=written.frame.run.complete,
        verdicts={advice: counted[advice] for advice in reversed(URGENCY) if counted[advice]},
        assets=len(own),
        not_seen=len(written.frame.not_seen),
        changes=len(written.frame.changes),
        refused=sum(_refused(one) for one in written.frame.not_seen),
    )


def _refused(one: NotSeen) -> int:
    count = one.params.get("count")
    return count if one.code == "too_many_at_once" and isinstance(count, int) else 0


def threshold(word: str) -> Advice:
    """Read the verdict given to --fail-on."""
    try:
        return Advice(word)
    except ValueError:
        raise UnknownThing(
            f"{word!r} is not a verdict; --fail-on takes one of {', '.join(URGENCY)}."
        ) from None
