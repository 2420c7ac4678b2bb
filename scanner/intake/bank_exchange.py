"""Payments as banks hand them to 1C: the text format `1CClientBankExchange`, sections of `name=value`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from scanner.intake.names import UnreadableInput
from scanner.intake.table import MAX_ROWS, Table, from_rows

_LINE = re.compile(r"[^\r\n]+")
_HEAD = "1CClientBankExchange"
_KEPT = {
    "Дата": "Дата платежа",
    "Сумма": "Сумма, руб.",
    "Получатель": "Получатель",
    "Получатель1": "Получатель",
    "ПолучательИНН": "ИНН получателя",
    "НазначениеПлатежа": "Назначение платежа",
}


def is_bank_exchange(text: str) -> bool:
    """Say whether a text is such a file."""
    return text.lstrip("\ufeff \r\n").startswith(_HEAD)


def payments_of(text: str, source: str) -> Table:
    """Return the outgoing payments as a table."""
    own = {value for name, value in _pairs(text, limit=200) if name == "РасчСчет" and value}
    return from_rows(_documents(text, source, own), source)


def _documents(text: str, source: str, own: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    document: dict[str, str] | None = None
    count = 0
    for name, value in _pairs(text):
        if name == "СекцияДокумент":
            document, count = {}, count + 1
            if count > MAX_ROWS:
                raise UnreadableInput(f"{source} has more than {MAX_ROWS} payments; split it.")
        elif name == "КонецДокумента" and document is not None:
            received = document.pop("ПолучательСчет", "") in own if own else False
            if document and not received:
                yield count, document
            document = None
        elif document is not None and name == "ПолучательСчет":
            document[name] = value
        elif document is not None and name in _KEPT:
            document.setdefault(_KEPT[name], value[:1_000])


def _lines(text: str) -> Iterator[str]:
    return (found[0] for found in _LINE.finditer(text))


def _pairs(text: str, limit: int | None = None) -> Iterator[tuple[str, str]]:
    for line in islice(_lines(text), limit):
        name, _, value = line.strip().partition("=")
        yield name, value.strip()
