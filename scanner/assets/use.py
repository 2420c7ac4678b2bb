"""The vocabulary of judgement: states of each kind, the use they mean, the advice that follows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from scanner.assets.asset import Kind


class Use(StrEnum):
    """Is anybody using it?"""

    USED = "used"
    REDIRECT = "redirect"
    IDLE = "idle"
    BROKEN = "broken"
    UNUSED = "unused"
    LAPSED = "lapsed"
    UNKNOWN = "unknown"


class Advice(StrEnum):
    """What we propose to do with it; called `verdict` wherever people and files see it."""

    KEEP = "keep"
    RENEW = "renew"
    FIX = "fix"
    TRANSFER = "transfer"
    CONSOLIDATE = "consolidate"
    SWITCH_OFF = "switch_off"
    LET_EXPIRE = "let_expire"
    ASK = "ask"
    NO_DATA = "no_data"


class Confidence(StrEnum):
    """How sure: one look is at most likely; certain needs three agreeing looks and another vantage."""

    WEAK = "weak"
    LIKELY = "likely"
    CERTAIN = "certain"


class Need(StrEnum):
    """What must be had before anyone acts on a proposal."""

    SECOND_LOOK = "second_look"
    OWNER_WORD = "owner_word"
    OTHER_VANTAGE = "other_vantage"
    ACCOUNT_LIST = "account_list"
    BACKUP = "backup"
    COMPLETE_LOG = "complete_log"
    PAID_TERM = "paid_term"
    """The day until which it is paid, and the key where there is one."""


def _states(**by_use: str) -> Mapping[str, Use]:
    return {state: Use(use) for use, states in by_use.items() for state in states.split()}


STATES: Mapping[Kind, Mapping[str, Use]] = {
    Kind.DOMAIN: _states(
        used="active_web active_mail infrastructure",
        redirect="redirect_only",
        idle="parked placeholder for_sale abandoned",
        broken="held lame web_broken mail_broken",
        unused="dark undelegated defensive",
        lapsed="lapsed_unpaid lapsed_redemption lapsed_released",
        unknown="undetermined",
    ),
    Kind.SITE: _states(
        used="content login api app mirror",
        redirect="redirects",
        idle="placeholder parked for_sale unclaimed_saas abandoned",
        broken="suspended unpaid_saas maintenance origin_down server_error no_listener",
        unused="no_address",
        unknown="challenge forbidden no_answer undetermined",
    ),
    Kind.HOSTING: _states(
        used="serves_sites serves_mail serves_role",
        redirect="redirects_only",
        idle="placeholders_only",
        broken="suspended no_listener",
        unused="no_names",
        unknown="behind_front no_answer undetermined",
    ),
    Kind.MAIL: _states(
        used="tenant_alive proved_used",
        unused="declared_off none",
        broken="mail_broken",
        unknown="default_mx_only tenant_configured undetermined",
    ),
    Kind.CERTIFICATE: _states(
        used="served", unused="superseded", lapsed="expired", unknown="unserved undetermined"
    ),
    Kind.SAAS: _states(used="live", lapsed="unpaid", unknown="ghost"),
    Kind.LICENCE: _states(used="declared", unknown="trace"),
    Kind.ACCOUNT: _states(used="client agency", unknown="ex_employee unknown"),
    Kind.OTHER: _states(used="declared", unknown="undetermined"),
}
"""Every state a kind can be in, and the use it means (the design's table)."""


def use_of(kind: Kind, state: str) -> Use:
    """Return the use a state means; KeyError for a state the kind does not have."""
    return STATES[kind][state]
