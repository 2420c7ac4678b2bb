"""Host labels to try below a zone: the shipped list, and the operator's own in front of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files

from msgspec import Struct


class Labels(Struct, frozen=True):
    """Labels in the order in which they are tried, each once; some have dots (`www.shop`)."""

    words: tuple[str, ...]
    digest: str
    """The first 16 hex digits of the SHA-256 of the list, one label a line."""

    @classmethod
    def of(cls, own: Iterable[str] = ()) -> Labels:
        """Put the operator's labels, in canonical spelling, before the shipped ones."""
        words = tuple(dict.fromkeys((*own, *shipped())))
        return cls(words, sha256("\n".join(words).encode()).hexdigest()[:16])


@cache
def shipped() -> tuple[str, ...]:
    """Return the labels of data/labels.txt, the likeliest first."""
    text = (files("probes.kit") / "data" / "labels.txt").read_text("ascii")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
