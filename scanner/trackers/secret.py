"""Secrets of the services we talk to: held, shown to the service alone, struck out of everything said."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

_STRUCK_OUT = "[secret]"


class Secret:
    """A text that never shows itself."""

    __slots__ = ("_parts", "_text")

    def __init__(self, text: str = "", parts: tuple[str, ...] = ()) -> None:
        """Hold it; `parts` are what must not be shown by itself either, such as the token in an address."""
        self._text = text
        told = {one for part in (text, *parts) if part for one in (part, quote(part, safe=""))}
        self._parts = tuple(sorted(told, key=len, reverse=True))

    @property
    def text(self) -> str:
        """The secret itself, for whoever shows it to its service."""
        return self._text

    def hidden_in(self, text: str) -> str:
        """Return a text with the secret struck out."""
        for part in self._parts:
            text = text.replace(part, _STRUCK_OUT)
        return text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret(set)" if self._text else "Secret()"


class Secrets:
    """The secrets we were given, by the name of their service."""

    __slots__ = ("_held",)

    def __init__(self, held: Mapping[str, str] | None = None) -> None:
        self._held = {name: Secret(text) for name, text in (held or {}).items() if text}

    def of(self, name: str) -> Secret:
        """Return the secret of a service; an empty one where none was given."""
        return self._held.get(name, Secret())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secrets) and self._held == other._held

    def __hash__(self) -> int:
        return hash(frozenset(self._held))

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self._held))})"
