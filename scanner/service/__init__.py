"""One function for each thing the product can do. Entry points parse, call one of these, and print."""

from reports.document import NotAnAudit
from scanner.database import Busy, StorageTrouble
from scanner.evidence.parcel import BadParcel
from scanner.registry.payments import NewInvoice, NewPayment
from scanner.renewals.owed import Payer, Purpose
from scanner.service.arguments import UnknownThing, slug_of
from scanner.service.auditing import audit, demo, now, reach, replay
from scanner.service.bookkeeping import registry_show, say_ownership, why
from scanner.service.checking import doctor
from scanner.service.deciding import decide, decisions_list, file_of, import_decisions
from scanner.service.due_rescans import Rescan, clients_due, next_due, rescan, rescan_over
from scanner.service.looking import LookResult, evidence, look
from scanner.service.network import live_net, rates
from scanner.service.paying import (
    as_json,
    assign,
    import_rates,
    invoice,
    invoices_of,
    money_of,
    note_statement,
    owed_by,
    pay,
    payments_of,
    read_statement,
    saved_by,
    table_of,
    withdraw,
)
from scanner.service.printing import last_audit, report
from scanner.service.registering import registry_list, registry_set
from scanner.service.requesting import AuditRequest, request
from scanner.service.rereading import reparse
from scanner.service.rescanning import SecondLook, clients, second_look, second_look_over
from scanner.service.result import URGENCY, AuditResult, threshold
from scanner.service.scanning import Display
from scanner.service.switching_off import off_list, off_step
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
    "NewInvoice",
    "NewPayment",
    "NotAnAudit",
    "Payer",
    "Purpose",
    "Rescan",
    "SecondLook",
    "Settings",
    "StorageTrouble",
    "UnknownThing",
    "as_json",
    "assign",
    "audit",
    "clients",
    "clients_due",
    "decide",
    "decisions_list",
    "demo",
    "doctor",
    "evidence",
    "export",
    "export_wanted",
    "file_of",
    "import_decisions",
    "import_rates",
    "invoice",
    "invoices_of",
    "last_audit",
    "live_net",
    "look",
    "look_for",
    "look_for_over",
    "money_of",
    "next_due",
    "note_statement",
    "now",
    "off_list",
    "off_step",
    "owed_by",
    "pay",
    "payments_of",
    "rates",
    "reach",
    "read_statement",
    "registry_list",
    "registry_set",
    "registry_show",
    "reparse",
    "replay",
    "report",
    "request",
    "rescan",
    "rescan_over",
    "saved_by",
    "say_ownership",
    "second_look",
    "second_look_over",
    "slug_of",
    "table_of",
    "take_home",
    "threshold",
    "why",
    "withdraw",
]
