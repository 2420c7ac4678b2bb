"""Workbooks written by hand: the least that a spreadsheet program would open."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """Zip the parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def sheet(inner: str) -> str:
    """A sheet of these rows."""
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{inner}</sheetData></worksheet>'
    )


def workbook(*sheets: str, shared: tuple[str, ...] = ()) -> bytes:
    """A workbook of these sheets and shared strings (each string is the XML inside `<si>`)."""
    parts: dict[str, str | bytes] = {
        f"xl/worksheets/sheet{number}.xml": content for number, content in enumerate(sheets, 1)
    }
    texts = "".join(f"<si>{inner}</si>" for inner in shared)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{texts}</sst>'
    parts["[Content_Types].xml"] = "<Types/>"
    return archive(parts)


def row(number: int, *cells: str) -> str:
    """A row of cells whose texts lie in the cells themselves."""
    letters = "ABCDEFGH"
    inner = "".join(
        f'<c r="{letters[place]}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        for place, text in enumerate(cells)
    )
    return f'<row r="{number}">{inner}</row>'
