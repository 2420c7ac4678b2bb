"""What a renewal's task says besides its day: account, successor, money, own type, how old the date is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select

from reports.wording import Wording
from scanner.assets import Advice, Money
from scanner.registry.decision_rows import DECISION
from scanner.registry.own_types import OwnType, add_type
from scanner.registry.party_changes import By
from scanner.registry.payments import NewInvoice, NewPayment, PaymentBook
from scanner.registry.renewal_rows import TROUBLE
from scanner.registry.words import Access, Decision, Holder, Lifecycle
from scanner.renewals.owed import Payer
from scanner.service.digests import digest
from scanner.service.paying import pay, settled
from scanner.service.renewing import renewals
from scanner.trackers.contract import Channel
from tests.scanner.renewals.office import START, Office
from tests.scanner.renewals.tracker import Kept, Tracker

SOON = START + timedelta(days=5)
SUM = Money(Decimal("1200.00"), "RUB")


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An agency with somebody on duty and one tracker."""
    opened = Office(database_url)
    opened.person("Дежурная")
    opened.sinks.append(Tracker(clock=opened.clock))
    yield opened
    opened.close()


def _tasks(office: Office) -> list[Kept]:
    (sink,) = office.sinks
    assert isinstance(sink, Tracker)
    return sink.tasks()


def _only(office: Office) -> Kept:
    (task,) = _tasks(office)
    return task


def _digest(office: Office, language: str | None = None) -> str:
    channels: list[Channel] = []
    made = digest(office.settings, office.clock, channels, language=language)
    return asyncio.run(made).out(Wording(language or "ru"))


def _listed(office: Office, language: str) -> str:
    return "\n".join(asyncio.run(renewals(office.settings, office.clock, language=language)))


def test_a_task_says_whose_the_account_is_and_follows_it(office: Office) -> None:
    """The holder is a fact of the account; what hangs on it says so, and says it anew when it changes."""
    office.thing("domain:romashka.ru", SOON, account="reg_ru/ivan")
    account = office.thing("account:reg_ru/ivan", None, holder=Holder.EX_EMPLOYEE)
    office.sync()
    at_first = _only(office).text
    office.change(account, holder=Holder.CLIENT, access=Access.LOST)
    office.sync()

    assert "reg_ru/ivan; оформлена на ушедшего сотрудника" in at_first
    assert "reg_ru/ivan; оформлена на клиента; доступ потерян" in _only(office).text


def test_a_replaced_thing_is_decided_on_and_never_lost(office: Office) -> None:
    """Its task says what took its place; renewed in silence it is not, and forgotten neither."""
    new = office.thing("hosting:beget/new", None, name="Новый хостинг")
    office.thing("hosting:timeweb/old", SOON, replaced_by=new)

    office.sync()

    task = _only(office)
    assert task.title.startswith("Решить или продлить до")
    assert "Вместо него теперь другой объект: Новый хостинг" in task.text
    assert "Решить или продлить" in _listed(office, "ru")


def test_a_task_says_what_is_asked_and_what_is_paid(office: Office) -> None:
    """Number, sum, day and payer of the invoice; once paid, what is left is to see the new date."""
    thing = office.thing("domain:romashka.ru", SOON)
    office.keep()
    book = PaymentBook(office.database)
    new = NewInvoice(object_id=thing, money=SUM, payer=Payer.AGENCY, number="77", pay_by=SOON)
    number = asyncio.run(book.invoice(new, "Анна", office.at))
    office.sync()
    asked = _only(office).text
    paid = NewPayment(paid_on=START, money=SUM, payer=Payer.AGENCY, invoice_id=number)
    asyncio.run(book.pay("romashka", [paid], "Анна", office.at))
    office.sync()

    assert (
        "№ 77: 1 200 ₽, оплатить до 7 марта 2026 г., плательщик: агентство за клиента"
        in asked.replace("\u00a0", " ")
    )
    text = _only(office).text.replace("\u00a0", " ")
    assert "1 200 ₽, 2 марта 2026 г., плательщик: агентство за клиента." in text
    assert "убедитесь, что срок изменился" in text
    assert _only(office).status == "open"


@pytest.mark.parametrize(("language", "word"), [("ru", "ВПН-канал"), ("en", "VPN tunnel")])
def test_the_agencys_own_type_is_called_by_its_name(
    office: Office, language: str, word: str
) -> None:
    """In tasks, digests and lists, in the language of each; its code is nobody's word."""

    def add(connection: object) -> None:
        by = By(who="Анна", at=office.at, why="", deed="d")
        add_type(connection, OwnType("vpn", "ВПН-канал", "VPN tunnel"), by)  # type: ignore[arg-type]

    asyncio.run(office.database.write(add))
    office.thing("other:kanal", SOON, type="vpn")
    office.sync()

    assert "(ВПН-канал)" in _only(office).title
    assert "ВПН-канал" in _only(office).text
    for said in (_digest(office, language), _listed(office, language)):
        assert word in said
        assert "Vpn" not in said


