"""A table as separated values that a spreadsheet program opens as it is, and in which nothing runs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import BinaryIO

from reports.foreign import visible
from reports.inert import inert
from reports.table import Cell, Table
from reports.wording import Wording


def write_csv(stream: BinaryIO, table: Table, wording: Wording) -> None:
    """Write UTF-8 with a mark in front, lines ended by CR LF; equal tables give equal bytes.

    In Russian `;` stands between cells and a comma in numbers, as spreadsheet programs expect there.
    """
    russian = wording.language == "ru"
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";" if russian else ",", lineterminator="\r\n")

    def said(cell: Cell) -> str:
        match cell:
            case None:
                return ""
            case str():
                return inert(visible(cell))
            case bool():
                return wording.say("page.yes" if cell else "page.no")
            case Decimal():
                number = format(cell, "f")
                return number.replace(".", ",") if russian else number
            case datetime():
                return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            case _:
                return str(cell)

    writer.writerow([inert(heading) for heading in table.headings])
    writer.writerows([said(cell) for cell in row] for row in table.rows)
    text.flush()
    text.detach()
