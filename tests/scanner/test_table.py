"""A table for a terminal: every row under its headings, whatever the cells hold."""

from __future__ import annotations

from scanner.service.table import json_lines, packed, table, table_of


def test_columns_are_as_wide_as_what_they_hold() -> None:
    """Headings and cells stand in line; what is too long is cut, and spaces of any kind are one."""
    rows = [("a", "1"), ("long\u00a0 name\nof\x1fit", "22"), ("x" * 70, "")]

    lines = table(("name", "count"), rows, "nothing").split("\n")

    assert lines[0].index("count") == lines[1].index("1") == lines[2].index("22") == 62
    assert lines[2].startswith("long name of it  ")
    assert lines[3] == "x" * 59 + "…"


def test_of_nothing_one_sentence() -> None:
    """Without rows there is no heading either; an empty JSON array is one."""
    assert list(table_of(("name",), [], "nothing")) == ["nothing"]
    assert list(json_lines([])) == ["[]"]
    assert "".join(json_lines(['{"a":1}', '{"a":2}'])) == '[{"a":1},{"a":2}]'


def test_percent_signs_are_plain_text() -> None:
    """What people write is never taken for a format."""
    assert list(table_of(("%s",), [packed(("100 %d",))], ""))[1] == "100 %d"
