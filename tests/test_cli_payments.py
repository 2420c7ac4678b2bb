"""`revizor payments`, `rates` and `savings`, as people type them."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from scanner.assets import Advice, Asset, Kind, Money, Ownership, Price
from scanner.cli import main
from scanner.database import Database
from scanner.intake.workbook import workbook_sheets
from scanner.registry import Client, Incoming, Registry

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
STATEMENT = """Дата;Контрагент;Назначение платежа;Сумма
10.02.2026;ООО «Регистратор доменных имен РЕГ.РУ»;Оплата домена romashka.ru на 1 год;1 200,50
11.02.2026;ООО «Бегет»;Хостинг, логин rom1;3 600,00
12.02.2026;ИП Цветкова А. А.;Цветы для офиса;5 000,00
13.02.2026;ООО «Регистратор доменных имен РЕГ.РУ»;Оплата домена strange.ru на 1 год;199,00
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry with one client and three things, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("REVIZOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("REVIZOR_SPEAK", "en")
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("revizor.toml").write_text('[agency]\nlanguage = "en"\n')
    with Database.open("sqlite:///revizor.db") as opened:
        registry = Registry(opened)
        asyncio.run(registry.ensure_client(Client("romashka", "Ромашка"), AT))
        yearly = Price(Money(Decimal("1200.50"), "RUB"), 12)
        things = [
            Incoming(
                asset=Asset(Kind.DOMAIN, "romashka.ru"), ownership=Ownership.CONFIRMED,
                advice=Advice.LET_EXPIRE, cost=yearly, declared=frozenset({"cost"}),
            ),
            Incoming(
                asset=Asset(Kind.HOSTING, "beget/rom1"), ownership=Ownership.CONFIRMED,
                advice=Advice.SWITCH_OFF, provider="beget",
            ),
            Incoming(
                asset=Asset(Kind.SAAS, "tilda/romashka"), ownership=Ownership.CONFIRMED,
                advice=Advice.SWITCH_OFF, cost=Price(Money(Decimal(15), "USD"), 1),
            ),
        ]  # fmt: skip
        asyncio.run(registry.receive("romashka", "run1", things, AT))
    Path("bank.csv").write_text(STATEMENT)


def run(*arguments: str, text: str | None = None) -> tuple[int, str]:
    """Run revizor in this process; return exit code and everything it printed."""
    result = CliRunner().invoke(main, list(arguments), input=text)
    return result.exit_code, result.output


def told(*arguments: str) -> object:
    """Run revizor with --json in this process; return what it printed on stdout."""
    result = CliRunner().invoke(main, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def number_of(asset: str) -> str:
    """Return an object's number."""
    lines = run("registry", "list", "romashka")[1].splitlines()
    return next(line.split()[0] for line in lines if asset in line)


def test_a_statement_is_shown_before_it_is_noted() -> None:
    """What each line pays for; what is nobody's thing is kept without one; what pays for flowers is not ours."""
    code, shown = run("payments", "import", "romashka", "bank.csv", "--payer", "agency")
    assert code == 0
    assert "domain:romashka.ru" in shown
    assert "hosting:beget/rom1" in shown
    assert "strange.ru: nothing in the registry" in shown
    assert "Nothing is noted yet" in shown
    assert told("payments", "list", "romashka") == []

    code, said = run("payments", "import", "romashka", "bank.csv", "--payer", "agency", "--yes")
    assert (code, "Payments noted: 3, known before: 0." in said) == (0, True)
    code, said = run("payments", "import", "romashka", "bank.csv", "--payer", "agency", "--yes")
    assert "Payments noted: 0, known before: 3." in said


def test_money_goes_and_comes_back() -> None:
    """Unmatched payments wait to be assigned; the debt is told by month, and paid back."""
    run("payments", "import", "romashka", "bank.csv", "--payer", "agency", "--yes")
    (strange,) = told("payments", "list", "romashka", "--unmatched")  # type: ignore[misc]
    code, said = run("payments", "assign", str(strange["id"]), number_of("tilda"))
    assert (code, "was for saas:tilda/romashka" in said) == (0, True)
    code, said = run(
        "payments",
        "add",
        "romashka",
        "4999,50",
        "--on",
        "2026-02-20",
        "--payer",
        "client",
        "--back",
    )
    assert (code, "RUB 4,999.50, 20 February 2026" in said) == (0, True)

    assert told("payments", "owed", "romashka") == [
        {"month": "2026-02-01", "currency": "RUB", "laid_out": "4999.50", "paid_back": "4999.50", "balance": "0.00", "client": "romashka"}
    ]  # fmt: skip
    assert run("payments", "withdraw", "1")[0] == 0
    assert run("payments", "withdraw", "1")[0] == 2
    assert "-RUB 1,200.50" in run("payments", "owed", "romashka")[1]


def test_debts_go_to_a_spreadsheet() -> None:
    """Of each client and month, by slug; amounts are numbers, their currency stands beside them."""
    assert run("clients", "add", "pion")[0] == 0
    for client, amount in (("romashka", "4999.50"), ("pion", "12")):
        paid = ("--on", "2026-02-20", "--payer", "agency", "--back")
        assert run("payments", "add", client, amount, *paid)[0] == 0

    code, said = run("payments", "owed", "--to", "owed.csv")
    rows = Path("owed.csv").read_text("utf-8-sig").splitlines()

    assert (code, said) == (0, "Written to owed.csv: months: 2.\n")
    assert rows == [
        "Client,Month,Currency,Agency laid out,Client paid back,Client owes",
        "pion,2026-02,RUB,0,-12.00,12.00",
        "romashka,2026-02,RUB,0,-4999.50,4999.50",
    ]
    assert run("payments", "owed", "pion", "--to", "owed.xlsx", "--lang", "ru")[0] == 0
    (sheet,) = workbook_sheets(Path("owed.xlsx").read_bytes())
    assert sheet.name == "Долги"
    assert list(sheet.rows[1].texts[:3]) == ["pion", "2026-02", "RUB"]
    assert run("payments", "owed", "nobody", "--to", "owed.csv")[0] == 2


def test_an_invoice_is_paid_in_parts() -> None:
    """What is left is told."""
    number = number_of("tilda")
    code, said = run(
        "payments",
        "invoice",
        number,
        "15 USD",
        "--payer",
        "client",
        "--invoice-number",
        "T-1",
        "--pay-by",
        "2026-04-01",
    )
    assert (code, said) == (0, "Noted: invoice 1, USD 15.\n")
    code, _ = run(
        "payments",
        "add",
        "romashka",
        "5 USD",
        "--on",
        "2026-03-02",
        "--payer",
        "client",
        "--invoice",
        "1",
    )
    assert code == 0
    assert "USD 15  USD 10" in run("payments", "invoices", "romashka")[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["add", "romashka", "abc", "--on", "2026-03-02", "--payer", "client", "--object", "1"],
            "is no amount",
        ),
        (["add", "romashka", "5", "--on", "2026-03-02", "--payer", "client"], "what was paid for?"),
        (
            ["add", "lilia", "5", "--on", "2026-03-02", "--payer", "client", "--object", "1"],
            "no client 'lilia'",
        ),
        (
            ["add", "romashka", "5", "--on", "2026-03-02", "--payer", "client", "--object", "99"],
            "no object 99",
        ),
        (["invoice", "99", "5", "--payer", "client"], "no object 99"),
        (["assign", "9", "1"], "no payment 9"),
    ],
)
def test_what_cannot_be_noted_is_said(arguments: list[str], says: str) -> None:
    """In one sentence, with exit 2."""
    code, output = run("payments", *arguments)
    assert (code, says in output, output.count("\n")) == (2, True, 1)


