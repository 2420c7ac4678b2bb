"""What was met lately: kept while there is room for it, counted in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Lately(Generic[K, V]):
    """A memory of at most so many bytes and things; what was longest unused makes room."""

    def __init__(self, room: int, most: int) -> None:
        """Take the bytes, as `keep` will be told them, and the number of things."""
        self._room = room
        self._most = most
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """Return what is kept under the key; it counts as used now."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def keep(self, key: K, value: V, size: int) -> None:
        """Keep a value of that many bytes in the place of any other under the key."""
        old = self._kept.pop(key, None)
        self._kept[key] = value, size
        self._room += (old[1] if old else 0) - size
        while self._kept and (self._room < 0 or len(self._kept) > self._most):
            self._room += self._kept.popitem(last=False)[1][1]
