"""Papers that no client would send: tables that unfold without end, and names that are none."""

from __future__ import annotations

import io
import zipfile

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/></Types>'
)
_ROOT = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Target="xl/workbook.xml" Type="http://schemas.openxmlformats.'
    'org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
_BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="zlo" sheetId="1" r:id="r1"/></sheets></workbook>'
)
_LINKS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Target="worksheets/sheet1.xml" Type="http://schemas.'
    'openxmlformats.org/officeDocument/2006/relationships/worksheet"/><Relationship Id="r2" '
    'Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/sharedStrings"/></Relationships>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(
    rows: str, strings: bytes = b"", head: str = "", tail: str = "", styles: str = ""
) -> bytes:
    """An XLSX file whose only sheet holds these rows, as small as zip can make it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
        book.writestr("[Content_Types].xml", _TYPES)
        book.writestr("_rels/.rels", _ROOT)
        book.writestr("xl/workbook.xml", _BOOK)
        book.writestr("xl/_rels/workbook.xml.rels", _LINKS)
        book.writestr("xl/sharedStrings.xml", strings or f'<sst xmlns="{_MAIN}"/>')
        if styles:
            book.writestr("xl/styles.xml", styles)
        sheet = f'{head}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{tail}</worksheet>'
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    return packed.getvalue()


def cell(place: str, text: str) -> str:
    """One cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def far_corner() -> bytes:
    """Two cells, seventeen thousand million empty ones between them."""
    return workbook(
        f'<row r="1">{cell("A1", "a.ru")}</row><row r="1048576">{cell("XFD1048576", "b.ru")}</row>'
    )


def long_string() -> bytes:
    """One string of half a gigabyte, packed into half a megabyte."""
    size = 512 * 1024 * 1024
    text = b'<sst xmlns="%s"><si><t>' % _MAIN.encode() + b"z" * size + b"</t></si></sst>"
    return workbook('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', text)


def entities() -> bytes:
    """A document type whose entities multiply (the billion laughs)."""
    kinds = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY l0 "zlo.ru ">{kinds}]>'
    return workbook(f'<row r="1">{cell("A1", "&l9;")}</row>', head=head)


def million_cells() -> bytes:
    """Three million small cells in a file of a few megabytes."""
    row = "".join(f"<c><v>{number % 10}</v></c>" for number in range(15))
    return workbook(f"<row>{row}</row>" * 200_000)


def not_a_table() -> bytes:
    """The head of a zip file, and noise."""
    return b"PK\x03\x04" + bytes(range(256)) * 400


def merged() -> bytes:
    """A name whose cell covers a million rows, twenty thousand times over."""
    cells = "".join(f'<row r="{row}">{cell(f"A{row}", "a.ru")}</row>' for row in range(1, 2_000))
    ranges = "".join(f'<mergeCell ref="A{row}:A1048576"/>' for row in range(1, 20_000))
    return workbook(cells, tail=f"<mergeCells>{ranges}</mergeCells>")


def styled(formats: str, code: str = "") -> bytes:
    """A workbook of one cell with these formats of cells, and one number format."""
    named = f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>'
    styles = f'<styleSheet xmlns="{_MAIN}">{named}<cellXfs>{formats}<xf numFmtId="200"/></cellXfs></styleSheet>'
    return workbook('<row r="1"><c r="A1" s="0"><v>45000</v></c></row>', styles=styles)
