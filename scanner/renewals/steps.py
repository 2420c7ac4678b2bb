"""What to do about a matter, step by step, as codes of texts. Pure."""

from __future__ import annotations

from scanner.renewals.guard import Stance
from scanner.renewals.matter import PAID_IN_VAIN, Matter

_CERTIFICATE = "certificate"
_CHANGED = ("was_it_agreed", "settle_change", "undo_change")
_OF_CHANGES = {
    "came_back": ("find_user", "restore_or_settle"),
    "mail_gone": ("was_it_agreed", "settle_change", "put_mail_back"),
    "source_failing": ("ask_doctor", "wait_for_source"),
}
"""By the rule that made a task of a change."""


def steps(matter: Matter) -> tuple[str, ...]:
    """Return the codes of the steps, in order."""
    certificate = matter.thing.type == _CERTIFICATE
    match matter.stance:
        case None if matter.code == PAID_IN_VAIN:
            return ("who_paid", "auto_renew_off", "settle_payment")
        case None if matter.news:
            return _OF_CHANGES.get(matter.code, _CHANGED)
        case None:
            return ("put_right", "look_again")
        case Stance.PAY:
            return ("pay_invoice",)
        case Stance.DO_NOT_PAY:
            return ("auto_renew_off", "refuse_invoice", "verify_gone")
        case Stance.DECIDE if matter.thing.replaced_by:
            return ("check_replaced", "end_or_renew", "enter_date")
        case Stance.DECIDE:
            return ("ask_client", "sign_or_renew", "note_answer")
        case Stance.CONFIRM:
            return ("find_payment", "enter_date", "or_pay")
        case _ if matter.payments:
            return ("check_extended", "enter_date")
        case _ if certificate:
            return ("issue_certificate", "install_certificate", "look_again")
        case _ if matter.thing.auto_renew:
            return ("check_balance", "watch_renewal", "enter_date")
    return ("check_account", "pay", "enter_date")


def stops(matter: Matter) -> str:
    """Return the code of what stops if nobody acts."""
    if matter.stance is Stance.DO_NOT_PAY:
        return "money"
    return matter.thing.type
