"""The report's calendar of renewals as a file for calendar programs (RFC 5545). Holds no price and no key."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from reports.all_day import all_day, calendar_named
from reports.audit_file import AuditFile
from reports.outline import Outline
from reports.phrases import object_type
from reports.saving import ENDING
from reports.terms import Renewal
from reports.wording import Wording

_UNDECIDED = ("ask", "no_data", "consolidate", "transfer")
_A_MINUTE = 60


def calendar_file(audit: AuditFile, plan: Outline, wording: Wording) -> bytes:
    """Return the lines of the report's calendar, a day each; equal audits give equal bytes.

    A thing keeps its UID from report to report, and a later report's entry takes an earlier one's place.
    """
    frame, names = audit.frame, plan.named[wording.language]
    at = frame.generated_at
    calendar = calendar_named(wording.say("calendar_file.name", client=frame.client.name))
    for line in plan.calendar.lines:
        name = names.get(line.id, line.display_name)
        event = all_day(
            uid=f"{quote(line.id, safe=':/*+')}@{frame.client.slug}.revizor",
            sequence=int(at.timestamp()) // _A_MINUTE,
            at=at,
            day=line.on,
            title=wording.say(f"calendar_file.{_wanted(line)}", name=name),
            text="\n".join(_told(audit, plan, line, wording)),
        )
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _wanted(line: Renewal) -> str:
    verdict = line.asset.verdict if line.asset else "renew"
    if verdict in ENDING:
        return "end"
    if verdict in _UNDECIDED:
        return "decide"
    return "by_itself" if line.auto_renew and verdict != "renew" else "renew"


def _told(audit: AuditFile, plan: Outline, line: Renewal, wording: Wording) -> Iterator[str]:
    say = wording.say
    kind = say(f"kind.{line.kind}") if line.asset else object_type(line, wording)
    yield say("calendar_file.paid_until", kind=kind)
    if line.asset:
        yield say("calendar_file.proposal", verdict=say(f"verdict.{line.asset.verdict}"))
    if line.auto_renew and _wanted(line) == "end":
        yield say("calendar_file.turn_off")
    else:
        known = {True: "auto_on", False: "auto_off", None: "auto_unknown"}[line.auto_renew]
        yield say(f"calendar_file.{known}")
    yield say("calendar_file.report", id=audit.frame.run.id, date=str(plan.day), thing=line.id)
