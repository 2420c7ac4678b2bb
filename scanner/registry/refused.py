"""What a person asks for and cannot have: said by a code, so that he reads it in his own language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.wording import Wording


class UnknownThing(ValueError):
    """A client, probe, target, verdict or asset that does not exist; says what does."""


class Refused(UnknownThing, LookupError):
    """A code of the theme `cannot` with its parameters; `choices` are what there is instead."""

    def __init__(self, code: str, *, choices: Iterable[str] = (), **params: str | int) -> None:
        """Take what is to be said, and by which code."""
        super().__init__(code)
        self.code, self.choices, self.params = code, tuple(choices), params

    def said(self, wording: Wording) -> str:
        """Return it in a language, without a full stop."""
        told = wording.say(f"cannot.{self.code}", self.params)
        return f"{told}: {', '.join(self.choices)}" if self.choices else told

    def __str__(self) -> str:
        """Return it in English: what a log and a program read."""
        from reports.wording import Wording  # not before something is refused: it takes a while

        return self.said(Wording("en"))
