"""A recorded internet that can change, fall silent or answer one place otherwise, and a clock to move."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from probes.kit.net import HttpQuestion, NetTrouble
from probes.kit.observation import Reason
from scanner.service import rescanning, result, vantages
from scanner.settings import Settings, SharedKey
from tests.scanner.replayed import Heard, Office, Watch, tape

STUB = "kalina-msk.ru"
"""A parked site of the tape; nothing else of it is in use."""
ALIVE = "romashka-lab.ru"
"""A site of the tape that works."""
CLIENT = "romashka"
KEY = "a secret of two places"
Change = Callable[[HttpQuestion, Any], Any]


class Changed(Heard):
    """The tape, but for what visits to the stub bring: `change` turns the answer into another."""

    def __init__(self, change: Change) -> None:
        super().__init__()
        self._change = change

    async def ask(self, question: Any) -> Any:
        """Answer from the tape, or otherwise."""
        answer = await super().ask(question)
        if isinstance(question, HttpQuestion) and STUB in question.url:
            return self._change(question, answer)
        return answer


class Dead(Heard):
    """A place whose line is cut."""

    async def ask(self, question: Any) -> Any:
        """Never answer."""
        self.asked.append(question)
        raise NetTrouble(Reason.TIMEOUT, "the line is cut")


def content(_question: HttpQuestion, answer: Any) -> Any:
    """A site of somebody's own."""
    text = "Собираем и чиним теплицы в Казани: звоните, приезжайте, смотрите работы. " * 60
    page = f"<html><head><title>Теплицы</title></head><body><p>{text}</p></body></html>"
    headers = (("content-type", "text/html; charset=utf-8"),)
    return structs.replace(answer, status=200, headers=headers, body=page.encode())


def forbidden(_question: HttpQuestion, answer: Any) -> Any:
    """No entry for this place."""
    return structs.replace(answer, status=403, headers=(), body=b"")


def silent(question: HttpQuestion, _answer: Any) -> Any:
    """No answer."""
    raise NetTrouble(Reason.TIMEOUT, question.url)


class Desk(Struct):
    """An office whose clock can be moved."""

    office: Office
    folder: Path

    @classmethod
    def at(cls, folder: Path, url: str = "", vantage: str = "home") -> Desk:
        """An office that looks no farther than the names it is given."""
        office = Office.at(folder, url)
        office.settings = structs.replace(
            office.settings, depth=0, vantage=vantage, observations_key=SharedKey(KEY)
        )
        return cls(office, folder)

    @property
    def settings(self) -> Settings:
        """What the office is set to."""
        return self.office.settings

    def audit(self, days: float = 0, *names: str, net: Any = None) -> dict[str, Any]:
        """Audit the stub and the site that works; the document."""
        done = self.office.audit(names or (STUB, ALIVE), at=day(days), net=net)
        return document(done)

    def again(
        self, days: float, net: Any = None, vantage: str = "", display: Watch | None = None
    ) -> rescanning.SecondLook:
        """Make the second look of that day."""
        settings = self.settings
        if vantage:
            settings = structs.replace(settings, vantage=vantage)
        look = rescanning.second_look_over(
            net or Heard(), CLIENT, settings, lambda: day(days), display or Watch()
        )
        return asyncio.run(look)

    def wanted(self, days: float) -> Path:
        """Write the list of what is wanted from elsewhere."""
        out = self.folder / "wanted.jsonl"
        asyncio.run(vantages.export_wanted(CLIENT, out, self.settings, lambda: day(days)))
        return out

    def answer(self, wanted: Path, days: float, net: Any = None) -> Path:
        """Look at what a list wants; the file with the looks."""
        out = self.folder / "seen.jsonl"
        look = vantages.look_for_over(
            net or Heard(), wanted, out, self.settings, lambda: day(days), Watch()
        )
        asyncio.run(look)
        return out

    def take(self, file: Path, days: float) -> vantages.Handed:
        """Import a file."""
        return asyncio.run(vantages.take_home(file, self.settings, lambda: day(days)))


def day(days: float) -> datetime:
    """So many days after the tape was recorded."""
    return tape().at + timedelta(days=days)


def document(done: result.AuditResult) -> dict[str, Any]:
    """The audit.json of a result."""
    found: dict[str, Any] = json.loads((Path(done.folder) / "audit.json").read_bytes())
    return found


def thing(found: dict[str, Any], asset: str = f"site:{STUB}") -> dict[str, Any]:
    """One asset of a document."""
    (one,) = (one for one in found["assets"] if one["id"] == asset)
    return dict(one)


def reason(one: dict[str, Any], code: str) -> dict[str, Any]:
    """The parameters of one reason of an asset."""
    (params,) = (row["params"] for row in one["reasons"] if row["code"] == code)
    return dict(params)
