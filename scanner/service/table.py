"""A table for a terminal: columns as wide as what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_WIDEST = 60


def table(head: Sequence[str], rows: Iterable[Sequence[str]], nothing: str) -> str:
    """Return the rows under their headings; one sentence where there are none."""
    cells = [[_fits(cell) for cell in row] for row in rows]
    if not cells:
        return nothing
    lines = [list(head), *cells]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _fits(cell: str) -> str:
    plain = " ".join(cell.split())
    return plain if len(plain) <= _WIDEST else f"{plain[: _WIDEST - 1]}…"
