"""The registry as a table: what goes out comes back the same; what is wrong is said row by row."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.inert import bared, inert
from scanner.database import Database
from scanner.intake.names import UnreadableInput
from scanner.registry import Registry
from scanner.registry.filters import Filter
from scanner.registry.history import history_of
from scanner.registry.keys import Vault, new_key, tail_of
from scanner.registry.own_types import OwnType, add_type
from scanner.registry.party_changes import By
from scanner.registry.people import people, set_person
from scanner.registry.projects import projects
from scanner.registry.saying import closed_key, object_for_change, say_key
from scanner.registry.sheet_export import Exported, write_csv, write_xlsx
from scanner.registry.sheet_import import take_sheet
from scanner.registry.sheet_rows import read_sheet
from scanner.registry.sheet_taken import How, Imported
from scanner.registry.sheet_words import LANGUAGES, codes_by_word, columns, normal, words_of
from tests.scanner.registry.by_hand import CLIENT, Book

VAULT = Vault([new_key()])
KEY = "NFR-CANARY-0123-7K3Q"
WRITERS = {"csv": write_csv, "xlsx": write_xlsx}


@pytest.fixture
def book(database_url: str) -> Iterator[Book]:
    """A registry with one client."""
    with Database.open(database_url) as database:
        yield Book(database)


def exported(book: Book, form: str, **what: Any) -> bytes:
    """The registry as a file."""
    stream = io.BytesIO()
    book.read(lambda c: WRITERS[form](c, stream, Exported(**what), VAULT))
    return stream.getvalue()


def imported(book: Book, data: bytes | str, **how: Any) -> Imported:
    """Take a file in."""
    raw = data.encode() if isinstance(data, str) else data
    table = read_sheet(raw, "book.csv")
    return book.write(lambda c, by: take_sheet(c, table, How(**how), VAULT, by))


def troubles(done: Imported) -> list[tuple[int, str, str]]:
    """Row, column and advice of what was wrong."""
    return [(one.row, one.column, one.advice) for one in done.troubles]


def rows(data: bytes) -> list[dict[str, str]]:
    """An exported CSV by its headings."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def filled(book: Book) -> None:
    """Objects with every field."""
    olga = book.person("Ольга Иванова")
    site, shop = book.project("Сайт", olga), book.project("Магазин")
    book.write(lambda c, by: add_type(c, OwnType("vpn", "VPN-канал", "VPN tunnel"), by))
    book.add(
        "account",
        "Ivan",
        provider="REG.RU",
        holder="ex_employee",
        access="lost",
        secret_ref="vault/1",
    )
    domain = book.add(
        "domain", "Ромашка.РФ", site, shop, display_name="ромашка.рф", provider="REG.RU",
        registrar="RU-CENTER", account="reg_ru/ivan", responsible="Ольга Иванова",
        paid_until="2027-05-04", period_months="24", auto_renew="no", cost="1200.505 RUB/12", one_off="1500.125 EUR",
        renew_from="2027-03-04", cheap_until="2027-04-04", decide_by="2027-04-01",
        service_stops="2027-05-05", grace_until="2027-06-04", lost_at="2027-06-05",
        anchor="from_payment", ownership="confirmed", use="used", state="active_web",
        verdict="keep", decision="approved", notes="  две\nстроки; и \"ещё\" \t", **{"custom.Тариф": "VIP", "custom.Цена": "=1+1"},
    )  # fmt: skip
    licence = book.add(
        "cms_licence", "=HYPERLINK(1)", provider="'=x", notes="_x0041_ \x1b", cost="0.0625 USD/1"
    )
    book.add("vpn", "Канал", lifecycle="off", cost="12345678901234567.89 EUR/36")
    book.set(domain, "replaced_by", str(licence.id))
    for thing, key in ((licence, KEY), (domain, "SHORT")):
        keyed(book, thing.id, key)


def keyed(book: Book, number: int, key: str) -> None:
    """Give an object a licence key."""

    def work(connection: Any, by: By) -> None:
        thing = object_for_change(connection, number)
        say_key(connection, thing, VAULT.close(key), tail_of(key), by)

    book.write(work)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("with_keys", [False, True])
def test_what_was_exported_changes_nothing(
    book: Book, form: str, language: str, with_keys: bool
) -> None:
    """Every field, in both forms and languages, keys masked or not: no row differs, nothing is written."""
    filled(book)
    before = book.read(lambda c: history_of(c))
    things = Registry(book.database).objects(CLIENT)

    done = imported(book, exported(book, form, language=language, with_keys=with_keys))

    assert troubles(done) == []
    assert (done.added, done.changed, done.made) == ((), (), ())
    assert done.unchanged == len(things) == 4
    assert Registry(book.database).objects(CLIENT) == things
    assert book.read(lambda c: history_of(c)) == before


