"""One function for each thing the product can do. Entry points parse, call one of these, and print.

Each is loaded when it is first asked for: a list of objects waits for no probe, no judge and no report.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.document import NotAnAudit
    from scanner.database import Busy, StorageTrouble
    from scanner.evidence.parcel import BadParcel
    from scanner.registry.payments import NewInvoice, NewPayment
    from scanner.renewals.owed import Payer, Purpose
    from scanner.service.arguments import UnknownThing, slug_of
    from scanner.service.auditing import audit, demo, reach, replay
    from scanner.service.bookkeeping import registry_show, say_ownership, why
    from scanner.service.checking import doctor
    from scanner.service.clock import now
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
        withdraw,
    )
    from scanner.service.printing import last_audit, report
    from scanner.service.registering import registry_list, registry_set
    from scanner.service.reporting import report_of_client
    from scanner.service.requesting import AuditRequest, request
    from scanner.service.rereading import reparse
    from scanner.service.rescanning import SecondLook, clients, second_look, second_look_over
    from scanner.service.result import URGENCY, AuditResult, threshold
    from scanner.service.saving import saved_by
    from scanner.service.scanning import Display
    from scanner.service.site_pictures import picture_sites
    from scanner.service.switching_off import off_list, off_step
    from scanner.service.telling_changes import tell_changes
    from scanner.service.vantages import (
        Handed,
        export,
        export_wanted,
        look_for,
        look_for_over,
        take_home,
    )
    from scanner.service.wrong_clock import settle_clock
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
    "picture_sites",
    "rates",
    "reach",
    "read_statement",
    "registry_list",
    "registry_set",
    "registry_show",
    "reparse",
    "replay",
    "report",
    "report_of_client",
    "request",
    "rescan",
    "rescan_over",
    "saved_by",
    "say_ownership",
    "second_look",
    "second_look_over",
    "settle_clock",
    "slug_of",
    "take_home",
    "tell_changes",
    "threshold",
    "why",
    "withdraw",
]

_HOMES = {
    "reports.document": ("NotAnAudit",),
    "scanner.database": ("Busy", "StorageTrouble"),
    "scanner.evidence.parcel": ("BadParcel",),
    "scanner.registry.payments": ("NewInvoice", "NewPayment"),
    "scanner.renewals.owed": ("Payer", "Purpose"),
    "scanner.service.arguments": ("UnknownThing", "slug_of"),
    "scanner.service.auditing": ("audit", "demo", "reach", "replay"),
    "scanner.service.bookkeeping": ("registry_show", "say_ownership", "why"),
    "scanner.service.checking": ("doctor",),
    "scanner.service.clock": ("now",),
    "scanner.service.deciding": ("decide", "decisions_list", "file_of", "import_decisions"),
    "scanner.service.due_rescans": ("Rescan", "clients_due", "next_due", "rescan", "rescan_over"),
    "scanner.service.looking": ("LookResult", "evidence", "look"),
    "scanner.service.network": ("live_net", "rates"),
    "scanner.service.paying": (
        "as_json",
        "assign",
        "import_rates",
        "invoice",
        "invoices_of",
        "money_of",
        "note_statement",
        "owed_by",
        "pay",
        "payments_of",
        "read_statement",
        "withdraw",
    ),
    "scanner.service.printing": ("last_audit", "report"),
    "scanner.service.registering": ("registry_list", "registry_set"),
    "scanner.service.reporting": ("report_of_client",),
    "scanner.service.requesting": ("AuditRequest", "request"),
    "scanner.service.rereading": ("reparse",),
    "scanner.service.rescanning": ("SecondLook", "clients", "second_look", "second_look_over"),
    "scanner.service.result": ("AuditResult", "URGENCY", "threshold"),
    "scanner.service.saving": ("saved_by",),
    "scanner.service.scanning": ("Display",),
    "scanner.service.site_pictures": ("picture_sites",),
    "scanner.service.switching_off": ("off_list", "off_step"),
    "scanner.service.telling_changes": ("tell_changes",),
    "scanner.service.vantages": (
        "Handed",
        "export",
        "export_wanted",
        "look_for",
        "look_for_over",
        "take_home",
    ),
    "scanner.settings": ("Settings",),
    "scanner.service.wrong_clock": ("settle_clock",),
}
"""Where each of them is at home."""

if not TYPE_CHECKING:  # a checker sees the imports above, and no name that is not there

    def __getattr__(name: str) -> Any:
        for module, names in _HOMES.items():
            if name in names:
                found = globals()[name] = getattr(import_module(module), name)
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
