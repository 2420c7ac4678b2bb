"""Settings as an operator writes them, for services on loopback."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from scanner.settings import Settings, load
from scanner.trackers.contract import Line, NewTask

NOW = datetime(2026, 4, 20, 9, 30, tzinfo=UTC)
LOOPBACK = ["127.0.0.0/8"]
MARKER = "RVZ-7K3QX"


def clock() -> datetime:
    """A clock that stands still."""
    return NOW


def settings(
    folder: Path, trackers: Mapping[str, Any] = {}, secrets: Mapping[str, str] = {}, **more: Any
) -> Settings:
    """Settings with these trackers; secrets by name, `mail` among them."""
    variables = {
        f"REVIZOR_{'' if name == 'mail' else 'TRACKER_'}{name.upper()}_SECRET": text
        for name, text in secrets.items()
    }
    flags = {"trackers": {name: dict(raw) for name, raw in trackers.items()}, **more}
    (folder / "home").mkdir(exist_ok=True)
    return load(
        {key: value for key, value in flags.items() if value},
        environ={"HOME": str(folder / "home"), **variables},
        folder=folder,
    )


def new_task(**more: Any) -> NewTask:
    """A task such as the product writes."""
    usual: dict[str, Any] = {
        "marker": MARKER,
        "title": "Продлить до 04.05.2026: пример.рф (домен)",
        "lines": (Line("Клиент", "Ромашка"), Line("Где", "REG.RU [B]ненадёжно[/B]")),
        "steps": ("Оплатите счёт.", "Запишите новый срок."),
        "deadline": date(2026, 5, 4),
        "responsible": None,
    }
    return NewTask(**{**usual, **more})
