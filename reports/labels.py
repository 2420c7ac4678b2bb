"""What a narrow screen puts before the values of the long tables: said once by the style, not by each of their rows."""

from __future__ import annotations

from reports.wording import Wording

_LABELS = {
    "paid": "renewals.date",
    "auto": "renewals.auto",
    "cost": "renewals.cost",
    "who": "renewals.who",
}
"""A custom property of the style → the text it holds: the head of the column."""


def labels_style(wording: Wording) -> str:
    """Return the style that gives these labels in a language."""
    said = (f"--{name}: {quoted(wording.say(text))};" for name, text in _LABELS.items())
    return f".t {{ {' '.join(said)} }}"


def quoted(text: str) -> str:
    """Return a CSS string (CSS Syntax 3, 4.3.7) in which nothing but ASCII letters and digits stands for itself."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text) + '"'
