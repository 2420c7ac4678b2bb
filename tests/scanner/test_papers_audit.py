"""The client's papers through the whole job: from a bank's lines to audit.json, the report and the registry."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from probes.kit.net import DnsQuestion, NetTrouble
from probes.kit.observation import Reason
from scanner.assets import Asset, Kind
from scanner.registry import ObjectType, Origin
from scanner.service import auditing, requesting
from scanner.settings import Settings
from tests.peers.paper_net import PaperNet, dns_page, no_such_name
from tests.scanner.replayed import Watch

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
REGISTER = """Объект;Поставщик;Логин;На кого;Оплачен до;Цена в год, руб.;Автопродление;Пароль;Примечание
romashka.ru;REG.RU;romashka-login;Петров П.П. (уволен);04.05.2027;199;да;s3cret;главный
Хостинг Beget;Beget;romashka1;Сидоров С.С.;01.12.2026;3 480,00;нет;s3cret;никто не помнит
Лицензия 1С-Битрикс: Стандарт;1С-Битрикс;;;15.12.2026;;;;для каталога
"""
BANK = """Дата;Контрагент;Сумма;Назначение платежа
12.01.2026;ООО "Селектел";"3 000,00";Оплата по договору № 45678 за аренду сервера за январь 2026 г.
12.02.2026;ООО "Селектел";"3 000,00";Оплата по договору № 45678 за аренду сервера за февраль 2026 г.
15.02.2026;ИП Домоседов;"50 000,00";Аренда офиса
"""


def answers(question: Any) -> Any:
    """Names that are not on paper do not exist; everything else keeps silent."""
    if isinstance(question, DnsQuestion):
        return no_such_name(question)
    raise NetTrouble(Reason.TIMEOUT)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str, Settings]:
    """An audit from one typed name and two papers: the document, the report, the office."""
    tmp_path = tmp_path_factory.mktemp("office")
    place = f"sqlite:///{tmp_path}/office.db"
    settings = Settings(db=place, out=str(tmp_path / "audits"), lang=("ru",), vantage="here")
    pages = {**dns_page("romashka.ru", "NS", "romashka.ru. NS ns1.example.net.")}
    asked = requesting.request(
        client="romashka",
        typed=["romashka.ru"],
        lists=[(REGISTER.encode(), "реестр.csv"), (BANK.encode("cp1251"), "bank.csv")],
    )
    result = asyncio.run(
        auditing.replay(asked, settings, lambda: AT, Watch(), PaperNet(pages, answers))
    )
    folder = Path(result.folder)
    document = json.loads((folder / "audit.json").read_bytes())
    return document, (folder / "cleanup.ru.html").read_text(), settings


def by_id(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Assets by id."""
    return {asset["id"]: asset for asset in document["assets"]}


def test_what_papers_say_fills_the_document(audited: Any):
    """Cost, term, provider and auto-renewal stand where nothing was seen, with where they come from."""
    found = by_id(audited[0])

    hosting = found["hosting:beget/romashka1"]
    assert hosting["ownership"] == "likely"
    assert hosting["ownership_reasons"][0]["group"] == "papers"
    assert hosting["provider"] == "Beget"
    assert hosting["paid_until"] == "2026-12-01"
    assert hosting["auto_renew"] is False
    assert hosting["cost"] == {
        "amount": "3480.00", "currency": "RUB", "period_months": 12, "source": "declared",
    }  # fmt: skip
    assert hosting["verdict"] == "ask"
    assert hosting["facts"]["papers"] == "реестр.csv, 3"
    server = found["hosting:selectel/45678"]
    assert server["cost"]["amount"] == "3000.00"
    assert server["cost"]["period_months"] == 1
    assert server["cost"]["source"] == "invoice"
    assert found["domain:romashka.ru"]["paid_until"] == "2027-05-04"
    assert found["licence:1c_bitrix"]["verdict"] == "renew"
    assert found["account:reg_ru/romashka-login"]["verdict"] == "transfer"
    assert not any("office" in asset or "Домоседов" in asset for asset in found)
    spending = {(one["currency"], one["source"]): one["amount"] for one in audited[0]["savings"]["spending"]}  # fmt: skip
    assert spending == {("RUB", "declared"): "3679.00", ("RUB", "invoice"): "36000.00"}
    assert audited[0]["savings"]["priced"] == 3


def test_no_secret_and_no_person_travels_with_the_report(audited: Any):
    """Passwords are kept nowhere; who holds an account stays in the registry."""
    document, report, settings = audited
    database = Path(settings.db.removeprefix("sqlite:///")).read_bytes()

    for text in (json.dumps(document, ensure_ascii=False), report):
        assert "s3cret" not in text
        assert "Петров" not in text
        assert "Домоседов" not in text
    assert b"s3cret" not in database
    assert "Домоседов".encode() not in database


def test_the_report_tells_of_what_only_papers_know(audited: Any):
    """The forgotten hosting stands in it, with its account, its paper and its price."""
    report = audited[1]

    assert "Известен только из документов" in report
    assert "romashka1" in report
    assert "реестр.csv" in report


def test_the_registry_receives_declared_objects(audited: Any):
    """Each under its type, with origin declared and its cost; unknown columns beside it."""
    from scanner.database import Database
    from scanner.registry import Registry

    database = Database.open(audited[2].db)
    try:
        objects = {one.asset: one for one in Registry(database).objects("romashka")}
    finally:
        database.close()

    server = objects[Asset(Kind.HOSTING, "selectel/45678")]
    assert server.type is ObjectType.SERVER
    assert str(server.cost) == "3000.00 RUB/1"
    assert server.origins["cost"] is Origin.DECLARED
    hosting = objects[Asset(Kind.HOSTING, "beget/romashka1")]
    assert hosting.origins["paid_until"] is Origin.DECLARED
    assert hosting.facts["account_holder"] == "Сидоров С.С."
    assert hosting.facts["paper_notes"] == ["Примечание: никто не помнит"]
    account = objects[Asset(Kind.ACCOUNT, "reg_ru/romashka-login")]
    assert account.facts["holder_left"] == "Петров П.П. (уволен)"
    assert objects[Asset(Kind.LICENCE, "1c_bitrix")].type is ObjectType.CMS_LICENCE
    hanging = [one for one in objects.values() if one.account == account.asset.key]
    assert hanging
    assert {one.origins["account"] for one in hanging} == {Origin.DECLARED}
