"""The same report as table, workbook, calendar and document: the same ids, typed, and nothing in it runs."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from icalendar import Calendar
from msgspec.structs import replace

from reports import document, sheets, twins
from reports.audit_file import AuditFile
from reports.document import Document
from reports.editions import EDITIONS, edition_of
from reports.outline import Outline, outline
from reports.table import Table
from reports.wording import LANGUAGES, Wording
from reports.workbook import write_xlsx
from tests.reports import estates
from tests.reports.hostile import PAYLOADS, spoiled

FORMULAS = ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", "'=1")
NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
ID = {"ru": "Номер объекта", "en": "Item ID"}

Written = Callable[..., None]


def shown(of: Document, edition: str = "internal") -> tuple[AuditFile, Outline]:
    audit = edition_of(AuditFile.of(of), edition)
    return audit, outline(audit)


def written(write: Written, of: Document, language: str = "ru", edition: str = "internal") -> bytes:
    audit, plan = shown(of, edition)
    stream = io.BytesIO()
    write(stream, audit, plan, language)
    return stream.getvalue()


def rows_of(separated: bytes, language: str) -> list[dict[str, str]]:
    text = separated.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if language == "ru" else ","))


def cells_of(workbook: bytes, sheet: int) -> list[dict[str, tuple[str, str]]]:
    """Rows of a sheet: column letters → type and value."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        strings = (
            ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
            if "xl/sharedStrings.xml" in book.namelist()
            else []
        )
        texts = ["".join(one.itertext()) for one in strings]
        tree = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
    found = []
    for row in tree.iterfind(".//m:row", NAMES):
        cells = {}
        for cell in row.iterfind("m:c", NAMES):
            kind = cell.get("t", "n")
            value = "".join(cell.itertext())
            if kind == "s":
                value = texts[int(value)]
            cells[re.sub(r"\d", "", cell.get("r", ""))] = (kind, value)
        found.append(cells)
    return found


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_check_12_the_same_ids_stand_in_every_format(edition: str, language: str) -> None:
    """What the document holds, the table and the workbook hold, and the calendar holds nothing else."""
    estate = estates.varied()
    audit, plan = shown(estate, edition)
    copied = document.read(b"".join(twins.audit_lines(audit)))
    ids = {one.id for one in (*copied.assets, *copied.registry.objects)}

    rows = rows_of(written(twins.csv, estate, language, edition), language)
    sheet = cells_of(written(twins.xlsx, estate, language, edition), 1)
    calendar = Calendar.from_ical(written(twins.ics, estate, language, edition))

    column = next(letter for letter, (_, text) in sheet[0].items() if text == ID[language])
    assert {row[ID[language]] for row in rows} == ids
    assert {row[column][1] for row in sheet[1:]} == ids
    told = {
        str(event["uid"]).removesuffix("@romashka.revizor") for event in calendar.walk("VEVENT")
    }
    assert told == {line.id for line in plan.calendar.lines}
    assert told < ids


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("write", [twins.csv, twins.xlsx, twins.ics])
def test_equal_audits_give_equal_bytes(write: Written, language: str) -> None:
    """Written twice, or read again and written, it is the same file."""
    estate = estates.varied()
    again = document.read(document.write(estate))

    assert written(write, estate, language) == written(write, again, language)


def test_the_whole_audit_is_copied_as_it_is() -> None:
    """The internal edition's document is the audit, byte for byte."""
    estate = estates.varied()

    assert b"".join(twins.audit_lines(AuditFile.of(estate))) == document.write(estate)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_clients_files_hold_nobody_else(language: str) -> None:
    """No other firm, no evidence and no address of a machine, in whatever format."""
    estate = estates.varied()
    audit, _ = shown(estate, "client")
    files = [
        b"".join(twins.audit_lines(audit)),
        *(written(write, estate, language, "client") for write in (twins.csv, twins.ics)),
    ]
    with zipfile.ZipFile(io.BytesIO(written(twins.xlsx, estate, language, "client"))) as book:
        files += [book.read(name) for name in book.namelist()]

    for file in files:
        for secret in (
            "cdn.provider.example",
            "must not be shown",
            "NOERROR, 0 answers",
            "2001:db8",
        ):
            assert secret.encode() not in file


