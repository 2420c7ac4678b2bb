"""Separated values: what the library's own reader reads back, cell by cell."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from reports.inert import inert
from scanner.registry.separated import separated

_ODD = (
    None,
    "",
    "plain",
    "a;b",
    "a,b",
    'say "x"',
    '"',
    "two\nlines",
    "cr\rcr",
    "\r\n",
    "=1+1",
    "'=1",
    "я;ё",
)


@pytest.mark.parametrize("between", [";", ","])
@pytest.mark.parametrize("cells", [_ODD, (None,) * 3, (1, None, 20), ("", "", "x")])
def test_a_column_is_written_as_the_library_writes_it(cells: tuple[Any, ...], between: str) -> None:
    """To the byte, in columns of ours and, with formulas disarmed, in those that anybody may have written."""
    foreign = all(cell is None or isinstance(cell, str) for cell in cells)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=between, lineterminator="\r\n")
    writer.writerows(
        (number, inert(cell) if cell and foreign else cell) for number, cell in enumerate(cells)
    )

    written = separated([range(len(cells)), cells], between, [False, foreign])

    assert written == stream.getvalue()
