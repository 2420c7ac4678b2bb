"""Every shape of paper a client has is read for what it says, and shown for how it was read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scanner.assets import Declaration
from scanner.intake.headings import Meaning
from scanner.intake.names import UnreadableInput
from scanner.intake.paper import Paper, read_paper
from tests.scanner.intake.books import row, sheet, workbook

PAPERS = Path(__file__).parent / "papers"


def read(name: str) -> Paper:
    """A paper of the folder."""
    return read_paper((PAPERS / name).read_bytes(), name)


def table(text: str, source: str = "table.csv") -> Paper:
    """A table written here."""
    return read_paper(text.encode(), source)


def told(one: Declaration) -> dict[str, Any]:
    """What a declaration says, without what it leaves out."""
    fields = ("type", "provider", "registrar", "account", "holder", "paid_on", "paid_until", "period_months")  # fmt: skip
    found = {field: value for field in fields if (value := getattr(one, field)) not in (None, "")}
    if one.money:
        found["money"] = f"{one.money.amount} {one.money.currency}"
    if one.auto_renew is not None:
        found["auto_renew"] = one.auto_renew
    return found


def things(paper: Paper) -> dict[str, dict[str, Any]]:
    """What is declared, by asset id; the last row of each."""
    return {str(one.asset): told(one) for one in paper.declarations}


EXPECTED: dict[str, dict[str, dict[str, Any]]] = {
    "regru_domains.csv": {
        "domain:romashka.ru": {"registrar": "REG.RU", "paid_until": date(2027, 5, 4), "period_months": 12, "money": "549.00 RUB", "auto_renew": True},
        "domain:xn--80aa3agjl3d.xn--p1ai": {"registrar": "REG.RU", "paid_until": date(2026, 11, 11), "period_months": 12, "money": "549.00 RUB", "auto_renew": False},
        "domain:romashka-opt.ru": {"registrar": "REG.RU", "paid_until": date(2027, 2, 13), "period_months": 12, "money": "549.00 RUB", "auto_renew": True},
    },
    "nic_services.csv": {
        "domain:romashka.su": {"registrar": "RU-CENTER", "account": "123456/NIC-D", "holder": 'ООО "Ромашка"', "paid_until": date(2027, 3, 1), "period_months": 12, "money": "990.00 RUB", "auto_renew": False},
        "hosting:ru_center/123456-nic-d": {"type": "hosting", "provider": "ru_center", "account": "123456/NIC-D", "holder": 'ООО "Ромашка"', "paid_until": date(2026, 12, 15), "money": "4200.00 RUB", "auto_renew": True},
        "other:certificate-shop-romashka-su": {"type": "certificate", "provider": "ru_center", "account": "123456/NIC-D", "holder": 'ООО "Ромашка"', "paid_until": date(2027, 1, 20), "money": "2990.00 RUB", "auto_renew": False},
        "account:ru_center/123456-nic-d": {"provider": "ru_center", "account": "123456/NIC-D", "holder": 'ООО "Ромашка"'},
    },
    "beget.csv": {
        "domain:romashka-shop.ru": {"account": "romashk1", "paid_until": date(2027, 4, 2), "auto_renew": True},
        "domain:romashka-old.ru": {"account": "romashk1", "paid_until": date(2026, 9, 30), "auto_renew": False},
        "hosting:beget/romashk1": {"type": "hosting", "provider": "beget", "account": "romashk1"},
        "account:beget/romashk1": {"provider": "beget", "account": "romashk1"},
    },
    "timeweb.csv": {
        "domain:romashka-msk.ru": {"registrar": "REG.RU", "account": "cr12345", "paid_until": date(2027, 1, 30), "period_months": 12, "money": "499.00 RUB", "auto_renew": True},
        "domain:romashka-spb.ru": {"registrar": "REG.RU", "account": "cr12345", "paid_until": date(2027, 6, 15), "period_months": 12, "money": "499.00 RUB", "auto_renew": False},
        "hosting:timeweb/cr12345": {"type": "hosting", "provider": "timeweb", "account": "cr12345"},
        "account:timeweb/cr12345": {"provider": "timeweb", "account": "cr12345"},
    },
    "cloudflare.csv": {
        "domain:romashka.com": {"registrar": "Cloudflare", "paid_until": date(2027, 3, 4), "auto_renew": True},
        "domain:romashka.app": {"registrar": "Cloudflare", "paid_until": date(2026, 12, 25), "auto_renew": False},
    },
    "namecheap.csv": {
        "domain:romashka.org": {"registrar": "Namecheap", "paid_until": date(2027, 3, 4), "auto_renew": True},
        "domain:romashka.store": {"registrar": "Namecheap", "paid_until": date(2026, 12, 25), "auto_renew": False},
    },
    "godaddy-export.csv": {
        "domain:romashka.net": {"registrar": "GoDaddy", "paid_until": date(2027, 8, 9), "period_months": 12, "money": "21.99 USD", "auto_renew": True},
        "domain:romashka.biz": {"registrar": "GoDaddy", "paid_until": date(2026, 11, 30), "period_months": 12, "money": "1021.99 USD", "auto_renew": False},
    },
    "bank.csv": {
        "hosting:beget/romashka.ru": {"type": "hosting", "provider": "beget", "paid_on": date(2026, 1, 12), "money": "1990.00 RUB"},
        "hosting:timeweb/cr12345": {"type": "hosting", "provider": "timeweb", "account": "cr12345", "paid_on": date(2026, 1, 15), "period_months": 12, "money": "2388.00 RUB"},
        "domain:romashka-opt.ru": {"registrar": "REG.RU", "paid_on": date(2026, 1, 20), "period_months": 12, "money": "549.00 RUB"},
        "saas:moysklad/admin@romashka": {"type": "saas_sub", "provider": "moysklad", "account": "admin@romashka", "paid_on": date(2026, 1, 22), "period_months": 12, "money": "12000.00 RUB"},
        "hosting:selectel/45678": {"type": "server", "provider": "selectel", "account": "45678", "paid_on": date(2026, 3, 2), "period_months": 1, "money": "3000.00 RUB"},
    },
    "invoices.csv": {
        "hosting:hetzner/server": {"type": "server", "provider": "hetzner", "paid_on": date(2026, 2, 5), "period_months": 1, "money": "4.51 EUR"},
        "other:certificate-shop-romashka-com": {"type": "certificate", "provider": "digicert-inc", "paid_on": date(2026, 3, 10), "period_months": 12, "money": "218.00 USD"},
        "other:repository-github-inc": {"type": "repository", "provider": "github-inc", "paid_on": date(2026, 4, 1), "period_months": 12, "money": "48.00 USD"},
    },
    "payments_1c.csv": {
        "licence:1c_bitrix/romashka.ru": {"type": "cms_licence", "provider": "1c_bitrix", "paid_on": date(2026, 1, 14), "period_months": 12, "money": "11900.00 RUB"},
        "hosting:yandex_cloud/backup_hosting": {"type": "backup_hosting", "provider": "yandex_cloud", "paid_on": date(2026, 2, 3), "period_months": 1, "money": "1500.00 RUB"},
    },
    "kl_to_1c.txt": {
        "hosting:beget/romashk1": {"type": "hosting", "provider": "beget", "account": "romashk1", "paid_on": date(2026, 1, 12), "money": "1990.00 RUB"},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_every_shape_of_export_and_statement_is_read(name: str):
    """What, at whom, under which login, for how much and until when: and nothing that it does not say."""
    assert things(read(name)) == EXPECTED[name]


def test_the_client_of_a_statement_pays_for_other_things_too():
    """Rent, wages and what others paid him are counted and forgotten; so are names in such lines."""
    paper = read("bank.csv")

    assert paper.readings[0].others == 3
    assert [name.name for name in paper.names] == ["romashka.ru", "romashka-opt.ru"]
    kept = repr(paper.declarations)
    assert not any(word in kept for word in ("Домоседов", "Петрова", "avito", "vasilek"))


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("romashka.ru.zone", ["romashka.ru", "www.romashka.ru", "shop.romashka.ru", "lk.shop.romashka.ru"]),
        ("zone_cloudflare.txt", ["romashka.com", "blog.romashka.com"]),
    ],
)  # fmt: skip
def test_a_zone_file_gives_hosts(name: str, names: list[str]):
    """Wildcards, service labels, notes and names of other zones are no hosts of the client."""
    paper = read(name)

    assert [one.name for one in paper.names] == names
    assert all(one.paper for one in paper.names)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("$ORIGIN romashka.ru.\n@ IN SOA a. b. 1 2 3 4 5\n$GENERATE 1-99999999 h$ IN A 192.0.2.1\n", "zone file"),
        ("$ORIGIN romashka.ru.\n@ IN SOA a. b. 1 2 3 4 5\n$INCLUDE /etc/passwd\n", "zone file"),
        ("$ORIGIN romashka.ru.\n@ IN SOA a. b. 1 2 3 4 5\n@ IN A 300.1.1.1\n", "zone file"),
        ("@ IN SOA a. b. 1 2 3 4 5\n@ IN A 192.0.2.1\n", r"\$ORIGIN"),
        ("$ORIGIN romashka.ru.\n@ IN SOA a. b. 1 2 3 4 5\n" + "x IN TXT y\n" * 500_000, "more than 4 MB"),
    ],
    ids=["generate", "include", "address", "nameless", "huge"],
)  # fmt: skip
def test_a_zone_file_that_cannot_be_read_is_said(text: str, says: str):
    """No directive unfolds or opens anything."""
    with pytest.raises(UnreadableInput, match=says):
        read_paper(text.encode(), "hosts")


def test_a_workbook_with_titles_merged_cells_styles_and_sheets():
    """As a consultant keeps it: a title, headings, a provider for several rows, real dates and money."""
    styles = (
        '<styleSheet xmlns="x"><numFmts><numFmt numFmtId="164" formatCode="#,##0.00\\ [$₽-419]"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>'
    )
    book = (
        '<workbook xmlns="x" xmlns:r="r"><sheets><sheet name="Домены" sheetId="1" r:id="r1"/>'
        '<sheet name="Хостинги" sheetId="2" r:id="r2"/></sheets></workbook>'
    )
    links = (
        '<Relationships xmlns="y"><Relationship Id="r2" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="r1" Target="worksheets/sheet2.xml"/></Relationships>'
    )
    domains = sheet(
        row(1, "Домены ООО «Ромашка»")
        + row(3, "Домен", "Регистратор", "Оплачен до", "Цена")
        + '<row r="4"><c r="A4" t="inlineStr"><is><t>romashka.ru</t></is></c>'
        '<c r="B4" t="inlineStr"><is><t>RU-CENTER</t></is></c>'
        '<c r="C4" s="1"><v>46511</v></c><c r="D4" s="2"><v>1090</v></c></row>'
        '<row r="5"><c r="A5" t="inlineStr"><is><t>romashka.com</t></is></c>'
        '<c r="C5" s="1"><v>46512</v></c><c r="D5" s="2"><v>1200.5</v></c></row>'
        '<row r="6"><c r="A6" t="inlineStr"><is><t>Итого</t></is></c><c r="D6" s="2"><v>2290.5</v></c></row>'
    ).replace("</worksheet>", '<mergeCells><mergeCell ref="B4:B5"/></mergeCells></worksheet>')
    hostings = sheet(row(1, "Тариф", "Хостер", "Логин") + row(2, "Год", "Beget", "romashk1"))
    parts = workbook(hostings, domains)
    paper = read_paper(
        _with(parts, {"xl/styles.xml": styles, "xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": links}),
        "реестр.xlsx",
    )  # fmt: skip

    assert [(one.sheet, one.rows, one.totals) for one in paper.readings] == [
        ("Домены", 2, 1),
        ("Хостинги", 1, 0),
    ]
    found = things(paper)
    assert found["domain:romashka.ru"] == {
        "registrar": "RU-CENTER", "paid_until": date(2027, 5, 4), "period_months": 12, "money": "1090.00 RUB",
    }  # fmt: skip
    assert found["domain:romashka.com"]["registrar"] == "RU-CENTER"
    assert found["domain:romashka.com"]["money"] == "1200.50 RUB"
    assert "hosting:beget/romashk1" in found


def _with(book: bytes, more: dict[str, str]) -> bytes:
    import io
    import zipfile

    file = io.BytesIO(book)
    with zipfile.ZipFile(file, "a") as packed:
        for name, content in more.items():
            packed.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("cells", "meaning", "first"),
    [
        (("03/04/2027", "12/25/2026"), Meaning.PAID_UNTIL, date(2027, 3, 4)),
        (("03/04/2027", "25/12/2026"), Meaning.PAID_UNTIL, date(2027, 4, 3)),
        (("03/04/2027", "05/06/2026"), Meaning.NOTE, None),
        (("13/04/2027", "04/13/2026"), Meaning.NOTE, None),
    ],
    ids=["month first", "day first", "either", "both"],
)
def test_the_whole_column_decides_how_its_days_are_read(
    cells: tuple[str, str], meaning: Meaning, first: date | None
):
    """Where nothing tells the day from the month, the column stays a note: a domain was lost that way."""
    paper = table(f"Domain,Expires\na.ru,{cells[0]}\nb.ru,{cells[1]}\n")
    column = paper.readings[0].columns[1]

    assert column.meaning is meaning
    assert paper.declarations[0].paid_until == first
    if meaning is Meaning.NOTE:
        assert paper.declarations[0].notes == (("Expires", cells[0]),)


def test_one_column_of_days_tells_how_another_of_its_table_is_read():
    """They were written by one program."""
    paper = table(
        "Domain,Created,Expires\na.ru,12/25/2015,03/04/2027\nb.ru,11/30/2016,05/06/2026\n"
    )

    assert [one.paid_until for one in paper.declarations] == [date(2027, 3, 4), date(2026, 5, 6)]


def test_a_table_without_headings_is_read_as_far_as_its_cells_tell():
    """Of two days the later ends the term; what a single day means, nobody knows."""
    two = table("a.ru;01.02.2015;01.02.2027\nb.ru;05.06.2016;05.06.2027\n")
    one = table("a.ru;01.02.2027\nb.ru;05.06.2027\n")

    assert [row.paid_until for row in two.declarations] == [date(2027, 2, 1), date(2027, 6, 5)]
    assert [row.paid_until for row in one.declarations] == [None, None]
    assert one.readings[0].columns[1].meaning is Meaning.NOTE


def test_unknown_columns_are_kept_and_secrets_are_not():
    """A note of the row for each, and a password for nobody."""
    paper = table("Домен;Отдел;Пароль;API key\na.ru;Сбыт;qwerty1;k-777\n")

    assert paper.declarations[0].notes == (("Отдел", "Сбыт"),)
    assert "qwerty1" not in repr(paper)
    assert "k-777" not in repr(paper)


def test_a_licence_is_known_by_a_print_of_its_key():
    """The key itself is a secret."""
    paper = table(
        "Услуга;Лицензионный ключ;Оплачен до\nЛицензия 1С-Битрикс;NFR-AA-1111;01.02.2027\n"
        "Лицензия 1С-Битрикс;NFR-BB-2222;01.02.2027\n"
    )

    assert len({one.asset for one in paper.declarations}) == 2
    assert "NFR" not in repr(paper)


@pytest.mark.parametrize(
    ("text", "leaver"),
    [
        ("Домен;Владелец\na.ru;Петров П.П. (уволен)\n", True),
        ("Домен;Комментарий\na.ru;оформлен на бывшего сотрудника\n", True),
        ("Домен;Владелец;Уволен\na.ru;Петров П.П.;да\n", True),
        ("Домен;Владелец;Уволен\na.ru;Петров П.П.;нет\n", False),
        ("Домен;Владелец\na.ru;ООО «Бывшие соседи»\n", False),
        ("Domain,Owner\na.ru,J. Smith (former employee)\n", True),
    ],
)
def test_whoever_left_is_noticed(text: str, leaver: bool):
    """In a column of its own, beside the name, or in a remark."""
    assert bool(table(text).declarations[0].leaver) is leaver


def test_a_sum_for_several_names_is_the_price_of_none():
    """It would be counted twice."""
    paper = table('Домен;Цена, руб.\n"a.ru, b.ru";1 000,00\nc.ru;500,00\n')

    assert [one.money.amount if one.money else None for one in paper.declarations] == [
        None, None, Decimal("500.00"),
    ]  # fmt: skip


def test_a_list_of_sites_with_their_hosters_tells_of_hostings():
    """Each provider of the column, with the names that the list puts there."""
    found = things(table("Сайт;Хостинг;Логин\na.ru;Beget;one\nb.ru;Beget;one\nc.ru;ИП Сидоров;\n"))

    assert "hosting:beget/one" in found
    assert "hosting:ip-sidorov/c.ru" in found


def test_money_without_a_currency_is_not_made_up():
    """A Russian heading means roubles, and the reading says so; an English one means nothing."""
    russian = table("Домен;Цена\na.ru;500,00\n")
    english = table("Domain;Price\na.ru;500.00\n")

    assert russian.declarations[0].money is not None
    assert "roubles" in russian.readings[0].columns[1].reason
    assert english.declarations[0].money is None


def test_spending_may_be_written_with_a_minus():
    """Then what has none is income."""
    paper = table(
        "Дата;Сумма, руб.;Назначение\n01.02.2026;-500,00;Хостинг Beget\n02.02.2026;900,00;Возврат, хостинг Beget\n"
    )

    assert [one.money.amount for one in paper.declarations if one.money] == [Decimal("500.00")]


def test_names_of_hosters_are_not_the_clients():
    """Name servers in a table, and the seller's own site in a sentence."""
    paper = table("Домен;NS\na.ru;ns1.beget.com, ns2.beget.com\nb.ru;ns1.reg.ru\n")
    line = table("Дата;Сумма, руб.;Назначение\n01.02.2026;500,00;Продление домена a.ru на reg.ru\n")

    assert [one.name for one in paper.names] == ["a.ru", "b.ru"]
    assert [one.name for one in line.names] == ["a.ru"]


def test_every_column_says_how_it_was_read():
    """Its meaning, the reason, how many cells fit, and three examples."""
    reading = table("Домен;Оплачен до\na.ru;01.02.2027\nb.ru;-\nc.ru;05.06.2027\nd.ru;05.06.2027\n").readings[0]  # fmt: skip

    term = reading.columns[1]
    assert (term.meaning, term.fits, term.filled) == (Meaning.PAID_UNTIL, 3, 4)
    assert term.examples == ("01.02.2027", "-", "05.06.2027")
    assert all(column.reason for column in reading.columns)
