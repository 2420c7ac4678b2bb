"""Licence keys at rest: encrypted with a key that never lies in the database beside them.

Fernet (AES-128-CBC with HMAC-SHA256). Several keys may be given: the first encrypts, all decrypt, so
that a key can be changed without losing what the old one closed.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from scanner.registry.refused import Refused

MASK = "••••"
_SHORTEST_WITH_TAIL = 12
"""Of a shorter key four letters would give too much away."""
_TAIL = 4
_LONGEST = 1_000
_VARIABLE = "REVIZOR_REGISTRY_KEY"


class NoKey(Refused):
    """The registry's key is missing or is not the one a licence key was closed with."""


class Vault:
    """Closes licence keys and opens them again; its text shows nothing of the keys it holds."""

    __slots__ = ("_fernet",)

    def __init__(self, keys: Sequence[str] = ()) -> None:
        """Hold Fernet keys, the one that closes first; ValueError for what is none, without it."""
        try:
            found = [Fernet(key) for key in keys]
        except ValueError:
            raise NoKey("key_not_fernet") from None
        self._fernet = MultiFernet(found) if found else None

    def close(self, licence_key: str) -> bytes:
        """Return a licence key encrypted."""
        return self._keys().encrypt(licence_key.encode())

    def open(self, closed: bytes) -> str:
        """Return a licence key; NoKey where it was closed with another one."""
        try:
            return self._keys().decrypt(closed).decode()
        except InvalidToken:
            raise NoKey("key_other") from None

    def _keys(self) -> MultiFernet:
        if self._fernet is None:
            raise NoKey("key_missing", setting='registry_key_file = "FILE"', variable=_VARIABLE)
        return self._fernet

    def __repr__(self) -> str:
        return "Vault(open)" if self._fernet else "Vault()"


def new_key() -> str:
    """Return a new key for a vault."""
    return Fernet.generate_key().decode()


def tail_of(licence_key: str) -> str:
    """Return a licence key as anybody may see it: `••••-7K3Q`."""
    if len(licence_key) < _SHORTEST_WITH_TAIL:
        return MASK
    return f"{MASK}-{licence_key[-_TAIL:]}"


def is_masked(text: str) -> bool:
    """Say whether a cell shows a key that is hidden, and so says nothing of it."""
    word = text.strip()
    return word.startswith(("•", "*")) or word == "…"


def plain_key(text: str) -> str:
    """Return a licence key as it is kept, without spaces around; ValueError, without it, for what is none."""
    word = text.strip()
    if not word or len(word) > _LONGEST or not word.isprintable():
        raise Refused("key_form", most=_LONGEST)
    return word
