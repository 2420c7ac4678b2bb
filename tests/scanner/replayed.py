"""Audits over the recorded internet of the demo: real probes, rules, registry and reports, no network."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from probes.kit.net import HttpQuestion, Net, NetTrouble
from probes.kit.net.tape import Player
from probes.kit.observation import Reason
from scanner.runs.progress import ScanState
from scanner.runs.tape import DemoTape, load_tape
from scanner.service import auditing, clock, registering, requesting, result
from scanner.service.seeking import Sought
from scanner.settings import Settings


@cache
def tape() -> DemoTape:
    """The shipped tape."""
    return load_tape()


class Heard:
    """The tape as a net; notes what was asked and what was not on it."""

    def __init__(self) -> None:
        self._player = Player(tape().exchanges)
        self.asked: list[Any] = []
        self.missing: list[Any] = []

    async def ask(self, question: Any) -> Any:
        """Answer from the tape."""
        self.asked.append(question)
        try:
            return await self._player.ask(question)
        except NetTrouble as trouble:
            if trouble.reason is Reason.NOT_ASKED:
                self.missing.append(question)
            raise


class CutOff(Heard):
    """The tape until the audit is called off: at the first visit, when addresses are kept already."""

    def __init__(self) -> None:
        super().__init__()
        self.audit: asyncio.Task[Any] | None = None

    async def ask(self, question: Any) -> Any:
        """Answer from the tape, or call the audit off and never answer again."""
        if isinstance(question, HttpQuestion) and self.audit is not None:
            self.audit.cancel()
            await asyncio.Event().wait()
        return await super().ask(question)


class Watch:
    """Keeps what was said and seen."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.states: list[ScanState] = []

    def saw(self, state: ScanState) -> None:
        """Keep it."""
        self.states.append(state)

    def say(self, text: str) -> None:
        """Keep it."""
        self.said.append(text)


class Office(Struct):
    """A place to work in: a database, a folder for reports, one language."""

    settings: Settings

    @classmethod
    def at(cls, folder: Path, url: str = "", lang: Sequence[str] = ("en",)) -> Office:
        """An office that keeps its things in a folder."""
        return cls(
            Settings(
                db=url or f"sqlite:///{folder}/office.db",
                out=str(folder / "audits"),
                lang=tuple(lang),
                speak="en",
                vantage=tape().vantage,
                guesses=0,
            )
        )

    def audit(
        self,
        names: Sequence[str] = (),
        *,
        net: Net | None = None,
        at: datetime | None = None,
        display: Watch | None = None,
        folder: Path | None = None,
    ) -> result.AuditResult:
        """Audit the tape's client, from its first name unless others are given."""
        return asyncio.run(
            self._replay(
                names, net or Player(tape().exchanges), at or tape().at, display or Watch(), folder
            )
        )

    def interrupted(self) -> None:
        """Begin an audit and call it off in the middle."""
        net = CutOff()

        async def begin() -> None:
            net.audit = asyncio.ensure_future(self._replay((), net, tape().at, Watch(), None))
            with pytest.raises(asyncio.CancelledError):
                await net.audit

        asyncio.run(begin())

    async def _replay(
        self, names: Sequence[str], net: Net, at: datetime, display: Watch, folder: Path | None
    ) -> result.AuditResult:
        asked = requesting.request(
            client=tape().client, typed=names or tape().names[:1], orgs=tape().orgs
        )
        return await auditing.replay(asked, self.settings, lambda: at, display, net, folder=folder)


def listed(office: Office, client: str, *, as_json: bool = False, **sought: str) -> str:
    """What `registry list` prints."""
    found = registering.registry_list(
        Sought(client=client, **sought), office.settings, clock.now, as_json=as_json
    )
    return "\n".join(found)
