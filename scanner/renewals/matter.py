"""One thing that somebody is told about, with everything that is needed to tell it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from scanner.assets import Money, Price
from scanner.renewals.assignment import Assignment, Membership
from scanner.renewals.cycle import CycleState, Days
from scanner.renewals.guard import Stance
from scanner.renewals.owed import Payer
from scanner.renewals.reminders import Ladder, Told

PAID_IN_VAIN = "paid_in_vain"
"""The trouble that something was paid for which it was decided not to pay for."""


class Thing(Struct, frozen=True, kw_only=True, gc=False):
    """The object it is about, as far as a task tells of it. It holds no secret."""

    id: int
    client: str
    """His slug."""
    client_name: str
    asset: str
    type: str
    name: str
    provider: str | None = None
    account: str | None = None
    holder: str | None = None
    """Whose the account is that it hangs on, or that it is."""
    access: str | None = None
    price: Price | None = None
    auto_renew: bool | None = None
    replaced_by: str | None = None
    """What took its place."""


class Bill(Struct, frozen=True, gc=False):
    """What is asked for a period, or was paid for it."""

    number: str
    """Of the invoice; of a payment where it is written down."""
    money: Money
    payer: Payer
    on: date | None
    """The last day to pay; of a payment the day it was made."""


class News(Struct, frozen=True, gc=False):
    """A change as people are told it."""

    code: str
    """Each has its sentence in the texts, theme `change`."""
    asset: str
    """Of several things the first; empty of a source."""
    params: Mapping[str, Any]
    names: Mapping[str, str]
    """How people call its things, by asset id."""


class Matter(Struct, frozen=True, kw_only=True, gc=False):
    """A period that comes to its end, a trouble that needs a hand, or a change that somebody must look into."""

    subject: str
    """`cycle:12`, `trouble:7`, `notice:3`."""
    thing: Thing
    ladder: Ladder
    assignment: Assignment
    projects: tuple[Membership, ...] = ()
    stance: Stance | None = None
    """What is asked for; None for a trouble."""
    state: CycleState = CycleState.OPEN
    days: Days | None = None
    expected: date | None = None
    """Until when it is paid once it is renewed, as far as that can be said."""
    seen_until: date | None = None
    """The later day that was seen."""
    unconfirmed_since: date | None = None
    """Since when nobody has confirmed its last day, where that is long ago."""
    bills: tuple[Bill, ...] = ()
    """Invoices for the period."""
    payments: tuple[Bill, ...] = ()
    """Payments for the period."""
    to_pay: Money | None = None
    """Of an invoice: what is left to pay."""
    payer: Payer | None = None
    """Of an invoice: who is to pay it."""
    document: str = ""
    """Of an invoice: its number."""
    code: str = ""
    """Of a trouble: which; of a change: the rule by which it is a task."""
    severity: str = ""
    params: Mapping[str, Any] = {}
    news: News | None = None
    """The change. Whoever closes its task has settled it."""

    @property
    def deadline(self) -> date:
        """Return the last working day to act on."""
        return self.ladder.deadline

    def project_in(self, tracker: str) -> str | None:
        """Return its group or project in a task manager: of its lead project, else of another."""
        ordered = sorted(self.projects, key=lambda one: (not one.lead, one.project))
        known = (one.trackers[tracker] for one in ordered if one.trackers.get(tracker))
        return next(known, None)

    def fingerprint(self) -> str:
        """Return a short mark that changes when a task that tells of it has to be rewritten."""
        told = (
            self.deadline,
            self.thing,
            self.stance,
            self.days and self.days.due,
            self.seen_until,
            self.unconfirmed_since,
            self.to_pay,
            self.payer,
            self.bills,
            self.payments,
            self.assignment.person and self.assignment.person.id,
            sorted(one.id for one in self.assignment.watchers),
            self.code,
            self.severity,
            self.params,
            *((self.news,) if self.news else ()),
        )
        return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()[:16]


class TaskOutside(Struct, frozen=True, gc=False):
    """The task that stands for a matter in one tracker, as it was last told and last seen."""

    tracker: str
    marker: str
    id: str | None = None
    url: str | None = None
    status: str | None = None
    fingerprint: str = ""
    deadline: date | None = None


class Place(Struct, frozen=True, kw_only=True, gc=False):
    """One tracker, or one person's channel, and what was said there of a matter."""

    target: str
    told: tuple[Told, ...] = ()
    """Steps of the ladder."""
    rules: Mapping[str, bool] = {}
    """Everything else that was ever planned there: rule to whether it is done with."""
    task: TaskOutside | None = None
