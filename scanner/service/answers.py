"""What a command answers a person: what was noted, and how it is taken back, in his language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reports.document import Param
from scanner.database import Database
from scanner.registry.objects import Change
from scanner.registry.own_types import OwnType, own_types
from scanner.registry.party_changes import By, PartyChange
from scanner.registry.saying import LICENCE_KEY
from scanner.registry.sheet_words import columns, words_of
from scanner.service.speech import wording_of
from scanner.settings import Settings

_TOLD = 20
"""Changes that an answer names one by one."""
_NOTHING = "—"
_SHOWN = f"{LICENCE_KEY} shown"


class Answers:
    """Answers in the language that the settings speak."""

    def __init__(self, settings: Settings) -> None:
        """Take the language; UnknownThing for one there is not."""
        self.wording = wording_of(settings, None)
        self._db = settings.db

    def say(self, code: str, **params: Param) -> str:
        """Return one answer."""
        return self.wording.say(f"answer.{code}", params)

    def undoable(self, said: str, by: By) -> str:
        """Return an answer, and the command that takes back what it tells of."""
        return f"{said} {self.say('undo', deed=by.deed or '')}"

    def field(self, name: str) -> str:
        """Return what a field of an object, a client, a project or a person is called."""
        if name == _SHOWN:
            return self.say("key_shown")
        if spelling := columns().get(name):
            return spelling.in_(self.wording.language)
        if name == "confidence":
            return self.wording.say("sheet_column.confidence")
        if self.wording.has(f"party_field.{name}"):
            return self.wording.say(f"party_field.{name}")
        return name.removeprefix("custom.")

    def value(self, field: str, value: str | None) -> str:
        """Return a value as history holds it in words: codes are said, dates and prices stay."""
        if value is None:
            return _NOTHING
        spelling = words_of("auto_renew" if field == "active" else field).get(value)
        if field == "type" and spelling is None:
            spelling = words_of(field, self._own_types()).get(value)
        return spelling.in_(self.wording.language) if spelling else value

    def change(self, field: str, before: str | None, after: str | None) -> str:
        """Return what a field was and what it is now."""
        return f"{self.field(field)}: {self.value(field, before)} → {self.value(field, after)}"

    def noted(self, changes: Sequence[Change], by: By) -> str:
        """Return what was changed of objects, a line each, and how to take it back."""
        told = [
            self.say(
                "noted", what=str(one.asset), change=self.change(one.field, one.before, one.after),
                who=by.who,
            )
            for one in changes[:_TOLD]
        ]  # fmt: skip
        if len(changes) > _TOLD:
            told.append(self.say("and_more", count=len(changes) - _TOLD))
        return self.undoable("\n".join(told), by)

    def party_noted(
        self, what: str, field: str, before: str | None, after: str | None, by: By
    ) -> str:
        """Return what was changed of a client, a project or a person."""
        if before == after:
            return self.say(
                "as_it_is", what=what, field=self.field(field), value=self.value(field, after)
            )
        change = self.change(field, before, after)
        return self.undoable(self.say("noted", what=what, change=change, who=by.who), by)

    def history(self, changes: Iterable[Change | PartyChange]) -> Iterator[str]:
        """Yield changes of one thing, a line each."""
        for one in changes:
            yield f"  {one.at:%Y-%m-%d %H:%M} {one.who}: {self._told(one)}"

    def told_change(self, what: str, one: Change | PartyChange, reference: str | None) -> str:
        """Return a change of something with the deed or run that made it."""
        mark = f" [{reference}]" if reference else ""
        return f"{one.at:%Y-%m-%d %H:%M}  {one.who}: {what} {self._told(one)}{mark}"

    def _own_types(self) -> tuple[OwnType, ...]:
        with Database.open(self._db) as database:
            return database.read(own_types)

    def _told(self, one: Change | PartyChange) -> str:
        why = f" ({one.why})" if one.why else ""
        return f"{self.change(one.field, one.before, one.after)}{why}"