def test_savings_are_told_apart_and_together() -> None:
    """By currency and ground; in one currency only with a rate; what has no price is counted."""
    code, alone = run("savings", "romashka", "--in", "rub")
    assert code == 0
    assert "Potential  RUB 1,200.50" in alone
    assert "Potential  USD 180" in alone
    assert "The price of 2 of 3 things is known.\nNo rate for USD." in alone

    Path("rates.csv").write_text("date,base,quote,rate\n2026-03-01,USD,RUB,90\n")
    assert run("rates", "import", "rates.csv") == (
        0, "Noted: rates: 1, from 1 March 2026 to 1 March 2026.\n",
    )  # fmt: skip
    old = "The rate of USD to RUB is old: it is of 1 March 2026."
    assert old in run("savings", "romashka", "--in", "rub")[1]
    found = told("savings", "romashka", "--in", "RUB")
    assert {one["a_year"] for one in found["together"]} == {"1200.50", "16200.00"}  # type: ignore[index]
    Path("rates.csv").write_text("date,base\n")
    assert "no column quote, rate" in run("rates", "import", "rates.csv")[1]


def test_what_is_paid_once_is_noted_listed_and_taken_into_account() -> None:
    """For a thing and none of its periods; beside the savings, and taken off none."""
    add = ["payments", "add", "romashka", "500 RUB", "--on", "2026-03-02", "--payer", "agency"]
    assert run(*add, "--once", "--object", "1")[0] == 0
    assert run("registry", "set", "2", "one_off", "20 EUR", "--why", "x")[0] == 0

    listed, saved = run("payments", "list", "romashka")[1], run("savings", "romashka")[1]

    assert "romashka.ru: paid once" in listed
    assert "One-off costs, not yet taken off what is saved: " in saved
    assert "20 EUR" in run("registry", "show", "2")[1]
    assert "--once goes with --object alone" in run(*add, "--once", "--back")[1]
    assert "what was paid for?" in run(*add, "--once")[1]
