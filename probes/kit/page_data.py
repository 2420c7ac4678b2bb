"""What a page says of its firm in data for machines (JSON-LD, schema.org), put as a page says it to people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec

_PIECES: Final = 5
_LONGEST: Final = 65_536
_NODES: Final = 500
_VALUE: Final = 300
_IN_WORDS: Final = {"legalname": "", "taxid": "ИНН", "vatid": "ИНН", "iso6523code": "ОГРН"}
_IN_LINKS: Final = {"telephone": "tel:", "email": "mailto:", "sameas": "", "url": ""}


def said_in_data(scripts: Iterable[bytes]) -> tuple[str, bytes]:
    """Return text and markup, lower case, that say the same: names and numbers, contacts, pages elsewhere."""
    words: dict[str, None] = {}
    links: dict[str, None] = {}
    for script in islice(filter(_is_data, scripts), _PIECES):
        try:
            data = msgspec.json.decode(script.strip().rstrip(b";"))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            continue
        for key, value in islice(_told(data), _NODES):
            if key in _IN_WORDS:
                words[f"{_IN_WORDS[key]} {value}".strip()] = None
            elif key in _IN_LINKS:
                links[_IN_LINKS[key] + value.removeprefix(_IN_LINKS[key])] = None
    markup = " ".join(f'<a href="{link}">' for link in links if '"' not in link)
    return ", ".join(words), markup.lower().encode()


def _is_data(script: bytes) -> bool:
    return (
        len(script) <= _LONGEST and b"schema.org" in script and script.lstrip()[:1] in (b"{", b"[")
    )


def _told(data: Any) -> Iterator[tuple[str, str]]:
    """Yield names, in lower case, and texts of all that is nested; a list's values each."""
    waiting: list[tuple[str, Any]] = [("", data)]
    for _ in range(_NODES):
        if not waiting:
            return
        key, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(name.lower(), one) for name, one in value.items()]
        elif isinstance(value, list):
            waiting += [(key, one) for one in value[:_NODES]]
        elif isinstance(value, str) and len(value) <= _VALUE:
            yield key, value
