"""Rows of the long tables: what is let through as it stands must be harmless."""

from __future__ import annotations

from markupsafe import escape

from reports.foreign import visible
from reports.rows import _HARMLESS, _shown


def test_a_text_let_through_unread_would_have_come_out_the_same() -> None:
    """Markup is escaped, and what nobody sees is spelt out, whatever the character."""
    harmless = 0
    for number in (*range(0x10000), *range(0xE0000, 0xE1000)):
        character = chr(number)
        assert _shown(character) == escape(visible(character))
        harmless += _HARMLESS.fullmatch(character) is not None

    assert harmless > 500


def test_lines_are_kept_where_they_are_asked_for() -> None:
    """A line break is no invisible character in an excerpt, and is one everywhere else."""
    assert _shown("a\n<b>\u202e", keep_lines=True) == "a\n&lt;b&gt;\\u202e"
    assert _shown("a\nb") == "a\\x0ab"
