"""A matter in words: the task's title, lines and steps, its reminders, and why it was closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from reports import phrases
from reports.document import Change
from reports.wording import Wording
from scanner.database import Database
from scanner.registry.own_types import own_types
from scanner.renewals.guard import Stance
from scanner.renewals.matter import PAID_IN_VAIN, Bill, Matter, News
from scanner.renewals.steps import steps, stops
from scanner.trackers.contract import Line, NewTask, TaskPatch

_DAYS = ("decide_by", "cheap_until", "renew_from", "service_stops", "grace_until", "lost_at")
_MOST_BILLS = 3
"""Invoices, and payments, of one period that a task names."""


class TaskText:
    """Says matters in one language."""

    def __init__(self, language: str, own_types: Mapping[str, str] | None = None) -> None:
        """Take a language, and the agency's own types of objects in it, by code."""
        self.wording = Wording(language)
        self._own_types = own_types or {}

    def type(self, code: str) -> str:
        """Say what a type of object is called."""
        return self._own_types.get(code) or self.wording.value(code, "object_type?")

    def new(self, matter: Matter, marker: str, tracker: str) -> NewTask:
        """Return the task to create in a tracker."""
        person = matter.assignment.person
        return NewTask(
            marker=marker,
            title=self.title(matter),
            lines=tuple(self.lines(matter)),
            steps=self.steps(matter),
            deadline=matter.deadline,
            responsible=person.trackers.get(tracker) if person else None,
            watchers=_watchers(matter, tracker),
            project=matter.project_in(tracker),
        )

    def patch(self, matter: Matter, tracker: str, comment: str | None) -> TaskPatch:
        """Return what makes a task that exists say what is so now."""
        person = matter.assignment.person
        return TaskPatch(
            title=self.title(matter),
            lines=tuple(self.lines(matter)),
            steps=self.steps(matter),
            deadline=matter.deadline,
            responsible=person.trackers.get(tracker) if person else None,
            watchers=_watchers(matter, tracker),
            comment=comment,
        )

    def title(self, matter: Matter) -> str:
        """Say in a line what is to be done, by when, with what."""
        thing = matter.thing
        return self._say(
            f"task_title.{self._form(matter, 'task_title.')}",
            deadline=_iso(matter.deadline),
            name=thing.name,
            type=self._own_types.get(thing.type, thing.type),
        )

    def lines(self, matter: Matter) -> Iterator[Line]:
        """Say all that is known about it, a line each."""
        for label, text in self._told(matter):
            if text:
                yield Line(self._say(f"task_label.{label}"), text)

    def steps(self, matter: Matter) -> tuple[str, ...]:
        """Say what to do, step by step."""
        number = str(matter.thing.id)
        commands = {
            "enter_date": f"revizor registry set {number} paid_until YYYY-MM-DD --why …",
            "note_answer": f"revizor decisions set {number} DECISION --signed … --why …",
            "settle_payment": _settling(matter),
            "settle_change": f"revizor tasks settle {number} --why …",
        }
        return tuple(
            self._say(f"task_step.{code}", command=commands.get(code, "-"))
            for code in steps(matter)
        )

    def reminder(self, matter: Matter, step: str, today: date) -> str:
        """Say that the last day is near, or gone by."""
        deadline, due = _iso(matter.deadline), _iso(matter.ladder.due)
        left = (matter.deadline - today).days
        if step.startswith("overdue"):
            code = "late" if matter.stance is None else "overdue"
            return self._comment(code, count=(today - matter.ladder.due).days, due=due)
        if left == 0:
            return self._comment("remind_today")
        if left < 0:
            return self._comment("remind_passed", deadline=deadline, due=due)
        return self._comment("remind", count=left, deadline=deadline)

    def moved(self, matter: Matter) -> str:
        """Say that the last day is another now."""
        return self._comment("moved", deadline=_iso(matter.deadline))

    def recheck(self, matter: Matter) -> str:
        """Say that closing the task has renewed nothing."""
        form = self._form(matter, "task_comment.recheck_")
        code = "recheck" if form == "renew" else f"recheck_{form}"
        date_command = f"revizor registry set {matter.thing.id} paid_until YYYY-MM-DD --why …"
        command = _settling(matter) or date_command
        return self._comment(code, due=_iso(matter.ladder.due), command=command)

    def closed(self, why: str, who: str = "", by_hand: str = "renewed") -> str:
        """Say why it is over: a code of ours, or a person's word that it is renewed or settled."""
        if self.wording.has(f"task_closed.{why}") and not who:
            return self._say(f"task_closed.{why}")
        return self._say(f"task_closed.{by_hand}", who=who or "—", why=why or "—")

    def news(self, news: News) -> str:
        """Say what has changed."""
        change = Change(code=news.code, params=dict(news.params), asset=news.asset or None)
        return phrases.changed(change, news.names, self.wording)

    def money(self, matter: Matter) -> str:
        """Say the price of a period; empty where it is not known."""
        price = matter.thing.price
        if price is None:
            return ""
        total = self.wording.money(price.money.amount, price.money.currency)
        match price.period_months:
            case 12:
                return self._say("money.per_year", sum=total)
            case 1:
                return self._say("money.per_month", sum=total)
            case months:
                return self._say("money.per_months", sum=total, count=months)

    def left(self, matter: Matter, today: date) -> str:
        """Say how long there is, or how late it is."""
        days = (matter.deadline - today).days
        if days == 0:
            return self._say("digest.today")
        return self._say("digest.left" if days > 0 else "digest.late", count=abs(days))

    def _told(self, matter: Matter) -> Iterator[tuple[str, str]]:
        thing, days, wording = matter.thing, matter.days, self.wording
        yield "what", f"{wording.value(thing.name)}, {self.type(thing.type)}"
        if matter.news:
            yield "happened", self.news(matter.news)
        elif matter.stance is None:
            yield "happened", self._say(f"hand.{matter.code}", **self._params(matter))
        elif thing.replaced_by and matter.stance is Stance.DECIDE:
            yield "why", self._say("task_why.replaced", name=thing.replaced_by)
        elif matter.stance in (Stance.CONFIRM, Stance.DECIDE, Stance.DO_NOT_PAY):
            seen = _iso(matter.seen_until) if matter.seen_until else ""
            yield "why", self._say(f"task_why.{matter.stance}", day=seen)
        yield "client", wording.value(thing.client_name)
        yield "projects", wording.items([one.name for one in matter.projects], wording.value)
        yield "where", (thing.provider and wording.value(thing.provider)) or ""
        yield "account", "; ".join(self._account(matter))
        yield "replaced_by", (thing.replaced_by and wording.value(thing.replaced_by)) or ""
        if matter.to_pay is not None:
            yield "document", matter.document and wording.value(matter.document)
            yield "to_pay", wording.money(matter.to_pay.amount, matter.to_pay.currency)
            yield "payer", self._say(f"payer.{matter.payer}") if matter.payer else ""
        if days is not None:
            yield "price", self.money(matter)
            for bill in matter.bills[:_MOST_BILLS]:
                yield "bill", self._bill("asked", bill)
            for bill in matter.payments[:_MOST_BILLS]:
                yield "payment", self._bill("paid", bill)
            yield "due", wording.day(days.due)
            if matter.unconfirmed_since:
                yield (
                    "unconfirmed",
                    self._say("task_stale.since", day=_iso(matter.unconfirmed_since)),
                )
            for name in _DAYS:
                day = getattr(days, name)
                yield name, wording.day(day) if day else ""
            auto = {True: "yes", False: "no", None: "unknown"}[thing.auto_renew]
            yield "auto_renew", self._say(f"task_auto.{auto}")
            if matter.expected and matter.stance in (Stance.RENEW, Stance.DECIDE):
                yield "after", self._say("task_expected.day", day=_iso(matter.expected))
            key = f"task_stops.{stops(matter)}"
            yield "stops", self._say(key if wording.has(key) else "task_stops.other")
        person = matter.assignment.person
        chosen = f"task_answers.{matter.assignment.chosen}"
        yield "answers", self._say(chosen, name=person.name if person else "—")
        if thing.id:
            yield "number", f"{self._say('task_label.number_short')} {thing.id}"

    def _bill(self, code: str, bill: Bill) -> str:
        return self._say(
            f"task_bill.{code}",
            number=bill.number,
            sum=self.wording.money(bill.money.amount, bill.money.currency),
            day=_iso(bill.on) if bill.on else "",
            payer=bill.payer.value,
        )

    def _params(self, matter: Matter) -> Mapping[str, Any]:
        """Return what the sentence of a trouble tells, an amount of money as it is said."""
        match matter.params:
            case {"amount": str() as amount, "currency": str() as currency}:
                return {**matter.params, "sum": self.wording.money(Decimal(amount), currency)}
        return matter.params

    def _form(self, matter: Matter, theme: str) -> str:
        """Return under what code of a theme it is told: its stance, or the kind of its trouble."""
        if matter.stance is not None:
            return matter.stance.value
        if self.wording.has(f"{theme}{matter.code}"):
            return matter.code
        return "changed" if matter.news else "trouble"

    def _account(self, matter: Matter) -> Iterator[str]:
        thing = matter.thing
        if thing.account:
            yield self.wording.value(thing.account)
        if thing.holder:
            yield self._say(f"task_holder.{thing.holder}")
        if thing.access:
            yield self._say(f"task_access.{thing.access}")

    def _comment(self, code: str, **params: Any) -> str:
        return self._say(f"task_comment.{code}", **params)

    def _say(self, key: str, **params: Any) -> str:
        return self.wording.say(key, params)


def task_text(database: Database, language: str) -> TaskText:
    """Return what says matters in a language, the agency's own types of objects among its words."""
    own = database.read(own_types)
    return TaskText(language, {one.code: one.ru if language == "ru" else one.en for one in own})


def _settling(matter: Matter) -> str:
    """Return the command that settles a payment which should not have been made; empty for all else."""
    payments = matter.params.get("payments") if matter.code == PAID_IN_VAIN else None
    return f"revizor payments settle {payments[-1]} --why …" if payments else ""


def _watchers(matter: Matter, tracker: str) -> tuple[str, ...]:
    known = (one.trackers.get(tracker) for one in matter.assignment.watchers)
    return tuple(one for one in known if one)


def _iso(day: date) -> str:
    return day.isoformat()