@pytest.mark.parametrize("form", WRITERS)
def test_an_export_fills_an_empty_registry_without_loss(
    book: Book, form: str, tmp_path: Path
) -> None:
    """And what that one exports is the same to the letter, but for numbers and versions."""
    filled(book)
    with Database.open(f"sqlite:///{tmp_path}/second.db") as database:
        second = Book(database)
        second.write(lambda c, by: add_type(c, OwnType("vpn", "VPN-канал", "VPN tunnel"), by))

        done = imported(second, exported(book, form, with_keys=True), create=True)

        assert troubles(done) == []
        assert len(done.added) + sum("account" in made for made in done.made) == 4
        found = [rows(exported(one, "csv", with_keys=True)) for one in (book, second)]
        for some in found:
            for row in some:
                del row["№"], row["Версия"]
        first, other = (sorted(some, key=lambda row: row["Обозначение"]) for some in found)
        assert other == first


NASTY = st.text(
    st.sampled_from("=+-@'\t\n\r \";,аЯё1x_x0041_\x1b\x7f\u202e\U0001f600＝")
    | st.characters(codec="utf-8"),
    min_size=1,
    max_size=40,
).filter(lambda text: text.strip() != "")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A registry with one object, for many examples."""
    folder = tmp_path_factory.mktemp("alone")
    with Database.open(f"sqlite:///{folder}/revizor.db") as database:
        book = Book(database)
        book.add("domain", "romashka.ru")
        yield book


@given(name=NASTY, notes=NASTY, own=NASTY)
def test_any_text_comes_back_the_same(alone: Book, name: str, notes: str, own: str) -> None:
    """Whatever it begins with, however its lines end."""
    (thing,) = Registry(alone.database).objects(CLIENT)
    for field, value in (("name", name), ("notes", notes), ("custom.Поле", own)):
        alone.set(thing, field, value)

    for form in WRITERS:
        done = imported(alone, exported(alone, form))
        assert (troubles(done), done.changed, done.unchanged) == ([], (), 1)


@given(NASTY)
def test_inert_text_has_an_exact_way_back(text: str) -> None:
    """And never begins like a formula (OWASP ASVS 1.2.10)."""
    assert bared(inert(text)) == text
    assert inert(text)[0] not in "=+-@\t\r\n\0＝＋－＠"


FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A1",
    '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", "'=1",
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_check_12_csv_cells_are_inert(book: Book, formula: str) -> None:
    """No cell of the CSV begins like a formula, and no cell of the workbook is one or a link."""
    book.person(formula.strip())
    project = book.project(formula)
    book.add(
        "domain", "romashka.ru", project, notes=formula, provider=formula, registrar=formula,
        display_name=formula, secret_ref=formula, account=formula, responsible=formula.strip(),
        **{"custom.Поле": formula, f"custom.{formula.strip()}": formula},
    )  # fmt: skip

    for language, mark in (("ru", ";"), ("en", ",")):
        text = exported(book, "csv", language=language).decode("utf-8-sig")
        cells = [
            cell
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark)
            for cell in row
        ]
        assert len(cells) > 70
        assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n\0＝＋－＠")] == []
    with zipfile.ZipFile(io.BytesIO(exported(book, "xlsx"))) as workbook:
        sheet = workbook.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet


ORIGIN = """\
Реестр клиента Василёк;;;;;;;;;;;;;;
Тип;Название;Статус;Клиент;Проект(ы);Менеджер;Хостер;Логин;Оплачен до;Цена;Период;Автопродление;Ключ;Комментарий;Номер договора
Домен;vasilek.ru;активен;Василёк;Сайт, Магазин;Ольга Иванова;REG.RU;vas;12.05.2027;1 990,00 ₽;1 год;да;;;77
Хостинг;Основной;;Василёк;Сайт;Анна;Бегет;vas1;05.06.2027;;;;;;
1С-Битрикс;Лицензия;работает;Василёк;Сайт;Анна;;;2027-01-01;12900;12 мес;нет;NFR-CANARY-0123-7K3Q;;
МойСклад;Склад;active;Василёк;;;;;;100;1;;;важный;
VPS;web-1;Отключён (наблюдение);Василёк;;Анна;Selectel;;;;;;;;
"""


def test_the_sheet_of_the_origin_story_is_taken(book: Book) -> None:
    """Words, amounts and days as people write them; the second time nothing differs."""
    done = imported(book, ORIGIN, create=True)

    assert troubles(done) == []
    assert [str(one.asset) for one in done.added] == [
        "domain:vasilek.ru",
        "hosting:beget/osnovnoy",
        "licence:unknown/litsenziya",
        "saas:unknown/sklad",
        "hosting:selectel/web-1",
    ]
    assert done.made == (
        "client vasilek (Василёк)", "person Ольга Иванова", "account vasilek reg_ru/vas",
        "project vasilek Сайт", "project vasilek Магазин", "person Анна",
        "account vasilek beget/vas1",
    )  # fmt: skip
    domain, licence, stock = (
        Registry(book.database).object(done.added[n].object_id) for n in (0, 2, 3)
    )
    assert domain is not None
    assert licence is not None
    assert stock is not None
    assert (str(domain.cost), domain.period_months, domain.auto_renew) == (
        "1990.00 RUB/12",
        12,
        True,
    )
    assert (str(domain.paid_until), domain.account) == ("2027-05-12", "reg_ru/vas")
    assert domain.custom == {"Номер договора": "77"}
    assert book.projects_of(domain) == ["Сайт", "Магазин"]
    assert (licence.type, licence.licence_key_tail, stock.type) == (
        "cms_licence",
        "••••-7K3Q",
        "saas_sub",
    )
    assert str(stock.cost) == "100 RUB/1"

    again = imported(book, ORIGIN, create=True)
    assert (again.added, again.changed, again.made, again.unchanged) == ((), (), (), 5)

    book.undo(next(one.deed for one in book.read(lambda c: history_of(c, domain.id)) if one.deed))
    assert {one.lifecycle for one in Registry(book.database).objects("vasilek")} == {"archived"}
    assert [one.active for one in book.read(people)] == [False, False]
    assert [one.active for one in book.read(lambda c: projects(c, "vasilek"))] == [False, False]


def test_what_is_wrong_is_said_by_row_and_column(book: Book) -> None:
    """With what to do; every bad cell of a row at once."""
    book.add("hosting", "Два", provider="A")
    book.add("hosting", "Два", provider="B")
    gone = book.person("Ушёл")
    book.write(lambda c, by: set_person(c, gone, "active", "no", by))
    table = """\