def test_separated_values_open_as_they_are_in_each_country() -> None:
    """A mark in front; `;` and a decimal comma in Russian, `,` and a point in English."""
    ru, en = (written(twins.csv, estates.varied(), language) for language in LANGUAGES)

    assert ru.startswith(b"\xef\xbb\xbf")
    assert en.startswith(b"\xef\xbb\xbf")
    mended = [row for row in rows_of(ru, "ru") if row["Номер объекта"] == "hosting:timeweb/1"]
    assert [row["За год"] for row in mended] == ["4188,00"]
    told = [row for row in rows_of(en, "en") if row["Item ID"] == "hosting:timeweb/1"]
    assert [row["A year"] for row in told] == ["4188.00"]


@pytest.mark.parametrize("payload", [*FORMULAS, *PAYLOADS])
def test_check_12_nothing_foreign_runs_in_a_table(payload: str) -> None:
    """No cell begins like a formula, no workbook has one, nor a link; every part of it is XML."""
    hostile = spoiled(estates.varied(), lambda _: payload)
    leading = replace(
        hostile, assets=tuple(replace(one, display_name=payload, provider=payload, projects=(payload,)) for one in hostile.assets)
    )  # fmt: skip

    for language in LANGUAGES:
        for row in rows_of(written(twins.csv, leading, language), language):
            for cell in row.values():
                assert not cell.startswith(("=", "+", "@", "\t", "\r", "＝"))
                assert not re.match(r"-\D", cell)
        with zipfile.ZipFile(io.BytesIO(written(twins.xlsx, leading, language))) as book:
            for name in book.namelist():
                tree = ElementTree.fromstring(book.read(name))
                assert not list(tree.iterfind(".//m:f", NAMES)), name
                assert not list(tree.iterfind(".//m:hyperlink", NAMES)), name


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_foreign_breaks_a_calendar(payload: str) -> None:
    """As many entries as there are lines, whatever the names are, and nothing invisible in them."""
    hostile = spoiled(estates.varied(), lambda _: payload)
    _, plan = shown(hostile)

    events = Calendar.from_ical(written(twins.ics, hostile)).walk("VEVENT")

    assert len(events) == len(plan.calendar.lines) > 5
    assert all(str(event["summary"]).isprintable() for event in events)


def test_cells_have_types() -> None:
    """Days and sums are numbers that a program can sort and add; the headings stay, and rows can be filtered."""
    workbook = written(twins.xlsx, estates.varied(), "en")
    first, *rows = cells_of(workbook, 1)
    column = {text: letter for letter, (_, text) in first.items()}
    row = next(one for one in rows if one[column["Item ID"]][1] == "domain:romashka.ru")

    assert row[column["Paid until"]] == ("n", str((date(2027, 3, 14) - date(1899, 12, 30)).days))
    assert row[column["Price per period"]] == ("n", "1290")
    assert row[column["Auto-renewal"]][1] == "yes"
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        sheets_ = [name for name in book.namelist() if "worksheets/sheet" in name]
        for name in sheets_:
            text = book.read(name).decode()
            assert 'state="frozen"' in text
            assert "<autoFilter" in text
    assert len(sheets_) == 12


