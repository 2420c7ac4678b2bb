"""The language that people are spoken to in: the one they ask for, else the agency's."""

from __future__ import annotations

from collections.abc import Iterable

from reports.wording import Wording
from scanner.service.arguments import UnknownThing, report_languages
from scanner.settings import Settings

_NAMED = 10
"""Names that a sentence tells; the others are counted."""


def wording_of(settings: Settings, language: str | None) -> Wording:
    """Return the words of a language, else of the settings' own; UnknownThing for one there is not."""
    return Wording(report_languages([language or settings.speak or settings.agency.language])[0])


def some(names: Iterable[str], wording: Wording) -> str:
    """Return names in a row, and how many more there are."""
    every = list(names)
    told = ", ".join(every[:_NAMED])
    left = len(every) - _NAMED
    return wording.say("refused.and_more", ids=told, count=left) if left > 0 else told


def stranger(name: str, known: Iterable[str], wording: Wording) -> UnknownThing:
    """Return the refusal of a name that nobody has, which says who there is."""
    names = some(sorted(known), wording) or wording.say("refused.none")
    return UnknownThing(wording.say("refused.nobody_called", name=name, known=names))
