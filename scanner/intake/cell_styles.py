"""What the format of a workbook's cell makes of a number: a day, an amount in a currency, or nothing."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MOST = 70_000
"""Formats of one workbook; spreadsheet programs stop at 65,490."""
_DAYS = {14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)}
"""Built-in formats that show a day (ECMA-376, 18.8.30, with those of East Asia)."""
_SIGNS = ("₽", "руб", "$", "€", "£")
_BRACKETS = re.compile(r"\[\$([^\]\-]{0,9})(?:-[^\]]{0,20})?\]|\[[^\]]{0,40}\]")
_QUOTED = re.compile(r'"([^"]{0,40})"|\\(.)|_.|\*.')


class CellStyles:
    """The formats of a workbook's cells, read from its styles."""

    def __init__(self) -> None:
        self._formats: dict[str, str] = {}
        self._meanings: list[str] = []
        """By style: `day`, a currency sign, or nothing."""
        self._in_cells = False

    def start(self, name: str, found: dict[str, str]) -> None:
        """Begin an element of the styles part."""
        if name == "numFmt" and len(self._formats) < _MOST:
            self._formats[found.get("numFmtId", "")] = found.get("formatCode", "")[:200]
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells and len(self._meanings) < _MOST:
            self._meanings.append(self._meaning(found.get("numFmtId", "")))

    def text(self, text: str) -> None:
        """Texts say nothing here."""

    def end(self, name: str) -> None:
        """End an element."""
        if name == "cellXfs":
            self._in_cells = False

    def shown(self, number: str, style: int, *, since_1904: bool = False) -> str:
        """Return a stored number as its cell's format shows what it means."""
        meaning = self._meanings[style] if 0 <= style < len(self._meanings) else ""
        if meaning == "day":
            return _day(number, since_1904) or number
        whole, dot, rest = number.partition(".")
        if dot and len(rest) == 3 and (whole.lstrip("-") + rest).isdigit():
            number += "0"  # three digits after a mark would read as thousands
        return f"{number} {meaning}" if meaning else number

    def _meaning(self, number: str) -> str:
        if number.isascii() and number.isdigit() and int(number[:6]) in _DAYS:
            return "day"
        code = self._formats.get(number, "").lower()
        signs = "".join(found[0] or "" for found in _BRACKETS.findall(code))
        bare = _BRACKETS.sub("", code)
        signs += "".join(quoted or one for quoted, one in _QUOTED.findall(bare))
        bare = _QUOTED.sub("", bare)
        if "general" not in bare and any(letter in bare for letter in "dyгд"):
            return "day"
        return next((sign for sign in _SIGNS if sign in signs + bare), "")


def _day(number: str, since_1904: bool) -> str:
    try:
        days = int(float(number))
    except (ValueError, OverflowError):
        return ""
    if not 1 <= days < 2_900_000:
        return ""
    first = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
    return (first + timedelta(days=days)).isoformat()
