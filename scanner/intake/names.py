"""A name of a domain or host, as people type it, and where it was read."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from msgspec import Struct

from probes.kit.target import canonical_name

TYPED = "command line"
"""The source of names that were typed."""


class UnreadableInput(ValueError):
    """A list that cannot be used; the message says what, why and what to do."""


class Declared(Struct, frozen=True, order=True):
    """A name and where it was read."""

    name: str
    source: str
    """File name, or `command line`."""
    line: int
    paper: bool
    """True for rows of tables and zone files: declared by a paper, not the consultant's own word."""


def read_name(text: str) -> str:
    """Return the canonical host name in a typed word: a bare name, a URL or an e-mail address.

    Raises ValueError, with the reason, when there is none.
    """
    word = text.strip().strip("\"'<>,;").strip()
    if "://" in word:
        word = urlsplit(word).hostname or ""
    elif "@" in word:
        word = word.rpartition("@")[2]
    else:
        word = word.split("/", 1)[0].split("?", 1)[0]
        host, colon, port = word.rpartition(":")
        if colon and port.isdigit():
            word = host
    name = canonical_name(word.removeprefix("*."))
    if "." not in name or name.rpartition(".")[2].isdigit():
        raise ValueError(f"not a domain name: {text.strip()[:80]!r}")
    return name


def typed(words: Iterable[str]) -> tuple[Declared, ...]:
    """Read the names on the command line; raise UnreadableInput for the first that is none."""
    found = []
    for position, word in enumerate(words, 1):
        try:
            found.append(Declared(read_name(word), TYPED, position, False))
        except ValueError as error:
            raise UnreadableInput(
                f"{error}. Type names such as romashka.ru, or give a list with --from FILE."
            ) from error
    return tuple(found)