def test_what_is_paid_before_the_first_run_is_paid_for_the_open_period(office: Office) -> None:
    """A period is open from the day the thing is known; no daily job has to come first."""
    paid, unpaid = office.thing("domain:a.ru", SOON), office.thing("domain:b.ru", SOON)
    new = NewPayment(paid_on=START, money=SUM, object_id=paid)
    asyncio.run(pay("romashka", new, "Анна", office.settings, office.clock))

    listed = renewals(office.settings, office.clock, unpaid_only=True, as_json=True)
    said = json.loads("".join(asyncio.run(listed)))
    assert [one["object"] for one in said] == [unpaid]


def _findings(office: Office, code: str) -> list[bool]:
    at = TROUBLE.c
    query = select(at.healed_at).where(at.code == code).order_by(at.id)
    return [row.healed_at is None for row in office.database.read(lambda c: c.execute(query).all())]


def test_check_3_a_date_that_nobody_confirmed_for_long_is_said(office: Office) -> None:
    """In the task, the plan and the digest, as a finding that ends with the next look that sees the date."""
    long_ago = datetime(2026, 1, 10, tzinfo=UTC)
    thing = office.thing("domain:romashka.ru", SOON, origin="observed", dated_at=long_ago)
    office.thing("domain:fresh.ru", SOON, origin="observed", dated_at=office.at)
    office.thing("domain:told.ru", SOON, dated_at=long_ago)  # a person's word grows not stale
    office.sync()

    said = [task.title.split(": ")[1] for task in _tasks(office) if "не подтверждал" in task.text]
    assert said == ["romashka.ru (Домен)"]
    assert office.plan().unconfirmed == 1
    assert "давно не подтверждён" in _digest(office)
    assert _findings(office, "date_not_confirmed") == [True]

    office.change(thing, dated_at=office.at)
    office.sync()

    assert _findings(office, "date_not_confirmed") == [False]
    assert not any("не подтверждал" in task.text for task in _tasks(office))


def _approved(office: Office, **more: object) -> int:
    thing = office.thing(
        "hosting:timeweb/x", date(2027, 3, 1), verdict=Advice.SWITCH_OFF,
        decision=Decision.APPROVED, lifecycle=Lifecycle.OFF_SCHEDULED, **more,
    )  # fmt: skip
    row = insert(DECISION).values(
        object_id=thing, audit="a", list_sha256="", verdict=Advice.SWITCH_OFF, at=office.at,
        decision=Decision.APPROVED, comment="", signed_name="Иванов", signed_position="", who="Ольга",
    )  # fmt: skip
    office.do(row)
    return thing


def _pay(office: Office, thing: int) -> str:
    office.go()
    new = NewPayment(paid_on=office.today, money=SUM, object_id=thing)
    return asyncio.run(pay("romashka", new, "Анна", office.settings, office.clock))


def test_what_was_paid_in_vain_is_a_task_until_somebody_settles_it(office: Office) -> None:
    """Far from any day of renewal, once for each payment; the word that ended it stands in the task."""
    thing = _approved(office)
    assert "Оплачено, хотя решено не платить" in _pay(office, thing)
    office.sync()

    task = _only(office)
    assert task.title.startswith("Разобраться с лишней оплатой до")
    assert "Оплачено 1 200 ₽ (3 марта 2026 г.), хотя клиент" in task.text.replace("\u00a0", " ")
    assert "revizor payments settle 1 --why …" in task.text
    assert "Разобраться с лишней оплатой" in _digest(office)

    _pay(office, thing)
    office.sync()
    assert "2 400 ₽" in _only(office).text.replace("\u00a0", " ")

    said = settled(2, "Ольга", "деньги вернули", office.settings, office.clock)
    assert "с оплатой 2 разобрались" in asyncio.run(said)
    for _ in range(2):
        office.go()
        office.sync()
    assert (_only(office).status, len(_tasks(office))) == ("done", 1)
    assert _only(office).words[-1][1] == "Разобрались: Ольга, деньги вернули. Задача закрыта."
    assert _findings(office, "paid_in_vain") == [False]


def test_a_payment_that_was_withdrawn_was_not_in_vain(office: Office) -> None:
    """The finding is over by itself, and its task is closed with the reason."""
    thing = _approved(office)
    _pay(office, thing)
    office.sync()
    asyncio.run(PaymentBook(office.database).withdraw(1, office.at))
    office.sync()

    assert _only(office).status == "done"
    assert "Оплата отозвана" in _only(office).words[-1][1]


def test_money_for_what_is_gone_is_told_too(office: Office) -> None:
    """A thing that was deleted and is still paid for is the worst of all."""
    thing = _approved(office)
    office.change(thing, lifecycle=Lifecycle.DELETED)
    _pay(office, thing)
    office.sync()

    assert _only(office).title.startswith("Разобраться с лишней оплатой")
