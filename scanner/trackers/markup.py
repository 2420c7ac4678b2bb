"""A task's lines and steps, each tracker's way. Nothing of ours becomes markup, a link or a picture by chance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scanner.trackers.contract import Line

_LONGEST_TITLE = 250
_LONGEST_TEXT = 20_000
_BBCODE = re.compile(r"\[(?=[/*A-Za-z])")
_WORD_JOINER = "\u2060"
"""Invisible; between a bracket and a word it keeps them from being a tag."""
_TEXTILE = re.compile(r"[*+!%^~?\"'`$\[\]{}<>&|#=\\]|(?<!\w)[-_@:]|[-_@:](?!\w)")
"""What could begin or end markup; between letters a dash, a dot or an @ is only itself."""
_MARKDOWN = re.compile(r"[*+!~`$\[\]{}<>&|#=\\@]|(?<!\w)[-_]|[-_](?!\w)")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")
_MARKER = re.compile(r"\[(RVZ-[0-9A-Z]{3,12})\]", re.ASCII)


def one_line(text: str) -> str:
    """Return a text without controls, turned directions and line ends."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def marked(marker: str, title: str) -> str:
    """Return the title of a task with its marker in front, not longer than trackers take."""
    return f"[{marker}] {one_line(title)}"[:_LONGEST_TITLE]


def marker_in(text: str) -> str | None:
    """Return the marker that stands in a title."""
    found = _MARKER.search(text)
    return found[1] if found else None


def plain(lines: Sequence[Line], steps: Sequence[str]) -> str:
    """Write lines and numbered steps as plain text."""
    return _written((f"{label}: " if label else "", text) for label, text in _parts(lines, steps))


def bbcode(lines: Sequence[Line], steps: Sequence[str]) -> str:
    """Write them as Bitrix24's BBCode."""
    head = [
        f"[B]{_unbracketed(line.label)}:[/B] {_unbracketed(line.text)}"
        if line.label
        else _unbracketed(line.text)
        for line in lines
    ]
    if steps:
        head.append("[LIST=1]")
        head += [f"[*]{_unbracketed(step)}" for step in steps]
        head.append("[/LIST]")
    return "\n".join(head)[:_LONGEST_TEXT]


def textile(lines: Sequence[Line], steps: Sequence[str]) -> str:
    """Write them as Redmine's Textile, which reads numeric entities as the letters they stand for."""
    head = [
        f"*{_entities(line.label)}:* {_entities(line.text)}" if line.label else _entities(line.text)
        for line in lines
    ]
    listed = [f"# {_entities(step)}" for step in steps]
    return "\n".join([*head, "", *listed] if listed else head)[:_LONGEST_TEXT]


def markdown(lines: Sequence[Line], steps: Sequence[str]) -> str:
    """Write them as CommonMark, every mark of punctuation escaped."""
    head = [
        f"**{_escaped(line.label)}:** {_escaped(line.text)}" if line.label else _escaped(line.text)
        for line in lines
    ]
    listed = [f"{number}. {_escaped(step)}" for number, step in enumerate(steps, 1)]
    return "\n".join(["  \n".join(head), "", *listed] if listed else ["  \n".join(head)])[
        :_LONGEST_TEXT
    ]


WRITERS = {"textile": textile, "markdown": markdown, "plain": plain, "bbcode": bbcode}


def comment(kind: str, text: str) -> str:
    """Write a remark of several lines in a tracker's markup."""
    return WRITERS[kind](tuple(Line("", one) for one in text.splitlines()), ())


def _parts(lines: Sequence[Line], steps: Sequence[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        yield line.label, line.text
    for number, step in enumerate(steps, 1):
        yield "", f"{number}. {step}"


def _written(parts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(label + one_line(text) for label, text in parts)[:_LONGEST_TEXT]


def _unbracketed(text: str) -> str:
    return _BBCODE.sub("[" + _WORD_JOINER, one_line(text))


def _entities(text: str) -> str:
    return _TEXTILE.sub(lambda found: f"&#{ord(found.group())};", one_line(text))


def _escaped(text: str) -> str:
    text = _MARKDOWN.sub(lambda found: "\\" + found.group(), one_line(text))
    return _NUMBERED.sub(r"\1\\\2", text)
