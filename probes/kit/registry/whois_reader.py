"""Reads one WHOIS answer: what it says about the domain, or why it says nothing (RFC 3912)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from probes.kit.registry.lines import cut
from probes.kit.registry.reading import Reading
from probes.kit.registry.record import Record

_IANA = "% IANA WHOIS server"
_IANA_ENDS = "source:       IANA"


@cache
def _charsets() -> dict[str, str]:
    own = tomllib.loads((files("probes.kit.data") / "whois_servers.toml").read_text("utf-8"))
    charsets: dict[str, str] = own["charsets"]
    return charsets


def decode(raw: bytes, server: str) -> str:
    """Return an answer's text: UTF-8 where it is UTF-8, else the server's charset, else Latin-1."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(_charsets().get(server, "latin-1"), errors="replace")


def read_whois(text: str, suffix: str) -> Reading:
    """Read one server's whole answer about a name below a suffix; never raises on any text.

    Answers of several servers must not be joined: dates of the first would pass for the last's.
    """
    record = Record(suffix)
    text = _without_iana(text.replace("\r", "\n") if "\r" in text and "\n" not in text else text)
    for line in cut(text):
        record.take(line)
    return record.reading(text)


def _without_iana(text: str) -> str:
    """Return what follows IANA's own answer, which a whois program printed above the registry's.

    It speaks of the top level name: of its creation, its name servers.
    """
    if not text.lstrip().startswith(_IANA):
        return text
    _, _, rest = text.partition(_IANA_ENDS)
    return rest if rest.strip() else text


def values_of(text: str, labels: Iterable[str]) -> Iterator[str]:
    """Yield the values of labelled lines, for answers that are no domain record (IANA's)."""
    wanted = frozenset(labels)
    return (line.value for line in cut(text) if line.label in wanted and line.value)
