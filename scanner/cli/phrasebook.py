"""What the console says, in the language of whoever asks: a phrasebook from English.

The program's floors tell in English, for its log and its machine-readable outputs. On its way to a
person a sentence is looked up in `reports/texts/console/<language>/said.toml` by how it stands in the
code; what is not in there stays as it is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from string import Formatter
from typing import Any, NamedTuple

import click

from scanner.cli.language import LANGUAGES, spoken

Said = str | dict[str, str]
"""A sentence, or `by` a number: one for each plural of the language."""


def told(text: str) -> str:
    """Return what the program says in the language that the console speaks."""
    language = spoken()
    return text if language == LANGUAGES[0] else phrasebook(language).told(text)


@lru_cache(maxsize=len(LANGUAGES))
def phrasebook(language: str) -> Phrasebook:
    """Read the phrasebook of a language."""
    return Phrasebook(language, phrases_of(language))


def phrases_of(language: str) -> dict[str, Said]:
    """Return sentences by how they stand in English."""
    file = files("reports") / "texts" / "console" / language / "said.toml"
    sections = tomllib.loads(file.read_text(encoding="utf-8"))
    return {english: said for phrases in sections.values() for english, said in phrases.items()}


class Phrasebook:
    """Sentences of one language, found by what they are in English."""

    def __init__(self, language: str, phrases: Mapping[str, Said]) -> None:
        self._language = language
        self._fixed = {english: said for english, said in phrases.items() if "{" not in english}
        patterns = [_pattern(*one) for one in phrases.items() if one[0] not in self._fixed]
        # What has most words of its own is most likely meant.
        self._patterns = sorted(patterns, key=lambda one: -one.length)

    def told(self, text: str) -> str:
        """Return a text sentence by sentence: as a whole if it is known, else line by line."""
        if (whole := self._sentence(text)) is not None:
            return whole
        if "\n" in text:
            return "\n".join(map(self.told, text.split("\n")))
        bare = text.lstrip(" ")
        return text[: len(text) - len(bare)] + self.told(bare) if bare != text else text

    def _sentence(self, text: str) -> str | None:
        if said := self._fixed.get(text):
            return str(said)
        for pattern in self._patterns:
            if (values := pattern.values_in(text, self._language)) is not None:
                return "".join(self._filled(pattern.said, values))
        return None

    def _filled(self, said: Said, values: Mapping[str, str]) -> Iterator[str]:
        form = said if isinstance(said, str) else said[self._plural(values[said["by"]])]
        for literal, name, spec, _ in Formatter().parse(form):
            yield literal
            if name:
                yield self._value(values[name], spec or "")

    def _value(self, value: str, spec: str) -> str:
        if not spec:
            return value
        if spec == "said":
            return self.told(value)
        if spec == "n":
            return value.replace(",", "\u00a0")
        return str(_wording(self._language).value(value, spec))

    def _plural(self, number: str) -> str:
        from babel import Locale

        return str(Locale.parse(self._language).plural_form(int(number.replace(",", ""))))


class _Pattern(NamedTuple):
    """A sentence with gaps: `{count:n}` for a number, `{name:w}` for one word, `{why:unknown}` for a code of
    that theme of the report's texts, `{choices:lines}` for lines, any other for a text in a line."""

    literals: tuple[str, ...]
    gaps: tuple[tuple[str, str], ...]
    said: Said

    @property
    def length(self) -> int:
        """How much of it are words of its own."""
        return sum(map(len, self.literals))

    def values_in(self, text: str, language: str) -> dict[str, str] | None:
        """Return what stands in the gaps of a text, each as short as can be; None where it is another."""
        first, last = self.literals[0], self.literals[-1]
        if not (text.startswith(first) and text.endswith(last)):
            return None
        at, end, values = len(first), len(text) - len(last), dict[str, str]()
        for place, (name, kind) in enumerate(self.gaps, 1):
            final = place == len(self.gaps)
            upto = end if final else text.find(self.literals[place], at, end)
            value = text[at:upto] if upto > at else ""
            if not value or not _fits(value, kind, language):
                return None
            values[name] = value
            at = upto + len(self.literals[place])
        return values


def _fits(value: str, kind: str, language: str) -> bool:
    match kind:
        case "":
            return "\n" not in value
        case "lines":
            return True
        case "n":
            return value.replace(",", "").isdecimal()
        case "w":
            return " " not in value
        case theme:
            return bool(_wording(language).has(f"{theme}.{value}"))


def _wording(language: str) -> Any:
    """Return the words of the report; read only for the few sentences that have one."""
    from reports.wording import Wording

    return Wording(language)


def _pattern(english: str, said: Said) -> _Pattern:
    pieces = list(Formatter().parse(english))
    literals = [literal for literal, *_ in pieces]
    gaps = [(name, kind or "") for _, name, kind, _ in pieces if name]
    ends_in_gap = pieces[-1][1] is not None
    return _Pattern((*literals, "") if ends_in_gap else tuple(literals), tuple(gaps), said)


def confirmed(question: str, **how: Any) -> bool:
    """Ask a person on stderr; say whether he agrees."""
    return click.confirm(told(question), err=True, **how)