Тип;Название;Клиент;Менеджер;Проект;Логин;Оплачен до;Цена;Период;Статус;Автопродление;№;Обозначение
Планета;a.ru;romashka;;;;;;;;;;
;b.ru;romashka;;;;;;;;;;
Домен;;romashka;;;;;;;;;;
Домен;не имя;romashka;;;;;;;;;;
Домен;c.ru;Никто;;;;;;;;;;
Домен;d.ru;romashka;Никто;Нет;;31.02.2027;дорого;;странный;может быть;;
Домен;e.ru;romashka;Ушёл;;login;05/06/2027;100;;;;;
Хостинг;Два;romashka;;;;;;;;;;
Домен;f.ru;romashka;;;;;;;;;99;
Домен;g.ru;romashka;;;;;;;;;;galaxy:g
Домен;h.ru;romashka;;;;;;;;;;
Домен;h.ru;romashka;;;;;;;;;;
"""

    done = imported(book, table)

    told = troubles(done)
    assert [(row, column) for row, column, _ in told] == [
        (2, "Тип"), (3, "Тип"), (4, "Название"), (5, "Название"), (6, "Клиент"),
        (7, "Менеджер"), (7, "Оплачен до"), (7, "Цена"), (7, "Статус"), (7, "Автопродление"), (7, "Проект"),
        (8, "Менеджер"), (8, "Логин"), (8, "Оплачен до"), (8, "Цена"),
        (9, "Название"), (10, "№"), (11, "Обозначение"), (13, ""),
    ]  # fmt: skip
    assert all(advice for _, _, advice in told)
    assert "objects 1, 2 are called so" in told[15][2]
    assert "row 12 is of the same object" in told[18][2]
    assert [one.row for one in done.added] == [12]


def test_an_empty_cell_leaves_the_value_unless_it_is_to_clear(book: Book) -> None:
    """A masked key leaves the key in either case."""
    site = book.project("Сайт")
    thing = book.add("domain", "romashka.ru", site, notes="x", cost="100 RUB/12")
    keyed(book, thing.id, KEY)
    table = "Клиент;Тип;Название;Заметки;Проекты;Цена;Лицензионный ключ\nromashka;Домен;romashka.ru;;;;••••-7K3Q\n"

    assert imported(book, table).unchanged == 1
    done = imported(book, table, clear=True)

    assert [change[0] for change in done.changed[0].changes] == ["notes", "cost", "projects"]
    after = book.thing(thing.id)
    assert (after.notes, after.cost, after.licence_key_tail) == (None, None, "••••-7K3Q")
    assert book.projects_of(thing) == []
    assert VAULT.open(book.read(lambda c: closed_key(c, thing.id)) or b"") == KEY
    emptied = imported(book, table.replace("••••-7K3Q", ""), clear=True)
    assert emptied.changed[0].changes == (("licence_key", "••••-7K3Q", None),)


def test_a_cell_that_somebody_changed_since_the_export_is_refused(book: Book) -> None:
    """By the version in the file; other fields hinder nobody, and an emptied version overrules."""
    thing = book.add("domain", "romashka.ru", provider="A", notes="x")
    table = exported(book, "csv").decode("utf-8-sig")
    book.set(thing, "provider", "B", who="Пётр")

    stale = imported(book, table.replace(";A;", ";C;"))
    other = imported(book, table.replace(";A;", ";B;").replace(";x;", ";y;"))

    ((row, column, advice),) = troubles(stale)
    assert (row, column) == (2, "Версия")
    assert "provider" in advice
    assert "Пётр" in advice
    assert [change[0] for change in other.changed[0].changes] == ["notes"]
    version = (
        f";{thing.version};\r\n" if f";{thing.version};\r\n" in table else f";{thing.version}\r\n"
    )
    overruled = imported(
        book, table.replace(";A;", ";C;").replace(version, version.replace(str(thing.version), ""))
    )
    assert ("provider", "B", "C") in overruled.changed[0].changes


def test_a_decision_is_not_taken_from_a_table(book: Book) -> None:
    """Clients sign; a table does not."""
    book.add("domain", "romashka.ru")

    done = imported(
        book, "Клиент;Тип;Название;Решение клиента\nromashka;Домен;romashka.ru;Согласовано\n"
    )

    assert [(row, column) for row, column, _ in troubles(done)] == [(2, "Решение клиента")]


def test_only_what_is_asked_for_is_exported(book: Book) -> None:
    """The filters of lists hold for exports."""
    site = book.project("Сайт")
    book.add("domain", "one.ru", site, notes="искомое")
    book.add("domain", "two.ru", **{"custom.Поле": "x"})

    def names(wanted: Filter) -> list[str]:
        return [row["Название"] for row in rows(exported(book, "csv", wanted=wanted))]

    assert names(Filter()) == ["one.ru", "two.ru"]
    assert names(Filter(project=site.id)) == ["one.ru"]
    assert names(Filter(text="ИСКОМ")) == ["one.ru"]
    assert "Поле" not in rows(exported(book, "csv", wanted=Filter(project=site.id)))[0]


def test_a_workbook_has_typed_cells_filters_and_a_frozen_heading(book: Book) -> None:
    """Days and amounts are numbers with a format, texts are texts."""
    book.add("domain", "romashka.ru", paid_until="2027-05-04", cost="1200.50 RUB/12", notes="12")

    with zipfile.ZipFile(io.BytesIO(exported(book, "xlsx"))) as workbook:
        sheet = workbook.read("xl/worksheets/sheet1.xml").decode()
        styles = workbook.read("xl/styles.xml").decode()

    assert "<v>46511</v>" in sheet  # 2027-05-04
    assert "<v>1200.5</v>" in sheet
    assert "<t>12</t>" in sheet
    assert 'state="frozen"' in sheet
    assert "<autoFilter" in sheet
    assert 'formatCode="yyyy\\-mm\\-dd"' in styles or "yyyy-mm-dd" in styles


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xd0\xcf\x11\xe0old", "old Excel"),
        (b"PK\x03\x04broken", "not a readable table"),
        ("просто;текст\nбез;заголовков\n".encode(), "no line of headings"),
        ("Тип;Название;Тип\nДомен;a.ru;x\nДомен;b.ru;x\n".encode(), ""),
        ("Тип;Название;Поле;Поле\n".encode(), "two columns 'Поле'"),
    ],
)
def test_what_is_no_table_of_ours_is_refused(data: bytes, says: str) -> None:
    """In one sentence; of two columns of one meaning the second is one's own."""
    if not says:
        assert [code for _, code in read_sheet(data, "x").columns] == ["type", "name", "custom.Тип"]
        return
    with pytest.raises(UnreadableInput, match=says):
        read_sheet(data, "x.csv")


def test_every_word_and_heading_is_read_as_it_is_written() -> None:
    """In both languages, each once."""
    for language in LANGUAGES:
        headings = [normal(one.in_(language)) for one in columns().values()]
        assert len(set(headings)) == len(headings)
        for field in (
            "type",
            "lifecycle",
            "verdict",
            "decision",
            "ownership",
            "use",
            "anchor",
            "holder",
            "access",
            "auto_renew",
        ):
            codes = codes_by_word(field)
            assert [codes[normal(one.in_(language))] for one in words_of(field).values()] == list(
                words_of(field)
            )
