"""One function for each thing the product can do. Entry points parse, call one of these, and print."""

from reports.document import NotAnAudit
from scanner.database import Busy, StorageTrouble
from scanner.evidence.parcel import BadParcel
from scanner.service.arguments import UnknownThing, slug_of
from scanner.service.auditing import audit, demo, now, reach, replay
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
from scanner.service.rescanning import SecondLook, clients, second_look, second_look_over
from scanner.service.result import URGENCY, AuditResult, threshold
from scanner.service.scanning import Display
from scanner.service.vantages import (
    Handed,
    export,
    export_wanted,
    look_for,
    look_for_over,
    take_home,
)
from scanner.settings import Settings

__all__ = [
    "URGENCY",
    "AuditRequest",
    "AuditResult",
    "BadParcel",
    "Busy",
    "Display",
    "Handed",
    "LookResult",
    "NotAnAudit",
    "SecondLook",
    "Settings",
    "StorageTrouble",
    "UnknownThing",
    "audit",
    "clients",
    "demo",
    "doctor",
    "evidence",
    "export",
    "export_wanted",
    "live_net",
    "look",
    "look_for",
    "look_for_over",
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
    "second_look",
    "second_look_over",
    "slug_of",
    "take_home",
    "threshold",
    "why",
]
