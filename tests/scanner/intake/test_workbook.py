"""A workbook gives its texts row by row, and no archive can make it cost more than its bounds."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.intake import workbook as reader
from scanner.intake.workbook import workbook_rows
from tests.scanner.intake.books import MAIN, archive, row, sheet, workbook


def test_texts_come_row_by_row_with_their_numbers():
    """Shared, inline and computed texts are all read; empty rows are passed over."""
    first = sheet(
        '<row r="2"><c t="s"><v>1</v></c><c t="s"><v>0</v></c><c><v>45000</v></c></row>'
        '<row r="3"/>'
        '<row r="9"><c t="str"><f>A1&amp;"x"</f><v>formula.ru</v></c><c t="e"><v/></c></row>'
    )
    second = sheet(row(4, "ромашка.рф", "плата & налог"))
    shared = ("<t>romashka.ru</t>", "<r><t>Дом</t></r><r><t>ен</t></r><rPh><t>домэн</t></rPh>")

    assert list(workbook_rows(workbook(first, second, shared=shared))) == [
        (2, ["Домен", "romashka.ru", "45000"]),
        (9, ["formula.ru"]),
        (4, ["ромашка.рф", "плата & налог"]),
    ]


def test_sheets_are_read_in_their_order():
    """The tenth sheet comes after the second."""
    book = workbook(*(sheet(row(1, f"s{number}.ru")) for number in range(1, 12)))

    assert [cells for _, cells in workbook_rows(book)] == [[f"s{n}.ru"] for n in range(1, 12)]


def test_names_and_prefixes_of_other_writers_are_understood():
    """Prefixed elements, backslashes in names and rows without numbers are in the wild."""
    strange = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row>'
        '<x:c t="inlineStr"><x:is><x:t>romashka.ru</x:t></x:is></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    )

    assert list(workbook_rows(archive({"xl\\Worksheets\\Sheet.XML": strange}))) == [
        (1, ["romashka.ru"])
    ]


def test_a_cell_far_away_costs_nothing():
    """A cell may claim the last place of the largest sheet; only what is there is kept."""
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>b.ru</t></is></c></row>'

    assert list(workbook_rows(workbook(sheet(row(1, "a.ru") + far)))) == [
        (1, ["a.ru"]),
        (1048576, ["b.ru"]),
    ]


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch):
    """The bound counts what really comes out, over all parts."""
    book = workbook(sheet(row(1, "a" * 200_000)), sheet(row(1, "b" * 200_000)))
    monkeypatch.setattr(reader, "MAX_UNPACKED", 2**18)

    with pytest.raises(ValueError, match="unpacks to more"):
        list(workbook_rows(book))


def test_cells_and_texts_are_bounded(monkeypatch: pytest.MonkeyPatch):
    """Too many cells over all sheets are refused; of a long text the beginning is kept."""
    two = sheet(row(1, "a.ru", "b.ru"))
    monkeypatch.setattr(reader, "MAX_CELLS", 4)
    monkeypatch.setattr(reader, "LONGEST_TEXT", 7)

    long = workbook(sheet(row(1, "x" * 20)), shared=("<r><t>abcde</t></r><r><t>fghij</t></r>",))

    assert len(list(workbook_rows(workbook(two, two)))) == 2
    assert list(workbook_rows(long)) == [(1, ["xxxxxxx"])]
    with pytest.raises(ValueError, match="more than 4 cells"):
        list(workbook_rows(workbook(two, two, two)))
    with pytest.raises(ValueError, match="more than 4 texts"):
        list(workbook_rows(workbook(two, shared=("<t>x</t>",) * 5)))


@pytest.mark.parametrize(
    ("book", "says"),
    [
        (b"PK\x03\x04 and nothing more", "zip"),
        (archive({"readme.txt": "hello"}), "no sheet"),
        (archive({"xl/worksheets/sheet1.xml": "<worksheet><row>"}), "no element found"),
        (workbook(sheet("<row></c>")), "mismatched tag"),
        (
            archive(
                {
                    "xl/worksheets/a.xml": '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w>&b;</w>'
                }
            ),
            "document type",
        ),
    ],
)
def test_a_broken_workbook_is_said(book: bytes, says: str):
    """One kind of error, with the reason."""
    with pytest.raises(ValueError, match=says):
        list(workbook_rows(book))


GOOD = workbook(
    sheet(row(1, "romashka.ru") + '<row r="2"><c t="s"><v>0</v></c></row>'),
    shared=("<t>shop.ru</t>",),
)


@settings(deadline=None)
@given(st.data())
def test_no_bytes_bring_anything_but_a_value_error(data: st.DataObject):
    """Flipped, cut and doubled bytes of a workbook are read or refused, never worse."""
    spoilt = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(spoilt) - 1))
        spoilt[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(spoilt)))

    for book in (bytes(spoilt), bytes(spoilt[:cut]), bytes(spoilt[cut:]) + GOOD):
        try:
            rows = list(workbook_rows(book))
        except ValueError:
            continue
        assert all(isinstance(text, str) for _, cells in rows for text in cells)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<row>",
                "</row>",
                '<row r="9">',
                '<c t="s">',
                '<c t="inlineStr">',
                "<c>",
                "</c>",
                "<v>0</v>",
                "<v>-1</v>",
                "<v>9999999999999</v>",
                "<t>x</t>",
                "<is>",
                "</is>",
                "text",
            ]
        ),
        max_size=20,
    )
)
def test_no_order_of_elements_confuses_the_reader(pieces: list[str]):
    """Whatever well-formed or broken XML stands in a sheet, texts are strings and rows have numbers."""
    try:
        rows = list(workbook_rows(workbook(sheet("".join(pieces)), shared=("<t>s.ru</t>",))))
    except ValueError:
        return
    assert all(number >= 0 and all(cells) for number, cells in rows)


def test_an_encrypted_part_is_said():
    """A password-protected part is a reason, not a crash."""
    raw = bytearray(archive({"xl/worksheets/sheet1.xml": sheet(row(1, "a.ru"))}))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + flags] |= 1
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as packed:
        assert packed.infolist()[0].flag_bits & 1

    with pytest.raises(ValueError, match="encrypted"):
        list(workbook_rows(bytes(raw)))
