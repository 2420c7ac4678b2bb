"""Which exchanges and pieces are known to lie in the database already: those are not written again."""

from __future__ import annotations

from collections.abc import Iterable


class StoredIds:
    """The ids stored last: never more than `most`, and no fewer than half as many, once there were so many."""

    def __init__(self, most: int = 5_000) -> None:
        self._half = most // 2
        self._latest: set[str] = set()
        self._before: set[str] = set()

    def __contains__(self, id_: object) -> bool:
        return id_ in self._latest or id_ in self._before

    def add(self, ids: Iterable[str]) -> None:
        """Note that these are safe on disk."""
        for id_ in ids:
            if len(self._latest) >= self._half:
                self._latest, self._before = set(), self._latest
            self._latest.add(id_)

    def clear(self) -> None:
        """Know of none: some were dropped."""
        self._latest, self._before = set(), set()