def named_rows(workbook: bytes, name: str) -> list[dict[str, tuple[str, str]]]:
    """Rows of a sheet under its headings: heading → type and value."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        names = [one.get("name") for one in ElementTree.fromstring(book.read("xl/workbook.xml")).iter() if one.tag.endswith("}sheet")]  # fmt: skip
    first, *rows = cells_of(workbook, names.index(name) + 1)
    return [{first[letter][1]: cell for letter, cell in row.items()} for row in rows]


def test_the_money_and_the_log_are_in_the_workbook() -> None:
    """Every row of the money table, sums as numbers; every step with its day; ids as everywhere."""
    estate = estates.registered()
    workbook = written(twins.xlsx, estate, "en")
    ids = {one.id for one in (*estate.assets, *estate.registry.objects)}

    money = named_rows(workbook, "Money")
    log = named_rows(workbook, "Switch-off log")
    changed = named_rows(workbook, "What changed")
    signed = named_rows(workbook, "Sign-off sheet")

    _, plan = shown(estate)
    told = {row["What"][1] for row in money}
    assert told == {
        Wording("en").say(f"money_row.{code}")
        for code in (*(row.code for row in plan.money.rows), "coverage", "proposed_coverage")
    }
    once = [row for row in money if row["What"][1].startswith("Less: one-off")]
    assert [(row["Price per period"], row["Currency"][1]) for row in once] == [
        (("n", "-20"), "EUR"),
        (("n", "-500"), "RUB"),
    ]
    backup = next(row for row in log if row.get("What was done", ("", ""))[1] == "Backup made")
    assert backup["Item ID"][1] == "hosting:timeweb/1"
    assert backup["Day"] == ("n", str((date(2026, 4, 12) - date(1899, 12, 30)).days))
    assert {row["Item ID"][1] for table in (log, signed) for row in table} <= ids
    assert [row["Item ID"][1] for row in changed if row["What happened"][1] == "Decisions overdue"] == [
        "domain:romawka.ru",
        "domain:romashka.shop",
    ]  # fmt: skip
    assert sum("Earlier answer" in row for row in signed) == 4
    client = named_rows(written(twins.xlsx, estate, "en", "client"), "Switch-off log")
    assert len(client) == len(log)
    assert not any("Note" in row for row in client)


def test_what_a_workbook_cannot_hold_as_a_number_is_kept_as_text() -> None:
    """Days before 1900, numbers of more than fifteen digits, endless texts: nothing is lost in silence."""
    rows = [(date(1815, 6, 18), Decimal("123456789012345678.90"), "x" * 40_000, 10**20, "\uffff")]
    stream = io.BytesIO()
    table = Table("t", ("a", "b", "c", "d", "e"), rows)

    write_xlsx(stream, [table], Wording("en"), title="t", at=datetime(2026, 5, 4, tzinfo=UTC))

    row = cells_of(stream.getvalue(), 1)[1]
    assert row["A"][1] == "1815-06-18"
    assert row["B"][1] == "123456789012345678.90"
    assert row["C"][1] == "x" * 31_999 + "…"
    assert row["D"][1] == "1" + "0" * 20
    assert row["E"][1] == "\\uffff"


def test_a_later_report_moves_an_entry_of_the_calendar() -> None:
    """The same thing has the same UID; the later entry counts, by its sequence and its stamp."""
    estate = estates.varied()
    later = replace(estate, generated_at=estate.generated_at + timedelta(days=3))

    first, second = (
        {str(one["uid"]): one for one in Calendar.from_ical(written(twins.ics, of)).walk("VEVENT")}
        for of in (estate, later)
    )

    assert first.keys() == second.keys()
    for uid, event in first.items():
        assert second[uid]["sequence"] > event["sequence"]
        assert second[uid].decoded("dtstamp") > event.decoded("dtstamp")


def test_the_calendar_tells_no_price() -> None:
    """A calendar travels farther than a report."""
    for language in LANGUAGES:
        text = written(twins.ics, estates.varied(), language).decode().replace("\r\n ", "")
        assert not re.search(r"1.?290|4.?900|38.?900|₽|RUB", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_tables_is_written(language: str) -> None:
    """No code without a text, in either edition."""
    for edition in EDITIONS:
        audit, plan = shown(estates.varied(), edition)
        wording = Wording(language, strict=True)
        for table in sheets.tables(audit, plan, wording, version="1"):
            assert len(table.name) <= 31
            assert all(len(row) == len(table.headings) for row in table.rows)
