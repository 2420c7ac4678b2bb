"""Separated values (RFC 4180), written column by column: the library's writer asks of every letter what it is.

A cell that a spreadsheet program would take for a formula is written so that it shows it and runs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.inert import SUSPECT, inert

_END = "\r\n"


def separated(columns: Sequence[Sequence[Any]], between: str, foreign: Sequence[bool]) -> str:
    """Return the rows that columns make, a line each; `foreign` says in which of them anybody may have written."""
    cells = [_cells(*one, between) for one in zip(columns, foreign, strict=True)]
    return "".join([f"{row}{_END}" for row in map(between.join, zip(*cells, strict=True))])


def _cells(column: Sequence[Any], is_foreign: bool, between: str) -> list[str]:
    if column.count(None) == len(column):  # of forty columns most agencies fill half
        return [""] * len(column)
    if is_foreign:
        cells = ["" if not cell else inert(cell) if cell[0] in SUSPECT else cell for cell in column]
    else:
        cells = ["" if cell is None else str(cell) for cell in column]
    special = '"', between, *_END
    whole = "".join(cells)
    if not any(
        mark in whole for mark in special
    ):  # nearly always, and as quick as a look at one cell
        return cells
    return [
        f'"{cell.replace(chr(34), chr(34) * 2)}"' if any(mark in cell for mark in special) else cell
        for cell in cells
    ]
