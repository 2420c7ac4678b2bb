"""One function for each thing the product can do. Entry points parse, call one of these, and print."""

from reports.document import NotAnAudit
from scanner.database import Busy, StorageTrouble
from scanner.service.arguments import UnknownThing, slug_of
from scanner.service.auditing import (
    Display,
    audit,
    demo,
    now,
    reach,
    replay,
)
from scanner.service.bookkeeping import (
    registry_list,
    registry_set,
    registry_show,
    say_ownership,
    why,
)
from scanner.service.checking import doctor
from scanner.service.looking import LookResult, evidence, look
from scanner.service.network import live_net, rates
from scanner.service.printing import report
from scanner.service.requesting import AuditRequest, request
from scanner.service.rereading import reparse
from scanner.service.result import URGENCY, AuditResult, threshold
from scanner.settings import Settings

__all__ = [
    "URGENCY",
    "AuditRequest",
    "AuditResult",
    "Busy",
    "Display",
    "LookResult",
    "NotAnAudit",
    "Settings",
    "StorageTrouble",
    "UnknownThing",
    "audit",
    "demo",
    "doctor",
    "evidence",
    "live_net",
    "look",
    "now",
    "rates",
    "reach",
    "registry_list",
    "registry_set",
    "registry_show",
    "reparse",
    "replay",
    "report",
    "request",
    "say_ownership",
    "slug_of",
    "threshold",
    "why",
]
